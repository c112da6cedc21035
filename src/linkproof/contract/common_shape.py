"""Contracts that state only their own parts: an OpenAPI document from ``contract.toml`` and a vendor's common parts.

A *flat schema* maps each pointer to its JSON Schema without members, so that two schemas can be compared and one can be
written as changes to another. ``/*`` means each item of an array or each other member.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from linkproof.base.json_values import at, join, steps_of
from linkproof.contract.operation import Role

#: Maximum nesting of references; deeper values are accepted without being judged.
_DEEPEST = 8
#: Summaries of operations in the document of an imported contract.
SUMMARY = {
    Role.LIST: "List the connections.",
    Role.GET: "Get one connection.",
    Role.DECIDE: "Approve or reject a connection.",
    Role.TAGS: "Change a connection.",
    Role.DELETE: "Delete a connection.",
    Role.LINK_RESOURCES: "List the parts of the parent that endpoints may lead to.",
    Role.LINK_RESOURCE: "Get one part of the parent.",
}
METHODS = {
    Role.LIST: "GET",
    Role.GET: "GET",
    Role.DECIDE: "PUT",
    Role.TAGS: "PATCH",
    Role.DELETE: "DELETE",
    Role.LINK_RESOURCES: "GET",
    Role.LINK_RESOURCE: "GET",
}
_BODIES = {
    Role.LIST: {200: "Page"},
    Role.GET: {200: "Connection"},
    Role.DECIDE: {200: "Connection", 201: "Connection"},
    Role.TAGS: {200: "Connection", 201: "Connection"},
    Role.LINK_RESOURCES: {200: "ResourcePage"},
    Role.LINK_RESOURCE: {200: "Resource"},
}
_POLLING: dict[str, Any] = {
    name: {"schema": {"type": "string", "format": "uri"}} for name in ("Location", "Azure-AsyncOperation")
}


@dataclass
class Flat:
    """A flat schema: the schema at each pointer, and the required members."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)

    def tree(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return self._tree("")

    def _tree(self, pointer: str) -> dict[str, Any]:
        made = copy.deepcopy(self.nodes.get(pointer, {}))
        if "enum" in made and "null" in _types(made) and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]  # TOML has no null
        for name in self._below(pointer):
            below = pointer + join(name) if name != "*" else f"{pointer}/*"
            if name != "*":
                made.setdefault("properties", {})[name] = self._tree(below)
            elif "array" in _types(made):
                made["items"] = self._tree(below)
            else:
                made["additionalProperties"] = self._tree(below)
        wanted = [n for n in made.get("properties", {}) if pointer + join(n) in self.required]
        if wanted:
            made["required"] = wanted
        return made

    def _below(self, pointer: str) -> list[str]:
        start = f"{pointer}/"
        names = (p[len(start) :] for p in self.nodes if p.startswith(start))
        return [steps_of(f"/{n}")[0] for n in names if "/" not in n]

    def changed(self, changes: Mapping[str, Any]) -> Flat:
        """Return this schema with changes: ``without`` and ``with`` (pointers), ``required`` and ``optional``."""
        gone = tuple(changes.get("without", ()))
        nodes = {p: n for p, n in self.nodes.items() if not any(p == g or p.startswith(f"{g}/") for g in gone)}
        nodes |= {p: dict(n) for p, n in changes.get("with", {}).items()}
        required = (self.required | set(changes.get("required", ()))) - set(changes.get("optional", ()))
        return Flat(nodes, {r for r in required if r in nodes})

    def changes_to(self, other: Flat) -> dict[str, Any]:
        """Return the changes that turn this schema into ``other``; empty if both are equal."""
        gone = [p for p in self.nodes if p not in other.nodes]
        gone = [p for p in gone if not any(p.startswith(f"{g}/") for g in gone)]
        own = {p: n for p, n in other.nodes.items() if self.nodes.get(p) != n}
        required = sorted(other.required - self.required)
        optional = sorted(r for r in self.required - other.required if r in other.nodes)
        found = {"without": gone, "required": required, "optional": optional, "with": own}
        return {k: v for k, v in found.items() if v}

    def sent(self) -> Flat:
        """Return the schema of a request: without the members that only the service sets."""
        gone = [p for p, n in self.nodes.items() if n.get("readOnly")]
        made = self.changed({"without": gone})
        for parent in {p.rsplit("/", 1)[0] for p in gone if p}:
            if parent in made.nodes and not made._below(parent):
                made.nodes[parent] = {
                    **made.nodes[parent],
                    "properties": {},
                }  # no member remains, and no others are allowed
        return made


