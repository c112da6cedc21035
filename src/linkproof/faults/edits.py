"""Building blocks of faults: edits of connections and answers, and overridden methods of the server's parts."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import FunctionType
from typing import Any

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has, leaves
from linkproof.faults.json_edits import Edit, put, spots
from linkproof.faults.registry import Change, OfRoles
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import LinkPaging

#: Whether an edit applies to a request.
When = Callable[[Asked], bool]


#: A page that is no error body.
HTML_PAGE = "<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"


# answers


def role_of(asked: Asked) -> Role | None:
    """Return the role of a request; a poll of a result counts as the decision."""
    if asked.operation is not None:
        return asked.operation.role
    return Role.DECIDE if asked.poll == "result" else None


def is_decision(asked: Asked) -> bool:
    """Whether a request is a decision itself, not a poll of its result."""
    return asked.operation is not None and asked.operation.role is Role.DECIDE


def subject_of(asked: Asked) -> str:
    """Return the name of the connection that a decision is about, from its body or its path."""
    pointer = asked.contract.decide.subject
    found = at(asked.value, pointer) if pointer and isinstance(asked.value, dict) else asked.name
    return found if isinstance(found, str) else asked.name


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


def every_answer(edit: Callable[[Asked, Answer], None]) -> Change:
    """Edit every answer, whatever its status."""
    return lambda b: b.finishing(edit)


def groups(contract: Contract, made: Callable[[str], str]) -> Change | None:
    """Edit every group that a connection names; None if connections name no groups, or the parent lists none."""
    known = leaves(contract)
    found = [p for pointer in contract.member.groups for p in (pointer, f"{pointer}/*") if p in known]
    roles = tuple(role for role in Role if role.is_of_connections)
    return connections(put(found[0], made), *roles) if found and has(contract, Role.LINK_RESOURCES) else None


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


def fail_with_500(answer: Answer, contract: Contract) -> None:
    """Make an answer a 500 with the contract's error body."""
    answer.status, answer.raw, answer.value = 500, None, {}
    code = next((r.code for r in contract.error.table if r.status == 500), "InternalServerError")
    place(answer.value, contract.error.code, code)
    place(answer.value, contract.error.message, "The server met an unexpected condition.")


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
    """Return a change that overrides methods of one part."""
    return lambda b: b.override(name, **_replacing(members))


def linked(**members: Any) -> Change:
    """Return a change that overrides methods of paging by next link."""

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
