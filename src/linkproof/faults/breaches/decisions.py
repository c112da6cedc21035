"""Faults in the effects of decisions: accepted, refused and repeated ones."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has
from linkproof.faults.edits import connections, inherited, is_decision, part, subject_of
from linkproof.faults.json_edits import put
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


@fault("STA-3", "refused-but-decided", "An invalid decision is refused, but rejects.", "ENM-2")
def _sta_3_refused_but_decided(contract: Contract) -> Change | None:
    def done(service: Any, asked: Asked, collection: Collection) -> None:
        found = collection.find(subject_of(asked))
        if found is not None:
            service.store.decide(found, RequestedDecision(contract.states["rejected"], None))

    return _despite(contract, lambda a, answer: is_decision(a) and answer.status == 400, done)


@fault("STA-3", "refused-but-described", "A refused request without a credential stores its description.")
def _sta_3_refused_but_described(contract: Contract) -> Change | None:
    def done(_: Any, asked: Asked, collection: Collection) -> None:
        found = collection.find(asked.name)
        text = at(asked.value, contract.decide.description)
        if found is not None and isinstance(text, str):
            found.description = text

    if not contract.decide.description:
        return None
    return _despite(contract, lambda a, answer: is_decision(a) and answer.status == 401, done)


@fault("STA-3", "refused-but-another-gone", "A refused body removes another connection.", "STA-6", "STA-7")
def _sta_3_refused_but_another_gone(contract: Contract) -> Change | None:
    def done(service: Any, asked: Asked, collection: Collection) -> None:
        others = [c for c in collection.in_order() if c.name.lower() != subject_of(asked).lower()]
        if others:
            service.store.remove(collection, others[0].name)

    def says_nothing(asked: Asked) -> bool:
        return at(asked.value, contract.decide.subject) is MISSING if contract.by_name else not asked.body

    return _despite(contract, lambda a, answer: is_decision(a) and answer.status == 400 and says_nothing(a), done)


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
