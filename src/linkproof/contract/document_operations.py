"""The operations of a contract, from its OpenAPI document."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import at
from linkproof.contract.operation import Operation, Parameter, Role, parameter_in
from linkproof.contract.protocol import media_in
from linkproof.contract.rules import DecideRules
from linkproof.contract.schema import BodySchema
from linkproof.errors import UsageError

#: Maximum number of references in a row: more are a circle.
_MOST_REFERENCES = 50


def operations_of(
    document: dict[str, Any], roles: dict[str, str], rules: DecideRules, where: str
) -> tuple[Operation, ...]:
    """Return the operations that have a role, in the order of the roles. Raises UsageError.

    ``rules``: whether the path of a decision names the connection.
    """
    components = document.get("components", {})
    found: dict[str, Operation] = {}
    for key, entry in document.get("paths", {}).items():
        shared = entry.get("parameters", [])
        for method, raw in entry.items():
            if not isinstance(raw, dict) or raw.get("operationId") not in roles:
                continue
            name = raw["operationId"]
            try:
                role = Role(roles[name])
            except ValueError:
                known = ", ".join(Role)
                raise UsageError(
                    f"operation {name} has the role {roles[name]!r}", where=where, fix=f"one of: {known}"
                ) from None
            parameters = [*shared, *raw.get("parameters", [])]
            item = _item_parameter(key.partition("#")[0], is_decision=role is Role.DECIDE and not rules.subject)
            found[name] = _operation(role, method.upper(), key, item, parameters, raw, components)
    missing = [name for name in roles if name not in found]
    if missing:
        raise UsageError(
            f"no operation {missing[0]!r} in the document", where=where, fix="give a path this operationId"
        )
    return tuple(found[name] for name in roles)


def _operation(
    role: Role,
    method: str,
    key: str,
    item: str,
    parameters: list[dict[str, Any]],
    raw: dict[str, Any],
    components: dict[str, Any],
) -> Operation:
    sent = raw.get("requestBody", {})
    content = _content(sent, components)
    responses: dict[int, BodySchema | None] = {}
    error = BodySchema({}, components)
    for status, entry in raw.get("responses", {}).items():
        media = _content(entry, components)
        schema = BodySchema(media["schema"], components) if "schema" in media else None
        if status == "default":
            error = schema or error
        else:
            responses[int(status)] = schema
    examples = [e.get("value") for e in content.get("examples", {}).values() if isinstance(e, dict)]
    return Operation(
        id=raw["operationId"],
        role=role,
        method=method,
        path=key.partition("#")[0],
        key=key,
        item_parameter=item,
        body_required=bool(sent) and sent.get("required") is not False,
        parameters=tuple(
            Parameter(p["name"], p["in"], bool(p.get("required")), _resolve(p.get("schema", {}), components))
            for p in (_resolve(p, components) for p in parameters)
        ),
        request=BodySchema(content["schema"], components) if "schema" in content else None,
        responses=responses,
        error=error,
        long_running=bool(raw.get("x-long-running")),
        statuses_said="x-statuses" not in raw,
        request_example=examples[0] if examples else content.get("example"),
    )


def _item_parameter(path: str, *, is_decision: bool) -> str:
    """Return the parameter at the end of a path; for a decision also one before the end; else ""."""
    segments = path.split("/")
    named = [parameter_in(s) for s in (segments if is_decision else segments[-1:])]
    return next((name for name in reversed(named) if name), "")


def _content(entry: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a request's or answer's body, in any format that can be read."""
    return dict(media_in(_resolve(entry, components).get("content", {})))


def _resolve(entry: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    for _ in range(_MOST_REFERENCES):
        if "$ref" not in entry:
            return entry
        found = at({"components": components}, str(entry["$ref"]).removeprefix("#"))
        if not isinstance(found, dict):
            raise _no_reference(entry["$ref"])
        entry = found
    raise _no_reference(entry["$ref"])


def _no_reference(reference: object) -> UsageError:
    fix = "a reference leads to something under #/components, and not to itself"
    return UsageError(f"the reference {reference!r:.100} leads nowhere", where="openapi.json", fix=fix)
