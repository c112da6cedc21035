"""Read a YAML cassette as a stream of interactions, so that memory does not grow with the file.

Only plain data is built (strings, lists, maps, null, base64): no tag makes an object. An alias stands for the very
object that its anchor named within the same interaction, and counts as much as that object: nested aliases are
rejected before they are copied.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import yaml

from linkproof.errors import UsageError
from linkproof.recordings.byte_source import CUT, FORMATS, LARGEST, Source
from linkproof.recordings.foreign import refuse_by_keys

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_DEEPEST = 64
#: The member that holds the interactions: of vcrpy and go-vcr, and of Ruby's VCR.
_LISTS = frozenset({"interactions", "http_interactions"})
#: What a node counts beside its text: much more than in the file.
_NODE = 256

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def yaml_interactions(source: Source) -> Iterator[tuple[int, Any]]:
    """Yield each interaction with its first line. Raises UsageError with file and line."""
    events = _Events(source)
    try:
        yield from _document(events)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        place = f"{source.where}: line {mark.line + 1}" if mark is not None else source.where
        message = f"not valid YAML after {events.count} interactions: {problem}"
        raise UsageError(message, where=place, fix=_mended(error, str(problem))) from None


def one_interaction(text: bytes, where: str) -> tuple[Any, int, int]:
    """Return the only item of a YAML list, the line on which it begins (from 0), and the number of lines.

    Raises yaml.YAMLError or UsageError.
    """
    source = Source(BytesIO(text), where)
    source.allow()
    events = _Events(source)
    events.next()  # stream
    if not isinstance(events.next(), yaml.DocumentStartEvent) or not isinstance(events.next(), yaml.SequenceStartEvent):
        raise yaml.YAMLError("no list")
    events.begin()
    first = events.next()
    value = _build(events, first, 0)
    for expected in (yaml.SequenceEndEvent, yaml.DocumentEndEvent, yaml.StreamEndEvent):
        last = events.next()
        if not isinstance(last, expected):
            raise yaml.YAMLError("more than one interaction")
    return value, first.start_mark.line, last.start_mark.line


def _mended(error: yaml.YAMLError, problem: str) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        return "save the file as UTF-8 text without control characters, or record it again"
    if "cannot start any token" in problem:
        return "correct that line: YAML is indented with spaces, not with tabs"
    return f"correct that line; if the file ends there, {CUT}"


class _Events:
    """The parser's events, and the size of the current interaction so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self.cost = 0
        self.anchors: dict[str, tuple[Any, int]] = {}
        self._events = iter(yaml.parse(source, Loader=_Loader))

    def next(self) -> Any:
        """Return the next event."""
        return next(self._events)

    def begin(self) -> None:
        """Begin an interaction: forget anchors and size of the last one."""
        self.cost = 0
        self.anchors = {}
        self.source.allow()

    def pay(self, cost: int, line: int) -> None:
        """Add a value's expanded size. Raises UsageError if the interaction is too large."""
        self.cost += cost
        if self.cost > LARGEST:
            raise self.invalid(
                "an interaction is too large when it is written out", line, "it is not a recorded exchange"
            )

    def invalid(self, problem: str, line: int, fix: str) -> UsageError:
        """Return an error at a line."""
        place = f"{self.source.where}: line {line}"
        return UsageError(
            problem, where=f"{place}, interaction {self.count + 1}" if self.source.begun else place, fix=fix
        )


