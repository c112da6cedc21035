"""ERR-1 and ERR-2: error responses have the contract's error body, without internals."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from linkproof.base.json_values import MISSING, MOST_VALUES, NOT_JSON, TOO_DEEP, at, strings, texts
from linkproof.checks.leaks import find_leak, may_leak
from linkproof.checks.registry import breach, check, passed
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.schema import BodySchema, Problem
from linkproof.contract.unreadable import beginning_of, root_of, why_unreadable
from linkproof.model.exchange import Circumstances, Grade
from linkproof.model.finding import Judgement

BODILESS = frozenset({"HEAD", "OPTIONS", "TRACE", "CONNECT"})
#: Number of members that a message names.
_MOST_NAMES = 5


def is_error_body(call: Call) -> bool:
    """Whether the answer is the contract's error body."""
    return bool(isinstance(call.answer, dict) and error_schema(call).fits(call.answer))


def error_schema(call: Call) -> BodySchema:
    """Return the schema of the operation's error body, or that of the contract's first operation."""
    return (call.operation or call.contract.operations[0]).error


def from_a_gateway(call: Call, circumstances: Circumstances) -> bool:
    """Whether a proxy answered instead of the service: 502, 503 or 504 without JSON, on a real network."""
    return circumstances.grade is not Grade.MOCK and call.status in (502, 503, 504) and call.answer is NOT_JSON


@check("ERR-1", applies_to=lambda of: of.status >= 400 and of.method not in BODILESS, of_answer=True)
def errors_have_the_error_body(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Every 4xx and 5xx has the contract's error body."""
    if from_a_gateway(call, circumstances):
        return
    if call.throttled:
        return  # HDR-3
    rules = call.contract.error
    answer, body, how = call.answer, call.exchange.response.body, call.contract.protocol.response
    if is_error_body(call):
        yield passed("ERR-1")
    elif answer is MISSING or answer is NOT_JSON or answer is TOO_DEEP:
        kind = "no body" if answer is MISSING else f"not {how.name}"
        what = "is empty" if answer is MISSING else why_unreadable(body, how)
        if answer is TOO_DEEP:
            what = f"is nested too deep, or has more than {MOST_VALUES:,} values"
        message = f"{call.status} came without the error body: its body {what}"
        expected = f"{how.name} with {rules.code} and {rules.message}"
        yield breach("ERR-1", kind, "", expected, beginning_of(body) or "an empty body", message, group="")
    else:
        schema = error_schema(call)
        problem = min(schema.problems(answer), key=lambda p: p.pointer.count("/"))
        message = _misfit(call, problem, schema.confirm(answer, problem))
        yield breach("ERR-1", problem.keyword, problem.pointer, problem.expected, problem.actual, message, group="")


def _misfit(call: Call, problem: Problem, worded: str) -> str:
    """Return what is wrong with an error body; where a member is missing, what stands there instead."""
    around = at(call.answer, problem.at)
    if problem.keyword != "required" or not isinstance(around, dict):
        return f"the error body does not fit at {problem.pointer or 'its top'}: {worded}"
    where = f"{problem.at} of the error body" if problem.at else "the error body"
    names = ", ".join(map(repr, list(around)[:_MOST_NAMES])) or "no members"
    root, expected = root_of(call.exchange.response.body), call.contract.protocol.error_root
    other = f"; its root is <{root}>, not <{expected}>" if expected and root not in ("", expected) else ""
    return f"{where} has no {problem.pointer.rpartition('/')[2]!r}; it has {names}{other}"


@check("ERR-2", applies_to=lambda of: of.status >= 400, of_answer=True)
def nothing_internal_leaks(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """No text of an error body contains a stack trace, exception type, file path or SQL."""
    if not call.exchange.response.body or from_a_gateway(call, circumstances):
        return
    request = call.exchange.request
    if isinstance(call.answer, dict | list):
        suspects = list(strings(call.answer)) if any(map(may_leak, texts(call.answer))) else []
    else:
        suspects = [("", call.exchange.response.body[:20000].decode("utf-8", "replace"))]
    for pointer, text in suspects:
        if not may_leak(text):
            continue
        sent = f"{request.url} {unquote(request.url)} {request.body.decode('utf-8', 'replace')}"
        found = find_leak(text, sent)
        if found:
            kind, words = found
            yield breach("ERR-2", kind, pointer, f"no {kind}", words, f"internals leak ({kind}): {words}", group="")
            return
    yield passed("ERR-2")
