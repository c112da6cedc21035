"""What got worse since figures were last kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: A figure is worse if it is so many times the last one.
LIMIT = 1.1
#: Figures of which more is better; of all others less is. What a key is not about is no figure: numbers of exchanges.
_MORE = "times"
_NO_FIGURES = ("contracts", "exchanges", "rounds", "gigabytes", "sum_of_latencies_s", "bare_requests")


def spread(values: list[float], digits: int = 1) -> dict[str, float]:
    """Median, least and largest of several measurements."""
    ordered = sorted(values)
    median = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return {"median": round(median, digits), "min": round(ordered[0], digits), "max": round(ordered[-1], digits)}


def worse(before: Any, now: Any) -> Iterator[str]:
    """Yield a line for each figure that is worse than before by more than 10 %; what is new has no figure before."""
    old = dict(_figures(before))
    for path, value in _figures(now):
        was = old.get(path)
        if was is None or min(was, value) <= 0:
            continue
        is_more_better = any(_MORE in part and "libraries" not in part for part in path)
        times = was / value if is_more_better else value / was
        if times > LIMIT:
            yield f"{' '.join(path)}: {was} before, {value} now ({times - 1:.0%} worse)"


def _figures(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(value, dict):
        if "median" in value:
            yield path, float(value["median"])
            return
        for key, part in value.items():
            if key not in _NO_FIGURES:
                yield from _figures(part, (*path, str(key)))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _figures(part, (*path, str(number)))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)
