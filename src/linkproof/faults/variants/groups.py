"""Variants of how connections name their parent's private link resources."""

from __future__ import annotations

from linkproof.base.json_values import at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.edits import answers, groups
from linkproof.faults.registry import Change, variant
from linkproof.mock.messages import Answer, Asked

# groups


@variant("SHP-8", "group-in-another-case", "Connections spell their parent's groups in another case.")
def _shp_8_group_in_another_case(contract: Contract) -> Change | None:
    return groups(contract, str.upper)


@variant("SHP-8", "group-by-name", "Connections name groups by the name of the link resource; its group id is another.")
def _shp_8_group_by_name(contract: Contract) -> Change | None:
    if groups(contract, str) is None:
        return None

    def edit(_: Asked, answer: Answer) -> None:
        for value in at(answer.value, "/value") or [answer.value]:
            if isinstance(at(value, "/properties/groupId"), str):
                place(value, "/properties/groupId", "another-id")

    return answers(edit, Role.LINK_RESOURCES, Role.LINK_RESOURCE)
