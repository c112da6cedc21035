"""Building blocks of faults: edits of connections and answers, and overridden methods of the server's parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import partial
from types import FunctionType
from typing import Any

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.model import Contract, Format, Operation, Role
from linkproof.faults.registry import Change, OfRoles
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import LinkPaging

#: Edits one connection of an answer in place.
Edit = Callable[[dict[str, Any]], None]
When = Callable[[Asked], bool]


# what a contract has


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
    item = at(contract.document, f"/paths/{operation.document_path.replace('/', '~1')}/{operation.method.lower()}")
    media = contract.protocol.response.media[0].replace("/", "~1")
    content = at(item, f"/responses/200/content/{media}")
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


def pages_by_link(contract: Contract) -> bool:
    """Whether the contract's list has next links."""
    listing = contract.by_role(Role.LIST)
    schema = listing.responses.get(200) if listing else None
    return bool(schema and contract.list.next_link in {p for p, _ in schema.leaves()})


def groups(contract: Contract, made: Callable[[str], str]) -> Change | None:
    """Edit every group that a connection names; None if connections name no groups, or the parent lists none."""
    known = leaves(contract)
    found = [p for pointer in contract.member.groups for p in (pointer, f"{pointer}/*") if p in known]
    roles = tuple(role for role in Role if role.is_of_connections)
    return connections(put(found[0], made), *roles) if found and has(contract, Role.LINK_RESOURCES) else None


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


# positions in JSON


