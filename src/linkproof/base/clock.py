"""Real time, and a virtual clock for runs in which no real time has to pass."""

from __future__ import annotations

import threading
import time

from linkproof.base.shutdown import pause

#: How far the virtual clock advances with each reading: no two readings are equal.
_TICK_S = 1e-4


class Clock:
    """Real time, in seconds since an arbitrary start."""

    def now(self) -> float:
        """Return the time. It never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        pause(seconds)


class VirtualClock(Clock):
    """A clock that advances when it is read or slept on, in no real time. Everything in a run must use the same one.

    What runs concurrently with the rest may have a part of the clock for itself: else the time that it sees would
    depend on what the others do meanwhile.
    """

    def __init__(self) -> None:
        self._now = 1.0
        self._lock = threading.Lock()
        self._parts: dict[str, VirtualClock] = {}

    def part(self, name: str) -> VirtualClock:
        """Return the part of this clock with a name, made on the first call; from then on ``of(name)`` returns it."""
        with self._lock:
            return self._parts.setdefault(name, VirtualClock())

    def of(self, name: str) -> VirtualClock:
        """Return the part with a name, or the whole clock if there is no such part."""
        return self._parts.get(name, self)

    def now(self) -> float:
        """Return the time."""
        return self._on(_TICK_S)

    def sleep(self, seconds: float) -> None:
        """Advance the clock by ``seconds``."""
        self._on(max(seconds, 0.0))

    def _on(self, seconds: float) -> float:
        with self._lock:
            self._now += seconds
            return self._now
