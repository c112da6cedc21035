"""Cases of bodies, and the valid body from which they start."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from linkproof.base.json_values import MISSING, at, join, place, steps_of
from linkproof.contract.cases import (
    COMMON_LENGTH,
    FORMATS,
    ODD,
    Case,
    Constraint,
    in_another_case,
    shown,
    undocumented,
)
from linkproof.contract.codec import decode, encode
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.contract.protocol import Format
from linkproof.contract.schema import BodySchema
from linkproof.contract.schema_walk import Node, type_of

_INTEGER, _TEXT, _ARRAY, _OBJECT = 7, "text", ["text"], {"text": "text"}
#: A value of a wrong type for each type.
_OTHER_TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"an integer": _INTEGER, "an array": _ARRAY, "an object": _OBJECT},
    "object": {"a string": _TEXT, "an array": _ARRAY},
    "array": {"a string": _TEXT, "an object": _OBJECT},
    "integer": {"a string": _TEXT, "a fraction": 1.5},
    "number": {"a string": _TEXT, "an array": _ARRAY},
    "boolean": {"a string": _TEXT, "an integer": _INTEGER},
}


def full_body(operation: Operation, start: Mapping[str, Any], current: Any, leave_out: Iterable[str]) -> dict[str, Any]:
    """Return a valid body with every member that a client may send.

    Members that ``start`` lacks are taken from the shown connection (``current``), so that it changes nothing. Members
    below ``leave_out`` (read-only ones), and those without a known valid value, are omitted.
    """
    assert operation.request is not None
    body: dict[str, Any] = copy.deepcopy(dict(start))
    closed = tuple(leave_out)
    for node in operation.request.nodes():
        pointer = node.pointer
        if not node.leaf or "*" in pointer or not pointer or any(pointer.startswith(p) for p in closed):
            continue
        if at(body, pointer) is not MISSING or node.schema.get("readOnly"):
            continue
        value = at(current, pointer)
        if value is MISSING and "enum" not in node.schema and type_of(node.schema) == "string":
            value = at(operation.request_example, pointer)
        if value is MISSING or value is None:
            continue
        longer = copy.deepcopy(body)
        place(longer, pointer, value)
        if operation.request.fits(longer):
            body = longer
    return body


def cases_of_body(contract: Contract, operation: Operation, full: Mapping[str, Any]) -> tuple[Case, ...]:
    """Return the cases of an operation's body; valid ones keep the decision and its subject."""
    assert operation.request is not None
    decides = operation.role is Role.DECIDE
    rules = contract.decide
    fixed = (rules.decision, rules.subject, rules.parent) if decides else ()
    found = body_cases(operation.request, full, [p for p in fixed if p], [contract.member.private_endpoint])
    how = contract.protocol.request
    if how is Format.JSON:
        return found
    return tuple(c for c in found if c.valid or _is_violated_as_sent(operation.request, how, c.value))


def _is_violated_as_sent(schema: BodySchema, how: Format, value: Any) -> bool:
    """Whether a body breaks its schema in its encoded form as well: a form has no null, and no types."""
    return isinstance(value, dict) and not schema.fits(decode(encode(value, how), how, schema))


def body_cases(
    schema: BodySchema, full: Mapping[str, Any], fixed: Iterable[str] = (), opaque: Iterable[str] = ()
) -> tuple[Case, ...]:
    """Return the cases of a body: each violates one constraint of ``full``, or is a valid body at an end of one.

    Valid cases neither change nor omit what is at ``fixed`` pointers, and do not change what is at ``opaque`` ones:
    texts with a meaning that the schema does not express.
    """
    found: list[Case] = []
    kept, meant = frozenset(fixed), frozenset(opaque)
    for node in _places(schema, full):
        for pointer in _instances(full, node.pointer):
            found.extend(_invalid(node, pointer, full))
            if not any(k == pointer or k.startswith(f"{pointer}/") for k in kept):
                found.extend(c for c in _valid(node, pointer, full) if pointer not in meant or c.what == "absent")
    return tuple(_true_to_their_word(schema, found))


