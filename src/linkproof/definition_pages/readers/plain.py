"""Reads the plain-text variant of the rendered reference: no bars, cells as paragraphs."""

from __future__ import annotations

import re

from linkproof.definition_pages.facts import DefinitionFact, Facts, MemberFact, ParameterFact
from linkproof.definition_pages.readers.cells import NAME, PLACES, candidates, is_type, json_type, limits_in
from linkproof.definition_pages.samples import REQUEST, samples_in

_STATUS = re.compile(r"([1-5]\d\d) \w+")
_MAP = re.compile(r"<string,\s*\w+>")


def read_plain(text: str) -> Facts:
    """Return the facts of a page in this layout."""
    lines = [line.strip() for line in text.splitlines()]
    parts = [part for part in re.split(r"\n\s*\n", "\n".join(lines)) if part.strip()]
    first = next((m for line in lines if (m := REQUEST.fullmatch(line)) and "{" in m[2]), None)
    address = re.sub(r"^https?://[^/]+", "", first[2]) if first else ""
    path, _, query = address.partition("?")
    parameters = _parameters(parts, path)
    statuses = tuple(int(m[1]) for p in parts if (m := _STATUS.fullmatch(p.split("\n")[-1])))
    definitions = _definitions(parts)
    samples = samples_in(text.splitlines())
    expected = {
        "operation": first, "parameters": parameters, "status codes": statuses, "definitions": definitions,
        "samples": samples,
    }  # fmt: skip
    lacks = tuple(name for name, found in expected.items() if not found)
    return Facts(
        layout="plain text",
        title=parts[0] if parts else "",
        method=first[1] if first else "",
        path=path,
        version=query.removeprefix("api-version="),
        parameters=parameters,
        statuses=statuses,
        definitions=definitions,
        samples=samples,
        lacks=lacks if first and first[1] in ("GET", "DELETE") else (*lacks, "request body"),
    )


def _parameters(parts: list[str], path: str) -> tuple[ParameterFact, ...]:
    """Return the parameters: a name, then a line with its place and whether it is required."""
    found: list[ParameterFact] = []
    for number, part in enumerate(parts):
        lines = part.split("\n")
        words = lines[-1].split()
        if len(lines) < 2 or len(words) != 2 or words[0] not in PLACES:
            continue
        rest: list[str] = []
        for other in parts[number + 1 : number + 5]:
            if "\n" in other or _STATUS.fullmatch(other):
                break
            rest.append(other)
        limits, lost = limits_in(rest)
        kind = next((json_type(r) for r in rest if is_type(r)), "")
        names = candidates(lines[-2], path) or (lines[-2],)
        found.append(ParameterFact(names, words[0], words[1].lower() == "true", kind, limits, lost))
    return tuple(found)


def _definitions(parts: list[str]) -> tuple[DefinitionFact, ...]:
    """Return the definitions: a name, a paragraph, then a table whose first paragraph has the heads and a name."""
    starts = [n for n in range(2, len(parts)) if _is_table(parts, n)]
    known = {parts[n - 2] for n in starts}
    found: list[DefinitionFact] = []
    for start, end in zip(starts, [*(n - 2 for n in starts), len(parts)][1:], strict=True):
        cells = [parts[start].split("\n")[-1], *parts[start + 1 : end]]
        rows = _rows(cells, known)
        if rows and all(len(r) == 2 and r[1] == "string" for r in rows):
            found.append(DefinitionFact(parts[start - 2], values=tuple(r[0] for r in rows)))
        elif rows:
            members = tuple(MemberFact(r[0], _type(r[1]), None) for r in rows)
            found.append(DefinitionFact(parts[start - 2], members=members))
    return tuple(found)


def _is_table(parts: list[str], number: int) -> bool:
    lines = parts[number].split("\n")
    following = parts[number + 1] if number + 1 < len(parts) else ""
    begins = len(lines) == 2 and NAME.fullmatch(lines[1]) and len(lines[0].split()) > 1
    return bool(begins and NAME.fullmatch(parts[number - 2]) and "\n" not in following)


def _rows(cells: list[str], known: set[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for number, cell in enumerate(cells):
        following = cells[number + 1] if number + 1 < len(cells) else ""
        is_name = NAME.fullmatch(cell) and (
            is_type(following) or following.removesuffix("[]") in known or _MAP.fullmatch(following)
        )
        if is_name and not (rows and len(rows[-1]) == 1):
            rows.append([cell])
        elif rows:
            rows[-1].append(cell)
    return rows


def _type(cell: str) -> str:
    return "array" if cell.endswith("[]") else "object" if _MAP.fullmatch(cell) else json_type(cell)
