"""What a write changes in the state, and the polls of the operation that it began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linkproof.base.json_values import MISSING, at
from linkproof.checks.equivalence import status_of
from linkproof.checks.observed_collection import ObservedCollection, Write
from linkproof.checks.subjects import Decision, Effect, OddWrite, Presence, Running, Subject, Writing, change
from linkproof.checks.two_calls import ended_after, same_request
from linkproof.checks.urls import is_absolute, same_host
from linkproof.contract.address import Kind
from linkproof.contract.call import Call

if TYPE_CHECKING:
    from linkproof.checks.state import State
    from linkproof.checks.view import View

_ODD_WRITES_KEPT = 6


class _Answer(Enum):
    """The class of the answer to a write."""

    REFUSED = "4xx"
    FAILED = "5xx, or none"
    ACCEPTED = "202"
    DONE = "2xx"
    OTHER = "1xx or 3xx"


#: The members by themselves: Python 3.11 takes 0.1 µs to find one by its class, in each write several times.
_REFUSED, _FAILED, _ACCEPTED, _DONE, _OTHER = _Answer
#: The presence of an unknown connection after a write with such an answer.
_WRITTEN = {_ACCEPTED: Presence.UNKNOWN, _DONE: Presence.PRESENT}
#: By the status's first digit; 0: no answer came (``NO_ANSWER``).
_BY_CLASS = {0: _FAILED, 2: _DONE, 4: _REFUSED, 5: _FAILED}


def _answer(status: int) -> _Answer:
    return _ACCEPTED if status == 202 else _BY_CLASS.get(min(status // 100, 5), _OTHER)


def record_write(state: State, call: Call, collection: ObservedCollection, subject: Subject | None) -> None:
    """Record a write to a connection, or to its collection as a whole."""
    state.written = True
    has_effect = not call.success or (call.done and not call.is_dry_run)
    answer = _answer(call.status) if has_effect else _REFUSED
    if answer is _OTHER:
        return
    name = subject.name if subject else ""
    collection.note(Write(state.index, name, call), refused=answer is _REFUSED)
    if subject is None or answer is _REFUSED:
        return
    previous = subject.last_write
    goes_on = subject.goes_on or any(d.goes_on for d in subject.decisions)
    if answer is not _FAILED:
        _record_writing(call, subject, previous)
    change(subject, [("last_write", state.index), ("repeat", None)])
    if answer is _FAILED:
        change(subject, [("decisions", ())])
        return
    running = _start(state, call, subject)
    if call.exchange.request.method == "DELETE":
        _record_delete(state, call, collection, subject, answer, goes_on=goes_on)
        return
    if goes_on and subject.deleted is not None:  # the deletion may or may not remove what is written now
        collection.changed_members(state.index)
        change(subject, [("presence", Presence.UNKNOWN), ("deleted", None)])
    elif subject.presence is not Presence.PRESENT:
        collection.changed_members(state.index)
        change(subject, [("presence", _WRITTEN[answer]), ("deleted", None)])
        if running is not None:
            change(running, [("creating", answer is _ACCEPTED)])
    _record_decision(state, call, subject, running, previous)
    for other in _named_beside(call, collection):
        _record_unknown(other, state.index)
    _record_read_only(state, call, subject)
    if isinstance(call.sent, dict) and (call.defects or not call.plain):
        odd = OddWrite(call, subject.before_odd_writes)
        change(subject, [("odd_writes", (odd, *subject.odd_writes)[:_ODD_WRITES_KEPT])])


def record_elsewhere(call: Call, index: int, collections: Iterable[ObservedCollection]) -> None:
    """Record a write below another parent: a server that does not look at the parent wrote to these connections."""
    for collection in collections:
        subject = collection.find(call.subject)
        if subject is not None:
            collection.note(Write(index, call.subject, call), refused=False)
            collection.changed_members(index)
            _record_unknown(subject, index)


def _record_unknown(subject: Subject, index: int) -> None:
    """Record that a request may have done anything to a connection."""
    unknown = [("presence", Presence.UNKNOWN), ("decisions", ()), ("deleted", None), ("repeat", None)]
    change(subject, [("last_write", index), *unknown])


def _named_beside(call: Call, collection: ObservedCollection) -> Iterator[Subject]:
    """Yield the known connections that a decision names beside its own, where the contract allows only one."""
    rules = call.contract.decide
    names, place, _ = rules.subject.rpartition("/0")
    named = at(call.sent, names) if place and not rules.subjects else MISSING
    for name in named[1:] if isinstance(named, list) else ():
        subject = collection.find(name.lower()) if isinstance(name, str) else None
        if subject is not None and subject.name != call.subject:
            yield subject


def _record_delete(
    state: State, call: Call, collection: ObservedCollection, subject: Subject, answer: _Answer, *, goes_on: bool
) -> None:
    collection.changed_members(state.index)
    accepted = answer is _ACCEPTED
    change(subject, [("decisions", ()), ("deleted", call), ("deleted_long", accepted)])
    if accepted:
        return
    if goes_on:  # the operation in progress may restore the connection
        change(subject, [("presence", Presence.UNKNOWN), ("deleted", None)])
    else:
        change(subject, [("presence", Presence.ABSENT)])


def _record_decision(state: State, call: Call, subject: Subject, running: Running | None, previous: int) -> None:
    if not call.decides or not call.decision or call.defects:
        change(subject, [("decisions", ())])
        return
    earlier, latest, rules = subject.decisions, subject.latest, state.contract.decide
    description = at(call.sent, rules.description) if rules.description else MISSING
    decision = Decision(
        call=call,
        index=state.index,
        status=call.decision,
        description=description if isinstance(description, str) else None,
        effect=Effect.OPEN if running is not None or call.status == 202 else Effect.DONE,
        long=running is not None,
        before=status_of(state.contract, latest.value) if latest else "",
        previous=_before(earlier[-1]) if earlier else frozenset(),
    )
    if earlier and same_request(earlier[-1].call, call) and subject.get and subject.get.index > previous:
        change(subject, [("repeat", subject.get if subject.get.settled else None)])
    rivals = [d for d in earlier if ended_after(d.call, call) or d.goes_on]
    change(subject, [("decisions", (*rivals, decision))])


def _before(decision: Decision) -> frozenset[str]:
    """Return the statuses that a connection may have had after a decision, and before it if nothing showed it since."""
    return frozenset({decision.status}) | (frozenset() if decision.shown_by else decision.previous)


def _record_read_only(state: State, call: Call, subject: Subject) -> None:
    change(subject, [("read_only_sent", None)])
    if not isinstance(call.sent, dict) or subject.latest is None:
        return
    if call.sends_read_only:
        change(subject, [("read_only_sent", call), ("before_read_only", subject.latest.value)])


def _start(state: State, call: Call, subject: Subject) -> Running | None:
    """Record a long-running operation under the URLs in its answer."""
    named = state.contract.long_running.polled_at(call.exchange)
    # LRO-1 reports the others. Whether a client polled them is visible in the recording.
    urls = [url if state.is_recorded or _can_be_polled(url, call) else "" for url in named]
    if call.status not in (200, 201, 202) or not any(urls):
        return None
    existed = subject.presence is Presence.PRESENT and subject.latest is not None
    running = Running(call, subject.name, urls[0], urls[1], existed=existed)
    change(subject, [("running", running)])
    for url in urls:
        if url:
            state.operations.put(url, running)
    return running


def record_poll(state: State, view: View) -> None:
    """Record what a poll shows of its operation."""
    call, running, rules = view.call, view.operation, state.contract.long_running
    if running is None:
        return
    if call.kind is Kind.RESULT_POLL:
        if call.status in (200, 201, 204):
            change(running, [("result_done", running.result_done or call)])
            if not running.status_url or running.unreadable:
                _end(state, running, rules.succeeded, by_result=True)
        return
    word = at(call.answer, rules.status) if call.success else MISSING
    refused = 400 <= call.status < 500 and not call.throttled
    if refused and _deletes(running):
        change(running, [("lost", True)])  # the status may have gone with the connection, or never have been there
    elif refused or (call.success and not isinstance(word, str)):
        change(running, [("unreadable", True), ("lost", refused and not running.result_url)])
        if running.result_done:
            _end(state, running, rules.succeeded, by_result=True)
    if not running.ended:
        change(running, [("seen_early", None)])
    if isinstance(word, str):
        change(running, [("last", word)])
        if word in rules.terminal:
            _end(state, running, word)
        elif rules.says_success(word):
            _end(state, running, rules.succeeded)  # LRO-2 reports the status


def _deletes(running: Running) -> bool:
    return running.call.exchange.request.method == "DELETE"


def _end(state: State, running: Running, word: str, *, by_result: bool = False) -> None:
    if running.ended:
        return
    change(running, [("ended", word), ("by_result", by_result)])
    succeeded = word == state.contract.long_running.succeeded
    collection = state.make_collection(running.call.collection)
    subject = state.make(collection, running.subject)
    if _deletes(running):
        if succeeded and subject.deleted is running.call:
            change(subject, [("presence", Presence.ABSENT)])
            collection.changed_members(state.index)
        return
    if succeeded and running.creating:
        change(subject, [("presence", Presence.PRESENT)])
        collection.changed_members(state.index)
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


def _can_be_polled(url: str, call: Call) -> bool:
    """Whether a client can poll a URL: it is absolute, and on the called host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return is_absolute(parts) and same_host(parts, urlsplit(call.exchange.request.url))
