"""A contract that states only its own parts: ``contract.toml`` over a vendor's common parts, instead of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import tomli_w

from linkproof.base.json_values import at
from linkproof.base.resources import folder
from linkproof.contract.common_shape import METHODS, Flat, common_part, flatten
from linkproof.contract.loader import common_parts
from linkproof.contract.operation import Role
from linkproof.contract.schema_walk import resolved
from linkproof.mock.default_fixtures import PLAIN_NAMES
from linkproof.openapi_import.schemas import Notes
from linkproof.openapi_import.select import Found

_ENDPOINT = "/properties/privateEndpoint"
#: Members of the consumer's endpoint; a definition with more of them describes another resource.
_MANY = 8
_VERSIONS = ("v1", "v2", "v5", "v6")
#: The last tables, in this order.
_LAST = ("source", "operations", "path", "answers", "methods", "list", "member", "settled", "page", "tags")


def compacted(
    data: Mapping[str, Any],
    document: Mapping[str, Any],
    found: Found,
    sources: Iterable[Mapping[str, Any]],
    notes: Notes,
) -> dict[str, Any]:
    """Return ``contract.toml`` of a contract over the version of the common types that leaves the least to state.

    Args:
        data: the content of ``contract.toml`` next to a whole document.
        document: the whole document.
        found: the operations from which it was made.
        sources: the documents of the facts.
        notes: collects what the compact form cannot express.
    """
    connection = _without_the_endpoint(_connection(document, found, notes), notes)
    request, tags = _sent(document, found, Role.DECIDE), _sent(document, found, Role.TAGS)
    request = _without_the_endpoint(request, notes) if request else None
    page, page_items = _page(document, found)
    resource = _resource(document, found)
    best: dict[str, Any] = {}
    for version in _VERSIONS:
        common = _common(version)
        made: dict[str, Any] = {"common": version}
        changes = {
            "connection": common_part(common, "connection").changes_to(connection),
            "request": connection.sent().changes_to(request) if request else {},
            "page": common_part(common, "page").changes_to(page) if page else {},
            "resource": common_part(common, "resource").changes_to(resource) if resource else {},
        }
        made |= {k: v for k, v in changes.items() if v}
        if not best or _size(made) < _size(best):
            best = made
    if page_items is not None and page_items.nodes != connection.nodes:
        notes.add("the items of a list are described otherwise than a connection: judged as connections")
    return {
        **{k: v for k, v in data.items() if k not in ("operations",)},
        "tier": "imported",
        "source": [dict(s) for s in sources],
        "operations": data["operations"],
        "path": _path(document, found),
        "answers": _answers(document, found),
        **_methods(found),
        **({"tags": {"members": tags.nodes}} if tags else {}),
        **best,
    }


@cache
def _common(version: str) -> Mapping[str, Any]:
    return common_parts(folder("schemas") / "vendors" / "azure", version, "")


def _size(made: Mapping[str, Any]) -> int:
    return len(str({k: v for k, v in made.items() if k != "common"}))


def _entry(document: Mapping[str, Any], found: Found, role: Role) -> Mapping[str, Any]:
    operation = found.operations[role]
    entry: Mapping[str, Any] = document["paths"][operation.path][operation.method.lower()]
    return entry


def _schema(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = message.get("content", {}).get("application/json", {}).get("schema")
    return found if isinstance(found, Mapping) else None


def _connection(document: Mapping[str, Any], found: Found, notes: Notes) -> Flat:
    """Return the schema of a connection, from the first operation that shows one."""
    shown: list[Flat] = []
    for role in (Role.GET, Role.DECIDE):
        if role in found.operations:
            answers = _entry(document, found, role)["responses"]
            schemas = [s for status in ("200", "201") if (s := _schema(answers.get(status, {}))) is not None]
            shown += [flatten(s, document) for s in schemas]
    if any(other.nodes != shown[0].nodes for other in shown[1:]):
        notes.add("a decision's answer is described otherwise than Get's: judged as Get's")
    if shown:
        return shown[0]
    items = _page(document, found)[1]
    return items or Flat({"": {}})


def _without_the_endpoint(connection: Flat, notes: Notes) -> Flat:
    """Return a connection whose consumer's endpoint has its id only: it is a separate resource."""
    deep = [p for p in connection.nodes if p.startswith(f"{_ENDPOINT}/") and p != f"{_ENDPOINT}/id"]
    if len(deep) < _MANY:
        return connection
    notes.add(f"{len(deep)} members of the consumer's own endpoint: accepted, but not judged")
    endpoint = {k: v for k, v in connection.nodes[_ENDPOINT].items() if k != "properties"}
    changed = connection.changed({"without": deep})
    return changed.changed({"with": {_ENDPOINT: {**endpoint, "additionalProperties": True}}})


def _sent(document: Mapping[str, Any], found: Found, role: Role) -> Flat | None:
    if role not in found.operations:
        return None
    schema = _schema(_entry(document, found, role).get("requestBody", {}))
    return flatten(schema, document) if schema is not None else None


