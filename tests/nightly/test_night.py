"""A night with runs that neither pass nor fail: stale waivers, unreachable targets, rejected targets."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml

from linkproof.cli import nightly
from linkproof.cli.entry import run
from linkproof.history.site import site_files
from linkproof.history.store import Store
from linkproof.history.trend import trend
from linkproof.model.results import Results, Status, Verdict
from linkproof.model.waiver import WaiverStatus
from linkproof.nightly.absent import mistake_in, results_without_a_run
from linkproof.nightly.performing import Done
from linkproof.nightly.plan import Job
from linkproof.nightly.summary import line_of, write_summary
from linkproof.reports.write import write_reports
from linkproof.results.merge import judged_anew
from tests.results.test_waivers import excused
from tests.results_examples import breached, replace

ROOT = Path(__file__).parents[2]
TARGET = """
[target]
name = "prod"
kind = "live"
base_url = "https://management.example"
reset = { path = "/reset" }
[auth.azure]
token_env = "T"
[contracts.azure-keyvault-pec]
path = { subscriptionId = "s", resourceGroupName = "g", vaultName = "vault-1" }
"""


def with_an_expired_waiver() -> Results:
    """Nothing is breached, and a waiver is over: exit code 1."""
    rows = [replace(r, status=Status.PASS, findings=(), why="") for r in breached().requirements]
    waiver = replace(excused().waivers[0], standing=WaiverStatus.EXPIRED, expires="2026-01-01", findings=())
    results: Results = replace(breached(), requirements=rows, findings=[], documentation_defects=[], waivers=[waiver])
    return judged_anew(results)


def test_an_expired_waiver_is_named(tmp_path: Path) -> None:
    results = with_an_expired_waiver()
    assert (results.verdict, results.exit_code) == (Verdict.CONFORMS, 1)
    write_reports(results, tmp_path / "a")
    line = line_of(Done("a", 1, "", 2.0), tmp_path / "a")
    assert (line.word, line.must, line.exit_code) == ("stale waiver", 0, 1)
    assert "A waiver of net expired on 2026-01-01" in line.sentence
    write_summary([line], tmp_path)
    assert "expired on 2026-01-01" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    write_reports(breached(), tmp_path / "b")
    assert line_of(Done("b", 1, "", 2.0), tmp_path / "b").word == "breached"


def test_results_of_an_earlier_night_are_not_this_nights(tmp_path: Path) -> None:
    write_reports(breached(), tmp_path / "a")
    line = line_of(Done("a", 3, "broken: no answer\n  fix: start it", 2.0, reported=False), tmp_path / "a")
    assert (line.word, line.report) == ("broken", "")
    assert line.sentence == "broken: no answer; fix: start it"


def test_a_target_that_was_down_is_in_history_and_site(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(TARGET, encoding="utf-8")
    job = Job("job", str(tmp_path / "t.toml"))
    down = results_without_a_run(job, Done("job", 3, "no answer", 1.0, reported=False), "no answer")
    assert (down.target.name, down.exit_code) == ("prod", 3)
    good = breached()
    good.target = replace(good.target, name="prod")
    with Store(f"sqlite:///{tmp_path}/h.sqlite") as store:
        store.add(good)
        store.add(down)
        found = trend(store, "prod")
        files = site_files([found])
    assert (found.newest.verdict, found.judged.verdict) == ("broken", "breached")
    assert all(f.now for f in found.findings), "nobody knows that they are gone"
    assert "not judged since" in files["index.html"]
    assert "Not judged since" in files["targets/prod.html"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert run(["history", "show", "prod", "--store", f"sqlite:///{tmp_path}/h.sqlite"]) == 0
    assert "(run 2; 2 runs of this target)" in out.getvalue()
    assert "Not judged since" in out.getvalue()


def test_what_is_wrong_with_a_target_is_said_before_the_night_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "live.toml").write_text(TARGET, encoding="utf-8")
    (tmp_path / "PLAN.toml").write_text('[[run]]\ntarget = "live.toml"\n', encoding="utf-8")
    assert "a live target has a reset" in mistake_in(Job("x", str(tmp_path / "live.toml")))
    asked: list[str] = []

    def perform(jobs: Iterable[Job], _: Path) -> Iterator[Done]:
        asked.extend(j.name for j in jobs)
        return iter(())

    monkeypatch.setattr(nightly, "engine_of", lambda *_: perform)
    url = f"sqlite:///{tmp_path}/h.sqlite"
    code = run(["nightly", str(tmp_path / "PLAN.toml"), "--out", str(tmp_path / "out"), "--history", url, "-q"])
    assert (code, asked) == (3, [])
    assert "live is not run: linkproof: error:" in capsys.readouterr().err
    found = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["runs"]
    assert [(r["word"], r["exit_code"]) for r in found] == [("mistake", 2)]
    with Store(url) as store:
        assert [r.verdict for r in store.runs("prod")] == ["broken"]


def test_the_page_breaks_no_words_of_verdicts_and_numbers(tmp_path: Path) -> None:
    write_summary([line_of(Done("a", 3, "x", 1.0, reported=False), tmp_path)], tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "1 run;" in page
    assert re.search(r"thead th, td\.word, td\.number \{ white-space: nowrap \}", page)
    (rule,) = re.findall(r"^(.*) \{ overflow-wrap: anywhere", page, re.MULTILINE)
    assert rule == "th[scope=row], td:last-child"


def test_report_exits_as_a_run_with_these_results(tmp_path: Path) -> None:
    for name, results in (("bad", breached()), ("stale", with_an_expired_waiver())):
        write_reports(results, tmp_path / name)
        assert run(["report", str(tmp_path / name), "--out", str(tmp_path / "copy"), "-q"]) == results.exit_code == 1
    good = replace(with_an_expired_waiver(), waivers=[])
    write_reports(good, tmp_path / "good")
    assert run(["report", str(tmp_path / "good"), "--out", str(tmp_path / "copy"), "-q"]) == 0
    required = ("--require", "live", "-q")
    assert run(["report", str(tmp_path / "good"), "--out", str(tmp_path / "copy"), *required]) == 4


def test_each_job_of_a_matrix_keeps_its_own_artifact() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (upload,) = [s for s in action["runs"]["steps"] if "upload-artifact" in s.get("uses", "")]
    assert "inputs.artifact" in upload["with"]["name"]
    assert "strategy.job-index" in upload["with"]["name"]
    assert action["inputs"]["artifact"]["default"] == ""


def test_the_options_of_a_plan_are_documented() -> None:
    from linkproof.nightly.plan import _OPTIONS

    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    assert [name for name in _OPTIONS if f"\n{name} = " not in page] == []
