"""Compares two contracts: two versions of one, or an imported one and ours. Names of definitions are ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, plain_path
from linkproof.contract.schema_walk import walk
from linkproof.definition_pages.compare import ABSENT, Difference, compare_members, differences
from linkproof.definition_pages.facts import Facts, MemberFact
from linkproof.definition_pages.from_contract import body_of, facts_of_operation, limits_of, raw_operation, type_of


@dataclass(frozen=True)
class OperationDifference:
    """A difference, and the operation that it is seen in: that of the older contract; None for a whole operation."""

    operation: Operation | None
    difference: Difference


def contract_differences(was: Contract, now: Contract) -> list[Difference]:
    """Return all differences between ``was`` and ``now``: operations by method and path, bodies by JSON pointer."""
    found: dict[Difference, list[str]] = {}
    for one in operation_differences(was, now):
        names = found.setdefault(one.difference, [])
        if one.operation is not None:
            names.append(one.operation.id)
    return sorted(
        replace(d, place=f"{', '.join(names)}: {d.place}" if names else d.place) for d, names in found.items()
    )


def operation_differences(was: Contract, now: Contract) -> Iterator[OperationDifference]:
    """Yield the differences from ``was`` to ``now``, each once for each operation that has it."""
    old, new = _operations(was), _operations(now)
    for key, operation in old.items():
        if key not in new:
            gone = Difference("operation", "operation", " ".join(key), ABSENT, True)
            yield OperationDifference(None, gone)
            continue
        one, other = _facts(was, operation), _facts(now, new[key])
        for difference in (*differences(one, replace(other, path=one.path)), *_bodies(was, operation, now, new[key])):
            yield OperationDifference(operation, difference)
    for key in new.keys() - old.keys():
        yield OperationDifference(None, Difference("operation", "operation", ABSENT, " ".join(key), False))


def _operations(contract: Contract) -> dict[tuple[str, str], Operation]:
    """Return the operations by method and path, and by id where several share a path."""
    own = " {0.id}" if contract.protocol.operation else ""
    return {(o.method, plain_path(o.path) + own.format(o)): o for o in contract.operations}


def _facts(contract: Contract, operation: Operation) -> Facts:
    """An operation's facts without its bodies: those are compared by pointers."""
    facts = facts_of_operation(contract, operation)
    names = {name: _unnamed(operation.path, name) for name in (p.names[0] for p in facts.parameters)}
    return replace(
        facts,
        parameters=tuple(replace(p, names=(names[p.names[0]],)) for p in facts.parameters),
        body=(),
        definitions=(),
        lacks=("definitions",),
    )


def _unnamed(path: str, name: str) -> str:
    """Return a path parameter named by its position: ``serverName`` and ``resourceName`` may be the same."""
    segments = path.split("/")
    held = f"{{{name}}}"
    return f"after {segments[segments.index(held) - 1]}" if held in segments else name


def _bodies(was: Contract, operation: Operation, now: Contract, other: Operation) -> Iterator[Difference]:
    """Compare the bodies of an operation: its request, and every answer of which both contracts say what it has."""
    old, new = raw_operation(was, operation), raw_operation(now, other)
    pairs = [("request", old.get("requestBody", {}), new.get("requestBody", {}))]
    for status in (s for s in old.get("responses", {}) if s in new.get("responses", {})):
        place = "error response" if status == "default" else f"answer {status}"
        pairs.append((place, old["responses"][status], new["responses"][status]))
    for place, earlier, later in pairs:
        schemas = body_of(earlier), body_of(later)
        if all(schemas):
            yield from _members(place, _walked(schemas[0], was), _walked(schemas[1], now))
        elif any(schemas) and (place == "request" or operation.method != "DELETE"):
            # A contract may leave the body of a deletion open on purpose: that it has none says nothing.
            old_body, new_body = ("object" if s else ABSENT for s in schemas)
            yield Difference(place, "body", old_body, new_body, not schemas[1])


def _walked(schema: Mapping[str, Any], contract: Contract) -> dict[str, tuple[Mapping[str, Any], bool]]:
    return {pointer: (part, required) for pointer, part, required in walk_body(schema, contract.document)}


def _members(
    place: str, was: dict[str, tuple[Mapping[str, Any], bool]], now: dict[str, tuple[Mapping[str, Any], bool]]
) -> Iterator[Difference]:
    """Compare two bodies member by member, by their pointers."""
    sent = place == "request"
    start = "request body." if sent else f"{place}."
    for pointer in was.keys() - now.keys():
        yield Difference(f"{start}{pointer}", "member", type_of(was[pointer][0]) or "present", ABSENT, True)
    for pointer in now.keys() - was.keys():
        part, required = now[pointer]
        yield Difference(f"{start}{pointer}", "member", ABSENT, type_of(part) or "present", sent and required)
    for pointer in was.keys() & now.keys():
        old, new = (MemberFact(pointer, type_of(s), r, limits_of(s)) for s, r in (was[pointer], now[pointer]))
        yield from compare_members(start.rstrip("."), old, new, sent=sent)
        yield from _values(f"{place} {pointer}", was[pointer][0], now[pointer][0], sent=sent)


def _values(place: str, was: Mapping[str, Any], now: Mapping[str, Any], *, sent: bool) -> Iterator[Difference]:
    """Compare enumerations. What may be sent must not shrink, what may be answered must not grow.

    An open enumeration allows other values: a new value in an answer breaks no client.
    """
    old, new = ([str(v) for v in s.get("enum", ()) if v is not None] for s in (was, now))
    if old and new:
        for word in (w for w in old if w not in new):
            yield Difference(place, "enumerator", word, ABSENT, sent)
        for word in (w for w in new if w not in old):
            yield Difference(place, "enumerator", ABSENT, word, not (sent or was.get("x-open")))
        old_kind, new_kind = ("open" if s.get("x-open") else "closed" for s in (was, now))
        if old_kind != new_kind:
            yield Difference(place, "enumeration", old_kind, new_kind, sent == (new_kind == "closed"))
    elif old:
        yield Difference(place, "enumeration", ", ".join(old), ABSENT, not (sent or was.get("x-open")))
    elif new:
        yield Difference(place, "enumeration", ABSENT, ", ".join(new), sent and not now.get("x-open"))


def walk_body(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield every member below a body's schema: pointer (``*`` for any item or key), schema, whether it is required."""
    for node in walk(schema, document):
        if node.pointer and not node.part:
            yield node.pointer, node.schema, node.required
