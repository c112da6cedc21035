"""Sends requests to a target over HTTP and returns exchanges, without knowing their purpose."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from json import dumps
from threading import Barrier
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from linkproof.base.clock import Clock, VirtualClock
from linkproof.base.wording import zulu_now
from linkproof.checks.urls import is_absolute, same_host
from linkproof.contract.model import Contract
from linkproof.errors import LinkproofError, TargetError
from linkproof.model.exchange import NO_ANSWER, WRONG_TOKEN, Credential, Exchange, Headers, Request, Response
from linkproof.redaction.masking import note_sent
from linkproof.targets.budget import Budget
from linkproof.targets.credentials import Credentials, credentials_of, wrong_fields
from linkproof.targets.http_client import built, http_client
from linkproof.targets.inflight_limit import InflightLimit
from linkproof.targets.model import Target
from linkproof.targets.transfer import AnswerTooLarge, InProcess, NoAnswer, TooSlow, Unreachable, receive

#: Methods that may be repeated although it is unknown whether the request arrived: they change nothing.
_SAFE = frozenset({"GET", "HEAD"})
_TRIES = 3
#: The first pause before a live target gets a retry, in seconds; each further one is four times as long.
_AGAIN_S = 0.5
_UNBOUNDED = nullcontext()
#: No server takes a longer URL; one that a server sends is not followed.
_LONGEST_URL = 1 << 16


class Client:
    """One connection pool to one target. Credentials go to the target's own hosts only.

    ``scenario`` is the running test; ``inflight``, if given, limits the number of concurrent requests.

    Args:
        target: where requests go.
        transport: replaces the network: a server in this process, or a transport of httpx.
        clock: measures the times of exchanges.
        credentials: those that other clients of the target have obtained; this one adds its own.
        began: when the minutes of the target's budget began, on the clock; None for now.
    """

    def __init__(
        self,
        target: Target,
        transport: InProcess | httpx.BaseTransport | None = None,
        clock: Clock | None = None,
        credentials: dict[str, Credentials] | None = None,
        began: float | None = None,
    ) -> None:
        self.target = target
        self._in_process = transport if isinstance(transport, InProcess) else None
        self.clock = clock or Clock()
        self.scenario = ""
        self.inflight: InflightLimit | None = None
        self.budget = Budget(target.limits, self.clock, began)
        self._http = None if isinstance(transport, InProcess) else http_client(target, transport)
        self._slow = 0
        self._credentials = {} if credentials is None else credentials
        self._hosts = [urlsplit(u) for u in self._bases() if u]

    def _bases(self) -> Iterable[str]:
        yield self.target.base_url
        yield from (c.base_url for c in self.target.contracts.values())

    def base_url(self, contract: Contract) -> str:
        """Return the base URL of a contract: its own, else the target's."""
        own = self.target.contracts[contract.id].base_url if contract.id in self.target.contracts else ""
        return (own or self.target.base_url).rstrip("/")

    def is_own(self, url: str) -> bool:
        """Whether a URL is on one of the target's hosts: only those get credentials."""
        if len(url) > _LONGEST_URL:
            return False
        try:
            url.encode()
            parts = urlsplit(url)
        except ValueError:  # a server may send any header field
            return False
        hosts = [host for host in self._hosts if same_host(parts, host)]
        # A credential for https goes over nothing else, also not to the same port.
        return is_absolute(parts) and any(parts.scheme == "https" or host.scheme != "https" for host in hosts)

    def credential_headers(
        self, contract: Contract, credential: Credential, method: str = "GET", url: str = "", body: bytes = b""
    ) -> list[tuple[str, str]]:
        """Return the header fields with a credential of the given kind, for one request."""
        if credential is Credential.MISSING or contract.vendor not in self.target.auth:
            return []
        if credential is Credential.WRONG:
            made = wrong_fields(self.target.auth[contract.vendor], method, url or self.base_url(contract), body)
            if made:
                return made
            name = contract.authorization_header
            return [(name, f"Bearer {WRONG_TOKEN}" if name == "Authorization" else WRONG_TOKEN)]
        return self._signed_in(contract.vendor, method, url or self.base_url(contract), body)

    def sign_in(self, vendors: Iterable[str]) -> None:
        """Obtain the credentials of vendors and consumers. Raises UsageError if one is unavailable."""
        wanted = {name for v in vendors for name in (v, f"{v}-consumer")}
        for name in self.target.auth.keys() & wanted:
            self._signed_in(name, "GET", self.target.base_url, b"")

    def _signed_in(self, auth: str, method: str, url: str, body: bytes) -> list[tuple[str, str]]:
        found = self._credentials.get(auth)
        if found is None:
            found = self._credentials[auth] = credentials_of(self.target.auth[auth], self.target.base_url)
        fields = found.fields(method, url, body)
        note_sent(fields)
        return fields

    def send(
        self,
        contract: Contract,
        method: str,
        url: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        credential: Credential = Credential.VALID,
    ) -> Exchange:
        """Send one request and wait for its answer. Raises TargetError without a complete answer."""
        pairs = list(query)
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}" if pairs else url
        protocol = contract.protocol
        signed = self.credential_headers(contract, credential, method, full, body)
        fields = [("Accept", protocol.response.media[0]), *signed]
        if body:
            fields.append(("Content-Type", protocol.request.media[0]))
        given = {k.lower() for k in headers or {}}
        fields = [(k, v) for k, v in fields if k.lower() not in given] + list((headers or {}).items())
        return self._exchange(contract.id, Request(method, full, Headers(fields), body), credential)

    def plain(
        self, auth: str, method: str, url: str, *, query: Mapping[str, str] | None = None, json: Any = None
    ) -> httpx.Response:
        """Send a request that is not judged, with the credential of ``[auth.<auth>]``. Raises TargetError."""
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}" if query else url
        body = dumps(json).encode() if json is not None else b""
        fields = self._signed_in(auth, method, full, body) if auth in self.target.auth else []
        if body:
            fields = [("Content-Type", "application/json"), *fields]
        self.budget.spend()
        request = Request(method, full, Headers(fields), body)
        try:
            answer = self._receive(self._built(request))
        except TargetError as error:
            raise TargetError(f"{method} {url}: {error}") from None
        # The body is already decoded: its header field would make a reader decode it again.
        kept = [(k, v) for k, v in answer.headers if k.lower() not in ("content-encoding", "content-length")]
        asked = httpx.Request(method, full)
        return httpx.Response(answer.status, headers=kept, content=answer.body, request=asked)

    def resend(self, exchange: Exchange) -> Exchange:
        """Send an exchange's request once more, unchanged. Raises TargetError."""
        return self._exchange(exchange.contract, exchange.request, exchange.credential)

    def _exchange(self, contract: str, request: Request, credential: Credential) -> Exchange:
        """Return the exchange that a request begins. Raises TargetError if no complete answer arrives."""
        started, at = self.clock.now(), zulu_now()

        def exchange(response: Response) -> Exchange:
            return Exchange(
                request,
                response,
                started=started,
                ended=self.clock.now(),
                credential=credential,
                at=at,
                contract=contract,
            )

        try:
            return exchange(self._answer(request))
        except NoAnswer as error:
            error.exchange = exchange(Response(NO_ANSWER, reason="the connection was closed without an answer"))
            raise

    def _answer(self, request: Request) -> Response:
        """Return the answer; retry a GET after a network failure, and any request that never reached the target.

        Of several consecutive timeouts only the first is retried.
        """
        sent = self._built(request)
        for attempt in range(_TRIES):
            self.budget.spend()
            try:
                with self.inflight.one() if self.inflight else _UNBOUNDED:
                    answer = self._receive(sent)
                self._slow = 0
                return answer
            except TargetError as error:
                safe = request.method in _SAFE or isinstance(error, Unreachable)
                self._slow = self._slow + 1 if isinstance(error, TooSlow) else 0
                futile = isinstance(error, AnswerTooLarge) or self._slow > 1
                if not safe or futile or attempt == _TRIES - 1:
                    raise type(error)(f"{request.method} {request.url}: {error}") from None
            self.pause(_AGAIN_S * 4**attempt if self.target.kind == "live" else 0.01)
        raise AssertionError("unreachable")

    def _built(self, request: Request) -> Request | httpx.Request:
        """Return the request as its receiver has it. Raises TargetError for a URL that cannot be asked for."""
        return built(request) if self._in_process is None else request

    def _receive(self, request: Request | httpx.Request) -> Response:
        """Return the answer, within the target's timeout and the budget's minutes. Raises TargetError, OverBudget."""
        left = self.budget.left()
        try:
            if isinstance(request, Request):
                assert self._in_process is not None
                return self._in_process.receive(request)
            assert self._http is not None
            return receive(
                self._http,
                request,
                seconds=min(self.target.timeout_s, left),
                most_bytes=self.target.max_answer_bytes,
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise TargetError(str(error)) from None
        except TooSlow:
            if left < self.target.timeout_s:
                self.budget.refuse_if_over()
            raise

    def pause(self, seconds: float) -> None:
        """Wait before the next request. Raises OverBudget if the run would be over before."""
        self.budget.rest(seconds, self.clock)

    @property
    def is_out_of_step(self) -> bool:
        """Whether answers may show the effects of requests that this run did not send: not those of a server."""
        return False

    def for_worker(self, contract: Contract) -> Client:
        """Return a client for the worker of one contract, with its part of a virtual clock."""
        if not isinstance(self.clock, VirtualClock):
            return self
        found = copy.copy(self)
        found.clock = self.clock.part(contract.id)
        return found

    def together(self, sends: Sequence[Callable[[], Exchange]], *, first: int = 0) -> list[Exchange]:
        """Send several requests at the same time, each in its own thread; return the exchanges in order.

        On a virtual clock the same time is the same instant: they are sent one after another,
        beginning with number ``first``.
        """
        if isinstance(self.clock, VirtualClock):
            return _at_one_instant(sends, first)
        start = Barrier(len(sends))

        def sent(send: Callable[[], Exchange]) -> Exchange:
            if self.inflight is not None:
                self.inflight.give()
            start.wait(timeout=10)
            return send()

        places = self.inflight.several(len(sends)) if self.inflight else nullcontext()
        with places, ThreadPoolExecutor(len(sends)) as pool:
            return list(pool.map(sent, sends))

    def reset(self) -> None:
        """Reset the target's fixtures, if it can. Raises TargetError."""
        if self.target.reset is None:
            return
        method, path = self.target.reset
        url = self.target.base_url.rstrip("/") + path
        try:
            answer = self._receive(self._built(Request(method, url)))
        except LinkproofError as error:
            kind = type(error) if isinstance(error, TargetError) else TargetError
            raise kind(f"{method} {url}: {error}") from None
        if answer.status >= 400:
            fix = (
                ": if it is still starting, give it time by --wait SECONDS" if answer.status in (502, 503, 504) else ""
            )
            raise TargetError(f"the reset {method} {url} was answered with {answer.status}{fix}")

    def close(self) -> None:
        """Close the pool."""
        if self._http is not None:
            self._http.close()


def _at_one_instant(sends: Sequence[Callable[[], Exchange]], first: int) -> list[Exchange]:
    order = [(first + n) % len(sends) for n in range(len(sends))]
    found = {n: sends[n]() for n in order}
    started = found[order[0]].started
    return [replace(found[n], started=started) for n in range(len(sends))]
