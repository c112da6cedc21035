"""Bounded maps: state that is folded over endless traffic must not grow with it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A map of at most ``most`` entries. Adding one more drops the oldest."""

    __slots__ = ("_entries", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def get(self, key: K) -> V | None:
        """Return the value of a key, or None."""
        return self._entries.get(key)

    def put(self, key: K, value: V) -> V:
        """Set and return the value of a key."""
        if key not in self._entries and len(self._entries) >= self._most:
            self._entries.popitem(last=False)
        self._entries[key] = value
        return value

    def pop(self, key: K) -> V | None:
        """Remove and return the value of a key; None if there is none."""
        return self._entries.pop(key, None)

    def known(self) -> list[K]:
        """Return the keys, the oldest first."""
        return list(self._entries)

    def values(self) -> list[V]:
        """Return the values, the oldest first."""
        return list(self._entries.values())
