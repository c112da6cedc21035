"""A requirement that rests on a definition has each contract's own source, never another service's page."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

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
    rules = [r for r in all_requirements() if not r.source.definition_of and not r.source.vendor]
    assert {"SHP-3", "ERR-5", "STA-3"} <= {r.id for r in rules}
    named = {(c.vendor, r) for c in KNOWN.values() for r in c.vendor_sources}
    for contract in KNOWN.values():
        for rule in rules:
            assert (source_for(contract, rule) == rule.source) is ((contract.vendor, rule.id) not in named)


def test_no_vendor_is_shown_the_document_of_another_one() -> None:
    hosts = {
        "aws": {"docs.aws.amazon.com", "github.com/boto"},
        "huawei": {"support.huaweicloud.com"},
        "otc": {"docs.otc.t-systems.com"},
        "azure": {"learn.microsoft.com", "github.com/Azure", "github.com/microsoft", "raw.githubusercontent.com"},
    }
    seen: Counter[str] = Counter()
    for contract in KNOWN.values():
        for requirement in (r for r in all_requirements() if r.applies_to(contract)):
            source = source_for(contract, requirement)
            address = source.address.removeprefix("https://")
            foreign = [v for v, own in hosts.items() if address.startswith(tuple(own)) and v != contract.vendor]
            assert not foreign, (contract.id, requirement.id, source)
            seen[contract.vendor] += address.startswith(tuple(hosts[contract.vendor]))
    assert min(seen.values()) >= 15


def test_a_vendor_without_a_document_is_told_whose_rule_it_is() -> None:
    contract = replace(KNOWN["huawei-vpcep-connections"], vendor="other", vendor_title="Other Cloud", vendor_sources={})
    requirement = next(r for r in all_requirements() if r.id == "STA-1")
    source = source_for(contract, requirement)
    assert source.document == "no document of Other Cloud; as in Azure Resource Manager RPC: Resource API reference"
    assert source.address == requirement.source.address


def test_a_profile_that_extends_another_has_the_sources_of_that_one() -> None:
    inherited = replace(KNOWN["huawei-vpcep-connections"], vendor="other", vendor_title="Other Cloud")
    requirement = next(r for r in all_requirements() if r.id == "STA-1")
    assert source_for(inherited, requirement).document.startswith("no document of Other Cloud; as in Huawei Cloud")
