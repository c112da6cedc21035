"""What time it is, and waiting: for real, or on a clock of its own where nobody else's time has to pass."""

from __future__ import annotations

import threading
import time

from linkproof.base.shutdown import pause

#: By so much a clock of its own goes on whenever it is looked at: later is never the same time.
_TICK_S = 1e-4


class Clock:
    """Real time, in seconds from some beginning."""

    def now(self) -> float:
        """The time. It never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        pause(seconds)


class VirtualClock(Clock):
    """Goes on by being looked at and by sleeping, which takes no time. What it is used with must live by it, too."""

    def __init__(self) -> None:
        self._now = 1.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """The time."""
        return self._on(_TICK_S)

    def sleep(self, seconds: float) -> None:
        """Move the clock on."""
        self._on(max(seconds, 0.0))

    def _on(self, seconds: float) -> float:
        with self._lock:
            self._now += seconds
            return self._now
