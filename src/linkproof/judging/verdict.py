"""Computes results from judgements: a status per requirement and contract, and one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import linkproof
from linkproof.base.models import changed_texts
from linkproof.base.wording import count
from linkproof.checks.documentation import judge_samples
from linkproof.contract.definition import page_called, source_for
from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.judging.judge import Judge
from linkproof.judging.tallies import Tally
from linkproof.model.exchange import Grade
from linkproof.model.finding import Finding, Level
from linkproof.model.results import (
    INCONCLUSIVE,
    BestEvidence,
    Broken,
    ContractInfo,
    RequirementResult,
    Results,
    SourceInfo,
    Status,
    TargetInfo,
    Verdict,
)
from linkproof.redaction.masking import Masker


@dataclass
class RunFacts:
    """Facts about a run that are not in its exchanges.

    ``skipped`` maps (contract id, requirement id) to the reasons why something was not tried. ``evidence``: the grade
    of the evidence if it differs from what checks assume: a replay is judged as its run was.
    """

    target: TargetInfo
    started_at: str
    duration_s: float
    requests: int
    skipped: Mapping[tuple[str, str], list[str]] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    seed: int | None = None
    allow_unproven: bool = False
    evidence: Grade | None = None


def conclude(
    judge: Judge, contracts: Iterable[Contract], requirements: Iterable[Requirement], facts: RunFacts
) -> Results:
    """Return the results of everything that ``judge`` was fed, for the given contracts, without credentials."""
    contracts, requirements = tuple(contracts), tuple(requirements)
    masker = Masker(secrets=judge.sent)
    findings = judge.findings.all(requirements, masker)
    documentation: list[Finding] = []
    rows: list[RequirementResult] = []
    for contract in contracts:
        for requirement in requirements:
            if requirement.subject == "documentation":
                row, defects = _documentation(contract, requirement)
                documentation.extend(defects)
            else:
                row = _row(contract, requirement, judge, findings, facts)
            rows.append(row)
    broken = [*facts.broken, *judge.broken]
    verdict, sentence = sum_up(rows, findings, broken, facts.target)
    results = Results(
        verdict=verdict,
        sentence=sentence,
        target=facts.target,
        contracts=[_info(c, judge) for c in contracts],
        requirements=rows,
        findings=findings,
        documentation_defects=documentation,
        unmatched=judge.unmatched(),
        started_at=facts.started_at,
        duration_s=facts.duration_s,
        requests=facts.requests,
        broken=broken,
        lifecycles=[found for c in contracts if (found := judge.lifecycles.of(c))],
        long_running=[seen for c in contracts if (seen := judge.timelines.of(c))],
        seed=facts.seed,
        version=linkproof.__version__,
        allow_unproven=facts.allow_unproven,
        observed=[seen for c in contracts for seen in judge.observations.of(c)],
    )
    return changed_texts(results, masker.text)


#: How the sentence of a run goes on that judged some requirements only, or that could not try everything.
SELECTED = " Selected ("
UNTRIED = " Not everything could be tried: "


def sum_up(
    rows: list[RequirementResult], findings: list[Finding], broken: list[Broken], target: TargetInfo
) -> tuple[Verdict, str]:
    """Return the verdict on a target, and the sentence that states it."""
    verdict = _verdict(rows, broken)
    return verdict, _sentence(verdict, rows, findings, broken, target)


def _info(contract: Contract, judge: Judge) -> ContractInfo:
    seen = {v for (name, _), tally in judge.tallies.items() if name == contract.id for v in tally.versions}
    return ContractInfo(
        contract.id,
        contract.version,
        contract.title,
        contract.vendor,
        contract.vendor_title,
        contract.retired,
        judge.matched[contract.id],
        tuple(sorted(seen)),
    )


def _row(
    contract: Contract, requirement: Requirement, judge: Judge, findings: list[Finding], facts: RunFacts
) -> RequirementResult:
    tally = judge.tallies.get((contract.id, requirement.id), Tally())
    own = [f for f in findings if f.contract == contract.id and f.requirement == requirement.id]
    reasons = facts.skipped.get((contract.id, requirement.id), [])
    status, why = _status(contract, requirement, tally, own, reasons, judge.circumstances.grade)
    if tally.versions:
        seen = f"seen: {', '.join(sorted(tally.versions))}, judged by: {contract.version}"
        why = f"{why}; {seen}" if why else seen
    return _result(contract, requirement, status, why, tally, own, facts.evidence or judge.circumstances.grade)


def _status(
    contract: Contract,
    requirement: Requirement,
    tally: Tally,
    own: list[Finding],
    reasons: list[str],
    grade: Grade,
) -> tuple[Status, str]:
    skipped = "; ".join(dict.fromkeys(reasons))
    if any(f.level is Level.MUST for f in own) and requirement.level is Level.MUST:
        return Status.FAIL, ""
    if own:
        return Status.WARN, ""
    if any(r.startswith(INCONCLUSIVE) for r in reasons):
        return Status.NOT_EXERCISED, skipped
    if tally.count:
        return Status.PASS, f"in part: {skipped}" if skipped else requirement.race
    if not requirement.applies_to(contract):
        return Status.NOT_APPLICABLE, _why_not(contract, requirement)
    if grade not in requirement.evidence:
        return Status.NOT_APPLICABLE, f"not judged on a {grade}"
    if skipped:
        return Status.NOT_EXERCISED, skipped
    if requirement.condition:
        return Status.NOT_APPLICABLE, f"it was never seen that {requirement.condition}"
    return Status.NOT_EXERCISED, "no request or recording tested it"


def _why_not(contract: Contract, requirement: Requirement) -> str:
    missing = sorted(set(requirement.needs) - contract.capabilities)
    return f"the contract has no {', '.join(missing)}"


def _result(
    contract: Contract,
    requirement: Requirement,
    status: Status,
    why: str,
    tally: Tally,
    own: list[Finding],
    grade: Grade | None,
) -> RequirementResult:
    source = source_for(contract, requirement)
    return RequirementResult(
        requirement=requirement.id,
        contract=contract.id,
        family=requirement.family,
        level=requirement.level,
        title=requirement.title,
        statement=requirement.statement,
        source=SourceInfo(source.document, source.section, source.address, source.read),
        status=status,
        exercised=tally.count,
        why=why,
        evidence=BestEvidence(grade or Grade.DOCUMENT, tally.date) if tally.count else None,
        findings=tuple(f.id for f in own),
        variants=tuple(sorted(tally.variants)),
    )


def _documentation(contract: Contract, requirement: Requirement) -> tuple[RequirementResult, list[Finding]]:
    """Judge DOC-1, the page's samples; their defects are separate from the target's verdict."""
    defects: list[Finding] = []
    tally = Tally()
    for sample, judgements in judge_samples(contract):
        tally.count += 1
        page = page_called(contract, sample.get("file", ""))
        tally.date = max(tally.date, page["read"])
        for judgement in judgements:
            breach = judgement.breach
            if breach is None:
                continue
            number = len(defects) + 1
            defects.append(
                Finding(
                    id=f"DOC-1-{contract.id}-{number}",
                    requirement="DOC-1",
                    level=Level.SHOULD,
                    contract=contract.id,
                    operation=sample["operation"],
                    kind=breach.kind,
                    pointer=breach.pointer,
                    expected=breach.expected,
                    actual=breach.actual,
                    message=f"{page['title']}: {breach.message}",
                    count=1,
                )
            )
    status = Status.WARN if defects else Status.PASS if tally.count else Status.NOT_EXERCISED
    why = "" if tally.count else "the contract has no samples of its definition page"
    return _result(contract, requirement, status, why, tally, defects, None), defects


def _unproven(rows: Iterable[RequirementResult]) -> list[RequirementResult]:
    return [r for r in rows if r.status is Status.NOT_EXERCISED and r.level is Level.MUST]


def _verdict(rows: list[RequirementResult], broken: list[Broken]) -> Verdict:
    """Return the verdict. A breach stays a breach even if the run broke; a broken run proves nothing."""
    if any(r.status is Status.FAIL for r in rows):
        return Verdict.BREACHED
    if broken:
        return Verdict.BROKEN
    if _unproven(rows) or not any(r.exercised for r in rows if r.family != "DOC"):
        return Verdict.UNPROVEN
    return Verdict.CONFORMS


def _sentence(
    verdict: Verdict,
    rows: list[RequirementResult],
    findings: list[Finding],
    broken: list[Broken],
    target: TargetInfo,
) -> str:
    passed = sum(r.status is Status.PASS for r in rows if r.family != "DOC")
    if verdict is Verdict.CONFORMS:
        return f"{_at_the_start(target.name)} conforms: {count(passed, 'requirement')} passed, none is breached."
    if verdict is Verdict.BREACHED:
        failed = [r for r in rows if r.status is Status.FAIL]
        causes = sum(1 for f in findings if f.level is Level.MUST and not f.follows)
        contracts = len({r.contract for r in failed})
        breached = f"{count(len(failed), 'requirement')} breached on {count(contracts, 'contract')}"
        return f"{_at_the_start(target.name)} does not conform: {breached}, {count(causes, 'root cause')}."
    if verdict is Verdict.BROKEN:
        return f"The run broke and says nothing about {target.name}: {broken[0].what}"
    if not any(r.exercised for r in rows):
        return f"Nothing was judged on {target.name}: no exchange matched a contract."
    missing = len(_unproven(rows))
    what = "1 requirement that applies was" if missing == 1 else f"{missing} requirements that apply were"
    return f"Nothing is breached on {target.name}, but {what} not exercised."


def _at_the_start(name: str) -> str:
    """Return a target's name for the start of a sentence: our own phrases capitalised, a user's name as written."""
    return f"T{name[1:]}" if name.startswith("the ") else name
