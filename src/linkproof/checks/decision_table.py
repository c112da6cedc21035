"""What a representation says about the last decision on its connection: for the checks, and for ``record``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from linkproof.base.json_values import at
from linkproof.checks.equivalence import settled, status_of
from linkproof.checks.subjects import Decision, Effect, ObservedCollection, Subject, ended_after, overlap
from linkproof.contract.call import Call
from linkproof.contract.model import Role


@dataclass(frozen=True, slots=True)
class Observation:
    """A connection that a Get or List shows: what was known of it, its representation, the pointer to it."""

    subject: Subject
    value: Any
    pointer: str
    settled: bool


class Said(Enum):
    """What a representation says about the last decision."""

    NOTHING = "nothing that can be judged"
    STILL_ON_ITS_WAY = "the operation ended, and the connection is not settled"
    AS_DECIDED = "the status that was decided"
    ANOTHER = "another status"
    ONE_OF_SEVERAL = "one of several decisions at the same time"
    A_MIX = "none of several decisions at the same time"


#: What is said by a status that is, or is not, the one that was decided.
_OF_ONE = {True: Said.AS_DECIDED, False: Said.ANOTHER}
#: The answers that are judged once for each decision and role.
CONCLUSIVE = frozenset({Said.AS_DECIDED, Said.ANOTHER, Said.ONE_OF_SEVERAL, Said.A_MIX})


def said_of_decision(call: Call, collection: ObservedCollection, seen: Observation) -> Said:
    """What a representation says about the last of its connection's decisions."""
    decisions = seen.subject.decisions
    if not decisions:
        return Said.NOTHING
    decision = decisions[-1]
    if not seen.settled:
        over = decision.long and not any(d.effect is Effect.OPEN for d in decisions) and not seen.subject.goes_on
        done = decision.effect is Effect.DONE and call.role is Role.GET
        return Said.STILL_ON_ITS_WAY if over and done else Said.NOTHING
    if str(call.role) in decision.shown_by or ended_after(decision.call, call):
        return Said.NOTHING
    if _refused_since(collection, decision):
        return Said.NOTHING  # STA-3: the refused request may have changed it
    if len(decisions) > 1 or _had_a_rival(collection, seen.subject.name, decision.call):
        return _of_several(call, seen)
    return _of_one(call, decision, seen.value)


def _of_one(call: Call, decision: Decision, value: Any) -> Said:
    status = status_of(call.contract, value)
    if not status:
        return Said.NOTHING  # SHP-1 says that it is missing
    as_decided = status.casefold() == decision.status.casefold()  # ENM-1 says where the case is wrong
    effect = Effect.DONE if _has_settled_since(decision) else decision.effect
    if effect is Effect.FAILED or (effect is Effect.OPEN and not as_decided):
        return Said.NOTHING
    return _OF_ONE[as_decided]


def _of_several(call: Call, seen: Observation) -> Said:
    """After decisions at the same time the state is that of one of them, never a mix."""
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
    """The last decisions on a connection, without those whose operation failed."""
    return [d for d in subject.decisions if d.effect is not Effect.FAILED]


def _refused_since(collection: ObservedCollection, decision: Decision) -> bool:
    name = decision.call.subject
    return any(
        w.index > decision.index and w.subject in ("", name) and not overlap(w.call, decision.call)
        for w in collection.refused
    )


def _had_a_rival(collection: ObservedCollection, name: str, decision: Call) -> bool:
    """Whether another decision was asked for at the same time, and refused."""
    return any(w.subject == name and w.call.decision and overlap(w.call, decision) for w in collection.refused)


def _has_settled_since(decision: Decision) -> bool:
    """Whether an operation that nobody could poll is over: its connection is settled now, and was not."""
    if decision.effect is not Effect.OPEN or decision.long:
        return False
    return decision.was_on_its_way or (decision.call.status != 202 and _was_under_way(decision.call))


def _was_under_way(call: Call) -> bool:
    return isinstance(call.answer, dict) and not settled(call.contract, call.answer)
