"""Each night says what changed since the last one, first and with nothing else; no night is taken for another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from linkproof.cli import nightly
from linkproof.cli.entry import run
from linkproof.model.results import Results, Status, Verdict
from linkproof.nightly import state
from linkproof.nightly.changes import changes_since
from linkproof.nightly.performing import Done
from linkproof.nightly.plan import Job
from linkproof.nightly.state import RESUMABLE_S, NightState
from linkproof.reports.write import write_reports
from linkproof.results.merge import judged_anew
from tests.results_examples import breached, finding, replace

DOWN = Done("a", 3, "linkproof: error: the target does not answer", 1.0, reported=False)


def conforming() -> Results:
    rows = [replace(r, status=Status.PASS, findings=(), why="") for r in breached().requirements]
    return judged_anew(replace(breached(), requirements=rows, findings=[], documentation_defects=[], waivers=[]))


def lines_of(before: Results | None, after: Results | None, was: str = "", word: str = "") -> tuple[str, ...]:
    return changes_since(before, after, was, word).lines


def test_what_is_new_fixed_or_no_longer_judged_is_said_once() -> None:
    old = breached()
    now = replace(old, findings=[*old.findings[1:], finding("X-1", "SHP-2")])
    lines = lines_of(old, now)
    assert [line.split(":")[0] for line in lines] == ["new", "fixed"]
    assert "SHP-2 MUST" in lines[0]
    rows = [replace(r, status=Status.NOT_EXERCISED, why="no writes") for r in old.requirements]
    unjudged = lines_of(old, replace(old, findings=[], requirements=rows))
    assert {line.split(":")[0] for line in unjudged} == {
        "gone, but its requirement was not judged in full",
        "not exercised any more",
    }
    assert all("no writes" in line for line in unjudged if line.startswith("not exercised"))


def test_nothing_is_said_of_equal_nights_nor_of_a_first_one() -> None:
    assert lines_of(breached(), breached(), "breached", "breached") == ()
    assert lines_of(None, breached(), "", "breached") == ()


def test_findings_that_read_alike_name_their_places() -> None:
    twice = [replace(finding(f"X-{n}", "SHP-2"), place=f"/properties/p{n}", message="same") for n in (1, 2)]
    lines = lines_of(replace(breached(), findings=[]), replace(breached(), findings=twice))
    assert [f"same at /properties/p{n} [" in line for n, line in enumerate(lines, 1)] == [True, True]


def test_what_changed_on_our_side_and_a_slow_night_are_said() -> None:
    old = breached()
    now = replace(old, version="9.9.9", seed=99, duration_s=old.duration_s * 3 + 1000)
    assert [line.split()[0] for line in lines_of(old, now)] == ["judged", "seed", "it"]


def test_many_new_findings_are_cut_with_their_number() -> None:
    many = [finding(f"X-{n}", "SHP-2") for n in range(30)]
    lines = lines_of(replace(breached(), findings=[]), replace(breached(), findings=many))
    assert len(lines) == 6
    assert lines[-1] == "new: 25 more"


class Nights:
    """Nights of one run with the results that a test gives."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.history = False
        (folder / "PLAN.toml").write_text('[[run]]\nname = "a"\ntarget = "t.toml"\n', encoding="utf-8")
        self.tonight: Results | Done = DOWN
        self.performed = 0
        monkeypatch.setattr(nightly, "mistake_in", lambda _: "")
        monkeypatch.setattr(nightly, "engine_of", lambda *_: self._perform)

    def _perform(self, jobs: Iterable[Job], out: Path) -> Iterator[Done]:
        for job in jobs:
            self.performed += 1
            if isinstance(self.tonight, Done):
                yield self.tonight
            else:
                write_reports(self.tonight, out / job.name)
                yield Done(job.name, self.tonight.exit_code, "", 1.0)

    def run(self, tonight: Results | Done, *options: str, out: str = "out") -> list[str]:
        """Return what changed, as summary.json says."""
        self.tonight = tonight
        more = ["--history", f"sqlite:///{self.folder}/h.sqlite"] if self.history else []
        run(["nightly", str(self.folder / "PLAN.toml"), "--out", str(self.folder / out), *more, *options])
        data = json.loads((self.folder / out / "summary.json").read_text(encoding="utf-8"))
        return list(data["runs"][0]["since"]["lines"])


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(tmp_path, monkeypatch)


