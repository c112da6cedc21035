"""Follows a contract's list by next link, offset or token, up to a limit of pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from linkproof.base.json_values import at
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of
from linkproof.contract.rules import Paging

#: Maximum number of pages of one listing.
MAX_PAGES = 60
#: Number of consecutive pages without a new item after which a listing never ends (PAG-3 reports it); and after which
#: later listings of such a contract end. A page without items, and a link to the next one, is legal.
_MOST_IDLE, _MOST_IDLE_LATER = 20, 2


class FirstPage(Protocol):
    """Sends a request for a page of the list, with its parameters."""

    def __call__(self, **query: str) -> Call:
        """Return the answer."""


@dataclass
class _Listing:
    """The pages of one listing so far, and how many of the last ones had no new item."""

    contract: Contract
    endless: set[str]
    pages: list[Call] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    idle: int = 0

    def add(self, call: Call) -> None:
        self.pages.append(call)
        names = {name_of(self.contract, item) for item in call.items}
        self.idle = 0 if names - self.names else self.idle + 1
        self.names |= names
        if self.idle >= _MOST_IDLE:
            self.endless.add(self.contract.id)

    @property
    def may_go_on(self) -> bool:
        most_idle = _MOST_IDLE_LATER if self.contract.id in self.endless else _MOST_IDLE
        return len(self.pages) < MAX_PAGES and self.idle < most_idle and self.pages[-1].delivers


class Pager:
    """Pages of one contract's list.

    Args:
        contract: the contract, with the rules of its list.
        first: sends a request for the list with query parameters.
        follow: sends a GET to a next link; returns None if the link matches no contract.
        is_own: whether a URL is on the target; no other URL is followed.
        endless: the contracts of the run whose lists never end.
    """

    def __init__(
        self,
        contract: Contract,
        first: FirstPage,
        follow: Callable[[str], Call | None],
        is_own: Callable[[str], bool],
        endless: set[str],
    ) -> None:
        self._contract = contract
        self._first = first
        self._follow = follow
        self._is_own = is_own
        self._endless = endless

    def all(self) -> list[Call]:
        """Return every page, in the way in which the contract's list is paged."""
        match self._contract.list.paging:
            case Paging.OFFSET:
                return self.by_offset()
            case Paging.TOKEN:
                return self.by_token()
            case _:
                return self.by_next_link()

    def by_next_link(self) -> list[Call]:
        """Return every page; a repeated next link, or one on another host, ends the listing."""
        listing = self._listing(self._first())
        seen: set[str] = set()
        while listing.may_go_on:
            link = at(listing.pages[-1].answer, self._contract.list.next_link)
            if not isinstance(link, str) or not link or link in seen or not self._is_own(link):
                break
            seen.add(link)
            call = self._follow(link)
            if call is None or not call.delivers:
                break
            listing.add(call)
        return listing.pages

    def by_token(self, size: int = 0, **query: str) -> list[Call]:
        """Return every page with ``size`` items each (0: the service's default); a repeated token ends the listing."""
        rules = self._contract.list
        asked = {**query, **({rules.size: str(size)} if size else {})}
        listing = self._listing(self._first(**asked))
        seen: set[str] = set()
        while listing.may_go_on:
            token = at(listing.pages[-1].answer, rules.next_token)
            if not isinstance(token, str) or not token or token in seen:
                break
            seen.add(token)
            listing.add(self._first(**asked, **{rules.token: token}))
        return listing.pages

    def by_offset(self, limit: int = 0, **query: str) -> list[Call]:
        """Return every page with ``limit`` items each, or the most that the contract allows.

        0 stands for the contract's default, which is then not sent.
        """
        rules = self._contract.list
        limit = min(limit, self._contract.most_per_page)
        size = {rules.limit: str(limit)} if limit else {}
        listing = self._listing(self._first(**query, **size))
        offset = 0
        while listing.may_go_on:
            got = len(listing.pages[-1].items)
            offset += got
            if not got or got < (limit or rules.default_limit):
                break
            listing.add(self._first(**query, **{rules.offset: str(offset)}, **size))
        return listing.pages

    def _listing(self, first: Call) -> _Listing:
        listing = _Listing(self._contract, self._endless)
        listing.add(first)
        return listing
