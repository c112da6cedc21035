"""Judges several recordings in parallel, with the same results as one after the other.

Each file is a state scope, and no check compares exchanges of two contracts. So files are shared out, small ones
together and large ones by contract, and no lifecycle is split. Results are merged in the order of the files, whichever
finished first.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from linkproof.base.garbage import MANY_OBJECTS, rare_collections
from linkproof.contract.catalogue import chosen, imported
from linkproof.errors import EngineError, UsageError
from linkproof.judging.judge import Judge
from linkproof.judging.judged import Judged
from linkproof.judging.order import in_judging_order
from linkproof.model.exchange import Circumstances, Grade
from linkproof.recordings import read_recordings

#: One task: files, contract ids (none: all), whether any version is judged, the share of the files, and the contracts
#: that are dealt to shares first.
_Task = tuple[tuple[str, ...], tuple[str, ...], bool, tuple[int, int], tuple[str, ...]]
#: Minimum size, in bytes, of files that are shared out by contract.
LARGE = 32 << 20
#: The number of exchanges at the beginning of a large file that tell which contracts it has.
_LOOKED_AT = 2000
#: Files are judged together up to this size, in bytes: a judge of its own takes 7 ms more, as long as 100 exchanges.
TOGETHER = 2 << 20
#: Seconds to wait for a connection to a Dask scheduler, and for the answer of a busy one.
_CONNECTION_S, _SCHEDULER_S = 5.0, 60.0


def judge_file(task: _Task) -> Judged | UsageError:
    """Return the results of one share of recordings; an invalid recording is returned as an error value."""
    paths, contracts, any_version, share, dealt_first = task
    judge = recording_judge(contracts, any_version=any_version, share=share, dealt_first=dealt_first)
    try:
        judge_into(judge, [Path(path) for path in paths])
    except UsageError as error:
        return error
    return judge.judged()


def judge_into(judge: Judge, paths: Sequence[Path]) -> None:
    """Judge all recordings below paths, in order. Raises UsageError for an unreadable one."""
    with rare_collections(MANY_OBJECTS):
        for exchange in in_judging_order(read_recordings(paths, judge.leave_out)):
            judge.feed(exchange)


def recording_judge(
    contracts: tuple[str, ...],
    *,
    any_version: bool,
    share: tuple[int, int] = (0, 1),
    dealt_first: tuple[str, ...] = (),
) -> Judge:
    """Return a judge of recorded traffic. Raises UsageError for an unknown contract."""
    return Judge(
        chosen(contracts),
        Circumstances(grade=Grade.RECORDING),
        any_version=any_version,
        share=share,
        dealt_first=dealt_first,
        entries=() if contracts else imported(),
    )


def tasks_of(files: Sequence[Path], contracts: tuple[str, ...], *, any_version: bool, workers: int) -> list[_Task]:
    """Return the tasks, in the order of the files: one for several small files, several for a large one.

    A file is shared out by contract where most workers would wait for it. Each share reads all of it, so there are no
    more than contracts.
    """
    groups = list(_groups(files))
    whole = max(1, sum(size for _, size in groups))
    tasks: list[_Task] = []
    for group, size in groups:
        most = round(workers * size / whole)
        found: tuple[str, ...] = ()
        if most > 1 and size >= LARGE:
            found = _contracts_in(Path(group[0]), contracts, any_version=any_version)
        shares = max(1, min(most, len(found)))
        tasks += [(group, contracts, any_version, (part, shares), found) for part in range(shares)]
    return tasks


def _contracts_in(file: Path, contracts: tuple[str, ...], *, any_version: bool) -> tuple[str, ...]:
    """Return the contracts at the beginning of a file, that of most exchanges first; none if it is unreadable."""
    judge = recording_judge(contracts, any_version=any_version)
    seen: Counter[str] = Counter()
    with suppress(UsageError):  # its task says so
        for exchange in islice(read_recordings([file]), _LOOKED_AT):
            call = judge.peek(exchange)
            if call is not None:
                seen[call.contract.id] += 1
    return tuple(name for name, _ in seen.most_common())


def _groups(files: Sequence[Path]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield files that are judged together, and their size. They follow each other, as results are merged in order."""
    group: list[str] = []
    size = 0
    for file in files:
        own = file.stat().st_size
        if group and size + own > TOGETHER:
            yield tuple(group), size
            group, size = [], 0
        group.append(str(file))
        size += own
    if group:
        yield tuple(group), size


def judge_files(
    files: Sequence[Path],
    contracts: tuple[str, ...],
    *,
    any_version: bool,
    perform: Callable[..., Iterable[Any]],
    workers: int,
) -> Judge:
    """Return the results of all recordings. Raises UsageError for the first file (in order) that is unreadable."""
    whole = recording_judge(contracts, any_version=any_version)
    for found in perform(tasks_of(files, contracts, any_version=any_version, workers=workers)):
        if isinstance(found, UsageError):
            raise found
        whole.merge(found)
    return whole


def by_processes(number: int) -> Callable[[Sequence[_Task]], Iterator[Any]]:
    """Run tasks in processes of this machine; return their results in the order of the tasks."""
    from concurrent.futures import ProcessPoolExecutor  # takes 15 ms to load, and one process is usual
    from concurrent.futures.process import BrokenProcessPool

    def perform(tasks: Sequence[_Task]) -> Iterator[Any]:
        with ProcessPoolExecutor(number) as pool:
            try:
                yield from pool.map(judge_file, tasks)
            except BrokenProcessPool:
                raise EngineError("a process that judged recordings was killed") from None

    return perform


def by_dask(scheduler: str) -> Callable[[Sequence[_Task]], Iterator[Any]]:
    """Run tasks on the workers of a Dask scheduler, which see the files under the same paths.

    The task of a worker that dies is run by another one. Raises UsageError.
    """

    def perform(tasks: Sequence[_Task]) -> Iterator[Any]:
        with dask_client(scheduler) as client:
            futures = [client.submit(judge_file, task, pure=False, retries=3) for task in tasks]
            for future in futures:
                yield future.result()
                future.release()

    return perform


@contextmanager
def dask_client(scheduler: str) -> Iterator[Any]:
    """Yield a client of a Dask scheduler. Raises UsageError without the library, an address or an answer."""
    if not scheduler:
        raise UsageError("dask needs a scheduler", where="--engine dask", fix="give --scheduler tcp://host:8786")
    try:
        import distributed
    except ImportError:
        fix = "pip install 'linkproof[cluster]'"
        problem = "this engine needs distributed, which is not installed"
        raise UsageError(problem, where="--engine dask", fix=fix) from None
    library: Any = distributed
    try:
        _require_listener(scheduler)
        client = library.Client(scheduler, timeout=_SCHEDULER_S)
    except (OSError, ValueError) as error:
        raise UsageError(f"no scheduler answers: {error}", where=f"--scheduler {scheduler}", fix="start one") from None
    try:
        yield client
    finally:
        with suppress(TimeoutError):  # the results are complete, however busy the scheduler is
            client.close()


def _require_listener(scheduler: str) -> None:
    """Raise OSError if nothing listens at an address: Dask would try again until its own limit."""
    parts = urlsplit(scheduler if "://" in scheduler else f"tcp://{scheduler}")
    if parts.scheme in ("tcp", "tls") and parts.hostname and parts.port:
        socket.create_connection((parts.hostname, parts.port), _CONNECTION_S).close()


def as_they_end(futures: Sequence[Any]) -> Iterator[Any]:
    """Yield Dask's futures in the order in which they finish."""
    from distributed import as_completed

    ended: Any = as_completed
    yield from ended(futures)
