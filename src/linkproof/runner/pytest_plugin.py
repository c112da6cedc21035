"""The pytest plug-in: options, one test per contract, judgement after each test, results at the end.

A test of the suites brings exchanges about; it does not judge them (``runner/scenario_runner.py``).
"""

from __future__ import annotations

import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.shutdown import undisturbed
from linkproof.contract.loader import all_contracts, all_requirements, select
from linkproof.contract.model import Contract, Requirement
from linkproof.errors import LinkproofError, UsageError
from linkproof.judging.judge import Judged
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Exchange, Grade
from linkproof.model.results import Broken, LeftBehind, Results
from linkproof.runner.cleanup import clean_up, provisioned
from linkproof.runner.contract_workers import Lane, Meeting, run_lanes
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import Opened, Opener, open_target
from linkproof.runner.run_recorder import Recording, missing_of, replayed_info
from linkproof.runner.scenario_runner import Scenario, broke, perform
from linkproof.runner.session import Held, Session, merge_skips
from linkproof.targets.journal import Journal
from linkproof.targets.model import Target


@dataclass(frozen=True)
class Choices:
    """What a run was asked for: target file (empty: the embedded server), contracts, seed (None: the usual one).

    ``record`` is the cassette to write, "" for none; ``journal`` says where changes of a live target are written down;
    ``concurrency`` is how many requests may be on their way at the same time.
    """

    target: str = ""
    contracts: tuple[str, ...] = ()
    seed: int | None = None
    allow_unproven: bool = False
    record: str = ""
    journal: str = "reports/journal.jsonl"
    concurrency: int = 1


@dataclass
class _Spool:
    """What a worker hands to its controller: what it judged, skip reasons, what broke, what a cassette lacks."""

    judged: Judged | None = None
    skipped: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    missing: int = 0
    left: list[LeftBehind] = field(default_factory=list)


