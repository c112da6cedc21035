"""Read a recording as a stream, at most one interaction at a time."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from linkproof.errors import UsageError
from linkproof.recordings.foreign import refuse_by_head

FORMATS = (
    "give a cassette of vcrpy, go-vcr, Ruby's VCR or Betamax, a HAR 1.2 file, a recording of the Azure SDK test proxy, "
    "WireMock's request journal, or exchanges one on each line; gzip'ed or not: see docs/recordings.md"
)
CUT = "the file was cut, or was not written to its end: record it again"
#: A cassette's first interaction begins within this many bytes: noise is refused before much of it was read.
_BEFORE = 1 << 20
#: Maximum size of one interaction, in the file and decompressed.
LARGEST = 1 << 26


class Stream(Protocol):
    """A file, pipe or gzip stream that returns bytes as they arrive."""

    def read1(self, size: int = -1, /) -> bytes:
        """Return the available bytes, at most ``size``; b"" at the end."""


class Source:
    """The bytes of one file. ``where`` is its path, for messages; ``facts`` is the cassette's description of a run."""

    def __init__(self, stream: Stream, where: str) -> None:
        self.where = where
        self.begun = False
        self.facts: dict[str, Any] = {}
        self._stream = stream
        self._left = _BEFORE
        self._head: bytes | None = None

    def head(self) -> bytes:
        """Return the first bytes without consuming them. Raises UsageError for an empty, binary or foreign file."""
        if self._head is None:
            chunk = self._stream.read1(1 << 14)
            refuse_by_head(chunk, self.where)
            self._head = self._checked(chunk)
            if not self._head:
                raise UsageError("the file is empty", where=self.where, fix=FORMATS)
        return self._head

    def read(self, size: int = 1 << 16) -> bytes:
        """Return the next bytes, b"" at the end. Raises UsageError for binary data or too large an interaction."""
        if self._head:
            chunk, self._head = self._head[:size], self._head[size:]
            return chunk
        return self._chunk(size)

    def allow(self) -> None:
        """Begin an interaction: reset the size limit."""
        self.begun = True
        self._left = LARGEST

    def _chunk(self, size: int) -> bytes:
        return self._checked(self._stream.read1(size))

    def _checked(self, chunk: bytes) -> bytes:
        if self._head is None and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise UsageError("the file is UTF-16, or binary data", where=self.where, fix="save it as UTF-8")
        if b"\0" in chunk:
            raise UsageError("this is binary data, not a recording", where=self.where, fix=FORMATS)
        self._left -= len(chunk)
        if self._left < 0:
            raise self._too_large()
        return chunk

    def _too_large(self) -> UsageError:
        if self.begun:
            problem = f"one interaction takes more than {LARGEST >> 20} MB"
            return UsageError(problem, where=self.where, fix="this is not a recorded exchange: leave it out")
        problem = f"no exchange in the first {_BEFORE >> 20} MB: this is not a recording"
        return UsageError(problem, where=self.where, fix=FORMATS)


def open_stream(path: Path) -> BinaryIO:
    """Open a file, decompressed if it holds gzip data, whatever its name. Raises OSError."""
    stream = path.open("rb")
    if stream.peek(2)[:2] != b"\x1f\x8b" and not path.name.lower().endswith(".gz"):
        return stream
    if not path.is_file():
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))  # a pipe cannot be opened a second time
    stream.close()
    return cast(BinaryIO, gzip.open(path, "rb"))
