"""Definition pages in the vendors' layouts, written from a contract's facts in our own words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from linkproof.definition_pages.facts import DefinitionFact, Facts, MemberFact, ParameterFact

WORDS = {
    "en": (
        "URI Parameters",
        "Name",
        "In",
        "Required",
        "Type",
        "Description",
        "Request Body",
        "Responses",
        "Definitions",
    ),
    "de": ("URI-Parameter", "Name", "In", "Pflicht", "Typ", "Beschreibung", "Anforderungstext", "Antworten", "Glossar"),
    "zh": ("URI 参数", "名称", "在", "必需", "类型", "说明", "请求正文", "响应", "定义"),
}
OTHER = {"en": "Other Status Codes", "de": "Andere Statuscodes", "zh": "其他状态代码"}


def as_printed(facts: Facts) -> Facts:
    """What a page can tell of these facts: limits of members and whether they are required are not on Azure's pages."""

    def bare(member: MemberFact) -> MemberFact:
        return MemberFact(member.name, member.type)

    definitions = tuple(replace(d, members=tuple(map(bare, d.members))) for d in facts.definitions)
    return replace(facts, definitions=definitions)


def rendered(facts: Facts, language: str = "en") -> str:
    """The rendered reference: cells with bars, long names cut where a line may break in them."""
    uri, name, place, required, kind, about, body, answers, glossary = WORDS[language]
    lines = [
        facts.title,
        "What it is for.",
        f"{facts.method} https://cloud.example{facts.path}?api-version={facts.version}",
    ]
    lines += [uri, f"{name} | {place} | {required} | {kind} | {about} |", "---|---|---|---|---|"]
    for p in facts.parameters:
        cut = p.names[0].split("N")[0].split("I")[0].split("Endpoint")[0] if p.place == "path" else p.names[0]
        lines += [cut, "|", f"{p.place} | {p.required} |", f"{_kind(p)} |", "Something about it. |"]
    if facts.body:
        lines += [body, f"{name} | {required} | {kind} | {about} |", "---|---|---|---|"]
        lines += [x for m in facts.body for x in (f"{m.name} |{' True |' if m.required else ''}", "Something. |", "|")]
    lines += [answers, f"{name} | {kind} | {about} |", "---|---|---|"]
    lines += [x for s in facts.statuses for x in (f"{s} OK |", "It went well. |", "|")]
    lines += [f"{OTHER[language]} |", "It did not. |", *sample(facts).splitlines()]
    lines += [
        glossary,
        f"{name} | {about} |",
        "---|---|",
        *[x for d in facts.definitions for x in ("Some |", "Text. |")],
    ]
    for d in facts.definitions:
        lines += [_plain_name(d), "A paragraph about it."]
        if d.values:
            lines += [f"{name} | {about} |", "---|---|", *[f"{v} | |" for v in d.values]]
        else:
            lines += [f"{name} | {kind} | {about} |", "---|---|---|"]
            lines += [
                x for m in d.members for x in (f"{m.name} |", *([f"{_shown(m.type)} |"] if m.type else []), "Text. |")
            ]
    return "\n".join(lines)


def plain(facts: Facts) -> str:
    """The plain-text variant: cells as paragraphs."""
    address = f"{facts.method} https://cloud.example{facts.path}?api-version={facts.version}"
    parts = [facts.title, "What it is for.", address, "URI Parameters"]
    for number, p in enumerate(facts.parameters):
        heads = "Name In Required Type Description\n" if not number else ""
        parts += [f"{heads}{p.names[0]}\n{p.place} {p.required}", p.type, "Something about it."]
        if "pattern" in p.limits:
            parts.append(f"Regex pattern: {p.limits['pattern']}")
    parts += ["Responses", f"Name Type Description\n{facts.statuses[0]} OK", "It went well."]
    parts += [x for s in facts.statuses[1:] for x in (f"{s} OK", "It went well.")]
    parts += [
        "Other Status Codes",
        "It did not.",
        "Sample response",
        sample(facts),
        "Definitions",
        "Name Description\nSome",
    ]
    linked = _plain_name(facts.definitions[0])
    for d in facts.definitions:
        parts += [_plain_name(d), "A paragraph about it."]
        rows = [(v, "string") for v in d.values] or [(m.name, _shown(m.type)) for m in d.members]
        cells = [c for n, t in rows for c in ((n, t or linked, "Text.") if d.members else (n, t))]
        parts += ["Name Type Description\n" + cells[0], *cells[1:]]
    return "\n\n".join(parts)


