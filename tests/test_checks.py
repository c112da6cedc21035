"""Every check: seen to hold on exchanges that are right, and seen to fail on exchanges that are wrong."""

from __future__ import annotations

import pytest

from linkproof.checks.all import CHECKS
from linkproof.contract.load import all_requirements
from tests.approve import APPROVED, judgements
from tests.check_cases import CASES as FIRST
from tests.check_cases import Case
from tests.check_cases_effects import EFFECTS
from tests.traffic import judge

CASES = (*FIRST, *EFFECTS)
IDS = [f"{c.requirement} {c.name}".strip() for c in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_holds_on_what_is_right(case: Case) -> None:
    counts, breaches = judge(case.good, case.circumstances)
    assert counts.get(case.requirement, 0) > 0, "nothing was judged"
    assert [b for r, b in breaches if r == case.requirement] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_is_breached_on_what_is_wrong(case: Case) -> None:
    _, breaches = judge(case.bad, case.circumstances)
    own = [b for r, b in breaches if r == case.requirement]
    assert own, f"no breach; others: {[(r, b.message) for r, b in breaches]}"
    assert any(case.says in b.message for b in own), [b.message for b in own]


def test_every_requirement_has_a_check_and_cases() -> None:
    ids = {r.id for r in all_requirements() if r.subject == "target"}
    assert {r for check in CHECKS for r in check.requirements} == ids
    assert {c.requirement for c in CASES} == ids


def test_what_the_checks_say_is_what_was_approved() -> None:
    assert judgements().splitlines() == APPROVED.read_text(encoding="utf-8").splitlines(), "see tests/approve.py"
