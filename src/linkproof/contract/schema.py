"""The JSON Schema of a body, compiled: whether a body fits, its problems, and its unknown members."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jsonschema_rs
import orjson

from linkproof.base.json_values import MISSING, at, dump, join, shorten
from linkproof.base.wording import count
from linkproof.contract.closed_schema import close, members_only
from linkproof.contract.large_values import failing_beginning, shortened
from linkproof.contract.reference import Reference
from linkproof.contract.schema_walk import Node, Schema, type_of, walk

#: Keywords whose values are values of a body, not schemas.
_VALUES = frozenset({"const", "default", "enum", "example", "examples"})
#: The keywords by which a string may be right, and its beginning wrong, or the other way round.
_ABOUT_STRINGS = ("format", "maxLength", "minLength", "pattern")
#: What a keyword with a bound expects, and what it counts; "" for a number itself.
_BOUNDS = {
    "minimum": ("at least", ""),
    "maximum": ("at most", ""),
    "exclusiveMinimum": ("more than", ""),
    "exclusiveMaximum": ("less than", ""),
    "minLength": ("at least", "character"),
    "maxLength": ("at most", "character"),
    "minItems": ("at least", "item"),
    "maxItems": ("at most", "item"),
    "minProperties": ("at least", "member"),
    "maxProperties": ("at most", "member"),
}
#: The keyword of a problem outside the schema: JSON can contain text that is not Unicode (RFC 8259, 8.2).
UNICODE = "unicode"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a body: its place, the violated keyword, the expected and the actual value."""

    pointer: str
    keyword: str
    expected: str
    actual: str
    value: Any
    options: tuple[Any, ...] = ()
    #: The place of the violating value, and the steps to the keyword in the schema.
    at: str = ""
    schema_path: tuple[str | int, ...] = ()


class _Error(NamedTuple):
    """A validator's error. The validator's own has several copies of the value.

    Attributes:
        pointer: the place of the wrong value.
        kind: the violated keyword.
        facts: what the keyword says about it.
        path: the steps to the keyword in the schema.
        value: the wrong value itself.
    """

    pointer: str
    kind: str
    facts: dict[str, Any]
    path: tuple[str | int, ...]
    value: Any


