"""Ends a run between two requests, and not in the middle of one.

An interrupt that Python raises wherever the program happens to be may leave a connection pool's lock held, and whoever
closes the pool then waits for ever. So a first signal is only noted: waiting ends at once, and the next request is not
sent. A second one is Python's own interrupt.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_asked = threading.Event()


def pause(seconds: float) -> None:
    """Wait, but not after it was asked to stop."""
    _asked.wait(seconds)


def go_on_or_stop() -> None:
    """Raises KeyboardInterrupt where it was asked to stop."""
    if _asked.is_set():
        raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it, Ctrl-C and SIGTERM are noted; what was noted is forgotten afterwards."""
    with _signals(_asked.set, "stopping after the request at hand; once more stops at once"):
        try:
            yield
        finally:
            _asked.clear()


@contextmanager
def undisturbed(where: object) -> Iterator[None]:
    """While something is undone, a first signal is answered with a word only."""
    _asked.clear()
    with _signals(lambda: None, f"cleaning up ({where}); once more stops that, and leaves it to linkproof cleanup"):
        yield


@contextmanager
def _signals(first: Callable[[], object], word: str) -> Iterator[None]:
    """A first signal does something and says a word, a second one interrupts."""
    told: list[int] = []
    # pytest has standard error for itself while a test runs.
    terminal = os.dup(2)

    def asked(*_: object) -> None:
        if told:
            raise KeyboardInterrupt
        told.append(1)
        os.write(terminal, f"{word}\n".encode())
        first()

    before: dict[int, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, asked)
    except ValueError:  # not in the main thread: whoever is decides
        pass
    try:
        yield
    finally:
        for known, handler in before.items():
            signal.signal(known, handler)
        os.close(terminal)
