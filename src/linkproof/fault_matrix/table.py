"""The fault matrix as data, and as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import linkproof
from linkproof.contract.requirement import Requirement
from linkproof.fault_matrix.matrix_run import Outcome
from linkproof.fault_matrix.use_of_tests import as_rows, uses_of_tests

FORMAT = "1.0"


@dataclass(frozen=True)
class Matrix:
    """The outcomes of all matrix runs by seed, and how they were obtained. Tables show the first seed.

    ``all_tests``: every fault met every test. Otherwise it met the tests of its requirement, and every test only where
    these missed it.
    """

    by_seed: Mapping[int, Sequence[Outcome]]
    seconds: float
    processes: int
    commit: str = ""
    day: str = field(default_factory=lambda: date.today().isoformat())
    all_tests: bool = True

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """Return the outcomes of the first seed."""
        return next(iter(self.by_seed.values()))

    @property
    def faults(self) -> list[Outcome]:
        """Return the matrix runs with a fault."""
        return [o for o in self.outcomes if not o.benign]

    @property
    def variants(self) -> list[Outcome]:
        """Return the matrix runs with a variant."""
        return [o for o in self.outcomes if o.benign]

    @property
    def bad(self) -> list[Outcome]:
        """Return every matrix run, with any seed, whose outcome is not the expected one."""
        return [o for outcomes in self.by_seed.values() for o in outcomes if not o.good]

    @property
    def differing(self) -> list[str]:
        """Return the matrix runs whose seeds differ in verdict or in the requirements that findings name."""
        ends: dict[str, set[tuple[Any, ...]]] = {}
        for outcomes in self.by_seed.values():
            for o in outcomes:
                ends.setdefault(o.id, set()).add((o.good, o.verdict))
        return [name for name, found in ends.items() if len(found) > 1]


def figures(matrix: Matrix) -> dict[str, Any]:
    """Return the figures at the top of every rendering."""
    faults, variants = matrix.faults, matrix.variants
    # How a report begins, and how long it is, only a run of all tests can say.
    whole = [o for o in faults if o.all_tests]
    causes = [o.causes for o in whole] or [0]
    requests = [o.requests for o in matrix.outcomes if o.all_tests] or [0]
    return {
        "all_tests": matrix.all_tests,
        "faults_of_all_tests": len(whole),
        "faults": len(faults),
        "caught": sum(o.caught for o in faults),
        "caught_by_its_own_requirement": sum(o.by_its_own for o in faults),
        "cause_shown_first": sum(o.cause_first for o in whole),
        "variants": len(variants),
        "variants_blamed": sum(bool(o.reported) for o in variants),
        "broken": sum(bool(o.broken) for o in matrix.outcomes),
        "findings_median": statistics.median(causes),
        "findings_most": max(causes),
        "requests_least": min(requests),
        "requests_median": int(statistics.median(requests)),
        "requests_most": max(requests),
        "seeds": list(matrix.by_seed),
        "seeds_differ": len(matrix.differing),
        "seconds": round(matrix.seconds, 1),
        "processes": matrix.processes,
    }


def as_data(matrix: Matrix) -> dict[str, Any]:
    """Return everything, for JSON."""
    return {
        "format": FORMAT,
        "linkproof": linkproof.__version__,
        "date": matrix.day,
        "commit": matrix.commit,
        "figures": figures(matrix),
        "differing": matrix.differing,
        "tests": [asdict(t) for t in uses_of_tests(matrix.outcomes)] if matrix.all_tests else [],
        "runs": [{"seed": seed, **_row(o)} for seed, outcomes in matrix.by_seed.items() for o in outcomes],
    }


def _row(o: Outcome) -> dict[str, Any]:
    return {
        "id": o.id,
        "kind": "variant" if o.benign else "fault",
        "requirement": o.requirement,
        "equivalent": list(o.equivalent),
        "contract": o.contract,
        "text": o.text,
        "good": o.good,
        "verdict": o.verdict,
        "requests": o.requests,
        "seconds": o.seconds,
        "all_tests": o.all_tests,
        "findings": [
            {"requirement": t.requirement, "level": "MUST" if t.must else "SHOULD", "folded": t.folded}
            | ({"message": t.message} if not o.good or o.benign else {})
            for t in o.reported
        ],
        "broken": o.broken,
    }


def head(matrix: Matrix) -> list[tuple[str, str]]:
    """Return the figures as pairs of label and value."""
    f = figures(matrix)
    place = f"commit {matrix.commit}, " if matrix.commit else ""
    seeds = ", ".join(map(str, f["seeds"]))
    return [
        ("made", f"{matrix.day}, {place}linkproof {linkproof.__version__}"),
        ("faults caught", f"{f['caught']} of {f['faults']}"),
        ("named by the very requirement", f"{f['caught_by_its_own_requirement']} of {f['faults']}"),
        *_of_whole_runs(f, whole=matrix.all_tests),
        ("variants blamed", f"{f['variants_blamed']} of {f['variants']}"),
        (
            "requests for a run of all tests",
            f"{f['requests_least']} to {f['requests_most']}, median {f['requests_median']}",
        ),
        ("tests", _tests_of(f, whole=matrix.all_tests)),
        ("seeds", f"{seeds}: {f['seeds_differ']} matrix runs differ" if len(f["seeds"]) > 1 else seeds),
        ("time", f"{f['seconds']:g} s in {f['processes']} processes"),
    ]


def _of_whole_runs(f: Mapping[str, Any], *, whole: bool) -> list[tuple[str, str]]:
    """Return what only runs of all tests say of reports; nothing where faults did not meet all tests."""
    if not whole:
        return []
    return [
        ("the first finding is the cause", f"{f['cause_shown_first']} of {f['faults']}"),
        ("findings for one fault", f"median {f['findings_median']:g}, at most {f['findings_most']}"),
    ]


def _tests_of(f: Mapping[str, Any], *, whole: bool) -> str:
    if whole:
        return "all, for every fault and variant"
    missed = f["faults_of_all_tests"]
    return (
        "those of the fault's requirement, until one finds a breach of it; all tests "
        f"for the {missed} of {f['faults']} faults that these miss, and for every variant"
    )


def contracts_of(matrix: Matrix) -> list[str]:
    """Return the contracts, in order of appearance."""
    return sorted({o.contract for o in matrix.outcomes})


def by_requirement(matrix: Matrix, requirements: Sequence[Requirement]) -> list[tuple[Requirement, list[str]]]:
    """Return how many faults were caught of how many, by requirement and contract; "–" if there is no fault."""
    found: list[tuple[Requirement, list[str]]] = []
    for r in requirements:
        cells = []
        for contract in contracts_of(matrix):
            own = [o for o in matrix.faults if o.requirement == r.id and o.contract == contract]
            cells.append(f"{sum(o.caught for o in own)}/{len(own)}" if own else "–")
        if any(c != "–" for c in cells):
            found.append((r, cells))
    return found


def by_seed_name(outcomes: Sequence[Outcome], contracts: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """Return a row for each definition: its name, its text, a mark for each contract."""
    rows: dict[str, tuple[str, dict[str, str]]] = {}
    for o in outcomes:
        name = o.id.split("@", 1)[0]
        rows.setdefault(name, (o.text, {}))[1][o.contract] = _mark(o)
    return [(name, text, [cells.get(c, "–") for c in contracts]) for name, (text, cells) in rows.items()]


def _mark(o: Outcome) -> str:
    if o.broken:
        return "broken"
    if o.benign:
        return "blamed" if o.reported else "ok"
    if not o.caught:
        return "missed"
    return "ok" if o.by_its_own else next(t.requirement for t in o.reported if t.requirement in o.names)


def as_markdown(matrix: Matrix, requirements: Sequence[Requirement]) -> str:
    """Return the matrix as a Markdown page."""
    contracts = contracts_of(matrix)
    lines = [
        "# What the suites catch",
        "",
        "Made by `linkproof faults matrix`: every fault of the catalogue, one at a time, in the embedded server,",
        "judged as `run` does with its default settings. A fault is caught where a finding names its own requirement,",
        "or one that the catalogue lists as saying the same; `ok`: by its own, an id: by that one. A variant is a",
        "legal way to be different; any finding at all would be blame.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in head(matrix)),
    ]
    if matrix.bad:
        lines += ["", "## What went wrong", "", *(f"- `{o.id}`: {trouble(o)}" for o in matrix.bad)]
    lines += ["", "## Faults caught, by requirement and contract", "", *_table(contracts, ["requirement"])]
    for r, cells in by_requirement(matrix, requirements):
        lines.append(f"| {r.id} {r.title} | {' | '.join(cells)} |")
    lines += ["", "## Every fault", "", *_table(contracts, ["fault", "what is wrong"])]
    lines += _rows(by_seed_name(matrix.faults, contracts))
    lines += ["", "## Every variant", "", *_table(contracts, ["variant", "what is different"])]
    lines += _rows(by_seed_name(matrix.variants, contracts))
    if matrix.all_tests:
        lines += as_rows(uses_of_tests(matrix.outcomes))
    return "\n".join(lines) + "\n"


def trouble(o: Outcome) -> str:
    """Return a description of what went wrong in a matrix run."""
    if o.broken:
        return f"broken: {o.broken.splitlines()[0] if o.broken else ''}"
    found = ", ".join(dict.fromkeys(r.requirement for r in o.reported)) or "nothing"
    return f"blamed for {found}" if o.benign else f"not caught; found was {found}"


def _table(contracts: Sequence[str], first: Sequence[str]) -> list[str]:
    columns = [*first, *contracts]
    return [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]


def _rows(rows: Sequence[tuple[str, str, list[str]]]) -> list[str]:
    return [f"| {name} | {text.replace('|', '/')} | {' | '.join(cells)} |" for name, text, cells in rows]
