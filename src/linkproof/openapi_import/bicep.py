"""Bicep type files (``types.json``) as API descriptions: their bodies, and operations from other sources.

A type file describes a resource's body, but no operations. That a Get answers 200 is a rule of Azure Resource Manager;
statuses that no source gives are marked ``x-statuses``, so that they are not judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkproof.contract.operation import Role
from linkproof.errors import UsageError
from linkproof.openapi_import.documents import Documents

#: Maximum size of a type file, in bytes.
_LARGEST = 50 << 20
SUFFIX = "/privateEndpointConnections"
_REQUIRED, _READ_ONLY, _WRITE_ONLY = 1, 2, 4
#: Statuses of an operation that no source describes (never judged: SHP-2 requires documented ones only).
_UNSAID = {Role.DECIDE: (200, 201), Role.DELETE: (200, 204)}


@dataclass(frozen=True)
class Operations:
    """A type's operations from another source: role to (method, statuses, whether it may run long)."""

    known: Mapping[Role, tuple[str, tuple[int, ...], bool]]
    source: Mapping[str, str]


NOTHING = Operations({}, {})


def is_bicep(data: Any) -> bool:
    """Whether a document is a Bicep type file: a list of objects with ``$type``."""
    return isinstance(data, list) and bool(data) and all(isinstance(t, dict) and "$type" in t for t in data)


def bicep_descriptions(file: Path, documents: Documents) -> list[str]:
    """Read a Bicep type file into ``documents``, a description for each connection type; return their names there.

    Return None for any other file. Raises UsageError for a damaged one, or one without a connection type.
    """
    if file.suffix != ".json" or not file.is_file() or file.stat().st_size > _LARGEST:
        return []
    text = file.read_bytes()
    if text.lstrip()[:1] != b"[":
        return []
    try:
        types = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not is_bicep(types):
        return []
    names: list[str] = []
    for kind, _, entry in connection_types(types):
        names.append(f"{file.resolve()}@{kind.replace('/', '-')}")
        documents.preload(names[-1], description_of(types, entry, NOTHING))
    if not names:
        raise UsageError("no private endpoint connection is in this type file", where=str(file), fix="give another")
    return names


