"""Finds recordings under the paths that were given, and reads them one after the other."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from linkproof.errors import UsageError
from linkproof.exchange import Exchange
from linkproof.recording.cassette import exchange_of
from linkproof.recording.yaml_stream import interactions

_ENDINGS = (".yaml", ".yml", ".json", ".yaml.gz", ".yml.gz", ".json.gz")
#: A cassette names its interactions early: what does not is not read further.
_HEAD = 1 << 20


def recording_files(paths: Sequence[Path]) -> list[Path]:
    """The files to read: those named, and every recording below a folder, in a stable order. Raises UsageError."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(p for p in path.rglob("*") if p.is_file() and p.name.lower().endswith(_ENDINGS))
            below = [p for p in below if not p.name.endswith((".json", ".json.gz")) or _is_cassette(p)]
            if not below:
                raise UsageError("no recording in this folder", where=str(path), fix="give one with VCR YAML files")
            found.extend(below)
        elif path.exists():
            found.append(path)
        else:
            raise UsageError("there is no such file", where=str(path), fix="give a VCR YAML file, or a folder of them")
    return list(dict.fromkeys(found))


def read_recordings(paths: Sequence[Path]) -> Iterator[Exchange]:
    """The exchanges of all recordings, in order, as they are read; each file is a world of its own.

    Raises UsageError that names file and line. A file that turns out to be cut is a mistake even after its first
    exchanges were read: nothing is judged as if it were whole.
    """
    for path in recording_files(paths):
        yield from _read(path)


def _read(path: Path) -> Iterator[Exchange]:
    try:
        with _open(path) as stream:
            head = stream.read(_HEAD)
            _refuse_what_is_none(path, head)
            whole = cast(BinaryIO, io.BufferedReader(_Rejoined(head, stream), 1 << 16))
            for number, (line, value) in enumerate(interactions(whole, str(path)), start=1):
                yield exchange_of(value, path=str(path), line=line, number=number)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UsageError(f"the gzip data is broken: {error}", where=str(path), fix="copy the file again") from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), fix="make it readable") from None


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.name.endswith(".gz") else path.open("rb")


def _refuse_what_is_none(path: Path, head: bytes) -> None:
    fix = "give a VCR cassette: YAML with interactions, as vcrpy writes it"
    if not head.strip():
        raise UsageError("the file is empty", where=str(path), fix=fix)
    if b"\0" in head[:4096]:
        raise UsageError("this is binary data, not a recording", where=str(path), fix=fix)
    if b"interactions" not in head:
        raise UsageError("no interactions: this is no VCR cassette", where=f"{path}: line 1", fix=fix)


def _is_cassette(path: Path) -> bool:
    try:
        with _open(path) as stream:
            return b'"interactions"' in stream.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        return False


class _Rejoined(io.RawIOBase):
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        chunk = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
