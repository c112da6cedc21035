"""Find the part of a large value that violates a schema: a validator reports each violation of a value at once.

A list of half a million items that are all wrong would take gigabytes. What is reported of it are the violations within
the first thousand items (or members that no schema names) that have any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

#: Items of a list, and members of an object without names in the schema, that are looked at together.
MOST_TOGETHER = 1000


class Part:
    """A value, in which each long list and object has only its entries from ``begin`` to ``end``."""

    def __init__(self, whole: Any, begin: int, end: int, named: frozenset[str], spine: frozenset[int]) -> None:
        self._whole, self._begin, self._end, self._named, self._spine = whole, begin, end, named, spine
        self.value = self._cut(whole)

    def path(self, path: Iterable[str | int]) -> list[str | int]:
        """Return the path in the whole value of what is at a path in this part."""
        here: Any = self._whole
        found: list[str | int] = []
        for step in path:
            own = step + self._offset(here) if isinstance(step, int) else step
            found.append(own)
            here = here[own]
        return found

    def _offset(self, node: list[Any]) -> int:
        return self._begin if len(node) > MOST_TOGETHER and self._begin < len(node) else 0

    def _cut(self, node: Any) -> Any:
        if id(node) not in self._spine:
            return node
        if isinstance(node, list):
            begin = self._offset(node)
            end = self._end if begin == self._begin else MOST_TOGETHER
            return [self._cut(item) for item in (node[begin:end] if len(node) > MOST_TOGETHER else node)]
        others = [name for name in node if name not in self._named]
        kept = frozenset(others[self._begin : self._end] or others[:MOST_TOGETHER])
        return {name: self._cut(item) for name, item in node.items() if name in self._named or name in kept}


def failing_part(value: Any, fits: Callable[[Any], bool], named: frozenset[str]) -> Part | None:
    """Return a part of a value that does not fit; None for a value with nothing long in it.

    Args:
        value: a value that does not fit.
        fits: whether a value fits the schema.
        named: the members that the schema names.
    """
    spine: set[int] = set()
    longest = _measure(value, named, spine)
    if longest <= MOST_TOGETHER:
        return None

    def part(begin: int, end: int) -> Part:
        return Part(value, begin, end, named, frozenset(spine))

    begin, end = 0, MOST_TOGETHER
    while end < longest and fits(part(0, end).value):
        begin, end = end, 2 * end
    while end - begin > MOST_TOGETHER:
        middle = (begin + end) // 2
        begin, end = (middle, end) if fits(part(begin, middle).value) else (begin, middle)
    return part(begin, end)


def _measure(value: Any, named: frozenset[str], spine: set[int]) -> int:
    """Return the most entries of any list or object; add the ids of all that contain a long one to ``spine``."""
    if not isinstance(value, list | dict):
        return 0
    children: Iterable[Any] = value
    own = len(value)
    if isinstance(value, dict):
        children = value.values()
        own = len(value.keys() - named) if own > MOST_TOGETHER else 0
    deepest = max((_measure(child, named, spine) for child in children), default=0)
    if max(own, deepest) > MOST_TOGETHER:
        spine.add(id(value))
    return max(own, deepest)