class BodySchema:
    """One schema of an OpenAPI document, with everything that it refers to."""

    def __init__(self, schema: dict[str, Any], components: dict[str, Any]) -> None:
        self._schema = schema
        self._components = components

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        return _validator_of({**self._schema, "components": self._components})

    @cached_property
    def _closed(self) -> jsonschema_rs.Draft202012Validator:
        return _validator_of(self._closed_document())

    def _closed_document(self) -> dict[str, Any]:
        document = copy.deepcopy({**self._schema, "components": self._components})
        close(document)
        return document

    @property
    def parts(self) -> tuple[Schema, Schema]:
        """Return the schema, and the document that its references point into."""
        return self._schema, {"components": self._components}

    def is_exactly(self, value: Any) -> bool:
        """Whether ``value`` is valid and has no unknown member: both at the cost of one."""
        try:
            return self._closed.is_valid(value)
        except UnicodeEncodeError:
            return False

    def fits(self, value: Any) -> bool:
        """Whether ``value`` is valid, formats included. An unpaired surrogate makes it invalid."""
        try:
            return self._validator.is_valid(value)
        except UnicodeEncodeError:
            return False

    def problems(self, value: Any) -> Iterator[Problem]:
        """Return every problem; a value of a wrong type is not reported again for its enumeration."""
        try:
            errors = self._errors(self._validator, value)
        except UnicodeEncodeError:
            yield Problem("", UNICODE, "text that is Unicode", "half of a surrogate pair", value)
            return
        wrong_type = {e.pointer for e in errors if e.kind == "type"}
        wrong_pattern = {e.pointer for e in errors if e.kind == "pattern"}
        for pointer, kind, facts, path, came in errors:
            if (kind == "enum" and pointer in wrong_type) or (kind == "format" and pointer in wrong_pattern):
                continue
            if kind == "required":
                name = facts["property"]
                where, expected = f"{pointer}{join(name)}", f"member {name!r}"
                yield Problem(where, kind, expected, "(absent)", MISSING, (), pointer, path)
            else:
                options, expected = tuple(facts.get("options", ())), _expected(kind, facts)
                yield Problem(pointer, kind, expected, shorten(came), came, options, pointer, path)

    def _errors(self, validator: jsonschema_rs.Draft202012Validator, value: Any) -> list[_Error]:
        """Return the validator's errors; of a large value, those of its first wrong entries."""
        beginning = failing_beginning(value, validator.is_valid, self._named)
        found: list[_Error] = []
        for error in validator.iter_errors(shortened(beginning, self._is_as_wrong)):
            pointer, kind = join(*error.instance_path), error.kind
            found.append(_Error(pointer, kind.name, kind.as_dict(), tuple(error.schema_path), at(beginning, pointer)))
        return found

    def _is_as_wrong(self, whole: str, beginning: str) -> bool:
        """Whether the beginning of a string violates each keyword about strings, wherever it stands, as the whole."""
        return all(rule.is_valid(whole) == rule.is_valid(beginning) for rule in self._rules_of_strings)

    @cached_property
    def _rules_of_strings(self) -> list[jsonschema_rs.Draft202012Validator]:
        """A validator for each keyword about strings with each of its values in the schema."""
        found = {
            (k, node[k]): None for node in self._objects() for k in _ABOUT_STRINGS if isinstance(node.get(k), str | int)
        }
        return [_validator_of({keyword: value}) for keyword, value in found]

    @cached_property
    def _named(self) -> frozenset[str]:
        """Every member that the schema names."""
        found: set[str] = set()
        for node in self._objects():
            members = node.get("properties"), node.get("required")
            found.update(*(m for m in members if isinstance(m, dict | list)))
        return frozenset(found)

    def _objects(self) -> Iterator[dict[str, Any]]:
        """Yield every object of the schema and of what it may refer to, without values that it lists or shows."""
        rest: list[Any] = [self._schema, *self._components.values()]
        while rest:
            node = rest.pop()
            if isinstance(node, list):
                rest.extend(node)
            elif isinstance(node, dict):
                yield node
                for key, part in node.items():
                    if key == "properties" and isinstance(part, dict):
                        rest.extend(part.values())  # a member may have the name of a keyword
                    elif key not in _VALUES:
                        rest.append(part)

    @cached_property
    def _reference(self) -> Reference:
        return Reference({**self._schema, "components": self._components})

    @cached_property
    def _closed_reference(self) -> Reference:
        return Reference(self._closed_document())

    def confirm_unknown(self, value: Any, pointer: str) -> None:
        """Raise EngineError if the reference implementation knows the member at a pointer."""
        self._closed_reference.confirm_place(value, pointer.rpartition("/")[0], "additionalProperties")

    def confirm(self, value: Any, problem: Problem) -> str:
        """Return the reference implementation's message for a problem. Raises EngineError if it finds none."""
        if not problem.schema_path:
            return f"expected {problem.expected}, got {problem.actual}"
        return self._reference.confirm(value, problem.at, problem.keyword, problem.schema_path)

    @cached_property
    def _members(self) -> jsonschema_rs.Draft202012Validator | None:
        """Return the closed schema reduced to members; None if other keywords decide which members are known."""
        try:
            return jsonschema_rs.Draft202012Validator(members_only(self._closed_document()))
        except (ValueError, KeyError):
            return None

    def is_plain(self, value: Any) -> bool:
        """Whether ``value`` has only known members and only Unicode text."""
        try:
            if self._closed.is_valid(value):
                return True
            if self._members is not None:
                _check_unicode(value)  # the validator may not reach it
                return self._members.is_valid(value)
            errors = self._errors(self._closed, value)
        except UnicodeEncodeError:
            return False
        return not any(error.kind == "additionalProperties" for error in errors)

    def unknown_members(self, value: Any) -> Iterator[str]:
        """Yield pointers to the members that the schema does not know."""
        try:
            errors = [] if self._closed.is_valid(value) else self._errors(self._closed, value)
        except UnicodeEncodeError:
            return
        for error in errors:
            if error.kind == "additionalProperties":
                yield from (error.pointer + join(name) for name in error.facts.get("unexpected", ()))

    @cached_property
    def enumerations(self) -> dict[str, tuple[str, ...]]:
        """Return the enumerators at each generalised pointer (``*`` for each item or key)."""
        return {p: tuple(s["enum"]) for p, s in self.leaves() if "enum" in s}

    @cached_property
    def open_enumerations(self) -> frozenset[str]:
        """Return the enumerations to which the vendor may add values without a new version (``x-open``)."""
        return frozenset(p for p, s in self.leaves() if "enum" in s and s.get("x-open"))

    @cached_property
    def integers(self) -> tuple[str, ...]:
        """Return the generalised pointers to the integers of the body."""
        return tuple(p for p, s in self.leaves() if type_of(s) == "integer")

    def leaves(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every subschema without members, with its generalised pointer."""
        yield from ((node.pointer, dict(node.schema)) for node in self.nodes() if node.leaf)

    def nodes(self) -> Iterator[Node]:
        """Yield every place of the body with its subschema."""
        yield from walk(self._schema, {"components": self._components})


def _validator_of(document: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Return a validator that checks formats; its messages, which nothing reads, do not repeat the value."""
    return jsonschema_rs.Draft202012Validator(document, validate_formats=True, mask="the value")


def _check_unicode(value: Any) -> None:
    """Raise UnicodeEncodeError for a value with an unpaired surrogate."""
    try:
        orjson.dumps(value)
    except TypeError:  # or another value that it cannot write, such as a long integer
        dump(value).encode()


def _expected(kind: str, facts: dict[str, Any]) -> str:
    match kind:
        case "type":
            return " or ".join(facts.get("types", ()))
        case "enum":
            return "one of " + ", ".join(str(o) for o in facts.get("options", ()))
        case "format":
            return f"format {facts.get('format')}"
        case "pattern":
            return f"pattern {facts.get('pattern')}"
        case _:
            bound = facts.get("limit", facts.get("expected_value", facts.get("multiple_of", "")))
            if kind in _BOUNDS:
                relation, noun = _BOUNDS[kind]
                return f"{relation} {count(bound, noun) if noun else bound}"
            words = re.sub(r"([A-Z])", lambda m: " " + m.group(1).lower(), kind)
            return f"{words} {bound}".strip()
