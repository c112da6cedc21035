"""Judges many recordings side by side, to the same results as one after the other.

Each file is a world of its own, and no check compares exchanges of two contracts: so files are shared out, and of large
files the contracts, and no lifecycle is cut. What each part came to is put together in the files' order, whichever was
done first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from linkproof.contract.catalogue import chosen, imported
from linkproof.errors import EngineError, UsageError
from linkproof.judging.judge import Judge, Judged
from linkproof.judging.order import in_judging_order
from linkproof.model.exchange import Circumstances, Grade
from linkproof.recordings import read_recordings

#: One part of the work: a file, contract ids (none: all), whether any version is judged, and which share of the file.
_Task = tuple[str, tuple[str, ...], bool, tuple[int, int]]
#: Files of so many bytes and more are shared out by contract.
LARGE = 32 << 20


def judge_file(task: _Task) -> Judged | UsageError:
    """What a share of a recording comes to; a mistake in it as a value, told alike whoever finds it."""
    path, contracts, any_version, share = task
    judge = recording_judge(contracts, any_version=any_version, share=share)
    try:
        for exchange in in_judging_order(read_recordings([Path(path)], judge.leave_out)):
            judge.feed(exchange)
    except UsageError as error:
        return error
    return judge.judged()


def recording_judge(contracts: tuple[str, ...], *, any_version: bool, share: tuple[int, int] = (0, 1)) -> Judge:
    """A judge of recorded traffic. Raises UsageError for a contract that is not known."""
    own = chosen(contracts)
    entries = () if contracts else imported()
    return Judge(own, Circumstances(grade=Grade.RECORDING), any_version=any_version, share=share, entries=entries)


def tasks_of(files: Sequence[Path], contracts: tuple[str, ...], *, any_version: bool, parts: int) -> list[_Task]:
    """The parts of the work: every file, a large one in so many parts."""
    most = min(parts, len(chosen(contracts)) if contracts else parts)
    return [
        (str(file), contracts, any_version, (part, shares))
        for file in files
        for shares in (most if file.stat().st_size >= LARGE else 1,)
        for part in range(shares)
    ]


def judge_files(
    files: Sequence[Path],
    contracts: tuple[str, ...],
    *,
    any_version: bool,
    perform: Callable[..., Iterable[Any]],
    parts: int,
) -> Judge:
    """What all recordings come to. Raises UsageError for the first one (in order) that cannot be read."""
    whole = recording_judge(contracts, any_version=any_version)
    for found in perform(tasks_of(files, contracts, any_version=any_version, parts=parts)):
        if isinstance(found, UsageError):
            raise found
        whole.take(found)
    return whole


def by_processes(number: int) -> Callable[[Sequence[_Task]], Iterator[Any]]:
    """Performs tasks by so many processes of this machine; what they come to, in the order of the tasks."""

    def perform(tasks: Sequence[_Task]) -> Iterator[Any]:
        with ProcessPoolExecutor(number) as pool:
            try:
                yield from pool.map(judge_file, tasks)
            except BrokenProcessPool:
                raise EngineError("a process that judged recordings was killed") from None

    return perform


def by_dask(scheduler: str) -> Callable[[Sequence[_Task]], Iterator[Any]]:
    """Performs tasks by the workers of a Dask scheduler, which see the files under the same paths.

    What a worker that dies was doing is done by another. Raises UsageError.
    """

    def perform(tasks: Sequence[_Task]) -> Iterator[Any]:
        with dask_client(scheduler) as client:
            futures = [client.submit(judge_file, task, pure=False, retries=3) for task in tasks]
            for future in futures:
                yield future.result()
                future.release()

    return perform


def dask_client(scheduler: str) -> Any:
    """A client of a Dask scheduler. Raises UsageError where there is no library, no address, or no answer."""
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
        return library.Client(scheduler, timeout=5)
    except (OSError, ValueError) as error:
        raise UsageError(f"no scheduler answers: {error}", where=f"--scheduler {scheduler}", fix="start one") from None


def as_they_end(futures: Sequence[Any]) -> Iterator[Any]:
    """Dask's futures, each when it is done."""
    from distributed import as_completed

    ended: Any = as_completed
    yield from ended(futures)