def _document(events: _Events) -> Iterator[tuple[int, Any]]:
    where = events.source.where
    events.next()  # stream
    if isinstance(events.next(), yaml.StreamEndEvent):
        raise UsageError("the file is empty", where=where, fix=FORMATS)
    top = events.next()
    if not isinstance(top, yaml.MappingStartEvent):
        raise events.invalid("no map at the top: this is not a VCR cassette", top.start_mark.line + 1, FORMATS)
    keys: set[str] = set()
    while not isinstance(event := events.next(), yaml.MappingEndEvent):
        key = _build(events, event, 0)
        line = event.start_mark.line + 1
        if not isinstance(key, str):
            raise events.invalid("a key that is not text", line, FORMATS)
        keys.add(key)
        if key in _LISTS:
            yield from _sequence(events, line)
        else:
            value = _build(events, events.next(), 0)
            if key == "linkproof" and isinstance(value, dict):
                events.source.facts = value
            if key == "version" and value not in ("1", "2"):
                raise UsageError(f"cassette version {value!r:.40}", where=f"{where}: line {line}", fix=FORMATS)
    _whole(events, keys)


def _whole(events: _Events, keys: set[str]) -> None:
    """Raise UsageError for a file that is not a cassette, is truncated, or holds another document."""
    where = events.source.where
    if not keys & _LISTS:
        refuse_by_keys([k for k in keys if k], where)
        raise UsageError("no interactions: this is not a VCR cassette", where=f"{where}: line 1", fix=FORMATS)
    last = "version: 1" if "interactions" in keys else "recorded_with: VCR"
    if last.partition(":")[0] not in keys:
        problem = f"the file ends after {events.count} interactions without {last}"
        raise UsageError(problem, where=where, fix=f"{CUT}; if it is complete, add the line {last} at its end")
    events.next()  # end of document
    after = events.next()
    if not isinstance(after, yaml.StreamEndEvent):
        place = f"{where}: line {after.start_mark.line + 1}"
        problem = f"another document begins after {events.count} interactions"
        raise UsageError(problem, where=place, fix="keep one cassette in each file")


def _sequence(events: _Events, line: int) -> Iterator[tuple[int, Any]]:
    start = events.next()
    if isinstance(start, yaml.ScalarEvent) and start.value in _NULLS:
        return
    if not isinstance(start, yaml.SequenceStartEvent):
        raise events.invalid("interactions is not a list", line, "write one entry for each exchange")
    events.begin()
    while not isinstance(event := events.next(), yaml.SequenceEndEvent):
        value = _build(events, event, 0)
        events.count += 1
        yield event.start_mark.line + 1, value
        events.begin()


def _build(events: _Events, event: Any, depth: int) -> Any:
    """Return the value that begins with an event."""
    line = event.start_mark.line + 1
    before = events.cost
    if depth > _DEEPEST:
        raise events.invalid(f"nested more than {_DEEPEST} deep", line, "this is not a recorded exchange")
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in events.anchors:
            raise events.invalid(f"alias *{event.anchor} has no anchor in its interaction", line, "write it out")
        value, cost = events.anchors[event.anchor]
        events.pay(cost, line)
        return value
    events.pay(_NODE, line)
    if isinstance(event, yaml.ScalarEvent):
        events.pay(len(event.value), line)
        value = _scalar(events, event, line)
    elif isinstance(event, yaml.SequenceStartEvent):
        value = []
        while not isinstance(item := events.next(), yaml.SequenceEndEvent):
            value.append(_build(events, item, depth + 1))
    else:
        value = _map(events, depth)
    if event.anchor:
        events.anchors[event.anchor] = value, events.cost - before
    return value


def _map(events: _Events, depth: int) -> dict[str | None, Any]:
    found: dict[str | None, Any] = {}
    while not isinstance(item := events.next(), yaml.MappingEndEvent):
        key = _build(events, item, depth + 1)
        if not isinstance(key, str | None):
            raise events.invalid("a key that is not text", item.start_mark.line + 1, "keys are plain words")
        found[key] = _build(events, events.next(), depth + 1)
    return found


def _scalar(events: _Events, event: Any, line: int) -> Any:
    if event.tag and event.tag.endswith(":binary"):
        try:
            return base64.b64decode("".join(event.value.split()), validate=True)
        except (binascii.Error, ValueError):
            raise events.invalid("!!binary is not base64", line, "correct it, or record the file again") from None
    if event.implicit[0] and event.style in (None, "") and event.value in _NULLS:
        return None
    return event.value
