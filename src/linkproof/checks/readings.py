"""What a reading changes in the state: how connections were shown, and what this settles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkproof.checks.decision_table import CONCLUSIVE, Observation, Said
from linkproof.checks.equivalence import status_of, value_on_the_way
from linkproof.checks.observed_collection import ObservedCollection
from linkproof.checks.subjects import Presence, Shown, Subject, change
from linkproof.checks.two_calls import ended_after
from linkproof.contract.call import Call
from linkproof.contract.defect import Defect
from linkproof.contract.names import name_among
from linkproof.contract.operation import Role

if TYPE_CHECKING:
    from linkproof.checks.state import State
    from linkproof.checks.view import View


def record_reading(state: State, view: View, collection: ObservedCollection, subject: Subject | None) -> None:
    """Record what an answer shows of connections: one, all of a list, or that there is none."""
    call = view.call
    if call.role is Role.LINK_RESOURCES and call.delivers and view.groups is not None:
        collection.has_groups(view.groups)
    if call.is_get and subject is not None:
        if (call.not_found or call.is_empty) and not call.defects:
            change(subject, [("absent", Shown(None, call, state.index, settled=True))])
            same_url = subject.get is not None and _url(subject.get.call) == _url(call)
            if subject.presence is Presence.PRESENT and same_url:
                change(subject, [("presence", Presence.UNKNOWN)])
            return
        if call.delivers and not call.defects:
            _note_early(subject, call)
    for seen in view.observed:
        if state.is_first and not (state.written or seen.settled):
            _record_at_rest(state, view, seen)
        known = state.make(collection, seen.subject.name)
        _note_judged(state, view, known, seen)
        shown = _shown(state, call, known, seen)
        if call.is_list:
            if call.delivers and not call.defects:
                _note_early(known, call)
            change(known, [("listed", shown)])
            if known.presence is Presence.UNKNOWN:
                change(known, [("presence", Presence.PRESENT)])
        elif any(f.defect is Defect.PATH for f in call.defects):
            continue  # ERR-6: no connection has such a name
        elif call.shown or known.presence is Presence.PRESENT or _names_its_own(call):
            change(known, [("get", shown), ("presence", Presence.PRESENT), ("absent", None)])


def _record_at_rest(state: State, view: View, seen: Observation) -> None:
    """Record an undocumented value that an unchanged connection shows: ENM-1 reports it."""
    schema, word = view.call.schema, value_on_the_way(state.contract, seen.value, state.at_rest)
    if seen.subject.name not in state.promised or schema is None:
        return
    if not any(word in options for options in schema.enumerations.values()):
        state.at_rest.add(word)


def _shown(state: State, call: Call, known: Subject, seen: Observation) -> Shown:
    """Return a connection as a Get or a list shows it."""
    since, before = -1, known.get
    if call.is_get:
        since = before.since if before is not None and before.value == seen.value else state.index
    return Shown(seen.value, call, state.index, seen.settled and not _goes_on_unseen(state, known), since)


def _goes_on_unseen(state: State, subject: Subject) -> bool:
    """Whether an operation is in progress, in a contract whose connections do not show it."""
    return subject.goes_on and not state.contract.member.provisioning


def _names_its_own(call: Call) -> bool:
    """Whether id or name of a representation is that of the connection that was asked for (SHP-5: the other is not)."""
    return bool(name_among(call.contract, call.answer, lambda name: name == call.subject))


def _url(call: Call) -> str:
    return call.exchange.request.url


def _note_early(subject: Subject, call: Call) -> None:
    """Record an answer that shows what an operation is still creating."""
    running = subject.running
    if running is not None and running.creating and not running.ended and running.seen_early is None:
        change(running, [("seen_early", call)])


def _note_judged(state: State, view: View, subject: Subject, seen: Observation) -> None:
    """Record what this answer settles, so that it is judged once: decisions, repetitions, read-only members."""
    call = view.call
    if not call.delivers:
        return
    for decision in subject.decisions if not seen.settled else ():
        change(decision, [("was_on_its_way", True)])
    if subject.decisions and seen.settled and view.said_of_decision(seen) in CONCLUSIVE:
        decision = subject.decisions[-1]
        change(decision, [("shown_by", decision.shown_by | {str(call.role)})])
        status = status_of(state.contract, seen.value)
        is_kept = decision.may_have_been(status) or status == state.contract.states.get("pending")
        if view.said_of_decision(seen) is Said.ANOTHER and not is_kept:
            state.note_wrong_outcome(decision.status, status)
    if not call.is_get:
        return
    if subject.repeat is not None and seen.settled:
        change(subject, [("repeat", None)])
    sent = subject.read_only_sent
    if sent is not None and not ended_after(sent, call) and not subject.goes_on:
        change(subject, [("read_only_sent", None)])
