"""The matrix of the other server: requests that meet, and what a group leaves of a fault."""

from __future__ import annotations

import pytest

from tests.other_matrix import CONTRACTS, EXAMPLE, attempt, has_no_effect, needs_real_time

pytestmark = pytest.mark.skipif(not EXAMPLE.is_file(), reason="../shared/target-example.toml is absent")


def test_two_requests_at_the_same_time_meet_where_a_quirk_waits_for_that() -> None:
    assert needs_real_time(["c4-no-auth", "c1-race-mix"])
    assert not needs_real_time(["c4-no-auth"])
    outcome = attempt(["c1-race-mix"], CONTRACTS["C1"], all_tests=False)
    assert {r.requirement for r in outcome.reported} == {"STA-10"}


def test_a_fault_of_which_another_one_leaves_nothing_has_no_effect() -> None:
    group = ["c5-no-code-404", "c5-html-404"]
    assert has_no_effect("c5-no-code-404", group)
    assert not has_no_effect("c5-html-404", group)
