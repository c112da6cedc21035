"""Sends decisions on connections: one and its operation, one with every member, or several at the same time."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from zlib import crc32

from linkproof.base.json_values import MISSING, at, place
from linkproof.checks.enumerations import is_about_the_state
from linkproof.checks.equivalence import is_pending
from linkproof.contract.body_cases import full_body
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.errors import EngineError
from linkproof.judging.order import in_judging_order
from linkproof.runner.request_builder import RequestBuilder, added_members
from linkproof.runner.write_guard import WriteGuard

if TYPE_CHECKING:
    from linkproof.runner.driver import Driver

#: A neutral word (approve, reject) with the body that is sent for it.
Decision = tuple[str, Mapping[str, Any]]
#: Statuses by which a target says that a body is invalid.
_BLAMES_THE_BODY = frozenset({400, 422})


class Decider:
    """Sends the decisions of one contract. Raises NotExercised, TargetError."""

    def __init__(self, driver: Driver, builder: RequestBuilder, guard: WriteGuard) -> None:
        self._driver = driver
        self._session = driver.session
        self._contract = driver.contract
        self._builder = builder
        self._guard = guard

    def body(self, decision: str, name: str, description: str | None) -> dict[str, Any]:
        """Return the body of a decision: a neutral word (approve, reject) or any other value.

        Required members beyond the decision are sent as the connection shows them, and so are those without which the
        target rejected a decision before.
        """
        body = self._builder.decision(decision, name, description)
        beside = (*self._builder.required_beside, *self._session.beside.get(self._contract.id, ()))
        shown = self._driver.get(name).answer if beside else None
        for pointer in beside:
            value = at(shown, pointer)
            if value is not MISSING:
                place(body, pointer, copy.deepcopy(value))
        return body

    def decide(self, decision: str, name: str, description: str | None, more: Mapping[str, Any]) -> Call:
        """Approve or reject a connection and wait until it is at rest; ``more`` maps pointers to further members."""
        body = self.body(decision, name, description)
        for pointer, value in more.items():
            place(body, pointer, copy.deepcopy(value))
        call = self._driver.send(self._driver.deciding(decision), name, body=body)
        if call.status in _BLAMES_THE_BODY and not more:
            call = self._send_with_every_member(call, name, body)
        self._driver.wait(call, name)
        return call

    def _send_with_every_member(self, refused: Call, name: str, body: dict[str, Any]) -> Call:
        """Send a decision again with all members that its connection shows; return the accepted one of the two.

        It is tried once. If it is accepted, all further decisions have these members, so that the tests can continue on
        a target that requires an optional member.
        """
        known = self._session.beside
        if self._contract.id in known or not self._contract.decide.by_resource or is_about_the_state(refused):
            return refused
        current = self._driver.get(name)
        operation, shown = self._driver.operation(Role.DECIDE), current.items[0] if current.items else None
        if not (current.success and is_pending(self._contract, shown) and operation.request is not None):
            return refused
        whole = full_body(operation, body, shown, self._contract.member.read_only)
        known[self._contract.id] = ()
        again = self._driver.send(operation, name, body=whole)
        if not again.success:
            return refused
        known[self._contract.id] = tuple(added_members(body, whole))
        return again

    def together(self, name: str, decisions: Sequence[Decision]) -> list[Call]:
        """Send several decisions on one connection concurrently; judge them in order of the answers, losers last."""
        client, query = self._session.client, self._builder.query({})
        drawn, sends = b"", []
        for word, body in decisions:
            operation = self._driver.deciding(word)
            path, content = self._driver.path(operation, name), self._builder.content(operation, body)
            url = client.base_url(self._contract) + path
            self._guard.check(operation.method, url, content)
            sends.append(partial(client.send, self._contract, operation.method, url, query=query, body=content))
            drawn = drawn or path.encode() + content
        # A real server chooses which one it performs first; for the embedded server the order is drawn here.
        exchanges = client.together(sends, first=crc32(drawn) % len(sends))
        calls = {id(e): self._session.record(e) for e in in_judging_order(sorted(exchanges, key=lambda e: e.ended))}
        found = [calls[id(e)] for e in exchanges]
        if None in found:
            raise EngineError(f"a decision on {name} matched no contract")
        return [c for c in found if c is not None]
