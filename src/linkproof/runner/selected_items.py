"""The pytest plug-in that deselects tests, and records the selection in the results."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from linkproof.base.wording import count
from linkproof.model.results import Results
from linkproof.runner.contract_workers import Stopped
from linkproof.runner.dealing import contract_of
from linkproof.runner.run_context import RunContext
from linkproof.runner.selection import Pair, selected
from linkproof.runner.session import Session
from linkproof.runner.suite_items import requirements_of, scenario_of


class SelectedItems:
    """The plug-in of one run; it is registered next to the run itself."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._items: list[pytest.Item] = []
        self._ended: set[str] = set()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect the tests that are not selected."""
        selection = self._context.choices.selection
        if not selection.partial:
            return
        kept = [i for i in items if selection.performs(*self._facts_of(i))]
        config.hook.pytest_deselected(items=[i for i in items if i not in set(kept)])
        items[:] = kept

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Record the selected tests."""
        self._items = list(session.items)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Record that a test is over."""
        self._ended.add(nodeid)

    def note_stopped(self, session: Session | None, outcomes: Mapping[str, BaseException | None]) -> None:
        """Record why tests did not run after the limit of failures."""
        limit = self._context.choices.selection.max_failures
        if not limit or session is None:
            return
        reason = f"the run ended after {count(limit, 'failed test')} (--max-failures)"
        for item in self._items:
            ran = item.nodeid in self._ended and not isinstance(outcomes.get(item.nodeid), Stopped)
            if not ran and contract_of(item) is not None:
                _, contract, binding = self._facts_of(item)
                session.skip(contract, binding, reason)

    def applied(self, results: Results) -> Results:
        """Return the results restricted to the selection."""
        facts = [self._facts_of(i) for i in self._items]
        exercised: frozenset[Pair] = frozenset((contract, r) for _, contract, binding in facts for r in binding)
        return selected(results, self._context.choices.selection, exercised)

    def _facts_of(self, item: pytest.Item) -> tuple[str, str, tuple[str, ...]]:
        """Return a test's name, its contract, and the requirements that it exercises there."""
        if contract_of(item) is None:
            return item.name, "", requirements_of(item)
        scenario = scenario_of(item, self._context.requirements)
        return scenario.name, scenario.contract, scenario.binding
