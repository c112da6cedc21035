"""A session: one target, the exchanges of the suites with it, and their judgements."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar, cast

from linkproof.base.json_values import weight_of
from linkproof.contract.call import Call
from linkproof.contract.model import Contract, Role
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Exchange, Grade
from linkproof.model.finding import Judgement, Level
from linkproof.model.results import Broken, TargetInfo
from linkproof.targets.client import Client
from linkproof.targets.inflight_limit import InflightLimit
from linkproof.targets.journal import Journal
from linkproof.targets.model import Target
from linkproof.targets.transfer import AnswerTooLarge

T = TypeVar("T")

#: Memory that the answers of one test, which may keep all of them, take together: at most so many of the largest.
_LARGEST_KEPT = 2


@dataclass(frozen=True)
class Held(Generic[T]):
    """A reading request's exchanges, not judged yet, and its value or exception."""

    exchanges: list[Exchange]
    value: T | None
    error: BaseException | None = None

    def outcome(self) -> T:
        """Return the value. Raises what the reading request raised."""
        if self.error is not None:
            raise self.error
        return cast(T, self.value)


class NotExercised(Exception):
    """A scenario cannot be performed here: no fixture is left, or writes are not allowed. The message says why."""


class DoesNotApply(NotExercised):
    """A scenario does not apply to this contract, which has no such operation. Nothing stays unproven."""


@dataclass
class RunningScenario:
    """One test: what it sent, and what was judged in it."""

    name: str
    contract: str = ""
    judged: list[Judgement] = field(default_factory=list)
    inconclusive: list[str] = field(default_factory=list)


