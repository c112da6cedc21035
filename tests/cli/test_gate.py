"""A run as a gate in CI: waiting for the server, evidence policies, annotations, and the action's steps."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkproof.contract.loader import all_contracts
from linkproof.errors import UsageError
from linkproof.mock.fixtures import read_fixtures
from linkproof.model.exchange import Grade
from linkproof.model.results import BestEvidence, Status, Verdict
from linkproof.redaction.publish import published
from linkproof.reports.github import workflow_commands
from linkproof.results.evidence_policy import evidence_policy_from, under_policy
from tests.command_line import linkproof
from tests.ports import free_port
from tests.results_examples import breached, many, replace
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]
DICOM = next(c for c in all_contracts() if c.id == "azure-healthcareapis-dicom")


@pytest.fixture
def port() -> int:
    return free_port()


def target(folder: Path, port: int) -> Path:
    parent = ", ".join(f'{k} = "{v}"' for k, v in read_fixtures(DICOM).parents[0].path.items())
    text = f'[target]\nbase_url = "http://127.0.0.1:{port}"\n[auth.azure]\ntoken = "test-token"\n'
    path = folder / "mock.toml"
    path.write_text(f"{text}[contracts.{DICOM.id}]\npath = {{ {parent} }}\n", encoding="utf-8")
    return path


@pytest.fixture
def later(port: int) -> Iterator[int]:
    """A port on which the embedded server is only just being started."""
    command = [sys.executable, "-m", "linkproof", "mock", "--port", str(port), "--contract", DICOM.id]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield port
        process.terminate()


def test_it_waits_for_a_server_that_is_being_started(later: int, tmp_path: Path) -> None:
    done = linkproof(tmp_path, "run", "--target", target(tmp_path, later), "--wait", "60", "--out", "out", "--json")
    assert json.loads(done.stdout)["verdict"] in ("conforms", "unproven"), done.stderr


def test_a_server_that_stays_silent_is_a_broken_set_up(port: int, tmp_path: Path) -> None:
    done = linkproof(tmp_path, "run", "--target", target(tmp_path, port), "--wait", "0.3")
    assert done.returncode == 3
    assert f"http://127.0.0.1:{port} did not answer within 0.3 s" in done.stderr


# evidence


def dated(grade: Grade, days: float) -> Any:
    """Results whose evidence is of a grade, and so many days old."""
    rows = [replace(r, status=Status.PASS, findings=(), why="") for r in breached().requirements]
    verdict = Verdict.CONFORMS
    results = replace(breached(), verdict=verdict, findings=[], documentation_defects=[], broken=[], requirements=rows)
    moment = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")
    rows = [replace(r, evidence=BestEvidence(grade, moment)) if r.grade else r for r in results.requirements]
    return replace(results, requirements=rows)


@pytest.mark.parametrize(
    ("needed", "grade", "days", "holds"),
    [
        ("live:7d", Grade.LIVE, 6.9, True),
        ("live:7d", Grade.LIVE, 7.1, False),
        ("live:7d", Grade.RECORDING, 1, False),
        ("recording", Grade.LIVE, 1000, True),
        ("recording", Grade.RECORDING, 1000, True),
        ("recording", Grade.MOCK, 0, False),
        ("mock:12h", Grade.MOCK, 0.4, True),
        ("mock:12h", Grade.MOCK, 0.6, False),
    ],
)
def test_what_is_weaker_or_older_is_no_proof(needed: str, grade: Grade, days: float, holds: bool) -> None:
    before = dated(grade, days)
    after = under_policy(before, evidence_policy_from(needed))
    passed = [r for r in before.requirements if r.status is Status.PASS and r.grade]
    assert passed
    still = [r for r in after.requirements if r.status is Status.PASS and r.grade]
    assert len(still) == (len(passed) if holds else 0)
    assert after.verdict is (before.verdict if holds else Verdict.UNPROVEN)
    if not holds:
        lost = [r for r in after.requirements if needed in r.why]
        assert len(lost) == len(passed)
        assert after.exit_code == 4


def test_a_breach_stays_one_whatever_its_evidence() -> None:
    after = under_policy(breached(), evidence_policy_from("live:1d"))
    assert after.verdict is Verdict.BREACHED
    assert after.findings == breached().findings


@pytest.mark.parametrize("text", ["alive", "live:", "live:7", "live:7w", "live:7d ", "7d", "live:99999d"])
def test_what_asks_for_nothing_known_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is not a minimum evidence"):
        evidence_policy_from(text)


def test_require_is_an_option_of_run_and_report(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "run", "-c", DICOM.id, "--out", "out", "--require", "live:7d", "--json")
    data = json.loads(done.stdout)
    assert (done.returncode, data["verdict"]) == (4, "unproven")
    assert any(r["why"] == "passed on a mock only, but live:7d is required" for r in data["requirements"])
    assert linkproof(tmp_path, "run", "-c", DICOM.id, "--out", "good").returncode == 0
    told = linkproof(tmp_path, "report", "good", "--out", "copy", "--require", "live")
    assert told.stdout.startswith("UNPROVEN ")
    wrong = linkproof(tmp_path, "report", "good", "--out", "copy", "--require", "soon")
    assert wrong.returncode == 2
    assert "--require" in wrong.stderr


# annotations


def test_findings_are_annotations() -> None:
    lines = list(workflow_commands(published(breached())))
    assert lines
    assert all(line.startswith(("::error", "::warning")) for line in lines)
    assert all("\n" not in line for line in lines)
    assert any(line.startswith("::error title=") and "%0A" in line and "curl" in line for line in lines)


def test_there_are_not_too_many_annotations() -> None:
    lines = list(workflow_commands(published(many(100))))
    assert len(lines) <= 22
    assert any("root causes more" in line for line in lines)


# the action


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is absent")
def test_the_actions_steps_do_what_the_page_says(port: int, tmp_path: Path) -> None:
    """The action's own shell lines, run as GitHub runs them; installing is left to pip, and is not repeated here."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    steps = {s.get("name"): s for s in action["runs"]["steps"]}
    place = tmp_path / "temp" / "linkproof" / "bin"
    place.mkdir(parents=True)
    script = f'#!/bin/sh\nexec "{sys.executable}" -m linkproof "$@"\n'
    (place / "linkproof").write_text(script, encoding="utf-8")
    (place / "linkproof").chmod(0o755)
    given = {
        "inputs.start": f"{sys.executable} -m linkproof mock --port {port} --contract {DICOM.id} "
        f"--fault SHP-3.text-plain@{DICOM.id} & echo $! > pid; wait",
        "inputs.target": str(target(tmp_path, port)),
        "inputs.wait": "60",
        "inputs.out": "reports/linkproof",
        "inputs.options": "--allow-unproven --seed 2 -r SHP-3",
    }
    environment = {
        **os.environ, "RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "PYTHONPATH": str(ROOT / "src"),
    }  # fmt: skip

    def step(name: str) -> subprocess.CompletedProcess[str]:
        found = steps[name]
        own = {k: given[v.strip("${} ")] for k, v in found.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"]]
        return subprocess.run(
            command, cwd=tmp_path, env={**environment, **own}, capture_output=True, text=True, timeout=LIMIT_S
        )

    assert step("Start the server").returncode == 0
    try:
        done = step("Run")
    finally:
        os.kill(int((tmp_path / "pid").read_text()), 15)
    assert done.returncode == 1
    assert (tmp_path / "output").read_text() == "exit-code=1\n"
    assert "::error title=SHP-3" in done.stdout
    assert "SHP-3" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert (tmp_path / "reports" / "linkproof" / "report.html").is_file()
    assert step("Show what the server said").returncode == 0


def test_the_page_names_what_the_action_takes() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
    example = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    used = example["jobs"]["conformance"]["steps"][1]["with"]
    assert set(used) <= set(action["inputs"])
    assert {k for k, v in action["inputs"].items() if v.get("required")} <= set(used)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--definition", "absent.txt", "absent.txt: cannot be read"),
        ("--waivers", "absent.toml", "absent.toml: cannot be read"),
        ("--require", "soon", "--require"),
    ],
)
def test_a_mistake_in_what_is_demanded_is_told_before_anything_is_sent(
    port: int, tmp_path: Path, option: str, value: str, told: str
) -> None:
    # Nothing listens there: a request would be told as such, with exit code 3.
    done = linkproof(tmp_path, "run", "--target", target(tmp_path, port), option, value)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "reports").exists()
