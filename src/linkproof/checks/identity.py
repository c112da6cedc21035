"""SHP-5, SHP-6 and SHP-9: a success answer identifies its connection and the connection's private endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from linkproof.base.json_values import at
from linkproof.checks.equivalence import status_of
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Subject
from linkproof.checks.view import View
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement, Level


@check("SHP-5", applies_to=lambda of: of.success and of.status != 202 and bool(of.contract.member.type), of_answer=True)
def identity_is_the_path(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """The id is the request path without case, the name its last segment (or last two), the type the provider type."""
    contract = call.contract
    if call.is_list:
        for index, item in enumerate(call.items):
            pointer = f"{contract.list.items}/{index}"
            name = str(at(item, contract.member.name)).rsplit("/", 1)[-1].lower()
            yield from _identity(contract, item, f"{call.collection}/{name}", pointer)
    elif call.role in (Role.GET, Role.DECIDE, Role.TAGS) and isinstance(call.answer, dict):
        yield from _identity(contract, call.answer, f"{call.collection}/{call.subject}", "")
    elif call.kind is Kind.RESULT_POLL and isinstance(call.answer, dict) and call.status == 200:
        running = view.operation
        if running is not None and running.call.decides:
            yield from _identity(contract, call.answer, f"{running.call.collection}/{running.subject}", "")


def _identity(contract: Contract, item: dict[str, Any], path: str, pointer: str) -> Iterator[Judgement]:
    member = contract.member
    found_id, found_name, found_type = at(item, member.id), at(item, member.name), at(item, member.type)
    if not (isinstance(found_id, str) and isinstance(found_name, str) and isinstance(found_type, str)):
        return  # SHP-1 reports the missing member
    own = path.rsplit("/", 1)[-1]
    if found_id.lower() == path and found_name.lower() == own and found_type == contract.resource_type:
        yield passed("SHP-5")
        return
    wrong: list[tuple[str, str, str, str]] = []
    if unquote(urlsplit(found_id).path).casefold() != path.casefold() or "://" in found_id:
        wrong.append((member.id, "id", path, found_id))
    parent = path.split("/")[-3] if path.count("/") > 2 else ""
    if found_name.casefold() not in (own.casefold(), f"{parent}/{own}".casefold()):
        wrong.append((member.name, "name", own, found_name))
    if found_type.casefold() != contract.resource_type.casefold():
        wrong.append((member.type, "type", contract.resource_type, found_type))
    for where, kind, expected, actual in wrong:
        message = f"{kind} is {actual!r}, not {expected!r} (compared without case)"
        group = "" if kind != "type" else None
        yield breach("SHP-5", kind, pointer + where, expected, actual, message, group=group)
    if not wrong:
        yield passed("SHP-5")


@check(
    "SHP-6",
    applies_to=lambda of: of.success and of.status != 202 and "private-endpoint-ids" in of.contract.capabilities,
    of_answer=True,
)
def private_endpoint_is_named_by_its_id(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """The id of the private endpoint has its type."""
    member = call.contract.member
    pattern = member.private_endpoint_pattern
    prefix = f"{call.contract.list.items}/*" if call.is_list else ""
    for pointer, value in call.values_at(prefix + member.private_endpoint):
        if not isinstance(value, str):
            continue
        if re.fullmatch(pattern, value):
            yield passed("SHP-6")
        else:
            expected = f"an id of type {member.private_endpoint_type}"
            message = f"{value!r} is not an id of a private endpoint"
            yield breach("SHP-6", "no id", pointer, expected, value, message, level=Level.SHOULD, group="")


def _shows_one_by_id(of: CallClass) -> bool:
    return (
        of.delivers
        and not of.flawed
        and of.role in (Role.GET, Role.DECIDE)
        and "shown-by-id" in of.contract.capabilities
    )


@check("SHP-9", applies_to=_shows_one_by_id)
def the_requested_connection_is_shown(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Get and a decision show the connection that the request names; a list in the answer may have further ones."""
    if not call.subject or (call.decides and not (call.decision and call.plain and not call.is_dry_run)):
        return
    names = [name for name, _, _ in call.named]
    if _bare(call.subject) in map(_bare, names):
        yield passed("SHP-9")
        return
    contract = call.contract
    is_list = call.decides and bool(contract.decide.subject)
    entries = at(call.answer, contract.list.items) if is_list else [call.answer]
    if not isinstance(entries, list) or len(names) < len(entries):
        return  # SHP-1 reports what is missing
    if names:
        place = call.named[0][2] if is_list else ""
        message = f"{call.name} on {call.subject} was answered with {' and '.join(names[:3])} instead"
        yield breach(
            "SHP-9", "another connection", place + contract.member.id, call.subject, names[0], message, group=""
        )
    elif _is_undecided(call, view.subject):
        message = f"{call.name} was answered with {call.status}, and without the connection that it decided"
        yield breach("SHP-9", "no connection", contract.list.items, call.subject, entries, message, group="")


def _is_undecided(call: Call, subject: Subject | None) -> bool:
    """Whether a decision changes a known connection. ERR-3 judges unknown ones; for others nothing is documented."""
    if subject is None or subject.latest is None:
        return False
    known = {decision.status for decision in subject.decisions}
    return call.decision != status_of(call.contract, subject.latest.value) and call.decision not in known


def _bare(name: str) -> str:
    """Return an id as services compare it: a UUID may be written without its hyphens."""
    return name.replace("-", "")
