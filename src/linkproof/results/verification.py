"""Check the results in a bundle against themselves, the catalogue and the bundle's recordings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from linkproof.base.wording import count
from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.judging.verdict import SELECTED, UNTRIED, sum_up
from linkproof.model.results import RequirementResult, Results, Status, Verdict
from linkproof.results.bundle import Manifest
from linkproof.results.waivers import with_waivers

_PROVEN = (Status.PASS, Status.FAIL, Status.WARN)
_Key = tuple[str, str]


@dataclass(frozen=True)
class Coverage:
    """How many of the claimed judgements the recordings show again; ``missing`` rest on the results alone."""

    claimed: int
    missing: tuple[RequirementResult, ...]

    @property
    def shown(self) -> int:
        """Number of judgements that rest on the recordings."""
        return self.claimed - len(self.missing)


def coverage(claimed: Results, checked: Results) -> Coverage:
    """Compare what is claimed with what the recordings alone show."""
    seen = {_key(r) for r in checked.requirements if r.status in _PROVEN}
    rows = [r for r in claimed.requirements if r.status in _PROVEN]
    return Coverage(len(rows), tuple(r for r in rows if _key(r) not in seen))


def against_itself(claimed: Results, manifest: Manifest) -> Iterator[str]:
    """Yield the contradictions within the claim: verdict, sentence, waivers and manifest follow from its rows."""
    verdict, sentence = sum_up(claimed.requirements, claimed.findings, claimed.broken, claimed.target)
    if claimed.verdict is not verdict:
        yield f"the results say {claimed.verdict}, but their requirements say {verdict}"
    elif claimed.sentence != sentence and not claimed.sentence.startswith(
        (f"{sentence}{SELECTED}", f"{sentence}{UNTRIED}")
    ):
        yield f"the sentence does not follow from the requirements, which say: {sentence}"
    if (manifest.verdict, manifest.sentence) != (claimed.verdict, claimed.sentence):
        yield "the manifest gives another verdict or sentence than the results"
    if {c.id for c in claimed.contracts} != set(manifest.options.contracts):
        yield "the results are about other contracts than the manifest"
    yield from _findings_and_rows(claimed)
    for given, found in zip(claimed.waivers, with_waivers(claimed, claimed.waivers).waivers, strict=True):
        if given != found:
            yield f"the waiver of {given.owner} for {given.requirement} is {found.standing}, not {given.standing}"


def _findings_and_rows(claimed: Results) -> Iterator[str]:
    known = {f.id: f for f in claimed.findings}
    rows = {_key(r): r for r in claimed.requirements}
    for row in claimed.requirements:
        lost = [i for i in row.findings if i not in known and not i.startswith("DOC-")]
        if lost:
            yield f"{row.requirement} on {row.contract} names {count(len(lost), 'finding')} that is not in the results"
        if row.status is Status.FAIL and not row.findings:
            yield f"{row.requirement} on {row.contract} is breached without a finding"
    for finding in claimed.findings:
        found = rows.get((finding.contract, finding.requirement))
        if found is None or finding.id not in found.findings:
            yield f"finding {finding.id} belongs to no requirement of the results"


def against_catalogue(
    claimed: Results, requirements: Iterable[Requirement], contracts: Iterable[Contract]
) -> Iterator[str]:
    """Yield where the claim changes a requirement's level or words, or leaves requirements out."""
    catalogue = {r.id: r for r in requirements}
    for row in claimed.requirements:
        known = catalogue.get(row.requirement)
        if known is None:
            yield f"{row.requirement} is not in the catalogue"
        elif (row.level, row.title, row.statement) != (known.level, known.title, known.statement):
            yield f"{row.requirement} on {row.contract} has another level or wording than in the catalogue"
    if SELECTED in claimed.sentence:
        return
    rows = {_key(r) for r in claimed.requirements}
    claimed_ids = {c.id for c in claimed.contracts}
    for contract in (c for c in contracts if c.id in claimed_ids):
        lost = [i for i, r in catalogue.items() if r.applies_to(contract) and (contract.id, i) not in rows]
        if lost:
            yield f"{count(len(lost), 'requirement')} of {contract.id} left out: {', '.join(lost[:5])}"


def against_recordings(claimed: Results, again: Results) -> Iterator[str]:
    """Yield how the recordings contradict the claim. Only a breach can be seen in part of a run."""
    breached = Verdict.BREACHED
    if (claimed.verdict is breached) != (again.verdict is breached):
        yield f"they say {claimed.verdict}, the recordings say {again.verdict}: {again.sentence}"
        return
    claims = {_key(r): r.status for r in claimed.requirements}
    for row in again.requirements:
        status = claims.get(_key(row))
        if row.status is Status.FAIL and status is not Status.FAIL:
            yield f"{row.requirement} on {row.contract} is {status}, the recordings breach it"


def differences(before: Results, after: Results) -> Iterator[str]:
    """Yield the differences between the bundle's results and those of judging its recordings again."""
    if before.verdict is not after.verdict:
        yield f"judged again it is {after.verdict}, it was {before.verdict}"
        return
    old = {_key(r): (r.status, r.exercised) for r in before.requirements}
    new = {_key(r): (r.status, r.exercised) for r in after.requirements}
    for contract, requirement in [key for key in {**old, **new} if old.get(key) != new.get(key)]:
        yield f"{requirement} on {contract} is judged otherwise"
    for identifier in sorted({f.id for f in before.findings} ^ {f.id for f in after.findings}):
        yield f"finding {identifier} is in only one of the two"


def not_proven(claimed: Results, found: Coverage, *, signed: bool) -> Iterator[str]:
    """Yield what a bundle cannot prove."""
    for requirement in dict.fromkeys(r.requirement for r in found.missing):
        contracts = ", ".join(r.contract for r in found.missing if r.requirement == requirement)
        yield f"{requirement} on {contracts}: on the results alone"
    yield "that the recordings are complete, and came from the service that they name"
    yield f"the target's name ({claimed.target.name}), times, the number of requests ({claimed.requests})"
    if not signed:
        yield "who made the bundle: it is not signed"


def _key(row: RequirementResult) -> _Key:
    return row.contract, row.requirement
