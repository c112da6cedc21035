"""The pytest plug-in: one test per contract, judgement after each test, results at the end.

A test of the suites sends requests; it does not judge the answers (``runner/scenario_runner.py``). The hooks here only
connect pytest with the run (``run_context``), its tests (``suite_items``) and its workers (``xdist_spool``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linkproof.errors import LinkproofError
from linkproof.model.exchange import Exchange
from linkproof.model.results import Results
from linkproof.runner.contract_workers import ResetBarrier, Stopped
from linkproof.runner.dealing import contract_of, deal, parent_of
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import Opener, open_target
from linkproof.runner.run_context import Choices, RunContext
from linkproof.runner.run_recorder import missing_of
from linkproof.runner.scenario_runner import broke, perform
from linkproof.runner.selected_items import SelectedItems
from linkproof.runner.session import Session
from linkproof.runner.suite_items import perform_at, requirements_of, run_in_workers, scenario_of
from linkproof.runner.xdist_spool import merge_spools, read_spools, write_spool

#: Shows progress: the finished test, the number of finished tests, the number of all tests.
Progress = Callable[[str, int, int], None]


class Conformance:
    """The plug-in of one run; ``results`` is set at its end."""

    def __init__(
        self,
        choices: Choices,
        progress: Progress | None = None,
        opener: Opener = open_target,
        observe: Callable[[Exchange], object] | None = None,
    ) -> None:
        self.context = RunContext(choices, opener, observe)
        self.selected = SelectedItems(self.context)
        self.results: Results | None = None
        self._progress = progress
        self._folder = ""
        self._outcomes: dict[str, BaseException | None] = {}
        self._done = self._count = 0

    # set-up

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Detect an xdist worker; keep the tests of a contract on one worker."""
        config.addinivalue_line("markers", "requirement(*ids): the requirements that a test of the suites exercises")
        config.addinivalue_line("markers", "xdist_group(name): the tests of a contract stay on one worker")
        config.addinivalue_line("markers", "sends(number): about how many requests a test sends, if they are many")
        config.addinivalue_line("markers", "long_list: the test needs a parent with as many connections as any has")
        worker = getattr(config, "workerinput", None)
        if worker is not None:
            self.context.worker, self._folder = worker["workerid"], worker["linkproof_folder"]
            # A worker parses the command line again, and would not know how tests are distributed.
            config.option.loadgroup = worker["linkproof_groups"]
        elif getattr(config.option, "numprocesses", None):
            self._folder = tempfile.mkdtemp(prefix="linkproof-")
            if config.option.dist in ("no", "load"):
                config.option.dist = "loadgroup"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell an xdist worker where to write its results."""
        node.workerinput["linkproof_folder"] = self._folder
        node.workerinput["linkproof_groups"] = node.config.option.dist == "loadgroup"

    @pytest.fixture
    def driver(self, request: pytest.FixtureRequest) -> Driver:
        """Return the driver for the test's contract."""
        try:
            return Driver(self.context.session(), request.param)
        except LinkproofError as error:
            # Nothing can be sent: every other test would fail as well.
            pytest.exit(f"linkproof: {error}", returncode=error.exit_code)

    # tests

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Generate one test per contract to which one of its requirements applies."""
        if "driver" not in metafunc.fixturenames:
            return
        wanted = requirements_of(metafunc.definition)
        rules = [r for r in self.context.requirements if r.id in wanted]
        chosen = [c for c in self.context.contracts() if any(r.applies_to(c) for r in rules)]
        params = [pytest.param(c, id=c.id, marks=pytest.mark.xdist_group(c.id)) for c in chosen]
        metafunc.parametrize("driver", params, indirect=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Deal the tests over the parents before any is deselected: a selected test has the parent of a whole run."""
        if any(map(contract_of, items)):
            deal(items, self.context.target())

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the tests, for progress."""
        self._count = len(session.items)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run several contracts or parents in workers, then report their outcomes as usual."""
        if self._runs_in_workers() and not session.config.option.collectonly:
            context = self.context
            self._outcomes = run_in_workers(
                session.items,
                context.session(),
                context.requirements,
                self._show_progress,
                context.choices.selection.max_failures,
            )
        return (yield)

    def _runs_in_workers(self) -> bool:
        context = self.context
        if context.worker or self._folder:
            return False
        several = len(context.contracts()) > 1 or not context.target().writes
        parents = any(context.target().contracts[c.id].parents for c in context.contracts())
        return parents or (context.choices.concurrency > 1 and several)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Judge a test by the breaches in its exchanges."""
        contract = contract_of(pyfuncitem)
        if contract is None:
            return None
        if pyfuncitem.nodeid in self._outcomes:
            outcome = self._outcomes[pyfuncitem.nodeid]
            if isinstance(outcome, Stopped):
                pytest.skip(str(outcome))
            if outcome is not None:
                raise outcome
            return True
        if self.context.target().contracts[contract.id].parents:
            sessions = self.context.at_parents(contract)
            sessions.insert(0, sessions.pop(parent_of(pyfuncitem)))
            perform_at(pyfuncitem, sessions, self.context.requirements, ResetBarrier())
            return True
        names = pyfuncitem._fixtureinfo.argnames
        given = {name: pyfuncitem.funcargs[name] for name in names}
        scenario = scenario_of(pyfuncitem, self.context.requirements)
        perform(scenario, self.context.session(), partial(pyfuncitem.obj, **given))
        return True

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Show progress."""
        if nodeid not in self._outcomes:
            self._show_progress(nodeid)

    def _show_progress(self, nodeid: str) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(nodeid.rsplit("/", 1)[-1], self._done, self._count)

    def pytest_keyboard_interrupt(self) -> None:
        """Record the interrupt: results so far are reported, and nothing more is sent."""
        if self.context.current is not None:
            what = "requests that were not sent by then are not exercised"
            broke(self.context.current, "the run was interrupted", what)

    # the end

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write a worker's results to its spool; elsewhere, conclude."""
        context = self.context
        try:
            context.clean()
            session = context.current
            self.selected.note_stopped(session, self._outcomes)
            context.merge_parents()
            if context.worker:
                write_spool(Path(self._folder), context.worker, session, context.left)
            elif self._folder:
                self.results = self._merged()
            elif session is not None:
                self.results = self.selected.applied(context.conclude(session, missing_of(session)))
        finally:
            self.close()

    def _merged(self) -> Results | None:
        """Return the merged results of all workers; None if there are none."""
        spools = read_spools(Path(self._folder))
        if all(s.empty for s in spools):
            return None
        context = self.context
        session = Session(context.target(), context.contracts(), seed=context.seed)
        merge_spools(session, spools)
        for spool in spools:
            context.left.extend(spool.left)
        results = context.conclude(session, sum(s.missing for s in spools))
        session.close()
        return results

    def close(self) -> None:
        """Close the run; undo what is not undone yet."""
        self.context.close()
