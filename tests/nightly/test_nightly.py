"""A night of many runs: one process each, resumed after an interruption, here and on Dask."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
import yaml

from linkproof.contract.catalogue import imported
from linkproof.errors import UsageError
from linkproof.mock.serve import Embedded
from linkproof.nightly.performing import Done
from linkproof.nightly.plan import Job, read_plan
from linkproof.nightly.summary import Line, exit_code_of, line_of, write_summary
from tests.command_line import command, linkproof
from tests.nightly.plans import DICOM, summary, target
from tests.ports import free_port
from tests.waiting import LIMIT_S, Gate, wait_until

ROOT = Path(__file__).parents[2]


def test_one_that_fails_does_not_stop_the_others(plan: Path, tmp_path: Path) -> None:
    done = linkproof(tmp_path, "nightly", plan, "--out", "out", "--processes", "2", "--history", "sqlite:///h.sqlite")
    assert done.returncode == 1, done.stderr
    found = summary(tmp_path / "out")
    words = {name: found[name]["word"] for name in ("good", "bad", "gone", "again")}
    assert words == {"good": "conforms", "bad": "breached", "gone": "mistake", "again": "conforms"}
    assert found["exit_code"] == 1
    assert "cannot be read: No such file" in found["gone"]["sentence"]
    assert found["bad"]["must"] >= 1
    assert (tmp_path / "out" / "good" / "report.html").is_file()
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert '<a href="bad/report.html">bad</a>' in page
    assert "| gone | mistake |" in (tmp_path / "out" / "summary.md").read_text(encoding="utf-8")
    assert "4 runs: out/index.html" in done.stdout
    kept = linkproof(tmp_path, "history", "list", "--store", "sqlite:///h.sqlite", "--json")
    assert [r["verdict"] for r in json.loads(kept.stdout)].count("broken") == 1
    assert len(json.loads(kept.stdout)) == 4


@pytest.mark.usefixtures("jobs_here")
def test_what_was_done_is_not_done_again(plan: Path, tmp_path: Path) -> None:
    linkproof(tmp_path, "nightly", plan, "--out", "out", "-q", "--processes", "1")
    before = {p.parent.name: p.stat().st_mtime_ns for p in (tmp_path / "out").glob("*/results.json")}
    assert set(before) == {"good", "bad", "again"}
    plan.write_text(plan.read_text().replace("seed = 2", "seed = 3"), encoding="utf-8")
    done = linkproof(tmp_path, "nightly", plan, "--out", "out", "--resume", "--processes", "1")
    after = {p.parent.name: p.stat().st_mtime_ns for p in (tmp_path / "out").glob("*/results.json")}
    assert {n for n in after if after[n] != before[n]} == {"again"}
    assert done.returncode == 1
    assert summary(tmp_path / "out")["good"]["word"] == "conforms"


@pytest.mark.usefixtures("jobs_here")
def test_what_broke_is_done_again(tmp_path: Path) -> None:
    port = free_port()
    target(tmp_path / "t.toml", f"http://127.0.0.1:{port}")
    (tmp_path / "PLAN.toml").write_text('[[run]]\ntarget = "t.toml"\nallow_unproven = true\n', encoding="utf-8")
    night = ("nightly", "PLAN.toml", "--out", "out", "--processes", "1")
    done = linkproof(tmp_path, *night)
    assert (done.returncode, summary(tmp_path / "out")["t"]["word"]) == (3, "broken")
    with Embedded([DICOM], port=port):
        done = linkproof(tmp_path, *night, "--resume")
    assert (done.returncode, summary(tmp_path / "out")["t"]["word"]) == (0, "conforms")


@pytest.mark.usefixtures("jobs_here")
@pytest.mark.parametrize("chosen", ["", 'contracts = ["azure-agfoodplatform-*"]\n'])
def test_a_night_judges_an_imported_contract_as_a_run_does(tmp_path: Path, chosen: str) -> None:
    contract = next(e.contract for e in imported() if e.id == "azure-agfoodplatform-farmbeats")
    plan = f'[[run]]\ntarget = "t.toml"\nallow_unproven = true\nwaivers = "w.toml"\n{chosen}'
    (tmp_path / "PLAN.toml").write_text(plan, encoding="utf-8")
    waiver = f'requirement = "SHP-1"\ncontract = "{contract.id}"\noperation = "X"\npointer = ""\nkind = "type"\n'
    signed = 'owner = "net"\nreason = "r"\nlink = "https://a.example/1"\nexpires = 2020-01-01\n'
    (tmp_path / "w.toml").write_text(f"[[waiver]]\n{waiver}{signed}", encoding="utf-8")
    with Embedded([contract]) as server:
        target(tmp_path / "t.toml", server.base_url, contract=contract)
        done = linkproof(tmp_path, "nightly", "PLAN.toml", "--out", "out", "--processes", "1")
    assert "is not run" not in done.stderr
    assert (done.returncode, summary(tmp_path / "out")["t"]["word"]) == (1, "stale waiver"), done.stderr


def test_other_waivers_make_another_run(tmp_path: Path) -> None:
    for name, text in (("t.toml", "x = 1"), ("waivers.toml", "y = 1")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    job = Job("x", str(tmp_path / "t.toml"), waivers=str(tmp_path / "waivers.toml"))
    keys = [job.key, job.key]
    for name in ("t.toml", "waivers.toml"):
        (tmp_path / name).write_text("z = 2", encoding="utf-8")
        keys.append(job.key)
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


@pytest.mark.usefixtures("jobs_here")
def test_a_night_that_was_cut_short_goes_on(servers: tuple[str, str], tmp_path: Path) -> None:
    gate, state = Gate(lambda _: True), tmp_path / "out" / "state.jsonl"
    target(tmp_path / "first.toml", servers[0])
    plan = "".join(f'[[run]]\ntarget = "{name}.toml"\nallow_unproven = true\n' for name in ("first", "second"))
    (tmp_path / "PLAN.toml").write_text(plan, encoding="utf-8")
    night = ("nightly", "PLAN.toml", "--out", "out", "--processes", "1")
    with Embedded([DICOM], around=gate.around) as server:
        target(tmp_path / "second.toml", server.base_url, f"timeout_s = {LIMIT_S}\n")
        with subprocess.Popen(
            command(*night), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            gate.wait(process)
            wait_until(lambda: state.read_text(encoding="utf-8") != "", process)
            process.send_signal(signal.SIGKILL)
        gate.open()
        assert [json.loads(line)["done"]["name"] for line in state.read_text().splitlines()] == ["first"]
        was = (tmp_path / "out" / "first" / "results.json").stat().st_mtime_ns
        done = linkproof(tmp_path, *night, "--resume", "-q")
    assert done.returncode == 0
    assert {n: r["word"] for n, r in summary(tmp_path / "out").items() if n != "exit_code"} == {
        "first": "conforms",
        "second": "conforms",
    }
    assert (tmp_path / "out" / "first" / "results.json").stat().st_mtime_ns == was


def test_a_run_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    from linkproof.nightly import performing

    job = Job("slow", "nowhere.toml", minutes=0)
    done = performing.perform(job, tmp_path / "slow")
    assert done.exit_code == performing.OVER_TIME
    assert done.said.startswith("stopped after 0 minutes")


def line(code: int) -> Line:
    return Line("x", "w", code, "", 0, 0, 0, 0.0, 0, "")


@pytest.mark.parametrize(
    ("codes", "whole"),
    [((0, 0), 0), ((0, 4), 4), ((4, 3), 3), ((2, 0), 3), ((124, 4), 3), ((-9, 0), 3), ((3, 1), 1), ((), 0)],
)
def test_the_night_ends_with_the_worst(codes: tuple[int, ...], whole: int) -> None:
    assert exit_code_of([line(c) for c in codes]) == whole


def test_a_job_is_a_command_line(tmp_path: Path) -> None:
    path = tmp_path / "PLAN.toml"
    path.write_text('[[run]]\ntarget = "a.toml"\nconcurrency = 4\nseed = 7\n[[run]]\ntarget = "b.toml"\n', "utf-8")
    first, second = read_plan(path)
    common = ["run", "--target", str(tmp_path / "a.toml"), "--out", "o", "--quiet"]
    assert first.arguments(Path("o")) == [*common, "--seed", "7", "--concurrency", "4"]
    assert "--concurrency" not in second.arguments(Path("o"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a plan is made of"),
        ("[run]\n", "a plan is made of"),
        ("[[run]]\n", "target is missing"),
        ('[[run]]\ntaget = "x"\n', "unknown member 'taget'"),
        ('[[run]]\ntarget = "x"\nseed = true\n', "seed is True"),
        ('[[run]]\ntarget = "x"\ncontracts = [1]\n', "contracts is"),
        ('[[run]]\ntarget = "x"\nname = "../x"\n', "name is"),
        ('[[run]]\ntarget = "x"\nminutes = 0\n', "minutes is 0"),
        ('[[run]]\ntarget = "x"\nconcurrency = 300\n', "concurrency is 300"),
        ('[[run]]\ntarget = "a/x.toml"\n[[run]]\ntarget = "b/X.toml"\n', "two runs are called 'x'"),
        ("[[run", "not valid TOML"),
        ("run = [1]\n", "expected a table, got 1"),
    ],
)
def test_mistakes_in_a_plan_are_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "PLAN.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_plan(path)
    assert told in raised.value.problem
    assert "PLAN.toml" in raised.value.where


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--engine", "cloud"), "there is no engine 'cloud'"),
        (("--engine", "dask"), "dask needs a scheduler"),
        (("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"), "no scheduler answers"),
    ],
)
def test_engines_that_are_not_there_are_told(plan: Path, tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    done = linkproof(tmp_path, "nightly", plan, *options)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_examples_are_whole() -> None:
    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    found = [yaml.safe_load(block.split("```")[0]) for block in page.split("```yaml\n")[1:]]
    assert [sorted(map(str, f))[0] for f in found] == ["True", "nightly", "apiVersion"]
    steps = found[0]["jobs"]["conformance"]["steps"]
    assert any("linkproof nightly PLAN.toml" in s.get("run", "") for s in steps)
    assert found[2]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"][0] == "nightly"


def test_what_a_run_said_is_text_on_the_page(tmp_path: Path) -> None:
    said = '</td><script>alert(1)</script><img src=x onerror="alert(2)">'
    lines = [line_of(Done("odd", 3, said, 1.0), tmp_path / "odd")]
    assert lines[0].sentence == said
    write_summary(lines, tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page
