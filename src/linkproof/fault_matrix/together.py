"""Several faults at once on one contract: which of them a report shows, and whether as root causes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from linkproof.contract.model import Contract
from linkproof.fault_matrix.company import Company, Run
from linkproof.fault_matrix.footprint import Footprints, hides, recording
from linkproof.fault_matrix.matrix_run import Reported, reported_by, run_all_tests
from linkproof.faults.edits import both
from linkproof.faults.registry import Fault
from linkproof.mock.app import build_server
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.defaults import DEFAULT, Choice, conforming, only_for
from linkproof.mock.direct import Direct
from linkproof.model.exchange import Request
from linkproof.model.results import Results
from linkproof.runner.open_target import without_a_socket

#: Percentage of faults that has to be named, by the number of faults at once; of five, at least 90 % as root causes.
_NAMED = {2: 99, 3: 98, 5: 95, 10: 90}
_AS_CAUSES = {5: 90}
_MOST_ROOTS = 1.5
#: How often another fault is drawn before a group is given up for its contract.
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault of a group: its id, the requirement that it breaches, and the equivalent ones."""

    id: str
    requirement: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """The outcome of a matrix run with several faults at once.

    ``hidden``: ids of faults that are not counted, because the others leave nothing of them to see.
    """

    contract: str
    faults: tuple[Planted, ...]
    reported: tuple[Reported, ...]
    broken: str = ""
    hidden: tuple[str, ...] = ()

    @property
    def named(self) -> list[Planted]:
        """Return the faults that a finding names by their requirement, or by an equivalent one."""
        return [f for f in self.faults if any(t.requirement in f.names for t in self.reported)]

    @property
    def as_causes(self) -> list[Planted]:
        """Return the faults that a root cause names."""
        return [f for f in self.faults if any(t.requirement in f.names for t in self.roots)]

    @property
    def roots(self) -> list[Reported]:
        """Return the root causes."""
        return [t for t in self.reported if not t.folded]

    @property
    def touched(self) -> frozenset[str]:
        """Return every requirement that one of the faults breaches."""
        return frozenset().union(*(f.names for f in self.faults))

    @property
    def foreign_roots(self) -> list[Reported]:
        """Return the root causes whose requirement none of the faults breaches."""
        return [t for t in self.roots if t.requirement not in self.touched]

    @property
    def foreign(self) -> list[Reported]:
        """Return all findings, including consequences, of requirements that none of the faults breaches."""
        return [t for t in self.reported if t.requirement not in self.touched]

    @property
    def missed(self) -> list[Planted]:
        """Return the faults that no finding names."""
        named = self.named
        return [f for f in self.faults if f not in named]


@dataclass(frozen=True)
class Together:
    """The outcomes of all groups of one size."""

    size: int
    seed: int
    outcomes: Sequence[GroupOutcome] = field(default_factory=tuple)

    @property
    def figures(self) -> Mapping[str, float | int]:
        """Return the number of groups and faults, and how many were found and how."""
        faults = sum(len(o.faults) for o in self.outcomes)
        roots = sum(len(o.roots) for o in self.outcomes)
        return {
            "together": self.size,
            "groups": len(self.outcomes),
            "faults": faults,
            "named": sum(len(o.named) for o in self.outcomes),
            "shown_as_causes": sum(len(o.as_causes) for o in self.outcomes),
            "root_causes": roots,
            "root_causes_per_fault": round(roots / faults, 2) if faults else 0.0,
            "foreign_root_causes": sum(len(o.foreign_roots) for o in self.outcomes),
            "foreign_findings": sum(len(o.foreign) for o in self.outcomes),
            "broken": sum(bool(o.broken) for o in self.outcomes),
        }

    @property
    def shortfalls(self) -> list[str]:
        """Return a description of each figure below its target."""
        f = self.figures
        share = 100 / max(f["faults"], 1)
        found = []
        if f["named"] * share < _NAMED.get(self.size, 90):
            found.append(f"{f['named']} of {f['faults']} faults are named: {_NAMED.get(self.size, 90)} % are wanted")
        if f["shown_as_causes"] * share < _AS_CAUSES.get(self.size, 0):
            found.append(
                f"{f['shown_as_causes']} of {f['faults']} are root causes: {_AS_CAUSES[self.size]} % are wanted"
            )
        if f["root_causes_per_fault"] > _MOST_ROOTS:
            found.append(f"{f['root_causes_per_fault']} root causes per fault: at most {_MOST_ROOTS} are wanted")
        if f["foreign_root_causes"]:
            found.append(f"{f['foreign_root_causes']} root causes name a requirement that no fault touches")
        return found


def as_data(matrices: Sequence[Together]) -> list[dict[str, Any]]:
    """Return the figures and every group, for JSON."""
    return [
        {
            "figures": dict(m.figures),
            "seed": m.seed,
            "groups": [
                {
                    "contract": o.contract,
                    "faults": [f.id for f in o.faults],
                    "missed": [f.id for f in o.missed],
                    "hidden": list(o.hidden),
                    "root_causes": [t.requirement for t in o.roots],
                    "foreign": [t.requirement for t in o.foreign],
                    "broken": o.broken,
                }
                for o in m.outcomes
            ],
        }
        for m in matrices
    ]


