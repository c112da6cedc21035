"""The operations of an API description, in either format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from linkproof.base.json_values import join
from linkproof.contract import openapi_shape as shape
from linkproof.errors import UsageError
from linkproof.openapi_import.documents import Documents, Place
from linkproof.openapi_import.schemas import Notes

_TABLES = ("paths", "x-ms-paths")
#: Paths below a connection, or of one with a fixed name.
_NEAR = re.compile(r"(?i)/private(EndpointConnections|LinkResources)/")
_METHODS = ("get", "put", "post", "patch", "delete", "head", "options")


@dataclass(frozen=True)
class Located:
    """A part of a description, and its place."""

    value: dict[str, Any]
    base: Place


@dataclass(frozen=True)
class Described:
    """One operation of the description. ``responses`` maps each status to its body's schema, None for no body."""

    id: str
    method: str
    path: str
    parameters: tuple[Located, ...]
    body: Located | None
    body_required: bool
    responses: Mapping[str, Located | None]
    long_running: bool
    final_state: str
    next_link: str | None
    items: str
    examples: Mapping[str, Located]
    at: Place
    unsaid: bool = False


@dataclass(frozen=True)
class Description:
    """An API description: title, version, host, operations."""

    file: str
    title: str
    version: str
    server: str
    operations: tuple[Described, ...]
    others: int


def read_description(file: str, documents: Documents, notes: Notes, paths: str) -> Description:
    """Return the operations on paths that match a regular expression. ``others``: the number of all other operations.

    Raises UsageError for anything but Swagger 2.0 and OpenAPI 3.
    """
    data = documents.load(file)
    swagger, openapi = str(data.get("swagger", "")), str(data.get("openapi", ""))
    if swagger != "2.0" and not openapi.startswith("3."):
        fix = 'an API description says "swagger": "2.0" or "openapi": "3..."'
        raise UsageError("this is neither Swagger 2.0 nor OpenAPI 3", where=file, fix=fix)
    info = data.get("info") or {}
    root = Place(file, "")
    found = tuple(_operations(data, root, documents, notes, paths, is_old=swagger == "2.0"))
    entries = [e for table in _TABLES for e in (data.get(table) or {}).values() if isinstance(e, dict)]
    others = sum(method in entry for entry in entries for method in _METHODS) - len(found)
    server = _old_server(data, notes) if swagger else _server(data)
    return Description(file, str(info.get("title", "")), str(info.get("version", "")), server, found, max(others, 0))


def _operations(
    data: dict[str, Any], root: Place, documents: Documents, notes: Notes, paths: str, *, is_old: bool
) -> Iterator[Described]:
    base = (data.get("basePath") or "" if is_old else "").rstrip("/")
    for table in _TABLES:
        for path, entry in (data.get(table) or {}).items():
            own = base + path.split("?")[0].rstrip("/")
            if not re.search(paths, own):
                if _NEAR.search(own):
                    notes.add(f"{own[own.lower().rindex('/private') :]}: neither connections nor one of them; left out")
                continue
            where = Place(root.file, join(table, path))
            if "?" in path:
                notes.add("x-ms-paths: the query within a path is ignored")
            entry, place = documents.follow(entry, where, shape.PathItem)
            for method in _METHODS:
                if isinstance(entry.get(method), dict):
                    raw = entry[method]
                    shared = entry.get("parameters") or []
                    yield _operation(own, method, raw, shared, place, documents, notes, is_old=is_old)


def _operation(
    path: str,
    method: str,
    raw: dict[str, Any],
    shared: list[Any],
    base: Place,
    documents: Documents,
    notes: Notes,
    *,
    is_old: bool,
) -> Described:
    at = Place(base.file, f"{base.pointer}/{method}")
    parameters = [_located(p, at, documents, shape.Parameter) for p in [*shared, *(raw.get("parameters") or [])]]
    body, required = _old_body(parameters) if is_old else _body(raw, at, documents)
    pageable = raw.get("x-ms-pageable")
    next_link = pageable.get("nextLinkName") if isinstance(pageable, dict) else None
    options = raw.get("x-ms-long-running-operation-options") or {}
    responses = {
        str(status): _answer(_located(entry, at, documents, shape.Message), is_old=is_old)
        for status, entry in (raw.get("responses") or {}).items()
    }
    known = _with_success(responses, f"{method.upper()} {path}", notes)
    return Described(
        id=str(raw.get("operationId") or f"{method}_{path.rsplit('/', 1)[-1].strip('{}')}"),
        method=method.upper(),
        path=path,
        parameters=tuple(p for p in parameters if p.value.get("in") not in ("body", "formData")),
        body=body,
        body_required=required,
        responses=known,
        long_running=_runs_long(path, method, raw),
        final_state=str(options.get("final-state-via", "")),
        next_link=next_link if isinstance(next_link, str) else None,
        items=str(pageable.get("itemName") or "value") if isinstance(pageable, dict) else "value",
        examples=dict(_examples(raw, at, documents, notes)),
        at=at,
        unsaid="x-statuses" in raw or known is not responses,
    )


