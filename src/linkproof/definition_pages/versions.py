"""Compares two contracts: two versions of one, or an imported one and ours. Names of definitions are ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from linkproof.contract.model import Contract, Operation, plain_path
from linkproof.contract.schema_walk import walk
from linkproof.definition_pages.compare import ABSENT, Difference, differences
from linkproof.definition_pages.facts import DefinitionFact, Facts, MemberFact
from linkproof.definition_pages.from_contract import body_of, facts_of_operation, limits_of, raw_operation, type_of


def contract_differences(was: Contract, now: Contract) -> list[Difference]:
    """Return all differences between ``was`` and ``now``: operations by method and path, bodies by JSON pointer."""
    found: dict[Difference, list[str]] = {}
    old, new = _operations(was), _operations(now)
    for key, operation in old.items():
        if key not in new:
            found.setdefault(Difference("operation", "operation", " ".join(key), ABSENT, True), [])
            continue
        one, other = _facts(was, operation), _facts(now, new[key])
        for difference in differences(one, replace(other, path=one.path)):
            found.setdefault(difference, []).append(operation.id)
    for key in new.keys() - old.keys():
        found.setdefault(Difference("operation", "operation", ABSENT, " ".join(key), False), [])
    return sorted(
        replace(d, place=f"{', '.join(names)}: {d.place}" if names else d.place) for d, names in found.items()
    )


def _operations(contract: Contract) -> dict[tuple[str, str], Operation]:
    """Return the operations by method and path, and by id where several share a path."""
    own = " {0.id}" if contract.protocol.operation else ""
    return {(o.method, plain_path(o.path) + own.format(o)): o for o in contract.operations}


def _facts(contract: Contract, operation: Operation) -> Facts:
    """Return an operation's facts, with a definition for each body whose members are named by pointers."""
    facts = facts_of_operation(contract, operation)
    raw = raw_operation(contract, operation)
    names = {name: _unnamed(operation.path, name) for name in (p.names[0] for p in facts.parameters)}
    definitions: list[DefinitionFact] = []
    for status, answer in raw.get("responses", {}).items():
        place = "error response" if status == "default" else f"answer {status}"
        definitions += _body(place, body_of(answer), contract.document)
    asked = _body("request", body_of(raw.get("requestBody", {})), contract.document, sent=True)
    return replace(
        facts,
        parameters=tuple(replace(p, names=(names[p.names[0]],)) for p in facts.parameters),
        body=asked[0].members if asked else (),
        definitions=(*definitions, *asked[1:]),
    )


def _unnamed(path: str, name: str) -> str:
    """Return a path parameter named by its position: ``serverName`` and ``resourceName`` may be the same."""
    segments = path.split("/")
    held = f"{{{name}}}"
    return f"after {segments[segments.index(held) - 1]}" if held in segments else name


def _body(
    place: str, schema: Mapping[str, Any], document: Mapping[str, Any], *, sent: bool = False
) -> list[DefinitionFact]:
    if not schema:
        return []
    members: dict[str, MemberFact] = {}
    values: dict[str, tuple[str, ...]] = {}
    for pointer, part, required in walk_body(schema, document):
        members[pointer] = MemberFact(pointer, type_of(part), required, limits_of(part))
        if "enum" in part:
            values[pointer] = tuple(str(v) for v in part["enum"] if v is not None)
    enumerations = [DefinitionFact(f"{place} {p}", values=v, sent=sent) for p, v in values.items()]
    return [DefinitionFact(place, tuple(members.values()), sent=sent), *enumerations]


def walk_body(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield every member below a body's schema: pointer (``*`` for any item or key), schema, whether it is required."""
    for node in walk(schema, document):
        if node.pointer and not node.part:
            yield node.pointer, node.schema, node.required
