"""What is worth reading first: findings by their cause, and what was not proven by its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from linkproof.model.finding import Level
from linkproof.model.results import Standing, Status
from linkproof.reports.text import count


@dataclass
class Cause:
    """A finding, and the findings that go away with it."""

    finding: dict[str, Any]
    followers: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Unproven:
    """Requirements that were not exercised for one reason, by contract."""

    why: str
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many requirements these are."""
        return sum(len(rows) for rows in self.rows.values())


def causes(data: dict[str, Any]) -> list[Cause]:
    """Every finding once: as a cause, MUST before SHOULD, or under the first one that it follows from."""
    findings = {f["id"]: f for f in data["findings"]}
    roots = {i: _root(i, findings) for i in findings}
    found = {i: Cause(findings[i]) for i, root in roots.items() if root == i}
    for i, root in roots.items():
        if root != i:
            found[root].followers.append(findings[i])
    return sorted(found.values(), key=lambda c: c.finding["level"] != Level.MUST)


def _root(start: str, findings: dict[str, dict[str, Any]]) -> str:
    """Where the chain of ``follows`` ends; in a circle, the least id of it, so that no finding is lost."""
    path = [start]
    while (above := findings[path[-1]]["follows"]) in findings:
        if above in path:
            return min(path[path.index(above) :])
        path.append(above)
    return path[-1]


def unproven(data: dict[str, Any]) -> list[Unproven]:
    """What was not exercised, grouped by reason; the reason of most requirements first."""
    groups: dict[str, Unproven] = {}
    for row in data["requirements"]:
        if row["status"] == Status.NOT_EXERCISED:
            group = groups.setdefault(row["why"], Unproven(row["why"] or "no reason is known"))
            group.rows.setdefault(row["contract"], []).append(row)
    return sorted(groups.values(), key=lambda g: -g.count)


def counts(data: dict[str, Any]) -> dict[str, int]:
    """How many requirements have each status."""
    return {s.value: sum(r["status"] == s for r in data["requirements"]) for s in Status}


def waived(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The waiver in force of each finding that has one."""
    return {i: w for w in data["waivers"] if w["standing"] == Standing.IN_FORCE for i in w["findings"]}


def about_waivers(data: dict[str, Any]) -> list[str]:
    """What waivers change, in sentences: how much is waived, and which of them are rotten."""
    covered = waived(data)
    musts = [f["id"] for f in data["findings"] if f["level"] == Level.MUST]
    told = []
    if covered:
        number = sum(i in covered for i in musts)
        told.append(
            f"Waived: {number} of {count(len(musts), 'finding')}. The verdict stands; the exit code leaves them out."
        )
    for waiver in data["waivers"]:
        what = f"{waiver['requirement']} on {waiver['contract']}, {', '.join(waiver['operations'])}"
        what += f" at {waiver['pointer']}" if waiver["pointer"] else ""
        if waiver["standing"] == Standing.EXPIRED:
            told.append(f"A waiver of {waiver['owner']} expired on {waiver['expires']}: {what}")
        elif waiver["standing"] == Standing.UNUSED:
            told.append(f"A waiver of {waiver['owner']} has nothing left to cover, remove it: {what}")
    return told
