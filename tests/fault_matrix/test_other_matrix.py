"""The matrix of the other server: requests that meet, and what a group leaves of a fault."""

from __future__ import annotations

import pytest

from linkproof.base.clock import VirtualClock
from tests.other_matrix import CONTRACTS, EXAMPLE, Transport, attempt, company, needs_real_time, run_of

pytestmark = pytest.mark.skipif(not EXAMPLE.is_file(), reason="../shared/target-example.toml is absent")


def test_two_requests_at_the_same_time_meet_where_a_quirk_waits_for_that() -> None:
    assert needs_real_time(["c4-no-auth", "c1-race-mix"])
    assert not needs_real_time(["c4-no-auth"])
    outcome = attempt(["c1-race-mix"], CONTRACTS["C1"], all_tests=False)
    assert {r.requirement for r in outcome.reported} == {"STA-10"}


def test_a_fault_of_which_another_one_leaves_nothing_is_hidden() -> None:
    group = ["c5-no-code-404", "c5-html-404"]
    both = company(group, ())
    assert both.hides("c5-no-code-404")
    assert not both.hides("c5-html-404")


def test_two_servers_of_one_clock_have_the_same_dates() -> None:
    """So that lists by date, which one second would put into another order, can be compared."""
    [one, other] = [Transport([], VirtualClock().now) for _ in range(2)]
    requests = [r for r, _ in run_of(CONTRACTS["C4"])]
    assert [one.receive(r).body for r in requests] == [other.receive(r).body for r in requests]


def test_a_poll_of_what_has_ended_leaves_the_url_known() -> None:
    """The last answer of an operation names no URL: the server named it before."""
    both = company(["c2-no-status", "c2-no-links"], ())
    assert both.hides("c2-no-status")
    assert not both.hides("c2-no-links")
