"""ENM-1 to ENM-3: enumerated values in answers and requests are the documented ones."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.base.json_values import at
from linkproof.checks.certainty import is_below_unknown_parent, is_certainly_pending, is_shown_by_get_alone
from linkproof.checks.defects import confirm_defects
from linkproof.checks.echoes import echoed_from, place_in_connection
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.traits import SHOWN
from linkproof.checks.two_calls import ended_after, is_race, spelled_otherwise
from linkproof.checks.view import View
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.cases import COMMON_LENGTH
from linkproof.contract.defect import Defect
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement, Level

#: Maximum length, in characters, of a description that every service must accept.
_LONGEST = COMMON_LENGTH


def _has_enumerations(of: CallClass) -> bool:
    return of.kind is Kind.OPERATION and of.schema is not None and bool(of.schema.enumerations)


@check("ENM-1", applies_to=_has_enumerations, of_answer=True)
def values_are_enumerators(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A value of a documented enumeration is one of its enumerators, in exactly that case."""
    schema = call.schema
    assert schema is not None
    for place, options in schema.enumerations.items():
        for pointer, value in call.values_at(place):
            if not isinstance(value, str):
                continue
            if value in options:
                yield passed("ENM-1")
                continue
            if write := echoed_from(call, view, pointer, value):
                yield _echo(call, write, pointer, value)
                continue
            twin = next((o for o in options if isinstance(o, str) and o.casefold() == value.casefold()), None)
            expected = "one of " + ", ".join(map(str, options))
            if twin is not None:
                message = f"{value!r} differs from {twin!r} only in case"
                yield breach("ENM-1", "another case", pointer, twin, value, message, group="")
            else:
                is_open = circumstances.open_enumerations or place in schema.open_enumerations
                level = Level.SHOULD if is_open else Level.MUST
                yield breach(
                    "ENM-1", "undocumented", pointer, expected, value, f"{value!r} is undocumented", level=level
                )


def _echo(call: Call, write: Call, pointer: str, value: str) -> Judgement:
    return breach(
        "ENM-1",
        "echoed",
        pointer,
        "a documented enumerator",
        value[:200],
        "a request sent an undocumented value there, which was stored and is shown",
        group="",
        evidence=() if write is call else (write.exchange,),
        member=place_in_connection(call, pointer),
    )


@check("ENM-2", applies_to=lambda of: of.flawed)
def undocumented_enumerators_are_refused(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A request whose only defect is an undocumented enumerator gets 4xx."""
    if any(f.defect is not Defect.ENUMERATOR for f in call.defects) or call.throttled:
        return
    fault = call.defects[0]
    assert call.operation is not None
    assert call.operation.request is not None
    options = next(iter(call.operation.request.enumerations.get(p, ()) for p in [fault.name]), ())
    twin = next((o for o in options if isinstance(o, str) and o.casefold() == str(fault.value).casefold()), None)
    if twin is not None and call.success:
        message = f"{fault.value!r} differs from {twin!r} only in case, but was accepted ({call.status})"
        yield breach(
            "ENM-2", "another case accepted", fault.name, "4xx", str(call.status), message, level=Level.SHOULD, group=""
        )
        return
    if 400 <= call.status < 500:
        yield passed("ENM-2")
    else:
        confirm_defects(call)
        message = f"an undocumented enumerator, such as {str(fault.value)[:40]!r}, was answered with {call.status}"
        kind = f"answered {call.status // 100}xx"
        yield breach("ENM-2", kind, "", "4xx", str(call.status), message, group="", member=fault.name)


@check(
    "ENM-3",
    applies_to=lambda of: of.role is Role.DECIDE and not of.flawed and of.status < 500 and of.status != 409,
    needs=SHOWN,
)
def enumerators_are_accepted(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A valid decision on a pending connection is accepted.

    409 reports a conflict with something else (RFC 9110, 15.5.10), possibly a request not seen yet: not judged.
    """
    if is_below_unknown_parent(call, circumstances) or not _is_fresh_decision(call, view):
        return
    if view.subject is not None and is_shown_by_get_alone(view.subject, circumstances):
        return
    rules = call.contract.decide
    if call.done:
        yield passed("ENM-3")
    elif judges_refused_decision(call, view) and not (view.subject and spelled_otherwise(call, view.subject)):  # HDR-4
        pending, answer = call.contract.states.get("pending", ""), f"{call.status} {call.error_code}".rstrip()
        message = f"the decision for {call.decision} on a {pending} connection was refused with {answer}"
        yield breach("ENM-3", "refused", rules.decision, "2xx", str(call.status), message, group=call.decision)


def is_about_the_state(call: Call) -> bool:
    """Whether the contract uses this error code for decisions that the connection's state forbids."""
    codes = {c.casefold() for c in (call.contract.decide.refusal, *call.contract.error.of_the_state) if c}
    return call.error_code.casefold() in codes


def _is_fresh_decision(call: Call, view: View) -> bool:
    """Whether a call decides a pending connection at rest, and its body contains nothing else."""
    if not call.decision or call.throttled:
        return False
    if "decisions" not in call.contract.capabilities or not call.plain or _is_long(call):
        return False
    subject = view.subject
    if subject is None or subject.latest is None or subject.last_write > subject.latest.index:
        return False
    if not subject.latest.settled or not is_certainly_pending(call, subject):
        return False
    return not (ended_after(subject.latest.call, call) or is_race(subject, view.collection.done, call))


def judges_refused_decision(call: Call, view: View) -> bool:
    """Whether the enumerator can be the reason for a rejection; not if the same one was accepted before."""
    if is_about_the_state(call) and not _is_refused_elsewhere(call, view):
        return False
    return call.decides and _is_fresh_decision(call, view) and not view.decision_was_accepted


def _is_refused_elsewhere(call: Call, view: View) -> bool:
    """Whether the same decision on another connection, which is still pending, was rejected for its state as well.

    A service may know more of one connection's state than it shows, and not of several.
    """
    for write in view.collection.refused:
        other = view.collection.subject(write.subject)
        if other.name in ("", call.subject) or other.last_write >= 0:
            continue
        if write.call.decision == call.decision and is_about_the_state(write.call):
            return is_certainly_pending(write.call, other)
    return False


def _is_long(call: Call) -> bool:
    """Whether the description exceeds the length that every service must accept: no limit is documented."""
    pointer = call.contract.decide.description
    found = at(call.sent, pointer) if pointer else ""
    return isinstance(found, str) and len(found) > _LONGEST
