"""Results made of results: several runs as one, and one vendor's part alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import TypeVar

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
    Broken,
    ContractInfo,
    RequirementResult,
    Results,
    Status,
    TargetInfo,
    UnmatchedGroup,
)
from linkproof.model.waiver import Standing, Waiver

#: The first of these that any run came to is what all of them came to.
_WORST = (Status.FAIL, Status.WARN, Status.PASS, Status.NOT_EXERCISED, Status.NOT_APPLICABLE)
#: A waiver that one run had use for is used, whatever the others had to do with it.
_STANDINGS = (Standing.EXPIRED, Standing.IN_FORCE, Standing.UNUSED, Standing.NOT_JUDGED)
_BEST = (Grade.LIVE, Grade.RECORDING, Grade.MOCK, Grade.DOCUMENT)
_ANYBODYS = "matched no contract, and not shown here: whose they are is not known"

_Item = TypeVar("_Item")


def merged(parts: Sequence[Results]) -> Results:
    """All results as one: what one run breached is breached, what one run proved is proven by its own evidence."""
    if len(parts) == 1:
        return parts[0]
    target = TargetInfo(
        _joined(p.target.name for p in parts),
        _joined(p.target.kind for p in parts),
        _joined(p.target.base_url for p in parts if p.target.base_url),
        any(p.target.writes for p in parts),
        any(p.target.checks_credentials for p in parts),
        _joined(p.target.recorded_at for p in parts if p.target.recorded_at),
        sum(p.target.not_recorded for p in parts),
    )
    found = replace(
        parts[0],
        target=target,
        contracts=_merged((c for p in parts for c in p.contracts), lambda c: c.id, _contracts),
        requirements=_merged(
            (r for p in parts for r in p.requirements), lambda r: (r.contract, r.requirement), _requirements
        ),
        findings=_merged((f for p in parts for f in p.findings), lambda f: f.id, _findings),
        documentation_defects=_merged((f for p in parts for f in p.documentation_defects), lambda f: f.id, _first),
        unmatched=[u for p in parts for u in p.unmatched],
        broken=[b for p in parts for b in p.broken],
        left_behind=[x for p in parts for x in p.left_behind],
        lifecycles=_merged((x for p in parts for x in p.lifecycles), lambda x: x.contract, _lifecycles),
        long_running=_merged(
            (x for p in parts for x in p.long_running), lambda x: (x.contract, x.clock), _long_running
        ),
        started_at=max(p.started_at for p in parts),
        duration_s=round(sum(p.duration_s for p in parts), 3),
        requests=sum(p.requests for p in parts),
        seed=parts[0].seed if len({p.seed for p in parts}) == 1 else None,
        version=_joined(p.version for p in parts),
        allow_unproven=all(p.allow_unproven for p in parts),
        observed=_merged((x for p in parts for x in p.observed), lambda x: (x.contract, x.place), _observed),
        waivers=_merged((w for p in parts for w in p.waivers), _key_of_waiver, _waivers),
    )
    return _judged(found)


def only_vendor(results: Results, vendor: str, binding: Collection[str]) -> Results:
    """One vendor's part: its contracts and their rows, nothing that names another vendor's.

    ``binding`` are the requirements that bind the vendor. What matched no contract may be anybody's: it is counted, and
    not shown. Of what broke only that it did is told.
    """
    ids = {c.id for c in results.contracts if c.vendor == vendor}
    contracts = [c for c in results.contracts if c.id in ids]
    unmatched = sum(u.count for u in results.unmatched)
    hidden = Broken("something broke in the run that this is a part of", "The whole report says what.")
    found = replace(
        results,
        contracts=contracts,
        requirements=[r for r in results.requirements if r.contract in ids and r.requirement in binding],
        findings=[f for f in results.findings if f.contract in ids],
        documentation_defects=[f for f in results.documentation_defects if f.contract in ids],
        unmatched=[UnmatchedGroup(_ANYBODYS, "", "", unmatched, ())] if unmatched else [],
        broken=[hidden] if results.broken else [],
        left_behind=[x for x in results.left_behind if x.contract in ids],
        lifecycles=[x for x in results.lifecycles if x.contract in ids],
        long_running=[x for x in results.long_running if x.contract in ids],
        observed=[x for x in results.observed if x.contract in ids],
        waivers=[w for w in results.waivers if w.contract in ids],
        requests=sum(c.exchanges for c in contracts),
    )
    return _judged(found)


def _judged(results: Results) -> Results:
    verdict, sentence = sum_up(results.requirements, results.findings, results.broken, results.target)
    return replace(results, verdict=verdict, sentence=sentence)


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
    """The newest evidence of the best grade."""
    grades = [e.grade for e in found]
    best = next((g for g in _BEST if g in grades), None)
    return max((e for e in found if e.grade is best), key=lambda e: e.date, default=None)


def _findings(group: list[Finding]) -> Finding:
    return replace(
        group[0],
        count=sum(f.count for f in group),
        exchanges=[e for f in group for e in f.exchanges][:SHOWN],
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
    return replace(waiver, standing=Standing.NOT_JUDGED, findings=())


def _waivers(group: list[Waiver]) -> Waiver:
    standing = next(s for s in _STANDINGS if any(w.standing is s for w in group))
    findings = tuple(dict.fromkeys(i for w in group for i in w.findings))
    return replace(group[0], standing=standing, findings=findings)


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
