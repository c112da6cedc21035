"""What time it is, and waiting: for real, or by moving the clock on where nobody else's time has to pass."""

from __future__ import annotations

import time


class Clock:
    """Real time, in seconds from some beginning."""

    def now(self) -> float:
        """The time. It never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SkippingClock(Clock):
    """Real time, but waiting takes none: the clock is moved on instead. For servers that live by the same clock."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> float:
        """The time, with all that was skipped."""
        return time.monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        """Skip so many seconds."""
        self._skipped += max(seconds, 0.0)
