"""How the work grows with the text, measured so that a busy machine does not matter: by ratio, the best of several."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Ten times the text may take this many times the work.
MOST = 15.0
#: Work below this many CPU seconds is too little to measure, and harmless.
_LITTLE = 0.02
_TRIES = 3


def growth(work: Callable[[str], object], small: str, large: str) -> float:
    """How many times more CPU time ``large`` takes than ``small``; 0 where even ``large`` takes next to none."""
    best = seconds(work, large)
    if best < _LITTLE:
        return 0.0
    found = float("inf")
    for _ in range(_TRIES):
        before = min(seconds(work, small) for _ in range(2))
        best = min(best, seconds(work, large))
        found = min(found, best / max(before, 1e-6))
        if found <= MOST:
            break
    return found


def seconds(work: Callable[[str], object], text: str) -> float:
    """The CPU time of one go."""
    start = time.process_time()
    work(text)
    return time.process_time() - start