class Conformance:
    """Registered with pytest for one run; ``results`` is there when the run is over."""

    def __init__(
        self,
        choices: Choices,
        progress: Callable[[str, int, int], None] | None = None,
        opener: Opener = open_target,
    ) -> None:
        self.choices = choices
        self._opener = opener
        self.results: Results | None = None
        self._progress = progress
        self._opened: Opened | None = None
        self._session: Session | None = None
        self._recording: Recording | None = None
        self._journal: Journal | None = None
        self._left: list[LeftBehind] = []
        self._spool = _Spool()
        self._folder = ""
        self._worker = ""
        self._outcomes: dict[str, BaseException | None] = {}
        self._done = self._count = 0
        self._started = time.time()
        self._requirements: tuple[Requirement, ...] = all_requirements()

    # set-up

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Note whether this is an xdist worker; keep the tests of a contract on one worker."""
        config.addinivalue_line("markers", "requirement(*ids): the requirements that a test of the suites exercises")
        config.addinivalue_line("markers", "xdist_group(name): the tests of a contract stay on one worker")
        worker = getattr(config, "workerinput", None)
        if worker is not None:
            self._worker, self._folder = worker["workerid"], worker["linkproof_folder"]
            # A worker reads the command line anew, and would not know how tests are dealt out.
            config.option.loadgroup = worker["linkproof_groups"]
        elif getattr(config.option, "numprocesses", None):
            self._folder = tempfile.mkdtemp(prefix="linkproof-")
            if config.option.dist in ("no", "load"):
                config.option.dist = "loadgroup"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to leave its exchanges."""
        node.workerinput["linkproof_folder"] = self._folder
        node.workerinput["linkproof_groups"] = node.config.option.dist == "loadgroup"

    def contracts(self) -> tuple[Contract, ...]:
        """The contracts that the target names, of those that were asked for."""
        opened = self._open()
        return tuple(c for c in select(all_contracts(), self.choices.contracts) if c.id in opened.target.contracts)

    def _open(self) -> Opened:
        if self._opened is None:
            self._opened = self._opener(self.choices.target, select(all_contracts(), self.choices.contracts))
        return self._opened

    def target(self) -> Target:
        """The target that was asked for. Raises UsageError."""
        return self._open().target

    def session(self) -> Session:
        """The session of this process, opened at first need."""
        if self._session is None:
            opened = self._open()
            # Workers share a target, and none may reset it under the others; each has a cassette, or an embedded
            # server, of its own.
            may_reset = not self._worker or opened.recorded is not None or not self.choices.target
            client = opened.client()
            if opened.recorded is None:
                client.sign_in({c.vendor for c in self.contracts()})
            prepared = self._prepared(opened)
            if prepared is not opened:
                client.close()
                opened, client = prepared, prepared.client()
            self._session = Session(
                opened.target,
                self.contracts(),
                seed=self.seed,
                keep=None if self._worker else self.recorder(),
                may_reset=may_reset,
                client=client,
                journal=self._journal,
                concurrency=1 if opened.recorded is not None or self._recording else self.choices.concurrency,
            )
            if may_reset:
                self._session.reset()
        return self._session

    def _prepared(self, opened: Opened) -> Opened:
        """A live target that is written to: with a journal, and with the connections that its file asks for."""
        target = opened.target
        if target.kind != "live" or not target.writes or opened.recorded is not None:
            return opened
        suffix = f"-{self._worker}" if self._worker else ""
        given = Path(self.choices.journal)
        # A plan changes nothing, and needs no file.
        path = given.with_stem(given.stem + suffix) if opened.transport is None else None
        if path is not None and path.exists():
            if Journal.read(path).open:
                problem = "an earlier run has left something behind"
                raise UsageError(problem, where=str(path), fix=f"linkproof cleanup {path}")
            path.unlink()
        self._journal = Journal(path, str(Path(self.choices.target).resolve()))
        self._opened = provisioned(opened, self.contracts(), self._journal)
        return self._opened

    def _clean(self) -> None:
        """Undo what was made and changed; what cannot be undone is told in the report."""
        journal, self._journal = self._journal, None
        if journal is not None and self._opened is not None:
            try:
                with undisturbed(journal.path):
                    self._left += clean_up(self._opened, self.contracts(), journal)
            finally:
                journal.close()

    @property
    def seed(self) -> int:
        """What everything random follows from: as asked for, else that of the cassette, else 1."""
        if self.choices.seed is not None:
            return self.choices.seed
        recorded = self._open().recorded
        return recorded.seed if recorded else 1

    def recorder(self) -> Callable[[Exchange], None] | None:
        """Where exchanges go that are recorded. Raises UsageError where the cassette cannot be written."""
        if not self.choices.record:
            return None
        if self._open().recorded is not None:
            problem = "a replay is not recorded again: it would hold no more than the cassette"
            raise UsageError(problem, where=f"--record {self.choices.record}", fix="copy the cassette")
        if self.choices.concurrency > 1:
            problem = "a cassette keeps one order: what is recorded is sent one after the other"
            raise UsageError(problem, where=f"--record {self.choices.record}", fix="leave out --concurrency")
        if self._recording is None:
            self._recording = Recording(Path(self.choices.record), self._open().target, self.seed)
        return self._recording.write

    # tests

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test per contract that one of its requirements binds."""
        if "driver" not in metafunc.fixturenames:
            return
        wanted = _requirements_of(metafunc.definition)
        rules = [r for r in self._requirements if r.id in wanted]
        chosen = [c for c in self.contracts() if any(r.applies_to(c) for r in rules)]
        params = [pytest.param(c, id=c.id, marks=pytest.mark.xdist_group(c.id)) for c in chosen]
        metafunc.parametrize("driver", params, indirect=True)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know how many there are, for the progress."""
        self._count = len(session.items)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """With several contracts at the same time: they are gone through first, and their outcomes told as usual."""
        if self._runs_in_lanes() and not session.config.option.collectonly:
            self._run_lanes(session.items)
        return (yield)

    def _runs_in_lanes(self) -> bool:
        several = len(self.contracts()) > 1 or not self.target().writes
        return self.choices.concurrency > 1 and several and not self._worker and not self._folder

    def _run_lanes(self, items: Sequence[pytest.Item]) -> None:
        """Each contract in a lane of its own; what they come to is put together in the contracts' order.

        Where nothing may be written no test waits for another, either: they are only judged in their order.
        """
        whole, meeting = self.session(), Meeting()
        lanes: list[Lane] = []
        with ThreadPoolExecutor(self.choices.concurrency, thread_name_prefix="test") as ahead:
            for contract in self.contracts():
                session = whole.alone(contract, meeting.meet)
                tests: list[tuple[str, Callable[[], None]]] = []
                for item in (i for i in items if _contract_of(i) is contract):
                    bring_about = _bring_about(item, session)
                    if not whole.target.writes:
                        bring_about = partial(_judge_held, session, ahead.submit(session.hold, bring_about))
                    tests.append((item.nodeid, partial(perform, self._scenario(item), session, bring_about)))
                lanes.append(Lane(session, tests))
            try:
                run_lanes(lanes, self.choices.concurrency, meeting, self._tell_progress)
            finally:
                ahead.shutdown(wait=False, cancel_futures=True)
                for lane in lanes:
                    whole.take_in(lane.session)
                    self._outcomes |= lane.outcomes

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Judge a test by what the checks found in its exchanges."""
        if _contract_of(pyfuncitem) is None:
            return None
        if pyfuncitem.nodeid in self._outcomes:
            outcome = self._outcomes[pyfuncitem.nodeid]
            if outcome is not None:
                raise outcome
            return True
        names = pyfuncitem._fixtureinfo.argnames
        given = {name: pyfuncitem.funcargs[name] for name in names}
        perform(self._scenario(pyfuncitem), self.session(), partial(pyfuncitem.obj, **given))
        return True

    def _scenario(self, item: pytest.Item) -> Scenario:
        contract = _contract_of(item)
        assert contract is not None
        name = item.nodeid.rsplit("/", 1)[-1].removesuffix(f"@{contract.id}")  # the suffix is xdist's
        wanted = _requirements_of(item)
        binding = tuple(r.id for r in self._requirements if r.id in set(wanted) and r.applies_to(contract))
        return Scenario(name, contract.id, wanted, binding)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Show progress."""
        if nodeid not in self._outcomes:
            self._tell_progress(nodeid)

    def _tell_progress(self, nodeid: str) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(nodeid.rsplit("/", 1)[-1], self._done, self._count)

    def pytest_keyboard_interrupt(self) -> None:
        """The user, or whoever stops the process, ends the run: what was seen is reported, and nothing more is sent."""
        if self._session is not None:
            broke(self._session, "the run was interrupted", "what had not been sent by then is not exercised")

    @pytest.fixture
    def driver(self, request: pytest.FixtureRequest) -> Driver:
        """Drives the contract that the test is about."""
        try:
            return Driver(self.session(), request.param)
        except LinkproofError as error:
            # Nothing can be sent: no other test would fare better.
            pytest.exit(f"linkproof: {error}", returncode=error.exit_code)

    # the end

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """A worker leaves its exchanges; everybody else comes to results."""
        try:
            self._clean()
            if self._worker:
                self._spool.left = self._left
                if self._session is not None:
                    self._spool.skipped = dict(self._session.skipped)
                    self._spool.broken = list(self._session.broken)
                    self._spool.judged = self._session.judge.judged()
                    self._spool.missing = missing_of(self._session)
                (Path(self._folder) / f"{self._worker}.spool").write_bytes(pickle.dumps(self._spool))
            elif self._folder:
                self.results = self._merged()
            elif self._session is not None:
                self.results = self._concluded(self._session, missing_of(self._session))
        finally:
            self.close()

    def _concluded(self, session: Session, missing: int) -> Results:
        recorded = self._open().recorded
        results = conclude(
            session.judge,
            session.contracts,
            self._requirements,
            RunFacts(
                target=session.target_info()
                if recorded is None
                else replayed_info(session, recorded, missing, self._started),
                started_at=datetime.fromtimestamp(self._started, UTC).isoformat(timespec="seconds"),
                duration_s=round(time.time() - self._started, 3),
                requests=session.judge.exchanges,
                skipped=session.skipped,
                broken=session.broken,
                seed=self.seed,
                allow_unproven=self.choices.allow_unproven,
                evidence=Grade.RECORDING if recorded is not None and recorded.target.kind == "live" else None,
            ),
        )
        results.left_behind = self._left
        return self._recording.results(results) if self._recording else results

    def _merged(self) -> Results | None:
        """Put together what all workers came to: each had contracts of its own."""
        spools: list[_Spool] = [pickle.loads(path.read_bytes()) for path in sorted(Path(self._folder).glob("*.spool"))]
        shutil.rmtree(self._folder, ignore_errors=True)
        if not any(s.judged or s.skipped or s.broken for s in spools):
            return None
        opened = self._open()
        session = Session(opened.target, self.contracts(), seed=self.seed)
        for spool in spools:
            if spool.judged is not None:
                session.judge.take(spool.judged)
            session.broken.extend(spool.broken)
            self._left.extend(spool.left)
        session.skipped.update(merge_skips(s.skipped for s in spools))
        results = self._concluded(session, sum(s.missing for s in spools))
        session.close()
        return results

    def close(self) -> None:
        """Let go of the session and of the embedded server; undo what is not undone yet."""
        self._clean()
        if self._session is not None:
            self._session.close()
        if self._recording is not None:
            self._recording.close()
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def _bring_about(item: pytest.Item, session: Session) -> Callable[[], object]:
    """A test's body, for a session of its contract alone."""
    assert isinstance(item, pytest.Function)
    given = {**item.callspec.params, "driver": Driver(session, session.contracts[0])}
    return partial(item.obj, **given)


def _judge_held(session: Session, ahead: Future[Held[object]]) -> object:
    """What a test came to that was gone through ahead of its turn."""
    held = ahead.result()
    session.let_in(held.exchanges)
    return held.outcome()


def _requirements_of(item: Any) -> tuple[str, ...]:
    found: list[str] = []
    for mark in item.iter_markers("requirement"):
        found.extend(mark.args)
    return tuple(found)


def _contract_of(item: pytest.Item) -> Contract | None:
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("driver") if callspec is not None else None
    return found if isinstance(found, Contract) else None
