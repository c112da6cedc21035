"""Read a cassette in the layout of vcrpy, or of Linkproof, by regular expressions: several times faster than as YAML.

An interaction of another layout is read as YAML by itself. If that fails, or if the file around the interactions is
unusual, ``NotRegular`` is raised, and the whole file is to be read as YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

import yaml

from linkproof.errors import UsageError
from linkproof.model.exchange import Headers
from linkproof.recordings.byte_source import Source
from linkproof.recordings.vcr import Interaction
from linkproof.recordings.writer import FIRST
from linkproof.recordings.yaml_stream import one_interaction, yaml_interactions

#: How a file begins: one of vcrpy, and one of ``run --record``, which describes its run first.
BEGINS = (b"interactions:\n- ", FIRST)
#: How interactions begin after the description of a run.
_INTERACTIONS = b"\ninteractions:\n- "
#: What follows vcrpy's last interaction.
_END = b"version: 1\n"
#: A longer interaction is read as YAML, which counts its nodes.
_LONGEST = 1 << 20
#: Longer header fields are read as YAML: what is remembered of fields is bounded.
_LONGEST_FIELDS = 1 << 14
#: All characters that the layout has: others YAML may refuse, or take for the end of a line.
_USUAL = bytes((10, *range(32, 127)))
#: A line that ends a document or begins one, after any of the line breaks that YAML knows.
_OTHER_DOCUMENT = re.compile(rb"(?:[\n\r]|\xc2\x85|\xe2\x80[\xa8\xa9])(?:---|\.\.\.)")
#: What YAML counts as the end of a line, beside the usual one.
_OTHER_BREAK = re.compile(rb"\r|\xc2\x85|\xe2\x80[\xa8\xa9]")
#: How one line without quotes begins. The rest of it is looked at by ``_word``: a set of characters takes longer.
_PLAIN = r"[A-Za-z0-9_/-][^\n]*+"
#: A text in quotes, which may be folded (``_FOLDED``). Escapes are those that JSON has too.
_QUOTED = r"'(?:[^']++|'')*+'"
_ESCAPED = r'"(?:[^"\\\n]++|\\["\\nrt])*+"'
_SCALAR = f"({_PLAIN}|{_QUOTED}|{_ESCAPED})"
#: Lines of header fields; each is looked at by itself.
_FIELDS = r"((?:      [^\n]*+\n)++)"
_VCRPY = re.compile(
    rf"- request:\n    body: {_SCALAR}\n    headers:\n{_FIELDS}    method: {_SCALAR}\n    uri: {_SCALAR}\n"
    rf"  response:\n    body:\n      string: {_SCALAR}\n    headers:\n{_FIELDS}"
    rf"    status:\n      code: {_SCALAR}\n      message: {_SCALAR}\n"
)
_OWN = re.compile(
    rf"- request:\n    method: {_SCALAR}\n    uri: {_SCALAR}\n    headers:\n{_FIELDS}    body: {_SCALAR}\n"
    rf"  response:\n    status:\n      code: {_SCALAR}\n      message: {_SCALAR}\n    headers:\n{_FIELDS}"
    rf"    body:\n      string: {_SCALAR}\n"
    rf"  linkproof:\n    world: {_SCALAR}\n    scene: {_SCALAR}\n    started: {_SCALAR}\n    ended: {_SCALAR}\n"
    rf"    credential: {_SCALAR}\n    at: {_SCALAR}\n(?:    contract: {_SCALAR}\n)?"
)
#: A quoted text of several lines: each but the first is indented, and has a character.
_FOLDED = re.compile(r"'(?:[^'\n]++|''|\n +(?=[^ \n]))*+'")
_NAME = re.compile(r"      ([A-Za-z0-9_-]+):")
_LINE = re.compile(rf"      - (?:({_PLAIN})|'([^'\n]*)')")
_NULLS = frozenset({"null", "Null", "NULL"})
_KNOWN = ("world", "scene", "started", "ended", "credential", "at", "contract")


class NotRegular(Exception):
    """Raised if the file has to be read as general YAML, from its beginning."""


def regular_interactions(source: Source) -> Iterator[tuple[int, Any]]:
    """Yield each interaction with its first line. Raises NotRegular, UsageError for too large an interaction."""
    is_own = source.head().startswith(FIRST)
    line, begun = _described(source) if is_own else (2, source.read().removeprefix(b"interactions:\n"))
    regular = _own if is_own else _of_vcrpy
    for chunk in _chunks(source, begun, b"" if is_own else _END):
        value = regular(chunk.decode("ascii")) if _is_usual(chunk) else None
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
    """Whether an interaction is of usual size and has only usual characters."""
    return len(chunk) <= _LONGEST and not chunk.translate(None, _USUAL)


def _described(source: Source) -> tuple[int, bytes]:
    """Read the description of a run. Return the line of the first interaction, and what was read of interactions."""
    text = source.read()
    while (end := text.find(_INTERACTIONS)) < 0:
        chunk = source.read()
        if not chunk or len(text) > _LONGEST:
            raise NotRegular
        text += chunk
    head = text[: end + 1]
    if _OTHER_BREAK.search(head):
        raise NotRegular
    described = Source(BytesIO(head + b"interactions: []\n"), source.where)
    try:
        found = list(yaml_interactions(described))
    except UsageError:
        raise NotRegular from None
    if found:
        raise NotRegular
    source.facts = described.facts
    return head.count(b"\n") + 2, text[end + len(_INTERACTIONS) - 2 :]


def _chunks(source: Source, begun: bytes, end: bytes) -> Iterator[bytes]:
    """Yield the text of each interaction: it begins with a dash in the first column. ``end`` follows the last one."""
    source.allow()
    rest, chunk = b"", begun
    while chunk:
        rest += chunk
        parts = rest.split(b"\n- ")
        if len(parts) > 1:
            source.allow()
        for number, part in enumerate(parts[:-1]):
            yield (b"- " if number else b"") + part + b"\n"
        rest = parts[-1] if len(parts) == 1 else b"- " + parts[-1]
        chunk = source.read(1 << 18)
    if not end:
        yield rest
        return
    last, mark, after = rest.rpartition(b"\n" + end)
    if not mark or after:
        raise NotRegular
    yield last + b"\n"


def _of_vcrpy(text: str) -> Interaction | None:
    found = _VCRPY.fullmatch(text)
    if found is None:
        return None
    body, sent, method, uri, answer, came, code, message = found.groups()
    return _interaction((body, method, uri, answer, code, message), sent, came)


def _own(text: str) -> Interaction | None:
    found = _OWN.fullmatch(text)
    if found is None:
        return None
    method, uri, sent, body, code, message, came, answer, *known = found.groups()
    interaction = _interaction((body, method, uri, answer, code, message), sent, came)
    try:
        facts = {name: _scalar(value) for name, value in zip(_KNOWN, known, strict=True) if value is not None}
    except ValueError:
        return None
    return interaction._replace(known=facts) if interaction is not None else None


def _interaction(scalars: tuple[str, ...], sent: str, came: str) -> Interaction | None:
    if len(sent) > _LONGEST_FIELDS or len(came) > _LONGEST_FIELDS:
        return None
    fields = _sent_fields(sent), _fields(came)
    if fields[0] is None or fields[1] is None:
        return None
    body, method, uri, answer, code, message = scalars
    try:
        return Interaction(
            _scalar(body), fields[0], _short(method), _scalar(uri), _scalar(answer), fields[1], _short(code),
            _short(message),
        )  # fmt: skip
    except ValueError:
        return None


def _scalar(text: str) -> str | None:
    """Return the value of a scalar, None for null. Raises ValueError if it is not written in the usual way."""
    if text[0] == '"':
        return str(json.loads(text))
    if text[0] != "'":
        return None if text in _NULLS else _word(text)
    value = text[1:-1].replace("''", "'")
    if "\n" not in value:
        return value
    if not _FOLDED.fullmatch(text):
        raise ValueError("a line is not indented, or empty")
    # A line's end is a space, with what is beside it; the text's own ends stay.
    first, *lines, last = value.split("\n")
    return " ".join([first.rstrip(" "), *(line.strip(" ") for line in lines), last.lstrip(" ")])


def _word(text: str) -> str:
    """Return one line that needs no quotes. Raises ValueError if it has a comment, a mapping or a list in it."""
    if ": " in text or " #" in text or text[-1] in ": " or text.startswith("- ") or text == "-":
        raise ValueError("not one word")
    return text


_kept = lru_cache(maxsize=64)(_scalar)


def _short(text: str) -> str | None:
    """The same for a scalar that usually is one of a few: a method, a status."""
    return _kept(text) if len(text) <= _LONGEST_VALUE else _scalar(text)


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
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    value = match[2]
    if match[1] is not None:
        try:
            value = _word(match[1])
        except ValueError:
            return None
        if value in _NULLS:
            return None
    if len(line) <= _LONGEST_VALUE:
        if len(_VALUES) >= _MOST_VALUES:
            _VALUES.clear()
        _VALUES[line] = value
    return value


@lru_cache(maxsize=64)
def _sent_fields(text: str) -> Headers | None:
    """The same for a request: most requests of a client have the same fields."""
    return _fields(text)
