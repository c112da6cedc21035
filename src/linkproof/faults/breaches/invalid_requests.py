"""Faults in the answers to invalid requests: what is unknown, malformed or out of range."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import MISSING, NOT_JSON, at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has, unknown_statuses
from linkproof.faults.edits import (
    error_responses,
    every_answer,
    fail_with_500,
    inherited,
    is_decision,
    part,
    raw,
    role_of,
)
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase, ErrorRow
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.messages import Answer, Asked

# ERR-3


@fault("ERR-3", "unknown-400", "Something unknown is answered with 400.")
def _err_3_unknown_400(contract: Contract) -> Change | None:
    if not has(contract, Role.GET) or 400 in contract.error.not_found:
        return None
    return error_responses(lambda _, answer: setattr(answer, "status", 400), 404, when=lambda a: role_of(a) is Role.GET)


@fault(
    "ERR-3", "unknown-is-empty", "Get of an unknown connection is answered with 200 and no members.", "SHP-1", "STA-5"
)
def _err_3_unknown_is_empty(contract: Contract) -> Change | None:
    if not has(contract, Role.GET):
        return None

    def get(self: Any, asked: Asked, collection: Any) -> Answer:
        answer: Answer = inherited(self, "get", asked, collection)
        return Answer(200, {}) if answer.status in unknown_statuses(contract) else answer

    return part("service", get=get)


@fault("ERR-3", "unknown-parent-is-empty", "The list below an unknown parent is empty.")
def _err_3_unknown_parent_is_empty(contract: Contract) -> Change | None:
    def respond(self: Any, asked: Asked) -> Answer:
        answer: Answer = inherited(self, "respond", asked)
        code = at(answer.value, contract.error.code)
        wanted = self.errors.of(ErrorCase.NO_PARENT).code
        if role_of(asked) is Role.LIST and code == wanted:
            more = {contract.list.total: 0} if contract.list.total else {}
            return Answer(200, self.presenter.page([], more))
        return answer

    return part("service", respond=respond) if has(contract, Role.LIST) and not contract.decide.parent else None


@fault("ERR-3", "unknown-parent-decides", "A decision below an unknown parent is made, and names no failure.", "STA-3")
def _err_3_unknown_parent_decides(contract: Contract) -> Change | None:
    def respond(self: Any, asked: Asked) -> Answer:
        answer: Answer = inherited(self, "respond", asked)
        is_unknown = at(answer.value, contract.error.code) == self.errors.of(ErrorCase.NO_PARENT).code
        return Answer(200, self.presenter.failures({})) if is_unknown else answer

    return part("service", respond=respond) if contract.decide.parent else None


@fault("ERR-3", "unknown-approved", "A decision on an unknown connection is answered with success.")
def _err_3_unknown_approved(contract: Contract) -> Change | None:
    if not contract.decide.subject or contract.decide.failures:
        return None

    def decide(self: Any, asked: Asked, collection: Any) -> Answer:
        answer: Answer = inherited(self, "decide", asked, collection)
        if answer.status == 404:
            return Answer(200, self.presenter.decided(collection.in_order()[0]))
        return answer

    return part("service", decide=decide)


# ERR-4


@fault("ERR-4", "version-not-needed", "A request without api-version is served.", "STA-3")
def _err_4_version_not_needed(contract: Contract) -> Change | None:
    def version(self: Any, asked: Asked) -> Any:
        return inherited(self, "version", asked) if asked.parameter(contract.version_parameter) else None

    return part("rules", version=version) if contract.version_parameter else None


@fault("ERR-4", "version-not-needed-to-write", "A decision without api-version is made.", "STA-3")
def _err_4_version_not_needed_to_write(contract: Contract) -> Change | None:
    if not contract.version_parameter or not has(contract, Role.DECIDE):
        return None

    def version(self: Any, asked: Asked) -> Any:
        return None if asked.method == "PUT" else inherited(self, "version", asked)

    return part("rules", version=version)


@fault("ERR-4", "any-version", "An unknown api-version is served.", "STA-3")
def _err_4_any_version(contract: Contract) -> Change | None:
    def version(self: Any, asked: Asked) -> Any:
        return None if asked.parameter(contract.version_parameter) else inherited(self, "version", asked)

    return part("rules", version=version) if contract.version_parameter else None


@fault("ERR-4", "another-code", "A request without api-version is refused with a generic code.")
def _err_4_another_code(contract: Contract) -> Change | None:
    def row(self: Any, case: ErrorCase, target: str) -> ErrorRow:
        found: ErrorRow = inherited(self, "row", case, target)
        return ErrorRow(found.status, "BadRequest", found.message) if case is ErrorCase.NO_VERSION else found

    return part("errors", row=row) if contract.version_parameter else None


# ERR-5


def _instead(contract: Contract, cases: set[ErrorCase], edit: Any) -> Change | None:
    """Replace the error response to a body with one of these error cases."""
    if not has(contract, Role.DECIDE):
        return None

    def body(self: Any, asked: Asked) -> Any:
        error = inherited(self, "body", asked)
        return edit(self, asked, error) if error is not None and error.case in cases else error

    return part("rules", body=body)


def _approving(contract: Contract, asked: Asked) -> None:
    """Rewrite a request as an approval of the connection that it names."""
    body: dict[str, Any] = {}
    if contract.decide.decision:
        place(body, contract.decide.decision, contract.decide.words["approve"])
    if contract.decide.subject:
        place(body, contract.decide.subject, at(asked.value, contract.decide.subject))
    asked.__dict__["value"] = body


def _with_a_parent(rules: Any, asked: Asked, error: Any) -> Any:
    """Rewrite a request without a parent to name the first one; keep the error response for an unknown parent."""
    own = rules.contract.decide
    if error.target != own.parent or not isinstance(at(asked.value, own.subjects), list):
        return error
    place(asked.value, own.parent, next(iter(read_fixtures(rules.contract).parents)).path[own.parent.strip("/")])
    return None


@fault("ERR-5", "missing-member-approves", "A body that lacks a required member approves.", "STA-3", "ENM-2")
def _err_5_missing_member_approves(contract: Contract) -> Change | None:
    decide = contract.by_role(Role.DECIDE)
    if decide is None or decide.request is None or decide.request.fits({}):
        return None  # nothing is required
    if contract.decide.parent:
        return _instead(contract, {ErrorCase.LACKS_MEMBER}, _with_a_parent)

    def edit(_: Any, asked: Asked, error: Any) -> Any:
        subject = at(asked.value, contract.decide.subject) if contract.decide.subject else "x"
        pointer = contract.decide.decision
        if (pointer and at(asked.value, pointer) is not MISSING) or not isinstance(subject, str):
            return error
        _approving(contract, asked)
        return None

    return _instead(contract, {ErrorCase.BODY}, edit)


@fault("ERR-5", "not-json-415", "A body that is not JSON is answered with 415.")
def _err_5_not_json_415(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if is_decision(asked) and asked.value is NOT_JSON and answer.status == 400:
            answer.status = 415

    return every_answer(hook) if has(contract, Role.DECIDE) and not contract.error.table else None


@fault("ERR-5", "empty-is-done", "An empty body is answered with 200.", "STA-3", "SHP-1")
def _err_5_empty_is_done(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if is_decision(asked) and asked.value is MISSING and answer.status == 400:
            answer.status, answer.value = 200, {}

    return every_answer(hook) if has(contract, Role.DECIDE) and not contract.by_name else None


@fault("ERR-5", "array-fails", "A body that is an array fails the service.", "HDR-5")
def _err_5_array_fails(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if is_decision(asked) and isinstance(asked.value, list) and answer.status == 400:
            fail_with_500(answer, contract)

    return every_answer(hook) if has(contract, Role.DECIDE) and not contract.by_name else None


# ERR-6


def _limited(contract: Contract) -> bool:
    """Whether a parameter of the parent's path has limits."""
    parameters = [p for o in contract.operations for p in o.parameters if p.place == "path" and p.limited]
    return any(p.name in contract.parent_parameters for p in parameters)


