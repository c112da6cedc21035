"""Faults in the effects of decisions and deletions, and in what is shown afterwards."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.model import Contract, Role
from linkproof.faults.edits import both, connections, drop, has, inherited, leaf, leaves, part, put, required
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Collection, Connection, RequestedDecision


def _deciding(contract: Contract, made: Callable[[RequestedDecision], RequestedDecision]) -> Change | None:
    """Change a decision before it takes effect."""
    if not has(contract, Role.DECIDE):
        return None

    def decide(self: Any, connection: Connection, decision: RequestedDecision) -> None:
        inherited(self, "decide", connection, made(decision))

    return part("store", decide=decide)


def _describing(contract: Contract, made: Callable[[str], str]) -> Change | None:
    """Change a description before it is stored."""
    if not contract.decide.description:
        return None

    def changed(decision: RequestedDecision) -> RequestedDecision:
        text = decision.description
        return decision if text is None else replace(decision, description=made(text))

    return _deciding(contract, changed)


# STA-1


@fault("STA-1", "approval-without-effect", "An approval is answered with success, and changes nothing.", "LRO-4")
def _sta_1_approval_without_effect(contract: Contract) -> Change | None:
    approved = contract.states.get("approved")
    return _deciding(contract, lambda d: replace(d, status=None) if d.status == approved else d)


@fault("STA-1", "rejection-approves", "A rejection approves.", "LRO-4", "STA-10")
def _sta_1_rejection_approves(contract: Contract) -> Change | None:
    states = contract.states
    return _deciding(
        contract, lambda d: replace(d, status=states["approved"]) if d.status == states.get("rejected") else d
    )


@fault("STA-1", "shown-late-in-lists", "A list shows a decided connection as pending still.", "STA-6", "LRO-4", "PAG-7")
def _sta_1_shown_late_in_lists(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE):
        return None
    pending, pointer = contract.states["pending"], contract.member.status
    approved = contract.states["approved"]
    return connections(put(pointer, lambda v: pending if v == approved else v), Role.LIST)


# STA-2


@fault("STA-2", "not-ascii", "Characters outside ASCII become question marks.")
def _sta_2_not_ascii(contract: Contract) -> Change | None:
    return _describing(contract, lambda text: text.encode("ascii", "replace").decode())


@fault("STA-2", "cut", "A description is cut to 64 characters.")
def _sta_2_cut(contract: Contract) -> Change | None:
    return _describing(contract, lambda text: text[:64])


@fault("STA-2", "escaped", "A description is escaped for HTML.")
def _sta_2_escaped(contract: Contract) -> Change | None:
    return _describing(contract, html.escape)


@fault("STA-2", "rejection-undescribed", "A rejection keeps the description from before.")
def _sta_2_rejection_undescribed(contract: Contract) -> Change | None:
    if not contract.decide.description:
        return None
    rejected = contract.states.get("rejected")
    return _deciding(contract, lambda d: replace(d, description=None) if d.status == rejected else d)


# STA-3


def _despite(contract: Contract, fits: Callable[[Asked, Answer], bool], done: Callable[..., None]) -> Change | None:
    """Give a rejected request an effect: call ``done`` with service, request and collection."""
    if not has(contract, Role.DECIDE):
        return None

    def respond(self: Any, asked: Asked) -> Answer:
        answer: Answer = inherited(self, "respond", asked)
        if answer.status >= 400 and fits(asked, answer):
            named_in_body = bool(contract.decide.parent)
            collection = self.store.collections[0] if named_in_body else self.store.collection(asked.parameters)
            if collection is not None:
                done(self, asked, collection)
        return answer

    return part("service", respond=respond)


def _subject(asked: Asked) -> str:
    pointer = asked.contract.decide.subject
    found = at(asked.value, pointer) if pointer and isinstance(asked.value, dict) else asked.name
    return found if isinstance(found, str) else asked.name


def _writes(asked: Asked) -> bool:
    return asked.operation is not None and asked.operation.role is Role.DECIDE


@fault("STA-3", "refused-but-decided", "An invalid decision is refused, but rejects.", "ENM-2")
def _sta_3_refused_but_decided(contract: Contract) -> Change | None:
    def done(service: Any, asked: Asked, collection: Collection) -> None:
        found = collection.find(_subject(asked))
        if found is not None:
            service.store.decide(found, RequestedDecision(contract.states["rejected"], None))

    return _despite(contract, lambda a, answer: _writes(a) and answer.status == 400, done)


@fault("STA-3", "refused-but-described", "A refused request without a credential stores its description.")
def _sta_3_refused_but_described(contract: Contract) -> Change | None:
    def done(_: Any, asked: Asked, collection: Collection) -> None:
        found = collection.find(asked.name)
        text = at(asked.value, contract.decide.description)
        if found is not None and isinstance(text, str):
            found.description = text

    if not contract.decide.description:
        return None
    return _despite(contract, lambda a, answer: _writes(a) and answer.status == 401, done)


@fault("STA-3", "refused-but-another-gone", "A refused body removes another connection.", "STA-6", "STA-7")
def _sta_3_refused_but_another_gone(contract: Contract) -> Change | None:
    def done(service: Any, asked: Asked, collection: Collection) -> None:
        others = [c for c in collection.in_order() if c.name.lower() != _subject(asked).lower()]
        if others:
            service.store.remove(collection, others[0].name)

    def says_nothing(asked: Asked) -> bool:
        return at(asked.value, contract.decide.subject) is MISSING if contract.by_name else not asked.body

    return _despite(contract, lambda a, answer: _writes(a) and answer.status == 400 and says_nothing(a), done)


@fault("STA-3", "refused-but-deleted", "A Delete with a wrong api-version is refused, and deletes.", "STA-6")
def _sta_3_refused_but_deleted(contract: Contract) -> Change | None:
    def done(service: Any, asked: Asked, collection: Collection) -> None:
        service.store.remove(collection, asked.name)

    if not has(contract, Role.DELETE) or not contract.version_parameter:
        return None
    return _despite(contract, lambda a, answer: a.method == "DELETE" and answer.status == 400, done)


@fault("STA-3", "refused-but-gone", "A method that is refused removes a resource.", "STA-6", "PAG-4")
def _sta_3_refused_but_gone(contract: Contract) -> Change | None:
    if has(contract, Role.DECIDE) or not any(o.item_parameter for o in contract.operations):
        return None

    def respond(self: Any, asked: Asked) -> Answer:
        answer: Answer = inherited(self, "respond", asked)
        collection = self.store.collection(asked.parameters)
        if asked.operation is None and answer.status == 405 and collection is not None and asked.name:
            self.store.remove(collection, asked.name)
        return answer

    return part("service", respond=respond)


# STA-4


def _second(contract: Contract, done: Callable[[Connection], None]) -> Change | None:
    """Call ``done`` when an identical decision arrives a second time."""
    if not has(contract, Role.DECIDE) or contract.decide.final:
        return None

    def decide(self: Any, connection: Connection, decision: RequestedDecision) -> None:
        again = vars(connection).get("latest") == decision
        vars(connection)["latest"] = decision
        inherited(self, "decide", connection, decision)
        if again:
            done(connection)

    return part("store", decide=decide)


@fault("STA-4", "second-toggles", "The second identical decision puts the connection back to pending.", "STA-1")
def _sta_4_second_toggles(contract: Contract) -> Change | None:
    def done(found: Connection) -> None:
        found.status = contract.states["pending"]

    return _second(contract, done)


@fault("STA-4", "second-appends", "Each identical decision is added to the description.", "STA-2", "STA-1")
def _sta_4_second_appends(contract: Contract) -> Change | None:
    def done(found: Connection) -> None:
        found.description = f"{found.description} (again)"

    return _second(contract, done) if contract.decide.description else None


@fault("STA-4", "second-409", "The second identical decision is refused with 409.", "STA-9")
def _sta_4_second_409(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or contract.decide.final:
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        before = vars(found).setdefault("bodies", [])
        if asked.body in before:
            error = self.errors.of(ErrorCase.NO_CONNECTION)
            return self.refused(replace(error, status=409 if not contract.error.table else error.status))  # type: ignore[no-any-return]
        before.append(asked.body)
        return inherited(self, "change", asked, collection, found)  # type: ignore[no-any-return]

    return part("service", change=change)


@fault(
    "STA-4",
    "final-second-500",
    "Where decisions are final, the second identical one fails the service.",
    "HDR-5",
    "STA-9",
)
def _sta_4_final_second_500(contract: Contract) -> Change | None:
    if not contract.decide.final:
        return None

    def decidable(self: Any, connection: Connection) -> Any:
        error = inherited(self, "decidable", connection)
        return replace(error, status=500, code="InternalServerError") if error else None

    return part("rules", decidable=decidable)


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


@fault("STA-7", "decides-the-next", "A decision decides the next connection, too.", "STA-1", "STA-6")
def _sta_7_decides_the_next(contract: Contract) -> Change | None:
    def done(_: Any, __: Collection, other: Connection) -> None:
        other.status = contract.states["rejected"]

    return _others(contract, done)


@fault("STA-7", "describes-the-next", "A decision describes the next connection, too.", "STA-2", "STA-6")
def _sta_7_describes_the_next(contract: Contract) -> Change | None:
    def done(_: Any, __: Collection, other: Connection) -> None:
        other.description = "Decided with another"

    return _others(contract, done) if contract.decide.description else None


@fault("STA-7", "removes-the-next", "A decision removes the next connection.", "STA-6", "PAG-4")
def _sta_7_removes_the_next(contract: Contract) -> Change | None:
    def done(service: Any, collection: Collection, other: Connection) -> None:
        service.store.remove(collection, other.name)

    return _others(contract, done)


# STA-8


def _taking(contract: Contract, pointer: str) -> Change | None:
    """Store a read-only member that a client sends."""
    if not has(contract, Role.DECIDE) or pointer not in contract.member.read_only:
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        sent = at(asked.value, pointer)
        if sent is not MISSING:
            place(vars(found).setdefault("taken", {}), pointer, sent)
        return inherited(self, "change", asked, collection, found)  # type: ignore[no-any-return]

    def connection(self: Any, found: Connection) -> dict[str, Any]:
        value: dict[str, Any] = inherited(self, "connection", found)
        taken = at(vars(found).get("taken", {}), pointer)
        if taken is not MISSING:
            place(value, pointer, taken)
        return value

    return both(part("service", change=change), part("presenter", connection=connection))


@fault("STA-8", "takes-id", "An id that a client sends is stored.", "SHP-5", "STA-6", "PAG-4")
def _sta_8_takes_id(contract: Contract) -> Change | None:
    return _taking(contract, "/id")


@fault("STA-8", "takes-name", "A name that a client sends is stored.", "SHP-5", "STA-6", "PAG-4")
def _sta_8_takes_name(contract: Contract) -> Change | None:
    return _taking(contract, "/name")


@fault("STA-8", "takes-type", "A type that a client sends is stored.", "SHP-5")
def _sta_8_takes_type(contract: Contract) -> Change | None:
    return _taking(contract, "/type")


@fault("STA-8", "takes-provisioning", "A provisioning state that a client sends is stored.", "ENM-1", "LRO-4")
def _sta_8_takes_provisioning(contract: Contract) -> Change | None:
    inner = next((p for p in contract.member.read_only if p.count("/") > 1), "")
    return _taking(contract, inner)


# STA-9


@fault("STA-9", "refused-but-moved", "A second, other decision is refused, and made.", "STA-3", "STA-1", "STA-4")
def _sta_9_refused_but_moved(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or contract.decide.final:
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        rejected = contract.states["rejected"]
        moved = found.status == rejected and self.rules.decision(asked).status not in (None, rejected)
        answer: Answer = inherited(self, "change", asked, collection, found)
        if moved and answer.status < 300:
            return self.refused(self.errors.of(ErrorCase.BODY))  # type: ignore[no-any-return]
        return answer

    return part("service", change=change)


@fault(
    "STA-9", "approved-but-stays", "From rejected to approved is answered with success, and not done.", "STA-1", "LRO-4"
)
def _sta_9_approved_but_stays(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or contract.decide.final:
        return None

    def decide(self: Any, connection: Connection, decision: RequestedDecision) -> None:
        if connection.status == contract.states["rejected"]:
            decision = replace(decision, status=None)
        inherited(self, "decide", connection, decision)

    return part("store", decide=decide)


@fault("STA-9", "final-is-not", "Where decisions are final, a second one is made.", "STA-4")
def _sta_9_final_is_not(contract: Contract) -> Change | None:
    return part("rules", decidable=lambda _, __: None) if contract.decide.final else None


@fault("STA-9", "final-with-another-code", "A second decision is refused with a general code.", "STA-4")
def _sta_9_final_with_another_code(contract: Contract) -> Change | None:
    if not contract.decide.final:
        return None

    def decidable(self: Any, connection: Connection) -> Any:
        error = inherited(self, "decidable", connection)
        return replace(error, code="BadRequest") if error else None

    return part("rules", decidable=decidable)


# STA-10


def _meanwhile(contract: Contract, shown: str) -> Change | None:
    """Combine two concurrent decisions, told apart by their descriptions, into a state that neither requested."""
    if not has(contract, Role.DECIDE):
        return None

    def decide(self: Any, connection: Connection, decision: RequestedDecision) -> None:
        inherited(self, "decide", connection, decision)
        seen = vars(connection).setdefault("writers", [])
        seen.append(decision)
        if len(seen) > 1 and seen[-2].status != decision.status and _two_writers(seen[-2:]):
            if shown == "mix":
                connection.description = seen[-2].description
            else:
                connection.status = contract.states["pending"]

    operation = contract.by_role(Role.DECIDE)
    if operation is None or 202 not in operation.responses:
        return part("store", decide=decide)
    # The second writer is admitted even where a decision runs long or is final.
    ended = (contract.states["approved"], contract.states["rejected"])

    def decidable(self: Any, connection: Connection) -> Any:
        return inherited(self, "decidable", connection) if connection.status in ended else None

    return both(part("store", decide=decide), part("rules", idle=lambda _, __, ___: None, decidable=decidable))


def _two_writers(decisions: list[RequestedDecision]) -> bool:
    return all("writers" in (d.description or "") for d in decisions)


@fault("STA-10", "mixed", "Two writers at a time: the state of one with the description of the other.", "STA-2")
def _sta_10_mixed(contract: Contract) -> Change | None:
    if not contract.decide.description:
        return None
    return _meanwhile(contract, "mix")


@fault("STA-10", "neither", "Two writers at a time: the state is neither's.", "STA-1")
def _sta_10_neither(contract: Contract) -> Change | None:
    if contract.decide.final or not contract.decide.description:
        return None
    return _meanwhile(contract, "pending")


@fault("STA-10", "fails", "The second of two writers at a time fails the service.", "HDR-5")
def _sta_10_fails(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or not contract.decide.description:
        return None

    def decide(self: Any, asked: Asked, collection: Collection) -> Answer:
        text = at(asked.value, contract.decide.description)
        found = collection.find(_subject(asked))
        if found is not None and isinstance(text, str) and "two writers" in text:
            if vars(found).get("written", text) != text:
                return Answer(500, {"error": {"code": "InternalServerError", "message": "It failed."}})
            vars(found)["written"] = text
        return inherited(self, "decide", asked, collection)  # type: ignore[no-any-return]

    return part("service", decide=decide)
