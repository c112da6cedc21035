"""``linkproof check``: judges recordings without sending anything."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from linkproof.base.wording import moment_of
from linkproof.cli.output import SUMMARY, Output, finish
from linkproof.cli.result_policy import DEFAULT_POLICY, ResultPolicy
from linkproof.contract.catalogue import chosen
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import UsageError
from linkproof.judging.parallel import by_dask, by_processes, judge_files, judge_into, recording_judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.results import Results, TargetInfo
from linkproof.recordings.files import recording_files

#: The number of workers that a Dask scheduler is assumed to have.
_WORKERS = 8


class Workers(NamedTuple):
    """What performs tasks, and yields their results in order; and the number of its workers."""

    perform: Callable[..., Iterable[Any]]
    number: int


def check_recordings(
    paths: list[Path],
    out: Path | None,
    contracts: tuple[str, ...],
    *,
    any_version: bool,
    allow_unproven: bool,
    workers: Workers | None = None,
    policy: ResultPolicy = DEFAULT_POLICY,
    output: Output = SUMMARY,
) -> int:
    """Judge recordings; return the exit code. Raises UsageError for an unreadable file."""
    results = judge_recordings(
        paths, contracts, any_version=any_version, allow_unproven=allow_unproven, workers=workers
    )
    return finish(policy.applied(results), out, output)


def workers_of(processes: int, engine: str, scheduler: str) -> Workers | None:
    """Return the workers that judge recordings; None to judge them one by one, here. Raises UsageError."""
    if engine not in ("local", "dask"):
        raise UsageError(f"there is no engine {engine!r}", where="--engine", fix="local or dask")
    if engine == "dask":
        return Workers(by_dask(scheduler), _WORKERS)
    number = processes or os.cpu_count() or 1
    return Workers(by_processes(number), number) if number > 1 else None


def judge_recordings(
    paths: list[Path],
    contracts: tuple[str, ...],
    *,
    any_version: bool,
    allow_unproven: bool,
    workers: Workers | None = None,
) -> Results:
    """Return the results of recordings. Raises UsageError for an unreadable file, or without any exchange."""
    started = time.time()
    chosen(contracts)  # an unknown name is reported before files are read
    files = recording_files(paths)
    if workers is not None:
        judge = judge_files(files, contracts, any_version=any_version, perform=workers.perform, workers=workers.number)
    else:
        judge = recording_judge(contracts, any_version=any_version)
        judge_into(judge, paths)
    if not judge.exchanges and not judge.unmatched():
        raise UsageError("no exchange was found", where=", ".join(map(str, paths)), fix="give a recording with some")
    facts = RunFacts(
        target=TargetInfo(name=_name_of(paths), kind="recording"),
        started_at=moment_of(started),
        duration_s=round(time.time() - started, 3),
        requests=judge.exchanges,
        allow_unproven=allow_unproven,
    )
    return conclude(judge, judge.seen(), all_requirements(), facts)


def _name_of(paths: Sequence[Path]) -> str:
    """Return a name for what was judged: of one file its own, else one that says that it is traffic."""
    if len(paths) > 1:
        return f"the traffic of {len(paths)} recordings"
    path = paths[0]
    return f"the traffic in {path.resolve().name or path}" if path.is_dir() else path.name
