"""Faults in error responses, credentials, header fields and throttling."""

from __future__ import annotations

import itertools
from typing import Any

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP, at, place
from linkproof.contract.model import Contract, Role
from linkproof.faults.edits import (
    answers,
    error_responses,
    has,
    inherited,
    message_says,
    part,
    put,
    raw,
    role_of,
    speaks_json,
    unknown_statuses,
)
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase, ErrorRow
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.messages import Answer, Asked

_PAGE = "<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"


def _fails(answer: Answer, contract: Contract) -> None:
    """Make an answer a 500 with the contract's error body."""
    answer.status, answer.raw, answer.value = 500, None, {}
    code = next((r.code for r in contract.error.table if r.status == 500), "InternalServerError")
    place(answer.value, contract.error.code, code)
    place(answer.value, contract.error.message, "The server met an unexpected condition.")


def _body_sent(asked: Asked) -> bool:
    return role_of(asked) is Role.DECIDE and asked.operation is not None


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
    if not speaks_json(contract):
        return None
    return error_responses(lambda _, answer: put(contract.error.code, lambda _: 404)(answer.value), 404)


@fault("ERR-1", "html", "A 404 is a page of HTML.", "SHP-3", "ERR-3", "ERR-8")
def _err_1_html(contract: Contract) -> Change | None:
    return error_responses(raw(_PAGE, "text/html"), *unknown_statuses(contract))


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


# ERR-3


@fault("ERR-3", "unknown-400", "Something unknown is answered with 400.")
def _err_3_unknown_400(contract: Contract) -> Change | None:
    if not has(contract, Role.GET):
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
        return Answer(200, {}) if answer.status == 404 else answer

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


@fault("ERR-4", "another-code", "Without api-version the code is a general one.")
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
        if at(asked.value, contract.decide.decision) is not MISSING or not isinstance(subject, str):
            return error
        _approving(contract, asked)
        return None

    return _instead(contract, {ErrorCase.BODY}, edit)


@fault("ERR-5", "not-json-415", "A body that is not JSON is answered with 415.")
def _err_5_not_json_415(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if _body_sent(asked) and asked.value is NOT_JSON and answer.status == 400:
            answer.status = 415

    return (lambda b: b.finishing(hook)) if has(contract, Role.DECIDE) and not contract.error.table else None


@fault("ERR-5", "empty-is-done", "An empty body is answered with 200.", "STA-3", "SHP-1")
def _err_5_empty_is_done(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if _body_sent(asked) and asked.value is MISSING and answer.status == 400:
            answer.status, answer.value = 200, {}

    return (lambda b: b.finishing(hook)) if has(contract, Role.DECIDE) and not contract.by_name else None


@fault("ERR-5", "array-fails", "A body that is an array fails the service.", "HDR-5")
def _err_5_array_fails(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if _body_sent(asked) and isinstance(asked.value, list) and answer.status == 400:
            _fails(answer, contract)

    return (lambda b: b.finishing(hook)) if has(contract, Role.DECIDE) and not contract.by_name else None


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
            _fails(answer, contract)

    return lambda b: b.finishing(hook)


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


# HDR-1


@fault("HDR-1", "no-id", "Answers have no request id.")
def _hdr_1_no_id(contract: Contract) -> Change | None:
    name = contract.request_id_header
    return (lambda b: b.finishing(lambda _, answer: answer.drop(name))) if name else None


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
        return None if _body_sent(asked) else inherited(self, "admit", asked)

    return part("authentication", admit=admit)


@fault("HDR-2", "403", "A request without a credential is answered with 403.", "ERR-8")
def _hdr_2_403(_: Contract) -> Change | None:
    return error_responses(lambda _, answer: setattr(answer, "status", 403), 401)


@fault("HDR-2", "401-as-html", "A 401 is a page of HTML.", "ERR-1", "SHP-3", "ERR-8")
def _hdr_2_401_as_html(_: Contract) -> Change | None:
    return error_responses(raw(_PAGE, "text/html"), 401)


# HDR-3


def _throttled(contract: Contract, edit: Any) -> Change:
    """Throttle every fifth list, or every fifth Get where there is no list."""
    turns = itertools.count(1)
    role = Role.LIST if has(contract, Role.LIST) else Role.GET

    def hook(asked: Asked, answer: Answer) -> None:
        if role_of(asked) is role and answer.status == 200 and next(turns) % 5 == 0:
            answer.status, answer.value = 429, {}
            place(answer.value, contract.error.code, (*contract.error.throttled, "TooManyRequests")[0])
            place(answer.value, contract.error.message, "Too many requests.")
            edit(asked, answer)

    return lambda b: b.finishing(hook)


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
        if _body_sent(asked) and len(asked.body) > 100_000:
            _fails(answer, contract)

    return (lambda b: b.finishing(hook)) if has(contract, Role.DECIDE) else None


@fault("HDR-5", "deep-body", "A deeply nested body fails the service.", "ERR-5", "ERR-8")
def _hdr_5_deep_body(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if _body_sent(asked) and (asked.value is TOO_DEEP or asked.body.count(b"[") > 1000):
            _fails(answer, contract)

    return (lambda b: b.finishing(hook)) if has(contract, Role.DECIDE) else None


@fault("HDR-5", "null-member", "A member that is null fails the service.", "ERR-5", "ERR-8")
def _hdr_5_null_member(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if _body_sent(asked) and isinstance(asked.value, dict) and None in asked.value.values():
            _fails(answer, contract)

    return (lambda b: b.finishing(hook)) if has(contract, Role.DECIDE) and not contract.by_name else None


@fault("HDR-5", "odd-query", "An unknown query parameter fails the service.")
def _hdr_5_odd_query(contract: Contract) -> Change | None:
    role = Role.LIST if has(contract, Role.LIST) else Role.GET

    def hook(asked: Asked, answer: Answer) -> None:
        if role_of(asked) is role and any(k == "unknown" for k, _ in asked.query):
            _fails(answer, contract)

    return None if contract.by_name else lambda b: b.finishing(hook)


@fault("HDR-5", "odd-name", "A name that is not ASCII fails the service.", "ERR-3")
def _hdr_5_odd_name(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if role_of(asked) is Role.GET and "%CE" in asked.path.upper():
            _fails(answer, contract)

    return (lambda b: b.finishing(hook)) if has(contract, Role.GET) else None


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

    return lambda b: b.finishing(hook)


@fault("HDR-6", "in-a-description", "A list repeats the credential in a member.", "SHP-4", "STA-6", "PAG-4")
def _hdr_6_in_a_description(_: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        answer.value["debug"] = _credential(asked)

    return answers(edit, Role.LIST)
