"""Faults in the schemas, statuses and formats of answers."""

from __future__ import annotations

from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import NESTED, has, leaf, leaves, paged, required, speaks_json, text_leaf
from linkproof.faults.edits import answers, connections, every_answer, inherited, on_later_pages, part
from linkproof.faults.json_edits import drop, put
from linkproof.faults.registry import Change, fault
from linkproof.mock.messages import Answer, Asked


def _nested(contract: Contract) -> bool:
    return any(p.startswith(NESTED) for p in leaves(contract))


# SHP-1


@fault("SHP-1", "text-as-number", "A string is sent as a number.")
def _shp_1_text_as_number(contract: Contract) -> Change | None:
    return connections(put(text_leaf(contract), lambda _: 7)) if speaks_json(contract) else None


@fault("SHP-1", "null-in-lists", "A member that has no null is null, in lists only.")
def _shp_1_null_in_lists(contract: Contract) -> Change | None:
    pointer = contract.member.provisioning or "/domain_id"
    return connections(put(pointer, lambda _: None), Role.LIST) if pointer in leaves(contract) else None


@fault("SHP-1", "time-without-zone", "A date-time has no offset.")
def _shp_1_time_without_zone(contract: Contract) -> Change | None:
    pointer = leaf(contract, lambda _, s: s.get("format") == "date-time")
    return connections(put(pointer, lambda v: str(v).rstrip("Z"))) if pointer else None


@fault("SHP-1", "required-absent-later", "From the second page on, the items lack a required member.", "SHP-5")
def _shp_1_required_absent_later(contract: Contract) -> Change | None:
    if not paged(contract):
        return None
    pointer = contract.member.name or contract.member.status
    return connections(drop(pointer), Role.LIST, when=on_later_pages)


@fault("SHP-1", "state-absent", "A connection has no state, which is required.", "STA-1")
def _shp_1_state_absent(contract: Contract) -> Change | None:
    pointer = contract.member.status.rsplit("/status", 1)[0] or contract.member.status
    return connections(drop(pointer)) if pointer and required(contract, pointer) else None


@fault("SHP-1", "decision-answered-empty", "A decision is answered with an empty object.", "STA-1")
def _shp_1_decision_answered_empty(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        answer.value = {}

    return answers(edit, Role.DECIDE) if has(contract, Role.DECIDE) else None


@fault("SHP-1", "cut-short", "The body of a single answer is cut short: it is not JSON.", "STA-6", "PAG-1")
def _shp_1_cut_short(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        answer.raw = answer.content()[:-1]

    return answers(edit, Role.GET if has(contract, Role.GET) else Role.DECIDE)


@fault("SHP-1", "nested-number", "In a connection inside a resource, the private endpoint's id is a number.")
def _shp_1_nested_number(contract: Contract) -> Change | None:
    if not _nested(contract):
        return None
    return connections(put(f"{NESTED}/properties/privateEndpoint/id", lambda _: 12))


@fault("SHP-1", "flag-as-text", "A boolean or a whole number comes as a string, in Get only.", "STA-6")
def _shp_1_flag_as_text(contract: Contract) -> Change | None:
    pointer = leaf(contract, lambda p, s: s.get("type") in ("boolean", "integer") and p != "/marker_id")
    return connections(put(pointer, str), Role.GET) if pointer and has(contract, Role.GET) else None


@fault("SHP-1", "total-as-text", "The number of items is a string.", "PAG-6")
def _shp_1_total_as_text(contract: Contract) -> Change | None:
    total = contract.list.total

    def edit(_: Asked, answer: Answer) -> None:
        put(total, str)(answer.value)

    return answers(edit, Role.LIST) if total else None


# SHP-2


def _status(status: int, *roles: Role) -> Change:
    def edit(_: Asked, answer: Answer) -> None:
        answer.status = status if answer.status in (200, 201) else answer.status

    return answers(edit, *roles)


@fault("SHP-2", "list-206", "A list is answered with 206.", "PAG-2", "PAG-4")
def _shp_2_list_206(_: Contract) -> Change | None:
    return _status(206, Role.LIST)


@fault("SHP-2", "get-203", "Get is answered with 203.")
def _shp_2_get_203(contract: Contract) -> Change | None:
    return _status(203, Role.GET) if has(contract, Role.GET) else None


@fault("SHP-2", "decision-207", "A decision that was made is answered with 207.", "LRO-3")
def _shp_2_decision_207(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or not operation.statuses_said or not {200, 201} & set(operation.responses):
        return None
    return _status(207, Role.DECIDE)


@fault("SHP-2", "absent-deleted-203", "Deleting what is not there is answered with 203.", "STA-5")
def _shp_2_absent_deleted_203(contract: Contract) -> Change | None:
    def delete(self: Any, asked: Asked, collection: Any) -> Answer:
        absent = collection.find(asked.name) is None
        answer: Answer = inherited(self, "delete", asked, collection)
        return Answer(203, {}) if absent and answer.status in (204, 404) else answer

    return part("service", delete=delete) if has(contract, Role.DELETE) else None


@fault("SHP-2", "tags-201", "A change of tags is answered with 201.")
def _shp_2_tags_201(contract: Contract) -> Change | None:
    return _status(201, Role.TAGS) if has(contract, Role.TAGS) else None


# SHP-3


@fault("SHP-3", "text-plain", "Bodies are labelled text/plain.")
def _shp_3_text_plain(_: Contract) -> Change | None:
    return part("authentication", content_type=lambda _: "text/plain; charset=utf-8")


@fault("SHP-3", "list-text-json", "Lists are labelled text/json.")
def _shp_3_list_text_json(_: Contract) -> Change | None:
    return answers(lambda _, answer: answer.put("Content-Type", "text/json"), Role.LIST)


@fault("SHP-3", "errors-without-label", "Errors have no Content-Type.", "ERR-1")
def _shp_3_errors_without_label(_: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        if answer.status >= 400:
            answer.drop("Content-Type")

    return every_answer(hook)


@fault("SHP-3", "decision-as-xml", "The answer to a decision is labelled application/xml.")
def _shp_3_decision_as_xml(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or not speaks_json(contract):
        return None
    return answers(lambda _, answer: answer.put("Content-Type", "application/xml"), Role.DECIDE)


# SHP-4


@fault("SHP-4", "unknown-member", "A connection has an undocumented member.")
def _shp_4_unknown_member(_: Contract) -> Change | None:
    return connections(lambda value: value.update(internalRow=4711))


@fault("SHP-4", "unknown-in-lists", "In lists, the properties have an undocumented member.", "STA-6")
def _shp_4_unknown_in_lists(contract: Contract) -> Change | None:
    def edit(value: dict[str, Any]) -> None:
        value.get("properties", value)["shard"] = "b"

    return connections(edit, Role.LIST) if contract.member.status or contract.member.provisioning else None


@fault("SHP-4", "unknown-in-system-data", "systemData has an undocumented member.")
def _shp_4_unknown_in_system_data(contract: Contract) -> Change | None:
    if not any(p.startswith("/systemData/") for p in leaves(contract)):
        return None
    return connections(lambda value: value.get("systemData", {}).update(createdFrom="portal"))


@fault("SHP-4", "unknown-in-nested", "A connection inside a resource has an undocumented member.")
def _shp_4_unknown_in_nested(contract: Contract) -> Change | None:
    def edit(value: dict[str, Any]) -> None:
        for nested in value.get("properties", {}).get("privateEndpointConnections", ()):
            nested.get("properties", {})["groupIds"] = ["dicom"]

    return connections(edit) if _nested(contract) else None
