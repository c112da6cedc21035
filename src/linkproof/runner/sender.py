"""Sends a contract's requests: retries rejected ones, and finds out why there was no answer.

A server that closes the connection without an answer may have crashed on the request, may be gone, or the network may
have failed. If it is safe, the same request is sent again, with another one in between. It is a finding (HDR-5) only if
the request is dropped every time while the server answers others; otherwise it is inconclusive.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from linkproof.checks.error_bodies import from_a_gateway
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.errors import TargetError
from linkproof.model.exchange import NO_ANSWER, READING, Exchange
from linkproof.model.results import Broken
from linkproof.runner.poller import seconds_to_wait
from linkproof.runner.session import Session
from linkproof.targets.transfer import NoAnswer, TooSlow, Unreachable

#: Maximum number of retries of a throttled request.
_MOST_RETRIES = 4
#: Number of times that a request must be dropped to be a finding.
_DROPS = 3
#: Maximum number of dropped requests of one kind that are reduced; later ones are only confirmed.
_MOST_EXAMINED = 3
#: Maximum number of smaller bodies that are tried.
_MOST_SMALLER = 12
#: Number of consecutive timeouts after which no more requests of the same kind are sent.
_MOST_SLOW = 3
#: Pauses, in seconds, before another attempt at a server that refuses connections; five times as long if it is live.
_COMEBACK_S = (0.1, 0.2, 0.4, 0.8, 1.6)


class Sender:
    """Sends the requests of one contract. Raises TargetError if there is no answer.

    Args:
        session: the run.
        contract: the contract.
        probes: returns URLs of reading requests, to find out whether the target still answers.
    """

    def __init__(self, session: Session, contract: Contract, probes: Callable[[], list[str]]) -> None:
        self._session = session
        self._contract = contract
        self._probes = probes
        self._live = session.target.kind == "live"

    def ask(self, method: str, url: str, **more: Any) -> Call | None:
        """Send a request, and retry it if the target did not process it; return None if it matches no contract."""
        attempt = 0
        while True:
            call = self._session.record(self._exchange(method, url, **more))
            if call is not None and call.status == NO_ANSWER:
                self._session.unanswered(call)
                return call
            wait = None if call is None else self._retry_in(call, attempt)
            if wait is None or attempt == _MOST_RETRIES:
                break
            attempt += 1
            self._session.client.pause(wait)
        if call is not None and from_a_gateway(call, self._session.judge.circumstances):
            raise TargetError(f"{method} {url}: a gateway answered with {call.status} instead of the target")
        return call

    def _retry_in(self, call: Call, attempt: int) -> float | None:
        """Return the seconds before a retry; None if the request was answered.

        Any throttled request is retried: it had no effect. So is a GET that a live service, or its gateway, answers
        with 502, 503 or 504.
        """
        busy = self._live and call.status in (502, 503, 504) and call.exchange.request.method == "GET"
        if not call.throttled and not busy:
            return None
        asked = seconds_to_wait(call) or 2.0 ** (attempt + 1)
        return asked if self._live else min(asked, 0.02)

    def _exchange(self, method: str, url: str, **more: Any) -> Exchange:
        session, kind = self._session, (self._contract.id, method)
        if session.slow[kind] >= _MOST_SLOW:
            seconds = session.target.timeout_s
            raise TargetError(f"not sent: the last {_MOST_SLOW} {method} requests got no answer within {seconds:g} s")
        try:
            exchange = session.client.send(self._contract, method, url, **more)
        except TooSlow:
            session.slow[kind] += 1
            raise
        except NoAnswer as error:
            exchange = self._dropped(error)
        except Unreachable as error:
            self._wait_for_comeback(f"{method} {url}", error)
            raise
        session.weigh(exchange)
        session.slow[kind] = 0
        session.last_answered = f"{method} {url}"
        return exchange

    # no answer

    def _dropped(self, error: NoAnswer) -> Exchange:
        """Return a late answer, or the exchange of a request that is dropped every time. Raises TargetError."""
        dropped = error.exchange
        if dropped is None or (self._live and dropped.request.method not in READING):
            raise error
        if dropped.request.method not in READING:
            self._session.lose_track()  # it may have been performed before the connection was closed
        for _ in range(1, _DROPS):
            answer = self._again(dropped)
            if answer is not None:
                return answer
        if not self._is_alive():
            raise error
        kind = (self._contract.id, dropped.request.method)
        self._session.dropped[kind] += 1
        if self._session.dropped[kind] <= _MOST_EXAMINED and not self._live:
            smallest = self._smallest(dropped)
            if smallest is not dropped:
                self._session.record(smallest)
        return dropped

    def _again(self, dropped: Exchange) -> Exchange | None:
        """Send a request once more; return None if it is dropped again. Raises TargetError."""
        try:
            return self._session.client.resend(dropped)
        except NoAnswer:
            return None
        except Unreachable as error:
            self._wait_for_comeback(f"{dropped.request.method} {dropped.request.url}", error)
            return None

    def _is_alive(self) -> bool:
        """Whether the target answers another, reading request."""
        for url in self._probes():
            try:
                self._session.client.send(self._contract, "GET", url)
            except TargetError:
                continue
            return True
        return False

    def _wait_for_comeback(self, request: str, error: TargetError) -> None:
        """Wait for a server that refuses connections. Raises TargetError, and ends the run, if it stays away."""
        session = self._session
        for pause in _COMEBACK_S:
            session.client.pause(pause * 5 if self._live else pause)
            if session.dead or self._is_alive():
                return
        after = f" after {request}"
        answered = f"; the last request that it answered was {session.last_answered}" if session.last_answered else ""
        what = f"the target refuses connections{after} ({session.scenario_name or 'at the start'}){answered}"
        if not session.dead:
            session.dead = what
            session.broken.append(Broken(what, str(error)))
        raise TargetError(what)

    # the smallest body

    def _smallest(self, dropped: Exchange) -> Exchange:
        """Return the exchange of the smallest body that is dropped as well, within a limited number of attempts."""
        best, tried = dropped, 0
        again = True
        while again:
            again = False
            for body in _smaller(best.request.body):
                if tried == _MOST_SMALLER:
                    return best
                tried += 1
                smaller = replace(dropped, request=replace(dropped.request, body=body))
                try:
                    answer = self._again(smaller)
                except TargetError:
                    return best
                if answer is None:
                    best, again = smaller, bool(body)
                    break
        return best


def _smaller(body: bytes) -> Iterator[bytes]:
    """Yield smaller bodies, the smallest first: none, an empty object, and JSON without each of its members."""
    if not body:
        return
    yield b""
    if len(body) > 2:
        yield b"{}"
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        yield body[: len(body) // 2]
        return
    for path in _members(value):
        copy = deepcopy(value)
        inner = copy
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        yield json.dumps(copy).encode()


def _members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each member and item, the outer ones first."""
    if len(path) > 20:
        return
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, _ in pairs:
        yield (*path, key)
    for key, inner in pairs:
        yield from _members(inner, (*path, key))
