"""Reads the rendered reference in any language: tables with bars, one cell per line; also the older form with
"Mandatory".

Headings are ignored: a table is recognised by the content of its rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from linkproof.definition_pages.facts import DefinitionFact, Facts, MemberFact, ParameterFact
from linkproof.definition_pages.readers.cells import NAME, NO, PLACES, YES, candidates, is_type, member, parameter
from linkproof.definition_pages.samples import REQUEST, samples_in

_RULE = re.compile(r"\|?(---\|)+(---)?\|?")
_BAR = re.compile(r"(?:^|\s)\|(?=\s|$)")
_STATUS = re.compile(r"([1-5]\d\d)\b.*")


@dataclass
class _Table:
    """A table: the lines before it, its number of columns, its rows."""

    before: list[str]
    columns: int
    rows: list[list[str]]


def read_rendered(text: str) -> Facts:
    """Return the facts of a page in this layout."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    first = next((m for line in lines if (m := REQUEST.fullmatch(line)) and "{" in m[2]), None)
    method, path, version = (first[1], *_split(first[2])) if first else ("", "", "")
    parameters: list[ParameterFact] = []
    body: list[MemberFact] = []
    statuses: list[int] = []
    definitions: list[DefinitionFact] = []
    for table in _tables(lines):
        rows = table.rows
        if not rows:
            continue
        if _is_of_parameters(rows, path):
            parameters += [parameter(r, candidates(r[0], path)) for r in rows]
        elif any(_STATUS.fullmatch(r[0]) for r in rows):
            statuses += [int(m[1]) for r in rows if (m := _STATUS.fullmatch(r[0]))]
        elif table.columns == 4 or any(c.lower() in (*YES, *NO) for r in rows for c in r[1:]):
            body += [member(r, says_required=True) for r in rows]
        else:
            definitions += _definition(table)
    samples = samples_in(lines)
    expected = {
        "operation": method, "parameters": parameters, "status codes": statuses, "definitions": definitions,
        "samples": samples,
    } | ({} if method in ("GET", "DELETE") else {"request body": body})  # fmt: skip
    return Facts(
        layout="rendered",
        title=lines[0] if lines else "",
        method=method,
        path=path,
        version=version,
        parameters=tuple(parameters),
        body=tuple(body),
        statuses=tuple(statuses),
        definitions=tuple(definitions),
        samples=samples,
        lacks=tuple(name for name, found in expected.items() if not found),
    )


def _is_of_parameters(rows: list[list[str]], path: str) -> bool:
    placed = any(c.lower() in PLACES for r in rows for c in r[1:])
    return placed or all(candidates(r[0], path) and r[0] in path for r in rows)


def _split(address: str) -> tuple[str, str]:
    path, _, query = re.sub(r"^https?://[^/]+", "", address).partition("?")
    return path, query.removeprefix("api-version=") if query.startswith("api-version=") else ""


def _cells(line: str) -> list[str]:
    return [c.strip() for c in _BAR.split(line)]


def _tables(lines: list[str]) -> list[_Table]:
    """Return every table. Its heads are the cells before its rule, one per column, on one line or several."""
    rules = [n for n, line in enumerate(lines) if _RULE.fullmatch(line)]
    starts = [_heads(lines, rule) for rule in rules]
    found: list[_Table] = []
    last = 0
    for rule, start, following in zip(rules, starts, [*starts, len(lines)][1:], strict=True):
        end = _end(lines, rule + 1, following)
        columns = lines[rule].count("---")
        found.append(_Table(lines[last:start][-2:], columns, _rows(lines[rule + 1 : end], columns)))
        last = end
    return found


def _heads(lines: list[str], rule: int) -> int:
    """Return the number of the first line of a table's heads."""
    wanted, start = lines[rule].count("---"), rule
    while wanted > 0 and start > 0 and "|" in lines[start - 1]:
        start -= 1
        wanted -= sum(1 for c in _cells(lines[start]) if c)
    return start


def _end(lines: list[str], start: int, following: int) -> int:
    """Return the end of a table: the first line without a bar that is not followed by a bare one."""
    for number in range(start, following):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if "|" not in lines[number] and after != "|":
            return number
    return following


def _rows(lines: list[str], columns: int) -> list[list[str]]:
    """Return the rows: each begins with a name at the start of a line, when the row before it is complete."""
    rows: list[list[str]] = []
    closed = False
    for number, line in enumerate(lines):
        cells = _cells(line)
        filled = [c for c in cells if c]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        complete = not rows or closed or len(rows[-1]) >= columns or columns == 2
        if filled and _begins(line, cells[0], following, rows, complete=complete):
            rows.append(filled)
            closed = False
        elif filled and rows:
            rows[-1] += filled
        elif rows and len(rows[-1]) > 1:
            # A bare bar stands for empty cells.
            closed = True
    return rows


def _begins(line: str, first: str, following: str, rows: list[list[str]], *, complete: bool) -> bool:
    if not first or (rows and (is_type(first) or first.lower() in (*PLACES, *YES, *NO))):
        return False
    if _STATUS.fullmatch(first):
        return True
    if not NAME.fullmatch(first):
        # "Other Status Codes" and its translations begin a row of a table whose rows are status codes.
        return bool(rows) and bool(_STATUS.fullmatch(rows[0][0])) and len(rows[-1]) > 1
    is_cut = following == "|" and not line.endswith("|")
    return complete or is_cut or (len(rows[-1]) > 1 and not is_type(rows[-1][-1]))


def _definition(table: _Table) -> list[DefinitionFact]:
    """Return a definition: its name and a line about it precede its table. A list of names is not a definition."""
    heading = next((line for line in table.before if NAME.fullmatch(line)), "")
    values = all(len(r) == 1 or (len(r) == 2 and r[1] == "string") for r in table.rows)
    if table.columns == 2 and not (values and heading and table.before[0] == heading and len(table.before) == 2):
        return []
    if values:
        return [DefinitionFact(heading, values=tuple(r[0] for r in table.rows))]
    return [DefinitionFact(heading, members=tuple(member(r, says_required=False) for r in table.rows))]
