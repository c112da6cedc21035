"""ERR-10 and HDR-4: a valid request is accepted, in whatever case its path is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from linkproof.base.json_values import MISSING, at, dump, join, shorten
from linkproof.checks.certainty import is_below_unknown_parent, is_certainly_pending, is_shown_by_get_alone
from linkproof.checks.enumerations import is_about_the_state, judges_refused_decision
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Presence, Subject
from linkproof.checks.two_calls import path_of, spelled_otherwise
from linkproof.checks.view import View
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.cases import COMMON_LENGTH
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement

#: Statuses that say that the request itself is wrong. 401, 403, 409, 412, 423 and 429 are about something else.
_BLAMING = frozenset({400, 405, 406, 411, 413, 414, 415, 422, 431})
_WRITES = (Role.DECIDE, Role.TAGS, Role.DELETE)
#: Matches whole numbers in their usual notation; a service may reject signs and leading zeros.
_PLAIN_NUMBER = re.compile(r"0|[1-9]\d{0,8}")
_CHARSET = re.compile(r"(?i)\s*(charset=\"?utf-8\"?\s*)?")


def _is_in_order(of: CallClass) -> bool:
    if of.kind is not Kind.OPERATION or of.flawed or not of.circumstances.collections.get(of.contract.id):
        return False  # nothing has shown whether the parent exists
    return of.success or 400 <= of.status < 500


@check("ERR-10", "HDR-4", applies_to=_is_in_order)
def valid_requests_are_accepted(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A request without defects, on an existing resource at rest, is not rejected as invalid."""
    if is_below_unknown_parent(call, circumstances):
        return  # nothing has shown whether the parent exists
    if call.throttled or not _is_ordinary(call):
        return
    if call.done:
        yield passed("ERR-10")
        return
    subject = view.subject
    if not (_is_refused(call, subject) or _is_promised(call, view, circumstances)):
        return
    if is_about_the_state(call) or _may_be_gone(call, view):
        return
    if call.role in _WRITES and not _may_be_written(call, subject, circumstances):
        return
    if call.is_list and _is_edge_of_paging(call):
        return  # PAG-6, PAG-9
    if call.role in _WRITES and subject is not None and subject.get and spelled_otherwise(call, subject):
        message = f"{call.name} was answered with {call.status}, but the same path in another case names a connection"
        expected = f"as for {path_of(subject.get.call)}"
        kind = f"{call.role} refused in another case"
        evidence = (subject.get.call.exchange,)
        yield breach("HDR-4", kind, "", expected, str(call.status), message, group="", evidence=evidence)
        return
    if judges_refused_decision(call, view):
        return  # ENM-3
    yield _refused(call, view.accepted_before)


def _is_ordinary(call: Call) -> bool:
    """Whether the request uses only what its contract documents; anything beyond that may be rejected."""
    operation, request = call.operation, call.exchange.request
    if operation is None or not call.plain:
        return False
    label = request.headers.get("content-type")
    media, _, charset = label.partition(";")
    usual = media.strip().lower() in call.contract.protocol.request.media and _CHARSET.fullmatch(charset)
    if request.body and label and not usual:
        return False
    for name, value in call.query.items():
        parameter = operation.parameter(name)
        if parameter is None:
            return False
        whole = parameter.schema.get("type") == "integer"
        if whole and not _PLAIN_NUMBER.fullmatch(value):
            return False
        if not value or (parameter.name != call.contract.version_parameter and not whole and not parameter.limited):
            return False
    return True


def _is_refused(call: Call, subject: Subject | None) -> bool:
    is_there = subject is not None and subject.presence is Presence.PRESENT
    if call.status == 404 or _says_unknown(call):
        return is_there and call.role in _WRITES
    return (call.status in _BLAMING or call.success) and (subject is None or is_there)


def _is_promised(call: Call, view: View, circumstances: Circumstances) -> bool:
    """Whether a Get of a connection that the target promises is refused as a bad request, before any write."""
    subject = view.subject
    if not call.is_get or call.status not in _BLAMING or _says_unknown(call) or subject is None:
        return False
    is_untouched = subject.presence is Presence.UNKNOWN and not view.collection.done
    return is_untouched and subject.name in circumstances.names


