"""``linkproof nightly``: performs every run of a plan, whatever the outcome of the others."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from linkproof.base.models import decode_json
from linkproof.base.wording import count
from linkproof.errors import UsageError
from linkproof.nightly.absent import mistake_in, results_without_a_run
from linkproof.nightly.performing import Done, engine_of
from linkproof.nightly.plan import Job, read_plan
from linkproof.nightly.summary import Line, exit_code_of, line_of, sentence_of, write_summary

_STATE = "state.jsonl"


class _FinishedJob(Struct):
    """A line of the state file: a finished job, and the key of its input."""

    key: str
    name: str
    exit_code: int
    said: str
    seconds: float
    reported: bool = True


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
    done = _before(out, jobs) if resume else {}
    for job in jobs:
        if mistake := mistake_in(job):
            done[job.name] = Done(job.name, 2, mistake, 0.0, reported=False)
            print(f"{job.name} is not run: {mistake}", file=sys.stderr)
    todo = [j for j in jobs if j.name not in done]
    keys = {j.name: j.key for j in jobs}
    console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / _STATE).open("a" if resume else "w", encoding="utf-8") as state:
            for ended in perform(todo, out):
                done[ended.name] = ended
                # A job that is written here is finished: an interrupted night continues after it.
                state.write(json.dumps({"key": keys[ended.name]} | asdict(ended), ensure_ascii=False) + "\n")
                state.flush()
                console.print(Text(f"{len(done)} of {len(jobs)}: {ended.name} ended with {ended.exit_code}"))
        lines = [line_of(done[j.name], out / j.name) for j in jobs]
        write_summary(lines, out)
    except OSError as error:
        raise UsageError(f"cannot be written: {error}", where=f"--out {out}", fix="choose another folder") from None
    if history is not None:
        _keep(jobs, done, {j.name for j in todo}, out, history)
    if not quiet:
        _print(lines, out)
    return exit_code_of(lines)


def _keep(jobs: list[Job], done: dict[str, Done], ran: set[str], out: Path, url: str) -> None:
    """Add the night's runs to the history; one without results is added as broken."""
    from linkproof.cli.history import add_runs, store_url
    from linkproof.history.store import Store

    url = store_url(url)
    written = [out / j.name for j in jobs if j.name in ran and done[j.name].reported]
    if written:
        add_runs(written, url)
    absent = [j for j in jobs if not done[j.name].reported]
    with Store(url) as store:
        for job in absent:
            store.add(results_without_a_run(job, done[job.name], sentence_of(done[job.name])))


def _before(out: Path, jobs: list[Job]) -> dict[str, Done]:
    """Return the finished jobs of an earlier start of the same plan; changed or broken jobs are run again."""
    keys = {j.name: j.key for j in jobs}
    found: dict[str, Done] = {}
    try:
        text = (out / _STATE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    for line in text.splitlines():
        try:
            row = decode_json(line.encode(), _FinishedJob, _STATE, "")
        except UsageError:
            continue  # truncated: that job is run again
        if keys.get(row.name) == row.key and row.exit_code in (0, 1, 4):
            found[row.name] = Done(row.name, row.exit_code, row.said, row.seconds, row.reported)
    return found


def _print(lines: list[Line], out: Path) -> None:
    console = Console()
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
