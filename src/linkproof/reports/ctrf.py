"""CTRF (Common Test Report Format): a test for each contract and requirement. The format: https://ctrf.io"""

from __future__ import annotations

import json
import uuid
from typing import Any

from linkproof.base.models import changed_texts
from linkproof.model.finding import Finding
from linkproof.model.results import Broken, RequirementResult
from linkproof.model.waiver import Waiver
from linkproof.redaction.publish import Published
from linkproof.reports.digest import waived
from linkproof.reports.text import finding_lines, in_words, plain
from linkproof.reports.times import milliseconds, utc

_STATUS = {
    "pass": "passed",
    "warn": "passed",
    "fail": "failed",
    "not exercised": "skipped",
    "not applicable": "skipped",
}
_STATUSES = ("passed", "failed", "skipped", "pending", "other")
#: The version of the format that is written.
SPEC_VERSION = "0.0.0"


def ctrf(results: Published) -> bytes:
    """Return the report, from the results' JSON."""
    results = changed_texts(results, plain)
    findings = {f.id: f for f in [*results.findings, *results.documentation_defects]}
    covered = waived(results)
    tests = [_test(r, [findings[i] for i in r.findings if i in findings], covered) for r in results.requirements]
    tests += [_broken(b) for b in results.broken]
    times = utc(results)
    start, stop = (milliseconds(t) for t in times) if times is not None else (0, 0)
    counts = {s: sum(t["status"] == s for t in tests) for s in _STATUSES}
    report = {
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "generatedBy": f"Linkproof {results.version}",
        "results": {
            "tool": {"name": "Linkproof", "version": results.version},
            "summary": {"tests": len(tests), **counts, "start": start, "stop": stop},
            "tests": tests,
            "environment": {
                "appName": results.target.name,
                "testEnvironment": results.target.kind,
                "extra": {"verdict": results.verdict, "sentence": results.sentence, "exitCode": results.exit_code},
            },
        },
    }
    return json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n"


def _test(row: RequirementResult, findings: list[Finding], covered: dict[str, Waiver]) -> dict[str, Any]:
    """Return a requirement on a contract. If all its breaches are waived it is skipped, as in junit.xml."""
    breaches = [f for f in findings if f.level == "MUST"]
    is_waived = row.status == "fail" and bool(breaches) and all(f.id in covered for f in breaches)
    message = findings[0].message if findings else row.why
    if is_waived:
        message = f"waived {in_words(covered[breaches[0].id])}\n{message}"
    test: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"linkproof:{row.contract}#{row.requirement}")),
        "name": f"{row.requirement} {row.title}",
        "status": "skipped" if is_waived else _STATUS[row.status],
        "rawStatus": f"{row.status}, waived" if is_waived else row.status,
        "duration": 0,
        "suite": [row.contract, row.family],
        "type": "conformance",
        "tags": [row.requirement, row.level],
        "extra": {"exercised": row.exercised, "source": row.source.address},
    }
    if message:
        test["message"] = message
    if findings:
        test["trace"] = "\n".join(line for f in findings for line in finding_lines(f))
    return test


def _broken(broken: Broken) -> dict[str, Any]:
    return {
        "name": broken.what,
        "status": "other",
        "rawStatus": "broken",
        "duration": 0,
        "suite": ["linkproof"],
        "message": broken.what,
        "trace": broken.detail,
    }
