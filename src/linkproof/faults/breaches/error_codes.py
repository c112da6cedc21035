"""Faults in error codes: undocumented ones, and different ones for the same error."""

from __future__ import annotations

import itertools
from typing import Any

from linkproof.contract.model import Contract
from linkproof.faults.contract_facts import unknown_statuses
from linkproof.faults.edits import error_responses, inherited, part
from linkproof.faults.json_edits import put
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase, ErrorRow
from linkproof.mock.messages import Answer, Asked

# ERR-8


def _code(contract: Contract, case: ErrorCase, code: str) -> Change | None:
    if not contract.error.table:
        return None

    def row(self: Any, which: ErrorCase, target: str) -> ErrorRow:
        found: ErrorRow = inherited(self, "row", which, target)
        return ErrorRow(found.status, code, found.message) if which is case else found

    return part("errors", row=row)


def _statuses(contract: Contract, code: str) -> set[int]:
    """Return the statuses that the contract's table documents for a code."""
    return {row.status for row in contract.error.table if row.code == code}


@fault("ERR-8", "code-for-500", "A bad body is refused with 400, and the code of a failure.", "ERR-5", "ENM-2")
def _err_8_code_for_500(contract: Contract) -> Change | None:
    code = contract.error.codes.get("failure", "")
    return _code(contract, ErrorCase.BODY, code) if contract.by_name else None


@fault("ERR-8", "code-of-another-status", "An unknown connection has a code that stands with 400.", "ERR-3")
def _err_8_code_of_another_status(contract: Contract) -> Change | None:
    codes = contract.error.codes
    if _statuses(contract, codes.get("no_parent", "")) == _statuses(contract, codes.get("not_found", "")):
        return None
    return _code(contract, ErrorCase.NO_CONNECTION, codes.get("no_parent", ""))


@fault("ERR-8", "code-of-a-404", "A bad body is refused with 400, and a code that stands with 404.", "ERR-5")
def _err_8_code_of_a_404(contract: Contract) -> Change | None:
    code = contract.error.codes.get("not_found", "")
    return None if 400 in _statuses(contract, code) else _code(contract, ErrorCase.BODY, code)


@fault("ERR-8", "code-without-prefix", "Codes lack their prefix.", "HDR-2", "PAG-8", "ERR-3", "ENM-2", "ERR-5")
def _err_8_code_without_prefix(contract: Contract) -> Change | None:
    if len({row.code.rpartition(".")[0] for row in contract.error.table}) != 1:
        return None  # there is no prefix that all have
    return error_responses(lambda _, a: put(contract.error.code, lambda v: str(v).rsplit(".", 1)[-1])(a.value))


# ERR-9


@fault("ERR-9", "numbered-code", "The code of an error is another one each time.", "ERR-8", "ERR-3")
def _err_9_numbered_code(contract: Contract) -> Change | None:
    counter = itertools.count(1)

    def edit(_: Asked, answer: Answer) -> None:
        put(contract.error.code, lambda v: f"{v}{next(counter)}")(answer.value)

    return error_responses(edit, *unknown_statuses(contract))


@fault("ERR-9", "two-codes", "The same unknown parent has one of two codes in turn.", "ERR-3", "ERR-8")
def _err_9_two_codes(_: Contract) -> Change | None:
    turns = itertools.cycle((False, True))

    def row(self: Any, case: ErrorCase, target: str) -> ErrorRow:
        found: ErrorRow = inherited(self, "row", case, target)
        if case is ErrorCase.NO_PARENT and next(turns):
            other = inherited(self, "row", ErrorCase.NO_CONNECTION, target)
            return ErrorRow(other.status, other.code, other.message)
        return found

    return part("errors", row=row)
