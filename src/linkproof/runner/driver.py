"""Drives one contract of a target: all requests of the suites are sent through a driver.

The driver is a facade: ``request_builder`` builds paths, queries and bodies, ``write_guard`` guards writes to live
targets, ``sender`` sends and retries, ``decider`` sends decisions, ``pager`` follows lists, ``poller`` waits for
operations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of
from linkproof.contract.operation import Operation, Role
from linkproof.errors import EngineError, TargetError
from linkproof.model.exchange import Credential
from linkproof.runner.decider import Decider, Decision
from linkproof.runner.not_exercised import DoesNotApply, LacksFixtures
from linkproof.runner.pager import Pager
from linkproof.runner.poller import Poller
from linkproof.runner.readings import is_plain_reading, names_on, status_and_description
from linkproof.runner.request_builder import RequestBuilder
from linkproof.runner.sender import Sender
from linkproof.runner.session import Session
from linkproof.runner.write_guard import WriteGuard

T = TypeVar("T")

#: Maximum number of lost connections that are passed over for one reservation.
_MOST_LOST = 3


class Driver:
    """Requests of one contract: list, get, decide, delete, and any invalid request."""

    def __init__(self, session: Session, contract: Contract) -> None:
        self.session = session
        self.contract = contract
        self.target = session.target
        self.given = session.target.contracts[contract.id]
        self._fresh = session.fresh(contract)
        self._decided = ""
        self._builder = RequestBuilder(contract, self.given)
        self._sender = Sender(session, contract, lambda: self._builder.probes(session.client.base_url(contract)))
        follow = partial(self._sender.ask, "GET")
        self._guard = WriteGuard(session, contract, self.shown)
        self._decider = Decider(self, self._builder, self._guard)
        self._pager = Pager(contract, self.page, follow, session.client.is_own, session.endless)
        self._poller = Poller(session, contract, follow, self.get)

    # the target's connections

    def operation(self, role: Role) -> Operation:
        """Return the contract's operation with a role. Raises DoesNotApply if it has none."""
        found = self.contract.by_role(role)
        if found is None:
            raise DoesNotApply(f"the contract has no operation to {role}")
        return found

    def reserve(self, state: str, listed: Sequence[str] = ()) -> str:
        """Reserve an unused connection in a neutral state: pending, approved, rejected, disconnected.

        If ``listed`` (lower-case names) is given, the last unused one of them is preferred. If the target has lost a
        connection, one that Get finds is reserved. Raises NotExercised if none is left.
        """
        self.needs_writes()
        own = self.contract.states.get(state, state)
        if self.target.kind == "live":
            self.session.fixtures.leave_out(self.contract, own, self.target.may_write)
        if self.session.fixtures.short_of(self.contract, own, 1) and state == "pending":
            self.session.reset()
        name = self.session.fixtures.reserve(self.contract, own, listed)
        for _ in range(_MOST_LOST):
            if not self.session.fixtures.loses_connections(self.contract) or not self.get(name).not_found:
                break
            name = self.session.fixtures.reserve(self.contract, own, listed)
        return name

    def unused(self, state: str) -> tuple[str, ...]:
        """Return the connections in a neutral state that no scenario has reserved."""
        return self.session.fixtures.unused(self.contract, self.contract.states.get(state, state))

    def needs_writes(self) -> None:
        """Raise NotExercised if the target does not allow requests that change something."""
        self._guard.require_writes()

    def absent(self, word: str = "linkproof-absent-1") -> str:
        """Return a name that no connection has, within the contract's limits."""
        if not self.contract.decide.by_path:
            self.operation(Role.GET)
        return self._builder.absent(word)

    def known_names(self) -> list[str]:
        """Return the names that the target file promises, in order."""
        return [n for group in self.given.fixtures.values() for n in group]

    def no_longer_listed(self, names: Iterable[str]) -> set[str]:
        """Return the names (lower case) of the previous complete list that are missing from this one."""
        return self.session.fixtures.no_longer_listed(self.contract, names)

    def any_name(self) -> str:
        """Return an existing connection. Raises NotExercised if the target has none."""
        if self.lists:
            names = [name_of(self.contract, item) for item in self.page().items]
            if names and names[0]:
                return names[0]
        names = self.known_names()
        if not names:
            raise LacksFixtures("the target has no connection to ask for")
        return names[0] if self.lists else names[-1]

    def shown(self, name: str) -> dict[str, str] | None:
        """Return a connection's current status and description; None if it is absent. Raises TargetError."""
        call = self.get(name)
        if call.role is not Role.LIST and not call.success and not call.not_found:
            raise TargetError(f"whether {name} is there was answered with {call.status}")
        return status_and_description(call, name)

    # requests

    def path(self, operation: Operation, name: str = "", /, **parents: str) -> str:
        """Return the operation's path with the target's parents (or others) and a connection's name."""
        return self._builder.path(operation, name, parents)

    def send(
        self,
        operation: Operation,
        name: str = "",
        *,
        method: str = "",
        body: Any = None,
        raw: bytes | None = None,
        query: Mapping[str, str] | None = None,
        version: str | None = "",
        parents: Mapping[str, str] | None = None,
        credential: Credential = Credential.VALID,
        path: str = "",
    ) -> Call:
        """Send a request of an operation; arguments replace the correct values. Raises TargetError.

        ``version`` None sends no api-version.
        """
        own_path = path or self._builder.path(operation, name, parents or {})
        url = self.session.client.base_url(self.contract) + own_path
        pairs = self._builder.query(query or {}, version)
        content = self._builder.content(operation, body, parents) if raw is None else raw
        return self.send_url(method or operation.method, url, query=pairs, body=content, credential=credential)

    def send_url(
        self,
        method: str,
        url: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        credential: Credential = Credential.VALID,
    ) -> Call:
        """Send a request to a URL without changing it. Raises NotExercised, TargetError."""
        self._guard.check(method, url, body)
        call = self._sender.ask(method, url, query=list(query), body=body, headers=headers, credential=credential)
        if call is None:
            raise EngineError(f"the request matched no contract: {method} {url}")
        if not is_plain_reading(call):
            self._fresh.forget()
        return call

    # readings

    @property
    def lists(self) -> bool:
        """Whether the contract has a list."""
        return self.contract.by_role(Role.LIST) is not None

    def reading(self) -> tuple[Operation, str]:
        """Return a reading operation and the name that it needs: the list, or Get if there is no list."""
        return (self.operation(Role.LIST), "") if self.lists else (self.operation(Role.GET), self.any_name())

    def read(self, **options: Any) -> Call:
        """Send ``reading()``; the options are those of ``send``."""
        operation, name = self.reading()
        return self.send(operation, name, **options)

    def get(self, name: str) -> Call:
        """Get a connection; through the list if the contract has no Get."""
        if self.contract.by_role(Role.GET) is not None:
            call = self.send(self.operation(Role.GET), name)
        else:
            by_id = self.contract.list.filter_by(self.contract.member.id)
            call = self.page(**{by_id: name}) if by_id else self.page()
        if call.success or call.not_found:
            self._fresh.got.add(name.lower())
        return call

    def page(self, **query: str) -> Call:
        """Return the first page of the list, or the one that a token leads to; filters are parameters as well."""
        own, body = self._builder.listing(query)
        return self.send(self.operation(Role.LIST), query=own, body=body)

    def walk(self) -> list[Call]:
        """Return every page of the list, by next link, offset or token; empty if the contract has no list."""
        if not self.lists:
            return []
        pages = self._pager.all()
        self._note(pages)
        return pages

    def listed(self) -> list[str]:
        """Return the names on the whole list (lower case).

        The list is read again unless only valid reading requests were sent since.
        """
        known = self._fresh.listed
        if known is not None:
            return known
        has_limit = bool(self.contract.list.limit)
        return self._note(self._pager.by_offset(self.contract.most_per_page) if has_limit else self.walk())

    def _note(self, pages: list[Call]) -> list[str]:
        """Return the names on a list; remember them if it was answered whole."""
        names = names_on(self.contract, pages)
        if all(page.success for page in pages):
            self._fresh.listed = names
        return names

    def not_yet_read(self, names: Iterable[str]) -> list[str]:
        """Return the connections that were not got since one may have changed, each once."""
        known = self._fresh.got
        return [name for name in dict.fromkeys(names) if name.lower() not in known]

    def walk_by_offset(self, limit: int, **query: str) -> list[Call]:
        """Return every page of a list by offset, with ``limit`` items each."""
        return self._pager.by_offset(limit, **query)

    def walk_by_token(self, size: int, **query: str) -> list[Call]:
        """Return every page of a list by token, with ``size`` items each."""
        return self._pager.by_token(size, **query)

    def encoded(self, operation: Operation, body: Any) -> bytes:
        """Encode a body in the contract's format; None becomes null if the format has it."""
        if not self.contract.by_name:
            return json.dumps(body).encode()
        return self._builder.content(operation, body)

    def side_by_side(self, readings: Iterable[Callable[[], T]]) -> list[T]:
        """Return the results of independent reading requests, sent concurrently and judged in order."""
        return self.session.side_by_side(readings)

    # decisions

    def body_for(self, decision: str, name: str, description: str | None = None) -> dict[str, Any]:
        """Return the body of a decision: a neutral word (approve, reject) or any other value."""
        return self._decider.body(decision, name, description)

    def decide(
        self,
        decision: str,
        name: str,
        description: str | None = None,
        *,
        more: Mapping[str, Any] | None = None,
    ) -> Call:
        """Approve or reject a connection and wait until it is at rest; ``more`` maps pointers to further members."""
        call = self._decider.decide(decision, name, description, more or {})
        self._decided = name.lower() if call.done else ""
        return call

    def decide_together(self, name: str, decisions: Sequence[Decision]) -> list[Call]:
        """Send several decisions on one connection concurrently; judge them in order of the answers, losers last."""
        self._fresh.forget()
        return self._decider.together(name, decisions)

    def deciding(self, decision: str) -> Operation:
        """Return the operation for a decision's neutral word. Raises DoesNotApply if there is none."""
        return self.contract.deciding(decision) or self.operation(Role.DECIDE)

    def delete(self, name: str) -> Call:
        """Delete a connection and wait for the end of the operation."""
        call = self.send(self.operation(Role.DELETE), name)
        self.wait(call, name)
        return call

    def wait(self, call: Call, name: str) -> None:
        """Wait until an operation has ended and its connection is at rest, or the target's limit is over."""
        self._poller.wait(call, name)
        self._fresh.forget()

    def wait_after_decision(self, shown: Call, name: str) -> None:
        """Wait until a connection is at rest that was decided last, and that ``shown`` shows in transition."""
        if name.lower() == self._decided:
            self._poller.wait_until_at_rest(shown, name)