#: Ends of limits that one body can have at once.
_ENDS: Mapping[str, frozenset[str]] = {
    "every optional member absent": frozenset({"required"}),
    "every limit at its lower end": frozenset({"minLength", "minimum", "minItems"}),
    "every limit at its upper end": frozenset({"maxLength", "maximum", "maxItems"}),
}


@dataclass(frozen=True, slots=True)
class Together:
    """A valid body at many ends at once, and the cases that it combines."""

    what: str
    value: Any
    cases: tuple[Case, ...]


def together(full: Mapping[str, Any], cases: Iterable[Case]) -> tuple[Together, ...]:
    """Return a few bodies that together have every end of the valid cases; enumerators stay separate."""
    valid = [c for c in cases if c.valid]
    found = [Together(c.what, c.value, (c,)) for c in valid if c.constraint.keyword == "enum"]
    for what, keywords in _ENDS.items():
        chosen = [c for c in valid if c.constraint.keyword in keywords]
        body: Any = copy.deepcopy(dict(full))
        for case in chosen:
            pointer = next(iter(_instances(full, case.constraint.name)), "")
            end = at(case.value, pointer)
            if at(body, pointer) is not MISSING:
                body = without(body, pointer) if end is MISSING else _with(body, pointer, end)
        if chosen:
            found.append(Together(what, body, tuple(chosen)))
    return tuple(found)


#: Texts that are not a JSON object, each with its problem.
NO_OBJECTS: Mapping[str, bytes] = {
    "nothing": b"",
    "blanks": b"  ",
    "one brace": b"{",
    "a word": b"not json",
    "bytes that are no text": b"\xff\xfe",
    "single quotes": b"{'a': 'b'}",
    "an array": b"[]",
    "null": b"null",
    "a string": b'"text"',
    "a number": b"42",
    "true": b"true",
}


def broken_texts(good: Any) -> dict[str, bytes]:
    """Return texts that are not a JSON object, some of them close to a valid body."""
    text = json.dumps(good).encode()
    near = {"cut": text[:-1], "in an array": b"[" + text + b"]", "a brace too many": text + b"}"}
    return {**NO_OBJECTS, **near, "a comma too many": text[:-1] + b",}", "twice": text + text}


def _places(schema: BodySchema, full: Mapping[str, Any]) -> Iterator[Node]:
    """Yield every place with the combined keywords of its ``allOf`` branches."""
    merged: dict[str, Node] = {}
    for node in schema.nodes():
        known = merged.get(node.pointer)
        joined = {**known.schema, **node.schema} if known else node.schema
        merged[node.pointer] = Node(node.pointer, joined, node.required or bool(known and known.required))
    yield from (n for n in merged.values() if _instances(full, n.pointer))


def _instances(full: Any, pointer: str) -> list[str]:
    """Return the first place in ``full`` at a generalised pointer, if there is one."""
    here, way = full, ""
    for step in steps_of(pointer):
        if step == "*":
            keys = range(len(here)) if isinstance(here, list) else list(here) if isinstance(here, dict) else []
            if not keys:
                return []
            here, way = here[keys[0]], way + join(keys[0])
        else:
            here, way = at(here, join(step)), way + join(step)
        if here is MISSING:
            return []
    return [way]


