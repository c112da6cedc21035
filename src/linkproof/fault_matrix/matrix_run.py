"""One trial: a run with the default settings against the embedded server with one fault, or one variant."""

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
    """A finding as a reader of the report sees it; ``folded`` under the one that it follows from."""

    requirement: str
    must: bool
    folded: bool
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial came to. ``caught``: a finding names the fault's requirement, or an equivalent one."""

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
        """The requirements whose finding counts."""
        return frozenset({self.requirement, *self.equivalent})

    @property
    def caught(self) -> bool:
        """Whether a finding names the requirement that was breached, or an equivalent one."""
        return any(t.requirement in self.names for t in self.told)

    @property
    def by_its_own(self) -> bool:
        """Whether a finding names the very requirement."""
        return any(t.requirement == self.requirement for t in self.told)

    @property
    def cause_first(self) -> bool:
        """Whether the first finding that a reader sees is the cause."""
        return bool(self.told) and self.told[0].requirement in self.names

    @property
    def causes(self) -> int:
        """How many findings stand by themselves: what follows from another is folded under it."""
        return sum(not t.folded for t in self.told)

    @property
    def good(self) -> bool:
        """Whether the trial went as it should: a fault caught, a variant not blamed, nothing of ours broken."""
        return not self.broken and (not self.told if self.benign else self.caught)


def attempt(fault: Fault, contracts: Sequence[Contract], seed: int = 1) -> Outcome:
    """Run every suite on the fault's contract, in this process. A broken run is an outcome, too."""
    assert any(c.id == fault.contract for c in contracts)
    opener = _on_a_socket(fault) if fault.definition.wire else without_a_socket(behaving(fault))
    return _outcome(fault, tried(opener, fault.contract, seed))


def tried(opener: Opener, contract: str, seed: int = 1) -> Results:
    """The results of every suite on one contract of the target that ``opener`` opens. Raises EngineError."""
    run = Conformance(Choices(contracts=(contract,), seed=seed), opener=opener)
    try:
        output = run_suites(run)
    finally:
        run.close()
    if run.results is None:
        raise EngineError(f"the suites did not run on {contract}:\n{output}")
    return run.results


def told_by(results: Results) -> tuple[Told, ...]:
    """The findings, as a reader of the report sees them."""
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
    """Those whose id begins like, or has, one of ``names``; of them an even sample of so many (0: all).

    Raises UsageError where a name fits none.
    """
    found = [f for f in faults if not names or any(n.lower() in f.id.lower() for n in names)]
    for name in names:
        if not any(name.lower() in f.id.lower() for f in found):
            raise UsageError(f"no fault has {name!r} in its id", where="FAULT", fix="linkproof faults list shows all")
    if not sample or sample >= len(found):
        return tuple(found)
    return tuple(found[i * len(found) // sample] for i in range(sample))
