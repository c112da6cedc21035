"""A session: one target, the exchanges of the suites with it, and their judgements."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from linkproof.base.json_values import weight_of
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Judgement, Level
from linkproof.model.results import Broken, TargetInfo
from linkproof.runner.circumstances import circumstances_of
from linkproof.runner.fixture_pool import FixturePool
from linkproof.runner.readings import Fresh, Held
from linkproof.targets.client import Client
from linkproof.targets.inflight_limit import InflightLimit
from linkproof.targets.journal import Journal
from linkproof.targets.model import Target
from linkproof.targets.transfer import AnswerTooLarge

T = TypeVar("T")

#: A judge's share of the work that has no contract: it matches exchanges to contracts, and judges none.
_NOTHING = (1, 1)

#: Memory that the answers of one test, which may keep all of them, take together: at most so many of the largest.
_LARGEST_KEPT = 2


#: Performs an action once other workers agree to it, and returns how many were performed by now.
Meet = Callable[[Callable[[], object]], int]


def meet_nobody(action: Callable[[], object]) -> int:
    """Perform an action for which no other worker has to wait."""
    action()
    return 0


@dataclass
class RunningScenario:
    """One test: what it sent, and what was judged in it."""

    name: str
    contract: str = ""
    judged: list[Judgement] = field(default_factory=list)
    inconclusive: list[str] = field(default_factory=list)


class Session:
    """The target, the judge and the fixtures of one process.

    Args:
        target: the judged target.
        contracts: the contracts that the target names, in order.
        seed: seed of all random choices.
        keep: called with every exchange when it is judged (for recordings, and for workers that report to a
            controller).
        may_reset: whether the target's fixtures may be reset.
        client: the client that answers; by default an HTTP client of the target.
        journal: records changes of a live target before they are made.
        concurrency: maximum number of concurrent requests.
        observe: called with every judged exchange, in every worker, for logs and progress.
        meet: called with the reset if other workers have to agree to it.
        judged: whether answers are judged.
    """

    # Long: one attribute per line.
    def __init__(
        self,
        target: Target,
        contracts: Iterable[Contract],
        *,
        seed: int = 1,
        keep: Callable[[Exchange], None] | None = None,
        may_reset: bool = True,
        client: Client | None = None,
        journal: Journal | None = None,
        concurrency: int = 1,
        observe: Callable[[Exchange], object] | None = None,
        meet: Meet = meet_nobody,
        judged: bool = True,
    ) -> None:
        self.concurrency = concurrency
        self._meet = meet
        self._local = threading.local()
        self._pool: ThreadPoolExecutor | None = None
        self.journal = journal
        self.target = target
        self.contracts = tuple(c for c in contracts if c.id in target.contracts)
        self.seed = seed
        self.client = client or Client(target)
        if concurrency > 1 and self.client.inflight is None:
            self.client.inflight = InflightLimit(concurrency)
        self._judged = judged
        share = (0, 1) if judged else _NOTHING
        self.judge = Judge(self.contracts, circumstances_of(target, self.contracts), any_version=True, share=share)
        self.skipped: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.broken: list[Broken] = []
        self.dead = ""
        self.silent = 0
        self.last_answered = ""
        self.slow: Counter[tuple[str, str]] = Counter()
        self.dropped: Counter[tuple[str, str]] = Counter()
        self.started = time.time()
        self.stuck, self.endless = set[str](), set[str]()  # contracts of which an operation, or a list, never ended
        #: By contract: undocumented values of connections that stayed for as long as an operation may take.
        self.at_rest: dict[str, set[str]] = defaultdict(set)
        #: By contract: optional members without which the target rejects decisions; empty if it rejects them anyway.
        self.beside: dict[str, tuple[str, ...]] = {}
        self._keep = keep
        self._observe = observe
        self._may_reset = may_reset
        #: The number of resets of all workers when the fixtures were last reset for this session.
        self.resets = 0
        self._lock = threading.Lock()
        self._number = 0
        self._epoch = 0
        self._running = RunningScenario("")
        self._kept_bytes = 0
        self.fixtures = FixturePool(target, self.contracts, self.judge.circumstances)
        self._fresh: dict[str, Fresh] = defaultdict(Fresh)

    def fresh(self, contract: Contract) -> Fresh:
        """Return what was read since connections of a contract may have changed last.

        Without writes, tests may run concurrently: each has its own readings.
        """
        return self._fresh[contract.id] if self.target.writes else Fresh()

    def reset(self) -> None:
        """Reset the fixtures, if the target can; the known state is forgotten."""
        if self.can_reset:
            self.resets = self._meet(self.client.reset)
            self.was_reset()

    @property
    def can_reset(self) -> bool:
        """Whether the target's fixtures may be reset, and the target can."""
        return self.target.reset is not None and self._may_reset

    def was_reset(self) -> None:
        """Forget the known state, and return all connections to the pool: the target's fixtures have been reset."""
        self.lose_track()
        self.fixtures.reset()

    def lose_track(self) -> None:
        """Forget the known state: from here on nothing is compared with earlier observations."""
        self._epoch += 1
        self._forget_readings()

    def _forget_readings(self) -> None:
        for fresh in self._fresh.values():
            fresh.forget()

    def unanswered(self, call: Call) -> None:
        """Record that a request of the running scenario is dropped every time: its effect is unknown."""
        self.lose_track()
        self._running.inconclusive.append(
            f"the server drops the connection on {call.exchange.request.method}: see HDR-5"
        )

    @property
    def running(self) -> RunningScenario:
        """The running scenario, or the last one."""
        return self._running

    @property
    def scenario_name(self) -> str:
        """Name of the running scenario."""
        return self._running.name

    # exchanges

    def enter(self, name: str, contract: str = "") -> RunningScenario:
        """Begin a scenario: all further exchanges belong to it."""
        if self.client.is_out_of_step:
            self.lose_track()
        self._running = RunningScenario(name, contract)
        self._kept_bytes = 0
        self.client.scenario = name
        return self._running

    def weigh(self, exchange: Exchange) -> None:
        """Add an answer to those of the running test. Raises AnswerTooLarge if they take too much memory together."""
        most = _LARGEST_KEPT * self.target.max_answer_bytes
        with self._lock:
            self.silent = 0
            self._kept_bytes += weight_of(exchange.response.body)
            if self._kept_bytes <= most:
                return
        limit = f"{most / 1e6:g} MB of memory ({_LARGEST_KEPT} x max_answer_mb)"
        request = exchange.request
        raise AnswerTooLarge(f"{request.method} {request.url}: the answers of one test take more than {limit}")

    def record(self, exchange: Exchange) -> Call | None:
        """Judge and store an exchange; return it as a call of a contract."""
        held: list[Exchange] | None = getattr(self._local, "held", None)
        if held is not None:
            held.append(exchange)
            with self._lock:
                return self.judge.peek(replace(exchange, world=f"run-{self._epoch}"))
        with self._lock:
            self._number += 1
            self.silent = 0
            placed = replace(exchange, number=self._number, world=f"run-{self._epoch}", scene=self._running.name)
            call, judgements = self.judge.feed(placed)
            if call is not None:
                self.fixtures.note(call)
            self._running.judged.extend(j for j in judgements if j.breach is not None)
            if self._keep is not None:
                self._keep(placed)
            if self._observe is not None:
                self._observe(placed)
            return call

    def side_by_side(self, readings: Iterable[Callable[[], T]]) -> list[T]:
        """Return the values of reading requests that are sent concurrently and judged in order.

        Exceptions are raised once all exchanges are judged.
        """
        waiting = list(readings)
        if self.concurrency < 2 or len(waiting) < 2:
            return [reading() for reading in waiting]
        with self._lock:
            pool = self._pool = self._pool or ThreadPoolExecutor(self.concurrency, thread_name_prefix="reading")
        futures = [pool.submit(self.hold, reading) for reading in waiting]
        ended = [future.result() for future in futures]
        for held in ended:
            self.let_in(held.exchanges)
        return [held.outcome() for held in ended]

    def hold(self, reading: Callable[[], T]) -> Held[T]:
        """Return the value or exception of a reading request, with its exchanges not judged yet."""
        exchanges: list[Exchange] = []
        self._local.held = exchanges
        try:
            return Held(exchanges, reading())
        except BaseException as error:
            return Held(exchanges, None, error)
        finally:
            self._local.held = None

    def let_in(self, exchanges: Iterable[Exchange]) -> None:
        """Judge held exchanges, in order."""
        for exchange in exchanges:
            self.record(exchange)

    def alone(self, contract: Contract, meet: Meet = meet_nobody, parent: int = 0) -> Session:
        """Return a session of one of the contracts at one of its parents, to be merged afterwards.

        It has the same client; if sessions do not run concurrently, also the same clock and the same recording.
        """
        found = Session(
            self.target.at_parent(contract.id, parent),
            (contract,),
            seed=self.seed,
            keep=self._keep if self.concurrency == 1 else None,
            may_reset=self._may_reset,
            client=self.client if self.concurrency == 1 else self.client.for_worker(contract),
            journal=self.journal,
            concurrency=self.concurrency,
            observe=self._observe,
            meet=meet,
            judged=self._judged,
        )
        found.dead = self.dead
        return found

    def merge(self, other: Session) -> None:
        """Merge the results of a session of one contract."""
        other.let_go()
        self.judge.merge(other.judge.judged())
        self.broken.extend(other.broken)
        for key, reasons in other.skipped.items():
            self.skipped[key].extend(reasons)
        self._number += other._number

    def let_go(self) -> None:
        """Shut down the threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def breaches_of(self, scenario: RunningScenario, requirements: Iterable[str]) -> list[Judgement]:
        """Return a scenario's breaches of MUST among the given requirements."""
        wanted = set(requirements)
        return [
            j
            for j in scenario.judged
            if j.requirement in wanted and j.breach is not None and j.breach.level is Level.MUST
        ]

    def skip(self, contract: str, requirements: Iterable[str], reason: str) -> None:
        """Record why requirements were not exercised on a contract."""
        for requirement in requirements:
            self.skipped[contract, requirement].append(reason)

    @property
    def requests(self) -> int:
        """Return the number of requests sent."""
        return self._number

    def target_info(self) -> TargetInfo:
        """Return the target for reports."""
        t = self.target
        return TargetInfo(t.name, t.kind, "" if t.ephemeral else t.base_url, t.writes, t.checks_credentials)

    def close(self) -> None:
        """Close all connections."""
        self.let_go()
        self.client.close()
