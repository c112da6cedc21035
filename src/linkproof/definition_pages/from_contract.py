"""A contract in the form of a definition page's facts, so that the two can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from linkproof.base.json_values import steps_of
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Parameter, Role
from linkproof.contract.protocol import media_in
from linkproof.contract.schema_walk import resolved, walk
from linkproof.definition_pages.facts import DefinitionFact, ErrorFact, Facts, MemberFact, ParameterFact

_LIMITS = ("minLength", "maxLength", "pattern", "format", "minimum", "maximum")
_COMPONENTS = "#/components/schemas/"


def facts_of_operation(contract: Contract, operation: Operation) -> Facts:
    """Return the facts of one operation: a definition for each component that it uses, and for each enumeration."""
    raw = raw_operation(contract, operation)
    schemas: Mapping[str, Any] = contract.document.get("components", {}).get("schemas", {})
    request = body_of(raw.get("requestBody", {}))
    answers = [body_of(r) for r in raw.get("responses", {}).values()]
    sent = _reached(request, schemas)
    names = list(dict.fromkeys([*sent, *(n for a in answers for n in _reached(a, schemas))]))
    # The request's body has a separate definition; an envelope's members are prefixed by its name.
    left_out = {request.get("$ref", "").removeprefix(_COMPONENTS), *_envelopes(schemas)}
    objects = [_object(n, schemas, sent=n in sent) for n in names if n not in left_out]
    return Facts(
        layout="contract",
        title=f"{contract.id} {operation.id}",
        method=operation.method,
        path=operation.path,
        version=contract.version if contract.version_parameter else "",
        resource=contract.resource_type,
        parameters=tuple(_parameter(p, contract.version_parameter) for p in operation.parameters),
        body=members_of(request, contract.document) if request else (),
        statuses=tuple(sorted(operation.responses)),
        definitions=(*(o for o in objects if o.members), *_enumerations(names, schemas, sent)),
        errors=tuple(ErrorFact(row.code, row.status) for row in contract.error.table),
    )


def raw_operation(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    """Return an operation of the OpenAPI document."""
    found: Mapping[str, Any] = contract.document["paths"][operation.document_path][operation.method.lower()]
    return found


def decision_or_first(contract: Contract) -> Operation:
    """Return the decision: the operation of a page that names none."""
    return contract.by_role(Role.DECIDE) or contract.operations[0]


def members_of(schema: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[MemberFact, ...]:
    """Return the members of an object schema; those of an envelope ``properties`` by dotted names, as on pages."""
    found: dict[str, MemberFact] = {}
    schema = resolved(schema, document)
    for part in schema.get("allOf", ()):
        found |= {m.name: m for m in members_of(part, document)}
    required = schema.get("required", ())
    for name, value in schema.get("properties", {}).items():
        target = resolved(value, document)
        if name == "properties" and (target.get("properties") or target.get("allOf")):
            found |= {f"properties.{m.name}": _named(m, f"properties.{m.name}") for m in members_of(target, document)}
        else:
            found[name] = MemberFact(name, type_of(target), name in required, limits_of(target))
    return tuple(found.values())


def type_of(schema: Mapping[str, Any]) -> str:
    """Return the JSON type of a schema, ignoring null."""
    kind = schema.get("type", "")
    return next((k for k in kind if k != "null"), "") if isinstance(kind, list) else str(kind)


def _named(member: MemberFact, name: str) -> MemberFact:
    return replace(member, name=name)


def limits_of(schema: Mapping[str, Any]) -> dict[str, str | int]:
    """Return the limits of a value."""
    return {k: schema[k] for k in _LIMITS if k in schema}


def body_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a request's or answer's body; empty if it has none."""
    found: Mapping[str, Any] = media_in(part.get("content", {})).get("schema", {})
    return found


def _reached(schema: Any, schemas: Mapping[str, Any], seen: tuple[str, ...] = ()) -> list[str]:
    """Return the components that a schema refers to, directly or indirectly, in document order."""
    found = list(seen)
    for name in _references(schema):
        if name not in found and name in schemas:
            found = _reached(schemas[name], schemas, (*found, name))
    return found


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(_COMPONENTS)
        for key, part in schema.items():
            if key not in ("examples", "example", "enum"):
                yield from _references(part)


def _envelopes(schemas: Mapping[str, Any]) -> Iterator[str]:
    for schema in schemas.values():
        reference = schema.get("properties", {}).get("properties", {}).get("$ref", "")
        yield reference.removeprefix(_COMPONENTS)


def _object(name: str, schemas: Mapping[str, Any], *, sent: bool) -> DefinitionFact:
    schema = schemas[name]
    section = schema.get("x-source", {}).get("section", "")
    cites = section.removeprefix("Definitions: ") if section.startswith("Definitions: ") else ""
    members = members_of(schema, {"components": {"schemas": schemas}})
    return DefinitionFact(name, members, cites=cites, sent=sent)


def _enumerations(names: list[str], schemas: Mapping[str, Any], sent: list[str]) -> Iterator[DefinitionFact]:
    """Return each set of values once, named after every member that has it."""
    places: dict[frozenset[str], list[str]] = {}
    order: dict[frozenset[str], tuple[str, ...]] = {}
    asked: set[frozenset[str]] = set()
    for name in names:
        for member, values in _enumerated(schemas[name], name):
            key = frozenset(values)
            places.setdefault(key, []).append(member)
            order.setdefault(key, values)
            if name in sent:
                asked.add(key)
    for key, found in places.items():
        yield DefinitionFact(", ".join(found), values=order[key], sent=key in asked)


def _enumerated(schema: Mapping[str, Any], name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in walk(schema, {}, follow=False):
        if "enum" in node.schema:
            steps = (step for step in steps_of(node.pointer) if step != "*")
            yield ".".join((name, *steps)), tuple(str(v) for v in node.schema["enum"] if v is not None)


def _parameter(parameter: Parameter, version_parameter: str) -> ParameterFact:
    schema = parameter.schema
    # The contract accepts one version only: other limits of that parameter add nothing.
    lost = _LIMITS if parameter.name == version_parameter else ()
    return ParameterFact(
        (parameter.name,),
        parameter.place,
        parameter.required,
        type_of(schema),
        limits_of(schema),
        lost,
        tuple(map(str, schema.get("enum", ()))) if not lost else (),
        str(schema.get("default", "")),
    )
