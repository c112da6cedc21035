"""Stop a run after the current request.

Python raises an interrupt wherever the program is, which may leave the lock of a connection pool held; closing the pool
then waits for ever. So the first signal only sets a flag: waiting ends at once, and no further request is sent. The
second signal is Python's own interrupt.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_asked = threading.Event()


def pause(seconds: float) -> None:
    """Wait for ``seconds``, or until a stop is requested."""
    _asked.wait(seconds)


def go_on_or_stop() -> None:
    """Raise KeyboardInterrupt if a stop was requested."""
    if _asked.is_set():
        raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it, Ctrl-C and SIGTERM request a stop. The request is cleared afterwards."""
    with _signals(_asked.set, "stopping after the current request; repeat to stop at once"):
        try:
            yield
        finally:
            _asked.clear()


@contextmanager
def undisturbed(where: object) -> Iterator[None]:
    """Within it, the first signal only prints a message: something is being undone."""
    _asked.clear()
    with _signals(lambda: None, f"cleaning up ({where}); repeat to stop it, and leave the rest to linkproof cleanup"):
        yield


@contextmanager
def _signals(first: Callable[[], object], word: str) -> Iterator[None]:
    """Call ``first`` and print ``word`` on the first signal; raise KeyboardInterrupt on the second."""
    received: list[int] = []
    # pytest has standard error for itself while a test runs.
    terminal = os.dup(2)

    def asked(*_: object) -> None:
        if received:
            raise KeyboardInterrupt
        received.append(1)
        first()
        with suppress(OSError):  # whoever read it has ended
            os.write(terminal, f"{word}\n".encode())

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
