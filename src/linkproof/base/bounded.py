"""Maps that keep their last entries only: what is folded over traffic without end takes no memory without end."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A map of at most ``most`` entries: for one more, the oldest is forgotten."""

    __slots__ = ("_entries", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def get(self, key: K) -> V | None:
        """The value under a key, or None."""
        return self._entries.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep a value under a key; returns it."""
        if key not in self._entries and len(self._entries) >= self._most:
            self._entries.popitem(last=False)
        self._entries[key] = value
        return value

    def pop(self, key: K) -> V | None:
        """The value under a key, or None, which is no longer kept."""
        return self._entries.pop(key, None)

    def known(self) -> list[K]:
        """The keys, the oldest first."""
        return list(self._entries)

    def values(self) -> list[V]:
        """The values, the oldest first."""
        return list(self._entries.values())
