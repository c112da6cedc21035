"""CTRF (Common Test Report Format): a test for each contract and requirement. The format: https://ctrf.io"""

from __future__ import annotations

import json
import uuid
from typing import Any

from linkproof.reports.digest import waived
from linkproof.reports.text import finding_lines, in_words, plain_all
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


def ctrf(data: dict[str, Any]) -> bytes:
    """The report, from the results' JSON."""
    data = plain_all(data)
    findings = {f["id"]: f for f in [*data["findings"], *data["documentation_defects"]]}
    covered = waived(data)
    tests = [_test(r, [findings[i] for i in r["findings"] if i in findings], covered) for r in data["requirements"]]
    tests += [_broken(b) for b in data["broken"]]
    times = utc(data)
    start, stop = (milliseconds(t) for t in times) if times is not None else (0, 0)
    counts = {s: sum(t["status"] == s for t in tests) for s in _STATUSES}
    report = {
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "generatedBy": f"Linkproof {data['linkproof_version']}",
        "results": {
            "tool": {"name": "Linkproof", "version": data["linkproof_version"]},
            "summary": {"tests": len(tests), **counts, "start": start, "stop": stop},
            "tests": tests,
            "environment": {
                "appName": data["target"]["name"],
                "testEnvironment": data["target"]["kind"],
                "extra": {"verdict": data["verdict"], "sentence": data["sentence"], "exitCode": data["exit_code"]},
            },
        },
    }
    return json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n"


def _test(row: dict[str, Any], findings: list[dict[str, Any]], covered: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A requirement on a contract. One whose breaches are all waived is skipped, as in junit.xml."""
    breaches = [f for f in findings if f["level"] == "MUST"]
    is_waived = row["status"] == "fail" and bool(breaches) and all(f["id"] in covered for f in breaches)
    message = findings[0]["message"] if findings else row["why"]
    if is_waived:
        message = f"waived {in_words(covered[breaches[0]['id']])}\n{message}"
    test: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"linkproof:{row['contract']}#{row['id']}")),
        "name": f"{row['id']} {row['title']}",
        "status": "skipped" if is_waived else _STATUS[row["status"]],
        "rawStatus": f"{row['status']}, waived" if is_waived else row["status"],
        "duration": 0,
        "suite": [row["contract"], row["family"]],
        "type": "conformance",
        "tags": [row["id"], row["level"]],
        "extra": {"exercised": row["exercised"], "source": row["source"]["address"]},
    }
    if message:
        test["message"] = message
    if findings:
        test["trace"] = "\n".join(line for f in findings for line in finding_lines(f))
    return test


def _broken(broken: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": broken["what"],
        "status": "other",
        "rawStatus": "broken",
        "duration": 0,
        "suite": ["linkproof"],
        "message": broken["what"],
        "trace": broken["detail"],
    }
