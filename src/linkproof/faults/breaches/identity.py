"""Faults in ids, names, types, groups and large numbers, and in which connection an answer is about."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has, leaf, leaves, lists_the_decided, paged
from linkproof.faults.edits import answers, connections, groups, on_later_pages
from linkproof.faults.json_edits import put
from linkproof.faults.registry import Change, fault

# SHP-5


@fault("SHP-5", "id-of-another", "id names another parent.")
def _shp_5_id_of_another(contract: Contract) -> Change | None:
    if not contract.resource_type:
        return None
    return connections(put(contract.member.id, lambda v: str(v).replace("/resourceGroups/", "/resourceGroups/other-")))


@fault("SHP-5", "name-of-parent-alone", "name is another word than the last segment of the id.")
def _shp_5_name_of_parent_alone(contract: Contract) -> Change | None:
    return connections(put(contract.member.name, lambda v: f"{v}-1")) if contract.member.name else None


@fault("SHP-5", "type-without-provider", "type lacks the provider's namespace.")
def _shp_5_type_without_provider(contract: Contract) -> Change | None:
    return connections(put(contract.member.type, lambda v: str(v).split("/", 1)[1])) if contract.member.type else None


@fault("SHP-5", "relative-id-later", "From the second page on, ids lack their leading slash.", "STA-6", "PAG-4")
def _shp_5_relative_id_later(contract: Contract) -> Change | None:
    if not contract.resource_type or not paged(contract):
        return None
    return connections(put(contract.member.id, lambda v: str(v).lstrip("/")), Role.LIST, when=on_later_pages)


@fault("SHP-5", "decided-type", "The answer to a decision has the type of the page's sample.", "LRO-3")
def _shp_5_decided_type(contract: Contract) -> Change | None:
    if not contract.member.type or not has(contract, Role.DECIDE):
        return None
    return connections(put(contract.member.type, lambda _: "Microsoft.Network/privateLinkServices"), Role.DECIDE)


# SHP-6


@fault("SHP-6", "endpoint-by-name", "privateEndpoint.id is a bare name.")
def _shp_6_endpoint_by_name(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint
    return connections(put(pointer, lambda v: str(v).rsplit("/", 1)[-1])) if pointer else None


@fault(
    "SHP-6", "endpoint-of-another-type", "In lists, privateEndpoint.id is the id of a private link service.", "STA-6"
)
def _shp_6_endpoint_of_another_type(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint

    def other(value: Any) -> str:
        return str(value).replace("/privateEndpoints/", "/privateLinkServices/")

    return connections(put(pointer, other), Role.LIST) if pointer else None


# SHP-8


@fault("SHP-8", "unknown-group", "A connection names a group that its parent does not have.")
def _shp_8_unknown_group(contract: Contract) -> Change | None:
    return groups(contract, lambda _: "another-group")


@fault("SHP-8", "one-unknown-group", "Beside its own, a connection names a group that its parent does not have.")
def _shp_8_one_unknown_group(contract: Contract) -> Change | None:
    pointer = next((p for p in contract.member.groups if f"{p}/*" in leaves(contract)), "")
    if not pointer or not has(contract, Role.LINK_RESOURCES):
        return None
    return connections(put(pointer, lambda v: [*v, "another-group"]))


# SHP-9


_ANOTHER = "4189d3c2-8882-4871-a3c2-d380272eed83"


@fault("SHP-9", "decided-left-out", "The answer to a decision has an empty list.")
def _shp_9_decided_left_out(contract: Contract) -> Change | None:
    items = contract.list.items
    return answers(lambda _, a: place(a.value, items, []), Role.DECIDE) if lists_the_decided(contract) else None


@fault("SHP-9", "another-decided", "The answer to a decision has the id of another connection.")
def _shp_9_another_decided(contract: Contract) -> Change | None:
    return connections(put(contract.member.id, lambda _: _ANOTHER), Role.DECIDE)


@fault("SHP-9", "another-got", "Get shows the id of another connection.")
def _shp_9_another_got(contract: Contract) -> Change | None:
    return connections(put(contract.member.id, lambda _: _ANOTHER), Role.GET)


# SHP-7


def _large(contract: Contract) -> bool:
    return "/marker_id" in leaves(contract)


@fault("SHP-7", "rounded", "A number of 63 bits is rounded to a double.", "PAG-4")
def _shp_7_rounded(contract: Contract) -> Change | None:
    return connections(put("/marker_id", lambda v: int(float(v)))) if _large(contract) else None


@fault("SHP-7", "rounded-in-lists", "A number of 63 bits is rounded to a double, in lists only.", "PAG-4")
def _shp_7_rounded_in_lists(contract: Contract) -> Change | None:
    return connections(put("/marker_id", lambda v: int(float(v))), Role.LIST) if _large(contract) else None


@fault("SHP-7", "rounded-in-decisions", "A number of 63 bits is rounded to a double, in answers to a decision only.")
def _shp_7_rounded_in_decisions(contract: Contract) -> Change | None:
    return connections(put("/marker_id", lambda v: int(float(v))), Role.DECIDE) if _large(contract) else None


@fault("SHP-7", "exponent", "Whole numbers are written with an exponent.", "SHP-1")
def _shp_7_exponent(contract: Contract) -> Change | None:
    pointer = leaf(contract, lambda _, s: s.get("type") == "integer")
    return connections(put(pointer, float)) if pointer else None
