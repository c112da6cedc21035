"""Comparison of two representations of a connection."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from linkproof.base.json_values import MISSING, at, join
from linkproof.contract.model import Contract


def difference(contract: Contract, one: Any, other: Any, *, ignore: Iterable[str] = ()) -> tuple[str, Any, Any] | None:
    """Return the first difference of two representations (pointer, here, there); None if they agree.

    An absent member equals null; ids and types compare without case (ARM's rule for names in ids); a name may be
    prefixed by its parent's name and a slash.
    """
    if one == other:
        return None
    member = contract.member
    loose = {p for p in (member.id, member.name, member.type) if p}
    return _difference(one, other, "", frozenset(ignore), loose)


def _difference(
    one: Any, other: Any, pointer: str, ignore: frozenset[str], loose: set[str]
) -> tuple[str, Any, Any] | None:
    if pointer in ignore:
        return None
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            found = _difference(one.get(key), other.get(key), pointer + join(key), ignore, loose)
            if found:
                return found
        return None
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            found = _difference(a, b, f"{pointer}/{index}", ignore, loose)
            if found:
                return found
        return None
    if same(one, other) or (pointer in loose and _loosely(one) == _loosely(other)):
        return None
    if (one is None and _empty(other)) or (other is None and _empty(one)):
        return None
    return pointer, MISSING if one is None else one, MISSING if other is None else other


def same(one: Any, other: Any) -> bool:
    """Compare as JSON does: true is not equal to 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _empty(value: Any) -> bool:
    """Whether a value is null, or contains nothing but null: a service may omit it."""
    if isinstance(value, dict):
        return all(_empty(v) for v in value.values())
    return value is None or value == []


def _loosely(value: Any) -> Any:
    return value.rsplit("/", 1)[-1].casefold() if isinstance(value, str) else value


def settled(contract: Contract, value: Any, at_rest: Container[str] = ()) -> bool:
    """Whether a representation shows a connection at rest.

    A documented value counts whatever its case: ENM-1 reports the case. ``at_rest``: further values of the provisioning
    state, or of the status, that connections at rest show.
    """
    return not value_on_the_way(contract, value, at_rest)


def value_on_the_way(contract: Contract, value: Any, at_rest: Container[str] = ()) -> str:
    """Return the value that shows that the connection is not at rest; "" if it is."""
    rules, member = contract.settled, contract.member
    for pointer, values in ((member.provisioning, rules.provisioning), (member.status, rules.status)):
        if not pointer or not values:
            continue
        found = at(value, pointer)
        if not isinstance(found, str) or found in values or found in at_rest:
            continue
        if found.casefold() not in {v.casefold() for v in values}:
            return found
    return ""


def is_pending(contract: Contract, value: Any) -> bool:
    """Whether a representation shows a pending connection, whatever the case of the status (see ENM-1)."""
    return status_of(contract, value).casefold() == contract.states.get("pending", "").casefold() != ""


def status_of(contract: Contract, value: Any) -> str:
    """Return the status in a representation; "" if there is none."""
    found = at(value, contract.member.status) if contract.member.status else MISSING
    return found if isinstance(found, str) else ""
