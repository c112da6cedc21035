"""STA-5 and LRO-3: a deleted connection is absent from Get and List; deleting it again has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.checks.decision_table import Observation
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Presence, Subject
from linkproof.checks.traits import DELETED
from linkproof.checks.two_calls import spelled_otherwise
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement, Level


def _may_show_deletion(of: CallClass) -> bool:
    """Whether the call shows a connection, in a contract that says what Delete does."""
    if of.contract.by_role(Role.DELETE) is None:
        return False
    return of.written and not of.flawed and of.role in (Role.GET, Role.LIST, Role.DELETE)


@check("STA-5", "LRO-3", "LRO-4", "HDR-4", applies_to=_may_show_deletion, needs=DELETED)
def deleted_is_gone(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """After a Delete has ended, Get answers 404, List omits it, Delete answers 204 (404 is a documented variant)."""
    if call.throttled:
        return
    if (call.is_get or call.is_list) and call.delivers and not call.is_empty:
        for seen in view.observed:
            yield from _shown_after_delete(call, seen, circumstances)
        if call.is_list:
            yield from _absent_from(view)
        return
    subject = view.subject
    if subject is None or subject.presence is not Presence.ABSENT or subject.deleted is None:
        return
    if call.is_get:
        if call.not_found:
            yield passed("STA-5")
            if subject.deleted_long:
                yield passed("LRO-4")
        elif call.status < 500:
            message = f"the connection was deleted, but Get answers {call.status}"
            expected, evidence = _unknown(call), (subject.deleted.exchange,)
            yield breach("STA-5", "Get after Delete", "", expected, str(call.status), message, evidence=evidence)
    elif call.role is Role.DELETE:
        yield _again(call, subject.deleted)


def _shown_after_delete(call: Call, seen: Observation, circumstances: Circumstances) -> Iterator[Judgement]:
    subject = seen.subject
    gone = subject.presence is Presence.ABSENT and subject.deleted is not None
    if _goes_on_after_its_result(seen):
        in_time = _has_time(call, subject, circumstances)
        yield from [_too_early(call, subject)] if in_time else _still_there(call, subject, seen.pointer)
    elif (gone and (subject.deleted_long or seen.settled)) or _was_to_be_gone(call, seen, circumstances):
        yield from _still_there(call, subject, seen.pointer)


def _was_to_be_gone(call: Call, seen: Observation, circumstances: Circumstances) -> bool:
    """Whether a Delete that cannot be polled leaves its connection at rest for as long as an operation may take."""
    subject, deleted = seen.subject, seen.subject.deleted
    if deleted is None or not subject.deleted_long or subject.presence is Presence.ABSENT:
        return False
    followed = subject.running if subject.running is not None and not subject.running.lost else None
    if (followed is not None and subject.goes_on) or not seen.settled:
        return False
    polled = followed is not None and followed.call is subject.deleted
    return not polled and not _has_time(call, subject, circumstances)


def _has_time(call: Call, subject: Subject, circumstances: Circumstances) -> bool:
    """Whether a deletion may still go on: no operation may take longer than the limit, if there is one."""
    limit = circumstances.operation_timeout_s
    assert subject.deleted is not None
    return limit is None or call.exchange.started - subject.deleted.exchange.ended < limit


def _goes_on_after_its_result(seen: Observation) -> bool:
    """Whether a connection is being deleted still, after the result alone reported the deletion's end."""
    running, deleted = seen.subject.running, seen.subject.deleted
    if running is None or deleted is None or running.call is not deleted or seen.settled:
        return False
    return running.by_result or (running.result_done is not None and running.lost)


def _too_early(call: Call, subject: Subject) -> Judgement:
    assert subject.running is not None
    assert subject.running.result_done is not None
    done, way = subject.running.result_done, "Get" if call.is_get else "List"
    name = call.contract.long_running.result_header
    message = f"{name} was answered with {done.status} while {way} still shows the connection being deleted"
    evidence = (subject.running.call.exchange, done.exchange)
    return breach("LRO-3", "before the end", "", "202", str(done.status), message, group="", evidence=evidence)


def _still_there(call: Call, subject: Subject, pointer: str) -> Iterator[Judgement]:
    assert subject.deleted is not None
    way = "Get" if call.is_get else "List"
    ended = "ended with success" if subject.presence is Presence.ABSENT else "was accepted"
    message = f"Delete {ended}, but {way} still shows the connection"
    evidence = (subject.deleted.exchange,)
    expected = _unknown(call) if call.is_get else "absent"
    if spelled_otherwise(subject.deleted, subject):
        message = f"Delete in another case of the path ended with success, but {way} still shows the connection"
        yield breach("HDR-4", "deletion not shown", "", expected, "shown", message, group="", evidence=evidence)
        return
    # Only a Get that did not find it shows that the list is wrong by itself.
    kind = "still listed" if call.is_list and subject.absent is None else f"still in {way}"
    yield breach("STA-5", kind, pointer, expected, "shown", message, group="", evidence=evidence)
    if subject.deleted_long and subject.presence is Presence.ABSENT and call.is_get:
        message = "the operation ended, but the connection still exists"
        yield breach("LRO-4", "no effect", "", _unknown(call), "200", message, group="", evidence=evidence)


def _unknown(call: Call) -> str:
    return " or ".join(map(str, call.contract.error.not_found))


def _absent_from(view: View) -> Iterator[Judgement]:
    shown = {seen.subject.name for seen in view.observed}
    gone = [s.name for s in view.collection.subjects if s.presence is Presence.ABSENT and s.deleted]
    if gone and shown.isdisjoint(gone):
        yield passed("STA-5")


def _again(call: Call, first: Call) -> Judgement:
    evidence = (first.exchange,)
    documented = call.operation.responses if call.operation else {}
    if call.status == 204 or (call.success and 204 not in documented):
        return passed("STA-5")
    if call.status == 404 or call.status in call.contract.error.not_found:
        message = f"a second Delete is answered with {call.status}: the vendor's texts disagree, a documented variant"
        return breach("STA-5", "variant", "", "204", str(call.status), message, level=Level.NOTE, evidence=evidence)
    message = f"a second Delete was answered with {call.status}"
    return breach("STA-5", "second Delete", "", "204", str(call.status), message, evidence=evidence)
