"""Faults in enumerated values, of answers and of requests."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import NESTED, leaves, paged
from linkproof.faults.edits import connections, every_answer, going_on, inherited, on_later_pages, part, raw
from linkproof.faults.json_edits import put
from linkproof.faults.registry import Change, fault
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Connection

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
    pointer = f"{NESTED}/properties/privateLinkServiceConnectionState/status"
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
    if not (operation and operation.request and operation.request.enumerations and contract.decide.decision):
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
    found = at(asked.value, asked.contract.decide.decision)
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
    if not (operation and operation.request and operation.request.enumerations and contract.decide.decision):
        return None
    known = set(operation.request.enumerations.get(contract.decide.decision, ()))

    def hook(asked: Asked, answer: Answer) -> None:
        if answer.status >= 400 and asked.operation is operation and _sent(asked) and _sent(asked) not in known:
            raw("")(asked, answer)

    return every_answer(hook)


# ENM-3


def _refusing(contract: Contract, decision: str) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if not (operation and operation.request and operation.request.enumerations and contract.decide.decision):
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