def _with_success(responses: dict[str, Located | None], operation: str, notes: Notes) -> dict[str, Located | None]:
    """Return the answers, with a success status added if the description has only ``default`` or ``2XX``."""
    if any(re.fullmatch(r"2\d\d", status) for status in responses):
        return responses
    notes.add(f"{operation}: no status is documented for success; which one it is, is not judged")
    body = next((body for status, body in responses.items() if status.lower() == "2xx"), responses.get("default"))
    is_error = body is not None and re.search(r"(?i)error|fault", str(body.value.get("$ref", "")))
    return {**{s: b for s, b in responses.items() if s != "default"}, "200": None if is_error else body}


def _runs_long(path: str, method: str, raw: dict[str, Any]) -> bool:
    """Whether an operation may run long: where no mark says so (OpenAPI 3 has none), ARM's 202 to a write does."""
    mark = raw.get("x-ms-long-running-operation")
    if isinstance(mark, bool) or "/providers/" not in path:
        return mark is True
    return method in ("put", "patch", "delete") and "202" in map(str, raw.get("responses") or {})


def _examples(raw: dict[str, Any], at: Place, documents: Documents, notes: Notes) -> Iterator[tuple[str, Located]]:
    """Return the examples of an operation; a missing or damaged one does not stop the import."""
    for title, entry in (raw.get("x-ms-examples") or {}).items():
        if not isinstance(entry, dict):
            continue
        try:
            yield title, _located(entry, at, documents, shape.Example)
        except UsageError as error:
            notes.add(f"example {title!r} is left out: {error.problem}")


def _located(value: Any, base: Place, documents: Documents, shape: type[Struct]) -> Located:
    found, place = documents.follow(value, base, shape)
    return Located(found if isinstance(found, dict) else {}, place)


def _old_body(parameters: list[Located]) -> tuple[Located | None, bool]:
    for parameter in parameters:
        if parameter.value.get("in") == "body":
            return Located(parameter.value.get("schema") or {}, parameter.base), bool(parameter.value.get("required"))
    return None, False


def _body(raw: dict[str, Any], base: Place, documents: Documents) -> tuple[Located | None, bool]:
    if "requestBody" not in raw:
        return None, False
    found = _located(raw["requestBody"], base, documents, shape.Message)
    schema = _json_schema(found.value)
    return (Located(schema, found.base) if schema is not None else None), bool(found.value.get("required"))


def _answer(found: Located, *, is_old: bool) -> Located | None:
    schema = found.value.get("schema") if is_old else _json_schema(found.value)
    return Located(schema, found.base) if isinstance(schema, dict) and schema.get("type") != "file" else None


def _json_schema(message: dict[str, Any]) -> dict[str, Any] | None:
    for media, entry in (message.get("content") or {}).items():
        if re.fullmatch(r"application/(.*\+)?json(;.*)?|\*/\*", media):
            schema = (entry or {}).get("schema") or {}
            return schema if isinstance(schema, dict) else None
    return None


def _old_server(data: dict[str, Any], notes: Notes) -> str:
    template = (data.get("x-ms-parameterized-host") or {}).get("hostTemplate")
    if template:
        notes.add("x-ms-parameterized-host: a target's base_url says which host it is")
        return template if "://" in template else f"https://{template}"
    return f"https://{data.get('host') or 'management.azure.com'}"


def _server(data: dict[str, Any]) -> str:
    """Return the URL of the first server, with the defaults of its variables."""
    server = (data.get("servers") or [{}])[0]
    url = str(server.get("url") or "") or "https://api.example.com"
    for name, variable in (server.get("variables") or {}).items():
        if isinstance(variable, dict) and variable.get("default"):
            url = url.replace(f"{{{name}}}", str(variable["default"]))
    return url
