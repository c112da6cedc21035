"""What a representation shows of the last decision on its connection; used by checks and by ``record``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from linkproof.base.json_values import at
from linkproof.base.quick_init import quick_init
from linkproof.checks.equivalence import settled, status_of
from linkproof.checks.observed_collection import ObservedCollection
from linkproof.checks.subjects import Decision, Effect, Subject
from linkproof.checks.two_calls import ended_after, overlap
from linkproof.contract.call import Call
from linkproof.contract.model import Contract


@quick_init
@dataclass(frozen=True, slots=True)
class Observation:
    """A connection in the answer to Get or List: its known state, its representation, the pointer to it."""

    subject: Subject
    value: Any
    pointer: str
    settled: bool


class Said(Enum):
    """What a representation shows of the last decision."""

    NOTHING = "nothing that can be judged"
    STILL_ON_ITS_WAY = "the operation ended, but the connection is not settled"
    AS_DECIDED = "the status that was decided"
    ANOTHER = "another status"
    ONE_OF_SEVERAL = "one of several decisions at the same time"
    A_MIX = "none of several decisions at the same time"


#: Results for a status that is the decided one, and for any other.
_OF_ONE = {True: Said.AS_DECIDED, False: Said.ANOTHER}
#: Results that are judged once for each decision and role.
CONCLUSIVE = frozenset({Said.AS_DECIDED, Said.ANOTHER, Said.ONE_OF_SEVERAL, Said.A_MIX})


def said_of_decision(call: Call, collection: ObservedCollection, seen: Observation) -> Said:
    """Return what a representation shows of the last decision on its connection."""
    decisions = seen.subject.decisions
    if not decisions:
        return Said.NOTHING
    decision = decisions[-1]
    if not seen.settled:
        over = decision.long and not any(d.effect is Effect.OPEN for d in decisions) and not seen.subject.goes_on
        done = decision.effect is Effect.DONE and call.is_get
        return Said.STILL_ON_ITS_WAY if over and done else Said.NOTHING
    if str(call.role) in decision.shown_by or ended_after(decision.call, call):
        return Said.NOTHING
    if _refused_since(collection, decision):
        return Said.NOTHING  # STA-3 judges whether the rejected request changed it
    if len(decisions) > 1 or _had_a_rival(collection, seen.subject.name, decision.call):
        return _of_several(call, seen)
    return _of_one(call, decision, seen.value)


def _of_one(call: Call, decision: Decision, value: Any) -> Said:
    status = status_of(call.contract, value)
    if not status:
        return Said.NOTHING  # SHP-1 reports the missing member
    as_decided = status.casefold() == decision.status.casefold()  # ENM-1 reports the wrong case
    effect = Effect.DONE if _has_settled_since(decision) or _says_that_it_ended(decision) else decision.effect
    if effect is Effect.FAILED or (effect is Effect.OPEN and not _has_changed(call.contract, decision, status)):
        return Said.NOTHING  # while an operation may go on, only a changed status shows that it was carried out
    return _OF_ONE[as_decided]


def _of_several(call: Call, seen: Observation) -> Said:
    """After concurrent decisions, require the state of one of them, not a mix."""
    rivals = rivals_of(seen.subject)
    status = status_of(call.contract, seen.value)
    if not rivals or not status or any(d.effect is Effect.OPEN and not _has_settled_since(d) for d in rivals):
        return Said.NOTHING
    description = at(seen.value, call.contract.member.description)
    own = [d.description for d in rivals if d.status.casefold() == status.casefold()]
    foreign = [d.description for d in rivals if d.status.casefold() != status.casefold()]
    is_one = bool(own) and (description in own or description not in foreign)
    return Said.ONE_OF_SEVERAL if is_one else Said.A_MIX


def rivals_of(subject: Subject) -> list[Decision]:
    """Return the concurrent last decisions on a connection, without those whose operation failed."""
    return [d for d in subject.decisions if d.effect is not Effect.FAILED]


def _has_changed(contract: Contract, decision: Decision, status: str) -> bool:
    """Whether a decision has led from another status to its own, or to that of the opposite decision."""
    outcomes = {decision.status.casefold()}
    if decision.before:
        outcomes |= {outcome.casefold() for outcome in contract.decide.shows.values()}
    return decision.before.casefold() != status.casefold() and status.casefold() in outcomes


def _refused_since(collection: ObservedCollection, decision: Decision) -> bool:
    name = decision.call.subject
    return any(
        w.index > decision.index and w.subject in ("", name) and not overlap(w.call, decision.call)
        for w in collection.refused
    )


def _had_a_rival(collection: ObservedCollection, name: str, decision: Call) -> bool:
    """Whether a concurrent decision was rejected."""
    return any(w.subject == name and w.call.decision and overlap(w.call, decision) for w in collection.refused)


def _has_settled_since(decision: Decision) -> bool:
    """Whether an operation without a polling URL has ended: its connection was not settled, and is now."""
    if decision.effect is not Effect.OPEN or decision.long:
        return False
    return decision.was_on_its_way or (decision.call.status != 202 and _was_under_way(decision.call))


def _says_that_it_ended(decision: Decision) -> bool:
    """Whether the answer to a decision showed its connection on its way: once it is settled, the change is made.

    Azure Resource Manager's rule for a long-running PUT: Get shows a final provisioning state only when it has ended.
    """
    return decision.effect is Effect.OPEN and decision.call.status != 202 and _was_under_way(decision.call)


def _was_under_way(call: Call) -> bool:
    return isinstance(call.answer, dict) and not settled(call.contract, call.answer)
