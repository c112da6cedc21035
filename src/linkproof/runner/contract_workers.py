"""Runs the tests of several contracts concurrently: one worker per contract and parent, with a session and a thread.

No check compares exchanges of two contracts or parents, so the results are those of one after the other. Workers share
the client (with its budget and in-flight limit) and the target's reset, for which they wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from linkproof.base.shutdown import go_on_or_stop
from linkproof.runner.not_exercised import LacksFixtures
from linkproof.runner.session import Session


class ResetBarrier:
    """Where workers wait until all running ones want the same action; one of them then performs it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._waiting = 0
        self._performed = 0
        self._action: Callable[[], object] = lambda: None
        self._error: BaseException | None = None

    def enter(self) -> None:
        """Add a worker."""
        with self._changed:
            self._running += 1

    def leave(self) -> None:
        """Remove a worker; the others no longer wait for it."""
        with self._changed:
            self._running -= 1
            self._perform()

    @property
    def resets(self) -> int:
        """Return how many actions were performed."""
        return self._performed

    def meet(self, action: Callable[[], object]) -> int:
        """Wait for the other workers, and perform the action once; return how many were performed by now.

        Raises what the action raises.
        """
        with self._changed:
            self._action = action
            self._waiting += 1
            mine = self._performed
            self._perform()
            self._changed.wait_for(lambda: self._performed > mine)
            if self._error is not None:
                raise self._error
            return self._performed

    def _perform(self) -> None:
        if not self._waiting or self._waiting < self._running:
            return
        self._error = None
        try:
            go_on_or_stop()
            self._action()
        except BaseException as error:
            self._error = error
        self._waiting = 0
        self._performed += 1
        self._changed.notify_all()


class Stopped(BaseException):
    """A test was not performed because too many others failed."""


@dataclass
class ContractWorker:
    """The tests of a parent in order, each with its function; ``outcomes`` has what each raised, or None."""

    session: Session
    tests: Sequence[tuple[str, Callable[[], object]]]
    outcomes: dict[str, BaseException | None] = field(default_factory=dict)

    def run(
        self, barrier: ResetBarrier, done: Callable[[str], object], stop: Callable[[], bool] = lambda: False
    ) -> None:
        """Perform every test until ``stop``. An exception that ends the run is the last test's outcome."""
        barrier.enter()
        try:
            for name, perform in self.tests:
                if stop():
                    self.outcomes[name] = Stopped("too many tests failed")
                    continue
                self.outcomes[name] = None
                try:
                    perform()
                except BaseException as error:
                    self.outcomes[name] = error
                    if isinstance(error, KeyboardInterrupt):
                        return
                    if isinstance(error, LacksFixtures):  # it will be repeated at another parent
                        continue
                done(name)
        finally:
            barrier.leave()


def run_workers(
    workers: Sequence[ContractWorker],
    number: int,
    barrier: ResetBarrier,
    done: Callable[[str], object],
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Run at most ``number`` workers at a time; none starts a test after ``stop``.

    Raises KeyboardInterrupt if the run was asked to stop.
    """
    with ThreadPoolExecutor(number, thread_name_prefix="contract") as pool:
        for future in [pool.submit(worker.run, barrier, done, stop) for worker in workers]:
            future.result()
    if any(isinstance(e, KeyboardInterrupt) for worker in workers for e in worker.outcomes.values()):
        raise KeyboardInterrupt
