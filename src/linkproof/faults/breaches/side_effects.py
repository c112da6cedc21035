"""Faults in writes that change more than was requested, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from linkproof.base.json_values import at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has
from linkproof.faults.edits import inherited, part
from linkproof.faults.registry import Change, fault
from linkproof.faults.request_rules import after_decision
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Connection

# STA-11: more is changed than was asked for


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

    return after_decision(contract, lose)


@fault("STA-11", "created-anew", "A decision sets the time of creation.", "PAG-7", "STA-6")
def _sta_11_created_anew(contract: Contract) -> Change | None:
    bodies = [b for o in contract.operations for b in o.responses.values() if b]
    names = {p.rsplit("/", 1)[-1] for b in bodies for p, _ in b.leaves()}

    def renew(connection: Connection) -> None:
        connection.created += timedelta(seconds=90)

    return after_decision(contract, renew) if names & {"createdAt", "created_at", "creationTimestamp"} else None


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
        shown = Answer(200, self.presenter.got(found))
        return Answer(204) if deletes and self.documented(asked, 204, 200) == 204 else shown

    return _writes_with_case(contract, lost)
