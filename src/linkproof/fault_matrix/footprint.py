"""The footprint of a fault: the answers to a fixed list of requests that it changes, and the places in them.

Two faults can be combined if each shows in an answer, or at a place in one, that the other leaves unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from linkproof.base.clock import VirtualClock
from linkproof.base.json_values import MISSING, join
from linkproof.contract.codec import decode
from linkproof.contract.model import Contract
from linkproof.contract.protocol import Format
from linkproof.fault_matrix.matrix_run import run_all_tests
from linkproof.faults.registry import Change
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT, Choice, only_for
from linkproof.mock.direct import Direct
from linkproof.model.exchange import Request, Response
from linkproof.runner.open_target import Opened, Opener, without_a_socket
from linkproof.targets.transfer import InProcess

#: The places that a fault changes in an answer, by request; "" is the whole answer.
Footprint = Mapping[int, frozenset[str]]

_RANDOM = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?")


@dataclass
class _Recorder:
    """Records the requests that pass through it, and their answers."""

    inner: InProcess
    sent: list[tuple[Request, Response]]

    def receive(self, request: Request) -> Response:
        answer = self.inner.receive(request)
        self.sent.append((request, answer))
        return answer


def recording(opener: Opener) -> tuple[Opener, Sequence[tuple[Request, Response]]]:
    """Return an opener of the same server in this process, and the requests that are sent to it, with answers."""
    sent: list[tuple[Request, Response]] = []

    def opened(name: str, contracts: Sequence[Contract]) -> Opened:
        found = opener(name, contracts)
        assert isinstance(found.transport, InProcess)
        return replace(found, transport=_Recorder(found.transport, sent))

    return opened, sent


@dataclass(frozen=True)
class Answered:
    """An answer without what is random in it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Footprints:
    """Footprints of faults on one contract, by the requests of a whole run against the conforming server."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        opener, sent = recording(without_a_socket(DEFAULT))
        run_all_tests(opener, contract.id)
        self._requests = [request for request, _ in sent]
        self._right = self._answers(DEFAULT)
        self._known: dict[str, Footprint] = {}

    def of(self, name: str, change: Change) -> Footprint:
        """Return the footprint of a fault, computed once."""
        if name not in self._known:
            wrong = self._answers(only_for(self.contract.id, change))
            how = self.contract.protocol.response
            changed = ((n, places(a, b, how)) for n, (a, b) in enumerate(zip(self._right, wrong, strict=True)))
            self._known[name] = {n: places for n, places in changed if places}
        return self._known[name]

    def _answers(self, choice: Choice) -> list[Answered]:
        server = Direct(build_server([self.contract], behaviour=choice, clock=VirtualClock().now))
        return [comparable(server.receive(request)) for request in self._requests]


def comparable(answer: Response) -> Answered:
    """Return the comparable parts of an answer."""
    kept = {k.lower(): _RANDOM.sub("*", v) for k, v in answer.headers.pairs if k.lower() != "content-length"}
    return Answered(answer.status, kept, answer.body)


def places(right: Answered, wrong: Answered, how: Format) -> frozenset[str]:
    """Return the places in which two answers differ. A success and an error response differ as a whole."""
    if right.status // 100 != wrong.status // 100:
        return frozenset({""})
    found = {"status"} if right.status != wrong.status else set()
    names = right.headers.keys() | wrong.headers.keys()
    found |= {f"header {n}" for n in names if right.headers.get(n) != wrong.headers.get(n)}
    if right.body != wrong.body:
        found |= _changed(decode(right.body, how), decode(wrong.body, how))
    return frozenset(found)


def _changed(right: Any, wrong: Any, pointer: str = "/") -> set[str]:
    if isinstance(right, (dict, list)) and right == wrong and repr(right) == repr(wrong):
        return set()  # the usual case; True and 1 are equal, and do not look alike
    if isinstance(right, dict) and isinstance(wrong, dict):
        places = (
            _changed(right.get(k, MISSING), wrong.get(k, MISSING), f"{pointer.rstrip('/')}{join(k)}")
            for k in right.keys() | wrong.keys()
        )
        return set().union(*places) if right or wrong else set()
    if isinstance(right, list) and isinstance(wrong, list) and len(right) == len(wrong):
        pairs = enumerate(zip(right, wrong, strict=True))
        return set().union(*(_changed(a, b, f"{pointer.rstrip('/')}/{n}") for n, (a, b) in pairs))
    if isinstance(right, str) and isinstance(wrong, str) and right != wrong:
        right, wrong = _RANDOM.sub("*", right), _RANDOM.sub("*", wrong)
    return set() if type(right) is type(wrong) and right == wrong else {pointer}


def hides(one: Footprint, other: Footprint) -> bool:
    """Whether the second fault shows only at places that the first one changes as well."""
    return bool(other) and all(
        number in one and all(any(_covers(a, b) for a in one[number]) for b in places)
        for number, places in other.items()
    )


def _covers(place: str, within: str) -> bool:
    if place in ("", within):
        return True
    return within.startswith("/") and place.startswith("/") and within.startswith(place.rstrip("/") + "/")
