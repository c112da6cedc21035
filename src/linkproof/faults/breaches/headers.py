"""Faults in header fields: request ids, credentials, throttling, case, and robustness."""

from __future__ import annotations

import itertools
from typing import Any

from linkproof.base.json_values import TOO_DEEP, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has
from linkproof.faults.edits import (
    HTML_PAGE,
    answers,
    error_responses,
    every_answer,
    fail_with_500,
    inherited,
    is_decision,
    part,
    raw,
    role_of,
)
from linkproof.faults.json_edits import put
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked

# HDR-1


@fault("HDR-1", "no-id", "Answers have no request id.")
def _hdr_1_no_id(contract: Contract) -> Change | None:
    name = contract.request_id_header
    return every_answer(lambda _, answer: answer.drop(name)) if name else None


@fault("HDR-1", "errors-without-id", "Errors have no request id.")
def _hdr_1_errors_without_id(contract: Contract) -> Change | None:
    name = contract.request_id_header
    return error_responses(lambda _, answer: answer.drop(name)) if name else None


@fault("HDR-1", "id-twice", "Every second answer has the request id of the one before.")
def _hdr_1_id_twice(contract: Contract) -> Change | None:
    if not contract.request_id_header:
        return None
    numbers = itertools.count()

    def request_id(_: Any) -> str:
        return f"00000000-0000-4000-8000-{next(numbers) // 2:012d}"

    return part("authentication", request_id=request_id)


# HDR-2


@fault("HDR-2", "anybody", "Requests without a credential are served.", "STA-3")
def _hdr_2_anybody(_: Contract) -> Change | None:
    def admit(self: Any, asked: Asked) -> Any:
        return inherited(self, "admit", asked) if asked.headers.get(self._header) else None

    return part("authentication", admit=admit)


@fault("HDR-2", "any-token", "Any credential is right.", "STA-3")
def _hdr_2_any_token(_: Contract) -> Change | None:
    return part("authentication", right=lambda _, __: True)


@fault("HDR-2", "writes-unchecked", "Decisions need no credential.", "STA-3")
def _hdr_2_writes_unchecked(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE):
        return None

    def admit(self: Any, asked: Asked) -> Any:
        return None if is_decision(asked) else inherited(self, "admit", asked)

    return part("authentication", admit=admit)


@fault("HDR-2", "403", "A request without a credential is answered with 403.", "ERR-8")
def _hdr_2_403(_: Contract) -> Change | None:
    return error_responses(lambda _, answer: setattr(answer, "status", 403), 401)


@fault("HDR-2", "401-as-html", "A 401 is a page of HTML.", "ERR-1", "SHP-3", "ERR-8")
def _hdr_2_401_as_html(_: Contract) -> Change | None:
    return error_responses(raw(HTML_PAGE, "text/html"), 401)


# HDR-3


def _throttled(contract: Contract, edit: Any) -> Change:
    """Throttle every fifth list, or every fifth Get if there is no list."""
    turns = itertools.count(1)
    role = Role.LIST if has(contract, Role.LIST) else Role.GET

    def hook(asked: Asked, answer: Answer) -> None:
        if role_of(asked) is role and answer.status == 200 and next(turns) % 5 == 0:
            answer.status, answer.value = 429, {}
            place(answer.value, contract.error.code, (*contract.error.throttled, "TooManyRequests")[0])
            place(answer.value, contract.error.message, "Too many requests.")
            edit(asked, answer)

    return every_answer(hook)


@fault("HDR-3", "429-without-body", "A 429 has no body.", "ERR-1", "ERR-8")
def _hdr_3_429_without_body(contract: Contract) -> Change | None:
    return _throttled(contract, raw(""))


@fault("HDR-3", "429-without-retry-after", "A 429 does not say when to retry.")
def _hdr_3_429_without_retry_after(contract: Contract) -> Change | None:
    return _throttled(contract, lambda _, __: None) if not contract.error.throttled else None


@fault("HDR-3", "429-for-400", "Throttling is reported by 429, where 400 is documented.", "ERR-8")
def _hdr_3_429_for_400(contract: Contract) -> Change | None:
    return _throttled(contract, lambda _, __: None) if contract.error.throttled else None


# HDR-4


