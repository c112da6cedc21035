"""Every curl command runs as printed, whatever the size of its body."""

from __future__ import annotations

import io
import json
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from linkproof.cli.output import Output, finish
from linkproof.cli.reading import read_results
from linkproof.model.exchange import WRONG_TOKEN, Credential, Exchange, Headers, Request, Response
from linkproof.model.results import Results
from linkproof.redaction.curl import MOST_BYTES, curl, split_body
from linkproof.redaction.masking import Masker
from linkproof.reports.terminal import print_summary
from linkproof.reports.write import write_copy, write_reports
from tests.results_examples import breached
from tests.waiting import LIMIT_S

HUGE = json.dumps({"properties": {"description": "it's " + "x" * 100_000}})
DEEP = '{"a":' * 1500 + "1" + "}" * 1500
#: How a request is signed for AWS.
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0"
BODIES = (HUGE, DEEP, '{\n "properties": {}\n}', "@bodies/other.txt", '{"properties": {}}')


class Sized(BaseHTTPRequestHandler):
    """Answers with a status that says how much came, and of which type."""

    def do_PUT(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = sent.decode("utf-8", "replace")
        known = body in BODIES and self.headers.get("Content-Type") in ("application/json", None)
        self.send_response(210 + BODIES.index(body) if known else 500)
        self.send_header("Content-Length", "0")
        self.send_header("X-Sent", sent.hex() if self.path == "/bytes" else "")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Sized) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/a[1]"
        listening.shutdown()
        thread.join()


def put(url: str, body: str, *, typed: bool = True) -> Exchange:
    headers = Headers([("Content-Type", "application/json")] if typed else [])
    return Exchange(Request("PUT", url, headers, body.encode()), Response(400))


def with_bodies(url: str) -> Results:
    results = breached()
    lines = [curl(put(url, body, typed=bool(n % 2)), Masker()) for n, body in enumerate(BODIES)]
    assert len(results.findings) >= 2
    first = results.findings[0]
    results.findings = [type(first)(**{n: getattr(first, n) for n in first.__struct_fields__}) for _ in BODIES]
    for number, (finding, line) in enumerate(zip(results.findings, lines, strict=True)):
        finding.id, finding.curl, finding.follows = f"{finding.requirement}-{number:010}", line, None
    return results


def run(line: str, folder: Path) -> int:
    assert shlex.split(line)[0] == "curl"
    assert "…" not in line
    assert len(line) < 3000
    done = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    return int(done.stdout.split()[1])


def test_lines_in_results_run_in_their_folder(tmp_path: Path, server: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    write_reports(with_bodies(server), tmp_path / "out")
    written = json.loads((tmp_path / "out" / "results.json").read_bytes())["findings"]
    assert [run(f["curl"], tmp_path / "out") for f in written] == [210, 211, 212, 213, 214]
    assert len(list((tmp_path / "out" / "bodies").iterdir())) == 3


def test_lines_on_the_terminal_run_where_the_command_ran(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    monkeypatch.chdir(tmp_path)
    finish(with_bodies(server), Path("my out"), Output(format="json"))
    printed = json.loads(capsys.readouterr().out)["findings"]
    assert [run(f["curl"], tmp_path) for f in printed] == [210, 211, 212, 213, 214]
    assert "@my out/bodies/" in printed[0]["curl"]


def test_a_report_of_a_report_has_the_bodies_too(tmp_path: Path) -> None:
    results = with_bodies("http://127.0.0.1:9/")
    write_reports(results, tmp_path / "first")
    read = read_results(tmp_path / "first")
    assert [f.curl for f in read.findings] == [f.curl for f in results.findings]
    write_copy(read, tmp_path / "second")
    assert {p.name for p in (tmp_path / "second").iterdir()} == {"report.html", "print.html", "results.json", "bodies"}
    one = [p.read_bytes() for p in sorted((tmp_path / "first" / "bodies").iterdir())]
    assert one == [p.read_bytes() for p in sorted((tmp_path / "second" / "bodies").iterdir())]
    write_reports(breached(), tmp_path / "first")
    assert not (tmp_path / "first" / "bodies").exists(), "bodies of an earlier run stay"


def test_no_file_is_named_by_what_results_say(tmp_path: Path) -> None:
    results = with_bodies("http://127.0.0.1:9/")
    results.findings = results.findings[:1]
    results.findings[0].id = "../../elsewhere"
    write_reports(results, tmp_path / "a" / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    (name,) = (tmp_path / "a" / "out" / "bodies").iterdir()
    assert name.read_text("utf-8") == HUGE


def test_without_a_folder_a_line_is_whole() -> None:
    results = with_bodies("http://127.0.0.1:9/")
    assert split_body(results.findings[0].curl)[1] == HUGE
    printed = io.StringIO()
    print_summary(results, Console(file=printed, width=200))
    assert "x" * 50 in printed.getvalue()


def test_a_body_beyond_all_limits_has_no_line() -> None:
    assert curl(put("http://127.0.0.1:9/", "x" * (MOST_BYTES + 1)), Masker()) == ""


@pytest.mark.parametrize(
    ("sent", "named"),
    [("Bearer abc", "Bearer $TOKEN"), ("abc", "$TOKEN"), ("***", "Bearer $TOKEN"), ("a b", "$TOKEN")],
)
def test_a_line_names_the_credential_in_the_form_that_was_sent(sent: str, named: str) -> None:
    exchange = Exchange(Request("GET", "http://x/", Headers([("Authorization", sent)]), b""), Response(400))
    assert f'"Authorization: {named}"' in curl(exchange, Masker([exchange]))


@pytest.mark.parametrize(
    ("field", "sent"), [("Authorization", "Bearer abc"), ("X-Auth-Token", "abc"), ("Authorization", SIGNED)]
)
def test_a_wrong_credential_is_sent_again_as_a_wrong_one(field: str, sent: str) -> None:
    request = Request("GET", "https://ec2.eu-west-1.amazonaws.com/", Headers([(field, sent)]), b"")
    wrong = curl(Exchange(request, Response(200), credential=Credential.WRONG), Masker())
    assert WRONG_TOKEN in wrong
    assert "$TOKEN" not in wrong
    assert "$AWS_" not in wrong


@pytest.mark.parametrize("body", [b'{"a":"\xff\xfe"}', b"\x80%d\\x'\"$(date)\xc3\xa4\x00\n"])
def test_bytes_that_are_no_text_are_sent_as_they_were(server: str, body: bytes) -> None:
    line = curl(Exchange(Request("PUT", server.replace("/a[1]", "/bytes"), Headers(), body), Response(400)), Masker())
    assert line.isprintable()
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    assert f"X-Sent: {body.hex()}" in done.stdout
