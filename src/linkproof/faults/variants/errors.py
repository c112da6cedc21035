"""Variants of error responses."""

from __future__ import annotations

import itertools
from typing import Any

from linkproof.base.json_values import place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import beside_the_error, has
from linkproof.faults.edits import error_responses, every_answer, inherited, message_says, part, role_of
from linkproof.faults.json_edits import put
from linkproof.faults.registry import Change, variant
from linkproof.mock.error_responses import ErrorCase, ErrorRow
from linkproof.mock.messages import Answer, Asked


def _has_nested_errors(contract: Contract) -> bool:
    return contract.error.code == "/error/code"


# errors


def _erring(contract: Contract, **members: Any) -> Change | None:
    """Add members to error bodies."""
    if not _has_nested_errors(contract):
        return None

    def edit(_: Asked, answer: Answer) -> None:
        if isinstance(answer.value, dict) and isinstance(answer.value.get("error"), dict):
            answer.value["error"].update(members)

    return error_responses(edit)


@variant("ERR-1", "null-details", "details is null.")
def _err_1_null_details(contract: Contract) -> Change | None:
    return _erring(contract, details=None)


@variant("ERR-1", "null-target", "target is null.")
def _err_1_null_target(contract: Contract) -> Change | None:
    return _erring(contract, target=None)


@variant("ERR-1", "nested-details", "details has an entry that itself has details.")
def _err_1_nested_details(contract: Contract) -> Change | None:
    inner: dict[str, Any] = {"code": "Inner", "message": "More.", "target": None, "details": []}
    return _erring(contract, details=[{"code": "Outer", "message": "Further.", "details": [inner]}])


@variant("ERR-1", "more-info", "additionalInfo has undocumented members.")
def _err_1_more_info(contract: Contract) -> Change | None:
    return _erring(contract, additionalInfo=[{"type": "PolicyViolation", "info": {"anything": [1, {"deep": True}]}}])


@variant("ERR-1", "in-chinese", "Messages are in Chinese.")
def _err_1_in_chinese(contract: Contract) -> Change | None:
    return message_says(contract, "请求无效：参数不正确。")


@variant("ERR-1", "in-german", "Messages are in German, and speak of files and selections.")
def _err_1_in_german(contract: Contract) -> Change | None:
    return message_says(contract, "Die Anfrage ist ungültig: bitte wählen Sie etwas aus (select one from the list).")


def _coded(cases: ErrorCase | tuple[ErrorCase, ...], made: Any) -> Change:
    """Replace the rows of some error cases."""
    wanted = (cases,) if isinstance(cases, ErrorCase) else cases

    def row(self: Any, which: ErrorCase, target: str) -> ErrorRow:
        found: ErrorRow = inherited(self, "row", which, target)
        return made(found) if which in wanted else found

    return part("errors", row=row)


@variant("ERR-3", "not-found", "Something unknown has the code NotFound.")
def _err_3_not_found(contract: Contract) -> Change | None:
    if not _has_nested_errors(contract):
        return None
    return _coded(
        ErrorCase.NO_CONNECTION, lambda row: ErrorRow(row.status, contract.error.codes["other_not_found"], row.message)
    )


@variant("ERR-3", "parent-by-its-code", "An unknown parent has the code ResourceNotFound.")
def _err_3_parent_by_its_code(contract: Contract) -> Change | None:
    if not _has_nested_errors(contract):
        return None
    return _coded(ErrorCase.NO_PARENT, lambda row: ErrorRow(row.status, contract.error.codes["not_found"], row.message))


@variant("ERR-3", "service-404", "An unknown service is answered with 404 and its code.")
def _err_3_service_404(contract: Contract) -> Change | None:
    if not contract.error.table or 404 not in contract.error.not_found:
        return None
    return _coded(ErrorCase.NO_PARENT, lambda row: ErrorRow(404, contract.error.codes["not_found"], row.message))


@variant("ERR-6", "limits-404", "A path parameter outside its limits is answered with 404.")
def _err_6_limits_404(contract: Contract) -> Change | None:
    if "path-limits" not in contract.capabilities:
        return None
    return _coded(ErrorCase.PATH_LIMIT, lambda row: ErrorRow(404, contract.error.codes["not_found"], row.message))


@variant("ERR-7", "methods-404", "An undocumented method is answered with 404.")
def _err_7_methods_404(contract: Contract) -> Change | None:
    code = contract.error.codes.get("no_method")
    return _coded(ErrorCase.METHOD, lambda row: ErrorRow(404, code, row.message)) if code else None


@variant("ERR-8", "prefix-spelled-otherwise", "Codes begin with Endpoint. in another case.")
def _err_8_prefix_spelled_otherwise(contract: Contract) -> Change | None:
    if not contract.error.table:
        return None
    made = put(contract.error.code, lambda v: str(v).replace("EndPoint.", "Endpoint."))
    return error_responses(lambda _, answer: made(answer.value))


@variant("ERR-8", "another-row", "A bad body has a code from a row of the table that the contract does not repeat.")
def _err_8_another_row(contract: Contract) -> Change | None:
    if not contract.error.table:
        return None
    return _coded(ErrorCase.BODY, lambda row: ErrorRow(row.status, contract.error.codes["unlisted"], row.message))


@variant("ERR-8", "empty-504", "An empty body is answered with 504 and its documented code.")
def _err_8_empty_504(contract: Contract) -> Change | None:
    if not contract.error.empty_body:
        return None
    return _coded(
        ErrorCase.EMPTY,
        lambda row: ErrorRow(contract.error.empty_body_status, contract.error.empty_body[0], row.message),
    )


@variant("ERR-8", "gateway-401", "A 401 comes from the gateway, with the gateway's code.")
def _err_8_gateway_401(contract: Contract) -> Change | None:
    if not contract.error.gateway_prefix:
        return None
    code = f"{contract.error.gateway_prefix}0301"
    credentials = (ErrorCase.NO_CREDENTIAL, ErrorCase.WRONG_CREDENTIAL)
    return _coded(credentials, lambda row: ErrorRow(401, code, row.message))


@variant("HDR-5", "large-400", "A body that is too large is answered with 400.")
def _hdr_5_large_400(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE):
        return None
    return _coded(ErrorCase.TOO_LARGE, lambda row: ErrorRow(400, _general(contract), row.message))


def _general(contract: Contract) -> str:
    return contract.error.codes["bad_request"]


@variant("HDR-3", "throttled", "Every ninth list is throttled, and says when to retry.")
def _hdr_3_throttled(contract: Contract) -> Change | None:
    turns = itertools.count(1)

    def hook(asked: Asked, answer: Answer) -> None:
        if role_of(asked) is Role.LIST and answer.status == 200 and next(turns) % 9 == 0:
            code = (*contract.error.throttled, "TooManyRequests")[0]
            usual_status = 400 if contract.error.throttled else 429
            answer.status = next((r.status for r in contract.error.table if r.code == code), usual_status)
            answer.value = dict.fromkeys(beside_the_error(contract), "x")
            place(answer.value, contract.error.code, code)
            place(answer.value, contract.error.message, "Too many requests.")
            answer.put("Retry-After", "1")

    return every_answer(hook)
