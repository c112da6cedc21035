"""ERR-1 to ERR-9: invalid requests get the documented status and error body, without internals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP, generalise, strings, texts
from linkproof.checks.defects import confirm_defects
from linkproof.checks.leaks import find_leak, may_leak
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Presence
from linkproof.checks.traits import LISTED_WHOLE, PROMISED
from linkproof.checks.view import View
from linkproof.contract.call import BODY_DEFECTS, Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.request_match import Defect, Kind
from linkproof.contract.schema import UNICODE, BodySchema, Problem
from linkproof.model.exchange import Circumstances, Grade
from linkproof.model.finding import Judgement, Level

#: Names that no service refuses as malformed.
_PLAIN_NAME = re.compile(r"(?=.{6,24}$)[a-z]{3,}[a-z0-9]*(-[a-z0-9]+)*")
_BODILESS = frozenset({"HEAD", "OPTIONS", "TRACE", "CONNECT"})


def is_error_body(call: Call) -> bool:
    """Whether the answer is the contract's error body."""
    return bool(isinstance(call.answer, dict) and error_schema(call).fits(call.answer))


def error_schema(call: Call) -> BodySchema:
    """Return the schema of the operation's error body, or that of the contract's first operation."""
    return (call.operation or call.contract.operations[0]).error


def from_a_gateway(call: Call, circumstances: Circumstances) -> bool:
    """Whether a proxy answered instead of the service: 502, 503 or 504 without JSON, on a real network."""
    return circumstances.grade is not Grade.MOCK and call.status in (502, 503, 504) and call.answer is NOT_JSON