# Long: one branch per JSON Schema keyword.
def _invalid(node: Node, pointer: str, full: Mapping[str, Any]) -> Iterator[Case]:
    schema, value = node.schema, at(full, pointer)
    options = [o for o in schema.get("enum", ()) if isinstance(o, str)]

    def case(keyword: str, what: str, changed: Any) -> Case:
        return Case(Constraint("body", node.pointer, keyword), False, what, _with(full, pointer, changed))

    if node.required and pointer:
        yield Case(Constraint("body", node.pointer, "required"), False, "absent", without(full, pointer))
    for what, other in _OTHER_TYPES.get(type_of(schema), {}).items():
        yield case("type", what, other)
    yield case("null", "null", None)
    for text in undocumented(options):
        yield case("enum", shown(text), text)
    for text in in_another_case(options):
        yield case("case", text, text)
    if "maxLength" in schema:
        yield case("maxLength", "one character more", "a" * (int(schema["maxLength"]) + 1))
    if int(schema.get("minLength", 0)) > 0:
        yield case("minLength", "one character less", "a" * (int(schema["minLength"]) - 1))
    if "pattern" in schema and isinstance(value, str):
        for odd in ODD:
            yield case("pattern", f"{odd!r} in the middle", f"{value[:1]}{odd}{value[1:]}")
        yield case("pattern", "'!' at the end", f"{value}!")
    for text in FORMATS.get(schema.get("format", ""), ()):
        yield case("format", text, text)
    for keyword, step in (("minimum", -1), ("maximum", 1)):
        if keyword in schema:
            yield case(keyword, "one beyond it", schema[keyword] + step)
    if isinstance(value, list) and value:
        if int(schema.get("minItems", 0)) > 0:
            yield case("minItems", "one item less", value[:1] * (int(schema["minItems"]) - 1))
        if "maxItems" in schema:
            yield case("maxItems", "one item more", value[:1] * (int(schema["maxItems"]) + 1))


def _valid(node: Node, pointer: str, full: Mapping[str, Any]) -> Iterator[Case]:
    schema, value = node.schema, at(full, pointer)

    def case(keyword: str, what: str, changed: Any) -> Case:
        return Case(Constraint("body", node.pointer, keyword), True, what, _with(full, pointer, changed))

    if not node.required and pointer and not node.pointer.endswith("*"):
        yield Case(Constraint("body", node.pointer, "required"), True, "absent", without(full, pointer))
    for option in schema.get("enum", ()):
        yield case("enum", str(option), option)
    if type_of(schema) == "string" and "enum" not in schema and _is_free(schema):
        yield case("minLength", "as short as allowed", "a" * int(schema.get("minLength", 0)))
        longest = int(schema.get("maxLength", COMMON_LENGTH))
        yield case("maxLength", f"{longest} characters", ("Länge " * longest)[:longest])
    for keyword in ("minimum", "maximum"):
        if keyword in schema:
            yield case(keyword, "at it", schema[keyword])
    if isinstance(value, list) and value:
        if "minItems" in schema:
            yield case("minItems", "as few as allowed", value[:1] * int(schema["minItems"]))
        if "maxItems" in schema:
            yield case("maxItems", "as many as allowed", value[:1] * int(schema["maxItems"]))


def _is_free(schema: Mapping[str, Any]) -> bool:
    """Whether any text of a suitable length is valid: ids have a form that no keyword expresses."""
    return not {"pattern", "format", "readOnly"} & schema.keys()


def _true_to_their_word(schema: BodySchema, cases: Iterable[Case]) -> Iterator[Case]:
    """Yield the cases that are as described: valid, or wrong at their own place only."""
    seen: set[tuple[bool, str]] = set()
    for case in cases:
        key = (case.valid, json.dumps(case.value, sort_keys=True))
        if key in seen:
            continue
        places = {p.pointer for p in schema.problems(case.value)}
        if len(places) == (0 if case.valid else 1):
            seen.add(key)
            yield case


def _with(full: Mapping[str, Any], pointer: str, value: Any) -> Any:
    if not pointer:
        return copy.deepcopy(value)
    body = copy.deepcopy(dict(full))
    place(body, pointer, copy.deepcopy(value))
    return body


def without(full: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """Return a body without the member at ``pointer``."""
    body: dict[str, Any] = copy.deepcopy(dict(full))
    *around, last = steps_of(pointer)
    container = at(body, join(*around))
    if isinstance(container, dict):
        container.pop(last, None)
    return body
