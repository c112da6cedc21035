"""Converts schemas of Swagger 2.0 and OpenAPI 3 to JSON Schema 2020-12, as far as they decide what is valid.

A referenced schema becomes a component, once, so that circles are preserved. ``allOf`` is expanded: unknown members can
only be forbidden for a whole object. Facts are taken over, prose is not.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from linkproof.contract.openapi_shape import Schema as Shape
from linkproof.openapi_import.documents import Documents, Place
from linkproof.openapi_import.schema_keywords import KEPT, READ, SILENT


@dataclass
class Notes:
    """What was not understood, with counts."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        """Add a note."""
        self.counts[text] += 1


@dataclass
class Schemas:
    """Converts schemas; ``components`` has those that they refer to.

    A schema for requests lacks the members that only the service sets (``readOnly``, or ``x-ms-mutability`` without
    create and update), so that it is another component than the one for answers.
    """

    documents: Documents
    notes: Notes
    components: dict[str, Any] = field(default_factory=dict)
    _names: dict[tuple[Place, bool], str] = field(default_factory=dict)

    # Long: one branch per JSON Schema keyword.
    def convert(self, schema: Any, base: Place, *, sent: bool = False) -> dict[str, Any]:
        """Return a schema as JSON Schema; ``sent``: for request bodies."""
        if not isinstance(schema, dict):
            return {}
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema, base, sent=sent)
        plain = self._without_alternatives(schema, base)
        if plain is not None:
            return self.convert(plain, base, sent=sent)
        if schema.get("allOf"):
            schema, places = self.flat(schema, base)
        else:
            places = dict.fromkeys(schema.get("properties") or {}, base)
        self._look(schema)
        made = {key: schema[key] for key in KEPT if schema.get(key) is not None}
        self._pattern(made)
        _numbers(schema, made)
        if made.get("type") == "file":
            return {}
        if "format" in made and made["format"] not in ("date-time", "date", "uuid", "uri", "email", "ipv4", "ipv6"):
            del made["format"]
        self._members(schema, places, made, sent=sent)
        if isinstance(schema.get("items"), dict):
            made["items"] = self.convert(schema["items"], base, sent=sent)
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            made["additionalProperties"] = self.convert(more, base, sent=sent) if more else True
        elif isinstance(more, bool):
            made["additionalProperties"] = more
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                made[key] = [self.convert(part, base, sent=sent) for part in schema[key]]
        if schema.get("discriminator"):
            self._add_kinds(schema, base, made, sent=sent)
        if schema.get("readOnly"):
            made["readOnly"] = True
        if isinstance(schema.get("x-ms-enum"), dict) and schema["x-ms-enum"].get("modelAsString"):
            made["x-open"] = True
        return self._nullable(made) if schema.get("x-nullable") or schema.get("nullable") else made

    def flat(
        self, schema: dict[str, Any], base: Place, below: tuple[Place, ...] = ()
    ) -> tuple[dict[str, Any], dict[str, Place]]:
        """Return a schema with the members of all its bases, and the place of each member's schema."""
        whole: dict[str, Any] = {}
        places: dict[str, Place] = {}
        for part in schema.get("allOf") or ():
            found, place = self.documents.follow(part, base, Shape)
            if place in below:
                self.notes.add("allOf refers to itself: the repetition is left out")
                continue
            inner, inner_places = self.flat(found, place, (*below, place))
            _join(whole, inner)
            places |= inner_places
        own = {k: v for k, v in schema.items() if k != "allOf"}
        _join(whole, own)
        return whole, places | dict.fromkeys(own.get("properties") or {}, base)

    def _reference(self, schema: dict[str, Any], base: Place, *, sent: bool) -> dict[str, Any]:
        found, place = self.documents.resolve(schema["$ref"], base, Shape)
        key = (place, sent)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = self._free(f"{place.name}Update" if sent else place.name)
            self.components[name] = {}
            self.documents.follow(found, place, Shape)  # a circle of references alone is an error
            self.components[name] = self.convert(found, place, sent=sent)
        made: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
        if schema.get("readOnly"):
            made["readOnly"] = True
        return self._nullable(made) if schema.get("x-nullable") or schema.get("nullable") else made

    def _nullable(self, made: dict[str, Any]) -> dict[str, Any]:
        """Return a schema or null; what is referred to is written out, but where it is part of itself."""
        name = str(made.get("$ref", "")).rsplit("/", 1)[-1]
        target = self.components.get(name)
        if target and isinstance(target.get("type"), str):
            made = {**copy.deepcopy(target), **{k: v for k, v in made.items() if k != "$ref"}}
        return _nullable(made)

    def _without_alternatives(self, schema: dict[str, Any], base: Place) -> dict[str, Any] | None:
        """Return a schema that says the same without ``anyOf`` or ``oneOf``; None if there is none.

        OpenAPI writes a value or null, and an open enumeration (a string, or one of these), as alternatives.
        """
        key = next((k for k in ("anyOf", "oneOf") if schema.get(k)), "")
        beside = {k: v for k, v in schema.items() if k != key}
        if not key or "allOf" in beside or "properties" in beside:
            return None
        parts = [part for part in schema[key] if part.get("type") != "null"]
        nullable = {"nullable": True} if len(parts) < len(schema[key]) else {}
        if len(parts) == 1:
            return {**beside, **parts[0], **nullable}
        found = [self.documents.follow(part, base, Shape)[0] for part in parts]
        values = [part.get("enum", [part["const"]] if "const" in part else None) for part in found]
        named = [v for listed in values for v in listed or () if isinstance(v, str)]
        if not named or any(part.get("type", "string") != "string" or "pattern" in part for part in found):
            return None
        open_ = {"x-ms-enum": {"modelAsString": True}} if None in values else {}
        return {**beside, "type": "string", "enum": list(dict.fromkeys(named)), **open_, **nullable}

    def _members(self, schema: dict[str, Any], places: dict[str, Place], made: dict[str, Any], *, sent: bool) -> None:
        members = schema.get("properties")
        if not isinstance(members, dict):
            return
        made.setdefault("type", "object")
        kept = {n: m for n, m in members.items() if not (sent and self._is_the_services(m, places[n]))}
        made["properties"] = {n: self.convert(m, places[n], sent=sent) for n, m in kept.items()}
        required = [n for n in dict.fromkeys(_names_in(schema.get("required"))) if n in kept]
        if required:
            made["required"] = required

    def _add_kinds(self, schema: dict[str, Any], base: Place, made: dict[str, Any], *, sent: bool) -> None:
        """Add the members of the derived kinds, in addition to the base's own; none of them is required.

        Kinds may stand in other files: any further member is accepted, and so is one that two kinds define differently.
        """
        made.setdefault("additionalProperties", True)
        self.notes.add("discriminator: members of the derived kinds are accepted, whichever kind it is")
        document = self.documents.load(base.file)
        table = document.get("definitions") or (document.get("components") or {}).get("schemas") or {}
        found: dict[str, list[dict[str, Any]]] = {}
        for name, kind in table.items():
            place = Place(base.file, f"{base.pointer.rpartition('/')[0]}/{name}")
            if not isinstance(kind, dict) or not self._builds_on(kind, place, base):
                continue
            own, places = self.flat(kind, place)
            members: dict[str, Any] = {}
            self._members(own, places, members, sent=sent)
            for member, converted in members.get("properties", {}).items():
                if member not in (schema.get("properties") or {}):
                    found.setdefault(member, []).append(converted)
        for member, variants in found.items():
            same = all(v == variants[0] for v in variants)
            made.setdefault("properties", {}).setdefault(member, variants[0] if same else {})

    def _builds_on(self, kind: dict[str, Any], place: Place, base: Place) -> bool:
        """Whether a definition has another one among those that it builds on."""
        references = (p["$ref"] for p in kind.get("allOf") or () if isinstance(p, dict) and "$ref" in p)
        return any(self.documents.resolve(r, place, Shape)[1] == base for r in references)

    def _is_the_services(self, member: Any, base: Place) -> bool:
        """Whether only the service sets a member."""
        if not isinstance(member, dict):
            return False
        found = self.documents.follow(member, base, Shape)[0]
        mutability = member.get("x-ms-mutability", found.get("x-ms-mutability"))
        kept = not isinstance(mutability, list) or {"create", "update"} & set(mutability)
        return bool(member.get("readOnly") or found.get("readOnly")) or not kept

    def _pattern(self, made: dict[str, Any]) -> None:
        """Remove a pattern that is not a valid regular expression here: it cannot be judged."""
        try:
            re.compile(made.get("pattern", ""))
        except (re.error, OverflowError, RecursionError):
            self.notes.add(f"pattern {made.pop('pattern')!r:.60}: not a regular expression; left out")

    def _look(self, schema: dict[str, Any]) -> None:
        for key in schema:
            if key not in READ and key not in SILENT:
                self.notes.add(f"schema keyword {key!r}: left out")

    def _free(self, name: str) -> str:
        wanted = "".join(c if c.isalnum() or c in "._-" else "_" for c in name) or "Schema"
        number, free = 1, wanted
        while free in self.components:
            number += 1
            free = f"{wanted}{number}"
        return free


def _join(whole: dict[str, Any], part: dict[str, Any]) -> None:
    for key, value in part.items():
        if key == "properties":
            whole["properties"] = {**(whole.get("properties") or {}), **(value or {})}
        elif key == "required":
            whole["required"] = list(dict.fromkeys([*_names_in(whole.get("required")), *_names_in(value)]))
        else:
            whole[key] = value


def _names_in(required: Any) -> list[str]:
    """Return the names in ``required``, which is a boolean for a parameter."""
    return required if isinstance(required, list) else []


def _numbers(schema: dict[str, Any], made: dict[str, Any]) -> None:
    """Convert exclusive limits that are booleans next to the limit, as in older versions."""
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        value = schema.get(exclusive)
        if value is True and limit in made:
            made[exclusive] = made.pop(limit)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            made[exclusive] = value


def _nullable(made: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in made:
        return {"anyOf": [made, {"type": "null"}]}
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made
