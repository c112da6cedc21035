"""What is known of connections: how each was shown, what was decided, which operation is in progress.

Every value is frozen: checks read it; only ``record`` (in ``state.py``) changes it, by ``change``.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection as Sized
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from linkproof.contract.call import Call
from linkproof.model.exchange import Exchange

#: Maximum number of rejected, and of successful, writes that are kept of a collection.
_WRITES_KEPT = 32


class Presence(Enum):
    """Whether a connection exists, as far as calls have shown."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"


class Effect(Enum):
    """Whether a successful decision took effect."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a parent (ids and names, casefolded) in its private link resources, and where they were listed."""

    names: frozenset[str]
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Shown:
    """A representation of a connection, the call that showed it, and the index of that call in the state."""

    value: Any
    call: Call
    index: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was answered with success.

    ``long``: whether it began an operation. ``before``: the status before it. ``shown_by``: the roles (Get, List) whose
    answer has been judged against it. ``was_on_its_way``: whether the connection has since been shown in transition to
    another state.
    """

    call: Call
    index: int
    status: str
    description: str | None
    effect: Effect
    long: bool
    before: str = ""
    shown_by: frozenset[str] = frozenset()
    was_on_its_way: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the decision may still take effect: neither its effect nor the end of its operation was seen."""
        return self.effect is Effect.OPEN and not self.shown_by


@dataclass(frozen=True, slots=True)
class Running:
    """A long-running operation: its polling URLs, its last status, the status that ended it ("": none).

    ``existed``: its connection had been shown before. ``result_done``: the poll of its result that reported the end.
    ``seen_early``: an answer that showed what the operation was still creating. ``unreadable``: its status was
    rejected, so that only the result reports its end.
    """

    call: Call
    subject: str
    status_url: str
    result_url: str
    creating: bool = False
    existed: bool = False
    last: str = "running"
    ended: str = ""
    result_done: Call | None = None
    seen_early: Call | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """The successful writes of a connection since it was last shown, and its representations before them."""

    get: Shown | None
    listed: Shown | None
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class OddWrite:
    """A successful write whose body broke its schema, and the representation before any such write (None: none)."""

    call: Call
    before: Any


@dataclass(frozen=True, slots=True)
class Subject:
    """One connection, as far as calls have shown it.

    ``get`` and ``listed``: its last representations. ``last_write``: the index of its last write. ``repeat``: its
    representation between two identical decisions. ``read_only_sent``: a write that sent read-only members;
    ``before_read_only``: the representation before it. ``odd_writes``: successful writes, the last one first, whose
    body broke its schema or had unknown members. ``writing``: its last writes. ``absent``: the last Get that did not
    find it.
    """

    name: str
    presence: Presence = Presence.UNKNOWN
    get: Shown | None = None
    listed: Shown | None = None
    last_write: int = -1
    decisions: tuple[Decision, ...] = ()
    deleted: Call | None = None
    deleted_long: bool = False
    repeat: Shown | None = None
    read_only_sent: Call | None = None
    before_read_only: Any = None
    running: Running | None = None
    odd_writes: tuple[OddWrite, ...] = ()
    writing: Writing | None = None
    absent: Shown | None = None

    @property
    def latest(self) -> Shown | None:
        """Return the last representation, by Get or List."""
        if self.get and (not self.listed or self.get.index > self.listed.index):
            return self.get
        return self.listed

    @property
    def before_odd_writes(self) -> Any:
        """Return the last representation before any write that broke its schema; None if there is none."""
        if self.odd_writes:
            return self.odd_writes[0].before
        return self.latest.value if self.latest else None

    @property
    def goes_on(self) -> bool:
        """Whether an operation on the connection is in progress."""
        return self.running is not None and not self.running.ended


@dataclass(frozen=True, slots=True)
class Write:
    """A request that would change something, and how it was answered."""

    index: int
    subject: str
    call: Call


@dataclass(frozen=True, slots=True)
class Listed:
    """The names on all pages of a complete listing, and the index at which it began."""

    start: int
    names: frozenset[str]


