"""What is worth reading first: findings by their cause, and what was not proven by its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from linkproof.finding import Level
from linkproof.results import Status


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
