"""Says what a body is that cannot be read in its contract's format: a page, another format, compressed data, text."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

from linkproof.base.json_values import NOT_JSON, TOO_DEEP, parse, why_not_json
from linkproof.contract.protocol import Format

#: Number of characters that are shown of a body, and of a page's title.
_SHOWN, _TITLE = 80, 60
#: A page's title is looked for in this many bytes, and a longer body is not read again to explain it.
_BEGINNING, _EXPLAINED = 4096, 1 << 20
_SPACE = b"\xef\xbb\xbf \t\r\n"
_BEFORE_ROOT = re.compile(rb"(?:\s*+<(?:\?[^>]{0,200}\?|!--[^>]{0,500}--)>)*+\s*+")
_HTML = re.compile(rb"<(?:!doctype\s++html|(?:html|head|body|title|center|h[1-6]|p|div)[\s/>])", re.IGNORECASE)
_TITLE_OF = re.compile(r"<title[^>]{0,200}>([^<]{0,200})<|<h1[^>]{0,200}>([^<]{0,200})<", re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]{0,79})")
#: First bytes of compressed data.
_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


def beginning_of(body: bytes) -> str:
    """Return the first characters of a body, on one line."""
    return " ".join(body[: 4 * _SHOWN].decode("utf-8", "replace").split())[:_SHOWN]


def root_of(body: bytes) -> str:
    """Return the name of the root element of a body that looks like XML, without its prefix; else ""."""
    found = _ROOT.match(body, _start(body))
    return found[1].decode().rpartition(":")[2] if found else ""


def why_unreadable(body: bytes, how: Format) -> str:
    """Return what a body is that could not be read in a format, and why: "is an HTML page ('Not Found'), not JSON"."""
    found = _kind_of(body, how)
    if found:
        return f"is {found}, not {how.name}"
    why = _why_not_xml(body) if how is Format.XML else why_not_json(body)
    return f"is not {how.name}{why}"


def _kind_of(body: bytes, how: Format) -> str:
    """Return a description of a body in another format; "" for one that begins like the expected one."""
    start = _start(body)
    if not body.strip(_SPACE):
        return "white space"
    if _HTML.match(body, start):
        title = _title_of(body)
        return f"an HTML page ({title!r})" if title else "an HTML page"
    if body.startswith(_COMPRESSED):
        return "compressed data without Content-Encoding"
    first = body.lstrip(_SPACE)[:1]
    if first == b"<":
        return "" if how is Format.XML else f"XML (<{root_of(body)}>)" if root_of(body) else "XML"
    if how is Format.XML and len(body) <= _EXPLAINED and parse(body) not in (NOT_JSON, TOO_DEEP):
        return "JSON"
    if first in (b"{", b"["):
        return "" if how is Format.JSON else "text that begins like JSON"
    return "binary data" if b"\0" in body[:_BEGINNING] else f"plain text ({beginning_of(body)!r})"


def _start(body: bytes) -> int:
    """Return the place of a root element, after declarations and comments."""
    found = _BEFORE_ROOT.match(body, 3 if body.startswith(b"\xef\xbb\xbf") else 0)
    return found.end() if found else 0


def _title_of(body: bytes) -> str:
    """Return the title of a page, or its first heading; "" if it has neither."""
    found = _TITLE_OF.search(body[:_BEGINNING].decode("utf-8", "replace"))
    return " ".join(unescape(found[1] or found[2] or "").split())[:_TITLE] if found else ""


def _why_not_xml(body: bytes) -> str:
    """Return, as a clause, why a text that begins like XML is not read; else ""."""
    if b"<!DOCTYPE" in body:
        return ": documents with a DOCTYPE are not read"
    if len(body) > _EXPLAINED:
        return ""
    try:
        ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        return f": {error}"
    return ""
