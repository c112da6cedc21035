"""The part of a contract that a finding is about: the schema at its pointer, from the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linkproof.base.json_values import steps_of
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation
from linkproof.contract.protocol import media_in
from linkproof.contract.schema_walk import resolved
from linkproof.model.finding import Finding

#: Maximum length of an excerpt, in characters.
_MOST_LINES = 24
#: Keywords that are left out of a long excerpt: those about other members, and those for people only.
_LONG = ("description", "example", "examples")


@dataclass(frozen=True)
class Excerpt:
    """The place of an excerpt, in words, and its JSON."""

    place: str
    text: str


class Excerpts:
    """Excerpts of known contracts; a report of an unknown contract has none."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract] | None = None

    def of(self, finding: Finding) -> Excerpt | None:
        """Return the schema at a finding's pointer; None if the document has none there."""
        if self._contracts is None:
            self._contracts = {c.id: c for c in all_contracts()}
        contract = self._contracts.get(finding.contract)
        if contract is None or finding.judged is None:
            return None
        operation = next((o for o in contract.operations if o.id == finding.operation), None)
        if operation is None:
            return None
        status = finding.judged.response.status
        response = _response(contract, operation, status)
        schema = media_in(response.get("content", {})).get("schema")
        if not isinstance(schema, Mapping):
            return None
        found = _at(schema, finding.pointer, contract.document)
        if found is None:
            return None
        node, steps = found
        place = f"{operation.id}, answer {status}{': ' + ' → '.join(steps) if steps else ''} ({contract.version})"
        return Excerpt(place, _shown(node))


def _response(contract: Contract, operation: Operation, status: int) -> Mapping[str, Any]:
    path = contract.document.get("paths", {}).get(operation.path, {})
    responses = path.get(operation.method.lower(), {}).get("responses", {})
    found = responses.get(str(status)) or responses.get("default") or {}
    return resolved(found, contract.document)


def _at(
    schema: Mapping[str, Any], pointer: str, document: Mapping[str, Any]
) -> tuple[Mapping[str, Any], list[str]] | None:
    """Return the schema at a pointer, and the steps to it; for an unknown member, the schema around it."""
    node, walked = resolved(schema, document), []
    for step in steps_of(pointer) if pointer else ():
        following = _step(node, step, document)
        if following is None:
            break
        walked.append(step if not step.isdigit() else "item")
        node = following
    return (node, walked) if node else None


def _step(node: Mapping[str, Any], step: str, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for part in (node, *(resolved(p, document) for p in node.get("allOf", ()))):
        named = part.get("properties", {}).get(step)
        if isinstance(named, Mapping):
            return resolved(named, document)
        items = part.get("items")
        if isinstance(items, Mapping) and step.isdigit():
            return resolved(items, document)
        others = part.get("additionalProperties")
        if isinstance(others, Mapping) and "properties" not in part:
            return resolved(others, document)
    return None


def _shown(node: Mapping[str, Any]) -> str:
    """Return a schema as JSON; a long one without texts, or with members by name only."""
    for form in (node, _without_texts(node), _outline(node)):
        text = json.dumps(form, ensure_ascii=False, indent=1)
        if text.count("\n") < _MOST_LINES:
            return text
    return "\n".join([*text.splitlines()[:_MOST_LINES], "…"])


def _without_texts(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {k: _without_texts(v) for k, v in node.items() if k not in _LONG}
    return [_without_texts(v) for v in node] if isinstance(node, list) else node


def _outline(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema's own keywords, with its members by name."""
    short = {k: v for k, v in node.items() if k not in (*_LONG, "properties")}
    members = list(node.get("properties", {}))
    return {**_without_texts(short), "properties": ", ".join(members)} if members else _without_texts(short)
