"""SHP-1 to SHP-4 and SHP-7: success answers have the documented status, content type and shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkproof.base.json_values import MISSING, MOST_VALUES, NOT_JSON, TOO_DEEP, at, generalise
from linkproof.checks import integers
from linkproof.checks.echoes import echoed_from, place_in_connection, sent_member
from linkproof.checks.integers import EXACT
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.view import View
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.contract.schema import BodySchema, Problem
from linkproof.contract.unreadable import beginning_of, why_unreadable
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Judgement, Level


@check("SHP-1", applies_to=lambda of: of.success and of.method != "HEAD", of_answer=True)
def success_bodies_fit(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A success body fits the operation's schema; enumerations and a missing list have other requirements."""
    schema = _schema(call, view)
    if schema is None:
        return
    answer = call.answer
    if answer is MISSING:
        if call.status != 202:
            expected = call.contract.protocol.response.body
            yield breach("SHP-1", "no body", "", expected, "an empty body", "the answer has no body")
        return
    if answer is NOT_JSON or answer is TOO_DEEP:
        yield _not_readable(call)
        return
    if call.exact or schema.fits(answer):
        yield passed("SHP-1")
        return
    items = call.contract.list.items
    elsewhere = {"", items} if call.is_list and call.contract.list.next_link else set()
    sound = True
    for problem, worded in _together((p, schema.confirm(answer, p)) for p in schema.problems(answer)):
        if (problem.keyword == "enum" and isinstance(problem.value, str)) or problem.pointer in elsewhere:
            continue
        sound = False
        where = _relative(call, problem.pointer)
        if write := echoed_from(call, view, problem.pointer, problem.value):
            yield _echo(call, write, problem)
            continue
        yield breach(
            "SHP-1",
            problem.keyword,
            problem.pointer,
            problem.expected,
            problem.actual,
            f"{where or 'the body'} does not fit: {worded}",
            group=f"{where}" if problem.keyword != "type" else f"{where} {type(problem.value).__name__}",
        )
    if sound:
        yield passed("SHP-1")


def _not_readable(call: Call) -> Judgement:
    how = call.contract.protocol.response
    body = call.exchange.response.body
    if call.answer is TOO_DEEP:
        message = f"the body is nested too deep, or has more than {MOST_VALUES:,} values"
    else:
        message = f"the body {why_unreadable(body, how)}"
    return breach("SHP-1", f"not {how.name}", "", how.body, beginning_of(body), message, group="")


def _echo(call: Call, write: Call, problem: Problem) -> Judgement:
    return breach(
        "SHP-1",
        "echoed",
        problem.pointer,
        problem.expected,
        problem.actual,
        "a request sent values there that break the schema, which were stored and are shown",
        group="",
        evidence=() if write is call else (write.exchange,),
        member=place_in_connection(call, problem.pointer),
    )


def _schema(call: Call, view: View) -> BodySchema | None:
    """Return the schema of a success body; the result of a long-running operation has that of its operation."""
    operation = call.operation
    if call.is_poll and call.kind is Kind.RESULT_POLL and call.status == 200:
        operation = view.operation.call.operation if view.operation is not None else None
        return operation.responses.get(call.status) if operation is not None else None
    return call.schema


def _together(problems: Iterable[tuple[Problem, str]]) -> Iterator[tuple[Problem, str]]:
    """Return the problems with their messages; all missing members of an object are one problem."""
    lacking: dict[str, list[tuple[Problem, str]]] = {}
    for problem, worded in problems:
        if problem.keyword == "required":
            lacking.setdefault(problem.at, []).append((problem, worded))
        else:
            yield problem, worded
    for pointer, missing in lacking.items():
        if len(missing) == 1:
            yield missing[0]
        else:
            names = ", ".join(p.pointer.rsplit("/", 1)[1] for p, _ in missing)
            one = Problem(pointer, "required", f"members {names}", "(absent)", MISSING)
            yield one, f"members {names} are required properties"


def _is_documented(of: CallClass) -> bool:
    return of.operation is not None and of.status in of.operation.responses


def _has_documented_statuses(of: CallClass) -> bool:
    return of.success and of.operation is not None and of.operation.statuses_said


