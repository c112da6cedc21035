"""Pytest items of the suites as scenarios: the contract and the requirements of a test, and its function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.runner.contract_workers import ContractWorker, ResetBarrier, run_workers
from linkproof.runner.driver import Driver
from linkproof.runner.readings import Held
from linkproof.runner.scenario_runner import Scenario, perform
from linkproof.runner.session import Session


def requirements_of(item: Any) -> tuple[str, ...]:
    """Return the requirement ids that a test is marked with."""
    return tuple(i for mark in item.iter_markers("requirement") for i in mark.args)


def contract_of(item: pytest.Item) -> Contract | None:
    """Return the contract of a test, if it is one of the suites' tests."""
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("driver") if callspec is not None else None
    return found if isinstance(found, Contract) else None


def scenario_of(item: pytest.Item, requirements: Iterable[Requirement]) -> Scenario:
    """Return a test of the suites as a scenario."""
    contract = contract_of(item)
    assert contract is not None
    name = item.nodeid.rsplit("/", 1)[-1].removesuffix(f"@{contract.id}")  # xdist adds the suffix
    wanted = requirements_of(item)
    binding = tuple(r.id for r in requirements if r.id in set(wanted) and r.applies_to(contract))
    return Scenario(name, contract.id, wanted, binding)


def run_concurrently(
    items: Sequence[pytest.Item],
    session: Session,
    requirements: Sequence[Requirement],
    done: Callable[[str], object],
    max_failures: int = 0,
) -> dict[str, BaseException | None]:
    """Run each contract's tests in a worker; return what each test raised, by node id.

    The workers' results are merged into ``session`` in the order of the contracts. If no writes are allowed, a
    contract's tests are sent concurrently as well, and judged in order. No test begins after ``max_failures`` failed
    ones.
    """
    barrier, number = ResetBarrier(), session.concurrency
    workers: list[ContractWorker] = []
    outcomes: dict[str, BaseException | None] = {}
    with ThreadPoolExecutor(number, thread_name_prefix="test") as ahead:
        for contract in session.contracts:
            own = session.alone(contract, barrier.meet)
            tests: list[tuple[str, Callable[[], None]]] = []
            for item in (i for i in items if contract_of(i) is contract):
                send = _body_of(item, own)
                if not session.target.writes:
                    send = partial(_judge_held, own, ahead.submit(own.hold, send))
                tests.append((item.nodeid, partial(perform, scenario_of(item, requirements), own, send)))
            workers.append(ContractWorker(own, tests))
        try:
            run_workers(workers, number, barrier, done, partial(_enough, workers, max_failures))
        finally:
            ahead.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                session.merge(worker.session)
                outcomes |= worker.outcomes
    return outcomes


def _enough(workers: Sequence[ContractWorker], limit: int) -> bool:
    """Whether the limit of failed tests is reached, after which no other test begins; 0 means no limit."""
    failed = sum(isinstance(o, Exception) for w in list(workers) for o in list(w.outcomes.values()))
    return bool(limit) and failed >= limit


def _body_of(item: pytest.Item, session: Session) -> Callable[[], object]:
    """Return a test's function, bound to a session of its contract."""
    assert isinstance(item, pytest.Function)
    given = {**item.callspec.params, "driver": Driver(session, session.contracts[0])}
    return partial(item.obj, **given)


def _judge_held(session: Session, ahead: Future[Held[object]]) -> object:
    """Judge the exchanges of a test that was sent ahead of its turn."""
    held = ahead.result()
    session.let_in(held.exchanges)
    return held.outcome()
