"""Faults that reject valid requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

from linkproof.base.json_values import MISSING, at, texts
from linkproof.contract.cases import COMMON_LENGTH
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import describes, has, longest_description, may_be_left_out, request_of
from linkproof.faults.edits import inherited, part
from linkproof.faults.registry import Change, fault
from linkproof.faults.request_rules import refuses
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Collection

# ERR-10: bodies


@fault("ERR-10", "longest-text", "A text of more than 127 characters in a body is refused.", "STA-2")
def _err_10_longest_text(contract: Contract) -> Change | None:
    assert COMMON_LENGTH > 127
    if not describes(contract) or longest_description(contract) <= 127:
        return None
    return refuses(lambda asked: any(len(t) > 127 for t in texts(asked.value)))


@fault("ERR-10", "empty-text", "An empty text in a body is refused.")
def _err_10_empty_text(contract: Contract) -> Change | None:
    return refuses(lambda asked: "" in texts(asked.value)) if describes(contract) else None


@fault("ERR-10", "description-required", "A decision without its optional description is refused.")
def _err_10_description_required(contract: Contract) -> Change | None:
    pointer = contract.decide.description
    if not may_be_left_out(contract, pointer):
        return None
    return refuses(lambda a: a.operation is contract.with_body(Role.DECIDE) and at(a.value, pointer) is MISSING)


@fault("ERR-10", "endpoint-refused", "A decision that repeats the private endpoint is refused.")
def _err_10_endpoint_refused(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint
    if "*" in pointer or not may_be_left_out(contract, pointer):
        return None
    return refuses(lambda asked: at(asked.value, pointer) is not MISSING)


@fault("ERR-10", "endpoint-required", "A decision without its optional private endpoint is refused.", "ENM-3")
def _err_10_endpoint_required(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint
    if "*" in pointer or not may_be_left_out(contract, pointer):
        return None
    return refuses(lambda a: a.operation is contract.with_body(Role.DECIDE) and at(a.value, pointer) is MISSING)


@fault("ERR-10", "members-in-order", "A body whose members come in another order is refused.")
def _err_10_members_in_order(contract: Contract) -> Change | None:
    if request_of(contract, Role.DECIDE) is None:
        return None
    first = f"{contract.protocol.operation}=".encode()
    return refuses(lambda asked: not asked.body.startswith(first) if contract.by_name else b"\n" in asked.body)


@fault("ERR-10", "many-tags", "More than ten tags are refused.")
def _err_10_many_tags(contract: Contract) -> Change | None:
    return _refuses_tags(contract, lambda tags: len(tags) > 10)


@fault("ERR-10", "no-tags", "An update that takes all tags away is refused.")
def _err_10_no_tags(contract: Contract) -> Change | None:
    return _refuses_tags(contract, lambda tags: not tags)


def _refuses_tags(contract: Contract, when: Callable[[dict[str, Any]], bool]) -> Change | None:
    if not has(contract, Role.TAGS):
        return None

    def matches(asked: Asked) -> bool:
        tags = at(asked.value, "/tags")
        return isinstance(tags, dict) and when(tags)

    return refuses(matches)


# ERR-10: methods and queries


def _answers_405(contract: Contract, role: Role) -> Change | None:
    if not has(contract, role):
        return None

    def method(self: Any, asked: Asked) -> ErrorResponse | None:
        if asked.operation is not None and asked.operation.role is role:
            refused: ErrorResponse = self.errors.of(ErrorCase.METHOD, headers=(("Allow", "GET"),))
            return refused
        found: ErrorResponse | None = inherited(self, "method", asked)
        return found

    return part("rules", method=method)


@fault("ERR-10", "delete-405", "Delete, which is documented, is answered with 405.")
def _err_10_delete_405(contract: Contract) -> Change | None:
    return _answers_405(contract, Role.DELETE)


@fault("ERR-10", "tags-405", "The update of tags, which is documented, is answered with 405.")
def _err_10_tags_405(contract: Contract) -> Change | None:
    return _answers_405(contract, Role.TAGS)


def _refuses_query(contract: Contract, name: str, refused: Callable[[str], bool]) -> Change | None:
    listing = contract.by_role(Role.LIST)
    if listing is None or listing.parameter(name) is None:
        return None

    def allows(self: Any, parameter: Any, sent: str) -> bool:
        return bool(inherited(self, "allows", parameter, sent)) and not (parameter.name == name and refused(sent))

    return part("rules", allows=allows)


@fault("ERR-10", "largest-limit", "The largest documented limit is refused.")
def _err_10_largest_limit(contract: Contract) -> Change | None:
    listing = contract.by_role(Role.LIST)
    parameter = listing.parameter(contract.list.limit) if listing and contract.list.limit else None
    if parameter is None or "maximum" not in parameter.schema:
        return None
    return _refuses_query(contract, parameter.name, lambda sent: sent == str(parameter.schema["maximum"]))


@fault("ERR-10", "last-filter", "The last documented status cannot be asked for.")
def _err_10_last_filter(contract: Contract) -> Change | None:
    listing = contract.by_role(Role.LIST)
    parameter = listing.parameter("status") if listing else None
    options = parameter.schema.get("enum", ()) if parameter else ()
    return _refuses_query(contract, "status", lambda sent: sent == options[-1]) if options else None


@fault("ERR-10", "some-gets-400", "Get of about half of all connections is answered with 400.", "STA-6")
def _err_10_some_gets_400(contract: Contract) -> Change | None:
    if not has(contract, Role.GET):
        return None

    def get(self: Any, asked: Asked, collection: Collection) -> Answer:
        found = collection.find(asked.name)
        if found is not None and crc32(found.name.encode()) % 2:
            refused: Answer = self.refused(self.errors.of(ErrorCase.PATH_LIMIT))
            return refused
        return inherited(self, "get", asked, collection)  # type: ignore[no-any-return]

    return part("service", get=get)


@fault("ERR-3", "longest-parent-400", "A parent whose name is as long as allowed is answered with 400.", "ERR-10")
def _err_3_longest_parent_400(contract: Contract) -> Change | None:
    limits = {
        p.name: int(p.schema["maxLength"])
        for o in contract.operations
        for p in o.parameters
        if p.place == "path" and "maxLength" in p.schema
    }
    if not limits or contract.error.not_found != (404,):
        return None

    def path(self: Any, asked: Asked) -> ErrorResponse | None:
        for name, longest in limits.items():
            if len(asked.parameters.get(name, "")) == longest:
                refused: ErrorResponse = self.errors.of(ErrorCase.PATH_LIMIT, name)
                return refused
        found: ErrorResponse | None = inherited(self, "path", asked)
        return found

    return part("rules", path=path)
