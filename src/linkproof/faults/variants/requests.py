"""Variants in which requests the server accepts."""

from __future__ import annotations

from linkproof.base.json_values import MISSING, at, place, texts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import describes, may_be_left_out, request_of
from linkproof.faults.registry import Change, variant
from linkproof.faults.request_rules import accepts, after_decision, refuses
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Asked

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

    return refuses(has_more) if request_of(contract, Role.DECIDE) else None


@variant("ERR-10", "long-texts-refused", "A text of more than 256 characters is refused.")
def _err_10_long_texts_refused(contract: Contract) -> Change | None:
    return refuses(lambda asked: any(len(t) > 256 for t in texts(asked.value))) if describes(contract) else None


@variant("ERR-5", "null-is-absent", "null instead of an optional member is treated as absent.")
def _err_5_null_is_absent(contract: Contract) -> Change | None:
    if not may_be_left_out(contract, contract.decide.description):
        return None
    pointer = contract.decide.description
    return accepts(contract, Role.DECIDE, lambda asked: at(asked.value, pointer) is None)


@variant("STA-11", "actions-follow", "What has to be done changes with the status.")
def _sta_11_actions_follow(contract: Contract) -> Change | None:
    around = contract.member.status.rsplit("/", 1)[0]
    pointer = f"{around}/actionsRequired"
    operation = contract.by_role(Role.GET)
    schema = operation.responses.get(200) if operation else None
    if schema is None or "enum" in dict(schema.leaves()).get(pointer, {"enum": ()}):
        return None
    return after_decision(contract, lambda connection: place(connection.members, pointer, f"None: {connection.status}"))
