"""Two versions of a contract: requests may not lose values, answers may not gain any, absence is no change."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from linkproof.contract.catalogue import chosen
from linkproof.contract.model import Contract
from linkproof.definition_pages.estate import as_markdown, steps
from linkproof.definition_pages.versions import contract_differences

STATUS = "/properties/privateLinkServiceConnectionState/status"


def changed(contract: Contract, component: str, pointer: str, **members: Any) -> Contract:
    """The contract with other keywords at one place of one component; None takes a keyword away."""
    document = copy.deepcopy(dict(contract.document))
    place = document["components"]["schemas"][component]
    for step in pointer.split("/")[1:]:
        place = place["properties"][step]
    for name, value in members.items():
        keyword = name.replace("_", "-")
        place.pop(keyword, None)
        if value is not None:
            place[keyword] = value
    return replace(contract, document=document)


@pytest.fixture(scope="module")
def storage() -> Contract:
    """A contract whose status is an open enumeration of Pending, Approved and Rejected."""
    return chosen(["azure-storage-storageaccounts-2021-04-01"])[0]


def lines(was: Contract, now: Contract, what: str) -> set[tuple[bool, str]]:
    """What changed of enumerations in requests or answers: whether it breaks, and the change."""
    found = contract_differences(was, now)
    return {(d.breaking, d.line.rsplit(": ", 1)[1]) for d in found if f" {what}" in f" {d.place}"}


@pytest.mark.parametrize(
    ("old", "new", "x_open", "sent", "answered"),
    [
        (["A", "B"], ["A"], False, True, False),
        (["A"], ["A", "B"], False, False, True),
        (["A"], ["A", "B"], True, False, False),
        (["A"], None, False, False, True),
        (["A"], None, True, False, False),
        (None, ["A"], False, True, False),
        (None, ["A"], True, False, False),
    ],
)
def test_what_is_sent_may_not_shrink_and_what_is_answered_not_grow(
    storage: Contract, old: Any, new: Any, x_open: bool, sent: bool, answered: bool
) -> None:
    for component, what, breaks in (("ConnectionUpdate", "request", sent), ("Connection", "answer", answered)):
        was = changed(storage, component, STATUS, enum=old, x_open=(x_open and old is not None) or None)
        now = changed(storage, component, STATUS, enum=new, x_open=(x_open and new is not None) or None)
        assert {b for b, _ in lines(was, now, what)} == {breaks}, what


def test_an_enumeration_that_opens_breaks_those_who_read_it_and_one_that_closes_those_who_send_it(
    storage: Contract,
) -> None:
    for component, what, breaks in (("ConnectionUpdate", "request", False), ("Connection", "answer", True)):
        was = changed(storage, component, STATUS, x_open=None)
        now = changed(storage, component, STATUS, x_open=True)
        assert lines(was, now, what) == {(breaks, "enumeration closed → open")}
        assert lines(now, was, what) == {(not breaks, "enumeration open → closed")}


def test_a_deletion_without_a_body_says_nothing_of_it() -> None:
    old = chosen(["azure-keyvault-pec"])[0]
    new = chosen(["azure-keyvault-vaults-2023-07-01"])[0]
    found = contract_differences(old, new)
    assert not [d.line for d in found if d.place.startswith("Delete")]
    assert not [d.line for d in found if "enumeration removed" in d.line]


def test_link_resources_that_one_source_leaves_out_were_not_removed() -> None:
    clusters = chosen(["azure-containerservice-*"])
    page = as_markdown(steps(clusters), len(clusters))
    assert len(clusters) == 3
    assert "privatelinkresources" not in page
    assert "PUT answers: status added: 201" in page


def test_other_clouds_are_no_versions_of_each_other() -> None:
    assert steps(chosen(["huawei-vpcep-connections", "otc-vpcep-connections"])) == []


def test_a_type_file_lifts_no_limit_of_a_name() -> None:
    services = chosen(["azure-devices-provisioningservices*"])
    page = as_markdown(steps(services), len(services))
    assert "answer /systemData: member added" in page
    assert "answer /name: pattern" not in page
