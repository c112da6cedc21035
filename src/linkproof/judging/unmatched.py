"""Exchanges that were not judged, grouped by reason, method and path."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import structs

from linkproof.model.exchange import Exchange
from linkproof.model.results import UnmatchedGroup

#: Maximum number of groups.
_MOST = 1000
#: Maximum number of exchanges that a group names.
_NAMED = 3


class Unmatched:
    """Exchanges that matched no contract, or that a gateway answered."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], UnmatchedGroup] = {}

    def add(self, exchange: Exchange, reason: str) -> None:
        """Record that an exchange was not judged, and why."""
        path = urlsplit(exchange.request.url).path
        self._add(UnmatchedGroup(reason, exchange.request.method, path, 1, (exchange.label,)))

    def merge(self, other: Unmatched) -> None:
        """Add the groups of another judge."""
        for group in other._groups.values():
            self._add(group)

    def groups(self) -> list[UnmatchedGroup]:
        """Return the groups, sorted by reason, path and method."""
        return sorted(self._groups.values(), key=lambda g: (g.reason, g.path, g.method))

    def _add(self, group: UnmatchedGroup) -> None:
        key = (group.reason, group.method, group.path)
        before = self._groups.get(key)
        if before is not None:
            where = (*before.where, *group.where)[:_NAMED]
            self._groups[key] = structs.replace(before, count=before.count + group.count, where=where)
        elif len(self._groups) < _MOST:
            self._groups[key] = group
