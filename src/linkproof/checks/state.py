"""The state that calls have shown, folded in order by ``record``: nothing else changes it.

A check reads a ``View`` of the state before its call. The state keeps the last of each thing instead of all calls,
within limits: what is evicted is not judged. Writes and polls are recorded by ``writes``, pages of lists by
``known_pages``, other readings by ``readings``.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from linkproof.base.bounded import Recent
from linkproof.checks.integers import is_exact
from linkproof.checks.known_pages import KnownPages
from linkproof.checks.observed_collection import ObservedCollection
from linkproof.checks.readings import record_reading
from linkproof.checks.subjects import Presence, Running, Shown, Subject, change
from linkproof.checks.traits import PROMISED
from linkproof.checks.writes import record_elsewhere, record_poll, record_write
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.model.exchange import Circumstances, Exchange, Grade

if TYPE_CHECKING:
    from linkproof.checks.view import View

#: Maximum number of known connections of a contract, and of each other thing.
_SUBJECTS = 10_000
_KEPT = 4096
_IDS_KEPT = 200_000
#: Number of answers that are kept to show one that has the request id of a later one.
_LAST_IDS = 16

#: Error statuses about the resource's state instead of the request (RFC 9110, 15.5.10, 15.5.13; RFC 4918, 11.3).
OF_THE_STATE = frozenset({409, 412, 423})


#: What two rejected requests must share to be the same: method, URL, body and credential.
CodeKey = tuple[str, str, bytes, str]


class SeenCode(NamedTuple):
    """The error code of a rejected request, and the index of the last change of its collection at that time."""

    epoch: int
    code: str
    exchange: Exchange


class State:
    """The state of one contract within one state scope."""

    def __init__(self, contract: Contract, circumstances: Circumstances) -> None:
        self.contract = contract
        self._circumstances = circumstances
        self.is_first = True
        self.promised = circumstances.names
        #: Undocumented values that promised connections show before any write: they mean at rest.
        self.at_rest: set[str] = set()
        self.index = 0
        self.written = False
        self.collections: OrderedDict[str, ObservedCollection] = OrderedDict()
        self._known = 0
        #: Whether the calls are read from a recording.
        self.is_recorded = circumstances.grade is Grade.RECORDING
        self.notes_request_ids = bool(contract.request_id_header) and not self.is_recorded
        self.has_integers = "integers" in contract.capabilities
        self.retry_header = contract.long_running.retry_header.lower()
        promises = circumstances.collections.get(contract.id) or circumstances.parents.get(contract.id)
        #: The traits that all calls of this state have.
        self.traits = PROMISED if promises else 0
        self.pages = KnownPages(uses_tokens=bool(contract.list.token))
        self.operations: Recent[str, Running] = Recent(_KEPT)
        self._request_ids: Recent[str, bool] = Recent(_IDS_KEPT)
        self._last_ids: Recent[str, Exchange] = Recent(_LAST_IDS)
        self._codes: Recent[CodeKey, SeenCode] = Recent(_KEPT)
        self._integers: Recent[tuple[str, str], int] = Recent(_KEPT)
        self._accepted: Recent[tuple[str, str], Call] = Recent(_KEPT)
        self._accepted_decisions: Recent[tuple[str, str], bool] = Recent(_KEPT)
        self._wrong_outcomes: Recent[tuple[str, str], bool] = Recent(_KEPT)
        self.has_exact_integers = False

    def after_reset(self) -> State:
        """Return the state after a reset of the target, or after its state became unknown.

        Facts about the target itself are kept, and what was sent that a service should not have stored: where the
        state became unknown, or the reset does not undo it, it may still be shown.
        """
        found = State(self.contract, self._circumstances)
        found._accepted_decisions = self._accepted_decisions
        found._wrong_outcomes = self._wrong_outcomes
        found.at_rest = self.at_rest
        found.is_first = False
        for collection in self.collections.values():
            for subject in collection.subjects:
                if subject.odd_writes:
                    own = found.make(found.make_collection(collection.path), subject.name)
                    change(own, [("odd_writes", subject.odd_writes)])
        return found

    # reading

    def collection(self, path: str) -> ObservedCollection:
        """Return the collection at a path (lower case); an empty one if it is unknown."""
        return self.collections.get(path) or ObservedCollection(path)

    def subject_of(self, call: Call) -> Subject | None:
        """Return the connection of a call; None if the call is about a whole collection."""
        return self.collection(call.collection).subject(call.subject) if call.subject else None

    def running_at(self, url: str) -> Running | None:
        """Return the operation that is polled at a URL."""
        return self.operations.get(url)

    def has_request_id(self, request_id: str) -> bool:
        """Whether an earlier answer had this request id."""
        return request_id in self._request_ids

    def last_with(self, request_id: str) -> tuple[Exchange, ...]:
        """Return a recent exchange whose answer had this request id; empty if there is none."""
        found = self._last_ids.get(request_id)
        return (found,) if found is not None else ()

    def code_for(self, key: CodeKey) -> SeenCode | None:
        """Return the error code with which a request was rejected before."""
        return self._codes.get(key)

    def accepted_like(self, call: Call) -> Call | None:
        """Return the last valid, accepted request of the same operation on the same collection."""
        return self._accepted.get((call.collection, call.name))

    def has_accepted_decision(self, call: Call) -> bool:
        """Whether a decision for the same status was accepted before."""
        return self._accepted_decisions.get((call.collection, call.decision)) is not None

    def has_wrong_outcome(self, decided: str, status: str) -> bool:
        """Whether a decision for one status has changed a connection to another one."""
        return self._wrong_outcomes.get((decided, status)) is not None

    def integer_at(self, key: tuple[str, str]) -> int | None:
        """Return the integer beyond 2^53 that was first seen under a key."""
        return self._integers.get(key)

    @property
    def integers(self) -> list[int]:
        """Return the integers beyond 2^53 of earlier answers."""
        return self._integers.values()

    # the fold

    def record(self, view: View) -> None:
        """Add a judged call to the state."""
        linked, paged, codes = view.linked_page, view.offset_page, view.code_key
        integers = view.big_integers if self.has_integers else ()
        error_code = view.call.error_code if codes is not None else ""
        is_very_large = view.call.is_very_large
        call = view.call = view.call.at_rest()
        if is_very_large:
            view.observed = ()
        self.index += 1
        if self.notes_request_ids and view.request_id:
            self._note_request_id(view.request_id, call.exchange)
        for number in integers:
            if self._integers.get(number.key) is None:
                self._integers.put(number.key, number.value)
                self.has_exact_integers = self.has_exact_integers or is_exact(number.value)
        if codes is not None and (view.seen_code is None or view.seen_code.epoch != view.collection.last_done):
            self._codes.put(codes, SeenCode(view.collection.last_done, error_code, call.exchange))
        if call.is_poll:
            record_poll(self, view)
            return
        self._record_accepted(call)
        collection = self.make_collection(call.collection)
        subject = self.make(collection, call.subject) if call.subject else None
        if not call.reads:
            self._record_writes(call, collection, subject)
            return
        if linked is not None:
            self.pages.record_linked(call, linked, collection)
        if paged is not None:
            self.pages.record_by_offset(call, paged, collection, self.index - 1)
        record_reading(self, view, collection, subject)

    def _note_request_id(self, request_id: str, exchange: Exchange) -> None:
        self._last_ids.put(request_id, exchange)
        if request_id not in self._request_ids:
            self._request_ids.put(request_id, True)

    def _record_writes(self, call: Call, collection: ObservedCollection, subject: Subject | None) -> None:
        promised = self._circumstances.collections.get(self.contract.id, frozenset())
        if call.success and promised and call.collection not in promised:
            record_elsewhere(call, self.index, [c for path, c in self.collections.items() if path in promised])
        if len(call.subjects) < 2:
            record_write(self, call, collection, subject)
            return
        for name in call.subjects:
            record_write(self, call.about(name), collection, self.make(collection, name))

    def repeats(self, call: Call) -> Subject | None:
        """Return the connection of a Get whose answer is the last one that was seen of it; None for any other call.

        The connection is at rest, and was never written to.
        """
        if not call.is_get or not call.subject or call.defects or self.has_integers or self.notes_request_ids:
            return None
        collection = self.collections.get(call.collection)
        subject = collection.find(call.subject) if collection is not None else None
        if subject is None or subject.get is None or subject.last_write >= 0 or subject.absent is not None:
            return None
        before = subject.get
        is_same = before.value is call.answer and before.settled and subject.presence is Presence.PRESENT
        return subject if is_same and call.delivers else None

    def record_repeated(self, call: Call, subject: Subject) -> None:
        """Add a call for which ``repeats`` returned the connection: all that is new is when it was shown."""
        self.index += 1
        self._accepted.put((call.collection, call.name), call)
        since = subject.get.since if subject.get is not None else self.index
        change(subject, [("get", Shown(call.answer, call, self.index, settled=True, since=since))])

    def note_wrong_outcome(self, decided: str, status: str) -> None:
        """Record the status to which a decision for another one has changed a connection."""
        self._wrong_outcomes.put((decided, status), True)

    def _record_accepted(self, call: Call) -> None:
        if not call.success or call.operation is None or call.defects:
            return
        if call.reads or (call.plain and call.done):
            self._accepted.put((call.collection, call.name), call)
            if call.decision:
                self._accepted_decisions.put((call.collection, call.decision), True)

    def make_collection(self, path: str) -> ObservedCollection:
        """Return the collection at a path (lower case), adding it if it is unknown."""
        found = self.collections.get(path)
        if found is None:
            found = self.collections[path] = ObservedCollection(path)
        return found

    def make(self, collection: ObservedCollection, name: str) -> Subject:
        """Return the connection of a name, adding it if it is unknown. Evicts other collections, or the oldest, at the
        limit.
        """
        subject, is_new = collection.make(name)
        if not is_new:
            return subject
        self._known += 1
        if self._known > _SUBJECTS:
            self.collections.move_to_end(collection.path)
            if len(self.collections) > 1:
                _, oldest = self.collections.popitem(last=False)
                self._known -= len(oldest.subjects)
            else:
                collection.forget_oldest()
                self._known -= 1
        return subject
