"""A contract folder: openapi.json, contract.toml, fixtures.toml, and the description's own examples as samples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from linkproof.base.json_values import place
from linkproof.contract.model import Parameter, Role
from linkproof.contract.names import within_limits
from linkproof.contract.schema import BodySchema
from linkproof.errors import UsageError
from linkproof.openapi_import.documents import Documents
from linkproof.openapi_import.openapi import Writer, body_of
from linkproof.openapi_import.operations import Described
from linkproof.openapi_import.schemas import Notes
from linkproof.openapi_import.select import Found, short_names

_STATUS = "/properties/privateLinkServiceConnectionState/status"
_DESCRIPTION = "/properties/privateLinkServiceConnectionState/description"
_PROVISIONING = "/properties/provisioningState"
_ENDPOINT = "/properties/privateEndpoint/id"
_MEMBERS = {
    "status": _STATUS,
    "description": _DESCRIPTION,
    "provisioning": _PROVISIONING,
    "private_endpoint": _ENDPOINT,
}
#: Where a provisioning state has no documented words, these are taken for settled ones.
_SETTLED = ("Succeeded", "Ready", "Failed", "Canceled")
_ENDPOINT_ID = (
    "/subscriptions/{subscriptionId}/resourceGroups/consumer-rg/providers/Microsoft.Network/privateEndpoints/pe-{name}"
)
_NAMES = ("parent1", "test-svr", "p1", "P1", "11111111-1111-1111-1111-111111111111", "1")


@dataclass(frozen=True)
class Imported:
    """A contract folder that was written: its place, id, version, operations, and what was not understood."""

    folder: Path
    id: str
    version: str
    operations: tuple[str, ...]
    samples: int
    notes: Mapping[str, int]


def write_contract(
    found: Found, out: Path, *, name: str, vendor: str, address: str, day: date, documents: Documents, notes: Notes
) -> Imported:
    """Write a contract's folder ``out/<id>/<version>``. Raises UsageError where that is not possible."""
    names = short_names(found.operations.values())
    file = Path(found.description.file).name
    document = Writer(found, names, documents, notes).document(file, address, day)
    shape = _Shape(found, document)
    identifier = name or found.name
    folder = out / identifier / found.description.version
    samples = [*_samples(found, names)]
    files = {
        "openapi.json": json.dumps(document, ensure_ascii=False, indent=2) + "\n",
        "contract.toml": _contract(found, identifier, vendor, names, shape),
        "fixtures.toml": _fixtures(found, shape, documents),
    }
    if samples:
        page = {"title": f"Examples of {file}", "address": address, "read": day.isoformat(), "file": file}
        files["definition.toml"] = tomli_w.dumps({"page": page, "sample": samples}, multiline_strings=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file_name, text in files.items():
            (folder / file_name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(folder), fix="choose another --out"
        ) from None
    taken = tuple(f"{o.method} {names[o.id]} ({role})" for role, o in found.operations.items())
    return Imported(folder, identifier, found.description.version, taken, len(samples), dict(notes.told))


class _Shape:
    """What the document says of one connection."""

    def __init__(self, found: Found, document: dict[str, Any]) -> None:
        components = document["components"]
        self.leaves: dict[str, dict[str, Any]] = {}
        self.item = _item_parameter(found, components["parameters"])
        for role in (Role.GET, Role.DECIDE, Role.LIST):
            operation = found.operations.get(role)
            if operation is None:
                continue
            answers = document["paths"][operation.path][operation.method.lower()]["responses"]
            schema = answers.get("200", {}).get("content", {}).get("application/json", {}).get("schema")
            if schema is None:
                continue
            prefix = f"/{operation.items}/*" if role is Role.LIST else ""
            leaves = dict(BodySchema(schema, components).leaves())
            self.leaves = {p.removeprefix(prefix): s for p, s in leaves.items() if p.startswith(prefix)}
            break

    def has(self, pointer: str) -> bool:
        """Whether a connection has a member."""
        return any(leaf == pointer or leaf.startswith(f"{pointer}/") for leaf in self.leaves)

    def words(self, pointer: str) -> tuple[str, ...]:
        """The documented words of a member; none where it is no enumeration."""
        return tuple(w for w in self.leaves.get(pointer, {}).get("enum", ()) if isinstance(w, str))


def _item_parameter(found: Found, parameters: dict[str, Any]) -> Parameter | None:
    """The path parameter that names one connection."""
    tails = {o.path.rsplit("/", 1)[-1] for o in found.operations.values() if o.path.endswith("}")}
    raw = next((p for p in parameters.values() if f"{{{p['name']}}}" in tails), None)
    return Parameter(raw["name"], raw["in"], True, raw["schema"]) if raw else None


def _contract(found: Found, name: str, vendor: str, names: dict[str, str], shape: _Shape) -> str:
    data: dict[str, Any] = {
        "id": name,
        "version": found.description.version,
        "title": f"{found.resource_type} (imported)",
        "vendor": vendor,
        "resource_type": found.resource_type,
        "retired": "",
    }
    elsewhere = sorted({o.method for o in found.elsewhere if o.path.endswith("}")})
    if elsewhere:
        data["elsewhere"] = elsewhere
    data["operations"] = {names[o.id]: role.value for role, o in found.operations.items()}
    listing = found.operations.get(Role.LIST)
    if found.is_arm:
        paging = {"items": f"/{listing.items}", "next_link": f"/{listing.next_link or 'nextLink'}"} if listing else {}
        usual = {"items": "/value", "next_link": "/nextLink"}
        if paging and paging != usual:
            data["list"] = paging
        missing = {n: "" for n, pointer in _MEMBERS.items() if not shape.has(pointer)}
        if missing:
            data["member"] = missing
        data["settled"] = {"provisioning": list(_settled(shape))}
    return f"# Made by linkproof import; yours to edit.\n{tomli_w.dumps(data)}"


def _settled(shape: _Shape) -> tuple[str, ...]:
    """The words at which a provisioning state stays: not those that say what goes on."""
    words = [w for w in shape.words(_PROVISIONING) if not w.endswith("ing") and w != "Unknown"]
    return tuple(sorted(words, key=lambda w: (w not in ("Succeeded", "Ready"), words.index(w)))) or _SETTLED


def _fixtures(found: Found, shape: _Shape, documents: Documents) -> str:
    """What the embedded server starts with: enough of each status for the suites."""
    states = shape.words(_STATUS) or ("Pending", "Approved", "Rejected")
    numbers = {"Pending": 30, "Approved": 2, "Rejected": 1, "Disconnected": 1} if shape.has(_STATUS) else {"one": 8}
    connections = {
        ("any" if word == "one" else word): [
            within_limits(f"{word.lower()}-{n:02}", shape.item, f"{n:08}-7777-4888-8999-000000000000")
            for n in range(1, many + 1)
        ]
        for word, many in numbers.items()
        if word != "Disconnected" or word in states
    }
    every: dict[str, Any] = {}
    for pointer, schema in shape.leaves.items():
        if "*" not in pointer and pointer not in ("/id", "/name", "/type", _STATUS, _PROVISIONING):
            value = _value(pointer, schema)
            if value is not None:
                place(every, pointer, value)
    data: dict[str, Any] = {
        "passing": _passing(shape),
        "every": every,
        "parent": [{"path": _path(found, documents), "connections": connections}],
    }
    long = [r.value for r in (Role.DECIDE, Role.DELETE) if (o := found.operations.get(r)) and "202" not in o.responses]
    if long:
        data["at_once"] = long
    return f"# Made by linkproof import; yours to edit.\n{tomli_w.dumps(data)}"


def _passing(shape: _Shape) -> dict[str, Any]:
    words = shape.words(_PROVISIONING)

    def one_of(*wanted: str) -> dict[str, str]:
        if not shape.has(_PROVISIONING):
            return {}
        found = next((w for w in wanted if w in words), "") if words else wanted[0]
        return {"provisioning": found} if found else {}

    return {
        "Approved": one_of("Updating", "Approving", "Creating"),
        "Rejected": one_of("Updating", "Rejecting", "Creating"),
        "deleting": one_of("Deleting", "Dropping"),
    }


def _value(pointer: str, schema: Mapping[str, Any]) -> Any:
    """A value for a member of every connection; None for one that is better left out."""
    if pointer == _ENDPOINT:
        return _ENDPOINT_ID
    if pointer == _DESCRIPTION:
        return "Please approve {name}"
    if pointer.endswith("/actionsRequired"):
        return "None"
    kind = schema.get("type")
    if "enum" in schema:
        return next((w for w in schema["enum"] if w is not None), None)
    if kind == "integer":
        return schema.get("minimum", 1)
    if kind == "string" and "pattern" not in schema and "format" not in schema:
        return {"location": "westeurope"}.get(pointer.rsplit("/", 1)[-1], "{name}")
    return None


def _path(found: Found, documents: Documents) -> dict[str, str]:
    """The parent's path parameters: from an example where one keeps to the limits, else a plain name that does."""
    given: dict[str, str] = {}
    limits: dict[str, Mapping[str, Any]] = {}
    for operation in found.operations.values():
        for example in operation.examples.values():
            given |= {n: v for n, v in example.value.get("parameters", {}).items() if isinstance(v, str)}
        for parameter in operation.parameters:
            schema = documents.follow(parameter.value.get("schema", parameter.value), parameter.base)[0]
            limits[parameter.value.get("name", "")] = schema
    made: dict[str, str] = {}
    for name in re.findall(r"\{(\w+)\}", found.collection):
        usual = ("00000000-0000-0000-0000-000000000000",) if "subscription" in name.lower() else ()
        candidates = [*usual, given.get(name, ""), *_NAMES]
        made[name] = next((c for c in candidates if c and _allowed(c, limits.get(name, {}))), _NAMES[0])
    return made


def _allowed(text: str, schema: Mapping[str, Any]) -> bool:
    longest, shortest = schema.get("maxLength", len(text)), schema.get("minLength", 0)
    fits = shortest <= len(text) <= longest and (schema.get("format") != "uuid" or len(text) == 36)
    try:
        return fits and re.search(schema.get("pattern", ""), text) is not None and text in schema.get("enum", [text])
    except re.error:
        return fits


def _samples(found: Found, names: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The description's examples, for DOC-1: requests and answers."""
    for operation in found.operations.values():
        for title, example in operation.examples.items():
            yield from _samples_of(operation, names[operation.id], title, example.value)


def _samples_of(operation: Described, name: str, title: str, example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given = example.get("parameters", {})
    path = operation.path
    for key, value in given.items():
        path = path.replace(f"{{{key}}}", str(value))
    path = "" if "{" in path else re.sub(r"\s", "%20", path)
    common = {"operation": name, "path": path}
    body = body_of(example, operation)
    if body is not None:
        yield {"place": f"{title}, request", "kind": "request", "status": 0, "text": _text(body), **common}
    for status, answer in (example.get("responses") or {}).items():
        if isinstance(answer, dict) and "body" in answer and str(status).isdigit():
            told = {"place": f"{title}, response {status}", "kind": "response", "status": int(status)}
            yield {**told, "text": _text(answer["body"]), **common}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
