"""One matrix run: the suites with default settings against the embedded server with one fault or variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linkproof.contract.model import Contract
from linkproof.errors import EngineError, UsageError
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
class Told:
    """A finding as the report shows it; ``folded`` if it follows from another one."""

    requirement: str
    must: bool
    folded: bool
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a matrix run. ``caught``: a finding names the fault's requirement, or an equivalent one."""

    id: str
    requirement: str
    contract: str
    text: str
    benign: bool
    equivalent: tuple[str, ...]
    told: tuple[Told, ...]
    verdict: str
    requests: int
    seconds: float
    broken: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Return the requirements whose finding counts as caught."""
        return frozenset({self.requirement, *self.equivalent})

    @property
    def caught(self) -> bool:
        """Whether a finding names the requirement that was breached, or an equivalent one."""
        return any(t.requirement in self.names for t in self.told)

    @property
    def by_its_own(self) -> bool:
        """Whether a finding names the fault's own requirement."""
        return any(t.requirement == self.requirement for t in self.told)

    @property
    def cause_first(self) -> bool:
        """Whether the first finding in the report is the cause."""
        return bool(self.told) and self.told[0].requirement in self.names

    @property
    def causes(self) -> int:
        """Return the number of root causes."""
        return sum(not t.folded for t in self.told)

    @property
    def good(self) -> bool:
        """Whether the run has the expected outcome: the fault caught, or the variant not blamed, and no error of our
        own.
        """
        return not self.broken and (not self.told if self.benign else self.caught)


def attempt(fault: Fault, contracts: Sequence[Contract], seed: int = 1) -> Outcome:
    """Run every suite on the fault's contract, in this process. A broken run is an outcome as well."""
    assert any(c.id == fault.contract for c in contracts)
    opener = _on_a_socket(fault) if fault.definition.wire else without_a_socket(behaving(fault))
    return _outcome(fault, tried(opener, fault.contract, seed))


def tried(opener: Opener, contract: str, seed: int = 1) -> Results:
    """Return the results of every suite on one contract of the target that ``opener`` opens. Raises EngineError."""
    run = Conformance(Choices(contracts=(contract,), seed=seed), opener=opener)
    try:
        output = run_suites(run)
    finally:
        run.close()
    if run.results is None:
        raise EngineError(f"the suites did not run on {contract}:\n{output}")
    return run.results


def told_by(results: Results) -> tuple[Told, ...]:
    """Return the findings as the report shows them."""
    return tuple(
        Told(f.requirement, f.level is Level.MUST, bool(f.follows), f.message)
        for f in results.findings
        if f.level is not Level.NOTE
    )


def _outcome(fault: Fault, results: Results) -> Outcome:
    return Outcome(
        id=fault.id,
        requirement=fault.requirement,
        contract=fault.contract,
        text=fault.definition.text,
        benign=fault.definition.benign,
        equivalent=fault.definition.equivalent,
        told=told_by(results),
        verdict=results.verdict.value,
        requests=results.requests,
        seconds=results.duration_s,
        broken="; ".join(f"{b.what}: {b.detail[-600:]}" for b in results.broken[:3]),
    )


def _on_a_socket(fault: Fault) -> Opener:
    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        server = Embedded(contracts, behaviour=behaving(fault))
        server.__enter__()
        return Opened(embedded_target(server.base_url, contracts), lambda: server.__exit__(None, None, None))

    return opened


def chosen(faults: Sequence[Fault], names: Sequence[str], sample: int) -> tuple[Fault, ...]:
    """Return the faults whose id starts with or contains one of ``names``, reduced to an even sample (0: all).

    Raises UsageError if a name matches none.
    """
    found = [f for f in faults if not names or any(n.lower() in f.id.lower() for n in names)]
    for name in names:
        if not any(name.lower() in f.id.lower() for f in found):
            raise UsageError(f"no fault has {name!r} in its id", where="FAULT", fix="linkproof faults list shows all")
    if not sample or sample >= len(found):
        return tuple(found)
    return tuple(found[i * len(found) // sample] for i in range(sample))
