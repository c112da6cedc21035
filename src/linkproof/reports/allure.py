"""Allure's result files: one for each contract and requirement, with stable names.

Model and JSON are those of ``allure-python-commons``. Only the file names are ours, so that equal results give equal
files.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from allure_commons.logger import AllureMemoryLogger
from allure_commons.model2 import (
    Attachment,
    ExecutableItem,
    Label,
    Link,
    Parameter,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from allure_commons.types import LabelType, LinkType, Severity
from attr import attrib, attrs

from linkproof.base.json_values import NOT_JSON, TOO_DEEP, parse
from linkproof.model.evidence import Evidence
from linkproof.model.finding import Finding, Level
from linkproof.model.results import Broken, ContractInfo, RequirementResult
from linkproof.model.waiver import Waiver
from linkproof.redaction.publish import Published
from linkproof.reports.digest import message_of, waived
from linkproof.reports.text import commands_of, finding_lines, in_words, one_line, plain
from linkproof.reports.times import milliseconds, utc

#: Prefix of every file written here; other files in the folder are not touched.
PREFIX = "linkproof-"

_STATUS = {
    "pass": "passed",
    "fail": "failed",
    "warn": "passed",
    "not exercised": "skipped",
    "not applicable": "skipped",
}
_SEVERITY = {"MUST": Severity.CRITICAL, "SHOULD": Severity.MINOR, "NOTE": Severity.TRIVIAL}
_FINISHED = "finished"


@attrs
class _Details(StatusDetails):
    """Status details with the member that the package's model lacks."""

    muted: bool | None = attrib(default=None)


def allure_files(results: Published) -> dict[str, bytes]:
    """Return content by file name. Equal results give equal files."""
    covered = waived(results)
    findings = {f.id: f for f in [*results.findings, *results.documentation_defects]}
    contracts = {c.id: c for c in results.contracts}
    writer = AllureMemoryLogger()
    for row in results.requirements:
        own = [findings[i] for i in row.findings if i in findings]
        result = _result(row, contracts[row.contract], own, writer)
        result.statusDetails.message = plain(message_of(own, results) or row.why)
        _note_waivers(result.statusDetails, [f for f in own if f.level == Level.MUST], covered)
        writer.report_result(_timed(result, results))
    for broken in results.broken:
        writer.report_result(_timed(_broken(broken), results))
    written = {f"{PREFIX}{data['uuid']}-result.json": _dump(data) for data in writer.test_cases}
    return {**writer.attachments, **written}


def _result(
    row: RequirementResult, contract: ContractInfo, findings: list[Finding], writer: AllureMemoryLogger
) -> TestResult:
    labels = {
        LabelType.EPIC: contract.vendor_title,
        LabelType.FEATURE: f"{contract.id} {contract.version}",
        LabelType.STORY: f"{row.requirement} {row.title}",
        LabelType.SEVERITY: _SEVERITY[row.level].value,
        LabelType.PARENT_SUITE: contract.id,
        LabelType.SUITE: row.family,
        LabelType.SUB_SUITE: row.requirement,
        LabelType.FRAMEWORK: "linkproof",
    }
    source = row.source
    return TestResult(
        uuid=_uuid("result", row.contract, row.requirement),
        historyId=_uuid("history", row.contract, row.requirement),
        testCaseId=_uuid("case", row.contract, row.requirement),
        fullName=f"{row.contract}#{row.requirement}",
        name=f"{row.requirement} {row.title}",
        description=row.statement,
        status=_STATUS[row.status],
        statusDetails=_Details(trace="\n".join(line for f in findings for line in finding_lines(f))),
        stage=_FINISHED,
        labels=[Label(name, value) for name, value in labels.items()],
        links=[Link(LinkType.LINK, source.address, source.document)],
        steps=[_finding(f, writer) for f in findings],
        parameters=[Parameter("exercised", str(row.exercised), excluded=True)],
    )


def _note_waivers(details: _Details, breaches: list[Finding], covered: dict[str, Waiver]) -> None:
    """Mark a result as a known failure if every breach is waived: it stays a failure, but is not counted as new."""
    if breaches and all(f.id in covered for f in breaches):
        waived_by = "; ".join(dict.fromkeys(in_words(covered[f.id]) for f in breaches))
        details.known, details.muted = True, True
        details.message = f"waived {waived_by}\n{details.message}"


def _broken(broken: Broken) -> TestResult:
    return TestResult(
        uuid=_uuid("broken", broken.what, broken.detail),
        historyId=_uuid("broken", broken.what),
        testCaseId=_uuid("broken", broken.what),
        fullName=one_line(f"linkproof#{broken.what}"),
        name=one_line(broken.what),
        status="broken",
        statusDetails=_Details(message=plain(broken.what), trace=plain(broken.detail)),
        stage=_FINISHED,
        labels=[Label(LabelType.PARENT_SUITE, "linkproof"), Label(LabelType.FRAMEWORK, "linkproof")],
    )


def _finding(finding: Finding, writer: AllureMemoryLogger) -> TestStepResult:
    """Return a finding as a step, with its exchanges as sub-steps."""
    return TestStepResult(
        name=one_line(f"{finding.id}: {finding.message}"),
        status="failed" if finding.level == Level.MUST else "passed",
        stage=_FINISHED,
        steps=[_step(e, n, finding, writer) for n, e in enumerate(finding.exchanges)],
        parameters=[Parameter(name, plain(value)) for name, value in _parameters(finding) if value],
    )


def _parameters(finding: Finding) -> Iterator[tuple[str, str]]:
    for name in ("operation", "pointer", "expected", "actual"):
        yield name, getattr(finding, name)
    yield "curl", "\n".join(commands_of(finding))


def _step(exchange: Evidence, number: int, finding: Finding, writer: AllureMemoryLogger) -> TestStepResult:
    request, response = exchange.request, exchange.response
    attachments = []
    for kind, body in (("request body", request.body), ("response body", response.body)):
        if body:
            is_json = parse(body.encode()) not in (NOT_JSON, TOO_DEEP)
            name = _uuid("attachment", finding.id, str(number), kind)
            source = f"{PREFIX}{name}-attachment.{'json' if is_json else 'txt'}"
            writer.report_attached_data(body.encode(), source)
            attachments.append(Attachment(kind, source, "application/json" if is_json else "text/plain"))
    return TestStepResult(
        name=one_line(f"{request.method} {request.url} → {response.status}"),
        status="failed" if finding.level == Level.MUST else "passed",
        stage=_FINISHED,
        attachments=attachments,
        parameters=[Parameter("exchange", one_line(exchange.label))],
    )


def _timed(item: ExecutableItem, results: Published) -> ExecutableItem:
    """Return the item with the run's start and end, if known; single requirements have no times."""
    times = utc(results)
    if times is not None:
        item.start, item.stop = (milliseconds(t) for t in times)
    return item


def _uuid(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "linkproof:" + "\0".join(parts)))


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