def flatten(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Flat:
    """Return a schema of a document as a flat one; members below a circle, or very deep ones, accept any value."""
    made = Flat()
    _flatten(schema, document, "", (), made)
    return made


# Long: one branch per JSON Schema keyword.
def _flatten(
    schema: Mapping[str, Any], document: Mapping[str, Any], pointer: str, above: tuple[str, ...], made: Flat
) -> None:
    nullable, read_only = False, bool(schema.get("readOnly"))
    while True:
        reference = schema.get("$ref")
        parts = schema.get("anyOf")
        if isinstance(reference, str):
            if reference in above or len(above) > _DEEPEST:
                made.nodes[pointer] = {"readOnly": True} if read_only else {}
                return
            above = (*above, reference)
            schema = at(document, reference.removeprefix("#"))
        elif isinstance(parts, list) and len(parts) == 2 and parts[1] == {"type": "null"} and "$ref" in parts[0]:
            nullable, schema = True, {**parts[0]}
        else:
            break
    members, items, more = schema.get("properties"), schema.get("items"), schema.get("additionalProperties")
    left = {"properties", "items", "required", "description", "x-source", "title"}
    node = {k: v for k, v in schema.items() if k not in left and not (k == "additionalProperties" and more != {})}
    if isinstance(more, bool):
        node["additionalProperties"] = more
    if None in node.get("enum", ()):
        node["enum"] = [v for v in node["enum"] if v is not None]
    if members == {}:
        node["properties"] = {}
    if nullable and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    if read_only:
        node["readOnly"] = True
    made.nodes[pointer] = node
    for name, member in (members or {}).items():
        _flatten(member, document, pointer + join(name), above, made)
        if name in schema.get("required", ()):
            made.required.add(pointer + join(name))
    for below in (items, more):
        if isinstance(below, dict) and below:
            _flatten(below, document, f"{pointer}/*", above, made)


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    kind = schema.get("type", ())
    return (kind,) if isinstance(kind, str) else tuple(kind)


def common_part(data: Mapping[str, Any], name: str) -> Flat:
    """Return one of a vendor's common parts: its nodes in the order written, and its required members."""
    part = data[name]
    return Flat({p: dict(n) for p, n in part["members"].items()}, set(part.get("required", ())))


def with_changes(part: Any, changes: Mapping[str, Any] | None) -> Any:
    """Return a common part with the changes of a later version; anything else unchanged."""
    if not changes or not isinstance(part, Mapping) or "members" not in part:
        return changes if changes and not (isinstance(part, Mapping) and "members" in part) else part
    made = common_part({"part": part}, "part").changed(changes)
    return {"members": made.nodes, "required": sorted(made.required)}


def expand(own: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document of a contract that states only its own parts. Raises KeyError if one is missing."""
    paths: dict[str, Any] = {}
    for name, role in ((name, Role(role)) for name, role in own["operations"].items()):
        path = _path(own["path"], role)
        method = own.get("methods", {}).get(role.value, METHODS[role]).lower()
        paths.setdefault(path, {})[method] = _operation(own, role, name, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": own["title"],
            "version": own["version"],
            "description": "Made of contract.toml and the vendor's common parts.",
            "x-sources": [dict(s) for s in own.get("source", ())],
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": common["server"]}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(own, common),
        },
    }


def _schemas(own: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schemas of a contract's bodies by name."""
    connection = common_part(common, "connection").changed(own.get("connection", {}))
    schemas: dict[str, Any] = {
        "Connection": connection.tree(),
        "ConnectionUpdate": connection.sent().changed(own.get("request", {})).tree(),
        "Error": common_part(common, "error").tree(),
    }
    schemas["ErrorBody"] = schemas["Error"]["properties"].pop("error")
    schemas["Error"]["properties"]["error"] = {"$ref": "#/components/schemas/ErrorBody"}
    details = schemas["ErrorBody"]["properties"]["details"]
    details["items"] = {"$ref": "#/components/schemas/ErrorBody"}
    roles = {Role(role) for role in own["operations"].values()}
    if Role.LIST in roles:
        schemas["Page"] = _page(own, common)
    if not all(role.is_of_connections for role in roles):
        schemas["Resource"] = common_part(common, "resource").changed(own.get("resource", {})).tree()
        schemas["ResourcePage"] = Flat({"": {"type": "object"}, "/value": {"type": "array"}}, {"/value"}).tree()
        schemas["ResourcePage"]["properties"]["value"]["items"] = {"$ref": "#/components/schemas/Resource"}
    if "tags" in own:
        schemas["TagsUpdate"] = Flat().changed({"with": own["tags"]["members"]}).tree()
    return schemas


def _path(path: Mapping[str, Any], role: Role) -> str:
    """Return the path of an operation."""
    collection = str(path["collection"])
    if not role.is_of_connections:
        collection = collection.rpartition("/")[0] + "/privateLinkResources"
    item = {Role.LIST: "", Role.LINK_RESOURCES: "", Role.LINK_RESOURCE: path.get("resource", "")}
    name = item.get(role, path.get("item", ""))
    return f"{collection}/{{{name}}}" if name else collection


def _page(own: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    page = common_part(common, "page").changed(own.get("page", {})).tree()
    items = str(own.get("list", {}).get("items", "/value")).removeprefix("/")
    if not items:
        return {"type": "array", "items": {"$ref": "#/components/schemas/Connection"}}
    page.setdefault("properties", {}).setdefault(items, {"type": "array"})["items"] = {
        "$ref": "#/components/schemas/Connection"
    }
    page["required"] = list(dict.fromkeys([*page.get("required", ()), items]))
    return page


def _operation(own: Mapping[str, Any], role: Role, name: str, path: str) -> dict[str, Any]:
    answers = own["answers"]
    statuses: Iterable[int] = answers[role.value]
    made: dict[str, Any] = {
        "operationId": name,
        "summary": SUMMARY[role],
        "parameters": list(_parameters(own, path)),
    }
    if role.value in answers.get("long_running", ()):
        made["x-long-running"] = True
    if role.value in answers.get("unsaid", ()):
        made["x-statuses"] = "the definition does not say"
    body = {Role.DECIDE: "ConnectionUpdate", Role.TAGS: "TagsUpdate"}.get(role)
    if body:
        made["requestBody"] = {"required": True, "content": _content(body)}
    made["responses"] = {}
    for status in statuses:
        entry: dict[str, Any] = {"description": "Success." if status < 300 else "Refused."}
        shown = _BODIES.get(role, {}).get(status) or ("Error" if status >= 400 else "")
        if shown:
            entry["content"] = _content(shown)
        if status == 202:
            entry["headers"] = copy.deepcopy(_POLLING)
        made["responses"][str(status)] = entry
    made["responses"]["default"] = {"description": "The request was refused, or failed.", "content": _content("Error")}
    return made


def _parameters(own: Mapping[str, Any], path: str) -> Iterable[dict[str, Any]]:
    limits = own["path"].get("limits", {})
    for segment in path.split("/"):
        if segment.startswith("{"):
            name = segment[1:-1]
            schema = {"type": "string", **limits.get(name, {})}
            yield {"name": name, "in": "path", "required": True, "schema": schema}
    version = {"type": "string", "enum": [own["version"]]}
    yield {"name": "api-version", "in": "query", "required": True, "schema": version}


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
