"""Sends one parent of a target a few harmless requests, at most ten, and keeps the answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import at
from linkproof.contract.codec import decode
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of, within_limits
from linkproof.contract.operation import Operation, Role
from linkproof.contract.protocol import Format
from linkproof.contract.schema import BodySchema
from linkproof.errors import TargetError
from linkproof.model.exchange import Exchange
from linkproof.runner.request_builder import RequestBuilder
from linkproof.targets.budget import OutOfTime
from linkproof.targets.client import Client
from linkproof.targets.model import TargetContract

#: Maximum number of requests for one parent, a reset included.
MOST_REQUESTS = 10
#: Maximum number of list pages that are read, and of connections that are read one by one.
MOST_PAGES, MOST_GETS = 3, 4
_UNKNOWN_ID = "0dd5eed0-1111-4222-8333-944445555666"


class Reply:
    """An answer, or the error instead of it. ``value`` is its body's, read in the contract's format ``how``."""

    def __init__(
        self,
        request: str,
        exchange: Exchange | None,
        error: TargetError | None = None,
        *,
        how: Format = Format.JSON,
        schema: BodySchema | None = None,
    ) -> None:
        self.request = request
        self.error = error
        self.status = exchange.response.status if exchange else 0
        self.body = exchange.response.body if exchange else b""
        is_redirect = exchange is not None and 300 <= self.status < 400
        self.location = exchange.response.headers.get("location")[:300] if exchange and is_redirect else ""
        self.kind = exchange.response.headers.get("content-type").lower() if exchange else ""
        self.value = decode(self.body, how, schema)

    @property
    def excerpt(self) -> str:
        """Return status and beginning of the body on one line; of a redirect, where it leads."""
        text = f"to {self.location}" if self.location else " ".join(self.body[:160].decode("utf-8", "replace").split())
        return f"{self.request}: {self.status}{f' {text}' if text else ''}"


class Probe:
    """Sends requests of one contract to one of its parents; ``name`` is their name in the checklist."""

    def __init__(self, client: Client, contract: Contract, given: TargetContract) -> None:
        self.contract = contract
        self.target = client.target
        self.given = given
        self.name = given.title
        self._client = client
        self._builder = RequestBuilder(contract, self.given)

    def listing(self) -> Reply | None:
        """Request the list; return None if the contract has none."""
        operation = self.contract.by_role(Role.LIST)
        if operation is None:
            return None
        limit = self.contract.list.limit
        return self._ask(operation, given={limit: str(self.contract.most_per_page)} if limit else {})

    def absent(self) -> Reply | None:
        """Request something absent: a connection, or the list of an unknown parent.

        If requests name their operation, the list is requested with a filter for an absent connection.
        """
        operation = self.contract.by_role(Role.GET)
        if operation is not None:
            name = within_limits("linkproof-absent-1", operation.parameter(operation.item_parameter))
            return self._ask(operation, name)
        operation = self.contract.by_role(Role.LIST)
        if operation is not None and self.contract.by_name:
            by_id = next((n for n, p in self.contract.list.filters.items() if p == self.contract.member.id), "")
            return self._ask(operation, given={by_id: "linkproof-absent-1"}) if by_id else None
        parents = self.contract.parent_parameters
        if operation is None or not parents:
            return None
        return self._ask(operation, parents={parents[-1]: _UNKNOWN_ID})

    def get(self, name: str) -> Reply | None:
        """Request one connection; return None if the contract has no Get."""
        operation = self.contract.by_role(Role.GET)
        return self._ask(operation, name) if operation is not None else None

    def listed(self, first: Reply) -> tuple[dict[str, str], bool]:
        """Return the connections in a list (lower-case name to status), and whether the list is complete."""
        found: dict[str, str] = {}
        reply: Reply | None = first
        for _ in range(MOST_PAGES):
            if reply is None or reply.status != 200:
                return found, False
            found |= dict(self._items(reply.value))
            link = self._next(reply.value)
            if not link:
                return found, True
            reply = self._following(link)
        return found, False

    def _next(self, value: Any) -> str:
        """Return the next link of a page, or the token of the next page; "" if it is the last one."""
        pointer = self.contract.list.next_link or self.contract.list.next_token
        link = at(value, pointer) if pointer else None
        return link if isinstance(link, str) else ""

    def _following(self, link: str) -> Reply | None:
        """Request the next page by its link or token; return None if the link leads to another host."""
        rules, operation = self.contract.list, self.contract.by_role(Role.LIST)
        if rules.next_link:
            return self._send("GET", link) if self._client.is_own(link) else None
        return self._ask(operation, given={rules.token: link}) if operation is not None else None

    def status_in(self, value: Any) -> str:
        """Return the status of a connection in an answer; "" if there is none."""
        status = at(value, self.contract.member.status) if self.contract.member.status else None
        return status if isinstance(status, str) else ""

    def _items(self, value: Any) -> Iterator[tuple[str, str]]:
        items = at(value, self.contract.list.items)
        for item in items if isinstance(items, list) else ():
            name = name_of(self.contract, item) if isinstance(item, dict) else ""
            if name:
                yield name, self.status_in(item)

    def _ask(
        self,
        operation: Operation,
        name: str = "",
        *,
        given: dict[str, str] | None = None,
        parents: dict[str, str] | None = None,
    ) -> Reply:
        url = self._client.base_url(self.contract) + self._builder.path(operation, name, parents or {})
        query, body = self._builder.listing(given or {})
        content = self._builder.content(operation, body) if self.contract.by_name else b""
        schema = operation.responses.get(200)
        return self._send(operation.method, url, self._builder.query(query), content, operation.id, schema)

    def _send(
        self,
        method: str,
        url: str,
        query: list[tuple[str, str]] | None = None,
        content: bytes = b"",
        name: str = "",
        schema: BodySchema | None = None,
    ) -> Reply:
        request = f"{method} {url}{f' {name}' if content else ''}"
        try:
            exchange = self._client.send(self.contract, method, url, query=query or (), body=content)
        except OutOfTime:
            raise
        except TargetError as error:
            return Reply(request, None, error)
        how = self.contract.protocol.response
        return Reply(request, exchange, how=how, schema=schema if exchange.response.status == 200 else None)
