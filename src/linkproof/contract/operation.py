"""Operations of a contract, and their parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from linkproof.contract.schema import BodySchema


class Role(StrEnum):
    """The effect of an operation on a connection."""

    LIST = "list"
    GET = "get"
    DECIDE = "decide"
    TAGS = "tags"
    DELETE = "delete"
    LINK_RESOURCES = "link-resources"
    LINK_RESOURCE = "link-resource"

    @property
    def is_of_connections(self) -> bool:
        """Whether it concerns connections, not the parent's private link resources."""
        return self not in (Role.LINK_RESOURCES, Role.LINK_RESOURCE)


#: Patterns that every value of a path segment matches.
_ANYTHING = frozenset({".*", "^.*", ".*$", "^.*$", ".+", "^.+", ".+$", "^.+$"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; ``schema`` is its JSON Schema."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]

    @property
    def limited(self) -> bool:
        """Whether the contract documents a limit: a pattern, a length, a format, an enumeration or a range."""
        if self.schema.get("minLength", 0) > 1:
            return True  # a path parameter is never empty
        if self.schema.get("pattern", ".*") not in _ANYTHING:
            return True
        return any(k in self.schema for k in ("maxLength", "format", "enum", "minimum", "maximum"))

    def allows(self, text: str) -> bool:
        """Whether a value, as written in a URL, is within the documented limits."""
        schema = self.schema
        if schema.get("type") == "integer":
            if not re.fullmatch(r"[+-]?\d{1,30}", text):
                return False
            number = int(text)
            return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))
        if len(text) < schema.get("minLength", 0) or len(text) > schema.get("maxLength", len(text)):
            return False
        if "pattern" in schema and not re.search(schema["pattern"], text):
            return False
        if schema.get("format") == "uuid" and not _UUID.fullmatch(text):
            return False
        return "enum" not in schema or text in schema["enum"]


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Operation:
    """One operation of a contract. ``responses`` maps a status to its body's schema, None for no body.

    ``key`` is its path in the contract's document: if operations are called by name, several share a path and differ in
    the part after ``#``. ``item_parameter`` is the path parameter that names a connection, "" for the operations of
    the collection. ``body_required``: whether a request without a body breaches the contract.
    """

    id: str
    role: Role
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    request: BodySchema | None
    responses: Mapping[int, BodySchema | None]
    error: BodySchema
    long_running: bool
    request_example: Any = None
    statuses_said: bool = True
    key: str = ""
    item_parameter: str = ""
    body_required: bool = False

    @property
    def document_path(self) -> str:
        """Return the path of the operation in the contract's document."""
        return self.key or self.path

    def may_have(self, pointer: str) -> bool:
        """Whether the schema of its request's body has a member."""
        return self.request is not None and any(node.pointer == pointer for node in self.request.nodes())

    def parameter(self, name: str) -> Parameter | None:
        """Return a parameter by its name."""
        return next((p for p in self.parameters if p.name == name), None)


def parameter_in(segment: str) -> str:
    """Return the parameter in a path's segment (``{id}``, or ``{id}:accept`` where it names what is done); else ""."""
    return segment[1:].partition("}")[0] if segment.startswith("{") else ""


def plain_path(path: str) -> str:
    """Return a path template in lower case without the names of its parameters: ``/a/{}/b``."""
    return "/" + "/".join("{}" if part.startswith("{") else part.lower() for part in path.strip("/").split("/"))
