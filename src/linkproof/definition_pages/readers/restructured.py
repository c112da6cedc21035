"""Reads the reStructuredText source of a page, as Open Telekom Cloud publishes it, with docutils.

Headings are ignored: a table is recognised by the content of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from docutils import nodes
from docutils.core import publish_doctree

from linkproof.definition_pages.facts import DefinitionFact, ErrorFact, Facts, MemberFact, ParameterFact, SampleFact
from linkproof.definition_pages.readers.cells import NAME, NO, YES, candidates, member, parameter
from linkproof.definition_pages.samples import REQUEST, samples_in
from linkproof.errors import UsageError

#: Both patterns begin at a word boundary and do not backtrack, so that they take linear time.
_ROLE = re.compile(r"(?<![\w:-])([\w-]*+):[\w:-]{2,}+(?<=:)`([^`<]*+)(?:<[^`>]*+>)?+`")
_ERROR = re.compile(r"\b[A-Za-z]\w*+\.[^\W\d]*+\d\w*+")
_STATUS = re.compile(r"[1-5]\d\d")
_CAPTION = re.compile(r"Table \d+\s*")
_RANGE = re.compile(r"ranges? from (-?\d+) to (-?\d+)")
_ABOVE = re.compile(r"(?:greater|larger) than (-?\d+)")
_DEFAULT = re.compile(r"(?i)\bdefault\b[\w ]{0,40}? is (\w+)")
#: docutils reads no other file, and reports no errors in the markup.
_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "syntax_highlight": "none",
}


@dataclass(frozen=True)
class _Cell:
    """A cell's text, and the values that its list names."""

    text: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Table:
    """A table: its caption without the number, and its rows without the header rows."""

    caption: str
    rows: tuple[tuple[_Cell, ...], ...]

    @property
    def texts(self) -> list[list[str]]:
        """Return the rows' cells as text."""
        return [[cell.text for cell in row] for row in self.rows]


def read_restructured(text: str) -> Facts:
    """Return the facts of a page in this layout. Raises UsageError if docutils cannot read it."""
    tree = _tree(text)
    paragraphs = [" ".join(n.astext().split()) for n in tree.findall(nodes.paragraph)]
    first = next((m for p in paragraphs if (m := REQUEST.fullmatch(p)) and "{" in m[2]), None)
    path, _, query = re.sub(r"^https?://[^/]+", "", first[2]).partition("?") if first else ("", "", "")
    facts = Facts(
        layout="reStructuredText",
        title=next((t.astext() for t in tree.findall(nodes.title)), ""),
        method=first[1] if first else "",
        path=path,
        samples=_samples(tree),
    )
    for table in _tables(tree):
        facts = _with(facts, table, set(re.findall(r"(?:^|&)([^=&]+)=", query)))
    expected = {
        "operation": facts.method, "parameters": facts.parameters, "status codes": facts.statuses,
        "definitions": facts.definitions, "samples": facts.samples,
    } | ({} if facts.method in ("GET", "DELETE") else {"request body": facts.body})  # fmt: skip
    return replace(facts, lacks=tuple(name for name, found in expected.items() if not found))


def _tree(text: str) -> nodes.document:
    # docutils does not know Sphinx's roles (":ref:"): only their text is kept, padded so that grid tables stay intact.
    plain = _ROLE.sub(lambda m: m[1] + m[2].rstrip().ljust(len(m[0]) - len(m[1])), text)
    try:
        return publish_doctree(plain, settings_overrides=_SETTINGS)
    except (RecursionError, ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
        problem = f"docutils cannot read it as reStructuredText: {type(error).__name__}"
        raise UsageError(problem, where="the page", fix="give the page's source as it was published") from None


def _with(facts: Facts, table: _Table, query: set[str]) -> Facts:
    """Return the facts with those of one table added."""
    rows = table.texts
    if not rows:
        return facts
    if all(_STATUS.fullmatch(r[0]) for r in rows):
        errors = tuple(ErrorFact(r[1], int(r[0])) for r in rows if len(r) > 1 and _ERROR.fullmatch(r[1]))
        if errors:
            return replace(facts, errors=(*facts.errors, *errors))
        # Statuses of error responses are common to all operations: contracts have one schema for them.
        successes = (int(r[0]) for r in rows if r[0] < "300")
        return replace(facts, statuses=(*facts.statuses, *successes))
    if not all(NAME.fullmatch(r[0]) for r in rows):
        return facts
    says_required = any(c.lower() in (*YES, *NO) for r in rows for c in r[1:])
    if says_required and all(candidates(r[0], facts.path) or r[0] in query or facts.method == "GET" for r in rows):
        return replace(facts, parameters=(*facts.parameters, *(_parameter(r, facts.path) for r in table.rows)))
    values = tuple(DefinitionFact(r[0].text, values=c.values) for r in table.rows for c in r if c.values)
    if says_required:
        body = tuple(member(_short(r), says_required=True) for r in rows)
        return replace(facts, body=(*facts.body, *body), definitions=(*facts.definitions, *values))
    members: tuple[MemberFact, ...] = tuple(member(_short(r), says_required=False) for r in rows)
    own = DefinitionFact(table.caption, members=members)
    return replace(facts, definitions=(*facts.definitions, own, *values))


def _parameter(row: tuple[_Cell, ...], path: str) -> ParameterFact:
    """Return a parameter, with the limits that its description states."""
    cells = [cell.text for cell in row]
    words = cells[-1]
    found = parameter(_short(cells), candidates(cells[0], path))
    limits = dict(found.limits)
    between, above, default = _RANGE.search(words), _ABOVE.search(words), _DEFAULT.search(words)
    if between:
        limits |= {"minimum": int(between[1]), "maximum": int(between[2])}
    elif above:
        limits["minimum"] = int(above[1]) + 1
    values = next((cell.values for cell in row if cell.values), ())
    return replace(found, limits=limits, values=values, default=default[1] if default else "")


def _short(cells: list[str]) -> list[str]:
    """Return a row without its last cell, the description: words in it are neither types nor places."""
    return cells[:-1] if len(cells) > 2 else cells


def _samples(tree: nodes.document) -> tuple[SampleFact, ...]:
    blocks = (block.astext().splitlines() for block in tree.findall(nodes.literal_block))
    return samples_in([line for block in blocks for line in block])


def _tables(tree: nodes.document) -> Iterator[_Table]:
    for table in tree.findall(nodes.table):
        caption = next((t.astext() for t in table.findall(nodes.title)), "")
        rows = [
            tuple(map(_cell, row.findall(nodes.entry)))
            for body in table.findall(nodes.tbody)
            for row in body.findall(nodes.row)
        ]
        yield _Table(_CAPTION.sub("", caption), tuple(r for r in rows if r and r[0].text))


def _cell(entry: nodes.Element) -> _Cell:
    text = " ".join(" ".join(p.astext().split()) for p in entry.findall(nodes.paragraph))
    return _Cell(text, tuple(_values(entry)))


def _values(entry: nodes.Element) -> Iterator[str]:
    """Return the values that a cell's list explains: each item begins with a value in bold."""
    for item in entry.findall(nodes.list_item):
        strong = next(iter(item.findall(nodes.strong)), None)
        if strong is not None and item.astext().strip().startswith(strong.astext()):
            yield strong.astext()
