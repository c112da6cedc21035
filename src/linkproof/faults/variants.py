"""Variants: legal differences. A requirement blamed for one of these is a false alarm."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.model import Contract, Role
from linkproof.faults.edits import (
    answers,
    beside_the_error,
    both,
    connections,
    drop,
    error_responses,
    groups,
    has,
    inherited,
    leaves,
    linked,
    message_says,
    pages_by_link,
    part,
    polled,
    put,
    role_of,
    speaks_json,
)
from linkproof.faults.registry import Change, variant
from linkproof.mock.error_responses import ErrorCase, ErrorResponse, ErrorRow
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.operations import LongRunning
from linkproof.mock.paging import ListPage
from linkproof.mock.store import Collection, Connection


def _always(hook: Any) -> Change:
    return lambda b: b.finishing(hook)


def _has_nested_errors(contract: Contract) -> bool:
    return contract.error.code == "/error/code"


# bodies and their transport


@variant("SHP-1", "reordered", "The members of objects come in another order.")
def _shp_1_reordered(_: Contract) -> Change | None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: turned(v) for k, v in reversed(value.items())}
        return [turned(v) for v in value] if isinstance(value, list) else value

    def hook(_: Asked, answer: Answer) -> None:
        answer.value = turned(answer.value)

    return _always(hook)


@variant("SHP-3", "pretty", "JSON is indented, ends with a newline, and escapes what is not ASCII.")
def _shp_3_pretty(contract: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        if answer.has_body and answer.raw is None:
            answer.raw = (json.dumps(answer.value, indent=2) + "\n").encode()

    return _always(hook) if speaks_json(contract) else None


@variant("SHP-3", "pretty-xml", "XML is indented, and names no encoding.")
def _shp_3_pretty_xml(contract: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        if answer.has_body and answer.raw is None:
            root = ElementTree.fromstring(answer.content())
            ElementTree.indent(root)
            answer.raw = ElementTree.tostring(root)

    return None if speaks_json(contract) else _always(hook)


def _label(text: str) -> Change:
    return part("authentication", content_type=lambda _: text)


@variant("SHP-3", "no-charset", "Content-Type is application/json, without a charset.")
def _shp_3_no_charset(contract: Contract) -> Change | None:
    return _label(contract.protocol.response.media[-1])


@variant("SHP-3", "charset-spelled-otherwise", 'Content-Type is Application/JSON;Charset="UTF-8".')
def _shp_3_charset_spelled_otherwise(contract: Contract) -> Change | None:
    return _label('Application/JSON;Charset="UTF-8"') if speaks_json(contract) else _label('Text/XML;Charset="UTF-8"')


@variant("SHP-3", "odata-label", "Content-Type has a further parameter.")
def _shp_3_odata_label(contract: Contract) -> Change | None:
    return _label("application/json; odata.metadata=minimal; charset=utf-8") if speaks_json(contract) else None


@variant("SHP-3", "chunked", "Bodies are sent in chunks.", wire=True)
def _shp_3_chunked(_: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        if answer.has_body:
            answer.put("Transfer-Encoding", "chunked")

    return _always(hook)


@variant("SHP-3", "connection-closed", "Each answer ends the connection.", wire=True)
def _shp_3_connection_closed(_: Contract) -> Change | None:
    return _always(lambda _, answer: answer.put("Connection", "close"))


@variant("SHP-3", "compressed", "Bodies are compressed where the client allows it.")
def _shp_3_compressed(_: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if answer.has_body and "gzip" in asked.headers.get("accept-encoding", ""):
            answer.raw = gzip.compress(answer.content(), mtime=0)
            answer.put("Content-Encoding", "gzip")

    return _always(hook)


@variant("HDR-1", "more-headers", "Answers have additional header fields, in lower case.")
def _hdr_1_more_headers(_: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        answer.headers = [(k.lower(), v) for k, v in answer.headers]
        answer.put("x-correlation-request-id", "7f6b1a52-1111-4222-8333-0123456789ab")
        answer.put("strict-transport-security", "max-age=31536000; includeSubDomains")
        answer.put("cache-control", "no-cache")
        answer.put("x-content-type-options", "nosniff")

    return _always(hook)


# identity and members


@variant("SHP-5", "ids-in-lower-case", "Ids are in lower case.")
def _shp_5_ids_in_lower_case(contract: Contract) -> Change | None:
    return connections(put(contract.member.id, lambda v: str(v).lower())) if contract.resource_type else None


@variant("SHP-5", "groups-in-lower-case", "Ids write resourcegroups in lower case.")
def _shp_5_groups_in_lower_case(contract: Contract) -> Change | None:
    made = put(contract.member.id, lambda v: str(v).replace("/resourceGroups/", "/resourcegroups/"))
    return connections(made) if contract.resource_type else None


@variant("SHP-5", "type-in-lower-case", "Types are in lower case.")
def _shp_5_type_in_lower_case(contract: Contract) -> Change | None:
    return connections(put(contract.member.type, lambda v: str(v).lower())) if contract.member.type else None


@variant("SHP-5", "name-with-parent", "A name has the parent's name before it.")
def _shp_5_name_with_parent(contract: Contract) -> Change | None:
    if not contract.member.name:
        return None

    def edit(value: dict[str, Any]) -> None:
        steps = str(value.get("id", "")).split("/")
        if len(steps) > 3 and value.get("name") == steps[-1]:
            value["name"] = f"{steps[-3]}/{steps[-1]}"

    return connections(edit)


@variant("SHP-1", "lean", "Members that are not required are left out.")
def _shp_1_lean(contract: Contract) -> Change | None:
    known = leaves(contract)
    wanted = [p for p in ("/systemData", "/tags", "/etag", "/location") if any(k.startswith(p) for k in known)]
    return connections(_several(*wanted)) if wanted else None


def _several(*pointers: str) -> Any:
    def edit(value: dict[str, Any]) -> None:
        for pointer in pointers:
            drop(pointer)(value)

    return edit


@variant("SHP-1", "long-times", "Times have seven digits of a second, and an offset.")
def _shp_1_long_times(contract: Contract) -> Change | None:
    wanted = [p for p, s in leaves(contract).items() if s.get("format") == "date-time" and p.startswith("/systemData")]
    if not wanted:
        return None

    def made(value: Any) -> str:
        return str(value).removesuffix("Z")[:26].ljust(26, "0") + "0+00:00"

    def edit(value: dict[str, Any]) -> None:
        for pointer in wanted:
            put(pointer, made)(value)

    return connections(edit)


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


@variant("ERR-1", "nested-details", "details has an entry with details of its own.")
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
    return _coded(ErrorCase.METHOD, lambda row: ErrorRow(404, contract.error.codes["no_method"], row.message))


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

    return _always(hook)


# pages


@variant("PAG-5", "null-link", "The last page has a next link that is null.")
def _pag_5_null_link(contract: Contract) -> Change | None:
    return part("paging", end=lambda _: {contract.list.next_link: None}) if pages_by_link(contract) else None


@variant("PAG-5", "empty-page-first", "The first page is empty, and has a next link.")
def _pag_5_empty_page_first(contract: Contract) -> Change | None:
    if not pages_by_link(contract):
        return None

    def cut(self: Any, asked: Asked, every: list[Connection]) -> ListPage | ErrorResponse:
        if asked.parameter(self.token_name) is None and every:
            first = replace(every[0], number=0)
            return ListPage([], {contract.list.next_link: self.link(asked, self.token(first))})
        return inherited(self, "cut", asked, every)  # type: ignore[no-any-return]

    return linked(cut=cut)


@variant("PAG-4", "one-a-page", "A page has one item.")
def _pag_4_one_a_page(contract: Contract) -> Change | None:
    if not pages_by_link(contract):
        return None

    def cut(self: Any, asked: Asked, every: list[Connection]) -> ListPage | ErrorResponse:
        self.size = 1
        return inherited(self, "cut", asked, every)  # type: ignore[no-any-return]

    return linked(cut=cut)


@variant("PAG-4", "one-page", "All items are on one page.")
def _pag_4_one_page(contract: Contract) -> Change | None:
    if not pages_by_link(contract):
        return None

    def cut(self: Any, asked: Asked, every: list[Connection]) -> ListPage | ErrorResponse:
        self.size = 1000
        return inherited(self, "cut", asked, every)  # type: ignore[no-any-return]

    return linked(cut=cut)


@variant("PAG-4", "another-order", "A list has the newest connection first.")
def _pag_4_another_order(contract: Contract) -> Change | None:
    if contract.list.limit:
        return None

    def edit(asked: Asked, answer: Answer) -> None:
        at(answer.value, asked.contract.list.items).reverse()

    return answers(edit, Role.LIST)


@variant("PAG-2", "link-spelled-otherwise", "The next link writes the path in lower case, and has its version last.")
def _pag_2_link_spelled_otherwise(contract: Contract) -> Change | None:
    if not pages_by_link(contract):
        return None

    def link(_: Any, asked: Asked, token: str) -> str:
        path = asked.path.replace("/resourceGroups/", "/resourcegroups/")
        version = f"{contract.version_parameter}={contract.version}"
        return f"{asked.base}{path}?%24skipToken={token}&page=next&{version}"

    return part("paging", link=link)


# decisions and deletions


@variant("STA-1", "creating-first", "While a decision is put into effect, a list shows another documented state.")
def _sta_1_creating_first(contract: Contract) -> Change | None:
    if not contract.decide.subject or "creating" not in leaves(contract).get("/status", {}).get("enum", ()):
        return None

    def decide(self: Any, connection: Connection, decision: Any) -> None:
        inherited(self, "decide", connection, decision)
        vars(connection)["passing"] = 1

    def listed(self: Any, connection: Connection) -> dict[str, Any]:
        value: dict[str, Any] = inherited(self, "listed", connection)
        if vars(connection).pop("passing", 0) and connection.status == contract.states["approved"]:
            value["status"] = "creating"
        return value

    return both(part("store", decide=decide), part("presenter", listed=listed))


@variant("STA-5", "deleted-at-once", "Delete is done at once, and answered with 200 or 204.")
def _sta_5_deleted_at_once(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DELETE)
    bare = [s for s in (200, 204) if operation and s in operation.responses and operation.responses[s] is None]
    if not bare:
        return None
    turns = itertools.cycle(bare)

    def delete(self: Any, asked: Asked, collection: Collection) -> Answer:
        found = collection.find(asked.name)
        if asked.name.lower() in collection.busy:
            return inherited(self, "delete", asked, collection)  # type: ignore[no-any-return]
        if not found:
            return inherited(self, "delete", asked, collection)  # type: ignore[no-any-return]
        self.store.remove(collection, asked.name)
        return Answer(next(turns))

    return part("service", delete=delete)


@variant("STA-5", "again-404", "Deleting what is gone is answered with 404.")
def _sta_5_again_404(contract: Contract) -> Change | None:
    if not has(contract, Role.DELETE):
        return None

    def delete(self: Any, asked: Asked, collection: Collection) -> Answer:
        was_there = collection.find(asked.name) is not None
        answer: Answer = inherited(self, "delete", asked, collection)
        is_again = answer.status == 204 and not was_there
        return self.refused(self.errors.of(ErrorCase.NO_CONNECTION)) if is_again else answer

    return part("service", delete=delete)


@variant("STA-1", "at-once", "A decision that may go on is done at once: 200.")
def _sta_1_at_once(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or not operation.long_running or 202 not in operation.responses:
        return None

    def takes_long(self: Any, asked: Asked) -> bool:
        return role_of(asked) is not Role.DECIDE and bool(inherited(self, "takes_long", asked))

    def create(self: Any, asked: Asked, collection: Collection, name: str) -> Answer:
        answer: Answer = inherited(self, "create", asked, collection, name)
        answer.status = 200 if answer.status not in operation.responses else answer.status
        return answer

    return part("service", takes_long=takes_long, create=create)


@variant("STA-1", "goes-on-after-200", "A decision is answered with 200 and Creating, and continues.")
def _sta_1_goes_on_after_200(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or not operation.long_running or 202 in operation.responses or 200 not in operation.responses:
        return None
    documented = leaves(contract).get(contract.member.provisioning, {}).get("enum", ("Creating",))
    on_its_way = next((word for word in ("Creating", "Updating", "InProgress") if word in documented), "")
    if not on_its_way:
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        decision = self.rules.decision(asked)

        def apply() -> None:
            collection.busy.pop(found.name.lower(), None)
            self.store.decide(found, decision)

        collection.busy[found.name.lower()] = "deciding"
        found.provisioning = on_its_way
        started: Answer = self.operations.start(asked, apply, lambda: Answer(200, self.presenter.decided(found)))
        headers = [(k, v) for k, v in started.headers if k == self.contract.long_running.status_header]
        return Answer(200, self.presenter.decided(found), headers)

    return part("service", change=change)


@variant("ERR-3", "not-created", "A decision on an unknown connection is answered with 404.")
def _err_3_not_created(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or not {201, 202} & set(operation.responses) or contract.decide.subject:
        return None
    return part("rules", may_create=lambda _, __: False)


@variant("STA-9", "rejected-stays-rejected", "From rejected to approved is refused.")
def _sta_9_rejected_stays_rejected(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or contract.decide.final or contract.error.table:
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        wanted = self.rules.decision(asked).status
        if found.status == contract.states["rejected"] and wanted == contract.states["approved"]:
            return self.refused(replace(self.errors.of(ErrorCase.BUSY), code="ConnectionIsRejected"))  # type: ignore[no-any-return]
        return inherited(self, "change", asked, collection, found)  # type: ignore[no-any-return]

    return part("service", change=change)


@variant("STA-8", "read-only-400", "A body with a read-only member is refused with 400.")
def _sta_8_read_only_400(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or not contract.member.read_only:
        return None

    def shape(self: Any, operation: Any, schema: Any, value: dict[str, Any]) -> Any:
        if any(at(value, pointer) is not MISSING for pointer in contract.member.read_only):
            return self.errors.of(ErrorCase.BODY, "/id")
        return inherited(self, "shape", operation, schema, value)

    return part("rules", shape=shape)


# long-running operations


@variant("LRO-5", "no-retry-after", "There is no Retry-After.")
def _lro_5_no_retry_after(contract: Contract) -> Change | None:
    return _always(lambda _, answer: answer.drop("Retry-After")) if polled(contract) else None


@variant("LRO-5", "retry-at-once", "Retry-After is 0.")
def _lro_5_retry_at_once(contract: Contract) -> Change | None:
    return part("operations", retry_after=lambda _: "0") if polled(contract) else None


@variant("LRO-1", "location-only", "A 202 has the URL of the result, and none of the status.")
def _lro_1_location_only(contract: Contract) -> Change | None:
    return _always(lambda _, answer: answer.drop(contract.long_running.status_header)) if polled(contract) else None


@variant("LRO-2", "word-of-its-own", "An operation in progress has an undocumented status, and reports its percentage.")
def _lro_2_word_of_its_own(contract: Contract) -> Change | None:
    if not polled(contract):
        return None

    def status(self: Any, asked: Asked, running: LongRunning) -> Answer:
        answer: Answer = inherited(self, "status", asked, running)
        if running.ended is None:
            answer.value.update(status="Approving", percentComplete=40)
        return answer

    return part("operations", status=status)


@variant("LRO-2", "status-alone", "The status of an operation has nothing but its status.")
def _lro_2_status_alone(contract: Contract) -> Change | None:
    if not polled(contract):
        return None

    def status(self: Any, asked: Asked, running: LongRunning) -> Answer:
        answer: Answer = inherited(self, "status", asked, running)
        only: Mapping[str, Any] = {"status": answer.value["status"]}
        return Answer(200, dict(only))

    return part("operations", status=status)


@variant("LRO-3", "deleted-with-200", "The result of a Delete is 200.")
def _lro_3_deleted_with_200(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DELETE)
    if not polled(contract) or operation is None or operation.responses.get(200) is not None:
        return None

    def result(self: Any, asked: Asked, running: LongRunning) -> Answer:
        answer: Answer = inherited(self, "result", asked, running)
        return Answer(200) if answer.status == 204 else answer

    return part("operations", result=result)


@variant("LRO-4", "hidden-at-once", "What is being deleted is gone at once; its operation ends later.")
def _lro_4_hidden_at_once(contract: Contract) -> Change | None:
    if not polled(contract):
        return None

    def delete(self: Any, asked: Asked, collection: Collection) -> Answer:
        answer: Answer = inherited(self, "delete", asked, collection)
        if answer.status == 202:
            self.store.remove(collection, asked.name)
            collection.busy.pop(asked.name.lower(), None)
        return answer

    return part("service", delete=delete)


# groups


@variant("SHP-8", "group-in-another-case", "Connections spell their parent's groups in another case.")
def _shp_8_group_in_another_case(contract: Contract) -> Change | None:
    return groups(contract, str.upper)


@variant("SHP-8", "group-by-name", "Connections name groups by the name of the link resource; its group id is another.")
def _shp_8_group_by_name(contract: Contract) -> Change | None:
    if groups(contract, str) is None:
        return None

    def edit(_: Asked, answer: Answer) -> None:
        for value in at(answer.value, "/value") or [answer.value]:
            if isinstance(at(value, "/properties/groupId"), str):
                place(value, "/properties/groupId", "another-id")

    return answers(edit, Role.LINK_RESOURCES, Role.LINK_RESOURCE)