@check("SHP-2", applies_to=_has_documented_statuses, passes=_is_documented)
def success_status_is_documented(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A 2xx status is one that the operation documents."""
    assert call.operation is not None
    expected = " or ".join(map(str, sorted(call.operation.responses)))
    message = f"{call.name} answered {call.status}; documented are {expected}"
    yield breach("SHP-2", "undocumented status", "", expected, str(call.status), message)


@check("SHP-3", applies_to=lambda of: of.method != "HEAD", of_answer=True)
def bodies_are_labelled(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A body has the Content-Type of the contract's format; 204 has no body."""
    if call.status == 204:
        if call.exchange.response.body:
            yield breach("SHP-3", "body with 204", "", "no body", "a body", "204 came with a body")
        else:
            yield passed("SHP-3")
        return
    if call.answer is MISSING or call.answer is NOT_JSON:
        return
    found, how = call.exchange.response.headers.get("content-type"), call.contract.protocol.response
    label = found.split(";")[0].strip().lower()
    if label in how.media:
        yield passed("SHP-3")
    else:
        yield breach(
            "SHP-3",
            "content type",
            "",
            f"Content-Type: {' or '.join(how.media)}",
            f"Content-Type: {found}" if found else "no Content-Type",
            f"{how.body} came as {found or 'no type at all'}",
        )


@check("SHP-4", applies_to=lambda of: of.success and of.status != 202 and of.kind is Kind.OPERATION, of_answer=True)
def members_are_documented(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A success body has no undocumented members; a list may always have its next link."""
    if call.exact:
        yield passed("SHP-4")
        return
    assert call.operation is not None
    schema = call.schema
    if schema is None or not isinstance(call.answer, dict | list):
        return
    envelope = {call.contract.list.next_link} if call.role in (Role.LIST, Role.LINK_RESOURCES) else set()
    sound = True
    for pointer in call.unknown_members:
        if pointer in envelope:
            continue
        sound = False
        schema.confirm_unknown(call.answer, pointer)
        if write := sent_member(call, view, pointer):
            yield _echoed_member(call, write, pointer)
            continue
        yield breach(
            "SHP-4",
            "undocumented member",
            pointer,
            "documented members only",
            pointer.rsplit("/", 1)[-1],
            f"the schema does not know {_relative(call, pointer)}",
            level=Level.SHOULD,
        )
    if sound:
        yield passed("SHP-4")


def _echoed_member(call: Call, write: Call, pointer: str) -> Judgement:
    """Judge an undocumented member that a request sent. Its name is arbitrary, so the object is named instead."""
    return breach(
        "SHP-4",
        "echoed",
        pointer,
        "documented members only",
        pointer.rsplit("/", 1)[-1],
        "undocumented members that a request sent were stored and are shown; they are in",
        level=Level.SHOULD,
        group="",
        evidence=() if write is call else (write.exchange,),
        member=place_in_connection(call, pointer).rpartition("/")[0] or "the connection itself",
    )


@check(
    "SHP-7",
    applies_to=lambda of: of.success and of.kind is Kind.OPERATION and "integers" in of.contract.capabilities,
)
def integers_keep_their_digits(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Integers are written as integers, stay equal between answers, and are not all rounded to doubles."""
    assert call.operation is not None
    schema = call.schema
    if schema is None or not isinstance(call.answer, dict):
        return
    for place in schema.integers:
        for pointer, value in call.values_at(place):
            if isinstance(value, float) and abs(value) >= EXACT:
                message = "an integer beyond 2^53 came as a floating-point number: digits are lost"
                yield breach("SHP-7", "digits lost", pointer, "an integer in digits", repr(value), message, group="")
            elif isinstance(value, float) and value.is_integer():
                message = "an integer is written as a fraction: many clients cannot read it"
                yield breach("SHP-7", "not in digits", pointer, str(int(value)), repr(value), message, group="")
            elif isinstance(value, int) and not isinstance(value, bool) and abs(value) <= EXACT:
                yield passed("SHP-7")
    yield from _big_integers(view)


def _big_integers(view: View) -> Iterator[Judgement]:
    """Compare the integers beyond 2^53 with those of earlier answers, and with each other."""
    known: dict[tuple[str, str], int] = {}
    is_exact = view.exact_integers
    for number in view.big_integers:
        before = view.known_integer(number.key)
        if before is None:
            before = known.setdefault(number.key, number.value)
        is_exact = is_exact or integers.is_exact(before)
        if before != number.value and float(before) == float(number.value):
            message = f"the same number came as {before} before: one of the two is rounded"
            evidence = _shown_as(view, number.pointer, before)
            yield breach(
                "SHP-7", "digits lost", number.pointer, str(before), str(number.value), message,
                group="", evidence=evidence,
            )  # fmt: skip
        elif not is_exact and integers.all_rounded([*view.known_integers, *known.values()]):
            message = "every integer beyond 2^53 is one that a double can hold: digits were rounded away"
            yield breach("SHP-7", "digits lost", number.pointer, "exact digits", str(number.value), message, group="")
        else:
            yield passed("SHP-7")


def _shown_as(view: View, pointer: str, number: int) -> tuple[Exchange, ...]:
    """Return the last exchange that showed this number of the connection at a pointer, if there is one."""
    for seen in view.observed:
        shown = seen.subject.latest
        own = pointer.removeprefix(seen.pointer)
        if own != pointer and shown is not None and at(shown.value, own) == number:
            return (shown.call.exchange,)
    return ()


def _relative(call: Call, pointer: str) -> str:
    """Return a pointer relative to its connection, without the path to an item of a list."""
    items = call.contract.list.items
    if items and pointer.startswith(f"{items}/"):
        return "/" + "/".join(generalise(pointer[len(items) + 1 :]).split("/")[1:])
    return generalise(pointer)