def _may_be_gone(call: Call, view: View) -> bool:
    """Whether a connection is unknown that a request on another one may have removed since it was shown: STA-7."""
    subject = view.subject
    if subject is None or subject.latest is None or not (call.status == 404 or _says_unknown(call)):
        return False
    since = subject.latest.index
    return any(w.index > since and w.subject != subject.name for w in view.collection.done)


def _says_unknown(call: Call) -> bool:
    """Whether an error is about something that does not exist, whatever its status: ERR-3 judges that."""
    codes = call.contract.error.codes
    return call.error_code in {codes.get("not_found"), codes.get("other_not_found")} - {None}


def _may_be_written(call: Call, subject: Subject | None, circumstances: Circumstances) -> bool:
    """Whether a connection exists and is at rest, and is pending if the call is a decision."""
    if subject is None or subject.latest is None or subject.last_write > subject.latest.index:
        return False
    if not subject.latest.settled or subject.goes_on or is_shown_by_get_alone(subject, circumstances):
        return False
    if call.role is Role.TAGS:
        return isinstance(call.sent, dict) and bool(call.sent)
    if call.role is Role.DELETE:
        return True
    # STA-8: a service may refuse read-only members, whatever the definition calls them.
    if call.sends_read_only:
        return False
    return bool(call.decision) and is_certainly_pending(call, subject) and _has_usual_length(call)


def _has_usual_length(call: Call) -> bool:
    """Whether every text is short enough for any service: most contracts document no limit."""
    pointer = call.contract.decide.description
    found = at(call.sent, pointer) if pointer else ""
    schema = call.operation.request if call.operation else None
    limit = next((n.schema.get("maxLength", 0) for n in schema.nodes() if n.pointer == pointer), 0) if schema else 0
    return not isinstance(found, str) or len(found) <= max(COMMON_LENGTH, limit)


def _is_edge_of_paging(call: Call) -> bool:
    rules = call.contract.list
    if rules.token:
        return call.listing(rules.token) not in (MISSING, "")
    start = rules.refuses_past_end and rules.offset in call.query
    return call.query.get(rules.limit) == "0" or call.query.get(rules.offset, "0") != "0" or start


def _refused(call: Call, accepted: Call | None) -> Judgement:
    """Return the breach, with the differences from a request that was accepted before."""
    places = tuple(_differences(accepted, call)) if accepted is not None else ()
    what = f"a valid {call.name} was refused with {call.status} {call.error_code}".rstrip()
    if accepted is None:
        message = f"{what}; none was accepted before"
    elif places:
        differing = ", ".join(f"{place} = {shorten(value, 60)}" for place, value in places[:3])
        message = f"{what}; one that was accepted differs in {differing}"
    else:
        message = f"{what}; the same was accepted before"
    evidence = (accepted.exchange,) if accepted is not None else ()
    kind = f"{call.role} {'not found' if call.status == 404 else 'refused'}"
    return breach("ERR-10", kind, "", "2xx", str(call.status), message, group="", evidence=evidence)


def _differences(accepted: Call, call: Call) -> Iterator[tuple[str, Any]]:
    """Return each parameter and member that differs between a rejected and an accepted request, with its value."""
    for name in dict.fromkeys((*call.query, *accepted.query)):
        if call.query.get(name) != accepted.query.get(name):
            yield f"{name}", call.query.get(name, MISSING)
    if isinstance(call.sent, dict) and isinstance(accepted.sent, dict):
        ignore = call.contract.decide.subject
        for pointer, value in _members(call.sent, accepted.sent, ""):
            if not ignore or not pointer.startswith(ignore.rsplit("/", 1)[0]):
                yield pointer, value


def _members(one: Mapping[str, Any], other: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Any]]:
    for key in dict.fromkeys((*one, *other)):
        here, there = one.get(key, MISSING), other.get(key, MISSING)
        if isinstance(here, dict) and isinstance(there, dict):
            yield from _members(here, there, pointer + join(key))
        elif dump(here) != dump(there):
            yield pointer + join(key), here
