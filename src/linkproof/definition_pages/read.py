"""Reads a definition page in any of the known layouts."""

from __future__ import annotations

import re
from pathlib import Path

from linkproof.base.files import read_file
from linkproof.definition_pages.facts import Facts
from linkproof.definition_pages.readers.markdown import read_markdown
from linkproof.definition_pages.readers.plain import read_plain
from linkproof.definition_pages.readers.rendered import read_rendered
from linkproof.errors import UsageError

_LARGEST = 5 << 20
#: Matches a directive, or the rule of a grid table, at the start of a line.
_RESTRUCTURED = re.compile(r"^ *(\.\. [\w-]+::( |$)|\+(?:[-=]+\+){2,}$)", re.MULTILINE)
_FIX = "give the text of a vendor's definition page: see docs/definitions.md for the layouts"


def read_page(path: Path) -> Facts:
    """Return the facts of a page. Raises UsageError if it is unreadable, or has no facts."""
    try:
        text = read_file(path, _FIX, _LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("this is not UTF-8 text", where=str(path), fix=_FIX) from None
    facts = facts_of(text)
    if not (facts.method or facts.definitions or facts.parameters or facts.statuses or facts.errors):
        raise UsageError("no operation, no parameter and no definition was found", where=str(path), fix=_FIX)
    return facts


def facts_of(text: str) -> Facts:
    """Return the facts of a page's text."""
    text = text.replace("\u00ad", "").replace("\r\n", "\n")
    if _RESTRUCTURED.search(text):
        # Only this layout needs docutils, which is slow to import.
        from linkproof.definition_pages.readers.restructured import read_restructured

        return read_restructured(text)
    if re.search(r"^```\w*\n", text, re.MULTILINE):
        return read_markdown(text)
    if re.search(r"^\|?(---\|){2,}", text, re.MULTILINE):
        return read_rendered(text)
    return read_plain(text)
