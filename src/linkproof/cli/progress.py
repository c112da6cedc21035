"""The progress bar of every long command, on terminals only."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from linkproof.model.exchange import Exchange

#: Matches ``test_pagination.py::test_pages_are_joined[azure-search-pec]``: the test and its contract.
_TEST = re.compile(r"(?:.*::)?(?P<test>[^\[]+)(?:\[(?P<contract>.*)\])?")


class Bar:
    """A progress bar: current item, share done, number of requests (if any), elapsed and remaining time."""

    def __init__(self, progress: Progress | None, task: TaskID | None, console: Console) -> None:
        self._progress, self._task = progress, task
        self.console = console
        self.requests = 0

    def step(self, name: str, done: int, count: int) -> None:
        """Show the last finished item, and the number of finished and of all items."""
        self._update(completed=done, total=count, doing=doing(name))

    def advance(self, name: str) -> None:
        """Show that one more item is finished."""
        self._update(advance=1, doing=doing(name))

    def exchange(self, exchange: Exchange) -> None:
        """Count a request, and show the test that sent it."""
        self.requests += 1
        self._update(doing=doing(exchange.scene), requests=f"{self.requests} requests")

    def _update(self, **values: object) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, **values)  # type: ignore[arg-type]


@contextmanager
def progress_bar(console: Console, total: int | None = None, what: str = "") -> Iterator[Bar]:
    """Return a bar on standard error if that is a terminal and ``console`` is not quiet; else an invisible one."""
    if console.quiet or not sys.stderr.isatty():
        yield Bar(None, None, console)
        return
    columns = (
        TextColumn("{task.fields[doing]}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[requests]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress, progress.add_task("", total=total, doing=escape(what), requests=""), console)


def doing(name: str) -> str:
    """Return a test's name as ``contract test``, at most 60 characters; any other name unchanged."""
    found = _TEST.fullmatch(name)
    if found is None or found["contract"] is None:
        return escape(name[:60])
    test = found["test"].removeprefix("test_").replace("_", " ")
    return escape(f"{found['contract']} {test}"[:60])
