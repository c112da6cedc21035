"""The command line as users see it: output, files, exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.mock.serve import Embedded
from tests.command_line import linkproof
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]
CASSETTE = ROOT / "cassettes" / "azure-healthcareapis-dicom.yaml.gz"
RECORDINGS = ROOT.parent / "shared" / "recordings"


def test_help_and_version(tmp_path: Path) -> None:
    shown = linkproof(tmp_path, "--help")
    assert shown.returncode == 0
    for word in ("run", "check", "mock", "contracts", "requirements", "Exit codes"):
        assert word in shown.stdout
    assert linkproof(tmp_path, "--version").stdout.startswith("linkproof ")


def test_contracts_and_requirements_are_shown(tmp_path: Path) -> None:
    listed = linkproof(tmp_path, "contracts", "list", "--json")
    assert {c["id"] for c in json.loads(listed.stdout)} == {c.id for c in all_contracts()}
    shown = linkproof(tmp_path, "contracts", "show", "huawei-vpcep-connections")
    assert "AcceptOrReject (decide): POST /v1/" in shown.stdout
    requirement = linkproof(tmp_path, "requirements", "show", "sta-5")
    assert "STA-5 MUST" in requirement.stdout
    assert "source: " in requirement.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["requirements", "show", "XXX-1"], "no requirement is called 'XXX-1'"),
        (["contracts", "show", "nothing"], "no contract is called 'nothing'"),
        (["run", "--target", "absent.toml"], "absent.toml: cannot be read: No such file"),
        (["run", "--contract", "nothing"], "no contract is called 'nothing'"),
        (["check", "absent.yaml"], "absent.yaml: there is no such file"),
        (["run", "--target", "cassette:absent.yaml"], "absent.yaml: there is no such file"),
        (["run", "--target", f"cassette:{CASSETTE}", "--record", "again.yaml"], "a replay is not recorded again"),
        (["run", "--record", str(CASSETTE)], "a cassette is recorded as plain text"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_fix(arguments: list[str], says: str, tmp_path: Path) -> None:
    found = linkproof(tmp_path, *arguments)
    assert found.returncode == 2
    assert says in found.stderr
    assert "fix: " in found.stderr
    assert "Traceback" not in found.stderr + found.stdout
    assert list(tmp_path.iterdir()) == []


def _target(folder: Path, base_url: str, contract: str = "huawei-vpcep-connections") -> Path:
    """A target file for one contract of the embedded server's fixtures."""
    path = folder / "target.toml"
    place = {
        "huawei-vpcep-connections": 'path = { project_id = "6e9dfd51d1124e8d8498dce894923a0d", '
        'vpc_endpoint_service_id = "4189d3c2-8882-4871-a3c2-d380272eed88" }',
        "azure-healthcareapis-dicom": 'path = { subscriptionId = "00000000-0000-0000-0000-000000000000", '
        'resourceGroupName = "rg1", workspaceName = "workspace1" }',
    }[contract]
    path.write_text(
        f'[target]\nname = "a mock"\nbase_url = "{base_url}"\nchecks_credentials = true\nwrites = true\n'
        'reset = { method = "POST", path = "/_control/reset" }\n'
        '[auth.azure]\ntoken = "test-token"\n[auth.huawei]\ntoken = "test-token"\n'
        f"[contracts.{contract}]\n{place}\n"
        f'[contracts.{contract}.fixtures]\nany = ["dicom-1"]\n',
        encoding="utf-8",
    )
    return path


def test_run_on_a_conforming_server_writes_every_report(tmp_path: Path) -> None:
    with Embedded(all_contracts()) as server:
        target = _target(tmp_path, server.base_url, "azure-healthcareapis-dicom")
        found = linkproof(tmp_path, "run", "--target", str(target), "--out", "out")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "CONFORMS" in found.stdout
    data = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert data["verdict"] == "conforms"
    assert data["requests"] > 100
    rows = {r["id"]: r for r in data["requirements"]}
    assert rows["SHP-1"]["status"] == "pass"
    assert rows["SHP-1"]["exercised"] > 10
    assert rows["LRO-1"]["status"] == "not applicable"
    for name in ("report.html", "junit.xml", "allure-results"):
        assert (tmp_path / "out" / name).exists()