@check("ERR-1", applies_to=lambda of: of.status >= 400 and of.method not in _BODILESS, of_answer=True)
def errors_have_the_error_body(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Every 4xx and 5xx has the contract's error body."""
    if from_a_gateway(call, circumstances):
        return
    if call.throttled:
        return  # HDR-3
    rules = call.contract.error
    answer = call.answer
    if is_error_body(call):
        yield passed("ERR-1")
    elif answer is MISSING or answer is NOT_JSON or answer is TOO_DEEP:
        shown = call.exchange.response.body[:80].decode("utf-8", "replace") or "an empty body"
        language = call.contract.protocol.response.name
        kind = "no body" if answer is MISSING else f"not {language}"
        what = "its body is empty" if answer is MISSING else f"its body cannot be read as {language}"
        message = f"{call.status} came without the error body: {what}"
        expected = f"{language} with {rules.code} and {rules.message}"
        yield breach("ERR-1", kind, "", expected, shown, message, group="")
    else:
        schema = error_schema(call)
        problem = min(schema.problems(answer), key=lambda p: len(p.pointer))
        message = f"the error body does not fit at {problem.pointer or 'its top'}: {schema.confirm(answer, problem)}"
        yield breach("ERR-1", problem.keyword, problem.pointer, problem.expected, problem.actual, message, group="")


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


def _may_be_unknown(of: CallClass) -> bool:
    if of.kind is not Kind.OPERATION or of.flawed or of.status >= 500:
        return False
    promised = of.circumstances.collections.get(of.contract.id)
    # A PUT may create.
    return bool(promised) or of.role is Role.GET or (of.role is Role.DECIDE and not of.contract.decide.by_resource)


@check("ERR-3", applies_to=_may_be_unknown, needs=LISTED_WHOLE | PROMISED)
def unknown_is_not_found(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """An unknown connection, or a path below an unknown parent, gets a status that means unknown."""
    if call.throttled:
        return
    what = _unknown(call, view, circumstances)
    if not what:
        if _neither_there_nor_absent(call, view, circumstances):
            message = f"no answer shows the connection, but {call.name} was answered with {call.status}, not with 404"
            yield breach("ERR-3", "unknown connection", "", "200 or 404", str(call.status), message, group="")
        return
    if call.success and call.contract.decide.failures and not isinstance(call.answer, dict):
        return  # SHP-1: what was left undecided cannot be read
    allowed = call.contract.error.not_found
    expected = " or ".join(map(str, allowed))
    if call.status in allowed or call.not_found or (call.success and not call.done):
        yield passed("ERR-3")
    else:
        message = f"{what} is unknown, but {call.name} was answered with {call.status}"
        yield breach("ERR-3", f"unknown {what.split()[-1]}", "", expected, str(call.status), message, group="")


def _unknown(call: Call, view: View, circumstances: Circumstances) -> str:
    promised = circumstances.collections.get(call.contract.id, frozenset())
    if promised and call.collection not in promised:
        return "the parent"
    parents = circumstances.parents.get(call.contract.id, frozenset())
    if parents and call.parent and call.parent.casefold() not in parents:
        return "the parent"
    subject, complete = view.subject, view.collection.complete
    if subject is None or call.role not in (Role.GET, Role.DECIDE):
        return ""
    if call.role is Role.DECIDE and call.contract.decide.by_resource:
        return ""
    if subject.presence is not Presence.UNKNOWN or subject.last_write >= 0 or subject.deleted:
        return ""
    if subject.name in circumstances.names or complete is None or view.collection.membership > complete.start:
        return ""
    return "" if subject.name in complete.names else "the connection"


def _neither_there_nor_absent(call: Call, view: View, circumstances: Circumstances) -> bool:
    """Whether a valid Get of a connection that no answer has shown, by a plain name, is refused as a bad request."""
    subject, collections = view.subject, circumstances.collections.get(call.contract.id, frozenset())
    if call.role is not Role.GET or call.status != 400 or call.status in call.contract.error.not_found:
        return False
    if subject is None or subject.name in circumstances.names:
        return False
    if call.collection not in collections or view.collection.complete is not None:
        return False
    is_unknown = subject.presence is Presence.UNKNOWN and subject.last_write < 0 and not subject.deleted
    allowed = {parameter.name for parameter in call.operation.parameters} if call.operation else set()
    return is_unknown and _PLAIN_NAME.fullmatch(subject.name) is not None and set(call.query) <= allowed


@check("ERR-4", applies_to=lambda of: of.flawed and of.method not in _BODILESS)
def api_version_is_required(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A missing api-version gets 400 MissingApiVersionParameter; an unsupported one gets 400 (SHOULD)."""
    fault = call.only_defect
    if fault is None or fault.defect not in (Defect.NO_VERSION, Defect.OTHER_VERSION) or call.throttled:
        return
    name = call.contract.version_parameter
    if fault.defect is Defect.OTHER_VERSION:
        if call.status == 400:
            yield passed("ERR-4")
        else:
            message = f"{name}={fault.value} is unsupported, but was answered with {call.status}"
            yield breach(
                "ERR-4", "unsupported version", "", "400", str(call.status), message, level=Level.SHOULD, group=""
            )
        return
    codes = call.contract.error.missing_version
    if call.status != 400:
        message = f"a request without {name} was answered with {call.status}"
        kind = "no version accepted" if call.success else "no version: status"
        yield breach("ERR-4", kind, "", "400", str(call.status), message, group="")
    elif call.error_code and call.error_code not in codes:
        yield breach(
            "ERR-4",
            "code",
            call.contract.error.code,
            " or ".join(codes),
            call.error_code,
            f"a request without {name} was refused with another code",
            group="",
        )
    else:
        yield passed("ERR-4")


@check("ERR-5", applies_to=lambda of: of.flawed)
def bad_bodies_are_refused(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A body that is not JSON, empty, not an object, or lacks a required member gets 400; a wrong shape gets 4xx."""
    defects = {f.defect for f in call.defects}
    if call.throttled:
        return
    if defects == {Defect.BODY}:
        yield from _wrong_shape(call)
        return
    if not defects <= BODY_DEFECTS:
        return
    if _is_empty_variant(call):
        message = f"an empty body was answered with {call.status} {call.error_code}: documented by the vendor"
        yield breach("ERR-5", "variant", "", "400", str(call.status), message, level=Level.NOTE)
        return
    if call.status == 413 and len(call.exchange.request.body) > 100_000:
        return
    if call.status == 404 and (view.subject is None or view.subject.presence is not Presence.PRESENT):
        return
    if _is_method_refused(call, view):
        return
    if call.status == 400:
        yield passed("ERR-5")
    else:
        confirm_defects(call)
        message = f"the {_body_defect(call)}, but the answer was {call.status}"
        yield breach("ERR-5", f"answered {call.status // 100}xx", "", "400", str(call.status), message, group="")


def _body_defect(call: Call) -> str:
    """Return what is wrong with a body, with the names of the members that it lacks."""
    first = min(call.defects, key=lambda found: found.defect)
    if first.defect is not Defect.LACKS_MEMBER:
        return first.defect
    return f"body lacks {', '.join(f.name for f in call.defects if f.defect is Defect.LACKS_MEMBER)}"


def _is_method_refused(call: Call, view: View) -> bool:
    """Whether a documented method was rejected as such, and never accepted: ERR-10 reports it."""
    return call.status == 405 and view.accepted_before is None


def _wrong_shape(call: Call) -> Iterator[Judgement]:
    """Judge a body whose types, lengths, patterns, formats, bounds or numbers of items break its schema."""
    if 400 <= call.status < 500:
        yield passed("ERR-5")
        return
    schema = call.operation.request if call.operation else None
    if call.status >= 500 or schema is None or call.sent is TOO_DEEP:
        return  # HDR-5
    found = schema.problems(call.sent)
    problems = [p for p in found if p.keyword != UNICODE and not _is_optional_null(schema, p)]
    if not problems:
        return
    kind = f"answered {call.status // 100}xx, not validated"
    for p in problems:
        what = f"{p.keyword}: expected {p.expected}, got {p.actual}"
        message = f"a body that breaks its schema ({what}) was accepted ({call.status})"
        member = generalise(p.pointer) or "the body"
        yield breach("ERR-5", kind, p.pointer, "4xx", str(call.status), message, group="", member=member)


def _is_optional_null(schema: BodySchema, problem: Problem) -> bool:
    """Whether an optional member is null: many services treat it as absent."""
    if problem.value is not None:
        return False
    place = generalise(problem.pointer)
    return not any(n.required for n in schema.nodes() if n.pointer == place)


def _is_empty_variant(call: Call) -> bool:
    codes = {c.casefold() for c in call.contract.error.empty_body}
    return call.status == call.contract.error.empty_body_status and call.error_code.casefold() in codes


@check("ERR-6", applies_to=lambda of: of.flawed)
def path_limits_hold(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A path parameter outside its documented pattern or length gets 400 or 404."""
    fault = call.only_defect
    if fault is None or fault.defect is not Defect.PATH or call.throttled:
        return
    if call.status == 409 and call.role is Role.DECIDE:
        return  # the service may check the connection's state first, which forbids the decision
    if _is_method_refused(call, view):
        return
    if call.status in (400, 404):
        yield passed("ERR-6")
    else:
        message = f"a value outside its limits, such as {str(fault.value)[:60]!r}, was answered with {call.status}"
        kind = f"answered {call.status // 100}xx"
        yield breach("ERR-6", kind, "", "400 or 404", str(call.status), message, group="", member=fault.name)


@check("ERR-7", applies_to=lambda of: of.flawed and of.method not in _BODILESS)
def undocumented_methods_are_refused(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """An undocumented method gets 405 (or 404, 400); 405 lists the allowed methods (SHOULD)."""
    fault = call.only_defect
    if fault is None or fault.defect is not Defect.METHOD or call.throttled:
        return
    method = call.exchange.request.method
    if call.status not in (400, 404, 405):
        message = f"{method} is undocumented there, but was answered with {call.status}"
        yield breach(
            "ERR-7", f"answered {call.status // 100}xx", "", "405, 404 or 400", str(call.status), message, group=""
        )
    elif call.status == 405 and "allow" not in call.exchange.response.headers:
        message = "405 does not list the allowed methods"
        yield breach("ERR-7", "no Allow", "", "Allow: ...", "no Allow header", message, level=Level.SHOULD)
    else:
        yield passed("ERR-7")


@check("ERR-8", applies_to=lambda of: of.status >= 400 and bool(of.contract.error.table))
def codes_agree_with_their_status(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Status and error code are in one row of the vendor's table."""
    table = call.contract.error.table
    if not call.error_code:
        return
    code = call.error_code.casefold()
    if call.contract.error.gateway_prefix and code.startswith(call.contract.error.gateway_prefix.casefold()):
        return
    rows = [r for r in table if r.code.casefold() == code]
    own = next((r.code for r in table if r.code.rsplit(".", 1)[-1] == code.rsplit(".", 1)[-1]), "")
    if len({r.code.rpartition(".")[0].casefold() for r in table}) > 1:
        own = ""  # not all codes have the part before the dot
    if not rows and own:
        message = f"the code lacks the prefix that the table has: {own} for {call.error_code}"
        yield breach("ERR-8", "prefix", call.contract.error.code, own, call.error_code, message, group="")
        return
    if not rows or call.status not in {r.status for r in table}:
        return
    if any(r.status == call.status for r in rows):
        yield from _about_the_defect(call, call.contract)
    else:
        expected = f"{rows[0].status} with {call.error_code}"
        message = f"{call.error_code} belongs to status {rows[0].status}, but came with {call.status}"
        yield breach("ERR-8", "status", call.contract.error.code, expected, str(call.status), message)


def _about_the_defect(call: Call, contract: Contract) -> Iterator[Judgement]:
    """A code that the table reserves for one parameter is used only for a defect of that parameter."""
    about = {r.parameter for r in contract.error.table if r.code.casefold() == call.error_code.casefold()} - {""}
    if call.only_defect and call.only_defect.defect is Defect.QUERY:
        return  # PAG-8
    if about and call.defects and not any(f.name in about for f in call.defects):
        named = sorted(about)[0]
        message = f"{call.error_code} is about {named}, but the request's defect is: {call.defects[0].defect}"
        yield breach("ERR-8", "code of another defect", contract.error.code, "a fitting code", call.error_code, message)
    else:
        yield passed("ERR-8")


@check("ERR-9", applies_to=lambda of: 400 <= of.status < 500)
def same_mistake_same_code(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """The same invalid request gets the same error code again.

    Errors about a resource's state, or during an operation, may change and are not compared.
    """
    before = view.seen_code
    if before is None or before.epoch != view.collection.last_done:
        return
    if before.code == call.error_code:
        yield passed("ERR-9")
    else:
        message = "the same request was refused with another code before"
        yield breach(
            "ERR-9",
            "another code",
            call.contract.error.code,
            before.code,
            call.error_code,
            message,
            level=Level.SHOULD,
            group="",
            evidence=(before.exchange,),
        )
