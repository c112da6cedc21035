"""How a list is cut into pages: by an opaque token in a next link, or by limit and offset. The contract says which."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from linkproof.base.json_values import at
from linkproof.contract.model import Paging as Kind
from linkproof.contract.model import Role
from linkproof.mock.messages import Asked
from linkproof.mock.presenter import Presenter
from linkproof.mock.refusal import Mistake, Refusal
from linkproof.mock.setting import Setting
from linkproof.mock.store import Connection


@dataclass(frozen=True)
class Page:
    """The connections of one page, and the members beside them by pointer."""

    items: list[Connection]
    more: Mapping[str, Any] = field(default_factory=dict)


class LinkPaging:
    """Pages that name the next one by a link; one page where the list's schema has no next link.

    A page has ``size`` connections: so many that those the server starts with make three or four pages.
    """

    token_name = "$skipToken"

    def __init__(self, setting: Setting, presenter: Presenter) -> None:  # noqa: ARG002
        self.contract = setting.contract
        self.refusals = setting.refusals
        listing = self.contract.by_role(Role.LIST)
        schema = listing.responses.get(200) if listing else None
        pointers = {p for p, _ in schema.leaves()} if schema else set()
        self.paged = self.contract.list.next_link in pointers
        self.counted = "/count" in pointers
        self.size = max(2, -(-max((len(p.connections) for p in setting.fixtures.parents), default=0) // 4))

    def cut(self, asked: Asked, connections: list[Connection]) -> Page | Refusal:
        """The page that is asked for, or the refusal of its token."""
        if not self.paged:
            return Page(connections, {"/count": len(connections)} if self.counted else {})
        token = asked.parameter(self.token_name)
        after = self.read(token) if token is not None else 0
        if after is None:
            return self.refusals.of(Mistake.QUERY, self.token_name)
        rest = [c for c in connections if c.number > after]
        items = rest[: self.size]
        more = self.next(asked, items) if len(rest) > self.size else self.end()
        return Page(items, {**more, "/count": len(items)} if self.counted else more)

    def next(self, asked: Asked, items: list[Connection]) -> Mapping[str, Any]:
        """The members of a page that is not the last."""
        return {self.contract.list.next_link: self.link(asked, self.token(items[-1]))}

    def end(self) -> Mapping[str, Any]:
        """The members of the last page: no next link."""
        return {}

    def link(self, asked: Asked, token: str) -> str:
        """Where the next page is: absolute, on the host that was called."""
        pairs = {self.contract.version_parameter: self.contract.version, self.token_name: token}
        return f"{asked.base}{asked.path}?{urlencode(pairs)}"

    def token(self, last: Connection) -> str:
        """The mark of the place behind a connection; it holds also when that connection is gone."""
        return base64.urlsafe_b64encode(f"after:{last.number}".encode()).decode().rstrip("=")

    def read(self, token: str) -> int | None:
        """The number of the connection behind which a page begins, None for a token that is none of ours."""
        try:
            text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        number = text.removeprefix("after:")
        return int(number) if text.startswith("after:") and number.isascii() and number.isdigit() else None


class LimitPaging:
    """Pages by limit and offset, in an order and through filters that the request chooses."""

    def __init__(self, setting: Setting, presenter: Presenter) -> None:
        self.contract = setting.contract
        self.rules = setting.contract.list
        self.presenter = presenter

    def cut(self, asked: Asked, connections: list[Connection]) -> Page | Refusal:
        """The page that is asked for. The query has been checked."""
        shown = [(c, self.presenter.listed(c)) for c in connections]
        fitting = [(c, v) for c, v in shown if self.fits(asked, v)]
        ordered = self.sort(asked, fitting)
        offset, limit = self.offset(asked), self.limit(asked)
        return Page(ordered[offset : offset + limit], {self.rules.total: self.total(asked, connections, ordered)})

    def fits(self, asked: Asked, value: dict[str, Any]) -> bool:
        """Whether a connection passes every filter of the request; an empty filter is none."""
        for name, pointer in self.rules.filters.items():
            wanted = asked.parameter(name)
            if wanted and str(at(value, pointer)).casefold() != wanted.casefold():
                return False
        return True

    def sort(self, asked: Asked, found: list[tuple[Connection, dict[str, Any]]]) -> list[Connection]:
        """In the order of the sort key; of equals, the earlier connection comes first."""
        pointer = "/" + self.sort_key(asked)
        found = sorted(found, key=lambda pair: pair[0].number)
        found.sort(key=lambda pair: str(at(pair[1], pointer)), reverse=self.descending(asked))
        return [c for c, _ in found]

    def sort_key(self, asked: Asked) -> str:
        """The member that is sorted by."""
        return asked.parameter(self.rules.sort_key) or self.rules.default_sort_key

    def descending(self, asked: Asked) -> bool:
        """Whether the greatest comes first."""
        return (asked.parameter(self.rules.sort_dir) or self.rules.default_sort_dir) == "desc"

    def limit(self, asked: Asked) -> int:
        """The greatest number of items on the page."""
        sent = asked.parameter(self.rules.limit)
        return self.rules.default_limit if sent is None else int(sent)

    def offset(self, asked: Asked) -> int:
        """How many items are skipped."""
        sent = asked.parameter(self.rules.offset)
        return 0 if sent is None else int(sent)

    def total(self, asked: Asked, every: list[Connection], fitting: list[Connection]) -> int:  # noqa: ARG002
        """How many connections pass the filters, whatever limit and offset are."""
        return len(fitting)


class TokenPaging(LinkPaging):
    """Pages that name the next one by a token, through filters that the request lists."""

    #: So many items a page has at most, whatever is asked for.
    most = 1000
    #: For a server whose tokens are all the same one.
    first: Connection | None = None

    def __init__(self, setting: Setting, presenter: Presenter) -> None:
        super().__init__(setting, presenter)
        self.rules = setting.contract.list
        self.presenter = presenter

    def cut(self, asked: Asked, connections: list[Connection]) -> Page | Refusal:
        """The page that is asked for, or the refusal of its token."""
        token = asked.listing(self.rules.token)
        after = self.read(token) if isinstance(token, str) and token else 0
        if after is None:
            return self.refusals.of(Mistake.TOKEN, self.rules.token)
        rest = [c for c in connections if c.number > after and self.fits(asked, self.presenter.listed(c))]
        items = rest[: self.bound(asked)]
        return Page(items, self.next(asked, items) if len(rest) > len(items) > 0 else self.end())

    def bound(self, asked: Asked) -> int:
        """The greatest number of items on the page."""
        size = asked.listing(self.rules.size)
        return min(size, self.most) if isinstance(size, int) else self.most

    def next(self, asked: Asked, items: list[Connection]) -> Mapping[str, Any]:  # noqa: ARG002
        """The members of a page that is not the last."""
        return {self.rules.next_token: self.token(items[-1])}

    def fits(self, asked: Asked, value: dict[str, Any]) -> bool:
        """Whether a connection passes every filter of the request, by one of its values."""
        filters = asked.listing(self.rules.filter_list)
        return all(self.passes(one, value) for one in filters if isinstance(one, dict)) if filters else True

    def passes(self, one: dict[str, Any], value: dict[str, Any]) -> bool:
        """Whether a connection passes one filter."""
        pointer = self.rules.filters.get(str(one.get(self.rules.filter_name)), "")
        wanted = one.get(self.rules.filter_values)
        return not pointer or (isinstance(wanted, list) and at(value, pointer) in wanted)


Paging = LinkPaging | LimitPaging


def paging_for(setting: Setting, presenter: Presenter) -> Paging:
    """The way of paging that the contract's list has."""
    match setting.contract.list.paging:
        case Kind.OFFSET:
            return LimitPaging(setting, presenter)
        case Kind.TOKEN:
            return TokenPaging(setting, presenter)
    return LinkPaging(setting, presenter)
