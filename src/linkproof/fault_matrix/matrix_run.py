"""One matrix run: the suites, with default settings, against the embedded server with one fault or one variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linkproof.contract.model import Contract
from linkproof.errors import EngineError, UsageError
from linkproof.fault_matrix.suite_log import Performed, SuiteLog
from linkproof.faults.catalogue import behaving
from linkproof.faults.registry import Fault
from linkproof.mock.serve import Embedded
from linkproof.model.finding import Level
from linkproof.model.results import Results
from linkproof.runner.open_target import Opened, Opener, without_a_socket
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.targets.embedded import embedded_target


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding as a reader of the report sees it; ``folded`` under the one that it follows from."""

    requirement: str
    must: bool
    folded: bool
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a matrix run.

    ``all_tests`` is False where the tests of the fault's requirement found it, so that no other test was run;
    ``performed`` are the tests that were run. ``broken`` says what broke in the run itself.
    """

    id: str
    requirement: str
    contract: str
    text: str
    benign: bool
    equivalent: tuple[str, ...]
    reported: tuple[Reported, ...]
    verdict: str
    requests: int
    seconds: float
    broken: str = ""
    all_tests: bool = True
    performed: tuple[Performed, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The requirements whose finding counts as having caught the fault."""
        return frozenset({self.requirement, *self.equivalent})

    @property
    def caught(self) -> bool:
        """Whether a finding names the requirement that was breached, or an equivalent one."""
        return any(r.requirement in self.names for r in self.reported)

    @property
    def by_its_own(self) -> bool:
        """Whether a finding names the very requirement."""
        return any(r.requirement == self.requirement for r in self.reported)

    @property
    def cause_first(self) -> bool:
        """Whether the first finding that a reader sees is the cause."""
        return bool(self.reported) and self.reported[0].requirement in self.names

    @property
    def causes(self) -> int:
        """Return the number of root causes: consequences are folded under them."""
        return sum(not r.folded for r in self.reported)

    @property
    def good(self) -> bool:
        """Whether the outcome is the wanted one: a fault caught, a variant not blamed, nothing broken."""
        return not self.broken and (not self.reported if self.benign else self.caught)


def attempt(fault: Fault, contracts: Sequence[Contract], seed: int = 1, *, all_tests: bool = True) -> Outcome:
    """Run the suites on the fault's contract, in this process. A broken run is an outcome as well.

    Args:
        fault: the fault or variant.
        contracts: contracts that the fault's is one of.
        seed: seed of all random choices.
        all_tests: run every test. Otherwise run those of the fault's requirement until one finds a breach of it, and
            every test only where none does. Variants always meet every test.
    """
    assert any(c.id == fault.contract for c in contracts)
    if not (all_tests or fault.definition.benign):
        quick = _outcome(fault, seed, fault.requirement)
        if quick.by_its_own and not quick.broken:
            return quick
    return _outcome(fault, seed)


def _outcome(fault: Fault, seed: int, requirement: str = "") -> Outcome:
    opener = _on_a_socket(fault) if fault.definition.wire else without_a_socket(behaving(fault))
    results, performed = run_with_log(opener, fault.contract, seed, requirement)
    return Outcome(
        id=fault.id,
        requirement=fault.requirement,
        contract=fault.contract,
        text=fault.definition.text,
        benign=fault.definition.benign,
        equivalent=fault.definition.equivalent,
        reported=reported_by(results),
        verdict=results.verdict.value,
        requests=results.requests,
        seconds=results.duration_s,
        broken="; ".join(f"{b.what}: {b.detail[-600:]}" for b in results.broken[:3]),
        all_tests=not requirement,
        performed=performed,
    )


def run_all_tests(opener: Opener, contract: str, seed: int = 1) -> Results:
    """Run every test on one contract of the target that ``opener`` opens; return the results. Raises EngineError."""
    return run_with_log(opener, contract, seed)[0]


def run_with_log(
    opener: Opener, contract: str, seed: int = 1, requirement: str = ""
) -> tuple[Results, tuple[Performed, ...]]:
    """Return the results of a run, and its tests. Raises EngineError.

    Args:
        opener: opens the target.
        contract: the id of the only contract.
        seed: seed of all random choices.
        requirement: as for ``SuiteLog``.
    """
    run = Conformance(Choices(contracts=(contract,), seed=seed), opener=opener)
    log = SuiteLog(run.context, requirement)
    try:
        output = run_suites(run, log)
    finally:
        run.close()
    if run.results is None and requirement and "no tests ran" in output:
        fix = f'add "{requirement}" to the requirement marker of a test that sends what it is about'
        raise EngineError(f"no test in suites/ exercises {requirement}: {fix}")
    if run.results is None:
        raise EngineError(f"the suites did not run on {contract}:\n{output}")
    return run.results, tuple(log.performed)


def reported_by(results: Results) -> tuple[Reported, ...]:
    """Return the findings as a reader of the report sees them."""
    return tuple(
        Reported(f.requirement, f.level is Level.MUST, bool(f.follows), f.message)
        for f in results.findings
        if f.level is not Level.NOTE
    )


def _on_a_socket(fault: Fault) -> Opener:
    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        server = Embedded(contracts, behaviour=behaving(fault))
        server.__enter__()
        return Opened(embedded_target(server.base_url, contracts), lambda: server.__exit__(None, None, None))

    return opened


def chosen(faults: Sequence[Fault], names: Sequence[str], sample: int) -> tuple[Fault, ...]:
    """Return the faults whose id contains one of ``names``; of them an even sample of that size (0: all).

    Raises UsageError if no fault has one of the names.
    """
    found = [f for f in faults if not names or any(n.lower() in f.id.lower() for n in names)]
    for name in names:
        if not any(name.lower() in f.id.lower() for f in found):
            raise UsageError(
                f"no fault of these contracts has {name!r} in its id",
                where="FAULT",
                fix="linkproof faults list shows all",
            )
    if not sample or sample >= len(found):
        return tuple(found)
    return tuple(found[i * len(found) // sample] for i in range(sample))
