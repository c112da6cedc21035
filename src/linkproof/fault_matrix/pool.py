"""Matrix runs in parallel, in processes that share loaded modules and data."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from linkproof.contract.catalogue import chosen
from linkproof.contract.loader import all_contracts
from linkproof.fault_matrix.matrix_run import Outcome, attempt
from linkproof.fault_matrix.together import GroupOutcome, attempt_group
from linkproof.faults.catalogue import find
from linkproof.faults.registry import Fault

Task = TypeVar("Task")
Done = TypeVar("Done")

#: Number of matrix runs after which a worker is replaced, so that memory does not accumulate.
_TRIALS_EACH = 200


def _one(task: tuple[str, int]) -> Outcome:
    name, seed = task
    contracts = chosen((name.rpartition("@")[2],))
    return attempt(find(name, contracts), contracts, seed)


def _seldom() -> None:
    """Make garbage collection rare: a matrix run allocates much, and a worker is short-lived."""
    gc.set_threshold(100_000, 20, 50)


def _prepare() -> None:
    """Load what every matrix run needs before workers are forked, so that they share it."""
    import linkproof.runner.property_based
    import linkproof.targets.client  # noqa: F401

    all_contracts()
    gc.freeze()


def outcomes(
    faults: Sequence[Fault], seed: int = 1, processes: int = 0, progress: Callable[[Outcome], None] | None = None
) -> list[Outcome]:
    """Return the outcomes of all matrix runs, in the order of ``faults``; call ``progress`` as each one ends.

    ``processes``: 0 for as many as there are cores.
    """
    count = processes or len(os.sched_getaffinity(0))
    found: list[Outcome] = []
    for outcome in _run(_one, [(f.id, seed) for f in faults], count):
        found.append(outcome)
        if progress is not None:
            progress(outcome)
    return found


def _group(task: tuple[tuple[str, ...], int]) -> GroupOutcome:
    names, seed = task
    contracts = chosen((names[0].rpartition("@")[2],))
    return attempt_group([find(name, contracts) for name in names], seed)


def group_outcomes(
    groups: Sequence[tuple[str, ...]],
    seed: int = 1,
    processes: int = 0,
    progress: Callable[[GroupOutcome], None] | None = None,
) -> list[GroupOutcome]:
    """Return the outcomes of groups of faults, by their ids and in their order; otherwise as ``outcomes``."""
    found: list[GroupOutcome] = []
    for outcome in _run(_group, [(g, seed) for g in groups], processes or len(os.sched_getaffinity(0))):
        found.append(outcome)
        if progress is not None:
            progress(outcome)
    return found


def _run(run: Callable[[Task], Done], tasks: list[Task], count: int) -> Iterator[Done]:
    if count == 1 or len(tasks) < 2:
        yield from map(run, tasks)
        return
    _prepare()
    with multiprocessing.get_context("fork").Pool(count, initializer=_seldom, maxtasksperchild=_TRIALS_EACH) as pool:
        yield from pool.imap(run, tasks)
