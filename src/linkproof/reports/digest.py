"""What to read first: findings by cause, and unproven requirements by reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from linkproof.base.wording import count
from linkproof.model.finding import Finding, Level
from linkproof.model.results import RequirementResult, Status
from linkproof.model.waiver import Waiver, WaiverStatus
from linkproof.redaction.publish import Published

#: The operations that a message names at its end; the same breach is seen in others on another contract.
_OPERATIONS = re.compile(r" \(in [^()]*\)$")


@dataclass
class Cause:
    """A root cause, and the findings that it explains."""

    finding: Finding
    followers: list[Finding] = field(default_factory=list)

    @property
    def consequences(self) -> str:
        """Return the requirements of the consequences, with a number if there are several: "LRO-4, STA-6 (2)"."""
        return numbered(f.requirement for f in self.followers)

    @property
    def line(self) -> str:
        """Return the cause on one line: requirement, message, contract."""
        level = "" if self.finding.is_must else f" {self.finding.level}"
        return f"{self.finding.requirement}{level}: {self.finding.message} [{self.finding.contract}]"


@dataclass
class Unproven:
    """Requirements that were not exercised for one reason, by contract."""

    why: str
    rows: dict[str, list[RequirementResult]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return the number of these requirements."""
        return sum(len(rows) for rows in self.rows.values())


def causes(results: Published) -> list[Cause]:
    """Return every finding once: as a root cause, in the order in which to fix them, or under its root cause.

    In merged results, the root cause that explains the most comes first.
    """
    findings = {f.id: f for f in results.findings}
    roots = {i: _root(i, findings) for i in findings}
    found = {i: Cause(findings[i]) for i, root in roots.items() if root == i}
    for i, root in roots.items():
        if root != i:
            found[root].followers.append(findings[i])
    return sorted(found.values(), key=lambda c: (not c.finding.is_must, -len(c.followers)))


def alike(found: list[Cause], covered: Container[str]) -> list[list[Cause]]:
    """Return root causes that say the same of several contracts together, in the order of the first of each.

    A server of several contracts mostly has one bug once. Two root causes of one contract stay apart, and so do waived
    ones (``covered``: the ids of their findings).
    """
    groups: dict[tuple[str, ...], list[Cause]] = {}
    seen: Counter[tuple[tuple[str, ...], str]] = Counter()
    for cause in found:
        finding = cause.finding
        same = (finding.requirement, finding.level, _OPERATIONS.sub("", finding.message), str(finding.id in covered))
        seen[same, finding.contract] += 1
        groups.setdefault((*same, str(seen[same, finding.contract])), []).append(cause)
    return list(groups.values())


def heading(found: list[Cause]) -> str:
    """Return the number of root causes and consequences as text; "" without findings."""
    if not found:
        return ""
    warnings = sum(not c.finding.is_must for c in found)
    rest = sum(len(c.followers) for c in found)
    text = count(len(found), "root cause")
    text += f" ({warnings} of them only a SHOULD)" if warnings else ""
    follow = f"{count(rest, 'other finding')} {'follows' if rest == 1 else 'follow'} from them"
    return f"{text}, what to fix first on top; {follow}" if rest else f"{text}, what to fix first on top"


def message_of(findings: list[Finding], results: Published) -> str:
    """Return the message for a requirement's findings: of its first root cause, else of the cause that explains it."""
    known = {f.id for f in results.findings}
    first = next((f for f in findings if f.follows not in known), findings[0] if findings else None)
    if first is None:
        return ""
    clause = why_it_follows(first, results)
    return f"{first.message}; {clause}" if clause else first.message


def why_it_follows(finding: Finding, results: Published) -> str:
    """Return, for a consequence, its cause and the reason as a clause; "" for a root cause."""
    if not finding.follows:
        return ""
    cause = next((f for f in results.findings if f.id == finding.follows), None)
    if cause is None:
        return ""
    return f"follows from {cause.requirement} ({finding.because or 'it shows in the same answers'})"


def _root(start: str, findings: dict[str, Finding]) -> str:
    """Return the end of a chain of ``follows``; in a circle, its smallest id, so that no finding is lost."""
    path = [start]
    while (above := findings[path[-1]].follows or "") in findings:
        if above in path:
            return min(path[path.index(above) :])
        path.append(above)
    return path[-1]


def unproven(results: Published) -> list[Unproven]:
    """Return what was not exercised, grouped by reason, the reason of most requirements first.

    The family DOC is left out: it is about the vendors' pages, not about the target, and no other figure counts it.
    """
    groups: dict[str, Unproven] = {}
    for row in results.requirements:
        if row.status == Status.NOT_EXERCISED and row.family != "DOC":
            group = groups.setdefault(row.why, Unproven(row.why or "the reason is unknown"))
            group.rows.setdefault(row.contract, []).append(row)
    return sorted(groups.values(), key=lambda g: -g.count)


def numbered(names: Iterable[str]) -> str:
    """Return names in the order of their first occurrence, with a number if there are several: "LRO-4, STA-6 (2)"."""
    return ", ".join(f"{name} ({number})" if number > 1 else name for name, number in Counter(names).items())


def counts(rows: Iterable[RequirementResult]) -> dict[str, int]:
    """Return how many requirements have each status."""
    found = Counter(r.status for r in rows)
    return {s.value: found[s] for s in Status}


def waived(results: Published) -> dict[str, Waiver]:
    """Return the waiver in force of each finding that has one."""
    return {i: w for w in results.waivers if w.standing == WaiverStatus.IN_FORCE for i in w.findings}


def about_waivers(results: Published) -> list[str]:
    """Return what waivers change, in sentences: how much is waived, and which waivers are stale."""
    covered = waived(results)
    musts = [f.id for f in results.findings if f.level == Level.MUST]
    sentences = []
    if covered:
        number = sum(i in covered for i in musts)
        sentences.append(
            f"Waived: {number} of {count(len(musts), 'finding')}. The verdict stands; the exit code leaves them out."
        )
    for waiver in results.waivers:
        what = f"{waiver.requirement} on {waiver.contract}, {', '.join(waiver.operations)}"
        what += f" at {waiver.pointer}" if waiver.pointer else ""
        if waiver.standing == WaiverStatus.EXPIRED:
            sentences.append(f"A waiver of {waiver.owner} expired on {waiver.expires}: {what}")
        elif waiver.standing == WaiverStatus.UNUSED:
            sentences.append(f"A waiver of {waiver.owner} covers nothing any more, remove it: {what}")
    return sentences
