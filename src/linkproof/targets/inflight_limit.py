"""Limits the number of concurrent requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Maximum of ``--concurrency``, and the number of connections that are kept open.
MOST_IN_FLIGHT = 64


class InflightLimit:
    """Slots for requests: each occupies one until it is answered; requests that must overlap get theirs at once."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.Semaphore(number)
        self._reserving = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Occupy a slot for one request; none if this thread was given one."""
        if getattr(self._local, "given", False):
            yield
            return
        with self._free:
            yield

    @contextmanager
    def several(self, number: int) -> Iterator[None]:
        """Occupy slots for requests that are sent together, each by a thread that calls ``give``."""
        taken = min(number, self._number)
        with self._reserving:  # two callers that each hold some of the slots that the other needs would wait for ever
            for _ in range(taken):
                self._free.acquire()
        try:
            yield
        finally:
            self._free.release(taken)

    def give(self) -> None:
        """Let this thread's requests use a slot that ``several`` holds."""
        self._local.given = True
