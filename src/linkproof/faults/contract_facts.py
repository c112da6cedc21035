"""What a contract has, as far as it decides to which contracts a fault applies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from linkproof.base.json_values import at, join, place
from linkproof.contract.cases import COMMON_LENGTH
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.contract.protocol import Format
from linkproof.faults.json_edits import drop

#: The connections of the same parent, nested in a connection.
NESTED = "/properties/privateEndpointConnections/*"


def leaves(contract: Contract) -> dict[str, dict[str, Any]]:
    """Return the schema of each member of a connection that has no members itself, by generalised pointer."""
    got, listing = contract.by_role(Role.GET), contract.by_role(Role.LIST)
    operation, prefix = (got, "") if got else (listing, f"{contract.list.items}/*")
    schema = operation.responses.get(200) if operation else None
    found = schema.leaves() if schema else ()
    return {p.removeprefix(prefix): s for p, s in found if p.startswith(prefix)}


def leaf(contract: Contract, fits: Callable[[str, dict[str, Any]], bool]) -> str:
    """Return the pointer of the first member that satisfies ``fits``; "" if none does."""
    return next((p for p, s in leaves(contract).items() if fits(p, s)), "")


def text_leaf(contract: Contract) -> str:
    """Return the pointer of a string that every connection has and no client sends."""
    return contract.member.provisioning or contract.member.status


def sample(contract: Contract) -> Any:
    """Return a connection from the examples of the contract's document; {} if there is none."""
    got, listing = contract.by_role(Role.GET), contract.by_role(Role.LIST)
    operation = got or listing
    assert operation is not None
    item = at(contract.document, join("paths", operation.document_path, operation.method.lower()))
    content = at(item, join("responses", "200", "content", contract.protocol.response.media[0]))
    examples: dict[str, Any] = content.get("examples", {}) if isinstance(content, dict) else {}
    shown: Any = next((e.get("value", {}) for e in examples.values()), {})
    items = at(shown, contract.list.items)
    found = (items[0] if items else {}) if isinstance(items, list) else shown
    return json.loads(json.dumps(found))


def required(contract: Contract, pointer: str) -> bool:
    """Whether the schema requires the member at ``pointer``."""
    got = contract.by_role(Role.GET) or contract.by_role(Role.LIST)
    schema = got.responses.get(200) if got else None
    value = sample(contract)
    listed = contract.by_role(Role.GET) is None

    def fits() -> bool:
        whole: dict[str, Any] = {}
        if listed:
            place(whole, contract.list.items, [value])
            if contract.list.total:
                place(whole, contract.list.total, 1)
            for pointer_ in _around_items(got):
                place(whole, pointer_, "x")
        return schema is not None and schema.fits(whole if listed else value)

    before = fits()
    drop(pointer)(value)
    return before and not fits()


def _around_items(operation: Operation | None) -> list[str]:
    """Return pointers of the strings that a page must have next to its items."""
    schema = operation.responses.get(200) if operation else None
    nodes = schema.nodes() if schema else ()
    return [n.pointer for n in nodes if n.required and n.pointer.count("/") == 1 and n.schema.get("type") == "string"]


def beside_the_error(contract: Contract) -> list[str]:
    """Return the names of the strings that an error body must have next to its code and message."""
    own = (contract.error.code, contract.error.message)
    nodes = (n for n in contract.operations[0].error.nodes() if n.required and n.pointer.count("/") == 1)
    return [n.pointer[1:] for n in nodes if n.schema.get("type") == "string" and n.pointer not in own]


def has(contract: Contract, *roles: Role) -> bool:
    """Whether the contract has an operation of each of these roles."""
    return all(contract.by_role(r) for r in roles)


def lists_the_decided(contract: Contract) -> bool:
    """Whether a decision is answered with a list of connections."""
    operation = contract.by_role(Role.DECIDE)
    schema = operation.responses.get(200) if operation else None
    pointer = f"{contract.list.items}/*{contract.member.id}"
    return schema is not None and any(n.pointer == pointer for n in schema.nodes())


def pages_by_link(contract: Contract) -> bool:
    """Whether the contract's list has next links."""
    listing = contract.by_role(Role.LIST)
    schema = listing.responses.get(200) if listing else None
    return bool(schema and contract.list.next_link in {p for p, _ in schema.leaves()})


def speaks_json(contract: Contract) -> bool:
    """Whether answers are JSON, the only format in which values have a type."""
    return contract.protocol.response is Format.JSON


def unknown_statuses(contract: Contract) -> tuple[int, ...]:
    """Return the statuses of an unknown resource: 404, or those that the contract documents instead."""
    known = contract.error.not_found
    return (404,) if 404 in known else known


def polled(contract: Contract) -> bool:
    """Whether an operation of the contract can be answered with 202."""
    return any(o.long_running and 202 in o.responses for o in contract.operations)


def paged(contract: Contract) -> bool:
    """Whether the contract's list comes in pages."""
    return bool(contract.list.offset) or pages_by_link(contract)


def request_of(contract: Contract, role: Role) -> Operation | None:
    """Return the operation with a role if its requests have a body; else None."""
    return contract.with_body(role)


def may_be_left_out(contract: Contract, pointer: str) -> bool:
    """Whether a member is an optional part of a decision's request."""
    operation = request_of(contract, Role.DECIDE)
    if operation is None or operation.request is None or not pointer:
        return False
    return any(n.pointer == pointer and not n.required for n in operation.request.nodes())


def longest_description(contract: Contract) -> int:
    """Return the documented maximum length of a decision's description, or the common one."""
    deciding = contract.with_body(Role.DECIDE)
    nodes = deciding.request.nodes() if deciding and deciding.request else ()
    schema = next((n.schema for n in nodes if n.pointer == contract.decide.description), {})
    return int(schema.get("maxLength", COMMON_LENGTH))


def ends_with_null(contract: Contract) -> bool:
    """Whether the next link of the last page may be null."""
    listing = contract.by_role(Role.LIST)
    schema = listing.responses.get(200) if listing else None
    types = (
        [n.schema.get("type", "null") for n in schema.nodes() if n.pointer == contract.list.next_link] if schema else []
    )
    return any("null" in kind for kind in types)


def describes(contract: Contract) -> bool:
    """Whether a decision can carry a description."""
    return bool(contract.decide.description) and has(contract, Role.DECIDE)
