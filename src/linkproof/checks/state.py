"""The state that calls have shown, folded in order by ``record``, the only function that changes it.

A check reads a ``View`` of the state before its call. The state keeps the last of each thing instead of all calls,
within limits: what is evicted is not judged.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from linkproof.base.bounded import Recent
from linkproof.base.json_values import MISSING, at
from linkproof.checks.decision_table import CONCLUSIVE, Observation, said_of_decision
from linkproof.checks.equivalence import status_of, value_on_the_way
from linkproof.checks.integers import is_exact
from linkproof.checks.subjects import (
    Decision,
    Effect,
    Listed,
    ObservedCollection,
    OddWrite,
    Presence,
    Running,
    Shown,
    Subject,
    Write,
    Writing,
    change,
    ended_after,
    same_request,
)
from linkproof.checks.traits import PROMISED
from linkproof.checks.urls import is_absolute, same_host
from linkproof.checks.walks import (
    Chain,
    Filters,
    LinkedPage,
    Listing,
    OffsetPage,
    Onward,
    Order,
    Totals,
    key_of_page,
    walk_key,
    wanted_by,
)
from linkproof.contract.call import Call
from linkproof.contract.model import Contract, Role
from linkproof.contract.request_match import Defect, Kind
from linkproof.model.exchange import Circumstances, Exchange, Grade

if TYPE_CHECKING:
    from linkproof.checks.view import View

#: Maximum number of known connections of a contract, and of each other thing.
_SUBJECTS = 10_000
_KEPT = 4096
_IDS_KEPT = 200_000
_ODD_WRITES_KEPT = 6
#: Maximum number of filters and orders for which one collection's pages are kept.
_LISTINGS_KEPT = 256

POLLS = (Kind.STATUS_POLL, Kind.RESULT_POLL)
#: Error statuses about the resource's state instead of the request (RFC 9110, 15.5.10, 15.5.13; RFC 4918, 11.3).
OF_THE_STATE = frozenset({409, 412, 423})


#: What two rejected requests must share to be the same: method, URL, body and credential.
CodeKey = tuple[str, str, bytes, str]


class SeenCode(NamedTuple):
    """The error code of a rejected request, and the index of the last change of its collection at that time."""

    epoch: int
    code: str
    exchange: Exchange


class Pages:
    """The pages of one collection's list by limit and offset since the last change of the collection."""

    __slots__ = ("epoch", "listings", "totals")

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.totals: Recent[Filters, Totals] = Recent(_LISTINGS_KEPT)
        self.listings: Recent[tuple[Filters, Order], Listing] = Recent(_LISTINGS_KEPT)


