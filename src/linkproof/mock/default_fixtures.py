"""Initial connections for a contract without ``fixtures.toml``: a few in each documented status."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from linkproof.base.json_values import place
from linkproof.contract.model import Contract
from linkproof.contract.names import within_limits
from linkproof.contract.operation import Parameter, Role
from linkproof.contract.schema_walk import type_of

_ENDPOINT_ID = (
    "/subscriptions/{subscriptionId}/resourceGroups/consumer-rg/providers/Microsoft.Network/privateEndpoints/pe-{name}"
)
PLAIN_NAMES = ("parent1", "test-svr", "p1", "P1", "11111111-1111-1111-1111-111111111111", "1")
#: The group id of the one private link resource that each parent has.
GROUP = "group1"
_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


class Shape:
    """What a contract's schemas say about one connection."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.member = contract.member

    @cached_property
    def leaves(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the schema of each member that has no members itself, by pointer."""
        for role in (Role.GET, Role.DECIDE, Role.LIST):
            operation = self.contract.by_role(role)
            schema = operation.responses.get(200) or operation.responses.get(201) if operation else None
            if schema is None:
                continue
            prefix = f"{self.contract.list.items}/*" if role is Role.LIST else ""
            return {p.removeprefix(prefix): s for p, s in schema.leaves() if p.startswith(prefix)}
        return {}

    @property
    def item(self) -> Parameter | None:
        """Return the path parameter that names a connection."""
        found = (
            o.parameter(o.item_parameter)
            for o in self.contract.operations
            if o.item_parameter and o.role.is_of_connections
        )
        return next((p for p in found if p is not None), None)

    def has(self, pointer: str) -> bool:
        """Whether a connection has a member."""
        return bool(pointer) and any(leaf == pointer or leaf.startswith(f"{pointer}/") for leaf in self.leaves)

    def values(self, pointer: str) -> tuple[str, ...]:
        """Return the documented values of a member; empty if it is not an enumeration."""
        return tuple(w for w in self.leaves.get(pointer, {}).get("enum", ()) if isinstance(w, str))


def default_fixtures(contract: Contract, path: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return fixtures in the structure of ``fixtures.toml``. ``path``: the parent's path parameters, where known."""
    shape = Shape(contract)
    member = contract.member
    values = shape.values(member.status)
    numbers = _numbers(contract, values) if shape.has(member.status) else None
    connections = {
        ("any" if word == "one" else word): [
            within_limits(f"{word.lower()}-{n:02}", shape.item, f"{n:08}-7777-4888-8999-000000000000")
            for n in range(1, many + 1)
        ]
        for word, many in (numbers or {"one": 8}).items()
    }
    every: dict[str, Any] = {}
    shown = {member.id, member.name, member.type, member.status, member.provisioning}
    for pointer, schema in shape.leaves.items():
        if "*" not in pointer and pointer not in shown:
            value = plain_value(contract, pointer, schema)
            if value is not None:
                place(every, pointer, value)
    for pointer in member.groups:
        items = shape.leaves.get(f"{pointer}/*")
        schema = shape.leaves.get(pointer, {}) if items is None else items
        if shape.has(pointer) and GROUP in schema.get("enum", (GROUP,)):
            place(every, pointer, GROUP if items is None else [GROUP])
    data: dict[str, Any] = {
        "passing": _passing(shape),
        "every": every,
        "parent": [{"path": dict(path or parent_path(contract)), "connections": connections}],
    }
    at_once = [r.value for r in (Role.DECIDE, Role.DELETE) if (o := contract.by_role(r)) and 202 not in o.responses]
    return {**({"at_once": at_once} if at_once else {}), **data}


def _numbers(contract: Contract, values: tuple[str, ...]) -> dict[str, int]:
    """Return how many connections are made in each status, in the contract's spelling."""
    states = contract.states
    numbers = {states.get("pending", "Pending"): 30, states["approved"]: 2, states["rejected"]: 1}
    disconnected = states.get("disconnected", "")
    return {**numbers, disconnected: 1} if disconnected in values else numbers


def parent_path(contract: Contract) -> dict[str, str]:
    """Return simple values for the parent's path parameters, within their limits."""
    made: dict[str, str] = {}
    for name in contract.parent_parameters:
        usual = (_SUBSCRIPTION,) if "subscription" in name.lower() else ()
        found = [p for o in contract.operations if (p := o.parameter(name)) is not None]
        given = str(found[0].schema.get("example", "")) if found else ""
        candidates = [*usual, given, *PLAIN_NAMES]
        made[name] = next((c for c in candidates if c and all(p.allows(c) for p in found)), PLAIN_NAMES[0])
    return made


def _passing(shape: Shape) -> dict[str, Any]:
    pointer = shape.member.provisioning
    words = shape.values(pointer)

    def one_of(*wanted: str) -> dict[str, str]:
        if not shape.has(pointer):
            return {}
        found = next((w for w in wanted if w in words), "") if words else wanted[0]
        return {"provisioning": found} if found else {}

    states = shape.contract.states
    return {
        states["approved"]: one_of("Updating", "Approving", "Creating"),
        states["rejected"]: one_of("Updating", "Rejecting", "Creating"),
        "deleting": one_of("Deleting", "Dropping"),
    }


def plain_value(contract: Contract, pointer: str, schema: Mapping[str, Any]) -> Any:
    """Return a value for a member of every connection; None to leave it out."""
    if pointer == contract.member.private_endpoint:
        known = "{subscriptionId}" in contract.collection_path
        return _ENDPOINT_ID if known else _ENDPOINT_ID.replace("{subscriptionId}", _SUBSCRIPTION)
    if pointer == contract.member.description:
        return "Please approve {name}"
    if pointer.endswith(("/actionsRequired", "/actionRequired")) and "enum" not in schema:
        return "None"
    kind = type_of(schema)
    if "enum" in schema:
        return next((w for w in schema["enum"] if w is not None), None)
    if kind == "integer":
        return schema.get("minimum", 1)
    if kind == "string" and "pattern" not in schema and "format" not in schema:
        return {"location": "westeurope"}.get(pointer.rsplit("/", 1)[-1], "{name}")
    return None


def settled_values(shape: Shape) -> tuple[str, ...]:
    """Return the provisioning states of a connection at rest: those that do not describe progress."""
    values = shape.values(shape.member.provisioning)
    waiting = (
        "Pending" if "Approved" in values else ""
    )  # the member holds connection states, and none of them describes progress
    found = [v for v in values if v == waiting or (not v.endswith("ing") and v != "Unknown")]
    first = ("succeeded", "ready")
    return tuple(sorted(found, key=lambda v: (v.lower() not in first, found.index(v)))) or _SETTLED


#: States of a connection at rest, used where a provisioning state has no documented values.
_SETTLED = ("Succeeded", "Ready", "Failed", "Canceled")
