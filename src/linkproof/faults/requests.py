"""Faults and variants in requests: valid ones rejected, invalid ones accepted, more changed than requested."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from zlib import crc32

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.model import Contract, Operation, Role
from linkproof.contract.request_cases import COMMON_LENGTH
from linkproof.faults.edits import has, inherited, part
from linkproof.faults.registry import Change, fault, variant
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Collection, Connection, RequestedDecision

When = Callable[[Asked], bool]


def refuses(when: When, case: ErrorCase = ErrorCase.BODY) -> Change:
    """Return a change that rejects valid bodies that satisfy ``when``."""

    def body(self: Any, asked: Asked) -> ErrorResponse | None:
        error: ErrorResponse | None = inherited(self, "body", asked)
        if error is None and isinstance(asked.value, dict) and when(asked):
            found: ErrorResponse = self.errors.of(case)
            return found
        return error

    return part("rules", body=body)


def texts(value: Any) -> Iterator[str]:
    """Yield every string in a value."""
    if isinstance(value, dict):
        for member in value.values():
            yield from texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def _request(contract: Contract, role: Role) -> Operation | None:
    found = contract.by_role(role)
    return found if found is not None and found.request is not None else None


def _may_be_left_out(contract: Contract, pointer: str) -> bool:
    """Whether a member is an optional part of a decision's request."""
    operation = _request(contract, Role.DECIDE)
    if operation is None or operation.request is None or not pointer:
        return False
    return any(n.pointer == pointer and not n.required for n in operation.request.nodes())


def _describes(contract: Contract) -> bool:
    return bool(contract.decide.description) and has(contract, Role.DECIDE)


# ERR-10: bodies


@fault("ERR-10", "longest-text", "A text of more than 127 characters in a body is refused.", "STA-2")
def _err_10_longest_text(contract: Contract) -> Change | None:
    assert COMMON_LENGTH > 127
    return refuses(lambda asked: any(len(t) > 127 for t in texts(asked.value))) if _describes(contract) else None


@fault("ERR-10", "empty-text", "An empty text in a body is refused.")
def _err_10_empty_text(contract: Contract) -> Change | None:
    return refuses(lambda asked: "" in texts(asked.value)) if _describes(contract) else None


@fault("ERR-10", "description-required", "A decision without its optional description is refused.")
def _err_10_description_required(contract: Contract) -> Change | None:
    pointer = contract.decide.description
    if not _may_be_left_out(contract, pointer):
        return None
    return refuses(lambda a: a.operation is contract.by_role(Role.DECIDE) and at(a.value, pointer) is MISSING)


