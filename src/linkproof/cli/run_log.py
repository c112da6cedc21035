"""The progress of a run in text: requests on the terminal (``-v``, ``-vv``), and a log next to the report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pytest

from linkproof.errors import UsageError
from linkproof.model.exchange import Exchange
from linkproof.redaction.masking import Masker, mask_text, secrets_in
from linkproof.reports.text import one_line

#: The log's name within ``--out``.
LOG = "run.log"
#: Maximum length of a shown body, in characters.
_LONGEST = 2000
#: Maximum length of a form's first member, in bytes.
_LONGEST_MEMBER = 100


def request_line(exchange: Exchange, change: Callable[[str], str] = str) -> str:
    """Return method, URL, status and time of an exchange, masked, on one line; ``change`` is applied to the URL.

    A form's first member follows the URL: all operations of a service by forms have one URL, and it names them.
    """
    took = (exchange.ended - exchange.started) * 1000
    url = exchange.request.url
    if exchange.request.headers.get("content-type").startswith("application/x-www-form-urlencoded"):
        url = f"{url} {exchange.request.body.partition(b'&')[0][:_LONGEST_MEMBER].decode('utf-8', 'replace')}".rstrip()
    url = change(_masker_of(exchange).text(url))
    return f"{exchange.request.method} {url} {exchange.response.status} {took:.0f} ms"


def bodies(exchange: Exchange) -> list[str]:
    """Return the bodies of an exchange as indented lines, masked: ``>`` for the request, ``<`` for the response."""
    mask = _masker_of(exchange)
    lines = []
    for sign, body in ((">", exchange.request.body), ("<", exchange.response.body)):
        if body:
            # Masked before it is truncated: half a credential would not be recognised.
            text = mask.text(body.decode("utf-8", "replace"))
            lines.append(f"  {sign} {text[:_LONGEST]}{f'... ({len(text)} characters)' if len(text) > _LONGEST else ''}")
    return [one_line(line) for line in lines]


def _masker_of(exchange: Exchange) -> Masker:
    return _masker(frozenset(secrets_in(exchange)))


@lru_cache(maxsize=16)
def _masker(secrets: frozenset[str]) -> Masker:
    """Return a masker that is kept: it knows the URLs that it has masked, and most requests repeat one."""
    return Masker(secrets=secrets)


def shower(verbosity: int, say: Callable[[str], object]) -> Callable[[Exchange], None] | None:
    """Return a function that prints each exchange, from 2 on with bodies; None for 0."""
    if not verbosity:
        return None

    def show(exchange: Exchange) -> None:
        say(one_line(request_line(exchange)))
        if verbosity > 1:
            for line in bodies(exchange):
                say(line)

    return show


class RunLog:
    """``run.log``: every request and the outcome of every test, with times, written during the run.

    It is a pytest plug-in as well, which takes the tests' outcomes from pytest's reports.

    Args:
        folder: the folder of the file.
        change: applied to every line, and to the URL of a request: masks it, or redacts it if the run is recorded.
    """

    def __init__(self, folder: Path, change: Callable[[str], str] = mask_text) -> None:
        self._change = change
        path = folder / LOG
        try:
            self._file: IO[str] = path.open("w", encoding="utf-8", errors="replace", buffering=1)
        except OSError as error:
            raise UsageError(
                f"cannot be written: {error.strerror}", where=str(path), fix="choose another --out"
            ) from None
        self._lock = threading.Lock()
        self._test = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.say(f"ended by {type(error).__name__}: {error}")
        self._file.close()

    def say(self, text: str) -> None:
        """Write one line."""
        self._write(self._change(text))

    def _write(self, text: str) -> None:
        with self._lock:
            self._file.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {one_line(text)}\n")

    def exchange(self, exchange: Exchange) -> None:
        """Write a request, below the test that sent it."""
        if exchange.scene != self._test:
            self._test = exchange.scene
            self.say(self._test)
        self._write(f"  {request_line(exchange, self._change)}")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Write the outcome of a test."""
        if report.when != "call" and report.outcome == "passed":
            return
        assert isinstance(report, pytest.TestReport)
        why = ""
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            why = f": {report.longrepr[2]}"
        elif report.outcome == "failed":
            why = f": {report.longreprtext.splitlines()[-1] if report.longreprtext else ''}"
        self.say(f"{report.nodeid.rsplit('/', 1)[-1]} {report.outcome}{why}")
