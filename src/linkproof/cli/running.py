"""``linkproof run``: the suites against a target, in this process."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linkproof.base.shutdown import stoppable
from linkproof.cli.output import finish
from linkproof.cli.result_policy import NO_DEMANDS, Demands
from linkproof.contract.loader import all_contracts
from linkproof.errors import EngineError
from linkproof.reports.write import prepare
from linkproof.runner.cleanup import clean_up
from linkproof.runner.dry_run import Plan, planned
from linkproof.runner.open_target import open_target
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.targets.journal import Journal
from linkproof.targets.readiness import wait_for


def run_target(
    target: str,
    out: Path,
    contracts: tuple[str, ...],
    seed: int | None,
    allow_unproven: bool,
    record: str = "",
    wait: float = 0,
    concurrency: int = 1,
    *,
    demands: Demands = NO_DEMANDS,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run every suite against a target; returns the exit code. Raises UsageError, EngineError."""
    choices = Choices(target, contracts, seed, allow_unproven, record, str(out / "journal.jsonl"), concurrency)
    console = Console(stderr=True, quiet=quiet)
    with _progress(console) as progress:
        run = Conformance(choices, progress)
        try:
            run.context.contracts()  # a mistake in the target file is told before anything is sent
            run.context.recorder()  # and so is a cassette that cannot be written
            prepare(out)
            if wait:
                wait_for(run.context.target(), wait)
            with stoppable():
                run.context.session()  # what has to be made is made now
                output = run_suites(run)
        finally:
            run.close()
    if run.results is None:
        raise EngineError(f"the suites did not run:\n{output}")
    return finish(demands.applied(run.results), out, quiet=quiet, as_json=as_json)


def plan_run(target: str, contracts: tuple[str, ...], seed: int | None, *, as_json: bool) -> int:
    """Print every request that a run would send, in order, and send none. Raises UsageError, EngineError."""
    made: list[Plan] = []
    run = Conformance(Choices(target, contracts, seed), opener=planned(made))
    try:
        output = run_suites(run)
    finally:
        run.close()
    if not made or run.results is None:
        raise EngineError(f"the suites did not run:\n{output}")
    asked = made[0].requests
    if as_json:
        rows = [{"method": r.method, "url": str(r.url), "body": r.content.decode("utf-8", "replace")} for r in asked]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for request in asked:
        size = f"  ({len(request.content)} bytes)" if request.content else ""
        print(f"{request.method} {request.url}{size}")
    changing = sum(r.method not in ("GET", "HEAD") for r in asked)
    print(f"{len(asked)} requests, {changing} of them not to read; nothing was sent", file=sys.stderr)
    return 0


def clean(journal: Path, target: str, *, quiet: bool) -> int:
    """Undo what a journal still has open; returns 0 where nothing is left, else 1. Raises UsageError."""
    known = Journal.read(journal)
    if not known.open:
        if not quiet:
            print(f"nothing is left to clean up ({journal})")
        return 0
    path = target or known.target
    opened = open_target(path, all_contracts())
    count = len(known.open)
    try:
        contracts = [c for c in all_contracts() if c.id in opened.target.contracts]
        left = clean_up(opened, contracts, known)
    finally:
        opened.close()
        known.close()
    for one in left:
        print(f"left behind: {one.contract} {one.name}: {one.what}", file=sys.stderr)
    if not quiet:
        print(f"{count - len(left)} of {count} cleaned up ({journal})")
    return 1 if left else 0


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