def test_a_month_of_nights(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    assert nights.run(conforming()) == []
    assert capsys.readouterr().out.startswith("No earlier night to compare with.\n")
    assert nights.run(conforming()) == []
    assert "nothing changed in 1 run." in capsys.readouterr().out.splitlines()[0]
    broke = nights.run(breached())
    assert broke[0] == "was conforms, is breached"
    assert sum(line.startswith("new: ") for line in broke) >= 2
    assert "1 of 1 run changed" in capsys.readouterr().out.splitlines()[0]
    page = (nights.folder / "out" / "index.html").read_text(encoding="utf-8")
    notes = (nights.folder / "out" / "summary.md").read_text(encoding="utf-8").splitlines()
    assert "a: was conforms, is breached" in page
    assert notes[0].startswith("**Since the last night")
    assert notes[2] == "- a: was conforms, is breached"
    assert nights.run(DOWN) == ["was breached, is broken: linkproof: error: the target does not answer"]
    assert nights.run(replace(breached(), verdict=Verdict.BROKEN)) == []
    # Two nights without results later, the breaches of before are not new.
    assert nights.run(breached()) == ["was broken, is breached"]
    assert any(line.startswith("fixed: ") for line in nights.run(conforming()))


def test_a_new_folder_is_compared_with_the_history(nights: Nights) -> None:
    nights.history = True
    nights.run(replace(conforming(), started_at="2026-11-20T02:00:00+00:00"))
    nights.run(replace(breached(), verdict=Verdict.BROKEN, started_at="2026-11-21T02:00:00+00:00"), out="two")
    found = nights.run(replace(breached(), started_at="2026-11-22T02:00:00+00:00"), out="three")
    assert any(line.startswith("new: ") for line in found)


def test_a_history_that_is_down_takes_no_verdict_away(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    plan, out = str(tmp_path / "PLAN.toml"), tmp_path / "out"
    for tonight, code in ((breached(), 1), (conforming(), 3)):
        nights.tonight = tonight
        assert run(["nightly", plan, "--out", str(out), "--history", f"sqlite:///{tmp_path}/file/h.sqlite"]) == code
        said = capsys.readouterr()
        assert said.err.count("the night goes on without it") == 1
        assert "1 run: " in said.out
    assert (out / "summary.md").exists()
    performed = nights.performed
    assert run(["nightly", plan, "--out", str(out), "--history", "no-url"]) == 2
    assert nights.performed == performed


def test_resume_continues_a_night_and_never_replaces_the_next(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.run(conforming(), "--resume")
    nights.run(conforming(), "--resume")
    assert nights.performed == 1
    monkeypatch.setattr(state, "RESUMABLE_S", 0)
    assert nights.run(breached(), "--resume")[0] == "was conforms, is breached"
    assert nights.performed == 2


@pytest.mark.parametrize(
    ("later", "done"), [(3600, ["a"]), (RESUMABLE_S - 1, ["a"]), (24 * 3600, []), (23 * 3600, []), (-3600, [])]
)
def test_a_night_is_resumed_within_the_same_day_of_any_clock(tmp_path: Path, later: int, done: list[str]) -> None:
    jobs = [Job("a", "a.toml"), Job("b", "b.toml")]
    first = NightState(tmp_path, jobs, resume=False, now=lambda: 1_000_000.0)
    first.begin()
    first.add(Done("a", 1, "", 2.0))
    second = NightState(tmp_path, jobs, resume=True, now=lambda: 1_000_000.0 + later)
    assert list(second.done) == done
    # A night that was resumed keeps its beginning.
    assert second.began == 1_000_000.0 + (0 if done else later)


def test_two_nights_do_not_share_a_folder(nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = ("import sys, pathlib, linkproof.nightly.state as s", "with s.only_night(pathlib.Path(sys.argv[1])):")
    holder = "\n".join([*code, " print(1, flush=True)", " input()"])
    (tmp_path / "out").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "out")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        plan = str(nights.folder / "PLAN.toml")
        assert run(["nightly", plan, "--out", str(tmp_path / "out")]) == 2
        assert "another night is still running here" in capsys.readouterr().err
        assert nights.performed == 0
        other.kill()
    assert nights.run(conforming()) == []
    assert nights.performed == 1
