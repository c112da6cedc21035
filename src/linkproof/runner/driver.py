"""Drives one contract of a target: every request a suite sends is put together here, from the contract's data."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from linkproof.base.json_values import at, place
from linkproof.checks.equivalence import settled
from linkproof.checks.error_bodies import from_a_gateway
from linkproof.checks.state import READING
from linkproof.contract.call import Call, subjects_of
from linkproof.contract.model import Contract, Operation, Role
from linkproof.contract.names import name_of, within_limits
from linkproof.errors import EngineError, TargetError
from linkproof.model.exchange import Credential
from linkproof.runner.session import DoesNotApply, NotExercised, Session

T = TypeVar("T")

#: A listing is not followed further than this.
MAX_PAGES = 60
#: After an operation that never ended, the next ones are not waited for as long.
_SHORT_WAIT_S = 0.3
#: A request that is throttled is asked so many times more.
_PATIENCE = 4


class Driver:
    """Requests of one contract: list, get, decide, delete, and any request with something wrong in it."""

    def __init__(self, session: Session, contract: Contract) -> None:
        self.session = session
        self.contract = contract
        self.target = session.target
        self.given = session.target.contracts[contract.id]

    # what a target has

    def operation(self, role: Role) -> Operation:
        """The contract's operation with a role. Raises NotExercised where it has none."""
        found = self.contract.by_role(role)
        if found is None:
            raise DoesNotApply(f"the contract has no operation to {role}")
        return found

    def take(self, state: str) -> str:
        """A fresh connection in a neutral state: pending, approved, rejected, disconnected."""
        self.needs_writes()
        own = self.contract.states.get(state, state)
        if self.target.kind == "live":
            self.session.leave_out(self.contract, own, self.target.may_write)
        if self.session.short_of(self.contract, own, 1) and state == "pending":
            self.session.reset()
        return self.session.take(self.contract, own)

    def needs_writes(self) -> None:
        """Raises NotExercised where the target does not allow requests that change something."""
        if not self.target.writes:
            raise NotExercised("the target does not allow writes (writes = false)")

    def absent(self, word: str = "linkproof-absent-1") -> str:
        """The name of a connection that is not there, within the contract's limits."""
        operation = self.operation(Role.GET)
        return within_limits(word, operation.parameter(operation.item_parameter))

    def known_names(self) -> list[str]:
        """The names that the target file promises, in its order."""
        return [n for group in self.given.fixtures.values() for n in group]

    def any_name(self) -> str:
        """A connection that exists. Raises NotExercised where the target has none."""
        if self.lists:
            names = [name_of(self.contract, item) for item in self.page().items]
            if names and names[0]:
                return names[0]
        names = self.known_names()
        if not names:
            raise NotExercised("the target has no connection to ask for")
        return names[0] if self.lists else names[-1]

    # requests

    def path(self, operation: Operation, name: str = "", **parents: str) -> str:
        """The operation's path with the target's parents (or others) and a connection's name."""
        values = {**self.given.path, **parents}
        if operation.item_parameter and operation.item_parameter not in values:
            values[operation.item_parameter] = name
        path = operation.path
        for key, value in values.items():
            path = path.replace(f"{{{key}}}", quote(value, safe="~!$'()*,;:@"))
        return path

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
        """Send a request of an operation; what is given takes the place of what would be right.

        ``version`` None sends no api-version. Returns the call; raises TargetError.
        """
        contract = self.contract
        url = self.session.client.base_url(contract) + (path or self.path(operation, name, **dict(parents or {})))
        pairs = list((query or {}).items())
        if contract.version_parameter and version is not None:
            pairs.insert(0, (contract.version_parameter, version or self.given.version or contract.version))
        content = raw if raw is not None else json.dumps(body).encode() if body is not None else b""
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
        """Send to a URL as it is."""
        self._refrain(method, url, body)
        call = self._ask(method, url, query=list(query), body=body, headers=headers, credential=credential)
        if call is None:
            raise EngineError(f"the request matched no contract: {method} {url}")
        return call

    def _refrain(self, method: str, url: str, body: bytes) -> None:
        """Send nothing that could change a connection which the target does not let be written to.

        Raises NotExercised. What is refused may be refused wrongly: so this asks what a request is about, not whether
        it is a right one.
        """
        if method in READING or self.target.kind != "live":
            return
        names = subjects_of(self.contract, url, body)
        if not names or not all(map(self.target.may_write, names)):
            about = ", ".join(map(repr, names)) or "no connection that could be told"
            allowed = ", ".join(self.target.allow) if self.target.writes else "nothing"
            raise NotExercised(f"a {method} would be about {about}: the live target lets be written to {allowed}")
        self._write_down(names)

    def _write_down(self, names: Sequence[str]) -> None:
        """Before a connection is changed for the first time: how it is, into the journal."""
        journal = self.session.journal
        for name in names if journal is not None else ():
            assert journal is not None
            if not journal.knows(self.contract.id, name):
                journal.changing(self.contract.id, name, self.shown(name))

    def shown(self, name: str) -> dict[str, str] | None:
        """A connection's status and description, as it is shown; None where there is none. Raises TargetError."""
        call = self.get(name)
        value: Any = call.answer if call.success else None
        if call.role is Role.LIST:
            value = next((item for own, item, _ in call.named if own == name.lower()), None)
        elif not call.success and not call.not_found:
            raise TargetError(f"whether {name} is there was answered with {call.status}")
        if not isinstance(value, dict):
            return None
        member = self.contract.member
        found = {"status": at(value, member.status), "description": at(value, member.description or "/-")}
        return {k: v for k, v in found.items() if isinstance(v, str)}

    def _ask(self, method: str, url: str, **more: Any) -> Call | None:
        """Send, again where the target turned the request away; None for an exchange that matches no contract."""
        attempt = 0
        while True:
            call = self.session.record(self.session.client.send(self.contract, method, url, **more))
            wait = None if call is None else self._turned_away(call, attempt)
            if wait is None or attempt == _PATIENCE:
                break
            attempt += 1
            self.session.client.pause(wait)
        if call is not None and from_a_gateway(call, self.session.judge.circumstances):
            raise TargetError(f"{method} {url}: a gateway answered with {call.status} in the place of the target")
        return call

    def _turned_away(self, call: Call, attempt: int) -> float | None:
        """For how many seconds to wait before the same is asked again; None where it was answered.

        Throttled requests are asked again, whatever they are: nothing was done. So are readings that a live service, or
        a gateway before it, answers with 502, 503 or 504.
        """
        live = self.target.kind == "live"
        busy = live and call.status in (502, 503, 504) and call.exchange.request.method == "GET"
        if not call.throttled and not busy:
            return None
        asked = _seconds(call) or 2.0 ** (attempt + 1)
        return asked if live else min(asked, 0.02)

    @property
    def lists(self) -> bool:
        """Whether the contract has a list."""
        return self.contract.by_role(Role.LIST) is not None

    def reading(self) -> tuple[Operation, str]:
        """An operation that only reads, and the name that it needs: the list, or Get where there is none."""
        return (self.operation(Role.LIST), "") if self.lists else (self.operation(Role.GET), self.any_name())

    def read(self, **options: Any) -> Call:
        """Send ``reading()``; the options are those of ``send``."""
        operation, name = self.reading()
        return self.send(operation, name, **options)

    def get(self, name: str) -> Call:
        """Show one connection: by Get, or by the list where the contract has no Get."""
        if self.contract.by_role(Role.GET) is None:
            return self.page(id=name) if "id" in self.contract.list.filters else self.page()
        return self.send(self.operation(Role.GET), name)

    def side_by_side(self, readings: Iterable[Callable[[], T]]) -> list[T]:
        """What some readings come to, none of which waits for another; judged in their order."""
        return self.session.side_by_side(readings)

    def page(self, **query: str) -> Call:
        """The first page of the list."""
        return self.send(self.operation(Role.LIST), query=query)

    def walk(self) -> list[Call]:
        """Every page of the list, by next link or by offset; a next link on another host is not followed.

        None where the contract has no list.
        """
        if not self.lists:
            return []
        if self.contract.list.limit:
            return self._walk_by_offset()
        pages = [self.page()]
        seen: set[str] = set()
        while len(pages) < MAX_PAGES:
            link = at(pages[-1].answer, self.contract.list.next_link)
            if not isinstance(link, str) or not link or link in seen or not self.session.client.is_own(link):
                break
            seen.add(link)
            call = self._ask("GET", link)
            if call is None or call.status != 200:
                break
            pages.append(call)
        return pages

    def _walk_by_offset(self, limit: int = 0, **query: str) -> list[Call]:
        rules = self.contract.list
        pages: list[Call] = []
        offset = 0
        while len(pages) < MAX_PAGES:
            page_query = {**query, rules.offset: str(offset)} if offset else dict(query)
            if limit:
                page_query[rules.limit] = str(limit)
            pages.append(self.page(**page_query))
            got = len(pages[-1].items)
            offset += got
            if not got or pages[-1].status != 200 or got < (limit or rules.default_limit):
                break
        return pages

    def walk_by_offset(self, limit: int, **query: str) -> list[Call]:
        """Every page of a list by offset, with a limit of one's own."""
        return self._walk_by_offset(limit, **query)

    def body_for(self, decision: str, name: str, description: str | None = None) -> dict[str, Any]:
        """The body of a decision: a neutral word (approve, reject) or a word of one's own."""
        rules = self.contract.decide
        body: dict[str, Any] = {}
        place(body, rules.decision, rules.words.get(decision, decision))
        if rules.description:
            place(body, rules.description, f"{decision} by linkproof" if description is None else description)
        if rules.subject:
            place(body, rules.subject, name)
        return body

    def decide(
        self, decision: str, name: str, description: str | None = None, *, more: Mapping[str, Any] | None = None
    ) -> Call:
        """Approve or reject a connection and wait until it has settled; ``more`` maps pointers to further members."""
        body = self.body_for(decision, name, description)
        for pointer, value in (more or {}).items():
            place(body, pointer, copy.deepcopy(value))
        call = self.send(self.operation(Role.DECIDE), name, body=body)
        self.wait(call, name)
        return call

    def delete(self, name: str) -> Call:
        """Delete a connection and wait for the end."""
        call = self.send(self.operation(Role.DELETE), name)
        self.wait(call, name)
        return call

    def decide_together(self, name: str, bodies: Iterable[Mapping[str, Any]]) -> list[Call]:
        """Several decisions on one connection at the same time; judged in the order in which the answers came."""
        operation, client, contract = self.operation(Role.DECIDE), self.session.client, self.contract
        url = client.base_url(contract) + self.path(operation, name)
        version = self.given.version or contract.version
        query = [(contract.version_parameter, version)] if contract.version_parameter else []
        contents = [json.dumps(body).encode() for body in bodies]
        for content in contents:
            self._refrain(operation.method, url, content)
        sends = [partial(client.send, contract, operation.method, url, query=query, body=c) for c in contents]
        exchanges = client.together(sends)
        calls = {id(e): self.session.record(e) for e in sorted(exchanges, key=lambda e: e.ended)}
        found = [calls[id(e)] for e in exchanges]
        if None in found:
            raise EngineError(f"the request matched no contract: {operation.method} {url}")
        return [c for c in found if c is not None]

    # waiting

    def wait(self, call: Call, name: str) -> None:
        """Poll an operation until it ended, or until the target's limit; then until the connection has settled."""
        if not call.success:
            return
        urls = self.contract.long_running.polled_at(call.exchange.response.headers, call.status)
        status_url, result_url = ((u if u and self.session.client.is_own(u) else "") for u in urls)
        if status_url or result_url:
            self._poll(call, status_url, result_url)
        elif call.exchange.request.method != "DELETE" and name:
            self._settle(call, name)

    def _limit(self) -> float:
        return _SHORT_WAIT_S if self.contract.id in self.session.stuck else self.target.operation_timeout_s

    def _poll(self, call: Call, status_url: str, result_url: str) -> None:
        """Location first, then the status, so that a result before the end is seen for what it is."""
        limit, started, pause, waited = self._limit(), call.exchange.ended, 0.005, 0.0
        status_over, result_over = not status_url, not result_url
        misread = 0
        while not (status_over and result_over):
            # By the exchanges' own times, so that a replay gives up where the recorded run did.
            out_of_time = call.exchange.ended + waited - started > limit
            retry_after = 0.0
            if not result_over:
                call = self._poll_once(result_url)
                result_over = call.status != 202
                retry_after = _seconds(call)
            if not status_over:
                call = self._poll_once(status_url)
                word = at(call.answer, self.contract.long_running.status)
                misread += call.status != 200
                status_over = misread > 2 or (call.status == 200 and self.contract.long_running.is_over(word))
                retry_after = retry_after or _seconds(call)
            if out_of_time and not (status_over and result_over):
                self.session.stuck.add(self.contract.id)
                return
            if not (status_over and result_over):
                # A mock may be asked sooner than it says; a real service is not.
                waited = max(pause, retry_after or 10.0) if self.target.kind == "live" else pause
                self.session.client.pause(waited)
                pause = min(pause * 1.6, 0.5)

    def _poll_once(self, url: str) -> Call:
        call = self._ask("GET", url)
        if call is None:
            raise EngineError(f"the poll matched no operation: {url}")
        return call

    def _settle(self, call: Call, name: str) -> None:
        item = next((i for i in call.items if name_of(self.contract, i) == name.lower()), None)
        if item is not None and settled(self.contract, item):
            return
        limit, pause, waited = self._limit(), 0.01, 0.0
        shown = call
        while shown.exchange.ended + waited - call.exchange.ended < limit:
            shown = self.get(name)
            item = next((i for i in shown.items if name_of(self.contract, i) == name.lower()), None)
            if item is None or settled(self.contract, item):
                return
            waited = max(pause, 2.0) if self.target.kind == "live" else pause
            self.session.client.pause(waited)
            pause = min(pause * 1.6, 0.5)
        self.session.stuck.add(self.contract.id)


def _seconds(call: Call) -> float:
    name = call.contract.long_running.retry_header
    found = call.exchange.response.headers.get(name.lower()) if name else ""
    return float(found) if found.isdigit() else 0.0