def markdown(facts: Facts, resource: str) -> str:
    """The Markdown page with JavaScript objects: the schema of a resource, and what a program sends."""
    group, name = resource.split("/")
    top = next(d for d in facts.objects if "id" in {m.name for m in d.members} and len(d.members) > 1)
    inner = {d.name: d for d in facts.objects if d is not top}

    def schema(members: list[MemberFact]) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "object", "properties": {}}
        for m in members:
            found["properties"][m.name] = {"type": m.type or "string", **_inside(m.name)}
        required = [m.name for m in members if m.required]
        return found | ({"required": required} if required else {})

    def _inside(name: str) -> dict[str, Any]:
        same = next((d for n, d in inner.items() if n.lower() in name.lower() or name.lower() in n.lower()), None)
        return schema(list(same.members)) if same else {}

    outer = schema([m for m in top.members if "." not in m.name])
    held = [replace(m, name=m.name.removeprefix("properties.")) for m in top.members if "." in m.name]
    outer["properties"]["properties"] = schema(held)
    program = f"provider.{group}.make{name}({{\n  properties: () => ({{ properties: {{ a: 'b', }}, }}),\n}});"
    text = json.dumps(outer, indent=2).replace('"', "'")
    return (
        f"---\ntitle: {name}\n---\nProvides a thing.\n```js\n{program}\n```\n## Schema\n```js\n{text}\n```\n"
        f"The version is `{facts.version}`.\n"
    )


def mandatory(facts: Facts) -> str:
    """The older sister: a cell a line, with "Mandatory", and without the names of definitions."""
    lines = ["What it is for.", f"{facts.method} {facts.path}", *_heads("Parameter", "Mandatory", "Description")]
    for p in facts.parameters:
        lines += [f"{p.names[0]} |", f"{'Yes' if p.required else 'No'} |", "Something about it. |"]
    lines += _heads("Parameter", "Mandatory", "Type", "Description")
    for m in facts.body:
        lines += [f"{m.name} |", f"{'Yes' if m.required else 'No'} |", f"{_older(m.type)} |", "Something. |"]
    lines += ["POST https://{endpoint}" + facts.path, "{", '"a": "b"', "}"]
    for d in facts.objects:
        lines += _heads("Parameter", "Type", "Description")
        lines += [x for m in d.members for x in (f"{m.name} |", f"{_older(m.type)} |", "Something. |")]
    return "\n".join(lines)


def sample(facts: Facts) -> str:
    """A sample, as pages show them."""
    return json.dumps({"value": [], "of": facts.title}, indent=1)


def _heads(*names: str) -> list[str]:
    return [*(f"{n} |" for n in names), "|---" * len(names) + "|"]


def _kind(p: ParameterFact) -> str:
    limits = dict(p.limits)
    form = f" ({limits.pop('format')})" if "format" in limits else ""
    told = "".join(f"{k}: {v}" if k != "pattern" else f" pattern: {v}" for k, v in limits.items())
    return f"{p.type}{form} {told}".strip()


def _shown(kind: str) -> str:
    return "string[]" if kind == "array" else kind


def _older(kind: str) -> str:
    return "Array of objects" if kind == "array" else kind.capitalize()


def _plain_name(definition: DefinitionFact) -> str:
    return definition.name.split(",")[0].split(".")[-1]
