"""Faults in success answers: schema, status, content type, identity, enumerations and numbers."""

from __future__ import annotations

from typing import Any

from linkproof.contract.model import Contract, Role
from linkproof.faults.edits import (
    answers,
    connections,
    drop,
    going_on,
    groups,
    has,
    inherited,
    leaf,
    leaves,
    on_later_pages,
    paged,
    part,
    put,
    raw,
    required,
    speaks_json,
    text_leaf,
)
from linkproof.faults.registry import Change, fault
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Connection

_NESTED = "/properties/privateEndpointConnections/*"


def _nested(contract: Contract) -> bool:
    return any(p.startswith(_NESTED) for p in leaves(contract))


# SHP-1


@fault("SHP-1", "text-as-number", "A member that is a string comes as a number.")
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
    return connections(put(f"{_NESTED}/properties/privateEndpoint/id", lambda _: 12))


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
    return _status(207, Role.DECIDE) if operation is not None and operation.statuses_said else None


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

    return lambda b: b.finishing(hook)


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


# SHP-5


@fault("SHP-5", "id-of-another", "id names another parent.")
def _shp_5_id_of_another(contract: Contract) -> Change | None:
    if not contract.resource_type:
        return None
    return connections(put(contract.member.id, lambda v: str(v).replace("/resourceGroups/", "/resourceGroups/other-")))


@fault("SHP-5", "name-of-parent-alone", "name is another word than the last segment of the id.")
def _shp_5_name_of_parent_alone(contract: Contract) -> Change | None:
    return connections(put(contract.member.name, lambda v: f"{v}-1")) if contract.member.name else None


@fault("SHP-5", "type-without-provider", "type lacks the provider's namespace.")
def _shp_5_type_without_provider(contract: Contract) -> Change | None:
    return connections(put(contract.member.type, lambda v: str(v).split("/", 1)[1])) if contract.member.type else None


@fault("SHP-5", "relative-id-later", "From the second page on, ids lack their leading slash.", "STA-6", "PAG-4")
def _shp_5_relative_id_later(contract: Contract) -> Change | None:
    if not contract.resource_type or not paged(contract):
        return None
    return connections(put(contract.member.id, lambda v: str(v).lstrip("/")), Role.LIST, when=on_later_pages)


@fault("SHP-5", "decided-type", "The answer to a decision has the type of the page's sample.", "LRO-3")
def _shp_5_decided_type(contract: Contract) -> Change | None:
    if not contract.member.type or not has(contract, Role.DECIDE):
        return None
    return connections(put(contract.member.type, lambda _: "Microsoft.Network/privateLinkServices"), Role.DECIDE)


# SHP-6


