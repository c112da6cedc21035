"""Limits what a run may ask of a target: number of requests, minutes, and requests per second."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from linkproof.base.clock import Clock
from linkproof.base.shutdown import go_on_or_stop
from linkproof.errors import TargetError


class OverBudget(TargetError):
    """The budget is used up: nothing more is sent, and the rest is not exercised."""


class OutOfTime(OverBudget):
    """The minutes of the budget are over, or would be at the end of a pause."""


@dataclass(frozen=True)
class Limits:
    """Limits of the target file; None: no limit."""

    requests: int | None = None
    minutes: float | None = None
    per_second: float | None = None


#: Default limits of a live target.
LIVE = Limits(requests=5000, minutes=30, per_second=5)


class Budget:
    """The remaining budget. Threads may share it.

    Args:
        limits: the limits of the target file.
        clock: measures the minutes.
        began: when the minutes began, on that clock; None for now.
    """

    def __init__(self, limits: Limits, clock: Clock, began: float | None = None) -> None:
        self.limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock.now() if began is None else began
        self._sent = 0
        self._next = 0.0

    def spend(self) -> None:
        """Count one request, and wait until it may be sent.

        Raises OverBudget, and KeyboardInterrupt once the run was asked to stop.
        """
        go_on_or_stop()
        with self._lock:
            self._sent += 1
            now = self._clock.now()
            wait = max(self._next - now, 0.0) if self.limits.per_second else 0.0
            self._refuse(now + wait)
            if self.limits.per_second:
                self._next = now + wait + 1 / self.limits.per_second
        if wait:
            self._clock.sleep(wait)
            go_on_or_stop()

    @property
    def sent(self) -> int:
        """Number of requests counted so far."""
        return self._sent

    def left(self) -> float:
        """Return how many seconds are left of the minutes, at least a millisecond."""
        if self.limits.minutes is None:
            return float("inf")
        return max(self.limits.minutes * 60 - (self._clock.now() - self._began), 0.001)

    def refuse_if_over(self) -> None:
        """Raise OverBudget if the minutes are over."""
        self._refuse(self._clock.now() + 0.002)

    def rest(self, seconds: float, clock: Clock | None = None) -> None:
        """Wait. Raises OverBudget, without waiting, if the minutes would be over before.

        Args:
            seconds: duration of the wait.
            clock: part of a virtual clock that a worker has for itself; it advances instead of the budget's clock.
        """
        now = self._clock.now()
        self._refuse(now)
        if self._is_after_the_end(now + seconds):
            raise OutOfTime(f"a pause of {seconds:g} s would exceed the budget of {self.limits.minutes:g} minutes")
        (clock or self._clock).sleep(seconds)
        go_on_or_stop()

    def _refuse(self, moment: float) -> None:
        limits = self.limits
        if limits.requests is not None and self._sent > limits.requests:
            raise OverBudget(f"the budget of {limits.requests} requests is used up")
        if self._is_after_the_end(moment):
            raise OutOfTime(f"the budget of {limits.minutes:g} minutes is used up")

    def _is_after_the_end(self, moment: float) -> bool:
        return self.limits.minutes is not None and moment - self._began > self.limits.minutes * 60
