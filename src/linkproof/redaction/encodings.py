"""Change the content of JSON strings, percent-encoding, base64 and gzip: decode, change, encode."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable
from urllib.parse import quote, unquote

Change = Callable[[str], str]

_GZIP = b"\x1f\x8b"
#: Characters that no text has.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: Characters that a URL's parts are joined by.
_RESERVED = ":/?#[]@!$&'()*+,;= |{}"


def escaped(raw: str, change: Change) -> str:
    """Change the content of a JSON string (with its quotes)."""
    try:
        value = json.loads(raw, strict=False)
    except ValueError:
        return raw
    found = change(value)
    if found == value:
        return raw
    written = json.dumps(found, ensure_ascii=True)
    if raw.isascii():
        return written
    try:
        written = json.dumps(found, ensure_ascii=False)
        written.encode()
    except UnicodeEncodeError:
        return json.dumps(found, ensure_ascii=True)
    return written


def percent_encoded(raw: str, change: Change) -> str:
    """Change the content of a percent-encoded word or URL. Reserved characters that were not encoded stay so."""
    value = unquote(raw)
    found = change(value)
    if found == value:
        return raw
    upper = raw.upper()
    plain = "".join(c for c in _RESERVED if c in raw and quote(c, safe="") not in upper)
    return quote(found, safe=plain, errors="replace")


def base64_word(raw: str, change: Callable[[bytes], bytes]) -> str:
    """Change the content of a base64 word if it is text or gzip data.

    A path or a name may be joined to it by letters of the alphabet: its parts are looked at too.
    """
    found = _base64(raw, change)
    for mark in ("/", "_", "-"):
        if found == raw and mark in raw:
            found = mark.join(_base64(part, change) if len(part) >= 12 else part for part in raw.split(mark))
    return found


def _base64(raw: str, change: Callable[[bytes], bytes]) -> str:
    value = text_of_base64(raw)
    if not value:
        return raw
    found = change(value)
    if found == value:
        return raw
    pack = base64.urlsafe_b64encode if "-" in raw or "_" in raw else base64.b64encode
    text = pack(found).decode()
    return text if raw.endswith("=") or len(raw) % 4 == 0 else text.rstrip("=")


def text_of_base64(word: str) -> bytes | None:
    """Return the bytes of a base64 word that holds text or gzip data, else None. A truncated word loses its end."""
    plain = word.rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) % 4 == 1:
        plain = plain[:-1]
    try:
        found = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        if not found.startswith(_GZIP) and _CONTROL.search(found.decode("utf-8")):
            return None
    except (binascii.Error, ValueError):
        return None
    return found


def gunzipped(body: bytes, largest: int) -> bytes | None:
    """Return decompressed gzip data; None if they are invalid or larger than ``largest`` bytes."""
    found = bytearray()
    while body.startswith(_GZIP):
        engine = zlib.decompressobj(31)
        try:
            found += engine.decompress(body, largest + 1 - len(found))
        except zlib.error:
            return None
        if len(found) > largest or not engine.eof:
            return None
        body = engine.unused_data
    return bytes(found) or None


def is_gzip(body: bytes) -> bool:
    """Return whether bytes begin like gzip data."""
    return body.startswith(_GZIP)


def string_end(text: str, at: int, quote: str) -> int:
    """Return where a string ends whose opening ``quote`` (with its backslashes) precedes ``at``.

    A truncated string ends with its line, or with the string that contains it.
    """
    deep = len(quote) - 1
    begin = at
    while (end := text.find(quote[-1], at)) >= 0:
        slashes = end
        while slashes > begin and text[slashes - 1] == "\\":
            slashes -= 1
        count = end - slashes
        if deep == 0 and count % 2 == 0:
            return end
        if deep and count <= deep:
            return slashes
        begin = at = end + 1
    newline = text.find("\n", at)
    return newline if newline >= 0 else len(text)


#: Characters that a page does not show: a credential with some of them between its letters can still be read.
_INVISIBLE = re.compile("[\\x00\\xad\\u200b-\\u200f\\u2060-\\u2064\\ufeff]")
#: Marks at the beginning of a text, the longer ones first.
_WIDE_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
#: Number of bytes that show whether a text without a mark is wide.
_LOOKED_AT = 64


def has_invisible(text: str) -> bool:
    """Whether a text has characters that are not shown."""
    return "\0" in text if text.isascii() else _INVISIBLE.search(text) is not None


def without_invisible(text: str) -> str:
    """Return a text without the characters that are not shown."""
    return _INVISIBLE.sub("", text)


def wide_encoding(body: bytes) -> str:
    """Return the encoding of a text in UTF-16 or UTF-32, "" for any other body."""
    found = next((name for mark, name in _WIDE_MARKS if body.startswith(mark)), "")
    if not found and b"\0" in body[:_LOOKED_AT]:
        begin = body[: min(len(body), _LOOKED_AT) // 4 * 4]
        found = next((name for name in _WIDE if _is_plain(begin, name)), "")
    return found


def _is_plain(body: bytes, encoding: str) -> bool:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return bool(text) and text.isascii() and "\0" not in text


#: Quotes as HTML writes them.
_HTML_QUOTE = re.compile(r"&(?:(quot|#34|#x22)|apos|#39|#x27);", re.IGNORECASE)


def has_html_quotes(text: str) -> bool:
    """Whether a text has quotes as HTML writes them."""
    return "&" in text and _HTML_QUOTE.search(text) is not None


def without_html_quotes(text: str) -> str:
    """Return a text with plain quotes instead of those of HTML."""
    return _HTML_QUOTE.sub(lambda match: '"' if match[1] else "'", text)
