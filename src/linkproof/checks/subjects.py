"""What is known of connections: how each was shown, what was decided, which operation is in progress.

Every value is frozen: checks read it; only ``record`` (in ``state.py``) changes it, by ``change``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from linkproof.base.quick_init import quick_init
from linkproof.contract.call import Call


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


@quick_init
@dataclass(frozen=True, slots=True)
class Shown:
    """A representation of a connection, the call that showed it, and the index of that call in the state.

    ``since``: the index of the first of the consecutive Gets that showed the same; -1 for a list.
    """

    value: Any
    call: Call
    index: int
    settled: bool
    since: int = -1


@quick_init
@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was answered with success.

    ``long``: whether it began an operation. ``before``: the status before it. ``previous``: the statuses of earlier
    decisions that were not shown in between. ``shown_by``: the roles (Get, List) whose answer has been judged against
    it. ``was_on_its_way``: whether the connection has since been shown in transition to another state.
    """

    call: Call
    index: int
    status: str
    description: str | None
    effect: Effect
    long: bool
    before: str = ""
    previous: frozenset[str] = frozenset()
    shown_by: frozenset[str] = frozenset()
    was_on_its_way: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the decision may still take effect: neither its effect nor the end of its operation was seen."""
        return self.effect is Effect.OPEN and not self.shown_by

    def may_have_been(self, status: str) -> bool:
        """Whether the connection may have had a status when it was decided."""
        return status == self.before or status in self.previous


@quick_init
@dataclass(frozen=True, slots=True)
class Running:
    """A long-running operation: its polling URLs, its last status, the status that ended it ("": none).

    ``existed``: its connection had been shown before. ``result_done``: the poll of its result that reported the end.
    ``seen_early``: an answer that showed what the operation was still creating. ``unreadable``: its status was
    rejected, so that only the result reports its end. ``lost``: its status was rejected, and it is a deletion or has no
    result, so that nothing reports its end. ``by_result``: only the result has reported its end.
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
    lost: bool = False
    by_result: bool = False


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


@quick_init
@dataclass(frozen=True, slots=True)
class Subject:
    """One connection, as far as calls have shown it.

    ``get`` and ``listed``: its last representations. ``last_write``: the index of its last write. ``repeat``: its
    representation between two identical decisions. ``read_only_sent``: a write that sent read-only members;
    ``before_read_only``: the representation before it. ``odd_writes``: successful writes, the last one first, whose
    body broke its schema or had unknown members. ``writing``: its last writes. ``absent``: the last Get that did not
    find it. ``unlisted``: the index at which the last complete listing without it began.
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
    unlisted: int = -1

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


_set = object.__setattr__


def change(value: Subject | Decision | Running, members: Iterable[tuple[str, Any]]) -> None:
    """Change members of a frozen value. Only ``record`` may call it: nothing else may change what checks read."""
    for name, new in members:
        _set(value, name, new)
