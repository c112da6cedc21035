"""HDR-1 to HDR-3, HDR-5 and HDR-6: request ids, credentials, throttling, failures of the service."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.checks.error_bodies import from_a_gateway, is_error_body
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.traits import CREDENTIAL
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.defect import BODY_DEFECTS, Defect
from linkproof.model.exchange import Circumstances, Grade
from linkproof.model.finding import Judgement, Level
from linkproof.redaction.credentials import secrets_of


def _has_ids(of: CallClass) -> bool:
    return bool(of.contract.request_id_header) and of.circumstances.grade is not Grade.RECORDING


#: Defects of a body: a service that fails on one of them does not read bodies with care.
_BODY = BODY_DEFECTS | {Defect.BODY, Defect.ENUMERATOR}


@check("HDR-1", applies_to=_has_ids)
def answers_have_their_own_id(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Every answer has a unique request id. Not judged in recordings, which often omit it."""
    name = call.contract.request_id_header
    if from_a_gateway(call, circumstances):
        return
    found = view.request_id
    if not found:
        message = f"the answer has no {name}"
        yield breach("HDR-1", "absent", "", name, "absent", message, group="")
    elif view.request_id_was_seen:
        message = f"two answers share {name} {found}"
        evidence = view.last_with_request_id
        yield breach("HDR-1", "shared", "", "an id of its own", found, message, group="", evidence=evidence)
    else:
        yield passed("HDR-1")


@check("HDR-2", applies_to=lambda of: of.flawed and of.method not in ("HEAD", "OPTIONS", "TRACE"))
def credentials_are_checked(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A missing or wrong credential gets 401 with the contract's error body."""
    fault = call.only_defect
    if fault is None or fault.defect not in (Defect.NO_CREDENTIAL, Defect.WRONG_CREDENTIAL) or call.throttled:
        return
    if not circumstances.checks_credentials:
        return
    what = str(fault.defect)
    gateway = call.contract.error.gateway_prefix.casefold()
    wanted = {r.code.casefold() for r in call.contract.error.table if r.status == 401}
    code = call.error_code.casefold()
    statuses = call.contract.error.unauthenticated
    if call.status not in statuses:
        message, expected = f"a request with {what} was answered with {call.status}", " or ".join(map(str, statuses))
        yield breach("HDR-2", f"answered {call.status // 100}xx", "", expected, str(call.status), message, group="")
    elif not is_error_body(call):
        message = f"a request with {what} was refused without the error body"
        yield breach("HDR-2", "401 without the error body", "", "the error body", "another body", message)
    elif call.status == 401 and wanted and code not in wanted and not (gateway and code.startswith(gateway)):
        expected = " or ".join(sorted(wanted))
        message = f"401 came with {call.error_code}"
        yield breach("HDR-2", "code", call.contract.error.code, expected, call.error_code, message)
    elif call.contract.error.challenge and "www-authenticate" not in call.exchange.response.headers:
        message = "401 has no WWW-Authenticate header, so it does not say how to authenticate"
        yield breach("HDR-2", "no WWW-Authenticate", "", "WWW-Authenticate", "absent", message, level=Level.SHOULD)
    else:
        yield passed("HDR-2")


@check("HDR-3", applies_to=lambda of: of.status >= 400)
def throttling_is_told(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """429 has the error body, and Retry-After (SHOULD)."""
    if not call.throttled:
        return
    if not is_error_body(call):
        message = f"{call.status} came without the error body"
        yield breach("HDR-3", "no error body", "", "the error body", "another body", message)
    elif call.status == 429 and "retry-after" not in call.exchange.response.headers:
        message = "429 does not say when to retry"
        yield breach("HDR-3", "no Retry-After", "", "Retry-After", "absent", message, level=Level.SHOULD)
    else:
        yield passed("HDR-3")


@check("HDR-5", passes=lambda of: of.status < 500)
def service_does_not_fail(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """No answer is 5xx, except a vendor's documented answer to an empty body, and a gateway's error page."""
    if call.throttled:
        return  # HDR-3: the vendor's status for throttling
    if from_a_gateway(call, circumstances):
        return
    codes = {c.casefold() for c in call.contract.error.empty_body}
    if call.status == call.contract.error.empty_body_status and call.error_code.casefold() in codes:
        message = f"an empty body was answered with {call.status} {call.error_code}: documented by the vendor"
        yield breach("HDR-5", "variant", "", "400", str(call.status), message, level=Level.NOTE)
        return
    message = f"{call.name} failed with {call.status}{_on_what(call)}"
    yield breach("HDR-5", "5xx", "", "no 5xx", str(call.status), message, group=_kind_of(call))


def drops_the_connection(call: Call) -> Judgement:
    """Judge HDR-5 on a request whose connection the server drops every time; no other check can judge it."""
    message = f"{call.name}{_on_what(call)}: the server drops the connection, without an answer"
    return breach(
        "HDR-5", "no answer", "", "an answer", "connection closed", message, group=call.exchange.request.method
    )


def _on_what(call: Call) -> str:
    """Return what is wrong with a failing request, as the end of a message; an undocumented method names itself."""
    if not call.defects:
        return " on a valid request"
    defect = call.defects[0].defect
    return "" if defect is Defect.METHOD else f" on a bad request ({defect})"


def _kind_of(call: Call) -> str:
    """Return what failing requests have in common; all invalid bodies are one kind."""
    defects = {f.defect for f in call.defects}
    if Defect.METHOD in defects:
        return "method"
    return "body" if defects & _BODY else "request"


@check("HDR-6", needs=CREDENTIAL)
def credentials_are_not_repeated(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """No answer repeats a credential that was sent."""
    secrets = secrets_of(call.exchange.request.headers, stand_ins=True)
    if not secrets:
        return
    response = call.exchange.response
    body = response.body.decode("utf-8", "replace")
    for secret in sorted(secrets):  # sorted: the order of a set differs between processes
        where = "the body" if secret in body else next((k for k, v in response.headers if secret in v), "")
        if where:
            message = f"the answer repeats the credential in {where}"
            yield breach("HDR-6", "credential repeated", "", "no credential", f"in {where}", message, group="")
            return
    yield passed("HDR-6")
