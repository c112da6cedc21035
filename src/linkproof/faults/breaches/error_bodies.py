"""Faults in what an error body says, and in what it gives away."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has, speaks_json, unknown_statuses
from linkproof.faults.edits import HTML_PAGE, error_responses, message_says, raw
from linkproof.faults.json_edits import put
from linkproof.faults.registry import Change, fault
from linkproof.mock.messages import Answer, Asked

# ERR-1


@fault("ERR-1", "no-message", "Errors have no message.")
def _err_1_no_message(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        container: Any = at(answer.value, contract.error.message.rsplit("/", 1)[0])
        if isinstance(container, dict):
            container.pop(contract.error.message.rsplit("/", 1)[1], None)

    return error_responses(edit)


@fault("ERR-1", "empty-code", "Errors have an empty code.", "ERR-8")
def _err_1_empty_code(contract: Contract) -> Change | None:
    return error_responses(lambda _, answer: put(contract.error.code, lambda _: "")(answer.value))


@fault("ERR-1", "number-as-code", "The code of a 404 is the number 404.", "ERR-8", "ERR-3")
def _err_1_number_as_code(contract: Contract) -> Change | None:
    if not speaks_json(contract) or 404 not in contract.error.not_found:
        return None
    return error_responses(lambda _, answer: put(contract.error.code, lambda _: 404)(answer.value), 404)


@fault("ERR-1", "html", "A 404 is a page of HTML.", "SHP-3", "ERR-3", "ERR-8")
def _err_1_html(contract: Contract) -> Change | None:
    return error_responses(raw(HTML_PAGE, "text/html"), *unknown_statuses(contract))


@fault("ERR-1", "flat", "Code and message are at the top level.", "ERR-3")
def _err_1_flat(_: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        error = answer.value.get("error") if isinstance(answer.value, dict) else None
        answer.value = error if isinstance(error, dict) else {"error": answer.value}

    return error_responses(edit)


@fault("ERR-1", "nested-detail", "In the details of an error, an entry has no message.")
def _err_1_nested_detail(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        inner = [{"code": "Inner"}]
        answer.value["error"]["details"] = [{"code": "Outer", "message": "See below.", "details": inner}]

    return error_responses(edit, 404) if contract.error.code == "/error/code" else None


@fault("ERR-1", "target-as-object", "The target of an error is an object.")
def _err_1_target_as_object(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        answer.value["error"]["target"] = {"parameter": "name"}

    return error_responses(edit, 404) if contract.error.code == "/error/code" else None


# ERR-2


@fault("ERR-2", "stack-trace", "The message of a bad body is a stack trace.")
def _err_2_stack_trace(contract: Contract) -> Change | None:
    text = 'Traceback (most recent call last):\n  File "/srv/app/api.py", line 88, in put\nKeyError: 0'
    return message_says(contract, text) if has(contract, Role.DECIDE) else None


@fault("ERR-2", "exception-type", "A message names an exception's type.")
def _err_2_exception_type(contract: Contract) -> Change | None:
    return message_says(contract, "System.NullReferenceException: Object reference not set to an instance.")


@fault("ERR-2", "path-in-not-found", "The message of a 404 names a file.")
def _err_2_path_in_not_found(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        put(contract.error.message, lambda _: "Cannot open C:\\inetpub\\wwwroot\\pec\\store.json")(answer.value)

    return error_responses(edit, *unknown_statuses(contract))


@fault("ERR-2", "sql", "A message has the database's statement.")
def _err_2_sql(contract: Contract) -> Change | None:
    return message_says(contract, "no rows: SELECT id, state FROM connections WHERE name = 'x' AND parent = 7")
