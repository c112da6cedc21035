"""How a list is split into pages: by a next link with an opaque token, or by limit and offset, as the contract says."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from linkproof.base.json_values import as_number, at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.rules import Paging as Kind
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Asked
from linkproof.mock.presenter import Presenter
from linkproof.mock.setting import Setting
from linkproof.mock.store import Connection


@dataclass(frozen=True)
class ListPage:
    """The connections of one page, and the members next to them by pointer."""

    items: list[Connection]
    more: Mapping[str, Any] = field(default_factory=dict)


class LinkPaging:
    """Paging by next link; a single page if the list's schema has no next link.

    A page has ``size`` connections, chosen so that the fixtures make three or four pages.
    """

    token_name = "$skipToken"

    def __init__(self, setting: Setting, presenter: Presenter) -> None:  # noqa: ARG002
        self.contract = setting.contract
        self.errors = setting.errors
        listing = self.contract.by_role(Role.LIST)
        schema = listing.responses.get(200) if listing else None
        pointers = {p for p, _ in schema.leaves()} if schema else set()
        self.paged = self.contract.list.next_link in pointers
        self.counted = "/count" in pointers
        self.size = max(2, -(-max((len(p.connections) for p in setting.fixtures.parents), default=0) // 4))

    def cut(self, asked: Asked, connections: list[Connection]) -> ListPage | ErrorResponse:
        """Return the requested page, or the error response to its token."""
        if not self.paged:
            return ListPage(connections, {"/count": len(connections)} if self.counted else {})
        token = asked.parameter(self.token_name)
        after = self.read(token) if token is not None else 0
        if after is None:
            return self.errors.of(ErrorCase.QUERY, self.token_name)
        rest = [c for c in connections if c.number > after]
        items = rest[: self.size]
        more = self.next(asked, items) if len(rest) > self.size else self.end()
        return ListPage(items, {**more, "/count": len(items)} if self.counted else more)

    def next(self, asked: Asked, items: list[Connection]) -> Mapping[str, Any]:
        """Return the members that a page has if another one follows."""
        return {self.contract.list.next_link: self.link(asked, self.token(items[-1]))}

    def end(self) -> Mapping[str, Any]:
        """Return the members of the last page: no next link or token, only the object that would have it."""
        parent = (self.contract.list.next_link or self.contract.list.next_token).rpartition("/")[0]
        return {parent: {}} if parent else {}

    def link(self, asked: Asked, token: str) -> str:
        """Return the absolute URL of the next page, on the host that the client called."""
        version = {self.contract.version_parameter: self.contract.version} if self.contract.version_parameter else {}
        pairs = {**version, self.token_name: token}
        return f"{asked.base}{asked.path}?{urlencode(pairs)}"

    def token(self, last: Connection) -> str:
        """Return a token for the place behind a connection; it stays valid when that connection is deleted."""
        return base64.urlsafe_b64encode(f"after:{last.number}".encode()).decode().rstrip("=")

    def read(self, token: str) -> int | None:
        """Return the number of the connection behind which a page begins; None for a token that the server never
        issued.
        """
        try:
            text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        number = text.removeprefix("after:")
        return int(number) if text.startswith("after:") and number.isascii() and number.isdigit() else None


class LimitPaging:
    """Paging by limit and offset, with the sort order and filters of the request."""

    def __init__(self, setting: Setting, presenter: Presenter) -> None:
        self.contract = setting.contract
        self.errors = setting.errors
        self.rules = setting.contract.list
        self.presenter = presenter

    def cut(self, asked: Asked, connections: list[Connection]) -> ListPage | ErrorResponse:
        """Return the requested page. The query has been validated."""
        shown = [(c, self.presenter.listed(c)) for c in connections]
        fitting = [(c, v) for c, v in shown if self.fits(asked, v)]
        ordered = self.sort(asked, fitting)
        offset, limit = self.offset(asked), self.limit(asked)
        total = {self.rules.total: self.total(asked, connections, ordered)} if self.rules.total else {}
        return ListPage(ordered[offset : offset + limit], total)

    def fits(self, asked: Asked, value: dict[str, Any]) -> bool:
        """Whether a connection passes every filter of the request; an empty filter matches everything."""
        for name, pointer in self.rules.filters.items():
            wanted = asked.parameter(name)
            if wanted and str(at(value, pointer)).casefold() != wanted.casefold():
                return False
        return True

    def sort(self, asked: Asked, found: list[tuple[Connection, dict[str, Any]]]) -> list[Connection]:
        """Sort by the sort key, if the contract has one; connections with equal keys keep the order of creation."""
        pointer = "/" + self.sort_key(asked)
        found = sorted(found, key=lambda pair: pair[0].number)
        found.sort(key=lambda pair: str(at(pair[1], pointer)), reverse=self.descending(asked))
        return [c for c, _ in found]

    def sort_key(self, asked: Asked) -> str:
        """Return the member to sort by."""
        return asked.parameter(self.rules.sort_key) or self.rules.default_sort_key

    def descending(self, asked: Asked) -> bool:
        """Whether the order is descending."""
        return (asked.parameter(self.rules.sort_dir) or self.rules.default_sort_dir) == "desc"

    def limit(self, asked: Asked) -> int:
        """Return the maximum number of items on the page."""
        sent = asked.parameter(self.rules.limit)
        usual = self.rules.default_limit or self.contract.most_per_page
        return usual if sent is None else int(sent)

    def offset(self, asked: Asked) -> int:
        """Return the number of items to skip."""
        sent = asked.parameter(self.rules.offset)
        return 0 if sent is None else int(sent)

    def total(self, asked: Asked, every: list[Connection], fitting: list[Connection]) -> int:  # noqa: ARG002
        """Return the number of connections that pass the filters, regardless of limit and offset."""
        return len(fitting)


class TokenPaging(LinkPaging):
    """Paging by a token in the body, with the filters that the request lists."""

    #: Maximum number of items on a page, whatever the request asks for.
    most = 1000
    #: The connection behind the token that every page has, in a server with that fault.
    first: Connection | None = None

    def __init__(self, setting: Setting, presenter: Presenter) -> None:
        super().__init__(setting, presenter)
        self.rules = setting.contract.list
        self.presenter = presenter

    def cut(self, asked: Asked, connections: list[Connection]) -> ListPage | ErrorResponse:
        """Return the requested page, or the error response to its token."""
        token = asked.listing(self.rules.token)
        after = self.read(token) if isinstance(token, str) and token else 0
        if after is None:
            return self.errors.of(ErrorCase.TOKEN, self.rules.token)
        rest = [c for c in connections if c.number > after and self.fits(asked, self.presenter.listed(c))]
        items = rest[: self.bound(asked)]
        return ListPage(items, self.next(asked, items) if len(rest) > len(items) > 0 else self.end())

    def bound(self, asked: Asked) -> int:
        """Return the maximum number of items on the page."""
        size = as_number(asked.listing(self.rules.size))
        return self.most if size is None else min(size, self.most)

    def next(self, asked: Asked, items: list[Connection]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the members that a page has if another one follows."""
        return {self.rules.next_token: self.token(items[-1])}

    def fits(self, asked: Asked, value: dict[str, Any]) -> bool:
        """Whether a connection passes every filter of the request, by any of the filter's values."""
        return all(self.passes(name, wanted, value) for name, wanted in self.filters(asked))

    def filters(self, asked: Asked) -> list[tuple[str, list[Any]]]:
        """Return name and values of each filter: from the request's list of filters, or from its query."""
        rules = self.rules
        if not rules.filter_list:
            return [(name, [sent]) for name in rules.filters if (sent := asked.parameter(name)) is not None]
        listed = asked.listing(rules.filter_list)
        ones = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        values = [one.get(rules.filter_values) for one in ones]
        return [
            (str(one.get(rules.filter_name)), wanted if isinstance(wanted, list) else [])
            for one, wanted in zip(ones, values, strict=True)
        ]

    def passes(self, name: str, wanted: list[Any], value: dict[str, Any]) -> bool:
        """Whether a connection passes one filter; an unknown filter passes all."""
        pointer = self.rules.filters.get(name, "")
        return not pointer or at(value, pointer) in wanted


Paging = LinkPaging | LimitPaging


def paging_of(contract: Contract) -> type[LinkPaging | LimitPaging]:
    """Return the paging that the contract's list uses."""
    match contract.list.paging:
        case Kind.OFFSET:
            return LimitPaging
        case Kind.TOKEN:
            return TokenPaging
    return LinkPaging
