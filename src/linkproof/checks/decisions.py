"""STA-1, STA-2, STA-9, STA-10 and LRO-4: a decision is shown as it was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.checks.certainty import is_below_unknown_parent
from linkproof.checks.decision_table import Observation, Said, rivals_of
from linkproof.checks.equivalence import status_of, value_on_the_way
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Decision, Effect
from linkproof.checks.traits import DECIDED
from linkproof.checks.two_calls import spelled_otherwise
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement, Level

#: A kind of breach: only the blanks at the ends of a text are missing.
_STRIPPED = "blanks stripped"
#: What is shown instead of the description that was sent with a decision, by the kind of the breach.
_INSTEAD = {
    "kept": "the description from before the decision, not the one that was sent with it",
    "left empty": "no description, as before the decision, though one was sent with it",
    "dropped": "no description, though one was sent with the decision",
    "cut": "only the beginning of the description that was sent with the decision",
    "changed": "another description than the one that was sent with the decision",
    _STRIPPED: "the description without the blanks at its ends",
}


def _shows_after_writes(of: CallClass) -> bool:
    return of.shows and of.written and bool(of.contract.member.status)


@check("STA-1", "STA-2", "STA-9", "STA-10", "LRO-4", "HDR-4", applies_to=_shows_after_writes, needs=DECIDED)
def decisions_are_shown(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """After a successful decision, and after the end of its operation, Get and List show what was decided."""
    for seen in view.observed:
        if not seen.subject.decisions or is_below_unknown_parent(seen.subject.decisions[-1].call, circumstances):
            continue  # ERR-3
        match view.said_of_decision(seen):
            case Said.NOTHING:
                if _never_settles(call, seen, circumstances):
                    yield _never_settled(call, seen)
            case Said.STILL_ON_ITS_WAY:
                yield _still_on_its_way(call, seen)
            case Said.AS_DECIDED:
                yield from _as_decided(call, seen)
            case Said.ANOTHER:
                yield from _another_status(call, view, seen)
            case Said.ONE_OF_SEVERAL:
                yield passed("STA-10")
            case Said.A_MIX:
                yield _a_mix(call, seen)


def _still_on_its_way(call: Call, seen: Observation) -> Judgement:
    member = call.contract.member
    place = next(p for p in (member.provisioning, member.status) if p)
    found = at(seen.value, place)
    message = f"the operation ended, but the connection is still in transition: {found}"
    evidence = (seen.subject.decisions[-1].call.exchange,)
    return breach(
        "LRO-4", "still on its way", seen.pointer + place, "a final state", found, message, group="", evidence=evidence
    )


def _never_settles(call: Call, seen: Observation, circumstances: Circumstances) -> bool:
    """Whether a decision that cannot be polled leaves its connection on its way, or undecided, beyond the limit."""
    subject, limit = seen.subject, circumstances.operation_timeout_s
    if not subject.decisions or limit is None:
        return False
    decision = subject.decisions[-1]
    running = subject.running
    is_followed = (decision.long or subject.goes_on) and not (
        running is not None and running.lost and running.call is decision.call
    )
    if is_followed or decision.effect is Effect.FAILED or subject.last_write > decision.index:
        return False
    if call.exchange.started - decision.call.exchange.ended < limit:
        return False
    if seen.settled:
        shown = status_of(call.contract, seen.value)
        return decision.call.status == 202 and shown == decision.before not in ("", decision.status)
    word = value_on_the_way(call.contract, seen.value)
    return call.schema is not None and any(word in options for options in call.schema.enumerations.values())


def _never_settled(call: Call, seen: Observation) -> Judgement:
    decision, member = seen.subject.decisions[-1], call.contract.member
    evidence, wanted = (decision.call.exchange,), decision.status
    if seen.settled:
        place, found = member.status, status_of(call.contract, seen.value)
        message = f"the decision was answered with 202, cannot be polled, and had no effect: {found}"
    else:
        place = next(p for p in (member.provisioning, member.status) if p)
        found = value_on_the_way(call.contract, seen.value)
        message = (
            f"the decision was answered with {decision.call.status}, but the connection stays in transition: {found}"
        )
    return breach(
        "STA-1", "still on its way", seen.pointer + place, wanted, found, message, group="", evidence=evidence
    )


def _moves_on(call: Call, decision: Decision) -> bool:
    """Whether the decision changed the status of a rejected connection."""
    return bool(decision.before == call.contract.decide.shows.get("reject") != decision.status)


def _as_decided(call: Call, seen: Observation) -> Iterator[Judgement]:
    decision = seen.subject.decisions[-1]
    yield passed("STA-1")
    if decision.long:
        yield passed("LRO-4")
    if _moves_on(call, decision) and not call.contract.decide.final:
        yield passed("STA-9")
    if decision.description is not None and _shows_descriptions(call):
        yield _description(call, decision.description, seen)


def _another_status(call: Call, view: View, seen: Observation) -> Iterator[Judgement]:
    decision = seen.subject.decisions[-1]
    status, place = status_of(call.contract, seen.value), seen.pointer + call.contract.member.status
    evidence, way, wanted = (decision.call.exchange,), str(call.role), decision.status
    if spelled_otherwise(decision.call, seen.subject):
        message = f"a decision in another case of the path was answered with success, but {way} shows {status}"
        yield breach("HDR-4", "decision not shown", "", wanted, status, message, group="", evidence=evidence)
        return
    message = f"the decision for {wanted} was answered with success, but {way} shows {status}"
    is_kept = decision.may_have_been(status) or status == call.contract.states.get("pending")
    group = "kept" if is_kept and not view.has_ended_as(wanted, status) else wanted
    yield breach("STA-1", "not shown", place, wanted, status, message, group=group, evidence=evidence)
    if decision.long and call.is_get:
        message = f"the operation ended, but the connection still shows {status}"
        yield breach("LRO-4", "no effect", place, wanted, status, message, evidence=evidence)
    if _moves_on(call, decision):
        message = f"the move from {decision.before} was answered with success, but {way} shows {status}"
        yield breach("STA-9", "answer does not hold", place, wanted, status, message, evidence=evidence)
    if decision.description is not None and _shows_descriptions(call):
        before, found = _description_before(call, seen), at(seen.value, call.contract.member.description)
        if before is not MISSING and found not in (before, decision.description):
            yield _description(call, decision.description, seen)  # part of the decision was stored


def _shows_descriptions(call: Call) -> bool:
    """Whether the answer shows connections with their descriptions: Get does; List, if there is no Get."""
    contract = call.contract
    return bool(contract.member.description) and (call.is_get or contract.by_role(Role.GET) is None)


def _description(call: Call, sent: str, seen: Observation) -> Judgement:
    place, way = call.contract.member.description, "Get" if call.is_get else "List"
    found = at(seen.value, place)
    if found == sent or (not found and not sent):
        return passed("STA-2")
    evidence = (seen.subject.decisions[-1].call.exchange,)
    shown = (sent or '""')[:200]
    kind = "kept" if found and found == _description_before(call, seen) else _how_text_differs(sent, found)
    if kind == "dropped" and _was_empty_before(call, seen):
        kind = "left empty"  # nothing shows whether it was kept or dropped
    message = f"{way} shows {_INSTEAD[kind]}"
    level = Level.SHOULD if kind == _STRIPPED else Level.MUST
    pointer = seen.pointer + place
    return breach("STA-2", kind, pointer, shown, found, message, level=level, group="", evidence=evidence)


def _description_before(call: Call, seen: Observation) -> Any:
    """Return the description in Get, or else in the list, before the decision; MISSING if neither showed one."""
    writing = seen.subject.writing
    before = (writing.get or writing.listed) if writing else None
    return at(before.value, call.contract.member.description) if before else MISSING


def _was_empty_before(call: Call, seen: Observation) -> bool:
    """Whether the connection was shown before the decision, without a description."""
    writing = seen.subject.writing
    return bool(writing and (writing.get or writing.listed)) and not _description_before(call, seen)


def _how_text_differs(sent: str, found: Any) -> str:
    if found == sent.strip():
        return _STRIPPED
    if not isinstance(found, str) or not found:
        return "dropped"
    if len(sent) > len(found) and sent.startswith(found.rstrip(".… ")):
        return "cut"
    return "changed"


def _a_mix(call: Call, seen: Observation) -> Judgement:
    member, rivals = call.contract.member, rivals_of(seen.subject)
    expected = " or ".join(f"{d.status} with {d.description!r}" for d in rivals)
    shown = f"{status_of(call.contract, seen.value)} with {at(seen.value, member.description)!r}"
    message = "after two decisions at the same time the state is that of neither"
    statuses = {d.status.casefold() for d in rivals}
    kind = "a mix" if status_of(call.contract, seen.value).casefold() in statuses else "neither"
    evidence = tuple(d.call.exchange for d in rivals)
    return breach("STA-10", kind, seen.pointer + member.status, expected, shown, message, group="", evidence=evidence)