def connection_types(types: list[dict[str, Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield resource type, version and entry of each private endpoint connection in a type file."""
    for entry in types:
        name = entry.get("name", "")
        if entry.get("$type") == "ResourceType" and isinstance(name, str) and name.count("@") == 1:
            kind, version = name.split("@")
            if kind.lower().endswith(SUFFIX.lower()):
                yield kind, version, entry


def description_of(
    types: list[dict[str, Any]], entry: dict[str, Any], operations: Operations, parameters: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return a Swagger 2.0 description of one resource type.

    Args:
        types: the type file.
        entry: the resource type's entry.
        operations: its operations from another source.
        parameters: the names of the parents' path parameters, if another source has them.

    Raises UsageError for a damaged file.
    """
    kind, version = str(entry["name"]).split("@")
    namespace, *names = kind.split("/")
    called = parameters or tuple(f"{n[:1].lower()}{n[1:]}Name" for n in names[:-1])
    if len(called) != len(names) - 1:
        called = tuple(f"{n[:1].lower()}{n[1:]}Name" for n in names[:-1])
    parents = "".join(f"/{n}/{{{c}}}" for n, c in zip(names, called, strict=False))
    start = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers"
    collection = f"{start}/{namespace}{parents}/{names[-1]}"
    converter = _Converter(types)
    body = converter.reference(entry.get("body"), f"{kind}: body")
    item = f"{collection}/{{privateEndpointConnectionName}}"
    named = _name_limits(types, entry)
    paths: dict[str, Any] = {item: {}}
    for role, method, statuses, is_long, is_said in _operations(operations):
        if role is Role.DECIDE and not is_said and _cannot_be_written(types, entry):
            continue  # if every property is read-only, a client cannot decide by PUT
        place = collection if role is Role.LIST else item
        made = _operation(role, statuses, is_long=is_long, is_said=is_said, body=body)
        made["parameters"] = [*_parameters(place, named), *made.get("parameters", ())]
        paths.setdefault(place, {})[method.lower()] = made
    return {
        "swagger": "2.0",
        "info": {"title": kind, "version": version},
        "host": "management.azure.com",
        "paths": paths,
        "definitions": converter.definitions(),
    }


def _operations(operations: Operations) -> Iterator[tuple[Role, str, tuple[int, ...], bool, bool]]:
    known = operations.known
    if Role.LIST in known:
        method, statuses, is_long = known[Role.LIST]
        yield Role.LIST, method, statuses, is_long, True
    method, statuses, is_long = known.get(Role.GET, ("GET", (200,), False))
    yield Role.GET, method, statuses, is_long, True
    for role, method in ((Role.DECIDE, "PUT"), (Role.DELETE, "DELETE")):
        if role in known:
            yield role, *known[role], True
        elif not known:
            yield role, method, _UNSAID[role], False, False


def _operation(role: Role, statuses: tuple[int, ...], *, is_long: bool, is_said: bool, body: Any) -> dict[str, Any]:
    page = {"type": "object", "properties": {"value": {"type": "array", "items": body}}}
    shown = {Role.LIST: page, Role.GET: body, Role.DECIDE: body}.get(role)
    answer: dict[str, Any] = {"description": "", **({"schema": shown} if shown else {})}
    made: dict[str, Any] = {
        "operationId": {Role.LIST: "List", Role.GET: "Get", Role.DECIDE: "Decide", Role.DELETE: "Delete"}[role],
        "responses": {str(s): answer if s in (200, 201) else {"description": ""} for s in statuses},
        "x-ms-long-running-operation": is_long,
    }
    if role is Role.DECIDE:
        made["parameters"] = [{"name": "body", "in": "body", "required": True, "schema": body}]
    if not is_said:
        made["x-statuses"] = "the definition does not say"
    return made


def _cannot_be_written(types: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    """Whether the resource's properties are read-only as a whole."""
    try:
        body = types[int(str(entry["body"]["$ref"]).removeprefix("#/"))]
        return bool(body["properties"]["properties"]["flags"] & _READ_ONLY)
    except (KeyError, ValueError, IndexError, TypeError):
        return False


def _name_limits(types: list[dict[str, Any]], entry: dict[str, Any]) -> dict[str, Any]:
    """Return the limits of a connection's name: the type file's rules for ``name`` apply to the path."""
    try:
        body = types[int(str(entry["body"]["$ref"]).removeprefix("#/"))]
        found = types[int(str(body["properties"]["name"]["type"]["$ref"]).removeprefix("#/"))]
    except (KeyError, ValueError, IndexError, TypeError):
        return {}
    return _kept(found, "minLength", "maxLength", "pattern") if found.get("$type") == "StringType" else {}


def _parameters(path: str, named: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [s[1:-1] for s in path.split("/") if s.startswith("{")]
    found: list[dict[str, Any]] = [{"name": n, "in": "path", "required": True, "type": "string"} for n in names]
    if path.endswith("}"):
        found[-1] |= named
    return [*found, {"name": "api-version", "in": "query", "required": True, "type": "string"}]


class _Converter:
    """Creates a definition of each type that is referred to."""

    def __init__(self, types: list[dict[str, Any]]) -> None:
        self._types = types
        self._wanted: dict[int, str] = {}

    def reference(self, value: Any, where: str) -> dict[str, Any]:
        """Return a reference to the definition of a type. Raises UsageError for an unknown type."""
        index = self._index(value, where)
        name = self._types[index].get("name")
        own = "".join(c for c in name if c.isalnum()) if isinstance(name, str) else "Type"
        self._wanted.setdefault(index, f"{own}{index}")
        return {"$ref": f"#/definitions/{self._wanted[index]}"}

    def definitions(self) -> dict[str, Any]:
        """Return every definition that was referred to, directly or indirectly."""
        made: dict[str, Any] = {}
        while missing := [i for i, name in self._wanted.items() if name not in made]:
            for index in missing:
                made[self._wanted[index]] = self._schema(self._types[index], f"#/{index}")
        return made

    def _schema(self, found: dict[str, Any], where: str) -> dict[str, Any]:
        match found.get("$type"):
            case "StringType":
                return {"type": "string", **_kept(found, "minLength", "maxLength", "pattern")}
            case "StringLiteralType":
                return {"type": "string", "enum": [found.get("value")]}
            case "IntegerType":
                limits = {"minValue": "minimum", "maxValue": "maximum"}
                return {"type": "integer", **{new: found[old] for old, new in limits.items() if old in found}}
            case "BooleanType":
                return {"type": "boolean"}
            case "NullType":
                return {"type": "null"}
            case "UnionType":
                return self._union(found, where)
            case "ArrayType":
                return {"type": "array", "items": self.reference(found.get("itemType"), where)}
            case "ObjectType":
                return self._object(found, where)
            case "DiscriminatedObjectType":
                return {"type": "object", "additionalProperties": True}
            case _:
                return {}

    def _union(self, found: dict[str, Any], where: str) -> dict[str, Any]:
        """Return an enumeration if all parts are literals, apart from a plain string, which makes it open."""
        parts = [self._types[self._index(e, where)] for e in found.get("elements", ())]
        values = [p.get("value") for p in parts if p.get("$type") == "StringLiteralType"]
        plain = [p for p in parts if p.get("$type") == "StringType"]
        if not values or len(values) + len(plain) != len(parts):
            return {}
        open_ = {"x-ms-enum": {"modelAsString": True}} if plain else {}
        return {"type": "string", "enum": values, **open_}

    def _index(self, value: Any, where: str) -> int:
        pointer = value.get("$ref", "") if isinstance(value, dict) else ""
        number = str(pointer).removeprefix("#/")
        if not (number.isascii() and number.isdigit() and int(number) < len(self._types)):
            raise UsageError(f"the reference {pointer!r} leads to no type", where=where, fix="give a whole types.json")
        return int(number)

    def _object(self, found: dict[str, Any], where: str) -> dict[str, Any]:
        members: dict[str, Any] = {}
        required: list[str] = []
        for name, member in (found.get("properties") or {}).items():
            flags = member.get("flags", 0) if isinstance(member, dict) else 0
            if name == "apiVersion" and flags & _READ_ONLY:
                continue
            is_resource = "apiVersion" in found["properties"]
            if is_resource and name in ("type", "name"):
                schema: dict[str, Any] = {"type": "string"}
            else:
                schema = self.reference(member.get("type"), f"{where}/{name}")
            if found.get("name") == "SystemData" and name in ("createdAt", "lastModifiedAt"):
                schema = {
                    "type": "string",
                    "format": "date-time",
                }  # ARM's common type, which a type file cannot express
            if flags & _READ_ONLY or (is_resource and name in ("id", "name", "type")):
                schema = {**schema, "readOnly": True}
            members[name] = schema
            if flags & _REQUIRED and not flags & _WRITE_ONLY:
                required.append(name)
        made: dict[str, Any] = {"type": "object", "properties": members}
        if required:
            made["required"] = required
        if isinstance(found.get("additionalProperties"), dict):
            made["additionalProperties"] = self.reference(found["additionalProperties"], where)
        return made


def _kept(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {n: found[n] for n in names if n in found}