def _page(document: Mapping[str, Any], found: Found) -> tuple[Flat | None, Flat | None]:
    """Return a page without its items, and the schema of an item."""
    if Role.LIST not in found.operations:
        return None, None
    schema = _schema(_entry(document, found, Role.LIST)["responses"].get("200", {}))
    if schema is None:
        return None, None
    whole = flatten(schema, document)
    items_name = found.operations[Role.LIST].items
    start = f"/{items_name}/*" if items_name else "/*"
    page = {p: n for p, n in whole.nodes.items() if not p.startswith(start)}
    items = {p.removeprefix(start): n for p, n in whole.nodes.items() if p == start or p.startswith(f"{start}/")}
    required = {p.removeprefix(start) for p in whole.required if p.startswith(start)}
    return Flat(page, {r for r in whole.required if r in page}), Flat(items, required)


def _resource(document: Mapping[str, Any], found: Found) -> Flat | None:
    """Return the schema of a private link resource of the parent, by Get or by the items of the list."""
    for role, prefix in ((Role.LINK_RESOURCE, ""), (Role.LINK_RESOURCES, "/value/*")):
        if role not in found.operations:
            continue
        schema = _schema(_entry(document, found, role)["responses"].get("200", {}))
        whole = flatten(schema, document) if schema is not None else Flat()
        nodes = {p.removeprefix(prefix): n for p, n in whole.nodes.items() if p.startswith(prefix)}
        if nodes:
            return Flat(nodes, {r.removeprefix(prefix) for r in whole.required if r.startswith(prefix)})
    return None


def _path(document: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """Return the paths, and the limits of their parameters."""
    items = [o.path for r, o in found.operations.items() if o.path.endswith("}") and r.is_of_connections]
    made: dict[str, Any] = {"collection": found.collection}
    if items:
        made["item"] = items[0].rsplit("/", 1)[1][1:-1]
    if Role.LINK_RESOURCE in found.operations:
        made["resource"] = found.operations[Role.LINK_RESOURCE].path.rsplit("/", 1)[1][1:-1]
    limits: dict[str, Any] = {}
    for reference in (p for r in found.operations for p in _entry(document, found, r).get("parameters", ())):
        parameter = at(document, str(reference.get("$ref", "")).removeprefix("#")) or reference
        if parameter["in"] != "path":
            continue
        whole = resolved(parameter["schema"], document)
        schema = {k: v for k, v in whole.items() if k not in ("type", "readOnly", "description", "x-source")}
        if not any(_fits(name, schema) for name in PLAIN_NAMES) and parameter.get("example"):
            schema["example"] = parameter["example"]
        if schema:
            limits[parameter["name"]] = schema
    if limits:
        made["limits"] = limits
    return made


def _fits(text: str, schema: Mapping[str, Any]) -> bool:
    try:
        matches = re.search(schema.get("pattern", ""), text) is not None
    except re.error:
        return False
    return matches and schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))


def _answers(document: Mapping[str, Any], found: Found) -> dict[str, Any]:
    made: dict[str, Any] = {}
    long, unsaid = [], []
    for role in found.operations:
        entry = _entry(document, found, role)
        made[role.value] = [int(s) for s in entry["responses"] if s.isdigit()]
        if entry.get("x-long-running"):
            long.append(role.value)
        if "x-statuses" in entry:
            unsaid.append(role.value)
    return made | ({"long_running": long} if long else {}) | ({"unsaid": unsaid} if unsaid else {})


def _methods(found: Found) -> dict[str, Any]:
    own = {r.value: o.method for r, o in found.operations.items() if o.method != METHODS[r]}
    return {"methods": own} if own else {}


def compact_text(data: Mapping[str, Any]) -> str:
    """Return ``contract.toml`` as text, each member of a schema on its own line."""
    plain = {k: v for k, v in data.items() if not isinstance(v, dict) and k != "source"}
    lines = [
        "# Made by linkproof import from the sources named below: docs/add-a-contract.md.",
        tomli_w.dumps(plain),
    ]
    for source in data.get("source", ()):
        lines.append(f"[[source]]\n{tomli_w.dumps(source)}")
    for name in (*[n for n in _LAST if n != "source"], "connection", "request", "resource"):
        if isinstance(data.get(name), Mapping):
            lines.append(_table(name, data[name]))
    known = {*plain, "source", *_LAST, "connection", "request", "resource"}
    lines += [_table(n, v) for n, v in data.items() if n not in known and isinstance(v, Mapping)]
    return "\n".join(lines)


def _table(name: str, table: Mapping[str, Any]) -> str:
    """Return one table; tables below it are inline tables, one per line."""
    plain = [f"{_key(k)} = {_inline(v)}" for k, v in table.items() if not isinstance(v, Mapping)]
    made = "\n".join([f"[{name}]", *plain]) + "\n" if plain or not table else ""
    for below, inner in table.items():
        if isinstance(inner, Mapping):
            made += f"{made and chr(10)}[{name}.{_key(below)}]\n" + "".join(
                f"{_key(k)} = {_inline(v)}\n" for k, v in inner.items()
            )
    return made


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else tomli_w.dumps({name: 0}).split(" = ")[0]


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items() if v is not None)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(v) for v in value)}]"
    return tomli_w.dumps({"v": value}).removeprefix("v = ").rstrip("\n")
