"""The journal: what a run creates or changes on a live target, written before it happens, so that it can be undone.

One JSON object per line, each flushed to disk before the request is sent. It has no credentials, and no description in
which the redactor would replace anything: such a description is not restored.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Literal

import msgspec
from msgspec import structs

from linkproof.base.files import read_file
from linkproof.base.models import decode_json
from linkproof.base.wording import zulu_now
from linkproof.errors import UsageError
from linkproof.redaction.masking import mask_text
from linkproof.redaction.redactor import Redactor

VERSION: Final = 1
_FIX = "give a journal that linkproof run has written"


class _JournalLine(msgspec.Struct):
    """A line of a journal."""

    what: str
    version: Literal[1] = VERSION
    target: str = ""
    contract: str = ""
    name: str = ""
    id: str = ""
    before: dict[str, str] | None = None
    outcome: str = ""
    parent: dict[str, str] | None = None


@dataclass
class Entry:
    """An entry. ``making``: an endpoint that the run creates (``id`` once it is known); else a changed connection.

    ``before``: the connection's status and description before the change, None if there was none. ``parent``: the path
    parameters of its parent if the contract has several, else None.
    """

    contract: str
    name: str
    making: bool
    id: str = ""
    before: Mapping[str, str] | None = None
    outcome: str = ""
    parent: Mapping[str, str] | None = None


#: A contract, the path of one of its several parents, a lower-case name, and whether it is an endpoint's.
_Key = tuple[str, str, str, bool]


@dataclass
class Journal:
    """The entries of a run; if it has a path, each is written there first."""

    path: Path | None = None
    target: str = ""
    entries: dict[_Key, Entry] = field(default_factory=dict)
    _stream: IO[str] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def read(cls, path: Path) -> Journal:
        """Read an existing journal, without a truncated last line. Raises UsageError."""
        lines = read_file(path, _FIX).splitlines()
        made = cls(path)
        for number, line in enumerate(lines, 1):
            where = f"{path}: line {number}"
            try:
                row = structs.asdict(decode_json(line, _JournalLine, where, _FIX))
                made._take({k: v for k, v in row.items() if v != ""})
            except (UsageError, KeyError) as error:
                if number == len(lines) and number > 1:
                    break  # the run was killed while it wrote
                if isinstance(error, UsageError):
                    raise
                problem = f"{error} is missing, unknown, or of an entry that was never begun"
                raise UsageError(problem, where=where, fix=_FIX) from None
        return made

    @property
    def open(self) -> list[Entry]:
        """Return the entries that are not undone yet, the newest first."""
        return [e for e in reversed(self.entries.values()) if not e.outcome]

    def knows(self, contract: str, name: str, parent: Mapping[str, str] | None = None) -> bool:
        """Whether a connection's first change is recorded."""
        return _key(contract, _writable(name), parent, making=False) in self.entries

    def making(self, contract: str, name: str) -> None:
        """Record that an endpoint is about to be created."""
        self._write({"what": "making", "contract": contract, "name": name})

    def made(self, contract: str, name: str, identifier: str) -> None:
        """Record the id of an endpoint that was created."""
        self._write({"what": "made", "contract": contract, "name": name, "id": identifier})

    def changing(
        self, contract: str, name: str, before: Mapping[str, str] | None, parent: Mapping[str, str] | None = None
    ) -> None:
        """Record that a connection is about to be changed, decided or deleted."""
        kept = {k: v for k, v in before.items() if _is_harmless(v)} if before is not None else None
        own = {"parent": dict(parent)} if parent is not None else {}
        self._write({"what": "changing", "contract": contract, "name": name, **own, "before": kept})

    def done(self, entry: Entry, outcome: str) -> None:
        """Record the outcome of an entry."""
        what = "undone" if entry.making else "restored"
        own = {"parent": dict(entry.parent)} if entry.parent is not None else {}
        row = {"what": what, "contract": entry.contract, "name": entry.name, **own, "outcome": mask_text(outcome)}
        self._write(row)

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _write(self, row: dict[str, Any]) -> None:
        row = {key: _writable(value) if isinstance(value, str) else value for key, value in row.items()}
        with self._lock:
            if self.path is not None:
                self._append(row)
            self._take(row)

    def _append(self, row: dict[str, Any]) -> None:
        assert self.path is not None
        try:
            if self._stream is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                is_new = not self.path.exists()
                # Readable by its owner only: names and descriptions of connections are private.
                number = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                self._stream = os.fdopen(number, "a", encoding="utf-8", errors="backslashreplace")
                if is_new:
                    at = zulu_now()
                    self._put({"what": "journal", "version": VERSION, "target": mask_text(self.target), "at": at})
            self._put(row)
        except OSError as error:
            fix = "choose another --out: nothing is changed that is not written down first"
            raise UsageError(f"cannot be written: {error.strerror}", where=str(self.path), fix=fix) from None

    def _put(self, row: dict[str, Any]) -> None:
        assert self._stream is not None
        self._stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _take(self, row: Mapping[str, Any]) -> None:
        what = row["what"]
        if what == "journal":
            self.target = row.get("target", "")
            return
        is_making = what in ("making", "made", "undone")
        parent = row.get("parent")
        key = _key(row["contract"], row["name"], parent, making=is_making)
        if what in ("making", "changing"):
            found = Entry(row["contract"], row["name"], is_making, before=row.get("before"), parent=parent)
            self.entries[key] = found
        elif what == "made":
            self.entries[key].id = row["id"]
        elif what in ("undone", "restored"):
            self.entries[key].outcome = row["outcome"]
        else:
            raise KeyError(what)


def _key(contract: str, name: str, parent: Mapping[str, str] | None, *, making: bool) -> _Key:
    place = "/".join(f"{k}={v}" for k, v in sorted((parent or {}).items()))
    return contract, place.lower(), name.lower(), making


def _writable(text: str) -> str:
    """Return a text with its unpaired surrogates spelled out: two names stay two, and neither becomes another's."""
    return text.encode("utf-8", "backslashreplace").decode()


def _is_harmless(text: str) -> bool:
    """Whether nothing in a text looks like a credential, a person, a host or an id."""
    is_unicode = text == text.encode("utf-8", "replace").decode()
    return is_unicode and mask_text(text) == text and Redactor().text(text) == text
