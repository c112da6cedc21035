"""A schema that forbids unknown members, and its reduction to the keywords that name members."""

from __future__ import annotations

from typing import Any


def close(schema: Any) -> None:
    """Forbid unnamed members in every object schema that names some."""
    if isinstance(schema, list):
        for part in schema:
            close(part)
    elif isinstance(schema, dict):
        for key, part in schema.items():
            # Conditions and their branches name only some members: the enclosing schema names all.
            if key not in ("enum", "examples", "example", "default", "const", "required", "if", "then", "else"):
                close(part)
        if isinstance(schema.get("properties"), dict) and "allOf" not in schema:
            schema.setdefault("additionalProperties", False)


#: Keywords with which the known members depend on other keywords.
_CONDITIONS = frozenset(
    {"anyOf", "oneOf", "not", "if", "dependentSchemas", "contains", "unevaluatedProperties", "unevaluatedItems"}
    | {"propertyNames", "patternProperties", "$dynamicRef", "$recursiveRef", "$id", "$anchor"}
)
_COMPONENTS = "#/components/schemas"


def members_only(document: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with only the keywords that name members. Raises ValueError if other keywords matter."""
    schemas = document.get("components", {}).get("schemas", {})
    wanted: list[str] = []
    parts: dict[str, Any] = {}
    found: dict[str, Any] = _members_of({k: v for k, v in document.items() if k != "components"}, wanted)
    while wanted:
        name = wanted.pop()
        if name not in parts:
            parts[name] = True  # a schema may refer to itself
            parts[name] = _members_of(schemas[name], wanted)
    return {**found, "components": {"schemas": parts}}


def _members_of(schema: Any, wanted: list[str]) -> Any:
    """Return the part of a schema that names members; add to ``wanted`` the components that it refers to."""
    if isinstance(schema, bool):
        return schema
    reference = schema.get("$ref", "")
    if _CONDITIONS & schema.keys() or (reference and reference.rpartition("/")[0] != _COMPONENTS):
        raise ValueError("which members are known depends on a condition")
    found: dict[str, Any] = {}
    if reference:
        found["$ref"] = reference
        wanted.append(reference.rpartition("/")[2])
    for key in ("additionalProperties", "items"):
        if key in schema:
            found[key] = _members_of(schema[key], wanted)
    for key in ("allOf", "prefixItems"):
        if key in schema:
            found[key] = [_members_of(part, wanted) for part in schema[key]]
    if "properties" in schema:
        found["properties"] = {name: _members_of(part, wanted) for name, part in schema["properties"].items()}
    return found
