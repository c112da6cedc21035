"""``linkproof run``: its output, its choice of a target, and repeated runs."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from linkproof.cli import completion, watching
from linkproof.cli.app import app
from linkproof.cli.progress import doing, progress_bar
from linkproof.cli.run_log import RunLog, bodies, request_line, shower
from linkproof.cli.target_choice import chosen_target, last_failed
from linkproof.cli.watching import Seen, changed, listening, look, watch
from linkproof.errors import TargetError, UsageError
from linkproof.judging import judge
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.reports.formats import FORMATS
from linkproof.reports.write import write_reports
from tests.results_examples import SECRETS as _SECRETS
from tests.results_examples import breached, exchange, secretive

RUN = ("run", "-c", "azure-search-pec", "-r", "HDR-1")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def test_requests_are_shown_and_logged(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [*RUN, "-v", "--out", "out"])
    assert done.exit_code == 0, done.output
    shown = [line for line in done.stderr.splitlines() if line.startswith("GET http")]
    assert shown
    assert shown[0].endswith(" ms")
    log = (tmp_path / "out" / "run.log").read_text(encoding="utf-8")
    assert log.count("GET http") >= len(shown)
    assert "[azure-search-pec] passed" in log
    again = CliRunner().invoke(app, [*RUN, "-q", "--out", "out"])
    assert (again.exit_code, again.stderr) == (0, "")


def test_the_format_goes_to_standard_output() -> None:
    done = CliRunner().invoke(app, [*RUN, "--format", "sarif", "--out", "out"])
    assert json.loads(done.stdout)["version"] == "2.1.0"
    wrong = CliRunner().invoke(app, [*RUN, "--format", "pdf"])
    assert isinstance(wrong.exception, UsageError) or wrong.exit_code == 2


def test_bodies_are_masked_and_cut() -> None:
    said: list[str] = []
    show = shower(2, said.append)
    assert show is not None
    show(secretive())
    text = "\n".join(said)
    assert "  < " in text
    for secret in _SECRETS:
        assert secret not in text
    long = exchange(body=b"x" * 5000)
    assert "(5000 characters)" in bodies(long)[-1]
    assert shower(0, said.append) is None


def test_a_line_stays_one_line() -> None:
    odd = Exchange(Request("GET", "https://h/a\nb\x1b[2J"), Response(200, Headers()), started=1.0, ended=1.25)
    said: list[str] = []
    show = shower(1, said.append)
    assert show is not None
    show(odd)
    assert len(said) == 1
    assert "\n" not in said[0]
    assert "\x1b" not in said[0]
    assert request_line(odd).endswith("250 ms")


def test_a_request_by_form_names_its_operation() -> None:
    form = Headers([("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
    request = Request("POST", "https://ec2.example/", form, b"Action=RejectVpcEndpointConnections&Version=1&Token=x")
    seen = Exchange(request, Response(200, Headers(), b""))
    assert request_line(seen).startswith("POST https://ec2.example/ Action=RejectVpcEndpointConnections 200 ")


def test_a_log_that_cannot_be_written_is_the_callers_error(tmp_path: Path) -> None:
    (tmp_path / "run.log").mkdir()
    with pytest.raises(UsageError) as caught:
        RunLog(tmp_path)
    assert "run.log" in caught.value.where


def test_the_bar_names_contract_and_test_and_counts_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    console = Console(file=stream, force_terminal=True, width=160)
    with progress_bar(console, what="starting") as bar:
        bar.exchange(exchange())
        bar.step("test_pagination.py::test_pages_are_joined[azure-search-pec]", 3, 12)
        assert bar._progress is not None
        bar._progress.refresh()
    shown = stream.getvalue()
    assert "azure-search-pec pages are joined" in shown
    assert "3/12" in shown
    assert "1 requests" in shown
    assert "left" in shown


def test_no_bar_without_a_terminal() -> None:
    stream = io.StringIO()
    with progress_bar(Console(file=stream), 3) as bar:
        bar.advance("x")
        bar.exchange(exchange())
    assert stream.getvalue() == ""
    assert bar.requests == 1


def test_names_of_tests_are_made_readable() -> None:
    assert doing("a.py::test_x_y[c]") == "c x y"
    assert doing("PAG-5.empty-link@c") == "PAG-5.empty-link@c"


def test_the_default_file_is_taken_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen_target("", quiet=False) == ""
    assert "embedded server" in capsys.readouterr().err
    (tmp_path / "linkproof.toml").write_text("[target]\n", encoding="utf-8")
    assert chosen_target("", quiet=False) == "linkproof.toml"
    assert "linkproof.toml" in capsys.readouterr().err
    assert chosen_target("embedded", quiet=False) == ""
    assert chosen_target("other.toml", quiet=True) == "other.toml"
    assert chosen_target("", quiet=True) == "linkproof.toml"
    assert capsys.readouterr().err == ""


def test_last_failed_needs_results(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        last_failed(tmp_path / "none", quiet=True)
    assert "--out" in caught.value.fix
    write_reports(breached(), tmp_path / "out")
    failed = last_failed(tmp_path / "out", quiet=True)
    assert failed is not None
    assert failed.pairs


def test_changes_that_start_a_run() -> None:
    there, restarted = Seen("a", frozenset({(1, 1.0)}), answers=True), Seen("a", frozenset({(2, 9.0)}), answers=True)
    away, edited = Seen("a", frozenset(), answers=False), Seen("b", frozenset({(1, 1.0)}), answers=True)
    assert changed(None, there)
    assert not changed(there, there)
    assert changed(there, restarted)
    assert changed(there, edited)
    assert not changed(there, away)
    assert changed(away, there)


def test_it_runs_again_at_each_change_and_survives_errors() -> None:
    there, restarted = Seen("a", frozenset({(1, 1.0)}), answers=True), Seen("a", frozenset({(2, 9.0)}), answers=True)

    def looks() -> Iterator[Seen]:
        yield from (there, there, restarted, restarted)
        raise KeyboardInterrupt

    codes: list[int] = []

    def run() -> int:
        codes.append(0)
        if len(codes) == 1:
            raise TargetError("away")
        return 1

    assert watch("t.toml", run, looks()) == 1
    assert len(codes) == 2
    with pytest.raises(UsageError):
        watch("", run)


def test_a_look_sees_file_and_process(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        file = tmp_path / "t.toml"
        path = 'path = { subscriptionId = "s", resourceGroupName = "rg", searchServiceName = "n" }'
        text = f'[target]\nbase_url = "http://127.0.0.1:{port}"\n[contracts.azure-search-pec]\n{path}\n'
        file.write_text(text, encoding="utf-8")
        first = look(file)
        assert first.answers
        assert first == look(file)
        file.write_text(text + "# changed\n", encoding="utf-8")
        assert look(file) != first
        if __import__("importlib.util").util.find_spec("psutil"):
            assert len(listening("127.0.0.1", port)) == 1
    assert not look(file).answers
    assert listening("example.com", port) == frozenset()
    assert watching.INTERVAL_S < 2


def test_completion_offers_ids_files_and_formats(tmp_path: Path) -> None:
    assert "PAG-5" in dict(completion.requirements("pag"))
    assert not completion.requirements("zzz")
    assert "azure-search-pec" in dict(completion.contracts("azure-se"))
    assert dict(completion.faults("PAG-5."))
    (tmp_path / "mine.toml").write_text("[target]\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    assert completion.targets("") == ["embedded", "mine.toml", "sub/"]
    assert completion.targets("no/such/") == []
    assert completion.formats("") == list(FORMATS)


def test_the_shell_gets_completions() -> None:
    asked = {"COMP_WORDS": "linkproof run -r PAG-", "COMP_CWORD": "3", "_LINKPROOF_COMPLETE": "complete_bash"}
    shown = CliRunner().invoke(app, [], env=asked, prog_name="linkproof")
    assert "PAG-5" in shown.output.split()


def test_the_version_names_what_decides_results() -> None:
    shown = CliRunner().invoke(app, ["--version"]).output
    for name in ("linkproof ", "Python ", "schemathesis ", "jsonschema-rs "):
        assert name in shown
    kind = "plain" if str(judge.__file__).endswith(".py") else "compiled"
    assert shown.splitlines()[0].endswith(f", {kind} modules")
