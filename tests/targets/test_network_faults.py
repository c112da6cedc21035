"""Network faults are no breaches: safe requests are repeated, and the rest is inconclusive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded
from tests.bad_proxy import BadProxy, Choice
from tests.command_line import linkproof

CONTRACTS = {c.id: c for c in all_contracts()}
DICOM = CONTRACTS["azure-healthcareapis-dicom"]
AKS = CONTRACTS["azure-containerservice-pec"]
KINDS = ("reset", "cut", "silence", "page")

pytestmark = pytest.mark.usefixtures("short_pauses")


def run(folder: Path, contract_id: str, choose: Choice, more: str = "") -> tuple[int, dict[str, Any], BadProxy]:
    """Run against a live target behind the proxy."""
    contract = CONTRACTS[contract_id]
    parent = read_fixtures(contract).parents[0]
    path = ", ".join(f'{k} = "{v}"' for k, v in parent.path.items())
    names = "\n".join(f"{state} = {json.dumps(list(names))}" for state, names in parent.names.items())
    with Embedded([contract]) as server, BadProxy(server.base_url, choose) as proxy:
        file = folder / "target.toml"
        file.write_text(
            f"""
[target]
kind = "live"
base_url = "{proxy.base_url}"
checks_credentials = true
timeout_s = 1
{more}
[budget]
per_second = 100000
[auth.azure]
kind = "bearer"
token = "test-token"
[contracts.{contract.id}]
path = {{ {path} }}
[contracts.{contract.id}.fixtures]
{names}
""",
            "utf-8",
        )
        done = linkproof(folder, "run", "--target", file, "--out", "out", "--quiet")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads((folder / "out" / "results.json").read_text("utf-8")), proxy


def inconclusive(results: dict[str, Any]) -> set[str]:
    """The requirements that the network kept from being proven."""
    rows = [r for r in results["requirements"] if "inconclusive" in r["why"]]
    assert all(r["status"] == "not exercised" for r in rows)
    return {r["id"] for r in rows}


def statuses(results: dict[str, Any]) -> dict[str, str]:
    """How each requirement stands."""
    return {r["id"]: r["status"] for r in results["requirements"]}


def test_a_reading_is_asked_again(tmp_path: Path) -> None:
    def choose(number: int, _: str) -> str:
        return KINDS[number // 40 % len(KINDS)] if number % 40 == 0 else ""

    (tmp_path / "right").mkdir()
    (tmp_path / "wrong").mkdir()
    code, right, _ = run(tmp_path / "right", DICOM.id, lambda _, __: "")
    again, wrong, proxy = run(tmp_path / "wrong", DICOM.id, choose)
    assert set(proxy.done) == {"", *KINDS}
    assert (again, wrong["findings"], wrong["broken"]) == (code, [], [])
    assert inconclusive(wrong) == set()
    assert statuses(wrong) == statuses(right)


def test_what_is_dropped_each_time_is_one_finding_and_leaves_the_rest_inconclusive(tmp_path: Path) -> None:
    code, results, _ = run(tmp_path, DICOM.id, lambda _, line: "reset" if "linkproof-absent-1" in line else "")
    assert [(f["requirement"], f["kind"]) for f in results["findings"]] == [("HDR-5", "no answer")]
    assert results["broken"] == []
    assert "ERR-3" in inconclusive(results)
    assert code == 1


def test_what_stays_away_is_inconclusive(tmp_path: Path) -> None:
    code, results, _ = run(tmp_path, DICOM.id, lambda _, line: "cut" if "linkproof-absent-1" in line else "")
    assert results["findings"] == []
    assert results["broken"] == []
    assert "ERR-3" in inconclusive(results)
    assert code == 4


def test_a_decision_that_was_lost_is_not_sent_again(tmp_path: Path) -> None:
    puts: list[str] = []

    def choose(_: int, line: str) -> str:
        if line.startswith("PUT"):
            puts.append(line)
            return "cut" if len(puts) % 7 == 0 else ""
        return ""

    code, results, proxy = run(tmp_path, AKS.id, choose, 'writes = true\nallow = ["pending-*"]')
    assert proxy.done["cut"] > 2
    assert results["findings"] == [], [f["message"] for f in results["findings"]]
    assert results["broken"] == []
    assert inconclusive(results)
    assert code == 4


def test_a_target_that_never_answers_breaks_the_run(tmp_path: Path) -> None:
    code, results, proxy = run(tmp_path, DICOM.id, lambda _, __: "reset")
    assert code == 3
    assert "does not answer" in results["broken"][0]["what"]
    assert results["findings"] == []
    assert proxy.count < 20
