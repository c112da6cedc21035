"""How much a run may ask of a target: so many requests, so many minutes, so many requests in a second."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from linkproof.base.clock import Clock
from linkproof.base.shutdown import go_on_or_stop
from linkproof.errors import TargetError


class OverBudget(TargetError):
    """The run has used up what it may: nothing more is sent, and what is left is not exercised."""


@dataclass(frozen=True)
class Limits:
    """What the target file allows; None: no limit."""

    requests: int | None = None
    minutes: float | None = None
    per_second: float | None = None


#: A live target is treated with care unless its file says otherwise.
LIVE = Limits(requests=5000, minutes=30, per_second=5)


class Budget:
    """What of the limits is left. Requests of several threads share it."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock.now()
        self._sent = 0
        self._next = 0.0

    def spend(self) -> None:
        """Take one request, and wait until its turn. Raises OverBudget; KeyboardInterrupt once it was asked to stop."""
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
        """How many requests were counted so far."""
        return self._sent

    def left(self) -> float:
        """Return how many seconds are left of the minutes; never less than a moment."""
        if self.limits.minutes is None:
            return float("inf")
        return max(self.limits.minutes * 60 - (self._clock.now() - self._began), 0.001)

    def refuse_if_over(self) -> None:
        """Raise OverBudget where the minutes are over."""
        self._refuse(self._clock.now() + 0.002)

    def rest(self, seconds: float) -> None:
        """Wait, but not beyond the end. Raises OverBudget where the end comes first."""
        self._refuse(self._clock.now() + seconds)
        self._clock.sleep(seconds)
        go_on_or_stop()

    def _refuse(self, moment: float) -> None:
        limits = self.limits
        if limits.requests is not None and self._sent > limits.requests:
            raise OverBudget(f"the budget of {limits.requests} requests is used up")
        if limits.minutes is not None and moment - self._began > limits.minutes * 60:
            raise OverBudget(f"the budget of {limits.minutes:g} minutes is used up")
