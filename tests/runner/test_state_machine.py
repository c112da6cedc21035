"""Random lifecycles are drawn before any request, and depend on the seed alone."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor

from linkproof.contract.loader import all_contracts
from linkproof.contract.operation import Role
from linkproof.mock.defaults import DEFAULT
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.prepared_cases import CaseKind
from linkproof.runner.property_based import cases_of, one_at_a_time
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.runner.state_machine import draw_lives

PEC = next(c for c in all_contracts() if c.id == "azure-healthcareapis-pec")


def drawn(seed: int) -> object:
    draw_lives.cache_clear()
    with one_at_a_time:
        return draw_lives(seed, 4, 8)


def test_they_follow_from_the_seed() -> None:
    lives = drawn(1)
    assert lives == drawn(1)
    assert lives != drawn(2)
    assert len(draw_lives(1, 4, 8)) == 4
    assert {m.kind for life in draw_lives(1, 4, 8) for m in life} >= {"decide", "delete", "show"}


def test_hypothesis_runs_in_one_thread_at_a_time() -> None:
    draw_lives.cache_clear()
    operation = PEC.by_role(Role.DECIDE)
    assert operation is not None

    def draw(number: int) -> int:
        with one_at_a_time:
            count = len(draw_lives(number, 2, 5))
        return count + len(cases_of(PEC, operation, CaseKind("positive", 3), 1000 + number))

    with ThreadPoolExecutor(8) as pool:
        assert all(count > 2 for count in pool.map(draw, range(16)))


def test_a_run_leaves_the_contract_as_it_was() -> None:
    before = copy.deepcopy([o.request_example for o in PEC.operations])
    run = Conformance(Choices(contracts=(PEC.id,)), opener=without_a_socket(DEFAULT))
    try:
        run_suites(run)
    finally:
        run.close()
    assert run.results is not None
    assert [o.request_example for o in PEC.operations] == before
