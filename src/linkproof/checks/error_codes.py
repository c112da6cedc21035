"""ERR-8 and ERR-9: an error code belongs to its status and to the request's defect, and does not vary."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.checks.registry import breach, check, passed
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.defect import Defect
from linkproof.contract.model import Contract
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement, Level


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
