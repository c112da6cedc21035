"""Creates the contract's OpenAPI 3.1 document from the operations that were found."""

from __future__ import annotations

import copy
import re
from datetime import date
from typing import Any

from linkproof.contract.common_shape import SUMMARY
from linkproof.contract.operation import Role
from linkproof.errors import UsageError
from linkproof.openapi_import.descriptions import describe
from linkproof.openapi_import.documents import Documents
from linkproof.openapi_import.examples import Examples
from linkproof.openapi_import.operations import Described, Located
from linkproof.openapi_import.schemas import Notes, Schemas
from linkproof.openapi_import.select import Found

_REPLACED = {"200": "The answer.", "201": "Created.", "202": "Accepted; the change goes on.", "204": "Nothing to show."}
#: Header fields of long-running operations, by Azure Resource Manager's common rules (LRO-1, LRO-5).
_ARM_POLLING: dict[str, Any] = {
    "Location": {
        "description": "Absolute address at which the result is polled.",
        "schema": {"type": "string", "format": "uri"},
    },
    "Azure-AsyncOperation": {
        "description": "Absolute address at which the status is polled.",
        "schema": {"type": "string", "format": "uri"},
    },
    "Retry-After": {
        "description": "Whole seconds to wait before the next poll.",
        "schema": {"type": "integer", "minimum": 0},
    },
}
#: The error body by Azure Resource Manager's common rules, whatever the service's description says.
_ARM_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"$ref": "#/components/schemas/LinkproofErrorBody"}},
}
_ARM_ERROR_BODY: dict[str, Any] = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "minLength": 1},
        "message": {"type": "string", "minLength": 1},
        "target": {"type": ["string", "null"]},
        "details": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/LinkproofErrorBody"}},
        "additionalInfo": {"type": ["array", "null"], "items": {"type": "object"}},
    },
}


_ARM_SOURCE = {
    "document": "Azure Resource Manager: common API details",
    "address": "https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/common-api-details.md",
}
_ARM_SECTION = {"document": _ARM_SOURCE["document"], "section": "Error Response Content"}


