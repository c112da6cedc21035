"""Several contracts at the same time: each has a lane, with a session of its own; within a lane nothing changes.

No check compares exchanges of two contracts, so that lanes come to what one contract after the other comes to. What
they share is the client (with its budget and the number of requests that may be on their way) and the target's reset,
for which they wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from linkproof.base.shutdown import go_on_or_stop
from linkproof.runner.session import Session


class Meeting:
    """Where lanes wait until all that are under way want the same done; then one of them does it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._waiting = 0
        self._held = 0
        self._action: Callable[[], object] = lambda: None
        self._error: BaseException | None = None

    def enter(self) -> None:
        """A lane begins."""
        with self._changed:
            self._under_way += 1

    def leave(self) -> None:
        """A lane is over; the others no longer wait for it."""
        with self._changed:
            self._under_way -= 1
            self._hold()

    def meet(self, action: Callable[[], object]) -> None:
        """Wait for the other lanes, and have it done once. Raises what it raises."""
        with self._changed:
            self._action = action
            self._waiting += 1
            mine = self._held
            self._hold()
            self._changed.wait_for(lambda: self._held > mine)
            if self._error is not None:
                raise self._error

    def _hold(self) -> None:
        if not self._waiting or self._waiting < self._under_way:
            return
        self._error = None
        try:
            go_on_or_stop()
            self._action()
        except BaseException as error:
            self._error = error
        self._waiting = 0
        self._held += 1
        self._changed.notify_all()


@dataclass
class Lane:
    """A contract's tests in their order, each with what performs it; ``outcomes`` is what each raised, or None."""

    session: Session
    tests: Sequence[tuple[str, Callable[[], object]]]
    outcomes: dict[str, BaseException | None] = field(default_factory=dict)

    def run(self, meeting: Meeting, done: Callable[[str], object]) -> None:
        """Perform every test. What ends the run ends the lane, and is its last test's outcome."""
        meeting.enter()
        try:
            for name, perform in self.tests:
                self.outcomes[name] = None
                try:
                    perform()
                except BaseException as error:
                    self.outcomes[name] = error
                    if isinstance(error, KeyboardInterrupt):
                        return
                done(name)
        finally:
            meeting.leave()


def run_lanes(lanes: Sequence[Lane], number: int, meeting: Meeting, done: Callable[[str], object]) -> None:
    """Run so many lanes at a time. Raises KeyboardInterrupt where the run was asked to stop."""
    with ThreadPoolExecutor(number, thread_name_prefix="lane") as pool:
        for future in [pool.submit(lane.run, meeting, done) for lane in lanes]:
            future.result()
    if any(isinstance(e, KeyboardInterrupt) for lane in lanes for e in lane.outcomes.values()):
        raise KeyboardInterrupt
