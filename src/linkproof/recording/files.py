"""Finds recordings under the paths that were given, and reads them one after the other."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from linkproof.errors import UsageError
from linkproof.exchange import Exchange
from linkproof.recording.cassette import exchange_of
from linkproof.recording.json_stream import json_interactions
from linkproof.recording.source import Source, Stream, open_stream
from linkproof.recording.yaml_stream import yaml_interactions

_YAML = (".yaml", ".yml", ".yaml.gz", ".yml.gz")
_JSON = (".json", ".json.gz")
#: JSON has many uses: in a folder only what names its interactions, and their uri, early on is taken for a cassette.
_HEAD = 1 << 20


def recording_files(paths: Sequence[Path]) -> list[Path]:
    """The files to read: those named, and every recording below a folder, in a stable order, each once.

    Raises UsageError for a path that is not there, and for a folder without recordings or that cannot be read.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        try:
            below = _below(path) if path.is_dir() else [path]
            path.stat()
        except FileNotFoundError:
            fix = "give a VCR cassette (YAML or JSON), or a folder of them"
            raise UsageError("there is no such file", where=str(path), fix=fix) from None
        except OSError as error:
            raise _unreadable(error, error.filename or path) from None
        for file in below:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def read_recordings(paths: Sequence[Path]) -> Iterator[Exchange]:
    """The exchanges of all recordings, in order, as they are read; each file is a world of its own.

    Raises UsageError that names file and line. A file that turns out to be cut is a mistake even after its first
    exchanges were read: nothing is judged as if it were whole.
    """
    for path in recording_files(paths):
        yield from _read(path)


def _below(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise error

    names = [Path(top) / name for top, _, files in os.walk(folder, onerror=refuse) for name in files]
    # A link that leads nowhere is kept: reading it says so. Pipes and devices in a folder are nobody's recordings.
    files = [p for p in names if p.name.lower().endswith(_YAML + _JSON) and (p.is_file() or not p.exists())]
    found = sorted(p for p in files if not p.name.lower().endswith(_JSON) or _is_cassette(p))
    if not found:
        fix = "give a folder with VCR cassettes: .yaml, .yml or .json, or .gz of these"
        raise UsageError("no recording in this folder", where=str(folder), fix=fix)
    return found


def _is_cassette(path: Path) -> bool:
    head = bytearray()
    try:
        with open_stream(path) as stream:
            while len(head) < _HEAD and (chunk := cast(Stream, stream).read1(1 << 16)):
                head += chunk
    except (EOFError, zlib.error, gzip.BadGzipFile):
        # Judged by what could be unpacked: a cassette that was cut must not be passed over.
        pass
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    empty = re.search(rb'"interactions"\s*:\s*\[\s*\]', head)
    return start.startswith(b"{") and b'"interactions"' in head and (b'"uri"' in head or empty is not None)


def _read(path: Path) -> Iterator[Exchange]:
    where = str(path)
    number = 0
    try:
        with open_stream(path) as stream:
            for line, value in _interactions(Source(cast(Stream, stream), where)):
                number += 1
                yield exchange_of(value, path=where, line=line, number=number)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        problem = f"the gzip data is broken after {number} interactions: {error}"
        raise UsageError(problem, where=where, fix="copy the file again") from None
    except OSError as error:
        raise _unreadable(error, path) from None


def _interactions(source: Source) -> Iterator[tuple[int, Any]]:
    head = source.head().removeprefix(b"\xef\xbb\xbf").lstrip()
    return json_interactions(source) if re.match(rb'[\[{]\s*(["{}\]]|$)', head) else yaml_interactions(source)


def _unreadable(error: OSError, path: object) -> UsageError:
    return UsageError(f"cannot be read: {error.strerror or error}", where=str(path), fix="make it readable")
