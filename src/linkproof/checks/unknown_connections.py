"""ERR-3: an unknown connection, or a path below an unknown parent, is not found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkproof.checks.certainty import is_below_unknown_parent
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Presence
from linkproof.checks.traits import LISTED_WHOLE, PROMISED
from linkproof.checks.view import View
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement

#: Names that no service refuses as malformed.
_PLAIN_NAME = re.compile(r"(?=.{6,24}$)[a-z]{3,}[a-z0-9]*(-[a-z0-9]+)*")


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
    if is_below_unknown_parent(call, circumstances):
        return "the parent"
    subject, complete = view.subject, view.collection.complete
    if subject is None or call.role not in (Role.GET, Role.DECIDE):
        return ""
    if call.decides and call.contract.decide.by_resource:
        return ""
    if subject.presence is not Presence.UNKNOWN or subject.last_write >= 0 or subject.deleted:
        return ""
    if subject.name in circumstances.names or complete is None or view.collection.membership > complete.start:
        return ""
    return "" if subject.name in complete.names else "the connection"


def _neither_there_nor_absent(call: Call, view: View, circumstances: Circumstances) -> bool:
    """Whether a valid Get of a connection that no answer has shown, by a plain name, is refused as a bad request."""
    subject, collections = view.subject, circumstances.collections.get(call.contract.id, frozenset())
    if not call.is_get or call.status != 400 or call.status in call.contract.error.not_found:
        return False
    if subject is None or subject.name in circumstances.names:
        return False
    if call.collection not in collections or view.collection.complete is not None:
        return False
    is_unknown = subject.presence is Presence.UNKNOWN and subject.last_write < 0 and not subject.deleted
    parameters = call.operation.parameters if call.operation else ()
    allowed = {parameter.name for parameter in parameters if parameter.place == "query"}
    return is_unknown and _PLAIN_NAME.fullmatch(subject.name) is not None and set(call.query) <= allowed
