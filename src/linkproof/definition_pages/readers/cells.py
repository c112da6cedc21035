"""Interprets a table cell by its content, not by its column: columns get lost where a cell was a link."""

from __future__ import annotations

import re
from collections.abc import Iterable

from linkproof.definition_pages.facts import MemberFact, ParameterFact

NAME = re.compile(r"[A-Za-z_$@][\w.$@-]*(?<!\.)(,[A-Za-z]\w*)?")
_TYPE = re.compile(
    r"(?i)(array of )?(string|integer|number|boolean|object)s?(\[\])?(\s*\((?P<format>[\w-]+)\))?(?P<rest>.*)",
    re.DOTALL,
)
_LIST = re.compile(r"[A-Za-z]\w*\[\]|<string,\s*[\w\[\]]+>")
_LIMIT = re.compile(r"(minLength|maxLength):\s*(\d+)")
_PATTERN = re.compile(r"(?i)(?:regex )?pattern:[ \t]*(\S*)")
YES, NO = ("true", "yes", "是", "必填"), ("false", "no", "否")
PLACES = ("path", "query", "header")


def is_type(cell: str) -> bool:
    """Whether a cell is a type: a JSON type with or without limits, a list, a map."""
    found = _TYPE.fullmatch(cell)
    rest = (found["rest"] if found else "").strip()
    return bool(found and (not rest or _LIMIT.match(rest) or _PATTERN.match(rest))) or bool(_LIST.fullmatch(cell))


def json_type(cell: str) -> str:
    """Return the JSON type in a cell; "" if it names another definition."""
    if _LIST.fullmatch(cell) or re.match(r"(?i)array of ", cell):
        return "object" if cell.startswith("<") else "array"
    found = _TYPE.fullmatch(cell)
    return found[2].lower() if found else ""


def limits_in(texts: Iterable[str]) -> tuple[dict[str, str | int], tuple[str, ...]]:
    """Return the limits that cells print, and those that they announce without printing."""
    limits: dict[str, str | int] = {}
    lost: list[str] = []
    for text in texts:
        limits |= {name: int(number) for name, number in _LIMIT.findall(text)}
        found = _TYPE.fullmatch(text)
        if found and found["format"]:
            limits["format"] = found["format"]
        pattern = _PATTERN.search(text)
        if pattern and pattern[1]:
            limits["pattern"] = pattern[1]
        elif pattern:
            lost.append("pattern")
    return limits, tuple(lost)


def parameter(cells: list[str], names: tuple[str, ...]) -> ParameterFact:
    """Return a parameter from its row, which begins with the name; ``names``: the readings of a truncated name."""
    rest = cells[1:]
    place = next((c.lower() for c in rest if c.lower() in PLACES), "path" if names else "query")
    found = next((c for c in rest if is_type(c)), "")
    limits, lost = limits_in(rest)
    required = any(c.lower() in YES for c in rest)
    return ParameterFact(names or (cells[0],), place, required, json_type(found), limits, lost)


def member(cells: list[str], *, says_required: bool) -> MemberFact:
    """Return a member from its row; ``says_required``: whether the table says which members are required."""
    found = next((c for c in cells[1:] if is_type(c)), "")
    required = any(c.lower() in YES for c in cells[1:]) if says_required else None
    return MemberFact(cells[0], json_type(found), required, limits_in(cells[1:2])[0] if found else {})


def candidates(cut: str, path: str) -> tuple[str, ...]:
    """Return the parameters of a path template that a truncated name may stand for."""
    names = re.findall(r"\{(\w+)\}", path)
    return (cut,) if cut in names else tuple(n for n in names if n.startswith(cut)) if cut else ()
