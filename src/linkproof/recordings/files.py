"""Find recordings below paths, and read them one after the other, whatever their format."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

from linkproof.errors import UsageError
from linkproof.model.exchange import READING, Exchange
from linkproof.recordings import har, ndjson, test_proxy, wiremock
from linkproof.recordings.byte_source import Source, Stream, open_stream
from linkproof.recordings.json_stream import Format, json_items
from linkproof.recordings.vcr import Interaction, exchange_of, exchange_of_layout

_SURE = (".yaml", ".yml", ".har", ".ndjson", ".jsonl")
_JSON = (".json",)
#: JSON has many uses: in a folder only what names its exchanges, and what they are, early on is taken for a recording.
_HEAD = 1 << 20
_READERS = {
    Format.CASSETTE: exchange_of,
    Format.RUBY_CASSETTE: exchange_of,
    Format.HAR: har.exchange_of_entry,
    Format.TEST_PROXY: test_proxy.exchange_of_entry,
    Format.WIREMOCK: wiremock.exchange_of_entry,
}

#: Called with an incomplete exchange and the reason.
Leave = Callable[[Exchange, str], object]


def recording_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files to read: those named, and every recording below a folder, in a stable order, each once.

    Raises UsageError for a path that is not there, and for a folder without recordings or that cannot be read.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        try:
            below = _below(path) if path.is_dir() else [path]
            path.stat()
        except FileNotFoundError:
            raise UsageError(
                "there is no such file", where=str(path), fix="give a recording, or a folder of them"
            ) from None
        except OSError as error:
            raise _unreadable(error, error.filename or path) from None
        for file in below:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def read_recordings(paths: Sequence[Path], leave_out: Leave = lambda _exchange, _reason: None) -> Iterator[Exchange]:
    """Yield the exchanges of all recordings, in order, as they are read. Each file is a state scope.

    ``leave_out`` is called with incomplete exchanges. Raises UsageError with file and line, also for a truncated file
    whose first exchanges were read: it is not judged as if it were whole.
    """
    for path in recording_files(paths):
        yield from _read(path, leave_out)


def recorded_facts(path: Path) -> dict[str, Any]:
    """Return what a cassette says of a run (``run --record`` writes it first); else empty. Raises UsageError."""
    facts: dict[str, Any] = {}
    for _ in _read(path, lambda _exchange, _reason: None, facts):
        break
    return facts


def _below(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise error

    names = [Path(top) / name for top, _, files in os.walk(folder, onerror=refuse) for name in files]
    # A broken link is kept, so that reading it reports the error. Pipes and devices in a folder are not recordings.
    files = [p for p in names if _plain(p).endswith(_SURE + _JSON) and (p.is_file() or not p.exists())]
    found = sorted(p for p in files if not _plain(p).endswith(_JSON) or _is_recording(p))
    if not found:
        fix = f"give a folder with recordings: {', '.join(_SURE + _JSON)}, or .gz of these"
        raise UsageError("no recording in this folder", where=str(folder), fix=fix)
    return found


def _plain(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")


def _is_recording(path: Path) -> bool:
    head = bytearray()
    try:
        with open_stream(path) as stream:
            while len(head) < _HEAD and (chunk := cast(Stream, stream).read1(1 << 16)):
                head += chunk
    except (EOFError, zlib.error, gzip.BadGzipFile):
        # Judged by what could be unpacked: a cassette that was cut must not be passed over.
        pass
    start = bytes(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if not start.startswith(b"{"):
        return False
    empty = re.search(rb'"interactions"\s*:\s*\[\s*\]', head)
    return (
        (re.search(rb'"(?:http_)?interactions"', head) and (b'"uri"' in head or empty is not None))
        or (b'"log"' in head and b'"entries"' in head)
        or (b'"Entries"' in head and b'"RequestUri"' in head)
        or (b'"requests"' in head and b'"absoluteUrl"' in head)
        or (ndjson.BEGINS.match(start) is not None and b'"url"' in head)
    )


def _read(path: Path, leave_out: Leave, facts: dict[str, Any] | None = None) -> Iterator[Exchange]:
    where = str(path)
    number = 0
    try:
        with open_stream(path) as stream:
            source = Source(cast(Stream, stream), where)
            for exchange in _exchanges(source, leave_out, path if path.is_file() else None):
                number += 1
                if facts is not None:
                    facts.update(source.facts)
                yield exchange
            if facts is not None:
                facts.update(source.facts)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        problem = f"the gzip data is broken after {number} exchanges: {error}"
        raise UsageError(problem, where=where, fix="copy the file again") from None
    except OSError as error:
        raise _unreadable(error, path) from None


def _exchanges(source: Source, leave_out: Leave, path: Path | None) -> Iterator[Exchange]:
    """Yield the exchanges of a file; ``path`` is where it can be read once more, None for a pipe."""
    head = source.head().removeprefix(b"\xef\xbb\xbf").lstrip()
    if ndjson.BEGINS.match(head):
        yield from ndjson.ndjson_exchanges(source)
    elif re.match(rb'[\[{]\s*(["{}\]]|$)', head):
        yield from _of_json(source, leave_out)
    else:
        found = _cassette(source, path)
        for number, (line, value) in enumerate(found, 1):
            read = exchange_of_layout if type(value) is Interaction else exchange_of
            yield read(value, path=source.where, line=line, number=number)


def _of_json(source: Source, leave_out: Leave) -> Iterator[Exchange]:
    """Yield the exchanges of a JSON recording.

    A write that is left out begins a new state scope: what it changed is unknown.
    """
    items = json_items(source)
    first = next(items, None)
    if first is None:
        return
    items = chain([first], items)
    if first[0] is Format.WIREMOCK:
        items = iter([(first[0], *found) for found in wiremock.in_order((line, value) for _, line, value in items)])
    after = 0
    for number, (kind, line, value) in enumerate(items, 1):
        try:
            found = _READERS[kind](value, path=source.where, line=line, number=number)
        except har.Omitted as omitted:
            leave_out(omitted.exchange, omitted.reason)
            after = after if omitted.exchange.request.method in READING else number
        else:
            yield replace(found, world=f"{found.world} after entry {after}") if after else found


def _cassette(source: Source, path: Path | None) -> Iterator[tuple[int, Any]]:
    """Yield the interactions of a cassette, in the shorter way as long as its layout allows it."""
    from linkproof.recordings import vcr_layout
    from linkproof.recordings.yaml_stream import yaml_interactions

    number = 0
    if path is not None and source.head().startswith(vcr_layout.BEGINS):
        try:
            for found in vcr_layout.regular_interactions(source):
                number += 1
                yield found
            return
        except vcr_layout.NotRegular:
            pass
        with open_stream(path) as stream:
            again = Source(cast(Stream, stream), source.where)
            for found in islice(yaml_interactions(again), number, None):
                source.facts = again.facts
                yield found
            source.facts = again.facts
    else:
        yield from yaml_interactions(source)


def _unreadable(error: OSError, path: object) -> UsageError:
    return UsageError(f"cannot be read: {error.strerror or error}", where=str(path), fix="make it readable")
