"""How the work grows with the text, measured so that a busy machine does not matter: by ratio, in pairs."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Ten times the text may take this many times the work.
MOST = 15.0
#: Work below this many CPU seconds is too little to measure, and harmless.
_LITTLE = 0.02
#: Work that is linear passes at the first or second try; only a suspicion costs all of them.
_TRIES = 12
#: How often the small work is done for the large one.
_TIMES = 10
#: No noise makes linear work look like this after some tries; quadratic work has a hundred.
_BEYOND_DOUBT, _ENOUGH = 60.0, 2


def growth(
    work: Callable[[str], object], small: str, large: str, *, most: float = MOST, little: float = _LITTLE
) -> float:
    """Return how many times more CPU time ``large`` takes than ``small``, or 0 where ``large`` takes next to none.

    Args:
        work: what is measured.
        small: a text.
        large: a text of ten times its length, whose work takes little memory: the kernel provides megabytes anew each
            time, which is not in proportion.
        most: where a pair is no more than this, no other is tried.
        little: CPU seconds; work that takes less for ``large`` is not measured.

    Each try does the large work once and the small work ten times, one after the other, and compares the two: both take
    about as long, so that what else the machine does slows down both. The best of these pairs counts.
    """
    much = seconds(work, large)
    if much < little:
        return 0.0
    found = float("inf")
    for number in range(_TRIES):
        few = sum(seconds(work, small) for _ in range(_TIMES)) / _TIMES
        found = min(found, much / max(few, 1e-6))
        if found <= most or (number >= _ENOUGH and found > _BEYOND_DOUBT):
            break
        much = seconds(work, large)
    return found


def seconds(work: Callable[[str], object], text: str) -> float:
    """Return the CPU time of one call, of this thread only and without the collector of garbage.

    The collector looks through all that the process holds, that of other tests too: that is no property of the work.
    """
    with _no_collector():
        start = time.thread_time()
        work(text)
        return time.thread_time() - start


@contextmanager
def _no_collector() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
