"""``linkproof nightly``: performs every run of a plan, whatever the outcome of the others."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from linkproof.base.wording import count
from linkproof.errors import TargetError, UsageError
from linkproof.model.results import Results, Verdict
from linkproof.nightly.absent import mistake_in, results_without_a_run
from linkproof.nightly.changes import changes_since
from linkproof.nightly.performing import Done, Engine, engine_of
from linkproof.nightly.plan import Job, read_plan
from linkproof.nightly.state import NightState, keep_before, only_night, results_before, results_in, words_before
from linkproof.nightly.summary import Line, changes_of, exit_code_of, headline, line_of, sentence_of, write_summary

if TYPE_CHECKING:
    from linkproof.history.store import Store

T = TypeVar("T")
#: Maximum number of runs of the history that are compared by their contracts.
_MOST_LOOKED_AT = 10


def run_plan(
    plan: Path,
    out: Path,
    *,
    engine: str,
    scheduler: str,
    processes: int,
    resume: bool,
    history: str | None,
    quiet: bool,
) -> int:
    """Perform a plan; return the exit code of the whole night. Raises UsageError."""
    jobs = read_plan(plan)
    perform = engine_of(engine, processes, scheduler)
    kept = _History(history)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with only_night(out):
            night = NightState(out, jobs, resume=resume)
            lines = _performed(jobs, night, perform, out, kept, quiet=quiet)
    except OSError as error:
        raise UsageError(f"cannot be written: {error}", where=f"--out {out}", fix="choose another folder") from None
    code = exit_code_of(lines)
    return TargetError.exit_code if kept.failed and code != 1 else code


class _History:
    """The history of a night. If it cannot be used, the night goes on without it. Raises UsageError for no URL."""

    def __init__(self, url: str | None) -> None:
        from linkproof.cli.history import store_url

        self.url = store_url(url) if url is not None else ""
        self.failed = False
        self.use(lambda _: None)

    def use(self, action: Callable[[Store], T]) -> T | None:
        """Return what an action on the store returns; None without a usable store, after a message."""
        from linkproof.history.store import HistoryUnavailable, Store

        if not self.url or self.failed:
            return None
        try:
            with Store(self.url) as store:
                return action(store)
        except HistoryUnavailable as error:
            self.failed = True
            fix = "the night goes on without it; add its results later: linkproof history add"
            print(f"linkproof: error: {error.where}: {error.problem}\n  fix: {fix}", file=sys.stderr)
            return None


def _performed(
    jobs: list[Job], night: NightState, perform: Engine, out: Path, history: _History, *, quiet: bool
) -> list[Line]:
    """Perform what the night has not done yet; write and print its summary. Raises OSError and UsageError."""
    done = dict(night.done)
    for job in jobs:
        if mistake := mistake_in(job):
            done[job.name] = Done(job.name, 2, mistake, 0.0, reported=False)
            print(f"{job.name} is not run: {mistake}", file=sys.stderr)
    todo = [j for j in jobs if j.name not in done]
    console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
    keep_before(out, todo, resumed=bool(night.done))
    night.begin()
    for ended in perform(todo, out):
        done[ended.name] = ended
        night.add(ended)
        console.print(Text(f"{len(done)} of {len(jobs)}: {ended.name} ended with {ended.exit_code}"))
    lines = _lines(jobs, done, out, history)
    write_summary(lines, out)
    if not quiet:
        _print(lines, out)
    history.use(lambda store: _keep(jobs, done, {j.name for j in todo}, out, store))
    return lines


def _lines(jobs: list[Job], done: dict[str, Done], out: Path, history: _History) -> list[Line]:
    """Return the line of each run, with what changed since the last night: that in its folder, else in the history."""
    words = words_before(out)
    lines = []
    for job in jobs:
        line = line_of(done[job.name], out / job.name)
        now = results_in(out / job.name / "results.json") if done[job.name].reported else None
        before = results_before(out, job.name)
        if before is None and now is not None:
            before = history.use(partial(_in_history, now))
        why = "" if line.exit_code in (0, 1, 4) else line.sentence
        lines.append(replace(line, since=changes_since(before, now, words.get(job.name, ""), line.word, why)))
    return lines


def _in_history(now: Results, store: Store) -> Results | None:
    """Return the newest earlier results of the same target and contracts that judged anything."""
    runs = [r for r in store.runs(now.target.name) if r.verdict != Verdict.BROKEN and r.started_at < now.started_at]
    for run in reversed(runs[-_MOST_LOOKED_AT:]):
        found = store.results(run.id)
        if {c.id for c in found.contracts} == {c.id for c in now.contracts}:
            return found
    return None


def _keep(jobs: list[Job], done: dict[str, Done], ran: set[str], out: Path, store: Store) -> None:
    """Add the night's runs to the history; one without results is added as broken."""
    from linkproof.cli.history import add_to

    add_to(store, [out / j.name for j in jobs if j.name in ran and done[j.name].reported])
    for job in jobs:
        if not done[job.name].reported:
            store.add(results_without_a_run(job, done[job.name], sentence_of(done[job.name])))


def _print(lines: list[Line], out: Path) -> None:
    console = Console()
    console.print(Text(headline(lines)), soft_wrap=True)
    for change in changes_of(lines):
        console.print(Text(f"  {change}"), soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for name in ("run", "verdict", "MUST", "SHOULD", "requests", "s"):
        table.add_column(name, overflow="fold")
    for x in lines:
        cells = (x.name, x.word, str(x.must), str(x.should), str(x.requests), f"{x.seconds:g}")
        table.add_row(*map(Text, cells))
    console.print(table)
    for x in lines:
        if x.exit_code not in (0, 1, 4):
            console.print(Text(f"{x.name}: {x.sentence}"), soft_wrap=True)
    console.print(f"{count(len(lines), 'run')}: {out}/index.html, summary.json, summary.md", soft_wrap=True)
