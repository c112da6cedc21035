"""What is certain about a connection when a request on it arrives, as other requests may have changed it since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from linkproof.base.json_values import MISSING, generalise
from linkproof.checks.equivalence import difference, is_pending, status_of
from linkproof.checks.observed_collection import ObservedCollection
from linkproof.checks.subjects import Effect, Subject
from linkproof.contract.call import Call
from linkproof.contract.names import name_of
from linkproof.model.exchange import Circumstances


def is_below_unknown_parent(call: Call, circumstances: Circumstances) -> bool:
    """Whether the target promises parents, and none of them is the call's: ERR-3 judges how that is answered."""
    promised = circumstances.collections.get(call.contract.id)
    if promised and call.collection not in promised:
        return True
    parents = circumstances.parents.get(call.contract.id)
    return bool(parents and call.parent and call.parent.casefold() not in parents)


def is_shown_by_get_alone(subject: Subject, circumstances: Circumstances) -> bool:
    """Whether nothing but Get says that a connection exists, on a target that promises others.

    It is in no list, no write to it succeeded, and the target does not promise it: Get may answer for every name.
    """
    if not circumstances.names or subject.name in circumstances.names:
        return False
    return subject.get is not None and subject.listed is None and subject.last_write < 0


def may_be_changed_by_another(
    call: Call, subject: Subject, collection: ObservedCollection, circumstances: Circumstances
) -> bool:
    """Whether an operation on another connection, of which nothing has shown the end, may take effect at any time."""
    limit, polled_at = circumstances.operation_timeout_s, call.contract.long_running.polled_at
    begun = [s.running.call for s in collection.subjects if s.running and s.goes_on and s.name != subject.name]
    unseen = [w.call for w in collection.done if w.subject != subject.name and w.call.status == 202]
    begun += [write for write in unseen if not any(polled_at(write.exchange))]
    return any(limit is None or call.exchange.started - write.exchange.ended < limit for write in begun)


def is_certainly_pending(call: Call, subject: Subject) -> bool:
    """Whether the last representation of a connection shows it as pending, and nothing contradicts that.

    It is contradicted by the other one of Get and List, if that is later than the last write, and by a decision for
    another status that was answered with success: STA-1 and STA-6 judge them.
    """
    pending = call.contract.states.get("pending", "").casefold()
    since = [shown for shown in (subject.get, subject.listed) if shown is not None and shown.index > subject.last_write]
    if not since or not all(is_pending(call.contract, shown.value) for shown in since):
        return False
    return all(d.effect is Effect.FAILED or d.status.casefold() == pending for d in subject.decisions)


def hides_decision(call: Call, collection: ObservedCollection, item: Any) -> bool:
    """Whether an item of a list shows another status than that of the last decision on its connection: STA-1."""
    subject = collection.find(name_of(call.contract, item))
    decided = subject.decisions[-1].status if subject is not None and subject.decisions else ""
    return bool(decided) and status_of(call.contract, item).casefold() != decided.casefold()


def difference_of_state(call: Call, pointer: str, one: Any, other: Any) -> tuple[str, Any, Any] | None:
    """Return the first difference between two representations that a change of state can be the reason for.

    None if there is none. That a required member is absent from one of them is none: SHP-1 judges it. ``pointer`` is
    that of the representation in the call's answer; members that change by themselves are left out.
    """
    ignore = set(call.contract.member.volatile)
    while found := difference(call.contract, one, other, ignore=ignore):
        place, there, here = found
        is_absent = there is MISSING or here is MISSING
        if place in ignore or not is_absent or not _is_required(call, generalise(pointer + place)):
            return found
        ignore.add(place)
    return None


def _is_required(call: Call, place: str) -> bool:
    nodes: Iterable[Any] = call.schema.nodes() if call.schema is not None else ()
    return any(node.required for node in nodes if node.pointer == place)
