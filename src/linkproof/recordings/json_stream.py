"""Read a JSON recording as a stream, one exchange at a time, in any of its formats.

These are vcrpy's other serializer (``interactions``), that of Ruby's VCR and of Betamax (``http_interactions``), HAR
1.2 (``log.entries``), the recordings of the Azure SDK test proxy (``Entries``) and WireMock's journal (``requests``).
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from enum import Enum
from typing import Any

import orjson

from linkproof.errors import UsageError
from linkproof.recordings.byte_source import CUT, FORMATS, Source
from linkproof.recordings.foreign import refuse_by_keys


class Format(Enum):
    """The format of a JSON recording, by the member that holds its exchanges."""

    CASSETTE = "interactions"
    RUBY_CASSETTE = "http_interactions"
    HAR = "log.entries"
    TEST_PROXY = "Entries"
    WIREMOCK = "requests"


_LISTS = {f.value: f for f in Format if f is not Format.HAR}
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()
#: An error this near to the end of what was read may come of its being read in part: the longest token is an escape.
_NEAR = 16
#: A long interaction is tried again whenever it has doubled, or grown by this much.
_STEP = 1 << 22


def json_items(source: Source) -> Iterator[tuple[Format, int, Any]]:
    """Yield each exchange of a JSON recording with its format and first line.

    The first key that only one format has decides. Raises UsageError with file and line.
    """
    text = _Text(source)
    if text.peek() == "[":
        raise text.invalid("no map at the top: this is not a recording", FORMATS)
    text.expect("{")
    found = False
    keys: set[str] = set()
    for key in _keys(text):
        keys.add(key)
        if key == "log" and not found:
            text.expect("{")
            for inner in _keys(text):
                if inner == "entries":
                    found = True
                    yield from ((Format.HAR, *item) for item in _items(text))
                else:
                    _harmless(text, inner, ("1.1", "1.2"), "HAR")
        elif key in _LISTS and not found and (key != Format.WIREMOCK.value or text.peek() == "["):
            found = True
            yield from ((_LISTS[key], *item) for item in _items(text))
        else:
            _harmless(text, key, (1, "1", 2, "2"), "cassette")
    if text.peek():
        raise text.invalid(f"more text after the end, after {text.count} exchanges", "keep one recording in each file")
    if not found:
        refuse_by_keys(keys, source.where)
        problem = "neither interactions, log.entries nor Entries: this is not a recording"
        raise UsageError(problem, where=f"{source.where}: line 1", fix=FORMATS)


def _harmless(text: _Text, key: str, versions: tuple[Any, ...], what: str) -> None:
    """Skip a member that is not an exchange. Raises UsageError for an unknown version."""
    line = text.line
    value = text.value()
    if key == "linkproof" and isinstance(value, dict):
        text.source.facts = value
    if key == "version" and (isinstance(value, bool) or value not in versions):
        raise UsageError(f"{what} version {value!r:.40}", where=f"{text.source.where}: line {line}", fix=FORMATS)


def _keys(text: _Text) -> Iterator[str]:
    """Yield the keys of an object after its brace. The caller reads each value before it asks for the next key."""
    if text.peek() == "}":
        text.expect("}")
        return
    while True:
        if text.peek() != '"':
            raise text.unexpected("a key in quotes")
        key = str(text.value())
        text.expect(":")
        yield key
        if text.expect(",}") == "}":
            return


def _items(text: _Text) -> Iterator[tuple[int, Any]]:
    if text.peek() == "n" and text.value() is None:
        return
    if text.peek() != "[":
        raise text.invalid("the exchanges are no list", "write one entry for each exchange")
    text.expect("[")
    text.source.allow()
    if text.peek() == "]":
        text.expect("]")
        return
    while True:
        text.peek()
        line = text.line
        value = text.entry()
        text.count += 1
        yield line, value
        text.source.allow()
        if text.expect(",]") == "]":
            return


class _Text:
    """The part of the file's text that was read and not yet consumed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self.line = 1
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._rest = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character that is not white space, "" at the end."""
        while True:
            start = self._at
            while self._at < len(self._rest) and self._rest[self._at] in _SPACE:
                self._at += 1
            self.line += self._rest.count("\n", start, self._at)
            if self._at < len(self._rest):
                return self._rest[self._at]
            if not self._more(1):
                return ""

    def expect(self, characters: str) -> str:
        """Read one of ``characters``. Raises UsageError for another."""
        found = self.peek()
        if not found or found not in characters:
            raise self.unexpected(" or ".join(characters))
        self._at += 1
        return found

    def value(self) -> Any:
        """Read the next value. Raises UsageError."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._rest, self._at)
            except json.JSONDecodeError as error:
                partly = error.msg.startswith("Unterminated string") or len(self._rest) - error.pos <= _NEAR
                if not partly or not self._more(len(self._rest) - self._at):
                    self.line += self._rest.count("\n", self._at, error.pos)
                    raise self._broken(error.msg, cut=partly) from None
            except (ValueError, RecursionError):
                raise self.invalid(
                    "nested too deeply, or a number without end", "this is not a recorded exchange"
                ) from None
            else:
                # A number that ends with what was read may go on.
                if end < len(self._rest) or not self._more(1):
                    self._check(end, found)
                    return found

    def entry(self) -> Any:
        """Read the next value. Raises UsageError.

        An object is read by orjson if its end is seen before it is read: the end of its line, or the brace below its
        own. What orjson takes there is a whole object; all else is read by the slower decoder.
        """
        end = self._end_of_object()
        if end == 0 and not self._ended:
            self._more(1)
            end = self._end_of_object()
        if end > 0:
            raw = self._rest[self._at : end]
            try:
                found = orjson.loads(raw)
            except ValueError:
                return self.value()
            self.line += raw.count("\n")
            self._at = end
            return found
        return self.value()

    def _end_of_object(self) -> int:
        """Return where the object at the reader's position ends if it is laid out in lines, 0 if that is not seen."""
        rest, at = self._rest, self._at
        if rest[at + 1 : at + 2] not in ("\n", "\r"):
            end = rest.find("\n", at)
            while end > at and rest[end - 1] in " \t\r,":
                end -= 1
            return end if end > at + 1 and rest[at] == "{" and rest[end - 1] == "}" else 0
        indent = rest[rest.rfind("\n", 0, at) + 1 : at]
        mark = f"\n{indent}}}"
        found = rest.find(mark, at) if not indent.strip() and rest[at] == "{" else -1
        return found + len(mark) if found > 0 else 0

    def invalid(self, problem: str, fix: str) -> UsageError:
        """Return an error at the reader's position."""
        place = f"{self.source.where}: line {self.line}"
        return UsageError(
            problem, where=f"{place}, interaction {self.count + 1}" if self.source.begun else place, fix=fix
        )

    def unexpected(self, wanted: str) -> UsageError:
        """Return the error for input that continues with anything but ``wanted``, or ends."""
        return self._broken(f"{wanted} is missing", cut=not self.peek())

    def _broken(self, problem: str, *, cut: bool) -> UsageError:
        return self.invalid(
            f"not valid JSON after {self.count} exchanges: {problem}", CUT if cut else "correct that line"
        )

    def _check(self, end: int, found: Any) -> None:
        """Consume a value's text. Raises UsageError for a lone surrogate, which cannot be written again."""
        raw = self._rest[self._at : end]
        if "\\ud" in raw or "\\uD" in raw:
            try:
                json.dumps(found, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                raise self.invalid("half a surrogate pair in a text", "record the file again") from None
        self.line += raw.count("\n")
        self._at = end

    def _more(self, wanted: int) -> bool:
        """Read at least ``wanted`` more characters (at most one step), if there are as many."""
        parts = [self._rest[self._at :]]
        self._at = 0
        got = 0
        while not self._ended and got < min(max(wanted, 1), _STEP):
            chunk = self.source.read(1 << 18)
            try:
                part = self._decode(chunk, not chunk)
            except UnicodeDecodeError:
                raise self.invalid(f"not UTF-8 after {self.count} interactions", "save the file as UTF-8") from None
            self._ended = not chunk
            got += len(part)
            parts.append(part)
        self._rest = "".join(parts)
        return got > 0
