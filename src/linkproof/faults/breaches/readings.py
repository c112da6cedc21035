"""Faults in what Get and List show after a deletion or a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linkproof.base.json_values import at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has, leaf, leaves, required
from linkproof.faults.edits import both, connections, inherited, part
from linkproof.faults.json_edits import drop, put
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Collection, Connection

# STA-5


def _removing(contract: Contract, remove: Callable[[Any, Collection, str], None]) -> Change | None:
    return part("store", remove=remove) if has(contract, Role.DELETE) else None


@fault("STA-5", "deleted-stays", "Delete is answered with success, and Get still shows the connection.", "LRO-4")
def _sta_5_deleted_stays(contract: Contract) -> Change | None:
    return _removing(contract, lambda _, __, ___: None)


@fault("STA-5", "listed-still", "What was deleted stays in the list.", "STA-6", "LRO-4", "PAG-4")
def _sta_5_listed_still(contract: Contract) -> Change | None:
    def remove(_: Any, collection: Collection, name: str) -> None:
        found = collection.find(name)
        if found is not None:
            vars(found)["gone"] = True

    def get(self: Any, asked: Asked, collection: Collection) -> Answer:
        found = collection.find(asked.name)
        if found is not None and vars(found).get("gone"):
            return self.refused(self.errors.of(ErrorCase.NO_CONNECTION))  # type: ignore[no-any-return]
        return inherited(self, "get", asked, collection)  # type: ignore[no-any-return]

    if not has(contract, Role.DELETE):
        return None
    return both(part("store", remove=remove), part("service", get=get))


@fault("STA-5", "again-500", "Deleting again fails the service.", "HDR-5")
def _sta_5_again_500(contract: Contract) -> Change | None:
    def delete(self: Any, asked: Asked, collection: Collection) -> Answer:
        absent = collection.find(asked.name) is None
        answer: Answer = inherited(self, "delete", asked, collection)
        if absent and answer.status in (204, 404):
            return Answer(500, {"error": {"code": "InternalServerError", "message": "It failed."}})
        return answer

    return part("service", delete=delete) if has(contract, Role.DELETE) else None


@fault("STA-5", "approved-not-deleted", "Only what was approved cannot be deleted: it stays.", "LRO-4")
def _sta_5_approved_not_deleted(contract: Contract) -> Change | None:
    def pass_to(self: Any, connection: Connection, word: str) -> None:
        vars(connection)["was"] = connection.status
        inherited(self, "pass_to", connection, word)

    def remove(self: Any, collection: Collection, name: str) -> None:
        found = collection.find(name)
        if found is not None and vars(found).get("was", found.status) != contract.states["approved"]:
            inherited(self, "remove", collection, name)

    shows_status = contract.member.status in leaves(contract)
    return part("store", pass_to=pass_to, remove=remove) if has(contract, Role.DELETE) and shows_status else None


# STA-6


@fault("STA-6", "list-says-otherwise", "A list shows another text than Get.", "PAG-4")
def _sta_6_list_says_otherwise(contract: Contract) -> Change | None:
    pointer = contract.member.description or "/location"
    if not has(contract, Role.GET) or pointer not in leaves(contract):
        return None
    return connections(put(pointer, lambda v: f"{v}."), Role.LIST)


@fault("STA-6", "get-is-stale", "Get shows one connection as it was at first.", "STA-1", "STA-2", "LRO-4")
def _sta_6_get_is_stale(contract: Contract) -> Change | None:
    if not has(contract, Role.GET, Role.DECIDE):
        return None

    def got(self: Any, connection: Connection) -> dict[str, Any]:
        value: dict[str, Any] = inherited(self, "got", connection)
        first = vars(connection).setdefault("first", at(value, contract.member.description))
        if isinstance(first, str):
            place(value, contract.member.description, first)
        return value

    return part("presenter", got=got)


@fault("STA-6", "get-leaves-out", "Get leaves out a member that the list has.")
def _sta_6_get_leaves_out(contract: Contract) -> Change | None:
    if not has(contract, Role.GET, Role.LIST):
        return None
    member = contract.member
    left_out = member.provisioning or member.private_endpoint.rpartition("/")[0]
    left_out = left_out or leaf(contract, lambda pointer, _: not required(contract, pointer))
    return connections(drop(left_out), Role.GET) if left_out else None


# STA-7


def _others(contract: Contract, done: Callable[[Any, Collection, Connection], None]) -> Change | None:
    """Apply ``done`` to the connection after the decided one."""
    if not has(contract, Role.DECIDE):
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        answer: Answer = inherited(self, "change", asked, collection, found)
        others = [c for c in collection.in_order() if c.number > found.number]
        if others:
            done(self, collection, others[0])
        return answer

    return part("service", change=change)


@fault("STA-7", "decides-the-next", "A decision also decides the next connection.", "STA-1", "STA-6")
def _sta_7_decides_the_next(contract: Contract) -> Change | None:
    def done(_: Any, __: Collection, other: Connection) -> None:
        other.status = contract.states["rejected"]

    return _others(contract, done)


@fault("STA-7", "describes-the-next", "A decision also describes the next connection.", "STA-2", "STA-6")
def _sta_7_describes_the_next(contract: Contract) -> Change | None:
    def done(_: Any, __: Collection, other: Connection) -> None:
        other.description = "Decided with another"

    return _others(contract, done) if contract.decide.description else None


@fault("STA-7", "removes-the-next", "A decision removes the next connection.", "STA-6", "PAG-4")
def _sta_7_removes_the_next(contract: Contract) -> Change | None:
    def done(service: Any, collection: Collection, other: Connection) -> None:
        service.store.remove(collection, other.name)

    return _others(contract, done)
