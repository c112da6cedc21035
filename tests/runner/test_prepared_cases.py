"""Shipped cases are those that Schemathesis and Hypothesis draw, and serve their own document and seed only."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.runner import property_based
from linkproof.runner.prepared_cases import CaseKind, digest_of, file_of, key_of, prepared, prepared_lifecycles
from linkproof.runner.property_based import ENUMERATED, NEGATIVE, POSITIVE
from linkproof.runner.run_context import DEFAULT_SEED
from linkproof.runner.state_machine import LIVES, STEPS
from tests.ship_cases import kinds_of, lifecycles, operations_of
from tests.waiting import LIMIT_S

CONTRACTS = {c.id: c for c in all_contracts()}
DICOM = CONTRACTS["azure-healthcareapis-dicom"]


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())
def test_every_reviewed_contract_has_cases_of_its_present_document(contract: Contract) -> None:
    operations = list(operations_of(contract))
    assert operations
    for role, operation in operations:
        for kind in kinds_of(role):
            assert prepared(contract, operation.id, kind, DEFAULT_SEED) is not None, "run `make cases`"


# Enumerated cases of a body with many constraints, random ones of a query and of a form.
@pytest.mark.parametrize(
    ("contract", "role", "kind"),
    [
        ("azure-dbforpostgresql-pec", Role.DECIDE, ENUMERATED),
        ("azure-healthcareapis-dicom", Role.LIST, POSITIVE),
        ("huawei-vpcep-connections", Role.DECIDE, NEGATIVE),
        ("aws-ec2-vpc-endpoint-connections", Role.LIST, NEGATIVE),
    ],
)
def test_the_shipped_cases_are_the_drawn_ones(contract: str, role: Role, kind: CaseKind) -> None:
    operation = CONTRACTS[contract].by_role(role)
    assert operation is not None
    shipped = prepared(CONTRACTS[contract], operation.id, kind, DEFAULT_SEED)
    assert shipped
    with property_based.one_at_a_time:
        assert shipped == property_based.draw(CONTRACTS[contract], operation, kind, DEFAULT_SEED)


def test_the_shipped_lifecycles_are_the_drawn_ones() -> None:
    shipped = prepared_lifecycles(DEFAULT_SEED, LIVES, STEPS)
    assert shipped is not None
    assert len(shipped) == LIVES
    with property_based.one_at_a_time:
        assert shipped == lifecycles().moves


def test_another_seed_count_or_document_is_drawn() -> None:
    operation = DICOM.by_role(Role.LIST)
    assert operation is not None
    changed = replace(DICOM, document={**DICOM.document, "x-changed": True})
    assert digest_of(changed) != digest_of(DICOM)
    assert prepared(DICOM, operation.id, POSITIVE, DEFAULT_SEED) is not None
    assert prepared(changed, operation.id, POSITIVE, DEFAULT_SEED) is None
    assert prepared(DICOM, operation.id, POSITIVE, DEFAULT_SEED + 1) is None
    assert prepared(DICOM, operation.id, replace(POSITIVE, count=7), DEFAULT_SEED) is None
    assert prepared(replace(DICOM, id="another"), operation.id, POSITIVE, DEFAULT_SEED) is None
    assert prepared_lifecycles(DEFAULT_SEED + 1, LIVES, STEPS) is None


def test_what_is_not_shipped_is_drawn_with_the_seed() -> None:
    operation = DICOM.by_role(Role.LIST)
    assert operation is not None
    drawn = [property_based.cases_of(DICOM, operation, NEGATIVE, seed) for seed in (DEFAULT_SEED, 77)]
    assert all(drawn)
    assert drawn[0] != drawn[1]


def test_no_file_is_left_of_a_contract_that_is_gone() -> None:
    names = {path.name.removesuffix(".json.gz") for path in file_of("any").parent.iterdir()}
    assert names == {*CONTRACTS, "lifecycles"}
    assert key_of("List", POSITIVE) == "List positive 12"


def test_a_run_with_shipped_cases_does_not_load_schemathesis() -> None:
    code = (
        "import sys\n"
        "from linkproof.mock.defaults import DEFAULT\n"
        "from linkproof.runner.open_target import without_a_socket\n"
        "from linkproof.runner.pytest_plugin import Conformance\n"
        "from linkproof.runner.run_context import Choices\n"
        "from linkproof.runner.running import run_suites\n"
        f"run = Conformance(Choices(contracts=({DICOM.id!r},)), opener=without_a_socket(DEFAULT))\n"
        "run_suites(run)\n"
        "assert run.results.requests > 200, run.results\n"
        "print(*({'schemathesis', 'hypothesis'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT_S)
    assert done.stdout.split() == []
