"""The observed behaviour of real services, as a page: counts, versions, dates, what passed, oddities and their cost.

Facts only: the page has no body, no value of an answer, and no id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta, Struct

from linkproof.base.models import POINTER
from linkproof.base.wording import count
from linkproof.model.finding import Finding
from linkproof.reports.text import one_line

#: The possible verdicts on a finding on real traffic.
KINDS = {
    "service": "oddity of the service",
    "definition": "defect of the definition",
    "client": "oddity of the recorded client",
    "": "not judged by hand yet",
}


class Verdict(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's verdict on a finding: whose defect it is, and its effect on a client.

    ``contract``: the beginning of the contract's id. ``place``: the pointer relative to a connection, "" for any.
    """

    requirement: str
    contract: str
    kind: Literal["service", "definition", "client"]
    text: str
    place: Annotated[str, Meta(pattern=POINTER)] = ""

    def covers(self, finding: Finding | Note) -> bool:
        """Whether the verdict is about a finding or note."""
        same = self.requirement == finding.requirement and finding.contract.startswith(self.contract)
        return same and (isinstance(finding, Note) or self.place in ("", finding.place))


class VerdictFile(Struct, forbid_unknown_fields=True):
    """A file of verdicts."""

    verdict: list[Verdict] = []


@dataclass(frozen=True)
class Note:
    """A difference from the definition of another version than the requested one, which is not a breach.

    ``kinds``: the number of different ways.
    """

    requirement: str
    contract: str
    kinds: int


@dataclass
class Service:
    """The recorded behaviour of one contract."""

    contract: str
    resource_type: str
    version: str
    exchanges: int = 0
    versions: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    recordings: set[str] = field(default_factory=set)
    passed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()


def verdict_of(finding: Finding | Note, verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the verdict on a finding or note; None if there is none."""
    return next((v for v in verdicts if v.covers(finding)), None)


def as_markdown(services: Sequence[Service], verdicts: Sequence[Verdict], unmatched: Mapping[str, int]) -> str:
    """Return the page. ``unmatched``: number of exchanges without a contract, by reason."""
    judged = sum(s.exchanges for s in services)
    total = judged + sum(unmatched.values())
    share = f"{100 * judged / total:.1f} %" if total else "none"
    lines = [
        "# Real services",
        "",
        "What real services answered in public recordings, judged by the contracts. Made by `linkproof services`;",
        "verdicts are given by hand in `docs/real-services.toml`. This page contains no body and no id.",
        "",
        f"{count(total, 'exchange')}, {judged} of them judged ({share}), of {count(len(services), 'contract')}.",
        "",
        "| resource type | versions seen | judged by | seen in | exchanges | passed | odd |",
        "|---|---|---|---|---:|---:|---:|",
    ]
    for s in sorted(services, key=lambda s: s.resource_type.lower()):
        lines.append(
            f"| {s.resource_type} | {', '.join(sorted(s.versions)) or 'none named'} | {s.version} | {_span(s.dates)} |"
            f" {s.exchanges} | {len(s.passed)} | {len(s.findings)} |"
        )
    for reason, number in sorted(unmatched.items()):
        lines += ["", f"Not judged: {count(number, 'exchange')}, because {reason}."]
    lines += ["", "## What is odd", ""]
    for s in sorted(services, key=lambda s: s.resource_type.lower()):
        if s.findings or s.notes:
            lines += [f"### {s.resource_type}", "", *_findings(s, verdicts), *_notes(s, verdicts), ""]
    lines += ["## Recordings", ""]
    for s in sorted(services, key=lambda s: s.resource_type.lower()):
        lines.append(f"- {s.resource_type}: {', '.join(sorted(s.recordings))}")
    return "\n".join(lines).rstrip() + "\n"


def _span(dates: Iterable[str]) -> str:
    months = sorted({d[:7] for d in dates if d})
    if not months:
        return "no date"
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def _findings(service: Service, verdicts: Sequence[Verdict]) -> Iterable[str]:
    for finding in service.findings:
        verdict = verdict_of(finding, verdicts)
        where = finding.place or "the answer"
        kind = KINDS[verdict.kind if verdict else ""]
        text = f" {verdict.text}" if verdict else ""
        names = ", ".join(finding.operations or (finding.operation,))
        yield one_line(
            f"- **{finding.requirement}** {finding.level} ({finding.count}x, {names}): {finding.kind} at `{where}`."
            f" {kind[:1].upper()}{kind[1:]}.{text}"
        )


def _notes(service: Service, verdicts: Sequence[Verdict]) -> Iterable[str]:
    seen = ", ".join(sorted(service.versions))
    for note in service.notes:
        verdict = verdict_of(note, verdicts)
        kind = KINDS[verdict.kind if verdict else ""]
        text = f" {verdict.text}" if verdict else ""
        yield one_line(
            f"- **{note.requirement}** note ({count(note.kinds, 'kind')}): seen under {seen}, defined otherwise by"
            f" {service.version}. {kind[:1].upper()}{kind[1:]}.{text}"
        )
