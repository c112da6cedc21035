"""Faults that accept bodies without validating them."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import request_of
from linkproof.faults.edits import inherited, part
from linkproof.faults.registry import Change, fault
from linkproof.faults.request_rules import accepts
from linkproof.mock.error_responses import ErrorResponse
from linkproof.mock.messages import Answer, Asked


@fault("ERR-5", "number-as-text", "A description that is not text is accepted.")
def _err_5_number_as_text(contract: Contract) -> Change | None:
    pointer = contract.decide.description
    if not pointer:
        return None
    return accepts(contract, Role.DECIDE, lambda a: not isinstance(at(a.value, pointer), str | type(MISSING)))


@fault("ERR-5", "tags-of-any-type", "Tags that are not strings are accepted.")
def _err_5_tags_of_any_type(contract: Contract) -> Change | None:
    def tags(self: Any, asked: Asked, collection: Any) -> Answer:
        asked.__dict__["value"] = {"tags": {}}
        found: Answer = inherited(self, "tags", asked, collection)
        return found

    taken = accepts(contract, Role.TAGS, lambda a: isinstance(at(a.value, "/tags"), dict))
    return (lambda b: taken(part("service", tags=tags)(b))) if taken else None


@fault("ENM-2", "any-case", "A decision in another case is treated as the documented one.")
def _enm_2_any_case(contract: Contract) -> Change | None:
    rules = contract.decide
    operation = request_of(contract, Role.DECIDE)
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