@fault("SHP-6", "endpoint-by-name", "privateEndpoint.id is a bare name.")
def _shp_6_endpoint_by_name(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint
    return connections(put(pointer, lambda v: str(v).rsplit("/", 1)[-1])) if pointer else None


@fault(
    "SHP-6", "endpoint-of-another-type", "In lists, privateEndpoint.id is the id of a private link service.", "STA-6"
)
def _shp_6_endpoint_of_another_type(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint

    def other(value: Any) -> str:
        return str(value).replace("/privateEndpoints/", "/privateLinkServices/")

    return connections(put(pointer, other), Role.LIST) if pointer else None


# SHP-8


@fault("SHP-8", "unknown-group", "A connection names a group that its parent does not have.")
def _shp_8_unknown_group(contract: Contract) -> Change | None:
    return groups(contract, lambda _: "another-group")


@fault("SHP-8", "one-unknown-group", "Beside its own, a connection names a group that its parent does not have.")
def _shp_8_one_unknown_group(contract: Contract) -> Change | None:
    pointer = next((p for p in contract.member.groups if f"{p}/*" in leaves(contract)), "")
    if not pointer or not has(contract, Role.LINK_RESOURCES):
        return None
    return connections(put(pointer, lambda v: [*v, "another-group"]))


# SHP-7


def _large(contract: Contract) -> bool:
    return "/marker_id" in leaves(contract)


@fault("SHP-7", "rounded", "A number of 63 bits went through a double.", "PAG-4")
def _shp_7_rounded(contract: Contract) -> Change | None:
    return connections(put("/marker_id", lambda v: int(float(v)))) if _large(contract) else None


@fault("SHP-7", "rounded-in-lists", "A number of 63 bits went through a double, in lists only.", "PAG-4")
def _shp_7_rounded_in_lists(contract: Contract) -> Change | None:
    return connections(put("/marker_id", lambda v: int(float(v))), Role.LIST) if _large(contract) else None


@fault("SHP-7", "rounded-in-decisions", "A number of 63 bits went through a double, in answers to a decision only.")
def _shp_7_rounded_in_decisions(contract: Contract) -> Change | None:
    return connections(put("/marker_id", lambda v: int(float(v))), Role.DECIDE) if _large(contract) else None


@fault("SHP-7", "exponent", "Whole numbers are written with an exponent.", "SHP-1")
def _shp_7_exponent(contract: Contract) -> Change | None:
    pointer = leaf(contract, lambda _, s: s.get("type") == "integer")
    return connections(put(pointer, float)) if pointer else None


# ENM-1


def _enumeration(contract: Contract) -> str:
    known = [p for p, s in leaves(contract).items() if "enum" in s]
    wanted = contract.member.status or contract.member.provisioning
    return wanted if wanted in known else (known[0] if known else "")


@fault("ENM-1", "other-case", "An enumerated value is in another case.", "STA-1")
def _enm_1_other_case(contract: Contract) -> Change | None:
    pointer = _enumeration(contract)
    return connections(put(pointer, lambda v: str(v).swapcase())) if pointer else None


@fault("ENM-1", "word-of-its-own", "An undocumented value for one enumerator only.", "STA-1", "PAG-7")
def _enm_1_word_of_its_own(contract: Contract) -> Change | None:
    pointer = _enumeration(contract)
    is_status = pointer == contract.member.status
    shown = leaves(contract).get(pointer, {}).get("enum", ())
    settled = next((word for word in contract.settled.provisioning if word in shown), "")
    one = contract.states["rejected"] if is_status else settled
    return connections(put(pointer, lambda v: "Denied" if v == one else v)) if pointer and one else None


@fault("ENM-1", "in-lists-later", "From the second page on, an enumerated value is another one.", "STA-6", "PAG-4")
def _enm_1_in_lists_later(contract: Contract) -> Change | None:
    pointer = _enumeration(contract)
    if not pointer or not paged(contract):
        return None
    return connections(put(pointer, lambda _: "Unknown"), Role.LIST, when=on_later_pages)


@fault("ENM-1", "in-system-data", "createdByType is an undocumented value.")
def _enm_1_in_system_data(contract: Contract) -> Change | None:
    pointer = "/systemData/createdByType"
    return connections(put(pointer, lambda _: "Robot")) if "enum" in leaves(contract).get(pointer, {}) else None


#: The operations that may go on, so that a connection is seen on its way.
_PASSING = (Role.DECIDE, Role.DELETE)


@fault("ENM-1", "in-nested", "In a connection inside a resource, the state is an undocumented value.")
def _enm_1_in_nested(contract: Contract) -> Change | None:
    pointer = f"{_NESTED}/properties/privateLinkServiceConnectionState/status"
    return connections(put(pointer, lambda _: "Accepted")) if pointer in leaves(contract) else None


@fault(
    "ENM-1",
    "passing-state",
    "During an operation, the connection shows an undocumented state.",
    "LRO-4",
)
def _enm_1_passing_state(contract: Contract) -> Change | None:
    if "enum" not in leaves(contract).get(contract.member.provisioning, {}):
        return None
    if not any(202 in o.responses and o.long_running for o in contract.operations if o.role in _PASSING):
        return None

    def pass_to(_: Any, connection: Connection, word: str) -> None:  # noqa: ARG001
        connection.provisioning = "Removing"

    return going_on(part("store", pass_to=pass_to))


# ENM-2


def _accepting(contract: Contract, accepts: Any) -> Change | None:
    """Accept an undocumented value as a decision; ``accepts`` maps it to its effect."""
    operation = contract.by_role(Role.DECIDE)
    if operation is None or operation.request is None or not operation.request.enumerations:
        return None
    pointer = contract.decide.decision

    def body(self: Any, asked: Asked) -> Any:
        error = inherited(self, "body", asked)
        if error is not None and error.target == pointer:
            word = accepts(asked)
            if word is not None:
                put(pointer, lambda _: word)(asked.value)
                return inherited(self, "body", asked)
        return error

    return part("rules", body=body)


def _sent(asked: Asked) -> str:
    found = asked.value
    for step in asked.contract.decide.decision.split("/")[1:]:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


@fault("ENM-2", "unknown-word-approves", "An undocumented value in a decision approves.", "STA-3", "ERR-5")
def _enm_2_unknown_word_approves(contract: Contract) -> Change | None:
    return _accepting(contract, lambda asked: contract.decide.words["approve"] if _sent(asked) else None)


@fault("ENM-2", "long-word-rejects", "An undocumented value of more than 255 characters rejects.", "STA-3", "ERR-5")
def _enm_2_long_word_rejects(contract: Contract) -> Change | None:
    return _accepting(contract, lambda a: contract.decide.words["reject"] if len(_sent(a)) > 255 else None)


@fault("ENM-2", "refused-without-body", "An undocumented value is rejected without an error body.", "ERR-1", "ERR-5")
def _enm_2_refused_without_body(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or operation.request is None or not operation.request.enumerations:
        return None
    known = set(operation.request.enumerations.get(contract.decide.decision, ()))

    def hook(asked: Asked, answer: Answer) -> None:
        if answer.status >= 400 and asked.operation is operation and _sent(asked) and _sent(asked) not in known:
            raw("")(asked, answer)

    return lambda b: b.finishing(hook)


# ENM-3


def _refusing(contract: Contract, decision: str) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or operation.request is None or not operation.request.enumerations:
        return None

    def body(self: Any, asked: Asked) -> Any:
        if _sent(asked) == contract.decide.words[decision]:
            return self.misfit(asked.value, contract.decide.decision)
        return inherited(self, "body", asked)

    return part("rules", body=body)


@fault("ENM-3", "approval-refused", "Approving is refused.", "STA-1")
def _enm_3_approval_refused(contract: Contract) -> Change | None:
    return _refusing(contract, "approve")


@fault("ENM-3", "rejection-refused", "Rejecting is refused.", "STA-1")
def _enm_3_rejection_refused(contract: Contract) -> Change | None:
    return _refusing(contract, "reject")
