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
from linkproof.model.exchange import Headers
from linkproof.recordings.byte_source import Source
from linkproof.recordings.vcr import Interaction
from linkproof.recordings.yaml_stream import one_interaction

#: How a file of this layout begins.
BEGINS = b"interactions:\n- "
#: What follows the last interaction.
_END = b"version: 1\n"
#: A longer interaction is read as YAML, which counts its nodes.
_LONGEST = 1 << 20
#: Longer header fields are read as YAML: what is remembered of fields is bounded.
_LONGEST_FIELDS = 1 << 14
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
_NAME = re.compile(r"      ([A-Za-z0-9_-]+):")
_LINE = re.compile(rf"      - (?:({_WORD})|'([^'\n]*)')\n")
#: How quoted texts and null begin.
_SPECIAL = "'\"nN"
_NULLS = frozenset({"null", "Null", "NULL"})


class NotRegular(Exception):
    """Raised if the file has to be read as general YAML, from its beginning."""


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


def _regular(text: str) -> Interaction | None:
    found = _INTERACTION.fullmatch(text)
    if found is None:
        return None
    body, sent, method, uri, answer, came, code, message = found.groups()
    if len(sent) > _LONGEST_FIELDS or len(came) > _LONGEST_FIELDS:
        return None
    fields = _sent_fields(sent), _fields(came)
    if fields[0] is None or fields[1] is None:
        return None
    body, method, uri, answer, code, message = [
        s if s[0] not in "'\"" and s not in _NULLS else _scalar(s) for s in (body, method, uri, answer, code, message)
    ]
    return Interaction(body, fields[0], method, uri, answer, fields[1], code, message)


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


#: Lines that values of header fields had, with the values: a service's answers differ in few of them. Looking twenty up
#: takes 2 µs, where matching them takes 9.
_VALUES: dict[str, str] = {}
_MOST_VALUES = 4096
_LONGEST_VALUE = 200


def _fields(text: str) -> Headers | None:
    """Return header fields with a value each; None if they are not written in the usual way."""
    lines = text.split("\n")
    names = _names(tuple(lines[:-1:2]))
    if names is None or len(lines) != 2 * len(names) + 1:
        return None  # a field has several values, or one in another form
    values = []
    for line in lines[1::2]:
        value = _VALUES.get(line)
        if value is None:
            value = _value(line)
            if value is None:
                return None
        values.append(value)
    return Headers.of(names, tuple(values))


@lru_cache(maxsize=256)
def _names(lines: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the names in every other line of header fields; None if they are not written in the usual way."""
    found = [_NAME.fullmatch(line) for line in lines]
    names = tuple(match[1] for match in found if match is not None)
    return None if len(names) != len(lines) or len(set(names)) != len(names) or _NULLS & set(names) else names


def _value(line: str) -> str | None:
    match = _LINE.fullmatch(f"{line}\n")
    if match is None:
        return None
    value = match[1] or match[2]
    if len(line) <= _LONGEST_VALUE:
        if len(_VALUES) >= _MOST_VALUES:
            _VALUES.clear()
        _VALUES[line] = value
    return value


@lru_cache(maxsize=64)
def _sent_fields(text: str) -> Headers | None:
    """The same for a request: most requests of a client have the same fields."""
    return _fields(text)
