"""Find the beginning of a large value that violates a schema: a validator reports each violation of a value at once.

A list of half a million items that are all wrong would take gigabytes. What is reported of it are the violations
within its beginning, cut behind the first thousand items (or members that no schema names) that have any.
A beginning is judged as if it were all there is. So a schema may ask for at most a thousand items or members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

#: Items of a list, and members of an object without names in the schema, that are looked at together.
MOST_TOGETHER = 1000

#: Characters of a string that are kept of a longer one: a validator copies a value for each of its errors.
_LONGEST_STRING = 1 << 16


def shortened(value: Any, is_as_wrong: Callable[[str, str], bool]) -> Any:
    """Return a value whose strings are at most 64 kB long; the value itself if they are.

    Args:
        value: any JSON value.
        is_as_wrong: whether the second string, the beginning of the first one, violates the same. Otherwise the first
            one is kept.
    """
    return _shortened(value, is_as_wrong) if _has_long_string(value) else value


def _has_long_string(value: Any) -> bool:
    rest = [value]
    while rest:
        node = rest.pop()
        if isinstance(node, str):
            if len(node) > _LONGEST_STRING:
                return True
        elif isinstance(node, dict):
            rest.extend(node.values())
        elif isinstance(node, list):
            rest.extend(node)
    return False


def _shortened(node: Any, is_as_wrong: Callable[[str, str], bool]) -> Any:
    if isinstance(node, str):
        beginning = node[:_LONGEST_STRING]
        return beginning if len(node) == len(beginning) or is_as_wrong(node, beginning) else node
    if isinstance(node, dict):
        return {name: _shortened(item, is_as_wrong) for name, item in node.items()}
    return [_shortened(item, is_as_wrong) for item in node] if isinstance(node, list) else node


def failing_beginning(value: Any, fits: Callable[[Any], bool], named: frozenset[str]) -> Any:
    """Return a value that does not fit, each long list and object in it cut: just short enough not to fit.

    Args:
        value: a value that does not fit.
        fits: whether a value fits the schema.
        named: the members that the schema names. They are never cut away.

    Returns:
        The value itself if nothing in it is long. Whatever is left in it has the same place as in the whole value.
    """
    if not _has_long_collection(value):
        return value
    long: set[int] = set()
    longest = _measure(value, named, long)
    fitting, length = 0, MOST_TOGETHER
    while length < longest and fits(_cut(value, length, named, long)):
        fitting, length = length, 2 * length
    while length - fitting > MOST_TOGETHER:
        middle = (fitting + length) // 2
        fitting, length = (middle, length) if fits(_cut(value, middle, named, long)) else (fitting, middle)
    return _cut(value, length, named, long)


def _has_long_collection(value: Any) -> bool:
    """Whether a value contains, or is, a list or object with more entries than are looked at together."""
    rest = [value]
    while rest:
        node = rest.pop()
        if isinstance(node, dict):
            children: Iterable[Any] = node.values()
        elif isinstance(node, list):
            children = node
        else:
            continue
        if len(node) > MOST_TOGETHER:
            return True
        rest.extend(children)
    return False


def _measure(value: Any, named: frozenset[str], long: set[int]) -> int:
    """Return the most entries of any list or object; add the ids of all that are long, or contain one, to ``long``."""
    if not isinstance(value, list | dict):
        return 0
    children: Iterable[Any] = value
    own = len(value)
    if isinstance(value, dict):
        children = value.values()
        own = len(value.keys() - named) if own > MOST_TOGETHER else 0
    deepest = max((_measure(child, named, long) for child in children), default=0)
    if max(own, deepest) > MOST_TOGETHER:
        long.add(id(value))
    return max(own, deepest)


def _cut(node: Any, length: int, named: frozenset[str], long: set[int]) -> Any:
    """Return a value, each long list and object in it with its first ``length`` entries."""
    if id(node) not in long:
        return node
    if isinstance(node, list):
        return [_cut(item, length, named, long) for item in (node[:length] if len(node) > MOST_TOGETHER else node)]
    kept = {name for name, _ in zip((name for name in node if name not in named), range(length), strict=False)}
    return {name: _cut(item, length, named, long) for name, item in node.items() if name in named or name in kept}
