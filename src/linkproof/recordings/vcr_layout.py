"""Read a cassette in the layout in which vcrpy writes it, by regular expressions: several times faster than as YAML.

An interaction of another layout is read as YAML by itself. If that fails, or if the file around the interactions is
unusual, ``NotRegular`` is raised, and the whole file is to be read as YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from linkproof.errors import UsageError
from linkproof.recordings.byte_source import Source
from linkproof.recordings.yaml_stream import one_interaction

#: How a file of this layout begins.
BEGINS = b"interactions:\n- "
#: What follows the last interaction.
_END = b"version: 1\n"
#: A longer interaction is read as YAML, which counts its nodes.
_LONGEST = 1 << 20
#: All characters that the layout has: others YAML may refuse, or take for the end of a line.
_USUAL = bytes((10, *range(32, 127)))
#: A line that ends a document or begins one, after any of the line breaks that YAML knows.
_OTHER_DOCUMENT = re.compile(rb"(?:[\n\r]|\xc2\x85|\xe2\x80[\xa8\xa9])(?:---|\.\.\.)")
#: One line that needs no quotes: it has no comment and no mapping in it, and is not null.
_WORD = (
    r"(?!(?:null|Null|NULL)\n)(?:[A-Za-z0-9_/]|-(?=[^ \n]))"
    r"(?:[^\n:# ]++|:(?=[^ \n])|(?<=[^ ])\#| (?=[^ \n#]))*+"
)
#: A text in quotes, which may be folded. Escapes are those that JSON has too.
_QUOTED = r"'(?:[^'\n]++|''|\n +(?=[^ \n]))*+'"
_ESCAPED = r'"(?:[^"\\\n]++|\\["\\nrt])*+"'
_SCALAR = f"({_WORD}|{_QUOTED}|{_ESCAPED}|null)"
_FIELDS = r"((?:      [A-Za-z0-9_-]++:\n(?:      - [^\n]*+\n)++)++)"
_INTERACTION = re.compile(
    rf"- request:\n    body: {_SCALAR}\n    headers:\n{_FIELDS}    method: {_SCALAR}\n    uri: {_SCALAR}\n"
    rf"  response:\n    body:\n      string: {_SCALAR}\n    headers:\n{_FIELDS}"
    rf"    status:\n      code: {_SCALAR}\n      message: {_SCALAR}\n"
)
_FIELD = re.compile(rf"      ([A-Za-z0-9_-]+):\n      - (?:({_WORD})|'([^'\n]*)')\n")
#: How quoted texts and null begin.
_SPECIAL = "'\"nN"
_NULLS = frozenset({"null", "Null", "NULL"})


class NotRegular(Exception):
    """The file has to be read as YAML from its beginning."""


def regular_interactions(source: Source) -> Iterator[tuple[int, Any]]:
    """Yield each interaction with its first line. Raises NotRegular, UsageError for too large an interaction."""
    line = 2
    for chunk in _chunks(source):
        value = _regular(chunk.decode("ascii")) if _is_usual(chunk) else None
        below, lines = 0, chunk.count(b"\n")
        if value is None:
            if _OTHER_DOCUMENT.search(chunk):
                raise NotRegular
            try:
                value, below, lines = one_interaction(chunk, source.where)
            except (yaml.YAMLError, UsageError):
                raise NotRegular from None
        yield line + below, value
        line += lines


def _is_usual(chunk: bytes) -> bool:
    """Whether an interaction is of usual size and has only usual characters, and no line that ends a document."""
    if len(chunk) > _LONGEST or b"\n---" in chunk or b"\n..." in chunk:
        return False
    return not chunk.translate(None, _USUAL)


def _chunks(source: Source) -> Iterator[bytes]:
    """Yield the text of each interaction: it begins with a dash in the first column."""
    source.allow()
    rest = b""
    is_first = True
    while chunk := source.read(1 << 18):
        rest += chunk
        if is_first:
            rest, is_first = rest.removeprefix(b"interactions:\n"), False
        parts = rest.split(b"\n- ")
        if len(parts) > 1:
            source.allow()
        for number, part in enumerate(parts[:-1]):
            yield (b"- " if number else b"") + part + b"\n"
        rest = parts[-1] if len(parts) == 1 else b"- " + parts[-1]
    last, mark, end = rest.rpartition(b"\n" + _END)
    if not mark or end:
        raise NotRegular
    yield last + b"\n"


def _regular(text: str) -> dict[str, Any] | None:
    found = _INTERACTION.fullmatch(text)
    if found is None:
        return None
    body, sent, method, uri, answer, came, code, message = found.groups()
    fields = _sent_fields(sent), _fields(came)
    if None in fields:
        return None
    scalars = [
        s if s[0] not in "'\"" and s not in _NULLS else _scalar(s) for s in (body, method, uri, answer, code, message)
    ]
    body, method, uri, answer, code, message = scalars
    return {
        "request": {"body": body, "headers": fields[0], "method": method, "uri": uri},
        "response": {
            "body": {"string": answer},
            "headers": fields[1],
            "status": {"code": code, "message": message},
        },
    }


def _scalar(text: str) -> str | None:
    if text in _NULLS:
        return None
    if text[0] in "nN":
        return text
    if text[0] == '"':
        return str(json.loads(text))
    text = text[1:-1].replace("''", "'")
    if "\n" not in text:
        return text
    # A line's end is a space, with what is beside it; the text's own ends stay.
    first, *lines, last = text.split("\n")
    return " ".join([first.rstrip(" "), *(line.strip(" ") for line in lines), last.lstrip(" ")])


def _fields(text: str) -> dict[str, list[str]] | None:
    """Return header fields with a value each; None if they are not written in the usual way."""
    found = _FIELD.findall(text)
    if text.count("\n") != 2 * len(found):
        return None  # a field has several values, or one in another form
    fields = {key: [word or quoted] for key, word, quoted in found}
    return None if len(fields) != len(found) or _NULLS & fields.keys() else fields


@lru_cache(maxsize=64)
def _sent_fields(text: str) -> dict[str, list[str]] | None:
    """The same of a request: clients send the same fields again and again."""
    return _fields(text)
