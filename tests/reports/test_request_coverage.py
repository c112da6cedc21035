"""docs/request-coverage.md is the command's output, and agrees with the requests of the suites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkproof.contract.body_cases import cases_of_body
from linkproof.contract.call import Call
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.parameter_cases import cases_of_path
from linkproof.contract.request_match import Addresses
from linkproof.contract.routing import Router
from linkproof.mock.defaults import DEFAULT
from linkproof.model.exchange import Exchange
from linkproof.reports.request_coverage import coverage, example_body, rows
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.runner.session import Session

PAGE = Path(__file__).parents[2] / "docs" / "request-coverage.md"
SENT = ("azure-dbforpostgresql-pec", "huawei-vpcep-connections")


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == coverage(all_contracts()), "make coverage"


@pytest.mark.parametrize("contract", all_contracts(), ids=lambda c: c.id)
def test_every_row_says_what_is_sent_or_why_nothing_is(contract: Contract) -> None:
    found = rows(contract)
    assert found
    for row in found:
        assert bool(row.reason) is not bool(row.wrong or row.right), row


@pytest.fixture(scope="module")
def sent() -> list[Exchange]:
    found: list[Exchange] = []
    record = Session.record

    def noting(self: Session, exchange: Exchange) -> Call | None:
        found.append(exchange)
        return record(self, exchange)

    run = Conformance(Choices(contracts=SENT), opener=without_a_socket(DEFAULT))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "record", noting)
        run_suites(run)
    run.close()
    assert run.results is not None
    assert run.results.findings == []
    return found


@pytest.mark.parametrize("name", SENT)
def test_what_the_page_lists_is_sent(name: str, sent: list[Exchange]) -> None:
    contract = next(c for c in all_contracts() if c.id == name)
    addresses = Addresses(Router([contract], any_version=True))
    calls: list[Call] = []
    for exchange in sent:
        address = addresses.find(exchange.request.method, exchange.request.url)
        if not isinstance(address, str):
            calls.append(Call(exchange, address))
    for operation in contract.operations:
        own = [c for c in calls if c.operation is operation]
        broken = {(f.defect, f.name, json.dumps(f.value)) for c in own for f in c.defects if len(c.defects) == 1}
        for case in cases_of_path(contract, operation):
            if not case.valid:
                assert any(n == case.constraint.name and v == json.dumps(case.value) for _, n, v in broken), case
        if operation.request is None:
            continue
        wrong = [c for c in cases_of_body(contract, operation, example_body(contract, operation)) if not c.valid]
        places = {n for _, n, _ in broken}
        for case in wrong:
            pointer = next(operation.request.problems(case.value)).pointer
            assert pointer in places or operation.role is Role.TAGS, case
