"""How many requests may be on their way at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Nobody asks for more at a time; as many connections are kept open.
MOST_PLACES = 64


class Places:
    """So many places; a request takes one until its answer is there, requests that must overlap take theirs at once."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.Semaphore(number)
        self._several = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place for a request; none is taken where its thread was given one."""
        if getattr(self._local, "given", False):
            yield
            return
        with self._free:
            yield

    @contextmanager
    def several(self, number: int) -> Iterator[None]:
        """Places for requests that are sent together, each by a thread that is ``given`` its own."""
        taken = min(number, self._number)
        with self._several:  # two that each wait for what the other has would wait for ever
            for _ in range(taken):
                self._free.acquire()
        try:
            yield
        finally:
            self._free.release(taken)

    def give(self) -> None:
        """This thread's requests have their place."""
        self._local.given = True
