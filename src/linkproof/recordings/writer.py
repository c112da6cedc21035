"""Write exchanges as a cassette in vcrpy's format (version 1), each as soon as it is complete.

The cassette grows in a file beside it, ``NAME.part``, and takes its name when it is closed: a run that is killed leaves
an earlier cassette as it was. ``version`` and the description of the run come first, so that the ``.part`` file is
valid after every exchange: a crash loses at most the last one. vcrpy reads it and ignores the member ``linkproof``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from linkproof.errors import UsageError
from linkproof.model.exchange import Exchange, Headers

#: The first bytes of every cassette that is written here: no other file is written over.
FIRST = b"version: 1\nlinkproof:\n"
#: The suffix of a cassette whose run has not ended, or was killed.
UNFINISHED = ".part"
#: Wider than any body: nothing is folded.
_WIDTH = 1 << 30
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class CassetteWriter:
    """A cassette that is being written. Raises UsageError if the file cannot be written, or is not Linkproof's.

    Args:
        path: the file.
        facts: the description of the run, plain data: a replay reads it.
        change: changes an exchange before it is written (redaction).
    """

    def __init__(
        self, path: Path, facts: Mapping[str, Any], change: Callable[[Exchange], Exchange] = lambda e: e
    ) -> None:
        self.count = 0
        self._change = change
        self._first = 0.0
        self._where = where = f"--record {path}"
        if path.name.endswith(".gz"):
            raise UsageError(
                "a cassette is recorded as plain text", where=where, fix="leave out .gz, and pack it later"
            )
        try:
            # A link is followed, so that what it leads to changes and the link stays.
            self._path = path.resolve()
            self._part = self._path.with_name(self._path.name + UNFINISHED)
            for known in (self._path, self._part):
                if known.exists() and not FIRST.startswith(_head(known)):
                    problem = "the file holds something else"
                    raise UsageError(problem, where=f"--record {known}", fix="choose another name")
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("wb")
        except OSError as error:
            problem = f"cannot be written: {error.strerror}"
            raise UsageError(problem, where=where, fix="choose another place") from None
        self._file.write(FIRST + _yaml(facts, indent=2) + b"interactions:\n")
        self._file.flush()

    def write(self, exchange: Exchange) -> None:
        """Write one exchange and flush it."""
        changed = self._change(exchange)
        self._first = self._first or changed.started - 1.0  # times are above 0: 0 means unknown
        self._file.write(_yaml([_interaction(changed, self._first)]))
        self._file.flush()
        self.count += 1

    def close(self) -> None:
        """Close the cassette and give it its name. One without exchanges replaces no earlier one. Raises UsageError."""
        if self._file.closed:
            return
        if not self.count:
            self._file.seek(-1, 2)
            self._file.write(b" []\n")
        self._file.close()
        try:
            if self.count or not self._path.exists():
                os.replace(self._part, self._path)
            else:
                self._part.unlink()
        except OSError as error:
            problem = f"cannot be written: {error.strerror}"
            raise UsageError(problem, where=self._where, fix=f"the recording is in {self._part}") from None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(FIRST))


def _yaml(value: Any, indent: int = 0) -> bytes:
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=False
    )
    return "".join(" " * indent + line for line in text.splitlines(keepends=True)).encode() if indent else text.encode()


def _interaction(exchange: Exchange, first: float) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "headers": _headers(request.headers),
            "body": _body(request.body) if request.body else None,
        },
        "response": {
            "status": {"code": response.status, "message": response.reason},
            "headers": _headers(response.headers),
            "body": {"string": _body(response.body)},
        },
        "linkproof": {
            "world": exchange.world,
            "scene": exchange.scene,
            "started": round(exchange.started - first, 6),
            "ended": round(exchange.ended - first, 6),
            "credential": exchange.credential.value,
            "at": exchange.at,
            **({"contract": exchange.contract} if exchange.contract else {}),
        },
    }


#: Leaves out the characters that are not printable, and that YAML holds nevertheless.
_SPACES = str.maketrans("", "", "\n\t\r")


def _headers(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in headers:
        found.setdefault(key, []).append(value)
    return found


def _body(body: bytes) -> str | bytes:
    """Return a string if YAML can hold the body's characters, else bytes."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    return text if text.translate(_SPACES).isprintable() and not text.startswith("\ufeff") else body