@fault("ERR-10", "endpoint-refused", "A decision that repeats the private endpoint is refused.")
def _err_10_endpoint_refused(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint
    if "*" in pointer or not _may_be_left_out(contract, pointer):
        return None
    return refuses(lambda asked: at(asked.value, pointer) is not MISSING)


@fault("ERR-10", "endpoint-required", "A decision without its optional private endpoint is refused.", "ENM-3")
def _err_10_endpoint_required(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint
    if "*" in pointer or not _may_be_left_out(contract, pointer):
        return None
    return refuses(lambda a: a.operation is contract.by_role(Role.DECIDE) and at(a.value, pointer) is MISSING)


@fault("ERR-10", "members-in-order", "A body whose members come in another order is refused.")
def _err_10_members_in_order(contract: Contract) -> Change | None:
    if _request(contract, Role.DECIDE) is None:
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


# ERR-5 and ENM-2: bodies that are not validated


def _takes(contract: Contract, role: Role, when: When) -> Change | None:
    """Return a change that accepts bodies that do not fit their schema."""
    if _request(contract, role) is None:
        return None

    def shape(self: Any, operation: Operation, schema: Any, value: dict[str, Any]) -> ErrorResponse | None:
        found: ErrorResponse | None = inherited(self, "shape", operation, schema, value)
        wanted = found is not None and operation.role is role
        asked = Asked(contract, "", "", "", (), {}, json.dumps(value).encode())
        return None if wanted and when(asked) else found

    return part("rules", shape=shape)


@fault("ERR-5", "number-as-text", "A description that is not text is accepted.")
def _err_5_number_as_text(contract: Contract) -> Change | None:
    pointer = contract.decide.description
    if not pointer:
        return None
    return _takes(contract, Role.DECIDE, lambda a: not isinstance(at(a.value, pointer), str | type(MISSING)))


@fault("ERR-5", "tags-of-any-type", "Tags that are no texts are accepted.")
def _err_5_tags_of_any_type(contract: Contract) -> Change | None:
    def tags(self: Any, asked: Asked, collection: Any) -> Answer:
        asked.__dict__["value"] = {"tags": {}}
        found: Answer = inherited(self, "tags", asked, collection)
        return found

    taken = _takes(contract, Role.TAGS, lambda a: isinstance(at(a.value, "/tags"), dict))
    return (lambda b: taken(part("service", tags=tags)(b))) if taken else None


@fault("ENM-2", "any-case", "A decision in another case is treated as the documented one.")
def _enm_2_any_case(contract: Contract) -> Change | None:
    rules = contract.decide
    operation = _request(contract, Role.DECIDE)
    if operation is None or operation.request is None or rules.decision not in operation.request.enumerations:
        return None
    right = {w.casefold(): w for w in operation.request.enumerations[rules.decision] if isinstance(w, str)}

    def body(self: Any, asked: Asked) -> ErrorResponse | None:
        word = at(asked.value, rules.decision)
        if isinstance(word, str) and word.casefold() in right:
            place(asked.value, rules.decision, right[word.casefold()])
        found: ErrorResponse | None = inherited(self, "body", asked)
        return found

    return part("rules", body=body)


# STA-11: more is changed than was asked for


def _decides(contract: Contract, change: Callable[[Connection], None]) -> Change | None:
    if not has(contract, Role.DECIDE):
        return None

    def decide(self: Any, connection: Connection, decision: RequestedDecision) -> None:
        inherited(self, "decide", connection, decision)
        change(connection)

    return part("store", decide=decide)


def _tags(contract: Contract, change: Callable[[Connection], None]) -> Change | None:
    if not has(contract, Role.TAGS):
        return None

    def tag(self: Any, connection: Connection, tags: dict[str, str]) -> None:
        inherited(self, "tag", connection, tags)
        change(connection)

    return part("store", tag=tag)


@fault("STA-11", "endpoint-lost", "A decision names another private endpoint.", "SHP-6")
def _sta_11_endpoint_lost(contract: Contract) -> Change | None:
    pointer = contract.member.private_endpoint
    if not pointer or "*" in pointer:
        return None

    def lose(connection: Connection) -> None:
        found = at(connection.members, pointer)
        if isinstance(found, str):
            place(connection.members, pointer, f"{found}-moved")

    return _decides(contract, lose)


@fault("STA-11", "created-anew", "A decision sets the time of creation.", "PAG-7", "STA-6")
def _sta_11_created_anew(contract: Contract) -> Change | None:
    bodies = [b for o in contract.operations for b in o.responses.values() if b]
    names = {p.rsplit("/", 1)[-1] for b in bodies for p, _ in b.leaves()}

    def renew(connection: Connection) -> None:
        connection.created += timedelta(seconds=90)

    return _decides(contract, renew) if names & {"createdAt", "created_at", "creationTimestamp"} else None


@fault("STA-11", "tags-reset-status", "An update of tags sets the status back.", "STA-1")
def _sta_11_tags_reset_status(contract: Contract) -> Change | None:
    def reset(connection: Connection) -> None:
        connection.status = contract.states.get("pending")

    return _tags(contract, reset)


@fault("STA-11", "tags-clear-description", "An update of tags takes the description away.", "STA-2")
def _sta_11_tags_clear_description(contract: Contract) -> Change | None:
    def clear(connection: Connection) -> None:
        connection.description = ""

    return _tags(contract, clear)


# HDR-4: writes


def _in_another_case(asked: Asked, found: Connection | None) -> bool:
    return found is not None and asked.name != found.name


def _writes_with_case(contract: Contract, otherwise: Callable[[Any, Asked, Connection], Answer]) -> Change | None:
    roles = [r for r in (Role.DECIDE, Role.TAGS, Role.DELETE) if contract.by_role(r)]
    if not contract.caseless_paths or not roles:
        return None

    def method(name: str) -> Callable[[Any, Asked, Any], Answer]:
        def write(self: Any, asked: Asked, collection: Any) -> Answer:
            found = collection.find(asked.name)
            if _in_another_case(asked, found):
                return otherwise(self, asked, found)
            found_before: Answer = inherited(self, name, asked, collection)
            return found_before

        return write

    return part("service", **{r.value: method(r.value) for r in roles})


@fault("HDR-4", "writes-404", "A write to a name in another case is answered with 404.")
def _hdr_4_writes_404(contract: Contract) -> Change | None:
    return _writes_with_case(contract, lambda self, asked, _: self.refused(self.rules.unknown(asked, elsewhere=False)))


@fault("HDR-4", "writes-lost", "A write to a name in another case is answered as done, and is not.", "STA-1", "STA-5")
def _hdr_4_writes_lost(contract: Contract) -> Change | None:
    def lost(self: Any, asked: Asked, found: Connection) -> Answer:
        deletes = asked.operation is not None and asked.operation.role is Role.DELETE
        return Answer(204) if deletes else Answer(200, self.presenter.got(found))

    return _writes_with_case(contract, lost)


# Variants


@variant("ERR-10", "decisions-only", "A status that is not a decision is refused.")
def _err_10_decisions_only(contract: Contract) -> Change | None:
    rules = contract.decide
    if not rules.decision:
        return None
    decisions = set(rules.words.values())
    return refuses(lambda a: at(a.value, rules.decision) not in (*decisions, MISSING), ErrorCase.DECISION)


@variant("ERR-10", "unknown-members-refused", "A body with an undocumented member is refused.")
def _err_10_unknown_members_refused(contract: Contract) -> Change | None:
    def has_more(asked: Asked) -> bool:
        schema = asked.operation.request if asked.operation else None
        return schema is not None and any(schema.unknown_members(asked.value))

    return refuses(has_more) if _request(contract, Role.DECIDE) else None


@variant("ERR-10", "long-texts-refused", "A text of more than 256 characters is refused.")
def _err_10_long_texts_refused(contract: Contract) -> Change | None:
    return refuses(lambda asked: any(len(t) > 256 for t in texts(asked.value))) if _describes(contract) else None


@variant("ERR-5", "null-is-absent", "null instead of an optional member is treated as absent.")
def _err_5_null_is_absent(contract: Contract) -> Change | None:
    if not _may_be_left_out(contract, contract.decide.description):
        return None
    pointer = contract.decide.description
    return _takes(contract, Role.DECIDE, lambda asked: at(asked.value, pointer) is None)


@variant("STA-11", "actions-follow", "What has to be done changes with the status.")
def _sta_11_actions_follow(contract: Contract) -> Change | None:
    around = contract.member.status.rsplit("/", 1)[0]
    pointer = f"{around}/actionsRequired"
    operation = contract.by_role(Role.GET)
    schema = operation.responses.get(200) if operation else None
    if schema is None or "enum" in dict(schema.leaves()).get(pointer, {"enum": ()}):
        return None
    return _decides(contract, lambda connection: place(connection.members, pointer, f"None: {connection.status}"))