class Writer:
    """Creates one document; ``notes`` collects what it could not express."""

    def __init__(self, found: Found, names: dict[str, str], documents: Documents, notes: Notes) -> None:
        self._found = found
        self._names = names
        self._notes = notes
        self._schemas = Schemas(documents, notes)
        self._parameters: dict[str, Any] = {}

    def document(self, file: str, address: str, day: date) -> dict[str, Any]:
        """Return the document; ``file`` and ``address`` name the source of its facts."""
        description = self._found.description
        paths: dict[str, Any] = {}
        for role, operation in self._found.all_operations:
            entry = paths.setdefault(operation.path, {})
            entry[operation.method.lower()] = self._operation(role, operation)
        self._show_connections(paths)
        if self._found.is_arm:
            self._schemas.components |= {
                "LinkproofError": {**copy.deepcopy(_ARM_ERROR), "x-source": _ARM_SECTION},
                "LinkproofErrorBody": {**copy.deepcopy(_ARM_ERROR_BODY), "x-source": _ARM_SECTION},
            }
        source = {"document": f"API description {file}", "address": address, "read": day.isoformat()}
        made: dict[str, Any] = {
            "openapi": "3.1.0",
            "info": {
                "title": f"{self._found.resource_type}, imported",
                "version": description.version,
                "description": "Facts taken from the vendor's API description; its texts are left there.",
                "x-sources": [source, {**_ARM_SOURCE, "read": day.isoformat()}] if self._found.is_arm else [source],
            },
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "servers": [{"url": description.server}],
            "security": [{"bearer": []}],
            "paths": paths,
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
                "parameters": self._parameters,
                "schemas": self._schemas.components,
            },
        }
        describe(made, source["document"])
        try:
            Examples(made, self._found, self._notes).fill()
        except ValueError as error:
            if "Recursion limit" not in str(error):
                raise
            fix = "name the inner parts under components (Swagger: definitions), and refer to them by $ref"
            raise UsageError("a schema is nested too deep", where=file, fix=fix) from None
        return made

    def _show_connections(self, paths: dict[str, Any]) -> None:
        """Make the items of a list what Get shows, where the description says otherwise: both show one connection."""
        found = self._found.operations
        if not self._found.is_arm or Role.LIST not in found or Role.GET not in found:
            return
        page, shown = (_body_of_200(paths, found[role]) for role in (Role.LIST, Role.GET))
        items = self._component(page).get("properties", {}).get(found[Role.LIST].items, {}) if page else {}
        if not shown or "items" not in items or self._component(items["items"]) == self._component(shown):
            return
        self._notes.add("the items of a list are described otherwise than a connection: judged as connections")
        items["items"] = copy.deepcopy(shown)

    def _operation(self, role: Role, operation: Described) -> dict[str, Any]:
        made: dict[str, Any] = {
            "operationId": self._names[operation.id],
            "summary": SUMMARY[role],
            "parameters": [r for p in self._own_parameters(operation) if (r := self._parameter(p))],
        }
        if operation.long_running:
            made["x-long-running"] = True
        if operation.unsaid:
            made["x-statuses"] = "the definition does not say"
        if operation.final_state:
            made["x-final-state-via"] = operation.final_state
        if operation.body is not None:
            schema = self._schemas.convert(operation.body.value, operation.body.base, sent=True)
            # A path that names the decision needs no body; any other write without one has no effect.
            required = operation.body_required or operation.path.endswith("}")
            made["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
        made["responses"] = self._responses(role, operation)
        document = f"API description {operation.at.file.rsplit('/', 1)[-1]}"
        made["x-source"] = {"document": document, "section": operation.id}
        return made

    def _own_parameters(self, operation: Described) -> list[Located]:
        """Return the parameters of an operation: those of its path are the ones that the path has places for."""
        places = re.findall(r"\{([^}]+)\}", operation.path)
        found: list[Located] = []
        for parameter in operation.parameters:
            if parameter.value.get("in") == "path" and parameter.value.get("name") not in places:
                self._notes.add(f"parameter {parameter.value.get('name')}: the path has no place for it; left out")
            else:
                found.append(parameter)
        named = {p.value.get("name") for p in found if p.value.get("in") == "path"}
        for name in (n for n in places if n not in named):
            self._notes.add(f"parameter {name} of the path: not described, so any text is accepted")
            found.append(Located({"name": name, "in": "path", "required": True, "type": "string"}, operation.at))
        return found

    def _parameter(self, found: Located) -> dict[str, Any] | None:
        raw = found.value
        name, place = str(raw.get("name", "")), str(raw.get("in", ""))
        if place not in ("path", "query"):
            self._notes.add(f"parameter {name} in {place}: left out")
            return None
        schema = self._schemas.convert(raw.get("schema", raw), found.base)
        schema = {k: v for k, v in schema.items() if k not in ("required", "x-open")}
        if name.lower() == "api-version":
            schema = {"type": "string", "enum": [self._found.description.version]}
        made = {"name": name, "in": place, "required": place == "path" or bool(raw.get("required")), "schema": schema}
        key = re.sub(r"[^A-Za-z0-9._-]", "", name)
        while key in self._parameters and self._parameters[key] != made:
            key += "_"
        self._parameters[key] = made
        return {"$ref": f"#/components/parameters/{key}"}

    def _responses(self, role: Role, operation: Described) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for status, body in operation.responses.items():
            if not re.fullmatch(r"[1-5]\d\d", status):
                continue
            entry: dict[str, Any] = {"description": _REPLACED.get(status, "Refused.")}
            if status.startswith("2"):
                schema = self._success(role, status, body)
                if schema is not None:
                    entry["content"] = {"application/json": {"schema": schema}}
            else:
                entry["content"] = {"application/json": {"schema": self._error(body)}}
            if status == "202" and self._found.is_arm:
                entry["headers"] = copy.deepcopy(_ARM_POLLING)
            made[status] = entry
        made["default"] = {
            "description": "The request was refused, or failed.",
            "content": {"application/json": {"schema": self._error(operation.responses.get("default"))}},
        }
        return made

    def _success(self, role: Role, status: str, body: Located | None) -> dict[str, Any] | None:
        """Return the schema of a success body; None if there is no reliable one.

        Azure Resource Manager leaves the bodies of 202 and of deletions open, whatever a definition says.
        """
        if body is None or status == "204":
            return None
        if not self._found.is_arm:
            return self._schemas.convert(body.value, body.base)
        if status == "202" or role is Role.DELETE:
            self._notes.add(f"the body of {status} to {role.value}: accepted, but not judged")
            return None
        return self._whole(role, self._schemas.convert(body.value, body.base))

    def _error(self, body: Located | None) -> dict[str, Any]:
        if self._found.is_arm:
            return {"$ref": "#/components/schemas/LinkproofError"}
        return self._schemas.convert(body.value, body.base) if body is not None else {}

    def _whole(self, role: Role, schema: dict[str, Any]) -> dict[str, Any]:
        """Add the members that every answer of Azure Resource Manager has, if the description omits them."""
        target = self._component(schema)
        is_list = role in (Role.LIST, Role.LINK_RESOURCES)
        if is_list and target.get("type") == "array":
            # The definition has a bare array, against ARM's rule, which services follow.
            self._notes.add("the list is a bare array: judged as an object with value, as ARM's common rules have it")
            items = target.get("items", {})
            schema = {"type": "object", "properties": {"value": {"type": "array", "items": items}}}
            target = schema
        if is_list:
            _require(target, self._found.operations[role].items)
            link = target.get("properties", {}).get(self._found.operations[role].next_link or "nextLink")
            if link is not None and link.get("type") == "string":
                link["type"] = ["string", "null"]
            target = self._component(target.get("properties", {}).get("value", {}).get("items", {}))
        if target.get("properties"):
            _require(target, "id", "name", "type")
        return schema

    def _component(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
        found: dict[str, Any] = self._schemas.components.get(name, schema)
        return found


def _body_of_200(paths: dict[str, Any], operation: Described) -> dict[str, Any]:
    """Return the schema of the answer 200; empty if it has none."""
    answer = paths[operation.path][operation.method.lower()]["responses"].get("200", {})
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def body_of(example: dict[str, Any], operation: Described) -> Any:
    """Return the request body in an x-ms-example: its only object that is not another parameter."""
    given = example.get("parameters", {})
    names = {p.value.get("name") for p in operation.parameters}
    bodies = [v for n, v in given.items() if n not in names and isinstance(v, dict)]
    return bodies[0] if len(bodies) == 1 and operation.body is not None else None


def _require(schema: dict[str, Any], *names: str) -> None:
    known = schema.get("properties", {})
    required = [*schema.get("required", ()), *(n for n in names if n in known)]
    if required:
        schema["required"] = list(dict.fromkeys(required))