def _cased(contract: Contract, part_of: str) -> Change | None:
    """Answer 404 if one part of the path differs in case from the fixtures."""
    if "get" not in contract.capabilities or not contract.resource_type:
        return None

    def respond(self: Any, asked: Asked) -> Answer:
        home = self.store.collections[0].home
        known = {home.split("/")[i] for i in range(len(home.split("/")))} | {
            c.name for c in self.store.collections[0].connections.values()
        }
        lowered = {k.lower(): k for k in known}
        steps = asked.path.split("/")
        spots = {"name": steps[-1:], "group": steps[3:4], "provider": steps[5:7]}[part_of]
        if any(s not in known and s.lower() in lowered for s in spots):
            return self.refused(self.errors.of(ErrorCase.NO_CONNECTION))  # type: ignore[no-any-return]
        return inherited(self, "respond", asked)  # type: ignore[no-any-return]

    return part("service", respond=respond)


@fault("HDR-4", "name-by-case", "A name in another case is not found.", "ERR-3")
def _hdr_4_name_by_case(contract: Contract) -> Change | None:
    return _cased(contract, "name")


@fault("HDR-4", "groups-by-case", "resourcegroups in lower case is not found.", "ERR-3")
def _hdr_4_groups_by_case(contract: Contract) -> Change | None:
    return _cased(contract, "group")


@fault("HDR-4", "provider-by-case", "The provider in another case is not found.", "ERR-3")
def _hdr_4_provider_by_case(contract: Contract) -> Change | None:
    return _cased(contract, "provider")


# HDR-5


@fault("HDR-5", "large-body", "A large body fails the service.", "ERR-5", "ERR-8")
def _hdr_5_large_body(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if is_decision(asked) and len(asked.body) > 100_000:
            fail_with_500(answer, contract)

    return every_answer(hook) if has(contract, Role.DECIDE) else None


@fault("HDR-5", "deep-body", "A deeply nested body fails the service.", "ERR-5", "ERR-8")
def _hdr_5_deep_body(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if is_decision(asked) and (asked.value is TOO_DEEP or asked.body.count(b"[") > 1000):
            fail_with_500(answer, contract)

    return every_answer(hook) if has(contract, Role.DECIDE) else None


@fault("HDR-5", "null-member", "A member that is null fails the service.", "ERR-5", "ERR-8")
def _hdr_5_null_member(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if is_decision(asked) and isinstance(asked.value, dict) and None in asked.value.values():
            fail_with_500(answer, contract)

    return every_answer(hook) if has(contract, Role.DECIDE) and not contract.by_name else None


@fault("HDR-5", "odd-query", "An unknown query parameter fails the service.")
def _hdr_5_odd_query(contract: Contract) -> Change | None:
    role = Role.LIST if has(contract, Role.LIST) else Role.GET

    def hook(asked: Asked, answer: Answer) -> None:
        if role_of(asked) is role and any(k == "unknown" for k, _ in asked.query):
            fail_with_500(answer, contract)

    return None if contract.by_name else every_answer(hook)


@fault("HDR-5", "odd-name", "A name that is not ASCII fails the service.", "ERR-3")
def _hdr_5_odd_name(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if role_of(asked) is Role.GET and "%CE" in asked.path.upper():
            fail_with_500(answer, contract)

    return every_answer(hook) if has(contract, Role.GET) else None


# HDR-6


def _credential(asked: Asked) -> str:
    return asked.headers.get(asked.contract.authorization_header.lower(), "")


@fault("HDR-6", "in-401", "A 401 repeats the wrong credential.")
def _hdr_6_in_401(contract: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        if _credential(asked):
            said = f"The token {_credential(asked).rsplit(' ', 1)[-1]} is not valid."
            put(contract.error.message, lambda _: said)(answer.value)

    return error_responses(edit, 401)


@fault("HDR-6", "in-a-header", "Every answer repeats the credential in a header.")
def _hdr_6_in_a_header(_: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if _credential(asked):
            answer.put("x-debug-authorization", _credential(asked))

    return every_answer(hook)


@fault("HDR-6", "in-a-description", "A list repeats the credential in a member.", "SHP-4", "STA-6", "PAG-4")
def _hdr_6_in_a_description(_: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        answer.value["debug"] = _credential(asked)

    return answers(edit, Role.LIST)
