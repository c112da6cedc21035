"""Building blocks of faults: edits of a member at a pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from linkproof.base.json_values import steps_of

#: Edits one connection of an answer in place.
Edit = Callable[[dict[str, Any]], None]


def spots(value: Any, pointer: str) -> Iterator[tuple[Any, Any]]:
    """Yield container and key of every existing value at a generalised pointer."""
    *way, last = steps_of(pointer)
    here = [value]
    for step in way:
        following: list[Any] = []
        for node in here:
            if step == "*":
                following.extend(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            elif isinstance(node, dict) and step in node:
                following.append(node[step])
            elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
                following.append(node[int(step)])
        here = following
    for node in here:
        if isinstance(node, dict):
            yield from ((node, k) for k in (list(node) if last == "*" else [last] if last in node else []))
        elif isinstance(node, list) and last == "*":
            yield from ((node, i) for i in range(len(node)))


def put(pointer: str, made: Callable[[Any], Any]) -> Edit:
    """Return an edit that replaces each value at ``pointer`` by ``made(value)``."""

    def edit(value: dict[str, Any]) -> None:
        for container, key in list(spots(value, pointer)):
            container[key] = made(container[key])

    return edit


def drop(pointer: str) -> Edit:
    """Return an edit that removes the values at ``pointer``."""

    def edit(value: dict[str, Any]) -> None:
        for container, key in reversed(list(spots(value, pointer))):
            del container[key]

    return edit
