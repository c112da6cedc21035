"""The one walk over a JSON Schema: every place that its values may have, with the subschema there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from linkproof.base.json_values import at, join

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """A subschema and its place.

    Attributes:
        pointer: generalised pointer (``*`` for each item or key); "" for the whole value.
        schema: the subschema, its reference resolved.
        required: whether the enclosing object requires the member.
        part: whether it is a branch of an ``allOf``, which adds to a place that was yielded before.
    """

    pointer: str
    schema: Schema
    required: bool = False
    part: bool = False

    @property
    def leaf(self) -> bool:
        """Whether the subschema names neither members nor items."""
        return "properties" not in self.schema and "items" not in self.schema


def resolved(schema: Schema, document: Schema) -> Schema:
    """Return a schema, or the one that it refers to."""
    while "$ref" in schema:
        schema = at(document, schema["$ref"].removeprefix("#"))
    return schema


def type_of(schema: Schema) -> str:
    """Return the type that a schema allows, the first beside null if they are several, "" if it names none."""
    kind = schema.get("type", "")
    if isinstance(kind, list):
        return next((k for k in kind if k != "null"), "")
    return str(kind)


def walk(schema: Schema, document: Schema, *, follow: bool = True) -> Iterator[Node]:
    """Yield every place of a schema in document order, the whole value first.

    A schema that refers to itself is entered once: its second place is yielded, but nothing below it. Without
    ``follow``, references are neither resolved nor yielded.
    """
    yield from _walk(schema, document if follow else None, Node("", {}), ())


def _walk(schema: Schema, document: Schema | None, place: Node, seen: tuple[str, ...]) -> Iterator[Node]:
    reference = schema.get("$ref", "")
    if reference:
        if document is None:
            return
        target = _beside(schema, at(document, reference.removeprefix("#")))
        if reference in seen:
            yield Node(place.pointer, target, place.required, place.part)
        else:
            yield from _walk(target, document, place, (*seen, reference))
        return
    pointer = place.pointer
    yield Node(pointer, schema, place.required, place.part)
    for branch in schema.get("allOf", ()):
        yield from _walk(branch, document, Node(pointer, {}, place.required, part=True), seen)
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        yield from _walk(member, document, Node(pointer + join(name), {}, name in required), seen)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _walk(schema[keyword], document, Node(f"{pointer}/*", {}), seen)


def _beside(schema: Schema, target: Schema) -> Schema:
    """Return the target of a reference, with the keywords next to the reference."""
    beside = {k: v for k, v in schema.items() if k != "$ref"}
    members = {**target.get("properties", {}), **beside.get("properties", {})}
    return {**target, **beside, **({"properties": members} if members else {})} if beside else target