class State:
    """The state of one contract within one state scope."""

    def __init__(self, contract: Contract, circumstances: Circumstances) -> None:
        self.contract = contract
        self._circumstances = circumstances
        self._is_first = True
        self.promised = circumstances.names
        #: Undocumented values that promised connections show before any write: they mean at rest.
        self.at_rest: set[str] = set()
        self.index = 0
        self.written = False
        self.collections: OrderedDict[str, ObservedCollection] = OrderedDict()
        self._known = 0
        self.notes_request_ids = bool(contract.request_id_header) and circumstances.grade is not Grade.RECORDING
        self.has_integers = "integers" in contract.capabilities
        self.retry_header = contract.long_running.retry_header.lower()
        promises = circumstances.collections.get(contract.id) or circumstances.parents.get(contract.id)
        #: The traits that all calls of this state have.
        self.traits = PROMISED if promises else 0
        self._chains: Recent[str, Chain] = Recent(_KEPT)
        self._tokens: Recent[str, bool] = Recent(_KEPT)
        self._operations: Recent[str, Running] = Recent(_KEPT)
        self._request_ids: Recent[str, bool] = Recent(_IDS_KEPT)
        self._codes: Recent[CodeKey, SeenCode] = Recent(_KEPT)
        self._pages: Recent[str, Pages] = Recent(_KEPT)
        self._integers: Recent[tuple[str, str], int] = Recent(_KEPT)
        self._accepted: Recent[tuple[str, str], Call] = Recent(_KEPT)
        self._accepted_decisions: Recent[tuple[str, str], bool] = Recent(_KEPT)
        self.has_exact_integers = False

    def after_reset(self) -> State:
        """Return the state after a reset of the target: only facts about the target itself are kept."""
        found = State(self.contract, self._circumstances)
        found._accepted_decisions = self._accepted_decisions
        found.at_rest = self.at_rest
        found._is_first = False
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
        return self._operations.get(url)

    @property
    def knows_pages(self) -> bool:
        """Whether a next link or token of any page is known that was not followed yet."""
        return len(self._chains) > 0

    def chain_at(self, url: str) -> Chain | None:
        """Return the pages that lead to a URL or token (see ``key_of_page``) by next links."""
        return self._chains.get(url)

    def has_token(self, token: object) -> bool:
        """Whether an earlier page had a token."""
        return isinstance(token, str) and token in self._tokens

    def pages_of(self, path: str, epoch: int) -> Pages | None:
        """Return the pages of a collection's list by limit and offset since its last change (``epoch``)."""
        found = self._pages.get(path)
        return found if found is not None and found.epoch == epoch else None

    def has_request_id(self, request_id: str) -> bool:
        """Whether an earlier answer had this request id."""
        return request_id in self._request_ids

    def code_for(self, key: CodeKey) -> SeenCode | None:
        """Return the error code with which a request was rejected before."""
        return self._codes.get(key)

    def accepted_like(self, call: Call) -> Call | None:
        """Return the last valid, accepted request of the same operation on the same collection."""
        return self._accepted.get((call.collection, call.name))

    def has_accepted_decision(self, call: Call) -> bool:
        """Whether a decision for the same status was accepted before."""
        return self._accepted_decisions.get((call.collection, call.decision)) is not None

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
        call = view.call = view.call.at_rest()
        self.index += 1
        if self.notes_request_ids and view.request_id and not view.request_id_was_seen:
            self._request_ids.put(view.request_id, True)
        for number in integers:
            if self._integers.get(number.key) is None:
                self._integers.put(number.key, number.value)
                self.has_exact_integers = self.has_exact_integers or is_exact(number.value)
        if codes is not None and (view.seen_code is None or view.seen_code.epoch != view.collection.last_done):
            self._codes.put(codes, SeenCode(view.collection.last_done, error_code, call.exchange))
        if call.kind in POLLS:
            self._record_poll(view)
            return
        self._record_accepted(call)
        collection = self._make_collection(call.collection)
        subject = self._make(collection, call.subject) if call.subject else None
        if not call.reads:
            self._record_writes(call, collection, subject)
            return
        if linked is not None:
            self._record_linked(view, linked, collection)
        if paged is not None:
            self._record_paged(call, paged, collection)
        self._record_reading(view, collection, subject)

    def _record_writes(self, call: Call, collection: ObservedCollection, subject: Subject | None) -> None:
        if len(call.subjects) < 2:
            self._record_write(call, collection, subject)
            return
        for name in call.subjects:
            self._record_write(call.about(name), collection, self._make(collection, name))

    def repeats(self, call: Call) -> Subject | None:
        """Return the connection of a Get whose answer is the last one that was seen of it; None for any other call.

        The connection is at rest, and was never written to.
        """
        if call.role is not Role.GET or not call.subject or call.defects or self.has_integers or self.notes_request_ids:
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
        change(subject, [("get", Shown(call.answer, call, self.index, settled=True))])

    def _record_accepted(self, call: Call) -> None:
        if not call.success or call.operation is None or call.defects:
            return
        if call.reads or (call.plain and call.done):
            self._accepted.put((call.collection, call.name), call)
            if call.decision:
                self._accepted_decisions.put((call.collection, call.decision), True)

    def _make_collection(self, path: str) -> ObservedCollection:
        found = self.collections.get(path)
        if found is None:
            found = self.collections[path] = ObservedCollection(path)
        return found

    def _make(self, collection: ObservedCollection, name: str) -> Subject:
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

    def _record_linked(self, view: View, page: LinkedPage, collection: ObservedCollection) -> None:
        call = view.call
        chain = self._chains.pop(key_of_page(call))
        sound = page.sound and (page.changed or not page.twice)
        if page.link and self.contract.list.token:
            self._tokens.put(page.link, True)
        is_first_known = chain is not None or not key_of_page(call) or not self.contract.list.token
        if page.onward is Onward.ENDS and sound and not page.changed and is_first_known and not wanted_by(call):
            collection.listed(Listed(page.start, page.all_names))
        if page.onward is not Onward.GOES_ON:
            return
        links = chain.links if chain is not None and isinstance(chain.links, set) else set()
        names = chain.names if chain is not None and isinstance(chain.names, set) else set()
        links.add(page.link)
        names.update(page.names)
        walked = Chain(page.start, page.first, links, names, page.pages, page.idle, sound)
        self._chains.put(walk_key(call, page.link), walked)

    def _record_paged(self, call: Call, page: OffsetPage, collection: ObservedCollection) -> None:
        pages = self._pages.get(call.collection)
        if pages is None or pages.epoch != page.epoch:
            pages = self._pages.put(call.collection, Pages(page.epoch))
        if page.total is not None and page.totals is None:
            pages.totals.put(page.filters, Totals(page.total, self.index - 1, call.exchange.request.url))
        if page.total_varies:
            return
        key = (page.filters, page.order)
        before = pages.listings.get(key)
        names = before.names if before is not None and isinstance(before.names, dict) else {}
        keys = before.keys if before is not None and isinstance(before.keys, dict) else {}
        names.update((place, name) for place, (name, _) in page.placed.items())
        keys.update((place, sort_key) for place, (_, sort_key) in page.placed.items())
        judged = page.whole is not None or (before is not None and before.judged)
        pages.listings.put(key, Listing(names, keys, page.end, judged))
        if page.whole is not None and not page.filters and page.total in (None, len(page.whole)):
            members = frozenset(page.whole)
            if len(members) == len(page.whole):
                collection.listed(Listed(self.index - 1, members))

    def _record_reading(self, view: View, collection: ObservedCollection, subject: Subject | None) -> None:
        call = view.call
        if call.role is Role.LINK_RESOURCES and call.delivers and view.groups is not None:
            collection.has_groups(view.groups)
        if call.role is Role.GET and subject is not None:
            if (call.not_found or call.is_empty) and not call.defects:
                change(subject, [("absent", Shown(None, call, self.index, settled=True))])
                same_url = subject.get is not None and _url(subject.get.call) == _url(call)
                if subject.presence is Presence.PRESENT and same_url:
                    change(subject, [("presence", Presence.UNKNOWN)])
                return
            if call.delivers and not call.defects:
                _note_early(subject, call)
        for seen in view.observed:
            if self._is_first and not (self.written or seen.settled):
                self._record_at_rest(view, seen)
            known = self._make(collection, seen.subject.name)
            _note_judged(view, known, seen)
            shown = Shown(seen.value, call, self.index, seen.settled and not self._goes_on_unseen(known))
            if call.role is Role.LIST:
                if call.delivers and not call.defects:
                    _note_early(known, call)
                change(known, [("listed", shown)])
                if known.presence is Presence.UNKNOWN:
                    change(known, [("presence", Presence.PRESENT)])
            elif any(f.defect is Defect.PATH for f in call.defects):
                continue  # ERR-6: no connection has such a name
            elif call.shown or known.presence is Presence.PRESENT:
                change(known, [("get", shown), ("presence", Presence.PRESENT), ("absent", None)])

    def _record_at_rest(self, view: View, seen: Observation) -> None:
        """Record an undocumented value that an unchanged connection shows: ENM-1 reports it."""
        schema, word = view.call.schema, value_on_the_way(self.contract, seen.value, self.at_rest)
        if seen.subject.name not in self.promised or schema is None:
            return
        if not any(word in options for options in schema.enumerations.values()):
            self.at_rest.add(word)

    def _goes_on_unseen(self, subject: Subject) -> bool:
        """Whether an operation is in progress, in a contract whose connections do not show it."""
        return subject.goes_on and not self.contract.member.provisioning

    def _record_write(self, call: Call, collection: ObservedCollection, subject: Subject | None) -> None:
        self.written = True
        answer = _answer(call.status) if call.done or not call.success else _Answer.REFUSED
        if answer is _Answer.OTHER:
            return
        name = subject.name if subject else ""
        collection.note(Write(self.index, name, call), refused=answer is _Answer.REFUSED)
        if subject is None or answer is _Answer.REFUSED:
            return
        previous = subject.last_write
        goes_on = subject.goes_on or any(d.goes_on for d in subject.decisions)
        if answer is not _Answer.FAILED:
            _record_writing(call, subject, previous)
        change(subject, [("last_write", self.index), ("repeat", None)])
        if answer is _Answer.FAILED:
            change(subject, [("decisions", ())])
            return
        running = self._start(call, subject)
        if call.exchange.request.method == "DELETE":
            self._record_delete(call, collection, subject, answer, goes_on=goes_on)
            return
        if goes_on and subject.deleted is not None:  # the deletion may or may not remove what is written now
            collection.changed_members(self.index)
            change(subject, [("presence", Presence.UNKNOWN), ("deleted", None)])
        elif subject.presence is not Presence.PRESENT:
            collection.changed_members(self.index)
            change(subject, [("presence", _WRITTEN[answer]), ("deleted", None)])
            if running is not None:
                change(running, [("creating", answer is _Answer.ACCEPTED)])
        self._record_decision(call, subject, running, previous)
        self._record_read_only(call, subject)
        if isinstance(call.sent, dict) and (call.defects or not call.plain):
            odd = OddWrite(call, subject.before_odd_writes)
            change(subject, [("odd_writes", (odd, *subject.odd_writes)[:_ODD_WRITES_KEPT])])

    def _record_delete(
        self, call: Call, collection: ObservedCollection, subject: Subject, answer: _Answer, *, goes_on: bool
    ) -> None:
        collection.changed_members(self.index)
        accepted = answer is _Answer.ACCEPTED
        change(subject, [("decisions", ()), ("deleted", call), ("deleted_long", accepted)])
        if accepted:
            return
        if goes_on:  # the operation in progress may restore the connection
            change(subject, [("presence", Presence.UNKNOWN), ("deleted", None)])
        else:
            change(subject, [("presence", Presence.ABSENT)])

    def _record_decision(self, call: Call, subject: Subject, running: Running | None, previous: int) -> None:
        if call.role is not Role.DECIDE or not call.decision or call.defects:
            change(subject, [("decisions", ())])
            return
        earlier, latest, rules = subject.decisions, subject.latest, self.contract.decide
        description = at(call.sent, rules.description) if rules.description else MISSING
        decision = Decision(
            call=call,
            index=self.index,
            status=call.decision,
            description=description if isinstance(description, str) else None,
            effect=Effect.OPEN if running is not None or call.status == 202 else Effect.DONE,
            long=running is not None,
            before=status_of(self.contract, latest.value) if latest else "",
        )
        if earlier and same_request(earlier[-1].call, call) and subject.get and subject.get.index > previous:
            change(subject, [("repeat", subject.get if subject.get.settled else None)])
        rivals = [d for d in earlier if ended_after(d.call, call) or d.goes_on]
        change(subject, [("decisions", (*rivals, decision))])

    def _record_read_only(self, call: Call, subject: Subject) -> None:
        change(subject, [("read_only_sent", None)])
        if not isinstance(call.sent, dict) or subject.latest is None:
            return
        if any(at(call.sent, p) is not MISSING for p in self.contract.member.read_only):
            change(subject, [("read_only_sent", call), ("before_read_only", subject.latest.value)])

    def _start(self, call: Call, subject: Subject) -> Running | None:
        """Record a long-running operation under the URLs in its answer."""
        named = self.contract.long_running.polled_at(call.exchange.response.headers, call.status)
        # LRO-1 reports the others. Whether a client polled them is visible in the recording.
        recorded = self._circumstances.grade is Grade.RECORDING
        urls = [url if recorded or _can_be_polled(url, call) else "" for url in named]
        if call.status not in (200, 201, 202) or not any(urls):
            return None
        running = Running(call, subject.name, urls[0], urls[1])
        change(subject, [("running", running)])
        for url in urls:
            if url:
                self._operations.put(url, running)
        return running

    def _record_poll(self, view: View) -> None:
        call, running, rules = view.call, view.operation, self.contract.long_running
        if running is None:
            return
        if call.kind is Kind.RESULT_POLL:
            if call.status in (200, 201, 204):
                change(running, [("result_done", running.result_done or call)])
                if not running.status_url or running.unreadable:
                    self._end(running, rules.succeeded)
            return
        word = at(call.answer, rules.status) if call.success else MISSING
        deletes = running.call.exchange.request.method == "DELETE"
        refused = 400 <= call.status < 500 and not (call.throttled or deletes)
        if refused or (call.success and not isinstance(word, str)):
            change(running, [("unreadable", True)])
            if running.result_done:
                self._end(running, rules.succeeded)
        if not running.ended:
            change(running, [("seen_early", None)])
        if isinstance(word, str):
            change(running, [("last", word)])
            if word in rules.terminal:
                self._end(running, word)
            elif rules.says_success(word):
                self._end(running, rules.succeeded)  # LRO-2 reports the status

    def _end(self, running: Running, word: str) -> None:
        if running.ended:
            return
        change(running, [("ended", word)])
        succeeded = word == self.contract.long_running.succeeded
        collection = self._make_collection(running.call.collection)
        subject = self._make(collection, running.subject)
        if running.call.exchange.request.method == "DELETE":
            if succeeded and subject.deleted is running.call:
                change(subject, [("presence", Presence.ABSENT)])
                collection.changed_members(self.index)
            return
        if succeeded and running.creating:
            change(subject, [("presence", Presence.PRESENT)])
            collection.changed_members(self.index)
        effect = Effect.DONE if succeeded else Effect.FAILED
        for decision in subject.decisions:
            if decision.call is running.call:
                change(decision, [("effect", effect)])


