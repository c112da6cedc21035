"""Reads Markdown pages with JavaScript objects: a sample, and the schema of a resource."""

from __future__ import annotations

import json
import re
from typing import Any

import json5

from linkproof.definition_pages.facts import DefinitionFact, Facts, MemberFact, SampleFact

_BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_MADE = re.compile(r"provider\.(\w+)\.make(\w+)\(")
_VERSION = re.compile(r"`(20\d\d-\d\d-\d\d[\w.-]*)`")


def read_markdown(text: str) -> Facts:
    """Return the facts of a page in this layout."""
    blocks = _BLOCK.findall(text)
    schema = next((v for b in blocks if isinstance(v := _value(b), dict) and "properties" in v), None)
    samples = tuple(
        SampleFact("request", 0, "", json.dumps(v, indent=1)) for b in blocks if (v := _sample(b)) is not None
    )
    version = _VERSION.search(text)
    title = re.search(r"^title:\s*(\S.*)$", text, re.MULTILINE)
    made = next((m for b in blocks if (m := _MADE.search(b))), None)
    definitions = tuple(_definitions(schema, "resource")) if schema else ()
    expected = {"version": version, "definitions": definitions, "samples": samples}
    lacks = [
        "operation",
        "parameters",
        "request body",
        "status codes",
        *(name for name, found in expected.items() if not found),
    ]
    return Facts(
        layout="Markdown with objects",
        title=title[1] if title else "",
        version=version[1] if version else "",
        resource=f"{made[1]}/{made[2]}" if made else title[1] if title else "",
        definitions=definitions,
        samples=samples,
        lacks=tuple(lacks),
    )


def _value(text: str) -> Any:
    try:
        return json5.loads(text.strip().rstrip(";"))
    except (ValueError, RecursionError):
        return None


def _sample(block: str) -> Any:
    """Return the object that the ``properties`` function of the block's program returns."""
    start = re.search(r"properties:\s*\(.*?\)\s*=>\s*\(", block, re.DOTALL)
    if start is None:
        return None
    depth = 0
    for number in range(start.end(), len(block)):
        depth += (block[number] in "({[") - (block[number] in ")}]")
        if depth < 0:
            return _value(block[start.end() : number])
    return None


def _definitions(schema: dict[str, Any], name: str) -> list[DefinitionFact]:
    """Return a definition for each object, the innermost last; members of nested objects have dotted names."""
    members: list[MemberFact] = []
    inner: list[DefinitionFact] = []
    for part in schema.get("allOf", ()):
        found = _definitions(part, name)
        members += [m for d in found[:1] for m in d.members]
        inner += found[1:]
    required = schema.get("required", ())
    for key, value in schema.get("properties", {}).items():
        if key == "properties" and "properties" in value:
            wrapped = _definitions(value, name)
            members += [MemberFact(f"properties.{m.name}", m.type, m.required) for m in wrapped[0].members]
            inner += wrapped[1:]
            continue
        members.append(MemberFact(key, value.get("type", ""), key in required))
        if "properties" in value:
            inner += _definitions(value, key)
        if "enum" in value:
            inner.append(DefinitionFact(key, values=tuple(map(str, value["enum"]))))
    return [DefinitionFact(name, members=tuple(members)), *inner]
