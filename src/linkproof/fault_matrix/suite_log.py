"""Pytest plug-in of one matrix run: chooses the tests, and logs what each one sends, costs and finds."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass

import pytest

from linkproof.model.finding import Level
from linkproof.runner.dealing import contract_of
from linkproof.runner.run_context import RunContext


@dataclass(frozen=True, slots=True)
class Performed:
    """A test that was performed: requests sent, seconds of CPU, and the requirements breached in its exchanges."""

    name: str
    requests: int
    seconds: float
    breached: frozenset[str]


class SuiteLog:
    """Registered with pytest for one matrix run; ``performed`` has its tests.

    Args:
        context: the run.
        requirement: run only the tests that exercise this requirement, and stop once a breach of it is found;
            "": run all tests.
    """

    def __init__(self, context: RunContext, requirement: str = "") -> None:
        self._context = context
        self._requirement = requirement
        self._found = False
        self.performed: list[Performed] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, obj: object) -> list[pytest.Item] | None:
        """Leave out the tests that do not exercise the requirement: making all of them takes longer than one test."""
        if not self._requirement or not isinstance(collector, pytest.Module):
            return None
        marks = [m for m in getattr(obj, "pytestmark", ()) if m.name == "requirement"]
        return None if any(self._requirement in m.args for m in marks) else []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Log what a test does."""
        session = self._context.session()
        requests, began = session.requests, time.process_time()
        try:
            return (yield)
        finally:
            breaches = [(j.requirement, j.breach) for j in session.running.judged]
            breached = frozenset(name for name, breach in breaches if breach and breach.level is not Level.NOTE)
            seconds = time.process_time() - began
            self.performed.append(Performed(_name_of(pyfuncitem), session.requests - requests, seconds, breached))
            self._found = self._found or self._requirement in breached

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Stop the run once a breach of the requirement is found."""
        try:
            return (yield)
        finally:
            if self._found:
                item.session.shouldfail = f"{self._requirement} is breached"


def _name_of(item: pytest.Function) -> str:
    """Return the name of a test with its parameters, but without its contract."""
    function, _, given = item.name.partition("[")
    contract = contract_of(item)
    parameters = given.removesuffix("]").replace(contract.id if contract else "", "").strip("-").replace("--", "-")
    return f"{function}[{parameters}]" if parameters else function
