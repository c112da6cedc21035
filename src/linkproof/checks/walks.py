"""Walks over the pages of a list: what a page adds to the pages before it.

A step is worked out from the walk so far and one call, and changes nothing: the checks judge it, and ``record`` (in
``state.py``) keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from typing import Any

from linkproof.base.json_values import at
from linkproof.checks.subjects import ObservedCollection
from linkproof.contract.call import Call
from linkproof.contract.names import name_of

#: A walk that shows nothing new over this many pages never ends.
_IDLE_PAGES = 20

#: Query parameters by which a list is filtered, with their values, sorted.
Filters = tuple[tuple[str, str], ...]
#: Sort key and direction.
Order = tuple[str, str]


class Onward(Enum):
    """Where a page's next link leads."""

    GOES_ON = "goes on"
    LINK_TWICE = "link twice"
    NEVER_ENDS = "never ends"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Chain:
    """Pages that next links have joined, up to a page that is not seen yet."""

    start: int
    first: Call
    links: AbstractSet[str]
    names: AbstractSet[str]
    pages: int
    idle: int
    sound: bool


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """A page of a list by next link or by token, as the next one of a walk; ``link`` is either.

    ``twice``: names that came before, or twice on this page. ``changed``: whether connections were added or removed
    since the walk began. ``sound``: whether nothing was wrong with the walk that leaves it unjudged.
    """

    start: int
    first: Call
    pages: int
    names: tuple[str, ...]
    before: AbstractSet[str]
    twice: tuple[str, ...]
    idle: int
    changed: bool
    sound: bool
    link: str
    onward: Onward

    @property
    def all_names(self) -> frozenset[str]:
        """The names on all pages so far."""
        return frozenset(self.names).union(self.before)


_NOTHING: AbstractSet[str] = frozenset()


def linked_page(
    call: Call, chain: Chain | None, index: int, collection: ObservedCollection, names: tuple[str, ...]
) -> LinkedPage:
    """A page of a list by next link or token, with the ``names`` of its items ("": it has none).

    ``chain`` is the walk that led to it, None for a first page.
    """
    rules = call.contract.list
    before = chain.names if chain else _NOTHING
    start = chain.start if chain else index
    counts = Counter(names)
    twice = tuple(sorted(n for n, count in counts.items() if n and (n in before or count > 1)))
    idle = 0 if any(n not in before for n in counts) else (chain.idle if chain else 0) + 1
    changed = collection.membership > start
    has_items = isinstance(call.answer, dict) and isinstance(at(call.answer, rules.items), list)
    # SHP-1 or SHP-5 says what is wrong with an item that has no name.
    sound = (chain.sound if chain else True) and has_items and "" not in counts
    found = at(call.answer, rules.next_link or rules.next_token)
    link = found if isinstance(found, str) else ""
    first = chain.first if chain else call
    return LinkedPage(
        start=start,
        first=first,
        pages=(chain.pages if chain else 0) + 1,
        names=names,
        before=before,
        twice=twice,
        idle=idle,
        changed=changed,
        sound=sound,
        link=link,
        onward=_onward(call, link, chain, first, idle),
    )


def _onward(call: Call, link: str, chain: Chain | None, first: Call, idle: int) -> Onward:
    if not link:
        return Onward.ENDS
    if (chain and link in chain.links) or link in (_way_to(first), _way_to(call)):
        return Onward.LINK_TWICE
    return Onward.NEVER_ENDS if idle >= _IDLE_PAGES else Onward.GOES_ON


def _way_to(call: Call) -> Any:
    """What leads to a page: its URL, or the token that was sent for it."""
    token = call.contract.list.token
    return call.listing(token) if token else call.exchange.request.url


def key_of_page(call: Call) -> str:
    """What a next link or a token has to be for the page that it leads to."""
    if not call.contract.list.token:
        return call.exchange.request.url
    sent = _way_to(call)
    return walk_key(call, sent) if isinstance(sent, str) and sent else ""


def walk_key(call: Call, link: str) -> str:
    """What a page's next link or token is known by: a token belongs to the collection and the filters of its walk."""
    return link if not call.contract.list.token else f"{call.collection} {wanted_by(call)} {link}"


#: The names of filters with the values that fit, sorted.
Wanted = tuple[tuple[str, tuple[str, ...]], ...]


def wanted_by(call: Call) -> Wanted:
    """The filters of a list that has them as a list of names and values."""
    rules = call.contract.list
    found = at(call.sent, f"/{rules.filter_list}") if rules.filter_list else ()
    wanted: list[tuple[str, tuple[str, ...]]] = []
    for one in found if isinstance(found, list) else ():
        name, values = at(one, f"/{rules.filter_name}"), at(one, f"/{rules.filter_values}")
        if isinstance(name, str) and isinstance(values, list):
            wanted.append((name, tuple(sorted(v for v in values if isinstance(v, str)))))
    return tuple(sorted(wanted))


@dataclass(frozen=True, slots=True)
class Totals:
    """The number of items that a list first said it has: the number, the index and the URL of that page."""

    number: int
    index: int
    url: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The name and sort key at each place of a list, by the pages of one filter and order so far.

    ``end`` is the number of items, None while no page has shown the end; ``judged``: whether the whole was judged.
    """

    names: Mapping[int, str]
    keys: Mapping[int, str]
    end: int | None = None
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """An item that stands where another stood before: its index on the page, the place, the two names."""

    index: int
    place: int
    before: str
    name: str


@dataclass(frozen=True, slots=True)
class OffsetPage:
    """A page of a list by limit and offset, laid over the pages before it.

    ``total`` is the number of items that the page says the list has, None where it says none. ``placed`` maps places to
    (name, sort key). ``whole`` are the names of the whole list, None unless this page is the first to complete it.
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

    @property
    def total_varies(self) -> bool:
        """Whether the total is not the one that an earlier page gave."""
        return self.total is not None and self.totals is not None and self.total != self.totals.number


_EMPTY = Listing({}, {})


def filters_of(call: Call) -> Filters:
    """The filters that a list is asked for."""
    return tuple(sorted((n, call.query[n]) for n in call.contract.list.filters if call.query.get(n)))


def order_of(call: Call) -> Order:
    """The order that a list is asked for, or its default."""
    rules = call.contract.list
    return (
        call.query.get(rules.sort_key, rules.default_sort_key),
        call.query.get(rules.sort_dir, rules.default_sort_dir),
    )


def number_of(call: Call, name: str, default: int) -> int:
    """A query parameter's number."""
    sent = call.query.get(name)
    return int(sent) if sent is not None else default


def is_filtered_by_nothing(call: Call) -> bool:
    """Whether a filter is sent empty. The contract leaves open whether that is no filter, or fits nothing."""
    return any(call.query.get(name) == "" for name in call.contract.list.filters)


def offset_page(call: Call, epoch: int, totals: Totals | None, listing: Listing | None) -> OffsetPage:
    """A page of a list by limit and offset; ``listing`` are the pages before it since the collection last changed."""
    rules, before = call.contract.list, listing or _EMPTY
    found = at(call.answer, rules.total)
    total = found if isinstance(found, int) and not isinstance(found, bool) else None
    placed, conflict = _placed(call, before)
    end = before.end if conflict else _end(call, before)
    whole = None
    if end is not None and not conflict and not before.judged:
        whole = _whole(before, placed, end)
    return OffsetPage(filters_of(call), order_of(call), epoch, totals, total, placed, conflict, end, whole)


def _placed(call: Call, before: Listing) -> tuple[dict[int, tuple[str, str]], Conflict | None]:
    """Return the places of the page's items, and the first that conflicts with an earlier page."""
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
