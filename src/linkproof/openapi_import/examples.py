"""Generated examples for a document: parameters, requests and answers within its limits."""

from __future__ import annotations

import re
from typing import Any

from linkproof.base.json_values import at, place
from linkproof.contract.names import within_limits
from linkproof.contract.operation import Parameter, Role
from linkproof.contract.schema import BodySchema
from linkproof.contract.schema_walk import resolved
from linkproof.openapi_import.schemas import Notes
from linkproof.openapi_import.select import Found

_SUBSCRIPTION = "8a1d7f0e-3c52-4b6e-9f0a-5d2c7e91b340"
_STATE = "/properties/privateLinkServiceConnectionState"
_FORMATS = {
    "uuid": "1f3a5c7e-9b0d-4f4a-8c8e-0b1d3f5a7c9e",
    "date-time": "2026-03-02T09:15:00Z",
    "date": "2026-03-02",
    "uri": "https://service.example/",
    "email": "network@owner.example",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
}
_DECISIONS = {
    "approve": ("Let the consumer in.", "Approved", "Checked by the network team"),
    "reject": ("Keep the consumer out.", "Rejected", "Billing has no contract with us"),
}
_DEEPEST = 6


class Examples:
    """Creates the examples of one document; ``notes`` collects those that could not be created."""

    def __init__(self, document: dict[str, Any], found: Found, notes: Notes) -> None:
        self._document = document
        self._components = document["components"]
        self._found = found
        self._notes = notes
        self._values: dict[str, str] = {}

    def fill(self) -> None:
        """Add the examples to the document."""
        for parameter in self._components["parameters"].values():
            value = self._of_parameter(parameter)
            if value is not None:
                parameter.setdefault("example", value)
                self._values[parameter["name"]] = str(value)
        for role, operation in self._found.all_operations:
            if not role.is_of_connections:
                continue
            made = self._document["paths"][operation.path][operation.method.lower()]
            self._fill(role, operation.path, made)

    def _of_parameter(self, parameter: dict[str, Any]) -> Any:
        schema, name = parameter["schema"], parameter["name"]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") in ("integer", "number"):
            return schema.get("minimum", 1)
        words = {"subscriptionId": _SUBSCRIPTION, "resourceGroupName": "network-rg"}
        usual = words.get(name, "pec-billing" if parameter["in"] == "path" and self._is_item(name) else "billing-a")
        model = Parameter(name, parameter["in"], True, schema)
        value = _FORMATS.get(schema.get("format", ""), within_limits(usual, model)) if name not in words else usual
        if model.allows(value):
            return value
        self._notes.add(f"no example for parameter {name}: no plain name is within its limits")
        return None

    def _is_item(self, name: str) -> bool:
        return any(o.path.endswith(f"{{{name}}}") for o in self._found.operations.values())

    def _fill(self, role: Role, path: str, operation: dict[str, Any]) -> None:
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for where, holder in bodies.items():
            media = holder.get("content", {}).get("application/json")
            if media is None or where == "default":
                continue
            schema = BodySchema(media["schema"], self._components)
            if where == "request" or where.startswith("2"):
                made = self._of_body(role, path, media["schema"], is_request=where == "request")
            else:
                made = {"refused": {"summary": "It is refused.", "value": self._error_response(media["schema"])}}
            good = {n: e for n, e in made.items() if schema.fits(e["value"])}
            for name in made.keys() - good.keys():
                self._notes.add(f"no example {name} for {operation['operationId']} {where}: it would not fit")
            if good:
                media["examples"] = good

    def _of_body(self, role: Role, path: str, schema: dict[str, Any], *, is_request: bool) -> dict[str, Any]:
        if role is Role.LIST:
            items = self._found.operations[role].items
            whole = self._value(schema, 0)
            if not isinstance(whole, dict) or not isinstance(whole.get(items), list):
                return {"some": {"summary": "Some.", "value": whole}}
            member = at(resolved(schema, self._document), f"/properties/{items}/items")
            one = self._one(f"{path}/{{}}", member)
            return {
                "one": {"summary": "One waits.", "value": {items: [one]}},
                "none": {"summary": "No connection.", "value": {items: []}},
            }
        if role is not Role.DECIDE:
            if is_request:
                return {"change": {"summary": "Change it.", "value": self._value(schema, 0)}}
            return {"one": {"summary": "One connection.", "value": self._one(path, schema)}}
        made: dict[str, Any] = {}
        for name, (summary, word, why) in _DECISIONS.items():
            value = self._decision(schema, word, why) if is_request else self._one(path, schema, word, why)
            made[name] = {"summary": summary, "value": value}
        return made

    def _error_response(self, schema: dict[str, Any]) -> Any:
        if not self._found.is_arm:
            return self._value(schema, 0)
        return {"error": {"code": "ResourceNotFound", "message": "There is no such connection."}}

    def _decision(self, schema: dict[str, Any], word: str, why: str) -> Any:
        """Return a request with the required members and the decision."""
        value = self._value(schema, 0, required_only=True)
        if isinstance(value, dict) and self._found.is_arm:
            place(value, f"{_STATE}/status", word)
            place(value, f"{_STATE}/description", why)
        return value

    def _one(self, path: str, schema: Any, word: str = "Pending", why: str = "Billing asks to be let in") -> Any:
        """Return a connection as answers show it."""
        value = self._value(schema, 0)
        if not isinstance(value, dict) or not self._found.is_arm:
            return value
        own = path.replace("{}", "pec-billing")
        for name, given in self._values.items():
            own = own.replace(f"{{{name}}}", given)
        consumer = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/consumer-rg/providers/Microsoft.Network"
        known = {
            "/id": own,
            "/name": own.rsplit("/", 1)[-1],
            "/type": self._found.resource_type,
            "/properties/privateEndpoint/id": f"{consumer}/privateEndpoints/pe-billing",
            f"{_STATE}/status": word,
            f"{_STATE}/description": why,
            f"{_STATE}/actionsRequired": "None",
            "/location": "westeurope",
        }
        for pointer, given in known.items():
            if isinstance(at(value, pointer), str):
                place(value, pointer, given)
        return value

    def _value(self, schema: Any, depth: int, *, required_only: bool = False) -> Any:
        """Return a value for a schema."""
        schema = dict(resolved(schema, self._document)) if isinstance(schema, dict) else {}
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                return self._value(schema[key][0], depth, required_only=required_only)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        kind = schema.get("type", "object" if "properties" in schema else "")
        kind = next((k for k in kind if k != "null"), "null") if isinstance(kind, list) else kind
        if kind == "object":
            return self._object(schema, depth, required_only=required_only)
        if kind == "array":
            many = max(schema.get("minItems", 1), 1) if depth < _DEEPEST else schema.get("minItems", 0)
            return [self._value(schema.get("items", {}), depth + 1) for _ in range(many)]
        if kind == "string":
            return _text(schema)
        return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}.get(kind)

    def _object(self, schema: dict[str, Any], depth: int, *, required_only: bool) -> dict[str, Any]:
        members = schema.get("properties", {})
        wanted = schema.get("required", ()) if required_only or depth >= _DEEPEST else members
        made = {n: self._value(members[n], depth + 1, required_only=required_only) for n in wanted if n in members}
        more = schema.get("additionalProperties")
        if isinstance(more, dict) and not members and depth < _DEEPEST:
            made["owner"] = self._value(more, depth + 1)
        return made


def _text(schema: dict[str, Any]) -> str:
    word = _FORMATS.get(schema.get("format", ""), "billing-a")
    model = Parameter("", "", True, schema)
    allowed = within_limits(word, model)
    shortest = schema.get("minLength", 0)
    if not model.allows(allowed) and shortest > len(allowed) and not re.search(schema.get("pattern", ""), allowed):
        allowed = allowed.ljust(shortest, "a")
    return allowed
