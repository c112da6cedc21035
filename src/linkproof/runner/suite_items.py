"""Pytest items of the suites as scenarios: the contract and the requirements of a test, and its function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from linkproof.contract.requirement import Requirement
from linkproof.errors import LinkproofError
from linkproof.runner.contract_workers import ContractWorker, ResetBarrier, run_workers
from linkproof.runner.dealing import contract_of, parent_of
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import LacksFixtures
from linkproof.runner.readings import Held
from linkproof.runner.scenario_runner import Scenario, perform
from linkproof.runner.session import Session


def requirements_of(item: Any) -> tuple[str, ...]:
    """Return the requirement ids that a test is marked with."""
    return tuple(i for mark in item.iter_markers("requirement") for i in mark.args)


def scenario_of(item: pytest.Item, requirements: Iterable[Requirement]) -> Scenario:
    """Return a test of the suites as a scenario."""
    contract = contract_of(item)
    assert contract is not None
    name = item.nodeid.rsplit("/", 1)[-1].removesuffix(f"@{contract.id}")  # xdist adds the suffix
    wanted = requirements_of(item)
    binding = tuple(r.id for r in requirements if r.id in set(wanted) and r.applies_to(contract))
    return Scenario(name, contract.id, wanted, binding)


def run_in_workers(
    items: Sequence[pytest.Item],
    session: Session,
    requirements: Sequence[Requirement],
    done: Callable[[str], object],
    max_failures: int = 0,
) -> dict[str, BaseException | None]:
    """Run the tests of each parent of each contract in a worker; return what each test raised, by node id.

    The workers' results are merged into ``session`` in the order of the contracts and parents. If no writes are
    allowed, a parent's tests are sent concurrently as well, and judged in order. No test begins after ``max_failures``
    failed ones. Tests that lacked connections are repeated at the contract's other parents once all have ended.
    """
    barrier, number = ResetBarrier(), session.concurrency
    workers: list[ContractWorker] = []
    outcomes: dict[str, BaseException | None] = {}
    ahead = ThreadPoolExecutor(number, thread_name_prefix="test") if number > 1 and not session.target.writes else None
    try:
        for contract in session.contracts:
            own = [i for i in items if contract_of(i) is contract]
            parents = range(len(session.target.contracts[contract.id].each))
            for parent in parents:
                alone = session.alone(contract, barrier.meet, parent)
                tests: list[tuple[str, Callable[[], None]]] = []
                for item in (i for i in own if parent_of(i) == parent):
                    send = body_of(item, alone)
                    if ahead is not None:
                        send = partial(_judge_held, alone, ahead.submit(alone.hold, send))
                    scenario = scenario_of(item, requirements)
                    tests.append((item.nodeid, partial(perform, scenario, alone, send, final=len(parents) == 1)))
                workers.append(ContractWorker(alone, tests))
        stop = partial(_enough, workers, max_failures)
        run_workers(workers, number, barrier, done, stop)
        again = _elsewhere(items, workers, requirements, barrier)
        if again:
            _reset_all(session, [worker.session for worker in workers], barrier)
            workers += again
            run_workers(again, number, barrier, done, stop)
    finally:
        if ahead is not None:
            ahead.shutdown(wait=False, cancel_futures=True)
        for merged in dict.fromkeys(worker.session for worker in workers):
            session.merge(merged)
        for worker in workers:
            outcomes |= worker.outcomes
    return outcomes


def _elsewhere(
    items: Sequence[pytest.Item],
    workers: Sequence[ContractWorker],
    requirements: Sequence[Requirement],
    barrier: ResetBarrier,
) -> list[ContractWorker]:
    """Return a worker for each contract with tests that lacked connections: it repeats them at its other parents."""
    lacking = {name for w in workers for name, outcome in w.outcomes.items() if isinstance(outcome, LacksFixtures)}
    sessions: dict[str, list[Session]] = {}
    for worker in workers:
        sessions.setdefault(worker.session.contracts[0].id, []).append(worker.session)
    found: list[ContractWorker] = []
    for own in sessions.values():
        tests = [
            (item.nodeid, partial(perform_at, item, [*own[:parent], *own[parent + 1 :]], requirements, barrier))
            for item in items
            if item.nodeid in lacking and contract_of(item) is own[0].contracts[0]
            for parent in [parent_of(item)]
        ]
        if tests:
            found.append(ContractWorker(own[0], tests))
    return found


def _reset_all(session: Session, alone: Sequence[Session], barrier: ResetBarrier) -> None:
    """Reset the target, if it can be reset: what the sessions have now may depend on which of them ended first."""
    with suppress(LinkproofError):  # a test that needs the reset reports it
        session.reset()
    for one in alone:
        if session.can_reset:
            one.was_reset()
        else:
            one.lose_track()
        one.resets = barrier.resets


def perform_at(
    item: pytest.Item, sessions: Sequence[Session], requirements: Iterable[Requirement], barrier: ResetBarrier
) -> None:
    """Perform a test in the first session whose parent has the connections that it needs."""
    scenario = scenario_of(item, requirements)
    for number, session in enumerate(sessions, 1):
        if session.resets != barrier.resets:  # by another session of the contract
            session.was_reset()
            session.resets = barrier.resets
        try:
            perform(scenario, session, body_of(item, session), final=number == len(sessions))
        except LacksFixtures:
            continue
        return


def _enough(workers: Sequence[ContractWorker], limit: int) -> bool:
    """Whether the limit of failed tests is reached, after which no other test begins; 0 means no limit."""
    failed = sum(
        isinstance(o, Exception) and not isinstance(o, LacksFixtures)
        for w in list(workers)
        for o in list(w.outcomes.values())
    )
    return bool(limit) and failed >= limit


def body_of(item: pytest.Item, session: Session) -> Callable[[], object]:
    """Return a test's function, bound to a session of its contract."""
    assert isinstance(item, pytest.Function)
    given = {**item.callspec.params, "driver": Driver(session, session.contracts[0])}
    return partial(item.obj, **given)


def _judge_held(session: Session, ahead: Future[Held[object]]) -> object:
    """Judge the exchanges of a test that was sent ahead of its turn."""
    held = ahead.result()
    session.let_in(held.exchanges)
    return held.outcome()
