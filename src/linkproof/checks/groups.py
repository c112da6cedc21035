"""SHP-8: the groups of a connection are groups of its parent's private link resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import at
from linkproof.checks.observed_collection import Groups
from linkproof.checks.registry import breach, check, passed
from linkproof.checks.subjects import Presence, Subject
from linkproof.checks.traits import GROUPS
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Judgement, Level


@check(
    "SHP-8",
    applies_to=lambda of: (
        of.delivers
        and of.role in (Role.GET, Role.LIST, Role.LINK_RESOURCES)
        and {"groups", "link-resources"} <= of.contract.capabilities
    ),
    needs=GROUPS,
)
def groups_are_those_of_the_parent(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Each group of a connection is listed by its parent, by group id or name, whichever was read first."""
    if call.role is Role.LINK_RESOURCES:
        groups = view.groups
        if groups is not None:
            for subject in view.collection.subjects:
                yield from _of_an_earlier_answer(call, groups, subject)
        return
    known = view.collection.groups
    if known is not None:
        for seen in view.observed:
            yield from _judged(call, known, seen.subject, seen.value, seen.pointer, known.exchange)


def _of_an_earlier_answer(call: Call, groups: Groups, subject: Subject) -> Iterator[Judgement]:
    shown = max((s for s in (subject.get, subject.listed) if s is not None), key=lambda s: s.index, default=None)
    if shown is not None and subject.presence is not Presence.ABSENT:
        yield from _judged(call, groups, subject, shown.value, "", shown.call.exchange)


def _judged(
    call: Call, groups: Groups, subject: Subject, value: Any, place: str, evidence: Exchange
) -> Iterator[Judgement]:
    for pointer in call.contract.member.groups:
        found = at(value, pointer)
        for group in found if isinstance(found, list) else [found]:
            if not isinstance(group, str):
                continue
            if group.casefold() in groups.names:
                yield passed("SHP-8")
            elif not (subject.last_write >= 0 and _is_writable(call.contract, pointer)):
                expected = f"one of {', '.join(sorted(groups.names))}"
                message = f"the parent has no group {group!r}"
                yield breach(
                    "SHP-8", "unknown group", place + pointer, expected, group, message,
                    level=Level.SHOULD, group="", evidence=(evidence,),
                )  # fmt: skip


def _is_writable(contract: Contract, pointer: str) -> bool:
    """Whether a client may write a member: then it may be the client's own group that the service shows."""
    decides = contract.by_role(Role.DECIDE)
    if decides is None or decides.request is None:
        return False
    return any(node.pointer == pointer and not node.schema.get("readOnly") for node in decides.request.nodes())