@fault("ERR-6", "limits-unchecked", "A path parameter outside its limits is served like a valid one.", "ERR-3")
def _err_6_limits_unchecked(contract: Contract) -> Change | None:
    if "path-limits" not in contract.capabilities or not _limited(contract):
        return None

    def respond(self: Any, asked: Asked) -> Answer:
        first = self.store.collections[0].path
        wrong = [p for p in (asked.operation.parameters if asked.operation else ()) if p.place == "path"]
        wrong = [p for p in wrong if p.name in first and not p.allows(asked.parameters.get(p.name, ""))]
        asked.parameters = {**asked.parameters, **{p.name: first[p.name] for p in wrong}}
        return inherited(self, "respond", asked)  # type: ignore[no-any-return]

    return part("service", respond=respond)


@fault("ERR-6", "too-long-fails", "A path parameter that is too long fails the service.", "HDR-5")
def _err_6_too_long_fails(contract: Contract) -> Change | None:
    if not any("maxLength" in p.schema for o in contract.operations for p in o.parameters if p.place == "path"):
        return None

    def hook(asked: Asked, answer: Answer) -> None:
        if answer.status == 400 and any(len(v) > 90 for v in asked.parameters.values()):
            fail_with_500(answer, contract)

    return every_answer(hook)


@fault("ERR-6", "outside-is-empty", "The list below a parent outside its limits is empty.", "ERR-3")
def _err_6_outside_is_empty(contract: Contract) -> Change | None:
    if "path-limits" not in contract.capabilities or not _limited(contract) or not has(contract, Role.LIST):
        return None

    def respond(self: Any, asked: Asked) -> Answer:
        answer: Answer = inherited(self, "respond", asked)
        outside = at(answer.value, contract.error.code) == self.errors.of(ErrorCase.PATH_LIMIT).code
        if outside and role_of(asked) is Role.LIST:
            return Answer(200, self.presenter.page([], {}))
        return answer

    return part("service", respond=respond)


