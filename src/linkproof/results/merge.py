"""Merge several results into one, with a merger for each type."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from linkproof.judging.grouping import SHOWN
from linkproof.judging.operation_timelines import SHOWN as DRAWN
from linkproof.judging.verdict import sum_up
from linkproof.model.exchange import Grade
from linkproof.model.finding import Finding
from linkproof.model.lifecycle import Ended, Lifecycle, LongRunning, Transition
from linkproof.model.observed_values import Observed, ObservedValue
from linkproof.model.results import (
    BestEvidence,
    ContractInfo,
    RequirementResult,
    Results,
    Status,
    TargetInfo,
)
from linkproof.model.waiver import Waiver, WaiverStatus

#: The first of these that any run came to is what all of them came to.
_WORST = (Status.FAIL, Status.WARN, Status.PASS, Status.NOT_EXERCISED, Status.NOT_APPLICABLE)
#: A waiver that one run had use for is used, whatever the others had to do with it.
_STATUSES = (WaiverStatus.EXPIRED, WaiverStatus.IN_FORCE, WaiverStatus.UNUSED, WaiverStatus.NOT_JUDGED)
_BEST = (Grade.LIVE, Grade.RECORDING, Grade.MOCK, Grade.DOCUMENT)

_Item = TypeVar("_Item")


def merged(parts: Sequence[Results]) -> Results:
    """Merge results: a breach in one run is a breach, and a pass keeps its run's evidence."""
    if len(parts) == 1:
        return parts[0]
    lists = {name: merge([x for p in parts for x in getattr(p, name)]) for name, merge in _MERGERS.items()}
    facts = {
        "target": _targets([p.target for p in parts]),
        "started_at": max(p.started_at for p in parts),
        "duration_s": round(sum(p.duration_s for p in parts), 3),
        "requests": sum(p.requests for p in parts),
        "seed": parts[0].seed if len({p.seed for p in parts}) == 1 else None,
        "version": _joined(p.version for p in parts),
        "allow_unproven": all(p.allow_unproven for p in parts),
    }
    return judged_anew(replace(parts[0], **lists, **facts))


def judged_anew(results: Results) -> Results:
    """Return the results with the verdict and the sentence that follow from their rows."""
    verdict, sentence = sum_up(results.requirements, results.findings, results.broken, results.target)
    return replace(results, verdict=verdict, sentence=sentence)


def _targets(targets: list[TargetInfo]) -> TargetInfo:
    return TargetInfo(
        _joined(t.name for t in targets),
        _joined(t.kind for t in targets),
        _joined(t.base_url for t in targets if t.base_url),
        any(t.writes for t in targets),
        any(t.checks_credentials for t in targets),
        _joined(t.recorded_at for t in targets if t.recorded_at),
        sum(t.not_recorded for t in targets),
    )


def _joined(texts: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(texts))


def _merged(
    items: Iterable[_Item], key: Callable[[_Item], Hashable], merge: Callable[[list[_Item]], _Item]
) -> list[_Item]:
    groups: dict[Hashable, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return [merge(group) for group in groups.values()]


def _first(group: list[_Item]) -> _Item:
    return group[0]


def _contracts(group: list[ContractInfo]) -> ContractInfo:
    seen = {v for c in group for v in c.seen_versions}
    return replace(group[0], exchanges=sum(c.exchanges for c in group), seen_versions=tuple(sorted(seen)))


def _requirements(group: list[RequirementResult]) -> RequirementResult:
    status = next(s for s in _WORST if any(r.status is s for r in group))
    telling = [r for r in group if r.status is status]
    return replace(
        telling[0],
        exercised=sum(r.exercised for r in group),
        why="; ".join(dict.fromkeys(r.why for r in telling if r.why)),
        evidence=_best_evidence([r.evidence for r in telling if r.evidence]),
        findings=tuple(dict.fromkeys(i for r in group for i in r.findings)),
        variants=tuple(sorted({v for r in group for v in r.variants})),
    )


def _best_evidence(found: list[BestEvidence]) -> BestEvidence | None:
    """Return the newest evidence of the best grade."""
    grades = [e.grade for e in found]
    best = next((g for g in _BEST if g in grades), None)
    return max((e for e in found if e.grade is best), key=lambda e: e.date, default=None)


def _findings(group: list[Finding]) -> Finding:
    return replace(
        group[0],
        count=sum(f.count for f in group),
        exchanges=[e for f in group for e in f.exchanges][: max(SHOWN, group[0].together)],
        first_seen=min((f.first_seen for f in group if f.first_seen), default=""),
        last_seen=max(f.last_seen for f in group),
        operations=tuple(sorted({o for f in group for o in f.operations})),
    )


def _observed(group: list[Observed]) -> Observed:
    values = _merged((v for x in group for v in x.values), lambda v: v.value, _observed_values)
    return replace(group[0], values=tuple(sorted(values, key=lambda v: v.value)))


def _observed_values(group: list[ObservedValue]) -> ObservedValue:
    return replace(
        group[0],
        count=sum(v.count for v in group),
        first_seen=min((v.first_seen for v in group if v.first_seen), default=""),
        last_seen=max(v.last_seen for v in group),
    )


def _key_of_waiver(waiver: Waiver) -> Hashable:
    return replace(waiver, standing=WaiverStatus.NOT_JUDGED, findings=())


def _waivers(group: list[Waiver]) -> Waiver:
    status = next(s for s in _STATUSES if any(w.standing is s for w in group))
    findings = tuple(dict.fromkeys(i for w in group for i in w.findings))
    return replace(group[0], standing=status, findings=findings)


def _lifecycles(group: list[Lifecycle]) -> Lifecycle:
    steps = (t for x in group for t in x.transitions)
    merged_steps = _merged(steps, lambda t: (t.before, t.by, t.after, t.refused), _transitions)
    return replace(group[0], transitions=tuple(merged_steps))


def _transitions(group: list[Transition]) -> Transition:
    return replace(group[0], count=sum(t.count for t in group), seen=next((t.seen for t in group if t.seen), ""))


def _long_running(group: list[LongRunning]) -> LongRunning:
    ended: dict[str, int] = {}
    for end in (e for x in group for e in x.ended):
        ended[end.word] = ended.get(end.word, 0) + end.count
    shown = tuple(t for x in group for t in x.shown)[:DRAWN]
    how = tuple(Ended(word, number) for word, number in sorted(ended.items()))
    return replace(group[0], count=sum(x.count for x in group), ended=how, shown=shown)


def _by(
    key: Callable[[_Item], Hashable], merge: Callable[[list[_Item]], _Item]
) -> Callable[[list[_Item]], list[_Item]]:
    """Return a merger of lists: items with the same key become one."""
    return lambda items: _merged(items, key, merge)


#: For each list of the results how it is merged; ``list`` keeps every item.
_MERGERS: Mapping[str, Callable[[list[Any]], list[Any]]] = {
    "contracts": _by(lambda c: c.id, _contracts),
    "requirements": _by(lambda r: (r.contract, r.requirement), _requirements),
    "findings": _by(lambda f: f.id, _findings),
    "documentation_defects": _by(lambda f: f.id, _first),
    "unmatched": list,
    "broken": list,
    "left_behind": list,
    "lifecycles": _by(lambda x: x.contract, _lifecycles),
    "long_running": _by(lambda x: (x.contract, x.clock), _long_running),
    "observed": _by(lambda x: (x.contract, x.place), _observed),
    "waivers": _by(_key_of_waiver, _waivers),
}
