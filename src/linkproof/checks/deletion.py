"""STA-5: what was deleted is gone, from Get and from List; deleting it again is harmless."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.checks.decisions import observations
from linkproof.checks.equivalence import settled
from linkproof.checks.registry import breach, check, held
from linkproof.checks.state import History, Subject
from linkproof.contract.call import Call
from linkproof.contract.model import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement, Level


@check("STA-5", "LRO-4", concerns=lambda sort: sort.written and not sort.flawed)
def deleted_is_gone(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """After Delete ended: Get 404, the list without it, Delete again 204 (404 is a documented variant)."""
    if call.throttled:
        return
    if call.role in (Role.GET, Role.LIST) and call.status == 200:
        for shown, value, pointer in observations(call, history):
            if shown.exists is False and shown.deleted is not None and _at_rest(call, shown, value):
                yield from _still_there(call, shown, pointer)
        if call.role is Role.LIST:
            yield from _absent_from(call, history)
        return
    _, subject = history.of(call)
    if subject is None or subject.exists is not False or subject.deleted is None:
        return
    if call.role is Role.GET:
        if call.not_found:
            yield held("STA-5")
            if subject.deleted_long:
                yield held("LRO-4")
        elif call.status < 500:
            message = f"the connection was deleted, and Get answers {call.status}"
            yield breach("STA-5", "Get after Delete", "", "404", str(call.status), message)
    elif call.role is Role.DELETE:
        yield _again(call)


def _at_rest(call: Call, subject: Subject, value: Any) -> bool:
    """Whether nothing goes on with a connection: its operation was told to have ended, or it shows no passing state."""
    return subject.deleted_long or settled(call.contract, value)


def _still_there(call: Call, subject: Subject, pointer: str) -> Iterator[Judgement]:
    assert subject.deleted is not None
    way = "Get" if call.role is Role.GET else "List"
    message = f"Delete ended with success, and {way} still shows the connection"
    evidence = (subject.deleted.exchange,)
    expected = "404" if call.role is Role.GET else "absent"
    yield breach("STA-5", f"still in {way}", pointer, expected, "shown", message, group="", evidence=evidence)
    if subject.deleted_long and call.role is Role.GET:
        message = "the operation ended, and the connection is still there"
        yield breach("LRO-4", "no effect", "", "404", "200", message, group="", evidence=evidence)


def _absent_from(call: Call, history: History) -> Iterator[Judgement]:
    shown = {s.name for s, _, _ in observations(call, history)}
    gone = [s for s in history.collection(call.collection).subjects.values() if s.exists is False and s.deleted]
    if gone and not any(s.name in shown for s in gone):
        yield held("STA-5")


def _again(call: Call) -> Judgement:
    if call.status == 204:
        return held("STA-5")
    if call.status == 404:
        message = "a second Delete is answered with 404: ARM's texts disagree, a documented variant"
        return breach("STA-5", "variant", "", "204", "404", message, level=Level.NOTE)
    message = f"a second Delete was answered with {call.status}"
    return breach("STA-5", "second Delete", "", "204", str(call.status), message)
