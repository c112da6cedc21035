"""Writes a contract folder: openapi.json, contract.toml, fixtures.toml, and the description's examples as samples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from linkproof.base.files import write_file
from linkproof.base.json_values import at, steps_of
from linkproof.contract.loader import contract_of
from linkproof.contract.operation import Role
from linkproof.contract.profile import read_profile
from linkproof.errors import UsageError
from linkproof.mock.default_fixtures import PLAIN_NAMES, Shape, default_fixtures, settled_values
from linkproof.openapi_import.compact import compact_text, compacted
from linkproof.openapi_import.documents import Documents
from linkproof.openapi_import.openapi import Writer, body_of
from linkproof.openapi_import.operations import Described
from linkproof.openapi_import.schemas import Notes
from linkproof.openapi_import.select import Found, short_names
from linkproof.openapi_import.service_model import ServiceModel
from linkproof.openapi_import.service_model_contract import contract_files

#: Matches a folder's name.
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MEMBERS = ("status", "description", "provisioning", "private_endpoint")


@dataclass(frozen=True)
class Imported:
    """A written contract folder: its place, id, version, operations, and what was not understood."""

    folder: Path
    id: str
    version: str
    operations: tuple[str, ...]
    samples: int
    notes: Mapping[str, int]


def write_contract(
    found: Found,
    out: Path,
    *,
    name: str,
    vendor: str,
    address: str,
    day: date,
    documents: Documents,
    notes: Notes,
    compact: bool = False,
) -> Imported:
    """Write a contract's folder ``out/<id>/<version>``; ``compact``: its own parts only, over the vendor's common
    parts.

    Raises UsageError if that is not possible.
    """
    names = short_names([o for _, o in found.all_operations])
    file = Path(found.description.file).name.partition("@")[0]
    document = Writer(found, names, documents, notes).document(file, address, day)
    if not found.is_arm:
        _require_texts(document, read_profile(vendor, "--vendor")["error"])
    identifier = name or found.name
    folder = out / _part(identifier, "id", "--id") / _part(found.description.version, "version", file)
    samples = [*_samples(found, names)]
    data = contract_data(found, identifier, vendor, names, document)
    contract = contract_of(data, document, folder)
    fixtures = default_fixtures(contract, _path(found, documents))
    files = {
        "openapi.json": json.dumps(document, ensure_ascii=False, indent=2) + "\n",
        "contract.toml": f"# Made by linkproof import; yours to edit.\n{tomli_w.dumps(data)}",
        "fixtures.toml": f"# Made by linkproof import; yours to edit.\n{tomli_w.dumps(fixtures)}",
    }
    if compact and found.is_arm:
        source = {"document": file, "address": address, "read": day.isoformat()}
        files = {"contract.toml": compact_text(compacted(data, document, found, [source], notes))}
    if samples:
        page = {"title": f"Examples of {file}", "address": address, "read": day.isoformat(), "file": file}
        files["definition.toml"] = tomli_w.dumps({"page": page, "sample": samples}, multiline_strings=True)
    for file_name, text in files.items():
        write_file(folder / file_name, text, "choose another --out")
    taken = tuple(f"{o.method} {names[o.id]} ({role})" for role, o in found.all_operations)
    return Imported(folder, identifier, found.description.version, taken, len(samples), dict(notes.counts))


def _require_texts(document: dict[str, Any], rules: Mapping[str, Any]) -> None:
    """Make an error's code and message non-empty, where the vendor's profile has them (ERR-1)."""
    operations = [o for entry in document["paths"].values() for o in entry.values() if isinstance(o, dict)]
    answers = [a for o in operations for status, a in o.get("responses", {}).items() if not status.startswith("2")]
    schemas = [media.get("schema", {}) for answer in answers for media in answer.get("content", {}).values()]
    for schema in schemas:
        for pointer in (rules.get("code", ""), rules.get("message", "")):
            node = _resolved(document, schema)
            for step in steps_of(pointer):
                below = node.get("items", {}) if step.isdigit() else node.get("properties", {}).get(step, {})
                node = _resolved(document, below)
            if node.get("type") == "string":
                node.setdefault("minLength", 1)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found = at(document, str(schema.get("$ref", "")).lstrip("#")) if "$ref" in schema else schema
    return found if isinstance(found, dict) else {}


def write_service_contract(
    model: ServiceModel, out: Path, *, name: str, vendor: str, address: str, day: date
) -> Imported:
    """Write the folder of a service model's contract. Raises UsageError if that is not possible."""
    identifier, version = _part(name or model.name, "id", "--id"), _part(model.version, "version", model.file)
    folder = out / identifier / version
    for file_name, text in contract_files(model, identifier, vendor, address, day).items():
        write_file(folder / file_name, text, "choose another --out")
    taken = tuple(f"{operation} ({role})" for operation, role in model.operations.items())
    return Imported(folder, identifier, version, taken, 0, {})