def _record_writing(call: Call, subject: Subject, previous: int) -> None:
    """Record how a connection was shown before a write, or before the first of several unobserved writes."""
    writing, latest = subject.writing, subject.latest
    if writing is None or (latest is not None and latest.index > previous):
        writing = Writing(subject.get, subject.listed, ())
    change(subject, [("writing", Writing(writing.get, writing.listed, (*writing.calls, call)))])


class _Answer(Enum):
    """The class of the answer to a write."""

    REFUSED = "4xx"
    FAILED = "5xx, or none"
    ACCEPTED = "202"
    DONE = "2xx"
    OTHER = "1xx or 3xx"


#: The presence of an unknown connection after a write with such an answer.
_WRITTEN = {_Answer.ACCEPTED: Presence.UNKNOWN, _Answer.DONE: Presence.PRESENT}
#: By the status's first digit; 0: no answer came (``NO_ANSWER``).
_BY_CLASS = {0: _Answer.FAILED, 2: _Answer.DONE, 4: _Answer.REFUSED, 5: _Answer.FAILED}


def _answer(status: int) -> _Answer:
    return _Answer.ACCEPTED if status == 202 else _BY_CLASS.get(min(status // 100, 5), _Answer.OTHER)


def _can_be_polled(url: str, call: Call) -> bool:
    """Whether a client can poll a URL: it is absolute, and on the called host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return is_absolute(parts) and same_host(parts, urlsplit(call.exchange.request.url))


def _url(call: Call) -> str:
    return call.exchange.request.url


def _note_early(subject: Subject, call: Call) -> None:
    """Record an answer that shows what an operation is still creating."""
    running = subject.running
    if running is not None and running.creating and not running.ended and running.seen_early is None:
        change(running, [("seen_early", call)])


def _note_judged(view: View, subject: Subject, seen: Observation) -> None:
    """Record what this answer settles, so that it is judged once: decisions, repetitions, read-only members."""
    call = view.call
    if not call.delivers:
        return
    for decision in subject.decisions if not seen.settled else ():
        change(decision, [("was_on_its_way", True)])
    if subject.decisions and said_of_decision(call, view.collection, seen) in CONCLUSIVE:
        decision = subject.decisions[-1]
        change(decision, [("shown_by", decision.shown_by | {str(call.role)})])
    if call.role is not Role.GET:
        return
    if subject.repeat is not None and seen.settled:
        change(subject, [("repeat", None)])
    sent = subject.read_only_sent
    if sent is not None and not ended_after(sent, call) and not subject.goes_on:
        change(subject, [("read_only_sent", None)])
