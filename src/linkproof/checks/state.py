"""What the calls before this one came to: which connections were shown how, what was decided, what goes on.

The history of one world and one contract is folded from its calls, in order. It keeps the last of each thing, not the
calls themselves, and of very many things the last ones: what is forgotten is not judged, and nobody is blamed for it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from linkproof.base.bounded import Recent
from linkproof.base.json_values import MISSING, at
from linkproof.checks.equivalence import settled, status_of
from linkproof.contract.call import Call
from linkproof.contract.model import Contract, Role
from linkproof.contract.request_match import Kind

#: So many connections of a contract are known at a time, and so much of each other thing.
_SUBJECTS = 10_000
_KEPT = 4096
_IDS_KEPT = 200_000

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(slots=True)
class Shown:
    """How a connection was shown once: the representation, the call, and when (the call's place in the history)."""

    value: Any
    call: Call
    index: int
    settled: bool


@dataclass(slots=True)
class Decision:
    """A decision that was answered with success. ``ended`` is None while nobody knows whether it took effect."""

    call: Call
    index: int
    status: str
    description: str | None
    ended: bool | None
    long: bool
    before: str = ""
    shown: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Running:
    """A long-running operation: where it is polled, what it was for, how it stands."""

    call: Call
    subject: str
    status_url: str
    result_url: str
    last: str = "running"
    ended: str = ""
    result_done: Call | None = None
    seen_early: Call | None = None
    creating: bool = False


@dataclass(slots=True)
class Subject:
    """One connection, as far as the calls have shown it."""

    name: str
    exists: bool | None = None
    get: Shown | None = None
    listed: Shown | None = None
    last_write: int = -1
    decisions: list[Decision] = field(default_factory=list)
    deleted: Call | None = None
    deleted_long: bool = False
    repeat: Shown | None = None
    read_only_sent: Call | None = None
    before_read_only: Any = None
    running: Running | None = None

    @property
    def latest(self) -> Shown | None:
        """The representation that was shown last, by Get or by List."""
        if self.get and (not self.listed or self.get.index > self.listed.index):
            return self.get
        return self.listed


@dataclass(slots=True)
class Write:
    """A request that would change something, and how it was answered."""

    index: int
    subject: str
    call: Call


@dataclass(slots=True)
class Chain:
    """Pages of one listing, followed from next link to next link."""

    start: int
    first: Call
    links: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    pages: int = 0
    idle: int = 0
    sound: bool = True


class Collection:
    """The connections below one parent. ``made`` is told of each that becomes known."""

    __slots__ = ("_made", "complete", "done", "membership", "path", "refused", "subjects")

    def __init__(self, path: str, made: Callable[[Collection], None]) -> None:
        self.path = path
        self.subjects: OrderedDict[str, Subject] = OrderedDict()
        self.refused: deque[Write] = deque(maxlen=32)
        self.done: deque[Write] = deque(maxlen=32)
        self.membership = -1
        self.complete: tuple[int, frozenset[str]] | None = None
        self._made = made

    def subject(self, name: str) -> Subject:
        """The connection of that name (lower case), made known if it was not."""
        found = self.subjects.get(name)
        if found is None:
            found = self.subjects[name] = Subject(name)
            self._made(self)
        return found


class History:
    """The fold over the calls of one world and one contract. ``record`` takes a call once it has been judged."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.index = 0
        self._known = 0
        self.written = False
        self.collections: OrderedDict[str, Collection] = OrderedDict()
        self.chains: Recent[str, Chain] = Recent(_KEPT)
        self.operations: Recent[str, Running] = Recent(_KEPT)
        self.request_ids: Recent[str, bool] = Recent(_IDS_KEPT)
        self.codes: Recent[tuple[Any, ...], tuple[int, str, Call]] = Recent(_KEPT)
        self.paging: Recent[Any, Any] = Recent(_KEPT)
        self.integers: Recent[tuple[str, str], int] = Recent(_KEPT)
        self.observed: tuple[Call, list[tuple[Subject, Any, str]]] | None = None
        self._looked_up: tuple[Call, tuple[Collection, Subject | None]] | None = None

    def collection(self, path: str) -> Collection:
        """The collection at a path (lower case)."""
        found = self.collections.get(path)
        if found is None:
            found = self.collections[path] = Collection(path, self._forget_others)
        return found

    def _forget_others(self, current: Collection) -> None:
        """One connection more is known: of too many, those of another collection, or the oldest, are forgotten."""
        self._known += 1
        if self._known <= _SUBJECTS:
            return
        self.collections.move_to_end(current.path)
        if len(self.collections) > 1:
            _, oldest = self.collections.popitem(last=False)
            self._known -= len(oldest.subjects)
        else:
            current.subjects.popitem(last=False)
            self._known -= 1

    def of(self, call: Call) -> tuple[Collection, Subject | None]:
        """The collection that a call is about, and its connection (None: the whole collection)."""
        if self._looked_up is None or self._looked_up[0] is not call:
            collection = self.collection(call.collection)
            self._looked_up = (call, (collection, collection.subject(call.subject) if call.subject else None))
        return self._looked_up[1]

    def running_at(self, url: str) -> Running | None:
        """The operation that is polled at a URL."""
        return self.operations.get(url)

    # the fold

    def record(self, call: Call) -> None:
        """Take in a call that has been judged."""
        self.index += 1
        if call.kind in (Kind.STATUS_POLL, Kind.RESULT_POLL):
            self._record_poll(call)
            return
        collection, subject = self.of(call)
        if call.exchange.request.method in READING:
            self._record_reading(call, collection, subject)
        else:
            self._record_write(call, collection, subject)

    def _record_reading(self, call: Call, collection: Collection, subject: Subject | None) -> None:
        if call.role is Role.GET and call.not_found and subject is not None and not call.faults:
            if subject.exists and subject.get and subject.get.call.exchange.request.url == call.exchange.request.url:
                subject.exists = None
            return
        if not call.success or call.operation is None:
            return
        if call.role is Role.GET and subject is not None and isinstance(call.answer, dict):
            name = call.shown
            if name != subject.name and (name or subject.exists is not True):
                return  # SHP-5: it shows another connection, or none
            subject.get = Shown(call.answer, call, self.index, self._settled(subject, call.answer))
            subject.exists = True
        elif call.role is Role.LIST:
            for name, item, _ in call.named:
                found = collection.subject(name)
                found.listed = Shown(item, call, self.index, self._settled(found, item))
                if found.exists is None:
                    found.exists = True

    def _settled(self, subject: Subject, value: Any) -> bool:
        """Whether a connection is not on its way; where no member says so, an operation that goes on does."""
        going_on = subject.running is not None and not subject.running.ended
        return settled(self.contract, value) and not (going_on and not self.contract.member.provisioning)

    def _record_write(self, call: Call, collection: Collection, subject: Subject | None) -> None:
        self.written = True
        status = call.status
        name = subject.name if subject else ""
        if 400 <= status < 500:
            collection.refused.append(Write(self.index, name, call))
            return
        if not call.success and status < 500:
            return
        collection.done.append(Write(self.index, name, call))
        if subject is None:
            return
        previous = subject.last_write
        subject.last_write = self.index
        subject.repeat = None
        if not call.success:
            subject.decisions = []
            return
        existed = subject.exists
        going_on = subject.running is not None and not subject.running.ended
        running = self._start(call, subject)
        if call.exchange.request.method == "DELETE":
            subject.decisions = []
            subject.deleted, subject.deleted_long = call, status == 202
            collection.membership = self.index
            if status != 202 and going_on:
                subject.exists, subject.deleted = None, None  # what goes on may yet bring it back
            elif status != 202:
                subject.exists = False
            return
        if existed is not True:
            collection.membership = self.index
            subject.exists = None if status == 202 else True
            if running is not None:
                running.creating = status == 202
            subject.deleted = None
        self._record_decision(call, subject, running, previous)
        self._record_read_only(call, subject)

    def _record_decision(self, call: Call, subject: Subject, running: Running | None, previous: int) -> None:
        if call.role is not Role.DECIDE or not call.decision or call.faults:
            subject.decisions = []
            return
        earlier = subject.decisions
        latest = subject.latest
        rules = self.contract.decide
        description = at(call.sent, rules.description) if rules.description else MISSING
        decision = Decision(
            call=call,
            index=self.index,
            status=call.decision,
            description=description if isinstance(description, str) else None,
            ended=None if running is not None or call.status == 202 else True,
            long=running is not None,
            before=status_of(self.contract, latest.value) if latest else "",
        )
        if earlier and same_request(earlier[-1].call, call) and subject.get and subject.get.index > previous:
            subject.repeat = subject.get if subject.get.settled else None
        rivals = [d for d in earlier if d.call.exchange.ended > call.exchange.started > 0]
        subject.decisions = [*rivals, decision]

    def _record_read_only(self, call: Call, subject: Subject) -> None:
        subject.read_only_sent = None
        if not isinstance(call.sent, dict) or subject.latest is None:
            return
        if any(at(call.sent, p) is not MISSING for p in self.contract.member.read_only):
            subject.read_only_sent = call
            subject.before_read_only = subject.latest.value

    def _start(self, call: Call, subject: Subject) -> Running | None:
        """Note a long-running operation by the URLs that its answer names."""
        rules = self.contract.long_running
        status_url, result_url = rules.polled_at(call.exchange.response.headers, call.status)
        if call.status not in (200, 201, 202) or not (status_url or result_url):
            return None
        running = Running(call, subject.name, status_url, result_url)
        subject.running = running
        for url in (status_url, result_url):
            if url:
                self.operations.put(url, running)
        return running

    def _record_poll(self, call: Call) -> None:
        running = self.operations.get(call.exchange.request.url)
        if running is None:
            return
        if call.kind is Kind.STATUS_POLL:
            word = at(call.answer, self.contract.long_running.status) if call.success else MISSING
            if isinstance(word, str):
                running.last = word
                if word in self.contract.long_running.terminal:
                    self._end(running, word)
        elif call.status in (200, 201, 204):
            running.result_done = running.result_done or call
            if not running.status_url:
                self._end(running, self.contract.long_running.succeeded)

    def _end(self, running: Running, word: str) -> None:
        if running.ended:
            return
        running.ended = word
        succeeded = word == self.contract.long_running.succeeded
        collection = self.collection(running.call.collection)
        subject = collection.subject(running.subject)
        if running.call.exchange.request.method == "DELETE":
            if succeeded and subject.deleted is running.call:
                subject.exists = False
                collection.membership = self.index
        else:
            if succeeded and running.creating:
                subject.exists = True
                collection.membership = self.index
            for decision in subject.decisions:
                if decision.call is running.call:
                    decision.ended = succeeded


def same_request(one: Call, other: Call) -> bool:
    """Whether two calls ask for the same: method, connection and body."""
    return (
        one.exchange.request.method == other.exchange.request.method
        and one.subject == other.subject
        and one.sent == other.sent
    )
