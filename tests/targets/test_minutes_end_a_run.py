"""The budget's minutes end a run in any phase: preflight, reset, requests, cleanup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from linkproof.base.clock import VirtualClock
from linkproof.contract.loader import all_contracts
from linkproof.runner.cleanup import clean_up
from linkproof.runner.fixtures_needed import fixtures_needed
from linkproof.runner.open_target import Opened
from linkproof.runner.preflight.examine import examine
from linkproof.runner.run_context import Choices, RunContext
from linkproof.targets.budget import Budget, Limits, OutOfTime
from linkproof.targets.embedded import embedded_target
from linkproof.targets.journal import Journal

PEC = next(c for c in all_contracts() if c.id == "azure-healthcareapis-pec")
BASE = "http://slow.invalid"


class Slow(httpx.BaseTransport):
    """Answers each request after ``seconds`` of the run's own clock."""

    def __init__(self, clock: VirtualClock, seconds: float, answer: Callable[[], httpx.Response]) -> None:
        self.asked = 0
        self._clock, self._seconds, self._answer = clock, seconds, answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        del request
        self.asked += 1
        self._clock.sleep(self._seconds)
        return self._answer()


def opened(seconds: float, status: int = 200, body: object = None, **more: object) -> tuple[Opened, Slow]:
    """A target with one minute, each answer of which takes some seconds."""
    clock = VirtualClock()
    value = {"value": []} if body is None else body
    slow = Slow(clock, seconds, lambda: httpx.Response(status, json=value))
    target = replace(embedded_target(BASE, [PEC]), limits=Limits(minutes=1), ephemeral=False, **more)  # type: ignore[arg-type]
    return Opened(target, lambda: None, transport=slow, clock=clock, began=clock.now()), slow


def test_the_preflight_takes_its_minutes_from_the_runs() -> None:
    target, slow = opened(25, reset=None)
    found = examine(target, [PEC], "t.toml", fixtures_needed)
    assert slow.asked == 3
    assert found.problem is None
    assert "the budget of 1 minutes is used up: nothing else was examined" in found.sentence
    with pytest.raises(OutOfTime):
        target.client().budget.spend()


def test_a_reset_after_the_last_minute_ends_no_run_without_results() -> None:
    target, slow = opened(25)
    context = RunContext(Choices("t.toml", (PEC.id,)), lambda *_: target)
    context.preflight(lambda _: {})
    before = slow.asked
    session = context.session()  # each test then says that the budget is used up
    with pytest.raises(OutOfTime):
        session.client.budget.spend()
    assert slow.asked <= before + 1
    context.close()


def test_cleaning_up_ends_too() -> None:
    target, slow = opened(60, 200, {"properties": {}}, kind="live")
    journal = Journal()
    for number in range(40):
        journal.changing(PEC.id, f"c-{number}", {"status": "Pending"})
    left = clean_up(target, [PEC], journal)
    assert slow.asked <= 6  # five minutes, a minute each
    assert len(left) == len(journal.open) == 40
    assert sum("the budget of 5 minutes is used up" in one.what for one in left) >= 34


def test_a_long_pause_is_not_called_a_budget_that_is_used_up() -> None:
    clock = VirtualClock()
    budget = Budget(Limits(minutes=1), clock)
    with pytest.raises(OutOfTime, match=r"a pause of 86400 s would exceed the budget of 1 minutes"):
        budget.rest(86400)
    budget.rest(30)
    clock.sleep(31)
    with pytest.raises(OutOfTime, match="is used up"):
        budget.rest(1)