def as_markdown(matrices: Sequence[Together]) -> str:
    """Return a Markdown section: a row per group size, and what was missed."""
    lines = [
        "",
        "## Several faults at once",
        "",
        "Made by `linkproof faults matrix --together N --sample M`: groups of N compatible faults of one contract on",
        "one server. Compatible are faults of different requirements of which none shows only where another one does.",
        "Named: a finding names the fault's requirement, or one that says the same. As a root cause: a finding that",
        "follows from no other does. Foreign: root causes that name a requirement which none of the faults touches.",
        "",
        "| at once | groups | seed | named | as a root cause | root causes per fault | foreign |",
        "|---|---|---|---|---|---|---|",
    ]
    for m in matrices:
        f = m.figures
        of = f"of {f['faults']}"
        lines.append(
            f"| {m.size} | {f['groups']} | {m.seed} | {f['named']} {of} | {f['shown_as_causes']} {of} "
            f"| {f['root_causes_per_fault']} | {f['foreign_root_causes']} |"
        )
    missed = [(m.size, f.id, o) for m in matrices for o in m.outcomes for f in o.missed]
    if missed:
        lines += ["", "Not named:", ""]
        lines += [f"- `{i}`, with {', '.join(f'`{f.id}`' for f in o.faults if f.id != i)}" for _, i, o in missed]
    hidden = [(i, o) for m in matrices for o in m.outcomes for i in o.hidden]
    if hidden:
        lines += ["", "Not counted, since the others of the group leave nothing of them to see:", ""]
        lines += [f"- `{i}`, with {', '.join(f'`{f.id}`' for f in o.faults)}" for i, o in hidden]
    return "\n".join(lines) + "\n"


def groups_of(
    faults: Sequence[Fault], contracts: Sequence[Contract], size: int, sample: int, seed: int
) -> list[tuple[Fault, ...]]:
    """Return an even sample of groups of compatible faults, drawn by seed; the contracts take turns."""
    draw = random.Random(f"{seed}/{size}")
    by_contract = {c.id: [f for f in faults if f.contract == c.id] for c in contracts}
    usable = [c for c in contracts if len({f.requirement for f in by_contract[c.id]}) >= 2 * size][:sample]
    found: list[tuple[Fault, ...]] = []
    for number, contract in enumerate(usable):
        footprints = Footprints(contract)
        for _ in range(number, sample, len(usable)):
            group = _drawn(by_contract[contract.id], size, footprints, draw)
            if group:
                found.append(group)
    return found


def _drawn(pool: Sequence[Fault], size: int, footprints: Footprints, draw: random.Random) -> tuple[Fault, ...]:
    chosen: list[Fault] = []
    for _ in range(_DRAWS):
        fault = draw.choice(pool)
        if all(compatible(fault, other, footprints) for other in chosen):
            chosen.append(fault)
        if len(chosen) == size:
            return tuple(chosen)
    return ()


def compatible(one: Fault, other: Fault, footprints: Footprints) -> bool:
    """Whether two faults can show on one server: different requirements, different methods, neither hides the other."""
    if one.names & other.names or one.definition.wire or other.definition.wire:
        return False
    if replaced(one, footprints.contract) & replaced(other, footprints.contract):
        return False
    a, b = footprints.of(one.id, one.change), footprints.of(other.id, other.change)
    return not hides(a, b) and not hides(b, a)


def replaced(fault: Fault, contract: Contract) -> frozenset[str]:
    """Return the methods of the server's parts that a fault overrides."""
    before = conforming(contract)
    return frozenset(_replaced(before, fault.change(before)))


def _replaced(before: Behaviour, after: Behaviour) -> Iterator[str]:
    for part in (f.name for f in fields(Behaviour) if f.name != "finish"):
        old, new = getattr(before, part), getattr(after, part)
        if old is new:
            continue
        if not (isinstance(new, type) and isinstance(old, type)):
            yield part
            continue
        for kind in new.__mro__:
            if kind is old:
                break
            yield from (f"{part}.{name}" for name in kind.__dict__ if not name.startswith("__"))


def attempt_group(group: Sequence[Fault], contract: Contract, seed: int = 1) -> GroupOutcome:
    """Run every suite against one server with all faults of a group.

    A fault that is not named does not count as planted if the others leave nothing of it to see.
    """
    opener, run = recording(without_a_socket(_with(group, contract)))
    results = run_all_tests(opener, contract.id, seed)
    outcome = group_outcome(contract.id, [Planted(f.id, f.requirement, f.names) for f in group], results)
    if not outcome.missed or outcome.broken:
        return outcome
    return without_hidden(outcome, _company(group, contract, run))


def without_hidden(outcome: GroupOutcome, company: Company) -> GroupOutcome:
    """Return the outcome without the faults that were missed because the others leave nothing of them to see."""
    hidden = {f.id for f in outcome.missed if company.hides(f.id)}
    return replace(outcome, faults=tuple(f for f in outcome.faults if f.id not in hidden), hidden=tuple(sorted(hidden)))


def _company(group: Sequence[Fault], contract: Contract, run: Run) -> Company:
    known = {f.id: f for f in group}
    opener, usual = recording(without_a_socket(DEFAULT))
    run_all_tests(opener, contract.id)

    def made(names: Sequence[str], clock: Callable[[], float]) -> Direct:
        return Direct(build_server([contract], behaviour=_with([known[n] for n in names], contract), clock=clock))

    reset = Request("POST", "http://embedded.invalid/_control/reset")
    return Company(tuple(known), made, [usual, run], reset, contract)


def _with(group: Sequence[Fault], contract: Contract) -> Choice:
    return only_for(contract.id, both(*(f.change for f in group)))


def group_outcome(contract: str, planted: Sequence[Planted], results: Results) -> GroupOutcome:
    """Return the outcome: what was planted, and what the results show."""
    broken = "; ".join(f"{b.what}: {b.detail[-600:]}" for b in results.broken[:3])
    return GroupOutcome(contract, tuple(planted), reported_by(results), broken)