def _part(name: str, what: str, where: str) -> str:
    """Return a name as part of a path. Raises UsageError for one that leads elsewhere."""
    if not name:
        raise UsageError(
            f"there is no {what}", where=where, fix=f"give {'one with --id' if what == 'id' else 'info.version'}"
        )
    if not _FOLDER.fullmatch(name):
        fix = "letters, digits, dots, dashes and underscores: it becomes a folder"
        raise UsageError(f"the {what} is {name!r:.80}", where=where, fix=fix)
    return name


def contract_data(
    found: Found, name: str, vendor: str, names: dict[str, str], document: dict[str, Any]
) -> dict[str, Any]:
    """Return the content of ``contract.toml`` for a contract that was found."""
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
    data["operations"] = {names[o.id]: role.value for role, o in found.all_operations}
    data |= _renamed_decisions(vendor, names)
    listing = found.operations.get(Role.LIST)
    if not found.is_arm:
        return data
    paging = (
        {"items": f"/{listing.items}" if listing.items else "", "next_link": f"/{listing.next_link or 'nextLink'}"}
        if listing
        else {}
    )
    usual = {"items": "/value", "next_link": "/nextLink"}
    if paging and paging != usual:
        data["list"] = paging
    shape = Shape(contract_of(data, document, Path(name)))
    member = shape.contract.member
    pointers = {n: getattr(member, n) for n in _MEMBERS}
    missing = {n: "" for n, pointer in pointers.items() if not shape.has(pointer)}
    values = shape.values(member.provisioning)
    if values and set(values) == set(settled_values(shape)):
        missing["provisioning"] = ""  # no value means in progress, so that the member does not show it
    if missing:
        data["member"] = missing
    settled = settled_values(shape) if "provisioning" not in missing else ()
    if settled != shape.contract.settled.provisioning:
        data["settled"] = {"provisioning": list(settled)}
    return data


def _renamed_decisions(vendor: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the table of the contract's own names, if its profile names the operations of decisions otherwise."""
    own = read_profile(vendor, "--vendor").get("decide", {}).get("operations", {})
    renamed = {word: names.get(operation, operation) for word, operation in own.items()}
    return {"decide": {"operations": renamed}} if renamed != own else {}


def _path(found: Found, documents: Documents) -> dict[str, str]:
    """Return the parent's path parameters: from an example within the limits, else simple values within them."""
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
        candidates = [*usual, given.get(name, ""), *PLAIN_NAMES]
        made[name] = next((c for c in candidates if c and _allowed(c, limits.get(name, {}))), PLAIN_NAMES[0])
    return made


def _allowed(text: str, schema: Mapping[str, Any]) -> bool:
    longest, shortest = schema.get("maxLength", len(text)), schema.get("minLength", 0)
    fits = shortest <= len(text) <= longest and (schema.get("format") != "uuid" or len(text) == 36)
    try:
        return fits and re.search(schema.get("pattern", ""), text) is not None and text in schema.get("enum", [text])
    except re.error:
        return fits


def _samples(found: Found, names: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Return the description's examples, for DOC-1: requests and answers."""
    for _, operation in found.all_operations:
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
            answered = {"place": f"{title}, response {status}", "kind": "response", "status": int(status)}
            yield {**answered, "text": _text(answer["body"]), **common}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
