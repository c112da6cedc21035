"""Faults in read-only members, in the transitions of a connection, and in concurrent decisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has
from linkproof.faults.edits import both, inherited, part, subject_of
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Collection, Connection, RequestedDecision

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
    identity = (contract.member.id, contract.member.name, contract.member.type)
    inner = next((p for p in contract.member.read_only if p.count("/") > 1 and p not in identity), "")
    return _taking(contract, inner)


@fault("STA-8", "takes-actions", "Required actions that a client sends are stored, though they are read-only.")
def _sta_8_takes_actions(contract: Contract) -> Change | None:
    return _taking(contract, next((p for p in contract.member.read_only if p.endswith("/actionsRequired")), ""))


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
        # A final decision that is made at once admits no second writer.
        return None if contract.decide.final else part("store", decide=decide)
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
        found = collection.find(subject_of(asked))
        if found is not None and isinstance(text, str) and "two writers" in text:
            if vars(found).get("written", text) != text:
                return Answer(500, {"error": {"code": "InternalServerError", "message": "It failed."}})
            vars(found)["written"] = text
        return inherited(self, "decide", asked, collection)  # type: ignore[no-any-return]

    return part("service", decide=decide)
