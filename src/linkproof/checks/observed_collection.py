"""What is known of the collections of connections: their members, their last writes, their last complete listing.

Checks read a collection; only ``record`` (in ``state.py``) changes it, by the methods at its end.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection as Sized
from collections.abc import Sequence
from dataclasses import dataclass

from linkproof.checks.subjects import Subject, change
from linkproof.contract.call import Call
from linkproof.model.exchange import Exchange

#: Maximum number of rejected, and of successful, writes that are kept of a collection.
_WRITES_KEPT = 32


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a parent (ids and names, casefolded) in its private link resources, and where they were listed."""

    names: frozenset[str]
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Write:
    """A request that would change something, and how it was answered."""

    index: int
    subject: str
    call: Call


@dataclass(frozen=True, slots=True)
class Listed:
    """The names on all pages of a complete listing, the index at which it began, and its first page."""

    start: int
    names: frozenset[str]
    first: Call


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
        """Record a complete listing, and which known connections it does not have."""
        self._complete = listing
        for name in self._subjects.keys() - listing.names:
            change(self._subjects[name], [("unlisted", listing.start)])

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
