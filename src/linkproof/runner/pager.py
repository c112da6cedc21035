"""Follows a contract's list by next link, offset or token, up to a limit of pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from linkproof.base.json_values import at
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.rules import Paging

#: Maximum number of pages of one listing.
MAX_PAGES = 60


class FirstPage(Protocol):
    """Sends a request for a page of the list, with its parameters."""

    def __call__(self, **query: str) -> Call:
        """Return the answer."""


class Pager:
    """Pages of one contract's list.

    Args:
        contract: the contract, with the rules of its list.
        first: sends a request for the list with query parameters.
        follow: sends a GET to a next link; returns None if the link matches no contract.
        is_own: whether a URL is on the target; no other URL is followed.
    """

    def __init__(
        self,
        contract: Contract,
        first: FirstPage,
        follow: Callable[[str], Call | None],
        is_own: Callable[[str], bool],
    ) -> None:
        self._contract = contract
        self._first = first
        self._follow = follow
        self._is_own = is_own

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
        pages = [self._first()]
        seen: set[str] = set()
        while len(pages) < MAX_PAGES:
            link = at(pages[-1].answer, self._contract.list.next_link)
            if not isinstance(link, str) or not link or link in seen or not self._is_own(link):
                break
            seen.add(link)
            call = self._follow(link)
            if call is None or not call.delivers:
                break
            pages.append(call)
        return pages

    def by_token(self, size: int = 0, **query: str) -> list[Call]:
        """Return every page with ``size`` items each (0: the service's default); a repeated token ends the listing."""
        rules = self._contract.list
        asked = {**query, **({rules.size: str(size)} if size else {})}
        pages = [self._first(**asked)]
        seen: set[str] = set()
        while len(pages) < MAX_PAGES and pages[-1].delivers:
            token = at(pages[-1].answer, rules.next_token)
            if not isinstance(token, str) or not token or token in seen:
                break
            seen.add(token)
            pages.append(self._first(**asked, **{rules.token: token}))
        return pages

    def by_offset(self, limit: int = 0, **query: str) -> list[Call]:
        """Return every page with ``limit`` items each, or the most that the contract allows.

        0 stands for the contract's default, which is then not sent.
        """
        rules = self._contract.list
        limit = min(limit, self._contract.most_per_page)
        pages: list[Call] = []
        offset = 0
        while len(pages) < MAX_PAGES:
            page_query = {**query, rules.offset: str(offset)} if offset else dict(query)
            if limit:
                page_query[rules.limit] = str(limit)
            pages.append(self._first(**page_query))
            got = len(pages[-1].items)
            offset += got
            if not got or not pages[-1].delivers or got < (limit or rules.default_limit):
                break
        return pages
