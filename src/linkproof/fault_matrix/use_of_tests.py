"""What each test of the suites costs, and which faults only it finds: what a matrix of all tests says of the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkproof.fault_matrix.matrix_run import Outcome


@dataclass(frozen=True, slots=True)
class Use:
    """One test over all matrix runs.

    Args:
        test: its name with its parameters, without a contract.
        requests: requests of one run of all contracts, on average over the matrix runs.
        seconds: CPU seconds of one run of all contracts, likewise.
        finds: the number of faults that it finds: a breach of the fault's requirement, or of an equivalent one.
        alone: the ids of those that no other test finds.
    """

    test: str
    requests: float
    seconds: float
    finds: int
    alone: tuple[str, ...]


def uses_of_tests(outcomes: Sequence[Outcome]) -> list[Use]:
    """Return the use of each test, the most expensive first."""
    found_by = {o.id: _finders(o) for o in outcomes if not o.benign}
    finds: dict[str, list[str]] = defaultdict(list)
    for fault, tests in found_by.items():
        for test in tests:
            finds[test].append(fault)
    costs = _costs(outcomes)
    uses = [
        Use(
            test,
            round(requests, 1),
            round(seconds, 4),
            len(finds[test]),
            tuple(f for f in finds[test] if len(found_by[f]) == 1),
        )
        for test, (requests, seconds) in costs.items()
    ]
    return sorted(uses, key=lambda u: -u.seconds)


def _finders(outcome: Outcome) -> frozenset[str]:
    return frozenset(p.name for p in outcome.performed if p.breached & outcome.names)


def _costs(outcomes: Iterable[Outcome]) -> dict[str, tuple[float, float]]:
    """Return the requests and seconds of each test, as the sum of its means on each contract."""
    runs: dict[str, int] = defaultdict(int)
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for outcome in outcomes:
        runs[outcome.contract] += 1
        for test in outcome.performed:
            total = sums[test.name, outcome.contract]
            total[0] += test.requests
            total[1] += test.seconds
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (test_name, contract), (requests, seconds) in sums.items():
        found[test_name][0] += requests / runs[contract]
        found[test_name][1] += seconds / runs[contract]
    return {name: (requests, seconds) for name, (requests, seconds) in found.items()}


def as_rows(uses: Sequence[Use]) -> list[str]:
    """Return a section of Markdown: what each test costs, and what it finds."""
    return [
        "",
        "## Every test",
        "",
        "Of one run of all contracts: each test's requests and milliseconds of CPU. Found: the faults of which it",
        "shows a breach of the requirement itself, or of an equivalent one. Alone: those that no other test shows.",
        "",
        "| test | requests | ms | found | alone |",
        "|---|---|---|---|---|",
        *(f"| {u.test} | {u.requests:.0f} | {u.seconds * 1000:.0f} | {u.finds} | {len(u.alone)} |" for u in uses),
    ]
