"""Walks over the pages of a list by next link or token: what a page adds to the pages before it.

A step is computed from the walk so far and one call, without changing either: checks judge it, and ``record`` (in
``state.py``) stores it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from typing import Any

from linkproof.base.json_values import at
from linkproof.checks.observed_collection import ObservedCollection
from linkproof.contract.call import Call

#: Number of consecutive pages without a new item after which a walk counts as endless.
_IDLE_PAGES = 20


class Onward(Enum):
    """Where a page's next link leads."""

    GOES_ON = "goes on"
    LINK_TWICE = "link twice"
    NEVER_ENDS = "never ends"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Chain:
    """Pages joined by next links, up to a page that is not seen yet."""

    start: int
    first: Call
    last: Call
    links: AbstractSet[str]
    names: AbstractSet[str]
    pages: int
    idle: int
    sound: bool


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """A page of a list by next link or token, as the next one of a walk; ``link`` is either.

    ``previous``: the page that led to it. ``twice``: names that occurred before, or twice on this page. ``changed``:
    whether connections were added or removed since the walk began. ``sound``: False if an irregularity of the walk
    leaves it unjudged.
    """

    start: int
    first: Call
    previous: Call | None
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
        """Return the names on all pages so far."""
        return frozenset(self.names).union(self.before)


_NOTHING: AbstractSet[str] = frozenset()


def linked_page(
    call: Call, chain: Chain | None, index: int, collection: ObservedCollection, names: tuple[str, ...]
) -> LinkedPage:
    """Return the page of a list by next link or token, with the ``names`` of its items ("": no name).

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
    # SHP-1 or SHP-5 reports an item without a name.
    sound = (chain.sound if chain else True) and has_items and "" not in counts
    found = at(call.answer, rules.next_link or rules.next_token)
    link = found if isinstance(found, str) else ""
    first = chain.first if chain else call
    return LinkedPage(
        start=start,
        first=first,
        previous=chain.last if chain else None,
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
    """Return what leads to a page: its URL, or the token that was sent for it."""
    token = call.contract.list.token
    return call.listing(token) if token else call.exchange.request.url


def key_of_page(call: Call) -> str:
    """Return the key of the page that a next link or token leads to."""
    if not call.contract.list.token:
        return call.exchange.request.url
    sent = _way_to(call)
    return walk_key(call, sent) if isinstance(sent, str) and sent else ""


def walk_key(call: Call, link: str) -> str:
    """Return the key of a page's next link or token: a token belongs to the collection and the filters of its walk."""
    return link if not call.contract.list.token else f"{call.collection} {wanted_by(call)} {link}"


#: The names of filters with their accepted values, sorted.
Wanted = tuple[tuple[str, tuple[str, ...]], ...]


def wanted_by(call: Call) -> Wanted:
    """Return the filters in a request for a list by token: parameters of the query, or pairs of name and values."""
    rules = call.contract.list
    if rules.filters_by_token and not rules.filter_list:
        return tuple(sorted((name, (call.query[name],)) for name in rules.filters if name in call.query))
    found = at(call.sent, f"/{rules.filter_list}") if rules.filter_list else ()
    wanted: list[tuple[str, tuple[str, ...]]] = []
    for one in found if isinstance(found, list) else ():
        name, values = at(one, f"/{rules.filter_name}"), at(one, f"/{rules.filter_values}")
        if isinstance(name, str) and isinstance(values, list):
            wanted.append((name, tuple(sorted(v for v in values if isinstance(v, str)))))
    return tuple(sorted(wanted))
