"""What is known of connections: how each was shown, what was decided, which operation goes on.

Every value here is frozen: checks read it, and only ``record`` (in ``state.py``) changes it, by ``change``.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection as Sized
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from linkproof.contract.call import Call
from linkproof.model.exchange import Exchange

#: Refused and successful writes of a collection that are kept.
_WRITES_KEPT = 32


class Presence(Enum):
    """Whether a connection exists, as far as the calls have shown."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"


class Effect(Enum):
    """Whether a decision that was answered with success took effect."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a parent (ids and names, casefolded) as its private link resources list them, and where."""

    names: frozenset[str]
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Shown:
    """A representation of a connection, the call that showed it, and the call's index in the state."""

    value: Any
    call: Call
    index: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was answered with success.

    ``long``: whether it began an operation. ``before``: the status that was shown before it. ``shown_by``: the
    roles (Get, List) whose answer has been judged against it. ``was_on_its_way``: whether the connection was shown on
    its way to another state since.
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
        """Whether the decision may still take effect: its operation was not seen to end, and it was not shown."""
        return self.effect is Effect.OPEN and not self.shown_by


@dataclass(frozen=True, slots=True)
class Running:
    """A long-running operation: the URLs at which it is polled, its last status, the status that ended it ("": none).

    ``result_done`` is the poll of its result that said that it is over; ``seen_early`` a reading that showed what the
    operation was still creating; ``unreadable``: whether its status was refused, so that only the result says its end.
    """

    call: Call
    subject: str
    status_url: str
    result_url: str
    creating: bool = False
    last: str = "running"
    ended: str = ""
    result_done: Call | None = None
    seen_early: Call | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """Successful writes of a connection since it was last shown, and how Get and List showed it before them."""

    get: Shown | None
    listed: Shown | None
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class OddWrite:
    """A successful write whose body broke its schema, and what was shown before any such write (None: nothing)."""

    call: Call
    before: Any


@dataclass(frozen=True, slots=True)
class Subject:
    """One connection, as far as the calls have shown it.

    ``get`` and ``listed`` are its last representations; ``last_write`` is the index of its last write; ``repeat`` is
    its representation between two identical decisions; ``read_only_sent`` is a write that sent read-only members, and
    ``before_read_only`` what was shown before it. ``odd_writes`` are successful writes, the last first, whose body
    broke its schema or had members that it does not know.
    ``writing`` are its last writes; ``absent`` is the last Get that did not find it.
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
        """The representation that was shown last, by Get or by List."""
        if self.get and (not self.listed or self.get.index > self.listed.index):
            return self.get
        return self.listed

    @property
    def before_odd_writes(self) -> Any:
        """The representation that was shown last before any write broke its schema; None where none was."""
        if self.odd_writes:
            return self.odd_writes[0].before
        return self.latest.value if self.latest else None

    @property
    def goes_on(self) -> bool:
        """Whether an operation on the connection has not ended."""
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

    __slots__ = ("_complete", "_done", "_groups", "_membership", "_refused", "_subjects", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._membership = -1
        self._complete: Listed | None = None
        self._groups: Groups | None = None
        self._subjects: OrderedDict[str, Subject] = OrderedDict()
        self._refused: deque[Write] = deque(maxlen=_WRITES_KEPT)
        self._done: deque[Write] = deque(maxlen=_WRITES_KEPT)

    def find(self, name: str) -> Subject | None:
        """The connection of that name (lower case), None where it is unknown."""
        return self._subjects.get(name)

    def subject(self, name: str) -> Subject:
        """The connection of that name (lower case); one of which nothing is known where it is unknown."""
        return self._subjects.get(name) or Subject(name)

    @property
    def membership(self) -> int:
        """The index at which a connection was last added or removed, -1 where none was."""
        return self._membership

    @property
    def complete(self) -> Listed | None:
        """The last complete listing."""
        return self._complete

    @property
    def groups(self) -> Groups | None:
        """The groups of the parent, None where they are unknown."""
        return self._groups

    @property
    def subjects(self) -> Sized[Subject]:
        """The known connections, the oldest first."""
        return self._subjects.values()

    @property
    def refused(self) -> Sized[Write]:
        """The last writes that were refused, the oldest first."""
        return self._refused

    @property
    def done(self) -> Sized[Write]:
        """The last writes that were answered with success, or failed; the oldest first."""
        return self._done

    @property
    def last_done(self) -> int:
        """The index of the last of ``done``, -1 where there is none."""
        return self._done[-1].index if self._done else -1

    @property
    def last_write(self) -> int:
        """The index of the last write, whether it was done or refused; -1 where there is none."""
        return max(self.last_done, self._refused[-1].index if self._refused else -1)

    # for ``record`` only

    def has_groups(self, groups: Groups) -> None:
        """The parent has these groups."""
        self._groups = groups

    def changed_members(self, index: int) -> None:
        """Note that a connection was added or removed."""
        self._membership = index

    def listed(self, listing: Listed) -> None:
        """Keep a complete listing."""
        self._complete = listing

    def make(self, name: str) -> tuple[Subject, bool]:
        """The connection of that name, and whether it was unknown before."""
        found = self._subjects.get(name)
        if found is not None:
            return found, False
        found = self._subjects[name] = Subject(name)
        return found, True

    def forget_oldest(self) -> None:
        """Forget the connection that has been known for longest."""
        self._subjects.popitem(last=False)

    def note(self, write: Write, *, refused: bool) -> None:
        """Keep a write."""
        (self._refused if refused else self._done).append(write)


_set = object.__setattr__


def change(value: Subject | Decision | Running, members: Iterable[tuple[str, Any]]) -> None:
    """Change members of a frozen value. For ``record`` only: nothing else may change what checks read."""
    for name, new in members:
        _set(value, name, new)


def overlap(one: Call, other: Call) -> bool:
    """Whether two requests were on their way at the same time, where times are known."""
    a, b = one.exchange, other.exchange
    return a.ended > b.started > 0 and b.ended > a.started > 0


def ended_after(one: Call, other: Call) -> bool:
    """Whether a call was answered only after another was sent, where times are known."""
    return one.exchange.ended > other.exchange.started > 0


def is_race(subject: Subject, writes: Iterable[Write], call: Call) -> bool:
    """Whether a decision raced with something else that was asked of its connection.

    Either the requests overlap, or an operation that an earlier one began goes on. Whoever loses a race is refused
    rightly, and what was shown before may have been out of date when the decision arrived.
    """
    if subject.goes_on or any(d.goes_on for d in subject.decisions):
        return True
    return any(w.subject == subject.name and overlap(w.call, call) for w in writes)


def path_of(call: Call) -> str:
    """The URL of a call without its query."""
    return call.exchange.request.url.split("?", 1)[0]


def spelled_otherwise(write: Call, subject: Subject) -> bool:
    """Whether the path of a write differs only in case from the one by which Get showed the connection."""
    if subject.get is None or not write.contract.caseless_paths:
        return False
    one, other = path_of(write), path_of(subject.get.call)
    return one != other and one.casefold() == other.casefold()


def same_request(one: Call, other: Call) -> bool:
    """Whether two calls ask for the same: method, connection and body."""
    return (
        one.exchange.request.method == other.exchange.request.method
        and one.subject == other.subject
        and one.sent == other.sent
    )