def test_run_on_nobody_is_broken_and_nobodys_breach(tmp_path: Path) -> None:
    target = _target(tmp_path, "http://127.0.0.1:9")
    found = linkproof(tmp_path, "run", "--target", str(target), "--out", "out")
    assert found.returncode == 3
    assert "127.0.0.1:9" in found.stdout + found.stderr
    assert "does not conform" not in found.stdout


def test_without_writes_nothing_is_changed_and_that_is_not_a_pass(tmp_path: Path) -> None:
    with Embedded(all_contracts()) as server:
        target = _target(tmp_path, server.base_url)
        target.write_text(target.read_text().replace("writes = true", "writes = false"))
        found = linkproof(tmp_path, "run", "--target", str(target), "--json")
    assert found.returncode == 4
    data = json.loads(found.stdout)
    rows = {r["id"]: r for r in data["requirements"]}
    assert rows["STA-1"]["status"] == "not exercised"
    assert "writes" in rows["STA-1"]["why"]
    assert rows["PAG-6"]["status"] == "pass"


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared/recordings is absent")
def test_check_judges_real_recordings_without_a_false_alarm(tmp_path: Path) -> None:
    found = linkproof(tmp_path, "check", str(RECORDINGS), "--any-version", "--json")
    data = json.loads(found.stdout)
    assert data["requests"] == 122
    assert sum(c["exchanges"] for c in data["contracts"]) == 122
    assert data["unmatched"] == []
    # What these four services answer, and their own API descriptions do not allow or know.
    assert {(f["contract"], f["requirement"], f["place"].rsplit("/", 1)[-1]) for f in data["findings"]} == {
        ("azure-search-pec", "SHP-1", "description"),
        ("azure-search-pec", "SHP-4", "groupId"),
        ("azure-search-pec", "SHP-4", "provisioningState"),
        ("azure-signalr-pec", "SHP-1", "description"),
        ("azure-dbformysql-pec", "SHP-4", "requiredZoneNames"),
        ("azure-dbforpostgresql-pec", "SHP-4", "requiredZoneNames"),
    }
    breached = {f["contract"] for f in data["findings"]}
    quiet = ["check", str(RECORDINGS), "--any-version", "--quiet"]
    quiet += [f"--contract={c['id']}" for c in data["contracts"] if c["id"] not in breached]
    assert linkproof(tmp_path, *quiet).returncode == 4  # recordings cannot exercise everything
    lowered = linkproof(tmp_path, *quiet, "--allow-unproven")
    assert (lowered.returncode, lowered.stdout) == (0, "")


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared/recordings is absent")
def test_another_api_version_is_left_out_unless_asked_for(tmp_path: Path) -> None:
    path = RECORDINGS / "healthcareapis-2021-11-01-dicom.yaml"
    data = json.loads(linkproof(tmp_path, "check", str(path), "--json").stdout)
    assert data["contracts"] == []
    assert any("--any-version" in u["reason"] for u in data["unmatched"])


def test_pytest_runs_the_suites_too(tmp_path: Path) -> None:
    with Embedded(all_contracts()) as server:
        target = _target(tmp_path, server.base_url)
        found = subprocess.run(
            [sys.executable, "-m", "pytest", "suites", "--target", str(target), "-k", "pagination", "-q"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "passed" in found.stdout
    assert "a mock" in found.stdout


def test_two_workers_exercise_as_much_as_one_process() -> None:
    """Each has an embedded server of its own, whose fixtures it may put back; a contract without samples is skipped."""
    contracts = ("--contract", "azure-healthcareapis-dicom", "--contract", "azure-keyvault-pec")
    counted: list[list[str]] = []
    for number in ("0", "2"):
        command = [sys.executable, "-m", "pytest", "suites", *contracts, "-n", number, "-q", "-p", "no:cacheprovider"]
        # Hypothesis' plug-in, which the suites do not use, takes a second to load in each of four processes.
        command += ["-k", "pagination or headers", "-p", "no:hypothesispytest"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 0, done.stdout
        counted.append(re.findall(r"\d+ (?:passed|skipped)", done.stdout.strip().splitlines()[-1]))
    assert counted[0] == counted[1]
    assert counted[0][0].endswith("passed")
