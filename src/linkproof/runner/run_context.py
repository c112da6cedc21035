"""The context of one run: its choices, the opened target, session, journal and cassette, and the results."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from linkproof.base.shutdown import undisturbed
from linkproof.base.wording import moment_of
from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import UsageError
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Exchange, Grade
from linkproof.model.results import Broken, LeakedResource, Results
from linkproof.runner.cleanup import ACCEPTED, clean_up, provisioned
from linkproof.runner.open_target import Opened, Opener, open_target
from linkproof.runner.preflight.examine import Needs, examine, without_missing
from linkproof.runner.preflight.findings import Preflight
from linkproof.runner.run_recorder import Recording, replayed_info
from linkproof.runner.selection import EVERYTHING, Selection
from linkproof.runner.session import Session
from linkproof.targets.budget import OverBudget
from linkproof.targets.file import requested_contracts
from linkproof.targets.journal import Journal
from linkproof.targets.model import Target

#: Seed of a run that neither the command line nor a cassette gives one.
DEFAULT_SEED = 1


@dataclass(frozen=True)
class Choices:
    """The choices of a run: target file (empty: the embedded server), contracts, seed (None: the default).

    ``record``: the cassette to write, "" for none. ``journal``: the file that records changes of a live target.
    ``concurrency``: the maximum number of concurrent requests. ``selection``: the selected tests. ``judged``: whether
    answers are judged; a run that only shows or counts what is sent does not need that.
    """

    target: str = ""
    contracts: tuple[str, ...] = ()
    seed: int | None = None
    allow_unproven: bool = False
    record: str = ""
    journal: str = "reports/journal.jsonl"
    concurrency: int = 1
    selection: Selection = EVERYTHING
    judged: bool = True


class RunContext:
    """One process's part of a run; opens resources when they are first needed, and closes them.

    ``observe`` is called with every exchange, for logs and progress. ``worker`` is the id of this process's xdist
    worker, "" outside xdist. ``left`` lists what could not be undone.
    """

    def __init__(
        self,
        choices: Choices,
        opener: Opener = open_target,
        observe: Callable[[Exchange], object] | None = None,
    ) -> None:
        self.choices = choices
        self._observe = observe
        self.worker = ""
        self.left: list[LeakedResource] = []
        self.examined = Preflight()
        self.requirements: tuple[Requirement, ...] = all_requirements()
        self.current: Session | None = None
        self._at_parents: dict[str, list[Session]] = {}
        self._opener = opener
        self._opened: Opened | None = None
        self._recording: Recording | None = None
        self._journal: Journal | None = None
        self._started = time.time()

    def contracts(self) -> tuple[Contract, ...]:
        """Return the chosen contracts that the target names."""
        opened = self.open()
        return tuple(c for c in self._asked() if c.id in opened.target.contracts)

    def _asked(self) -> tuple[Contract, ...]:
        """Return the chosen contracts: by name, in the target file, or all reviewed ones."""
        return requested_contracts(self.choices.contracts, Path(self.choices.target) if self.choices.target else None)

    def open(self) -> Opened:
        """Return the opened target. Raises UsageError."""
        if self._opened is None:
            self._opened = self._opener(self.choices.target, self._asked())
        return self._opened

    def target(self) -> Target:
        """Return the chosen target. Raises UsageError."""
        return self.open().target

    @property
    def seed(self) -> int:
        """Return the seed of all random choices: the chosen one, else that of the cassette, else the default."""
        if self.choices.seed is not None:
            return self.choices.seed
        recorded = self.open().recorded
        return recorded.seed if recorded else DEFAULT_SEED

    def preflight(self, count: Needs, *, always: bool = False) -> Preflight:
        """Examine the target before anything is judged; a target error then ends the run. Raises UsageError.

        The embedded server and cassettes are not examined.

        Args:
            count: returns how many connections the selected tests use.
            always: count even if the target resets its connections.
        """
        opened = self.open()
        if opened.recorded is not None or not self.choices.target:
            return Preflight()
        needs = count if always or (opened.target.writes and opened.target.reset is None) else None
        self.examined = examine(opened, self.contracts(), self.choices.target, needs)
        self._opened = without_missing(opened, self.examined)
        return self.examined

    def session(self) -> Session:
        """Return the session of this process, opened when first needed. Raises UsageError, TargetError."""
        if self.current is None:
            opened = self.open()
            # Workers share a live target, and none may reset it while others use it; each has its own cassette or
            # embedded server.
            may_reset = not self.worker or opened.recorded is not None or not self.choices.target
            problem = self.examined.problem
            may_reset = may_reset and problem is None
            client = opened.client()
            if opened.recorded is None and problem is None:
                client.sign_in({c.vendor for c in self.contracts()})
            prepared = self._prepared(opened) if problem is None else opened
            if prepared is not opened:
                client.close()
                opened, client = prepared, prepared.client()
            self.current = Session(
                opened.target,
                self.contracts(),
                seed=self.seed,
                keep=None if self.worker else self.recorder(),
                may_reset=may_reset,
                client=client,
                journal=self._journal,
                concurrency=1 if opened.recorded is not None or self._recording else self.choices.concurrency,
                observe=self._observe,
                judged=self.choices.judged,
            )
            if problem is not None:
                self.current.dead = str(problem)
                self.current.broken.append(Broken(str(problem), "found before anything was judged"))
            if may_reset:
                with suppress(OverBudget):  # each test then reports it
                    self.current.reset()
        return self.current

    def at_parents(self, contract: Contract) -> list[Session]:
        """Return a session for each parent of a contract, opened when first needed. Raises UsageError, TargetError."""
        if contract.id not in self._at_parents:
            session = self.session()
            parents = range(len(session.target.contracts[contract.id].each))
            self._at_parents[contract.id] = [session.alone(contract, parent=number) for number in parents]
        return list(self._at_parents[contract.id])

    def merge_parents(self) -> None:
        """Merge the sessions of single parents."""
        for sessions in self._at_parents.values():
            for one in sessions:
                self.session().merge(one)
        self._at_parents.clear()

    def recorder(self) -> Callable[[Exchange], None] | None:
        """Return the recorder of exchanges, if any. Raises UsageError if the cassette cannot be written."""
        if not self.choices.record:
            return None
        if self.open().recorded is not None:
            problem = "a replay is not recorded again: it would hold no more than the cassette"
            raise UsageError(problem, where=f"--record {self.choices.record}", fix="copy the cassette")
        if self.choices.concurrency > 1:
            problem = "a cassette keeps one order: what is recorded is sent one after the other"
            raise UsageError(problem, where=f"--record {self.choices.record}", fix="leave out --concurrency")
        if self._recording is None:
            self._recording = Recording(Path(self.choices.record), self.open().target, self.seed)
        return self._recording.write

    def conclude(self, session: Session, missing: int) -> Results:
        """Return the results of a session; ``missing``: number of requests that were not in the cassette."""
        recorded = self.open().recorded
        results = conclude(
            session.judge,
            session.contracts,
            self.requirements,
            RunFacts(
                target=session.target_info()
                if recorded is None
                else replayed_info(session, recorded, missing, self._started),
                started_at=moment_of(self._started),
                duration_s=round(time.time() - self._started, 3),
                requests=session.judge.exchanges,
                skipped=session.skipped,
                broken=session.broken,
                seed=self.seed,
                allow_unproven=self.choices.allow_unproven,
                evidence=Grade.RECORDING if recorded is not None and recorded.target.kind == "live" else None,
            ),
        )
        results.left_behind = self.left
        return self._recording.results(results) if self._recording else results

    def clean(self) -> None:
        """Undo what was created and changed on a live target; add what cannot be undone to ``left``."""
        journal, self._journal = self._journal, None
        if journal is not None and self._opened is not None:
            try:
                with undisturbed(journal.path):
                    self.left += clean_up(self._opened, self.contracts(), journal)
            finally:
                journal.close()

    def close(self) -> None:
        """Close the session, the cassette and the target; undo what is not undone yet."""
        self.clean()
        if self.current is not None:
            self.current.close()
        if self._recording is not None:
            self._recording.close()
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _prepared(self, opened: Opened) -> Opened:
        """Return a writable live target with a journal and with the connections that its file asks for."""
        target = opened.target
        if target.kind != "live" or not target.writes or opened.recorded is not None:
            return opened
        suffix = f"-{self.worker}" if self.worker else ""
        given = Path(self.choices.journal)
        # A plan changes nothing, and needs no file.
        path = given.with_stem(given.stem + suffix) if opened.transport is None else None
        if path is not None and path.exists():
            earlier = Journal.read(path)
            if earlier.open:
                problem = "an earlier run has left something behind"
                raise UsageError(problem, where=str(path), fix=f"linkproof cleanup {path}")
            if any(e.outcome.startswith(ACCEPTED) for e in earlier.entries.values()):
                record = path.with_stem(f"{path.stem}-accepted")  # accepted entries stay in the journal
                with record.open("ab") as stream:
                    stream.write(path.read_bytes())
            path.unlink()
        self._journal = Journal(path, str(Path(self.choices.target).resolve()))
        self._opened = provisioned(opened, self.contracts(), self._journal)
        return self._opened
