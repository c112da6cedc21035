"""What changed in a run since the last night whose results judged anything, in a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from linkproof.base.wording import count
from linkproof.model.finding import Finding
from linkproof.model.results import RequirementResult, Results, Status, Verdict
from linkproof.redaction.publish import Published, published
from linkproof.reports.digest import causes
from linkproof.reports.text import one_line
from linkproof.results.diff import Changes, ObservedValue, compare

#: Maximum number of lines of one kind; the report has the rest.
_MOST = 5
_JUDGED = (Status.PASS, Status.FAIL, Status.WARN)
#: A run is reported as slower from this factor, and from so many seconds.
_SLOWER, _SLOWER_S = 3, 60


@dataclass(frozen=True)
class Since:
    """What changed since an earlier night: ``when`` it started, "" if there is none, and a line for each change."""

    when: str = ""
    lines: tuple[str, ...] = ()


def changes_since(before: Results | None, after: Results | None, was: str, word: str, why: str = "") -> Since:
    """Return what changed.

    Args:
        before: the newest earlier results that judged anything.
        after: the results of this night; None if there are none.
        was: how the run ended in the last night ("breached"); "" if unknown.
        word: how it ended in this night.
        why: the reason, if it did not judge anything.
    """
    when = before.started_at if before is not None else ""
    lines = [f"was {was}, is {word}{f': {why}' if why else ''}"] if was and was != word else []
    if before is not None and after is not None and after.verdict is not Verdict.BROKEN:
        lines += _lines(before, published(after))
    return Since(when, tuple(one_line(line) for line in lines))


def _lines(before: Results, after: Published) -> Iterator[str]:
    found = compare(before, after)
    new = {f.id for f in found.new}
    roots = {c.finding.id: c for c in causes(after) if c.finding.id in new}
    explained = {f.id for c in roots.values() for f in c.followers}
    alone = [f for f in found.new if f.id not in explained and f.id not in roots]
    consequences = {i: c.consequences for i, c in roots.items()}
    yield from _some("new", _findings([*(c.finding for c in roots.values()), *alone], consequences))
    yield from _some("fixed", _findings(found.fixed))
    yield from _some("gone, but its requirement was not judged in full", _findings(found.unknown))
    gone = {(f.contract, f.requirement) for f in found.unknown}
    lost = (r for r in found.lost if _key(r) not in gone and r.status is not Status.NOT_APPLICABLE)
    yield from _some("not exercised any more", _by_reason(lost))
    yield from _some("exercised again", _by_reason(_gained(before, after)))
    yield from _some("new value", _values(found))
    yield from _of_the_run(before, after)


def _findings(findings: Iterable[Finding], consequences: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Return a line for each finding; lines that would be equal also name their place."""
    found = list(findings)
    said = Counter((f.requirement, f.message, f.contract) for f in found)
    lines = []
    for f in found:
        place = f" at {f.place or f.pointer}" if said[f.requirement, f.message, f.contract] > 1 else ""
        more = f"; explains {consequences[f.id]}" if consequences.get(f.id) else ""
        lines.append(f"{f.requirement} {f.level}: {f.message}{place} [{f.contract}]{more}")
    return lines


def _some(word: str, lines: list[str]) -> Iterator[str]:
    for line in lines[:_MOST]:
        yield f"{word}: {line}"
    if len(lines) > _MOST:
        yield f"{word}: {len(lines) - _MOST} more"


def _key(row: RequirementResult) -> tuple[str, str]:
    return row.contract, row.requirement


def _by_reason(rows: Iterable[RequirementResult]) -> list[str]:
    """Return a line for each contract and reason, with its requirements."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        why = row.why if row.status not in _JUDGED else ""
        groups.setdefault((row.contract, why), []).append(row.requirement)
    return [f"{', '.join(ids)} [{contract}]{f': {why}' if why else ''}" for (contract, why), ids in groups.items()]


def _gained(before: Results, after: Results) -> Iterator[RequirementResult]:
    """Yield the requirements that ``before`` left unexercised and ``after`` judged."""
    open_before = {_key(r) for r in before.requirements if r.status is Status.NOT_EXERCISED}
    yield from (r for r in after.requirements if r.status in _JUDGED and _key(r) in open_before)


def _values(found: Changes) -> list[str]:
    """Return the new values that no new finding names already."""
    said = " ".join(f.message for f in found.new)
    return [_value(v) for v in found.new_words if v.documented or repr(v.value) not in said]


def _value(value: ObservedValue) -> str:
    return f"{value.value!r} at {value.place} [{value.contract}]"


def _of_the_run(before: Results, after: Results) -> Iterator[str]:
    """Yield what changed on our side, which may be the reason for all else, and a run that got much slower."""
    if before.version != after.version:
        yield f"judged by Linkproof {after.version}, before by {before.version}"
    versions = {c.id: c.version for c in before.contracts}
    for contract in after.contracts:
        if versions.get(contract.id, contract.version) != contract.version:
            yield f"contract version {contract.version}, before {versions[contract.id]} [{contract.id}]"
    names = {r.requirement for r in before.requirements} ^ {r.requirement for r in after.requirements}
    if names:
        some = ", ".join(sorted(names)[:_MOST])
        yield f"{count(len(names), 'requirement')} of the contracts added or removed: {some}"
    if before.seed != after.seed:
        yield f"seed {after.seed}, before {before.seed}"
    if after.duration_s > max(_SLOWER * before.duration_s, before.duration_s + _SLOWER_S):
        yield f"it took {after.duration_s:.0f} s, before {before.duration_s:.0f} s"