# ERR-7


@fault("ERR-7", "post-is-a-get", "An undocumented method is answered like GET.", "SHP-2")
def _err_7_post_is_a_get(contract: Contract) -> Change | None:
    def respond(self: Any, asked: Asked) -> Answer:
        if asked.operation is None and asked.template and not asked.poll:
            reads = (Role.LIST, Role.GET)
            known = (o for o in self.contract.operations if o.path == asked.template)
            found = asked.operation = next((o for o in known if o.method == "GET" or o.role in reads), None)
            asked.body = f"{contract.protocol.operation}={found.id}".encode() if contract.by_name and found else b""
        return inherited(self, "respond", asked)  # type: ignore[no-any-return]

    return part("service", respond=respond) if has(contract, Role.LIST) else None


@fault("ERR-7", "method-501", "An undocumented method is answered with 501.", "HDR-5", "ERR-8")
def _err_7_method_501(_: Contract) -> Change | None:
    return error_responses(lambda _, answer: setattr(answer, "status", 501), 405)


@fault("ERR-7", "method-without-body", "An undocumented method is refused without an error body.", "ERR-1", "ERR-8")
def _err_7_method_without_body(_: Contract) -> Change | None:
    return error_responses(raw(""), 405)


@fault("ERR-7", "patch-deletes", "PATCH, which is undocumented, deletes.", "STA-3", "SHP-2")
def _err_7_patch_deletes(contract: Contract) -> Change | None:
    if not has(contract, Role.DELETE) or any(o.method == "PATCH" for o in contract.operations):
        return None

    def respond(self: Any, asked: Asked) -> Answer:
        if asked.method == "PATCH" and asked.name and asked.operation is None:
            collection = self.store.collection(asked.parameters)
            if collection is not None:
                self.store.remove(collection, asked.name)
            return Answer(204)
        return inherited(self, "respond", asked)  # type: ignore[no-any-return]

    return part("service", respond=respond)
