"""The embedded server as an ASGI application: all contracts on one host, and two paths that no contract has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypedDict, Unpack
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linkproof.contract.address import AddressPattern
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation
from linkproof.contract.request_match import selected_operation
from linkproof.contract.routing import Route as Found
from linkproof.contract.routing import Router
from linkproof.mock.defaults import DEFAULT, Choice
from linkproof.mock.fixtures import Fixtures, read_fixtures
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.service import Service
from linkproof.mock.setting import Setting
from linkproof.mock.vendors.consumers import Consumers

#: The longest body that is accepted, in bytes.
MAX_BODY = 1_000_000
#: Prefix of the two paths that no contract has.
_CONTROL = "/_control/"


class Server:
    """The services of all contracts; routes each request to one of them."""

    def __init__(self, services: Iterable[Service], consumers: Consumers | None = None) -> None:
        self.services = tuple(services)
        self.consumers = consumers
        self.router = Router((s.contract for s in self.services), any_version=True)
        self._by_contract = {(s.contract.id, s.contract.version): s for s in self.services}
        by_path = (s for s in self.services if not s.contract.by_name)
        self._usual = next(by_path, self.services[0])
        self._by_start = {s.contract.collection_path.split("/")[1].lower(): s for s in reversed(self.services)}

    def reset(self) -> None:
        """Reset every contract to its fixtures."""
        for service in self.services:
            service.reset()
        if self.consumers is not None:
            self.consumers.reset()

    def answer(self, asked: Asked, query: str) -> Answer:
        """Return the answer to a request whose contract is not yet known."""
        made = self.consumers.answer(asked) if self.consumers else None
        if made is not None:
            return made
        service = self.find(asked, query)
        asked.contract = service.contract
        return service.answer(asked)

    def find(self, asked: Asked, query: str) -> Service:
        """Return the service of a request, and set on ``asked`` what its path names."""
        route = self.router.match(f"{asked.path}?{query}", self._of_several(asked.path))
        if not isinstance(route, str) and route.path.strip("/").count("/") == asked.path.strip("/").count("/"):
            asked.template, asked.parameters = route.path, route.parameters
            asked.contract = route.contract
            asked.operation = _operation_of(asked, route)
            return self._by_contract[route.contract.id, route.contract.version]
        for service in self.services:
            poll = service.operations.find(asked.path)
            if poll is not None:
                asked.poll, asked.poll_id = poll
                return service
        # An unknown path gets the error response of the vendor whose paths share its beginning.
        return self._by_start.get(asked.path.split("/")[1].lower() if "/" in asked.path else "", self._usual)

    def _of_several(self, path: str) -> str:
        """Return the id of the contract that serves the named parent, where several share a path; "" if the path is
        enough.
        """
        known = self.router.contracts_at(path)
        if not any(contract.hosts for contract in known):
            return ""

        def agreement(identifier: str) -> int:
            route = self.router.match(path, identifier)
            service = next(s for s in self.services if s.contract.id == identifier)
            return -1 if isinstance(route, str) else service.store.agreement(route.parameters)

        return max((contract.id for contract in known), key=agreement)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        body, too_large = await _body(receive)
        headers: dict[str, str] = {}
        for key, value in scope["headers"]:
            headers.setdefault(key.decode("latin-1").lower(), value.decode("latin-1"))
        query = scope["query_string"].decode("utf-8", "replace")
        host = headers.get("host") or ":".join(map(str, scope.get("server") or ("127.0.0.1",)))
        asked = Asked(
            contract=self.services[0].contract,
            method=scope["method"],
            base=f"{scope['scheme']}://{host}",
            path=scope["raw_path"].decode("utf-8", "replace"),
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            body=body,
            too_large=too_large,
        )
        await _send(send, self.answer(asked, query))


def _operation_of(asked: Asked, route: Found) -> Operation | None:
    """Return the operation that a request is for; None if the contract has no such operation."""
    contract = route.contract
    if contract.by_name:
        selected = selected_operation(contract, route.query, asked.body)
        return AddressPattern(contract, route.path, asked.method, selected=selected).operation
    return next((o for o in contract.operations if o.path == route.path and o.method == asked.method), None)


async def _body(receive: Receive) -> tuple[bytes, bool]:
    """Return a request's body, truncated after the limit; the rest is read and discarded."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if chunk and size <= MAX_BODY:
            chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks), size > MAX_BODY


async def _send(send: Send, answer: Answer) -> None:
    content = answer.content()
    headers = [(k.lower().encode("latin-1"), v.encode("latin-1", "replace")) for k, v in answer.headers]
    if answer.status != 204 or content:
        headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


class ServerOptions(TypedDict, total=False):
    """Options of ``build_server``, for functions that pass them on."""

    token: str
    keys: Mapping[str, str] | None
    operation_s: float
    behaviour: Choice
    clock: Callable[[], float]
    clock_of: Callable[[Contract], float] | None
    fixtures: Callable[[Contract], Fixtures]


def build_server(
    contracts: Iterable[Contract],
    *,
    token: str = "test-token",
    keys: Mapping[str, str] | None = None,
    operation_s: float = 0.05,
    behaviour: Choice = DEFAULT,
    clock: Callable[[], float] = time.monotonic,
    clock_of: Callable[[Contract], float] | None = None,
    fixtures: Callable[[Contract], Fixtures] = read_fixtures,
) -> Server:
    """Build the server for some contracts, without a transport.

    Args:
        contracts: the contracts to serve; at least one.
        token: the only valid token, for every vendor.
        keys: secret keys by access key, for vendors whose requests are signed; without keys any signature is valid.
        operation_s: duration of a long-running operation in seconds, on ``clock``.
        behaviour: returns the parts that serve a contract.
        clock: clock that ends operations, in seconds.
        clock_of: returns a contract's own clock, if clocks differ.
        fixtures: returns a contract's initial connections.

    Raises UsageError for an invalid fixtures file.
    """
    services = []
    for contract in contracts:
        parts = behaviour(contract)
        own = partial(clock_of, contract) if clock_of else clock
        setting = Setting(contract, fixtures(contract), parts.errors(contract), token, operation_s, own, keys or {})
        services.append(parts.service(setting, parts))
    return Server(services, Consumers(services, token, operation_s, clock, keys or {}))


def _control(server: Server) -> Starlette:
    """Return the application of the two paths that no contract has."""

    async def reset(_: Request) -> Response:
        server.reset()
        return Response(status_code=204)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "contracts": [s.contract.id for s in server.services]})

    return Starlette(
        routes=[
            Route(f"{_CONTROL}reset", reset, methods=["POST"]),
            Route(f"{_CONTROL}health", health, methods=["GET"]),
        ]
    )


def build_app(contracts: Iterable[Contract], **options: Unpack[ServerOptions]) -> ASGIApp:
    """Build the server as an ASGI application, with two paths that no contract has."""
    server = build_server(contracts, **options)
    control = _control(server)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Matched by hand: a router's patterns do not match a path with a line break.
        if scope["type"] == "http" and scope["path"].startswith(_CONTROL):
            await control(scope, receive, send)
        else:
            await server(scope, receive, send)

    return app
