"""Exchanges of another api-version than the contract's: breaches of the contract's definition become notes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from linkproof.contract.call import Call
from linkproof.contract.defect import Defect
from linkproof.contract.requirement import Basis
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.model.finding import Judgement, Level

#: Defects that depend on the definition of one version; all others are defects in every version.
_BY_DEFINITION = frozenset(
    {Defect.METHOD, Defect.PATH, Defect.QUERY, Defect.LACKS_MEMBER, Defect.ENUMERATOR, Defect.BODY}
)


@cache
def _bases() -> dict[str, Basis]:
    return {r.id: r.rests_on for r in all_requirements()}


def of_another_version(call: Call, judgement: Judgement) -> Judgement:
    """Return a judgement on an exchange of another version: a note if it depends on the contract's definition."""
    breach = judgement.breach
    if breach is None or not _rests_on_definition(call, judgement.requirement):
        return judgement
    message = f"{breach.message} (seen: {call.seen_version}, judged by: {call.contract.version})"
    return replace(judgement, breach=replace(breach, level=Level.NOTE, message=message))


def _rests_on_definition(call: Call, requirement: str) -> bool:
    match _bases().get(requirement, Basis.RULE):
        case Basis.DEFINITION:
            return True
        case Basis.DEFECT:
            return any(f.defect in _BY_DEFINITION for f in call.defects)
        case Basis.RULE:
            return False