@dataclass
class Fresh:
    """What was read since connections of a contract may have changed last.

    Attributes:
        listed: the names on the last complete list, in lower case; None if there is none.
        got: the connections that were read by Get, in lower case.
    """

    listed: list[str] | None = None
    got: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Forget all: connections may have changed."""
        self.listed = None
        self.got.clear()


def circumstances_of(target: Target, contracts: Iterable[Contract]) -> Circumstances:
    """Return what checks may assume about a target."""
    collections: dict[str, frozenset[str]] = {}
    parents: dict[str, frozenset[str]] = {}
    names: set[str] = set()
    for contract in contracts:
        given = target.contracts[contract.id]
        path = contract.collection_path
        for name, value in given.path.items():
            path = path.replace(f"{{{name}}}", value)
        collections[contract.id] = frozenset({path.lower()})
        names.update(n.lower() for group in given.fixtures.values() for n in group)
        if contract.decide.parent:
            parents[contract.id] = frozenset({given.path[contract.decide.parent.strip("/")].casefold()})
    return Circumstances(
        grade=Grade.LIVE if target.kind == "live" else Grade.MOCK,
        checks_credentials=target.checks_credentials,
        operation_timeout_s=target.operation_timeout_s,
        open_enumerations=target.open_enumerations,
        collections=collections,
        names=frozenset(names),
        parents=parents,
    )


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
        meet: Callable[[Callable[[], object]], object] = lambda action: action(),
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
        self.judge = Judge(self.contracts, circumstances_of(target, self.contracts), any_version=True)
        self.skipped: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.broken: list[Broken] = []
        self.dead = ""
        self.silent = 0
        self.last_answered = ""
        self.slow: Counter[tuple[str, str]] = Counter()
        self.dropped: Counter[tuple[str, str]] = Counter()
        self.started = time.time()
        self.stuck: set[str] = set()
        #: By contract: optional members without which the target rejects decisions; empty if it rejects them anyway.
        self.beside: dict[str, tuple[str, ...]] = {}
        self._keep = keep
        self._observe = observe
        self._may_reset = may_reset
        self._lock = threading.Lock()
        self._number = 0
        self._epoch = 0
        self._running = RunningScenario("")
        self._kept_bytes = 0
        self._free: dict[str, dict[str, list[str]]] = {}
        self._listed: dict[str, set[str]] = {}
        self._fresh: dict[str, Fresh] = defaultdict(Fresh)
        self._gone: dict[str, set[str]] = defaultdict(set)
        self._deleted: dict[str, set[str]] = defaultdict(set)
        self._fill()

    # fixtures

    def _fill(self) -> None:
        self._free = {
            c.id: {s: list(n) for s, n in self.target.contracts[c.id].fixtures.items()} for c in self.contracts
        }

    def reserve(self, contract: Contract, state: str, listed: Sequence[str] = ()) -> str:
        """Return an unused connection in a state (the contract's own value).

        If ``listed`` (lower-case names) is given, the last unused one of them is preferred. A connection that the
        target no longer shows is returned only if there is no other. Raises NotExercised if none is left.
        """
        names = self._free[contract.id].get(state, [])
        if not names:
            raise NotExercised(f"no {state} connection is left among the target's fixtures")
        there = self._still_there(contract, state) or names
        last = next((n for name in reversed(listed) for n in there if n.lower() == name), there[0])
        names.remove(last)
        return last

    def _still_there(self, contract: Contract, state: str) -> list[str]:
        """Return the unused connections of a state without those that the last Get did not find."""
        gone = self._gone[contract.id]
        return [n for n in self._free[contract.id].get(state, ()) if n.lower() not in gone]

    def loses_connections(self, contract: Contract) -> bool:
        """Whether the last Get of a promised connection that no test deleted did not find it."""
        return bool(self._gone[contract.id] - self._deleted[contract.id])

    def _note_gone(self, call: Call) -> None:
        """Record whether a Get found its connection, and deletions."""
        contract = call.contract.id
        if call.defects or call.collection not in self.judge.circumstances.collections.get(contract, ()):
            return
        if call.role is Role.DELETE:
            self._deleted[contract].add(call.subject)
        elif call.role is Role.GET and call.subject in self.judge.circumstances.names:
            (self._gone[contract].add if call.not_found else self._gone[contract].discard)(call.subject)

    def unused(self, contract: Contract, state: str) -> tuple[str, ...]:
        """Return the connections of a state that are not reserved."""
        return tuple(self._free[contract.id].get(state, ()))

    def used(self, contract: Contract) -> dict[str, int]:
        """Return how many connections of each state were reserved since the last reset."""
        given, free = self.target.contracts[contract.id].fixtures, self._free[contract.id]
        return {state: len(names) - len(free.get(state, ())) for state, names in given.items()}

    def no_longer_listed(self, contract: Contract, names: Iterable[str]) -> set[str]:
        """Store the names in a list; return those of the previous list that are missing now."""
        before, self._listed[contract.id] = self._listed.get(contract.id, set()), set(names)
        return before - self._listed[contract.id]

    def fresh(self, contract: Contract) -> Fresh:
        """Return what was read since connections of a contract may have changed last.

        Where nothing is written, tests may be sent side by side: each has readings of its own.
        """
        return self._fresh[contract.id] if self.target.writes else Fresh()

    def leave_out(self, contract: Contract, state: str, wanted: Callable[[str], bool]) -> None:
        """Keep only the wanted connections of a state."""
        names = self._free[contract.id].get(state)
        if names is not None:
            names[:] = [n for n in names if wanted(n)]

    def reset(self) -> None:
        """Reset the fixtures, if the target can; the known state is forgotten."""
        if self.target.reset is None or not self._may_reset:
            return
        self._meet(self.client.reset)
        self._epoch += 1
        self._listed.clear()
        self._forget_readings()
        self._gone.clear()
        self._deleted.clear()
        self._fill()

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
        request = call.exchange.request
        self._running.inconclusive.append(f"the server drops the connection on {request.method} {request.url}")

    @property
    def running(self) -> RunningScenario:
        """The running scenario, or the last one."""
        return self._running

    @property
    def scenario_name(self) -> str:
        """Name of the running scenario."""
        return self._running.name

    def short_of(self, contract: Contract, state: str, count: int) -> bool:
        """Whether fewer than ``count`` connections of a state are left that the target still shows."""
        return len(self._still_there(contract, state)) < count

    # exchanges

    def enter(self, name: str, contract: str = "") -> RunningScenario:
        """Begin a scenario: all further exchanges belong to it."""
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
                self._note_gone(call)
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

    def alone(self, contract: Contract, meet: Callable[[Callable[[], object]], object]) -> Session:
        """Return a session of one of the contracts with the same client, to be merged afterwards."""
        return Session(
            self.target,
            (contract,),
            seed=self.seed,
            may_reset=self._may_reset,
            client=self.client.for_worker(contract),
            journal=self.journal,
            concurrency=self.concurrency,
            observe=self._observe,
            meet=meet,
        )

    def merge(self, other: Session) -> None:
        """Merge the results of a session of one contract."""
        other.let_go()
        self.judge.merge(other.judge.judged())
        self.broken.extend(other.broken)
        self.skipped.update(other.skipped)
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


def merge_skips(parts: Iterable[Mapping[tuple[str, str], list[str]]]) -> dict[tuple[str, str], list[str]]:
    """Merge the skip reasons of several workers."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for part in parts:
        for key, reasons in part.items():
            found[key].extend(reasons)
    return dict(found)
