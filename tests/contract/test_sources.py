"""A requirement that rests on a definition has each contract's own source, never another service's page."""

from __future__ import annotations

from linkproof.contract.definition import source_for
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements

KNOWN = {c.id: c for c in all_contracts()}


def test_no_contract_has_the_definition_of_another_one_as_its_source() -> None:
    of_one = [r for r in all_requirements() if r.source.definition_of]
    assert {"SHP-1", "SHP-2", "ENM-1", "ERR-6"} <= {r.id for r in of_one}
    for requirement in of_one:
        assert requirement.source.definition_of in KNOWN
        for contract in KNOWN.values():
            source = source_for(contract, requirement)
            assert source.definition_of == contract.id, (contract.id, requirement.id)
            assert source.address.startswith("https://")
            assert (source == requirement.source) is (contract.id == requirement.source.definition_of)


def test_a_rule_for_all_has_one_source() -> None:
    rules = [r for r in all_requirements() if not r.source.definition_of]
    assert {source_for(c, r) == r.source for c in KNOWN.values() for r in rules} == {True}
