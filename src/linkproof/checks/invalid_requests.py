"""ERR-4 to ERR-7: invalid requests get the documented status."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.base.json_values import TOO_DEEP, generalise
from linkproof.checks.defects import confirm_defects
from linkproof.checks.error_bodies import BODILESS
from linkproof.checks.registry import breach, check, passed
from linkproof.checks.subjects import Presence
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.defect import BODY_DEFECTS, Defect
from linkproof.contract.schema import UNICODE, BodySchema, Problem
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement, Level


@check("ERR-4", applies_to=lambda of: of.flawed and of.method not in BODILESS)
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
    if call.status == 409 and call.decides:
        return  # the service may check the connection's state first, which forbids the decision
    if _is_method_refused(call, view):
        return
    if call.status in (400, 404):
        yield passed("ERR-6")
    else:
        message = f"a value outside its limits, such as {str(fault.value)[:60]!r}, was answered with {call.status}"
        kind = f"answered {call.status // 100}xx"
        yield breach("ERR-6", kind, "", "400 or 404", str(call.status), message, group="", member=fault.name)


@check("ERR-7", applies_to=lambda of: of.flawed and of.method not in BODILESS)
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
