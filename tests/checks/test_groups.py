"""SHP-8: groups of connections against the parent's private link resources, read in any order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkproof.contract.catalogue import imported
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.catalogue import all_faults, all_variants, behaving
from linkproof.judging.judge import Judge
from linkproof.mock.defaults import DEFAULT
from linkproof.model.exchange import Circumstances, Exchange, Grade
from linkproof.model.finding import Judgement, Level
from linkproof.recordings.files import read_recordings
from tests.group_traffic import ENTRY, ORDERS, traffic

SHARED = Path(__file__).parents[3] / "shared"
CONTRACT = ENTRY.contract
#: A contract whose connections have one group each.
SINGLE = next(e.contract for e in imported() if e.id == "azure-search-searchservices")


def judged(contract: Contract, exchanges: Sequence[Exchange]) -> list[Judgement]:
    """What SHP-8 says of them."""
    judge = Judge([contract], Circumstances(grade=Grade.RECORDING))
    return [j for e in exchanges for j in judge.feed(e)[1] if j.requirement == "SHP-8"]


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("contract", [CONTRACT, SINGLE], ids=lambda c: c.id)
def test_groups_of_the_parent_pass_whatever_is_read_first(contract: Contract, order: Sequence[Role]) -> None:
    found = judged(contract, traffic(contract, order))
    assert found
    assert all(j.breach is None for j in found)


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("contract", [CONTRACT, SINGLE], ids=lambda c: c.id)
def test_faults_are_caught_and_variants_are_not(contract: Contract, order: Sequence[Role]) -> None:
    faults = [f for f in all_faults([contract]) if f.requirement == "SHP-8"]
    variants = [f for f in all_variants([contract]) if f.requirement == "SHP-8"]
    assert (len(faults), len(variants)) == ((2, 2) if contract is CONTRACT else (1, 2))
    for fault in faults:
        breaches = [j.breach for j in judged(contract, traffic(contract, order, behaving(fault))) if j.breach]
        assert breaches, fault.id
        assert {b.level for b in breaches} == {Level.SHOULD}
        assert all("'another-group'" in b.message and b.evidence for b in breaches)
    for variant in variants:
        found = judged(contract, traffic(contract, order, behaving(variant)))
        assert found, variant.id
        assert all(j.breach is None for j in found), variant.id


def test_without_link_resources_nothing_is_judged() -> None:
    assert judged(CONTRACT, traffic(CONTRACT, (Role.LIST, Role.GET))) == []


@pytest.mark.parametrize("value", [{"value": []}, {"value": None}, {"value": 7}, [], None, {"value": [7, None, {}]}])
def test_link_resources_that_name_no_group_judge_nothing(value: Any) -> None:
    def emptied(contract: Contract) -> Any:
        def hook(asked: Any, answer: Any) -> None:
            if asked.operation is not None and asked.operation.role is Role.LINK_RESOURCES:
                answer.value = value

        return DEFAULT(contract).finishing(hook)

    assert judged(CONTRACT, traffic(CONTRACT, (Role.LIST, Role.LINK_RESOURCES, Role.LIST), emptied)) == []


def test_real_groups_are_those_of_their_parents() -> None:
    folders = [SHARED / "recordings", SHARED / "recordings-azure-cli"]
    if not all(f.is_dir() for f in folders):
        pytest.skip("../shared has no recordings")
    circumstances = Circumstances(grade=Grade.RECORDING)
    judge = Judge(all_contracts(), circumstances, any_version=True, entries=imported())
    found = [j for e in read_recordings(folders) for j in judge.feed(e)[1] if j.requirement == "SHP-8"]
    assert len(found) >= 16
    assert all(j.breach is None for j in found)


@pytest.mark.parametrize(("role", "breached"), [(Role.DECIDE, False), (Role.GET, True)])
def test_a_group_that_a_client_may_write_is_its_own(role: Role, breached: bool) -> None:
    """Search lets a client write the group of a connection: then the service shows what it was sent."""
    listed, shown = traffic(SINGLE, (Role.LINK_RESOURCES, Role.GET))
    body = json.loads(shown.response.body)
    body["properties"]["groupId"] = "no-such-group"
    text = json.dumps(body).encode()
    state = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}, "groupId": "no-such-group"}}
    sent = replace(shown.request, method="PUT", body=json.dumps(state).encode())
    answered = replace(shown, response=replace(shown.response, body=text))
    first = replace(answered, request=sent) if role is Role.DECIDE else shown
    found = judged(SINGLE, [listed, first, answered])
    assert any(j.breach for j in found) is breached
