"""STA-8: a service ignores read-only members that a client sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import MISSING, at, strings
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.traits import READ_ONLY_SENT
from linkproof.checks.two_calls import ended_after
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement

#: What a service shows by itself where nothing is required of the consumer.
_USUAL = frozenset({"", "none"})


def _may_show_read_only(of: CallClass) -> bool:
    """Whether the call shows a connection, or is a rejected write that may have sent read-only members."""
    if not of.contract.decide.by_resource:
        return False
    refused = of.role in (Role.DECIDE, Role.TAGS) and of.status in (400, 403, 409, 422) and not of.flawed
    return refused or (of.shows and of.written)


@check("STA-8", applies_to=_may_show_read_only, needs=READ_ONLY_SENT)
def read_only_stays(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Read-only members that a client sent are not stored."""
    if call.role in (Role.DECIDE, Role.TAGS):
        if call.sends_read_only:
            yield from _refused_as_a_whole(call, view)
        return
    for seen in view.observed:
        sent, before = seen.subject.read_only_sent, seen.subject.before_read_only
        if sent is None or ended_after(sent, call) or seen.subject.goes_on:
            continue
        taken = next(_taken_over(call, sent.sent, before, seen.value), None)
        if taken is not None:
            place, was, now = taken
            message = f"{place} is read-only, but the client's value was stored"
            evidence = (sent.exchange,)
            yield breach("STA-8", place, seen.pointer + place, str(was), now, message, group="", evidence=evidence)
        elif call.is_get and _differs(call, sent.sent, before):
            yield passed("STA-8")


def _refused_as_a_whole(call: Call, view: View) -> Iterator[Judgement]:
    """Judge a rejected request that sent changed read-only members: none of them is stored."""
    subject = view.subject
    if subject is not None and subject.latest is not None and _differs(call, call.sent, subject.latest.value):
        yield passed("STA-8")


def _leaves(call: Call, sent: Any) -> list[tuple[str, str]]:
    leaves: list[tuple[str, str]] = []
    for pointer in call.contract.member.read_only:
        found = at(sent, pointer)
        if isinstance(found, str):
            leaves.append((pointer, found))
        elif found is not MISSING:
            leaves.extend(strings(found, pointer))
    return leaves


def _differs(call: Call, sent: Any, before: Any) -> bool:
    return any(at(before, pointer) != value for pointer, value in _leaves(call, sent))


def _taken_over(call: Call, sent: Any, before: Any, now: Any) -> Iterator[tuple[str, Any, str]]:
    for pointer, value in _leaves(call, sent):
        was = at(before, pointer)
        if was != value and at(now, pointer) == value and value.casefold() not in _USUAL:
            yield pointer, was, value