def spots(value: Any, pointer: str) -> Iterator[tuple[Any, Any]]:
    """Yield container and key of every existing value at a generalised pointer."""
    *way, last = pointer.split("/")[1:]
    here = [value]
    for step in way:
        following: list[Any] = []
        for node in here:
            if step == "*":
                following.extend(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            elif isinstance(node, dict) and step in node:
                following.append(node[step])
            elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
                following.append(node[int(step)])
        here = following
    for node in here:
        if isinstance(node, dict):
            yield from ((node, k) for k in (list(node) if last == "*" else [last] if last in node else []))
        elif isinstance(node, list) and last == "*":
            yield from ((node, i) for i in range(len(node)))


def put(pointer: str, made: Callable[[Any], Any]) -> Edit:
    """Return an edit that replaces each value at ``pointer`` by ``made(value)``."""

    def edit(value: dict[str, Any]) -> None:
        for container, key in list(spots(value, pointer)):
            container[key] = made(container[key])

    return edit


def drop(pointer: str) -> Edit:
    """Return an edit that removes the values at ``pointer``."""

    def edit(value: dict[str, Any]) -> None:
        for container, key in reversed(list(spots(value, pointer))):
            del container[key]

    return edit


# answers


def role_of(asked: Asked) -> Role | None:
    """Return the role of a request; a poll of a result counts as the decision."""
    if asked.operation is not None:
        return asked.operation.role
    return Role.DECIDE if asked.poll == "result" else None


def on_later_pages(asked: Asked) -> bool:
    """Whether the request is for any page but the first."""
    rules = asked.contract.list
    later = asked.parameter(rules.offset) if rules.offset else asked.parameter("$skipToken")
    return later not in (None, "0")


def in_answer(asked: Asked, answer: Answer) -> list[dict[str, Any]]:
    """Return the connections in a success answer."""
    if not 200 <= answer.status < 300 or not isinstance(answer.value, dict):
        return []
    items = at(answer.value, asked.contract.list.items)
    if isinstance(items, list):
        return [i for i in items if isinstance(i, dict)]
    return [answer.value] if role_of(asked) in (Role.GET, Role.DECIDE, Role.TAGS) else []


def connections(edit: Edit, *roles: Role, when: When | None = None) -> Change:
    """Edit every connection in the answers of these operations (of all operations by default)."""

    def hook(asked: Asked, answer: Answer) -> None:
        if (not roles or role_of(asked) in roles) and (when is None or when(asked)):
            for value in in_answer(asked, answer):
                edit(value)

    return OfRoles(frozenset(roles), lambda b: b.finishing(hook))


def answers(edit: Callable[[Asked, Answer], None], *roles: Role, when: When | None = None) -> Change:
    """Edit the success answers of these operations (of all operations by default)."""

    def hook(asked: Asked, answer: Answer) -> None:
        known = (asked.operation is not None or asked.poll == "result") and answer.has_body
        if known and answer.status < 300 and (not roles or role_of(asked) in roles) and (when is None or when(asked)):
            edit(asked, answer)

    return OfRoles(frozenset(roles), lambda b: b.finishing(hook))


def error_responses(edit: Callable[[Asked, Answer], None], *statuses: int, when: When | None = None) -> Change:
    """Edit the error responses with these statuses (all from 400 by default)."""

    def hook(asked: Asked, answer: Answer) -> None:
        if answer.status >= 400 and (not statuses or answer.status in statuses) and (when is None or when(asked)):
            edit(asked, answer)

    return lambda b: b.finishing(hook)


def raw(text: str | bytes, kind: str = "") -> Callable[[Asked, Answer], None]:
    """Return an edit that replaces the body by a text; ``kind`` replaces the content type."""

    def edit(_: Asked, answer: Answer) -> None:
        answer.raw = text.encode() if isinstance(text, str) else text
        if kind:
            answer.put("Content-Type", kind)

    return edit


# parts


class _Replacing:
    """An overriding method. While it runs, ``inherited`` calls the next method in its class's resolution order."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.owner: type = object

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner

    def __get__(self, part: Any, kind: type) -> Callable[..., Any]:
        return partial(self.call, part)

    def call(self, part: Any, *arguments: Any, **named: Any) -> Any:
        """Call the function as a method of ``part``."""
        before = _RUNNING.set(self.owner)
        try:
            return self.function(part, *arguments, **named)
        finally:
            _RUNNING.reset(before)


#: The class whose overriding method is running.
_RUNNING: ContextVar[type] = ContextVar("running")


def _replacing(members: dict[str, Any]) -> dict[str, Any]:
    """Return ``members`` with each function bound to the one class that it overrides."""
    return {name: _Replacing(m) if isinstance(m, FunctionType) else m for name, m in members.items()}


def part(name: str, **members: Any) -> Change:
    """Override single methods of one part."""
    return lambda b: b.override(name, **_replacing(members))


def linked(**members: Any) -> Change:
    """Override single methods of paging by next link."""

    def change(behaviour: Behaviour) -> Behaviour:
        paging = behaviour.paging
        base = paging if isinstance(paging, type) and issubclass(paging, LinkPaging) else LinkPaging
        return behaviour.replace(paging=type(base.__name__, (base,), _replacing(members)))

    return change


def inherited(self: Any, method: str, *arguments: Any, **named: Any) -> Any:
    """Call the method that the running one overrides: ``super()`` for an overriding method.

    Where two faults override one method, the later one inherits from the earlier one.
    """
    return getattr(super(_RUNNING.get(), self), method)(*arguments, **named)


def both(*changes: Change) -> Change:
    """Apply one change after the other."""

    def change(behaviour: Behaviour) -> Behaviour:
        for one in changes:
            behaviour = one(behaviour)
        return behaviour

    return change


def going_on(change: Change) -> Change:
    """Apply a change to a server whose operations run long wherever the contract allows it."""

    def takes_long(_: Any, asked: Asked) -> bool:
        return asked.operation is not None and asked.operation.long_running and 202 in asked.operation.responses

    return both(part("service", takes_long=takes_long), change)


def message_says(contract: Contract, text: str) -> Change:
    """Replace the message of every error by ``text``."""

    def edit(_: Asked, answer: Answer) -> None:
        if isinstance(answer.value, dict) and at(answer.value, contract.error.message) is not MISSING:
            for container, key in spots(answer.value, contract.error.message):
                container[key] = text

    return error_responses(edit)
