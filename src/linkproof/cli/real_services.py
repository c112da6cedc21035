"""``linkproof services``: a page about the observed behaviour of real services, from recordings."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from linkproof.base.files import write_file
from linkproof.base.models import convert
from linkproof.base.toml_tables import read_toml
from linkproof.base.wording import count, moment_of
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.judging.parallel import recording_judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.finding import Finding
from linkproof.model.results import Status, TargetInfo
from linkproof.recordings import read_recordings
from linkproof.recordings.files import recording_files
from linkproof.reports.real_services import Note, Service, Verdict, VerdictFile, as_markdown, verdict_of


def services_page(paths: list[Path], verdicts: Path | None, out: Path) -> int:
    """Write the page; return 1 if a finding has no verdict, else 0. Raises UsageError."""
    given = read_verdicts(verdicts) if verdicts else ()
    judge = recording_judge((), any_version=True)
    found: dict[str, Service] = {}
    for file in recording_files(paths):
        for exchange in read_recordings([file], judge.leave_out):
            call, _ = judge.feed(exchange)
            if call is None:
                continue
            contract = call.contract
            one = found.setdefault(contract.id, Service(contract.id, contract.resource_type, contract.version))
            one.exchanges += 1
            one.versions |= {v for k, v in call.query.items() if k.lower() == contract.version_parameter and v}
            one.dates.add(exchange.at)
            one.recordings.add(file.name)
    services = _with_results(judge, found)
    unmatched: Counter[str] = Counter()
    for group in judge.unmatched():
        unmatched[group.reason] += group.count
    write_file(out, as_markdown(services, given, unmatched), "choose another --out")
    every: list[Finding | Note] = []
    for service in services:
        every += [*service.findings, *service.notes]
    open_ = [f for f in every if verdict_of(f, given) is None]
    odd, noted = sum(len(s.findings) for s in services), sum(len(s.notes) for s in services)
    counted = f"{count(odd, 'finding')} and {count(noted, 'note')} on {count(len(services), 'contract')}"
    print(f"{counted}, {len(open_)} without a verdict ({out})")
    for finding in open_:
        place = "" if isinstance(finding, Note) else f" {finding.place}"
        print(f"  no verdict: {finding.requirement} {finding.contract}{place}")
    return 1 if open_ else 0


def _with_results(judge: Judge, found: dict[str, Service]) -> list[Service]:
    target = TargetInfo(name="recordings", kind="recording")
    facts = RunFacts(target, moment_of(time.time()), 0.0, judge.exchanges, allow_unproven=True)
    results = conclude(judge, judge.seen(), all_requirements(), facts)
    for one in found.values():
        rows = [r for r in results.requirements if r.contract == one.contract]
        one.passed = tuple(r.requirement for r in rows if r.status is Status.PASS)
        one.findings = tuple(f for f in results.findings if f.contract == one.contract)
        one.notes = tuple(Note(r.requirement, r.contract, len(r.variants)) for r in rows if r.variants)
    return list(found.values())


def read_verdicts(path: Path) -> tuple[Verdict, ...]:
    """Return the verdicts in a file. Raises UsageError that names the file and the field."""
    fix = "give TOML with [[verdict]] tables: requirement, contract, kind, text and, if need be, place"
    return tuple(convert(read_toml(path, fix), VerdictFile, str(path), fix).verdict)