class ObservedCollection:
    """The connections below one parent.

    Checks read it; the methods at its end are for ``record``.
    """

    __slots__ = (
        "_complete",
        "_done",
        "_groups",
        "_last_done",
        "_last_write",
        "_membership",
        "_refused",
        "_subjects",
        "path",
    )

    def __init__(self, path: str) -> None:
        self.path = path
        self._membership = -1
        self._complete: Listed | None = None
        self._groups: Groups | None = None
        self._subjects: OrderedDict[str, Subject] = OrderedDict()
        self._refused: deque[Write] = deque(maxlen=_WRITES_KEPT)
        self._done: deque[Write] = deque(maxlen=_WRITES_KEPT)
        self._last_done = self._last_write = -1

    def find(self, name: str) -> Subject | None:
        """Return the connection of a name (lower case); None if it is unknown."""
        return self._subjects.get(name)

    def subject(self, name: str) -> Subject:
        """Return the connection of a name (lower case); one without any facts if it is unknown."""
        return self._subjects.get(name) or Subject(name)

    @property
    def membership(self) -> int:
        """Return the index at which a connection was last added or removed; -1 if none was."""
        return self._membership

    @property
    def complete(self) -> Listed | None:
        """Return the last complete listing."""
        return self._complete

    @property
    def groups(self) -> Groups | None:
        """Return the groups of the parent; None if they are unknown."""
        return self._groups

    @property
    def subjects(self) -> Sized[Subject]:
        """Return the known connections, the oldest first."""
        return self._subjects.values()

    @property
    def refused(self) -> Sequence[Write]:
        """Return the last rejected writes, the oldest first."""
        return self._refused

    @property
    def done(self) -> Sequence[Write]:
        """Return the last writes that succeeded or failed (5xx), the oldest first."""
        return self._done

    @property
    def last_done(self) -> int:
        """Return the index of the last of ``done``; -1 if there is none."""
        return self._last_done

    @property
    def last_write(self) -> int:
        """Return the index of the last write, successful or rejected; -1 if there is none."""
        return self._last_write

    # for ``record`` only

    def has_groups(self, groups: Groups) -> None:
        """Record the groups of the parent."""
        self._groups = groups

    def changed_members(self, index: int) -> None:
        """Record that a connection was added or removed."""
        self._membership = index

    def listed(self, listing: Listed) -> None:
        """Record a complete listing."""
        self._complete = listing

    def make(self, name: str) -> tuple[Subject, bool]:
        """Return the connection of a name, and whether it was added."""
        found = self._subjects.get(name)
        if found is not None:
            return found, False
        found = self._subjects[name] = Subject(name)
        return found, True

    def forget_oldest(self) -> None:
        """Evict the connection that has been known for longest."""
        self._subjects.popitem(last=False)

    def note(self, write: Write, *, refused: bool) -> None:
        """Record a write."""
        (self._refused if refused else self._done).append(write)
        self._last_write = write.index
        if not refused:
            self._last_done = write.index


_set = object.__setattr__


def change(value: Subject | Decision | Running, members: Iterable[tuple[str, Any]]) -> None:
    """Change members of a frozen value. Only ``record`` may call it: nothing else may change what checks read."""
    for name, new in members:
        _set(value, name, new)


def overlap(one: Call, other: Call) -> bool:
    """Whether two requests were in flight at the same time, where times are known."""
    a, b = one.exchange, other.exchange
    return a.ended > b.started > 0 and b.ended > a.started > 0


def ended_after(one: Call, other: Call) -> bool:
    """Whether a call was answered after another one was sent, where times are known."""
    return one.exchange.ended > other.exchange.started > 0


def is_race(subject: Subject, writes: Iterable[Write], call: Call) -> bool:
    """Whether a decision races with another request on its connection.

    Either the requests overlap, or an operation of an earlier one is in progress. The loser of a race may be rejected,
    and the connection may have changed between its last representation and the decision.
    """
    if subject.goes_on or any(d.goes_on for d in subject.decisions):
        return True
    return any(w.subject == subject.name and overlap(w.call, call) for w in writes)


def path_of(call: Call) -> str:
    """Return the URL of a call without its query."""
    return call.exchange.request.url.split("?", 1)[0]


def spelled_otherwise(write: Call, subject: Subject) -> bool:
    """Whether the path of a write differs only in case from the one by which Get showed the connection."""
    if subject.get is None or not write.contract.caseless_paths:
        return False
    return differs_in_case(path_of(write), path_of(subject.get.call))


def differs_in_case(one: str, other: str) -> bool:
    """Whether two paths differ, but only in case."""
    return one != other and one.casefold() == other.casefold()


def same_request(one: Call, other: Call) -> bool:
    """Whether two calls have the same method, connection and body."""
    return (
        one.exchange.request.method == other.exchange.request.method
        and one.subject == other.subject
        and one.sent == other.sent
    )
