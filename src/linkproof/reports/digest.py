"""What is worth reading first: findings by their cause, and what was not proven by its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from linkproof.base.wording import count
from linkproof.model.finding import Finding, Level
from linkproof.model.results import RequirementResult, Status
from linkproof.model.waiver import Standing, Waiver
from linkproof.redaction.publish import Published


@dataclass
class Cause:
    """A finding, and the findings that go away with it."""

    finding: Finding
    followers: list[Finding] = field(default_factory=list)


@dataclass
class Unproven:
    """Requirements that were not exercised for one reason, by contract."""

    why: str
    rows: dict[str, list[RequirementResult]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many requirements these are."""
        return sum(len(rows) for rows in self.rows.values())


def causes(results: Published) -> list[Cause]:
    """Every finding once: as a cause, MUST before SHOULD, or under the first one that it follows from."""
    findings = {f.id: f for f in results.findings}
    roots = {i: _root(i, findings) for i in findings}
    found = {i: Cause(findings[i]) for i, root in roots.items() if root == i}
    for i, root in roots.items():
        if root != i:
            found[root].followers.append(findings[i])
    return sorted(found.values(), key=lambda c: c.finding.level != Level.MUST)


def _root(start: str, findings: dict[str, Finding]) -> str:
    """Where the chain of ``follows`` ends; in a circle, the least id of it, so that no finding is lost."""
    path = [start]
    while (above := findings[path[-1]].follows or "") in findings:
        if above in path:
            return min(path[path.index(above) :])
        path.append(above)
    return path[-1]


def unproven(results: Published) -> list[Unproven]:
    """What was not exercised, grouped by reason; the reason of most requirements first."""
    groups: dict[str, Unproven] = {}
    for row in results.requirements:
        if row.status == Status.NOT_EXERCISED:
            group = groups.setdefault(row.why, Unproven(row.why or "no reason is known"))
            group.rows.setdefault(row.contract, []).append(row)
    return sorted(groups.values(), key=lambda g: -g.count)


def counts(rows: Iterable[RequirementResult]) -> dict[str, int]:
    """How many requirements have each status."""
    found = Counter(r.status for r in rows)
    return {s.value: found[s] for s in Status}


def waived(results: Published) -> dict[str, Waiver]:
    """The waiver in force of each finding that has one."""
    return {i: w for w in results.waivers if w.standing == Standing.IN_FORCE for i in w.findings}


def about_waivers(results: Published) -> list[str]:
    """What waivers change, in sentences: how much is waived, and which of them are rotten."""
    covered = waived(results)
    musts = [f.id for f in results.findings if f.level == Level.MUST]
    told = []
    if covered:
        number = sum(i in covered for i in musts)
        told.append(
            f"Waived: {number} of {count(len(musts), 'finding')}. The verdict stands; the exit code leaves them out."
        )
    for waiver in results.waivers:
        what = f"{waiver.requirement} on {waiver.contract}, {', '.join(waiver.operations)}"
        what += f" at {waiver.pointer}" if waiver.pointer else ""
        if waiver.standing == Standing.EXPIRED:
            told.append(f"A waiver of {waiver.owner} expired on {waiver.expires}: {what}")
        elif waiver.standing == Standing.UNUSED:
            told.append(f"A waiver of {waiver.owner} has nothing left to cover, remove it: {what}")
    return told
