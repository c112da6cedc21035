"""Pages of a list by limit and offset: what a page adds to the pages before it.

A page is computed from the list so far and one call, without changing either: checks judge it, and ``record`` (in
``state.py``) stores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from linkproof.base.json_values import at
from linkproof.contract.call import Call
from linkproof.contract.names import name_of

#: Maximum number of digits of a number that is read from a query.
_MOST_DIGITS = 300

#: Query parameters that filter a list, with their values, sorted.
Filters = tuple[tuple[str, str], ...]

#: Sort key and direction.
Order = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Totals:
    """The total that a list first reported: the number, the index of that page, and its call."""

    number: int
    index: int
    call: Call


@dataclass(frozen=True, slots=True)
class Listing:
    """Name and sort key at each position of a list, from the pages of one filter and order so far.

    ``places``: the position of each name, if the list has no documented order. ``end``: the number of items, None until
    a page has shown the end. ``judged``: whether the whole list was judged.
    """

    names: Mapping[int, str]
    keys: Mapping[int, str]
    places: Mapping[str, int] = field(default_factory=dict)
    end: int | None = None
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two items at the same position of a list: index on the page, position, both names."""

    index: int
    place: int
    before: str
    name: str


@dataclass(frozen=True, slots=True)
class OffsetPage:
    """A page of a list by limit and offset, combined with the pages before it.

    ``total``: the total that the page reports, None if it reports none. ``placed`` maps positions to (name, sort key).
    ``whole``: the names of the whole list, None unless this page is the first to complete it. ``twice``: names
    that an earlier page had at another position.
    """

    filters: Filters
    order: Order
    epoch: int
    totals: Totals | None
    total: int | None
    placed: Mapping[int, tuple[str, str]]
    conflict: Conflict | None
    end: int | None
    whole: tuple[str, ...] | None
    twice: tuple[str, ...]

    @property
    def total_varies(self) -> bool:
        """Whether the total differs from that of an earlier page."""
        return self.total is not None and self.totals is not None and self.total != self.totals.number


_EMPTY = Listing({}, {})


def filters_of(call: Call) -> Filters:
    """Return the filters of a list request."""
    return tuple(sorted((n, call.query[n]) for n in call.contract.list.filters if call.query.get(n)))


def order_of(call: Call) -> Order:
    """Return the order of a list request, or the default order.

    If the vendor documents none, pages of different sizes may be in different orders: the size stands for it.
    """
    rules = call.contract.list
    if not rules.default_sort_key and not call.query.get(rules.sort_key):
        return "", call.query.get(rules.limit, "")
    return (
        call.query.get(rules.sort_key, rules.default_sort_key),
        call.query.get(rules.sort_dir, rules.default_sort_dir),
    )


def number_of(call: Call, name: str, default: int) -> int:
    """Return the number in a query parameter; ``default`` without one, or if it is none."""
    sent = call.query.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= _MOST_DIGITS else default


def is_filtered_by_nothing(call: Call) -> bool:
    """Whether a filter is empty. The contract does not say whether it then matches everything or nothing."""
    return any(call.query.get(name) == "" for name in call.contract.list.filters)


def offset_page(call: Call, epoch: int, totals: Totals | None, listing: Listing | None) -> OffsetPage:
    """Return the page of a list by limit and offset. ``listing``: the pages before it since the last change."""
    rules, before = call.contract.list, listing or _EMPTY
    found = at(call.answer, rules.total)
    total = found if isinstance(found, int) and not isinstance(found, bool) else None
    placed, conflict = _placed(call, before)
    twice = () if order_of(call)[0] else _placed_elsewhere(before, placed)
    end = before.end if conflict else _end(call, before)
    whole = None
    if end is not None and not conflict and not before.judged:
        whole = _whole(before, placed, end)
    return OffsetPage(filters_of(call), order_of(call), epoch, totals, total, placed, conflict, end, whole, twice)


def _placed_elsewhere(before: Listing, placed: Mapping[int, tuple[str, str]]) -> tuple[str, ...]:
    """Return the names that an earlier page had at another position."""
    return tuple(name for place, (name, _) in placed.items() if before.places.get(name, place) != place)


def _placed(call: Call, before: Listing) -> tuple[dict[int, tuple[str, str]], Conflict | None]:
    """Return the positions of the page's items, and the first one that conflicts with an earlier page."""
    offset, sort_key = number_of(call, call.contract.list.offset, 0), "/" + order_of(call)[0]
    placed: dict[int, tuple[str, str]] = {}
    for index, item in enumerate(call.items):
        name, key, place = name_of(call.contract, item), str(at(item, sort_key)), offset + index
        stood = before.names.get(place)
        if stood is None:
            placed[place] = (name, key)
        elif stood != name and before.keys[place] != key:
            return placed, Conflict(index, place, stood, name)
    return placed, None


def _end(call: Call, before: Listing) -> int | None:
    rules = call.contract.list
    offset, limit = number_of(call, rules.offset, 0), number_of(call, rules.limit, rules.default_limit)
    got = len(call.items)
    if got < limit and (got or offset == 0):
        return offset + got
    if got == 0 and limit > 0 and (before.end is None or offset < before.end):
        return offset
    return before.end


def _whole(before: Listing, placed: Mapping[int, tuple[str, str]], end: int) -> tuple[str, ...] | None:
    names: list[str] = []
    for place in range(end):
        name: Any = before.names.get(place)
        if name is None:
            if place not in placed:
                return None
            name = placed[place][0]
        names.append(name)
    return tuple(names)
