"""``linkproof run``: the suites against a target, in this process."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linkproof.cli.output import finish
from linkproof.errors import EngineError
from linkproof.suite.plugin import Choices, Conformance
from linkproof.suite.running import run_suites


def run_target(
    target: str,
    out: Path,
    contracts: tuple[str, ...],
    seed: int | None,
    allow_unproven: bool,
    record: str = "",
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run every suite against a target; returns the exit code. Raises UsageError, EngineError."""
    choices = Choices(target, contracts, seed, allow_unproven, record)
    console = Console(stderr=True, quiet=quiet)
    with _progress(console) as progress:
        run = Conformance(choices, progress)
        try:
            run.contracts()  # a mistake in the target file is told before anything is sent
            run.recorder()  # and so is a cassette that cannot be written
            output = run_suites(run)
        finally:
            run.close()
    if run.results is None:
        raise EngineError(f"the suites did not run:\n{output}")
    return finish(run.results, out, quiet=quiet, as_json=as_json)


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress bar on a terminal, nothing elsewhere."""
    if console.quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("judging", total=None)

        def show(name: str, done: int, count: int) -> None:
            bar.update(task, completed=done, total=count, description=name[:60])

        yield show
