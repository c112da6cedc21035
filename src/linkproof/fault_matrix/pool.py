"""Many matrix runs side by side, in processes that share what one of them has loaded."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from linkproof.contract.catalogue import chosen
from linkproof.contract.loader import all_contracts
from linkproof.fault_matrix.matrix_run import Outcome, attempt
from linkproof.fault_matrix.together import GroupOutcome, attempt_group
from linkproof.faults.catalogue import find
from linkproof.faults.registry import Fault

Task = TypeVar("Task")
Done = TypeVar("Done")

#: Matrix runs on one contract that a worker does in a row. The first run of all tests draws the contract's random
#: cases, which takes a second. A worker is forked for one batch, so that nothing adds up in it.
_BATCH = 20


def outcomes(
    faults: Sequence[Fault],
    seed: int = 1,
    processes: int = 0,
    progress: Callable[[Outcome], None] | None = None,
    *,
    all_tests: bool = True,
) -> list[Outcome]:
    """Return the outcomes of all matrix runs, in the order of ``faults``.

    Args:
        faults: the faults and variants.
        seed: seed of all random choices.
        processes: number of processes; 0: one for each core.
        progress: called with each outcome as it arrives.
        all_tests: as for ``attempt``.
    """
    run = partial(_one, seed=seed, all_tests=all_tests)
    return in_order(run, [(f.contract, f.id) for f in faults], processes, progress)


def _one(name: str, *, seed: int, all_tests: bool) -> Outcome:
    contracts = chosen((name.rpartition("@")[2],))
    return attempt(find(name, contracts), contracts, seed, all_tests=all_tests)


def group_outcomes(
    groups: Sequence[tuple[str, ...]],
    seed: int = 1,
    processes: int = 0,
    progress: Callable[[GroupOutcome], None] | None = None,
) -> list[GroupOutcome]:
    """Return the outcomes of groups of faults, by their ids and in their order; as ``outcomes``."""
    tasks = [(group[0].rpartition("@")[2], group) for group in groups]
    return in_order(partial(_group, seed=seed), tasks, processes, progress)


def _group(names: tuple[str, ...], seed: int) -> GroupOutcome:
    contracts = chosen((names[0].rpartition("@")[2],))
    return attempt_group([find(name, contracts) for name in names], contracts[0], seed)


def in_order(
    run: Callable[[Task], Done],
    tasks: Sequence[tuple[str, Task]],
    processes: int,
    progress: Callable[[Done], None] | None = None,
) -> list[Done]:
    """Return what ``run`` makes of each task, in their order; a task comes with its contract's id."""
    found: dict[int, Done] = {}
    for number, done in _results(run, tasks, processes or len(os.sched_getaffinity(0))):
        found[number] = done
        if progress is not None:
            progress(done)
    return [found[number] for number in range(len(tasks))]


def _results(run: Callable[[Task], Done], tasks: Sequence[tuple[str, Task]], count: int) -> Iterator[tuple[int, Done]]:
    """Yield each task's number and result, as they arrive."""
    if count == 1 or len(tasks) < 2:
        for number, (_, task) in enumerate(tasks):
            yield number, run(task)
            if number % _BATCH == _BATCH - 1:
                gc.collect()  # a run leaves unreachable objects, which are looked for rarely
        return
    _prepare()
    with multiprocessing.get_context("fork").Pool(count, initializer=_seldom, maxtasksperchild=1) as pool:
        for done in pool.imap_unordered(partial(_run_batch, run), _batches(tasks, count), chunksize=1):
            yield from done


def _batches(tasks: Sequence[tuple[str, Task]], count: int) -> list[list[tuple[int, Task]]]:
    """Return the numbered tasks by contract, the largest batches first: no process waits long for the last one."""
    by_contract: dict[str, list[tuple[int, Task]]] = {}
    for number, (contract, task) in enumerate(tasks):
        by_contract.setdefault(contract, []).append((number, task))
    most = max(1, min(_BATCH, len(tasks) // count))
    found = [own[begin : begin + most] for own in by_contract.values() for begin in range(0, len(own), most)]
    return sorted(found, key=len, reverse=True)


def _run_batch(run: Callable[[Task], Done], batch: Sequence[tuple[int, Task]]) -> list[tuple[int, Done]]:
    return [(number, run(task)) for number, task in batch]


def _seldom() -> None:
    """Collect garbage seldom: a matrix run makes much of it, and a worker does not live long."""
    gc.set_threshold(100_000, 20, 50)


def _prepare() -> None:
    """Load what every matrix run needs before workers are forked, so that they share it."""
    import linkproof.runner.property_based
    import linkproof.targets.client  # noqa: F401

    all_contracts()
    gc.freeze()
