"""A cassette as a stream of interactions: one is built at a time, so memory does not grow with the file.

Only plain data is built (strings, lists, maps, null, base64): no tag makes an object. An alias stands for the very
object that its anchor named within the same interaction, so nested aliases cost nothing until somebody copies them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any, BinaryIO

import yaml

from linkproof.errors import UsageError

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_DEEPEST = 64
_MOST_NODES = 200_000
_CUT = "the file was cut, or was not written to its end: record it again"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def interactions(stream: BinaryIO, where: str) -> Iterator[tuple[int, Any]]:
    """Each interaction with the line it begins on. Raises UsageError with file and line."""
    count = 0
    try:
        for line, value in _interactions(_Events(stream, where), where):
            count += 1
            yield line, value
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        place = f"{where}: line {line}" if line else where
        raise UsageError(f"not valid YAML after {count} interactions: {problem}", where=place, fix=_CUT) from None


class _Events:
    """The parser's events, one ahead."""

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._events = iter(yaml.parse(stream, Loader=_Loader))
        self.where = where
        self.nodes = 0
        self.anchors: dict[str, Any] = {}

    def next(self) -> Any:
        """The next event."""
        return next(self._events)

    def mistake(self, problem: str, line: int, fix: str) -> UsageError:
        """A mistake at a line."""
        return UsageError(problem, where=f"{self.where}: line {line}", fix=fix)


def _interactions(events: _Events, where: str) -> Iterator[tuple[int, Any]]:
    events.next()  # stream
    start = events.next()
    if isinstance(start, yaml.StreamEndEvent):
        raise UsageError("the file is empty", where=where, fix="give a VCR cassette")
    top = events.next()
    fix = "give a VCR cassette: a map with interactions, as vcrpy writes it"
    if not isinstance(top, yaml.MappingStartEvent):
        raise events.mistake("no map at the top: this is no VCR cassette", top.start_mark.line + 1, fix)
    keys: set[str] = set()
    while True:
        event = events.next()
        if isinstance(event, yaml.MappingEndEvent):
            break
        key = _build(events, event, 0)
        line = event.start_mark.line + 1
        if not isinstance(key, str):
            raise events.mistake("a key that is no text", line, fix)
        keys.add(key)
        if key == "interactions":
            yield from _sequence(events, line)
        else:
            value = _build(events, events.next(), 0)
            if key == "version" and str(value) != "1":
                raise events.mistake(f"cassette version {value!r}", line, "only version 1 is read")
    if "interactions" not in keys:
        raise UsageError("no interactions: this is no VCR cassette", where=where, fix=fix)
    if "version" not in keys:
        fix = f"{_CUT}; if it is whole, add the line version: 1 at its end"
        raise UsageError("the file ends without version: 1", where=where, fix=fix)


def _sequence(events: _Events, line: int) -> Iterator[tuple[int, Any]]:
    start = events.next()
    if isinstance(start, yaml.ScalarEvent) and start.value in _NULLS:
        return
    if not isinstance(start, yaml.SequenceStartEvent):
        raise events.mistake("interactions is no list", line, "write one entry for each exchange")
    while True:
        event = events.next()
        if isinstance(event, yaml.SequenceEndEvent):
            return
        events.nodes = 0
        events.anchors = {}
        yield event.start_mark.line + 1, _build(events, event, 0)


def _build(events: _Events, event: Any, depth: int) -> Any:
    """The value that begins with an event."""
    events.nodes += 1
    line = event.start_mark.line + 1
    if depth > _DEEPEST or events.nodes > _MOST_NODES:
        raise events.mistake("an interaction is nested too deeply, or too large", line, "this is no recorded exchange")
    if isinstance(event, yaml.ScalarEvent):
        value = _scalar(events, event, line)
    elif isinstance(event, yaml.AliasEvent):
        if event.anchor not in events.anchors:
            raise events.mistake(f"alias *{event.anchor} has no anchor in its interaction", line, "write it out")
        return events.anchors[event.anchor]
    elif isinstance(event, yaml.SequenceStartEvent):
        value = []
        while not isinstance(item := events.next(), yaml.SequenceEndEvent):
            value.append(_build(events, item, depth + 1))
    else:
        value = {}
        while not isinstance(item := events.next(), yaml.MappingEndEvent):
            key = _build(events, item, depth + 1)
            if not isinstance(key, str | None):
                raise events.mistake("a key that is no text", item.start_mark.line + 1, "keys are plain words")
            value[key] = _build(events, events.next(), depth + 1)
    if event.anchor:
        events.anchors[event.anchor] = value
    return value


def _scalar(events: _Events, event: Any, line: int) -> Any:
    if event.tag and event.tag.endswith(":binary"):
        try:
            return base64.b64decode(event.value, validate=False)
        except (binascii.Error, ValueError):
            raise events.mistake("!!binary is no base64", line, _CUT) from None
    if event.implicit[0] and event.style in (None, "") and event.value in _NULLS:
        return None
    return event.value
