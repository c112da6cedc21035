"""STA-11: a write changes what it requests; all other members of the connection stay unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.checks.certainty import may_be_changed_by_another
from linkproof.checks.equivalence import difference
from linkproof.checks.registry import breach, check, passed
from linkproof.checks.subjects import Presence, Subject, Writing
from linkproof.checks.traits import WRITTEN
from linkproof.checks.two_calls import ended_after
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement


@check("STA-11", applies_to=lambda of: of.shows and of.written, needs=WRITTEN)
def other_members_stay(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Between two observations of a connection, only the members that writes requested have changed."""
    for seen in view.observed:
        subject, writing = seen.subject, seen.subject.writing
        before = (writing.get if call.is_get else writing.listed) if writing else None
        if writing is None or before is None or not before.settled or not seen.settled:
            continue
        if before.index <= subject.unlisted or not _is_judged(subject, writing, view):
            continue  # a connection that a whole list did not have may have been created anew
        ignore = set(call.contract.member.volatile)
        for write in writing.calls:
            ignore |= _asked_for(write)
        found = difference(call.contract, before.value, seen.value, ignore=ignore)
        if found is None:
            yield passed("STA-11")
            continue
        if may_be_changed_by_another(call, subject, view.collection, circumstances):
            continue  # STA-7
        place, was, now = found
        last = writing.calls[-1]
        message = f"{last.name} was answered with {last.status}, but changed {place}, which it did not request"
        evidence = (before.call.exchange, last.exchange)
        kind, pointer = f"changed by {last.role}", seen.pointer + place
        yield breach("STA-11", kind, pointer, str(was), now, message, group="", evidence=evidence)


def _is_judged(subject: Subject, writing: Writing, view: View) -> bool:
    """Whether all writes since the last observation were valid, sequential and have ended."""
    if subject.presence is not Presence.PRESENT or subject.goes_on:
        return False
    if any(w.defects or not w.plain or w.role not in (Role.DECIDE, Role.TAGS) for w in writing.calls):
        return False
    if any(ended_after(w, view.call) for w in writing.calls):
        return False
    shown = max((s.index for s in (writing.get, writing.listed) if s), default=-1)
    collection = view.collection
    # STA-3 and STA-7 judge changes by rejected requests and by requests on other connections.
    return not any(w.index > shown and w.subject in ("", subject.name) for w in collection.refused) and not any(
        w.index > shown and w.subject != subject.name for w in collection.done
    )


def _asked_for(write: Call) -> set[str]:
    """Return pointers to what a write may change: the members that it sends, and those that depend on the state."""
    contract = write.contract
    found = {p for p in (contract.member.provisioning, "/tags") if p}
    if write.role is Role.DECIDE:
        found |= {*contract.member.follows_status, *_of_the_state(contract), *_sent(write.sent)}
    return found


def _of_the_state(contract: Contract) -> Iterator[str]:
    """Return the pointer of the object with status and description; that of the status if it has no such object."""
    status = contract.member.status
    around = status.rsplit("/", 1)[0]
    yield around or status


def _sent(value: Any, pointer: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _sent(member, f"{pointer}/{key}")
    elif pointer:
        yield pointer
