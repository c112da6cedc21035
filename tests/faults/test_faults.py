"""The catalogue of faults: every requirement has one, each is caught, and the command line lists them."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.fault_matrix.matrix_run import Outcome, Reported, attempt
from linkproof.fault_matrix.table import Matrix, as_data, as_markdown, figures
from linkproof.faults import catalogue
from linkproof.faults.catalogue import all_definitions, all_faults, all_variants, find
from linkproof.faults.contract_facts import pages_by_link
from linkproof.faults.registry import Fault
from linkproof.mock.fixtures import read_fixtures
from tests.command_line import command, linkproof
from tests.group_traffic import ENTRY

CONTRACTS = all_contracts()
FAULTS = all_faults(CONTRACTS)
VARIANTS = all_variants(CONTRACTS)


def cannot_be_breached(requirement: Requirement, contract: Contract) -> str:
    """Why a requirement that applies has no fault on a contract; "" where it has to have one."""
    if requirement.subject != "target":
        return "it is about the documentation"
    if requirement.id in ("PAG-2", "PAG-3") and not pages_by_link(contract) and not contract.list.limit:
        return "the list is never cut into pages"
    if requirement.id == "LRO-6" and not any(o.role == "decide" and 202 in o.responses for o in contract.operations):
        return "nothing is created by an operation that goes on"
    return ""


# the catalogue


def test_every_module_with_definitions_is_listed() -> None:
    folder = Path(catalogue.__file__).parent
    files = [*(folder / "breaches").glob("*.py"), *(folder / "variants").glob("*.py")]
    assert {f"{f.parent.name}.{f.stem}" for f in files if f.stem != "__init__"} == set(catalogue.MODULES)
    assert len(set(catalogue.MODULES)) == len(catalogue.MODULES)
    assert all(d.benign == ("faults.variants." in d.make.__module__) for d in all_definitions())


def test_there_are_enough() -> None:
    assert len(FAULTS) >= 200
    assert len({v.definition.name for v in VARIANTS}) >= 30


def test_ids_are_unique() -> None:
    counts = Counter(f.id for f in (*FAULTS, *VARIANTS))
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_requirement_has_a_fault_on_every_contract_that_it_binds() -> None:
    have = {(f.requirement, f.contract) for f in FAULTS}
    lacking = [
        (r.id, c.id)
        for r in all_requirements()
        for c in CONTRACTS
        if r.applies_to(c) and (r.id, c.id) not in have and not cannot_be_breached(r, c)
    ]
    assert lacking == []


#: Faults that fit no reviewed contract, and where they are caught.
ELSEWHERE = {"another-got": "tests/cli/test_a_cloud_of_data.py, with SHP-9: it has a Get, and ids that are no paths"}


def test_every_definition_fits_a_contract_and_names_requirements_that_there_are() -> None:
    # No reviewed contract has groups and private link resources.
    grouped = [ENTRY.contract]
    fitting = {f.definition.name for f in (*FAULTS, *VARIANTS, *all_faults(grouped), *all_variants(grouped))}
    known = {r.id for r in all_requirements()}
    for definition in all_definitions():
        assert (definition.name in fitting) != (definition.name in ELSEWHERE)
        assert {definition.requirement, *definition.equivalent} <= known
        assert definition.text.endswith(".")


def test_the_function_of_a_definition_is_called_by_its_id() -> None:
    for definition in all_definitions():
        called = f"_{definition.requirement}_{definition.name}".lower().replace("-", "_")
        assert definition.make.__name__ == called


def test_an_unknown_fault_is_told_with_the_nearest(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "mock", "--port", "0", "--fault", "PAG-5.empty-lnk@azure-dbforpostgresql-pec")
    assert done.returncode == 2
    assert "there is no fault" in done.stderr
    assert "PAG-5.empty-link@azure-dbforpostgresql-pec" in done.stderr


def test_the_list_has_them_all(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "faults", "list", "--json")
    assert done.returncode == 0
    assert [row["id"] for row in json.loads(done.stdout)] == [f.id for f in (*FAULTS, *VARIANTS)]


# what is caught

#: One of each kind of edit: a hook, a part, a status, a page, an operation; on a socket and without one.
SAMPLE = (
    "SHP-1.decision-answered-empty@azure-dbforpostgresql-pec",
    "PAG-2.link-drops-version@azure-healthcareapis-dicom",
    "STA-3.refused-but-deleted@azure-containerservice-pec",
    "LRO-4.without-effect@azure-healthcareapis-pec",
    "PAG-7.sort-ignores-one-key@huawei-vpcep-connections",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_fault_is_caught_by_its_own_requirement_and_shown_first(name: str) -> None:
    outcome = attempt(find(name, CONTRACTS), CONTRACTS)
    assert outcome.broken == ""
    assert outcome.by_its_own
    assert outcome.cause_first
    assert outcome.causes <= 3


@pytest.mark.parametrize(
    "name", ["SHP-3.chunked@azure-healthcareapis-dicom", "LRO-4.hidden-at-once@azure-dbforpostgresql-pec"]
)
def test_a_variant_is_not_blamed(name: str) -> None:
    outcome = attempt(find(name, CONTRACTS), CONTRACTS)
    assert outcome.reported == ()
    assert outcome.verdict == "conforms"


def test_without_a_socket_a_run_comes_to_the_same_as_over_one(tmp_path: Path) -> None:
    name = "PAG-6.total-follows-limit@huawei-vpcep-connections"
    with subprocess.Popen(command("mock", "--port", "0", "--fault", name), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        target = tmp_path / "target.toml"
        target.write_text(_target(server.stdout.readline().split()[0]), "utf-8")
        done = linkproof(tmp_path, "run", "--target", target, "--out", "out", "--quiet")
        server.terminate()
    assert done.returncode == 1, done.stderr
    found = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["findings"]
    direct = attempt(find(name, CONTRACTS), CONTRACTS)
    assert [f["requirement"] for f in found] == [t.requirement for t in direct.reported]


def _target(base_url: str) -> str:
    """A target file for the only contract of that vendor."""
    contract = next(c for c in CONTRACTS if c.vendor == "huawei")
    parent = read_fixtures(contract).parents[0]
    path = ", ".join(f'{k} = "{v}"' for k, v in parent.path.items())
    lines = [
        f'[target]\nname = "a server with one fault"\nkind = "mock"\nbase_url = "{base_url}"',
        "checks_credentials = true\nwrites = true",
        'reset = { method = "POST", path = "/_control/reset" }',
        '[auth.huawei]\nkind = "x-auth-token"\ntoken = "test-token"',
        f"[contracts.{contract.id}]\npath = {{ {path} }}\n[contracts.{contract.id}.fixtures]",
        *(f"{status} = {json.dumps(list(names))}" for status, names in parent.names.items()),
    ]
    return "\n".join(lines)


# the table


def outcome(fault: Fault, *told: str, broken: str = "") -> Outcome:
    """An outcome in which these requirements were named; a ``<`` marks what is folded."""
    findings = tuple(Reported(t.rstrip("<"), True, t.endswith("<"), "it is wrong") for t in told)
    definition = fault.definition
    return Outcome(
        fault.id,
        definition.requirement,
        fault.contract,
        definition.text,
        definition.benign,
        definition.equivalent,
        findings,
        "breached" if told else "conforms",
        100,
        1.0,
        broken,
    )


def test_what_is_missed_or_blamed_or_broken_is_told() -> None:
    caught, missed, other = FAULTS[0], FAULTS[1], FAULTS[2]
    blamed = VARIANTS[0]
    outcomes = [
        outcome(caught, caught.requirement, "STA-6<"),
        outcome(missed),
        outcome(other, "HDR-1"),
        outcome(blamed, "SHP-1"),
    ]
    matrix = Matrix({1: outcomes}, 12.3, 2, "abc1234", "2026-11-20")
    f = figures(matrix)
    assert (f["caught"], f["faults"], f["variants_blamed"], f["findings_most"]) == (1, 3, 1, 1)
    text = as_markdown(matrix, all_requirements())
    assert f"- `{missed.id}`: not caught; found was nothing" in text
    assert f"- `{other.id}`: not caught; found was HDR-1" in text
    assert f"- `{blamed.id}`: blamed for SHP-1" in text
    assert "abc1234" in text


def test_seeds_that_differ_are_told() -> None:
    fault = FAULTS[0]
    matrix = Matrix({1: [outcome(fault, fault.requirement)], 2: [outcome(fault)]}, 1.0, 1)
    assert matrix.differing == [fault.id]
    assert as_data(matrix)["figures"]["seeds_differ"] == 1


def test_a_broken_trial_has_caught_nothing() -> None:
    fault = FAULTS[0]
    trial = outcome(fault, fault.requirement, broken="it broke")
    assert not trial.good


def test_the_matrix_is_written_by_the_command(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "faults", "matrix", "ENM-3.", "LRO-5.", "-c", "azure-healthcareapis-pec", "--out", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads((tmp_path / "matrix.json").read_text("utf-8"))
    assert data["figures"]["caught"] == data["figures"]["faults"] == 4
    assert data["figures"]["variants"] == 2
    assert "LRO-5.date" in (tmp_path / "matrix.md").read_text("utf-8")
    assert "LRO-5.date" in (tmp_path / "matrix.html").read_text("utf-8")


def test_a_name_that_fits_nothing_is_told(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "faults", "matrix", "no-such-fault")
    assert done.returncode == 2
    assert "no fault of these contracts has 'no-such-fault' in its id" in done.stderr
