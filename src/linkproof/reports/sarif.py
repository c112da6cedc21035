"""SARIF 2.1.0: findings for code scanning. A rule for each breached requirement, a result for each finding.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from linkproof.base.models import changed_texts
from linkproof.base.wording import zulu
from linkproof.model.evidence import EvidenceRequest, EvidenceResponse
from linkproof.model.finding import Finding
from linkproof.model.waiver import Waiver
from linkproof.redaction.publish import Published
from linkproof.reports.digest import waived
from linkproof.reports.text import finding_lines, in_words, plain
from linkproof.reports.times import utc

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"MUST": "error", "SHOULD": "warning", "NOTE": "note"}
#: The finding's key in ``partialFingerprints``: the same finding in two runs is one alert.
_FINGERPRINT = "linkproofFinding/v1"
_PROPERTIES = ("contract", "pointer", "expected", "actual", "curl")


def sarif(results: Published) -> bytes:
    """Return the log, from the results' JSON."""
    results = changed_texts(results, plain)
    findings = [*results.findings, *results.documentation_defects]
    rules = _rules(results, findings)
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    covered = waived(results)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Linkproof",
                "semanticVersion": results.version,
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"linkproof/{results.target.lasting_name}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(results)],
        "results": [_result(f, places, covered.get(f.id)) for f in findings],
        "properties": {"verdict": results.verdict, "sentence": results.sentence},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1).encode() + b"\n"


def _rules(results: Published, findings: list[Finding]) -> list[dict[str, Any]]:
    """Return the requirements that have findings, in order."""
    wanted = {f.requirement for f in findings}
    rows = {r.requirement: r for r in results.requirements if r.requirement in wanted}
    return [
        {
            "id": row.requirement,
            "name": "".join(word.capitalize() for word in row.family.split()) + row.requirement.replace("-", ""),
            "shortDescription": {"text": row.title},
            "fullDescription": {"text": row.statement},
            "helpUri": row.source.address,
            "help": {"text": f"{row.statement}\n\nSource: {row.source.document}, {row.source.address}"},
            "defaultConfiguration": {"level": _LEVEL[row.level]},
            "properties": {"tags": [row.level, row.family], "precision": "very-high"},
        }
        for row in rows.values()
    ]


def _result(finding: Finding, places: dict[str, int], waiver: Waiver | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.requirement,
        **({"ruleIndex": places[finding.requirement]} if finding.requirement in places else {}),
        "kind": "fail",
        "level": _LEVEL[finding.level],
        "message": {"text": plain("\n".join(finding_lines(finding)))},
        "locations": [_location(finding)],
        "partialFingerprints": {_FINGERPRINT: finding.id},
        "occurrenceCount": max(1, finding.count),
        "properties": {name: getattr(finding, name) for name in _PROPERTIES},
    }
    if finding.judged is not None:
        result["webRequest"] = _request(finding.judged.request)
        result["webResponse"] = _response(finding.judged.response)
    if finding.curl_before:
        result["properties"]["curl_before"] = list(finding.curl_before)
    if finding.follows:
        result["properties"]["follows"] = finding.follows
    if waiver is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": in_words(waiver)}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    """Return the recording that shows it, else the contract; the operation is the logical location."""
    scenario = finding.judged.label.rpartition("#")[0] if finding.judged else ""
    path = scenario if scenario and "::" not in scenario else f"contracts/{finding.contract}"
    name = f"{finding.contract}/{finding.operation}{finding.pointer}"
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(path.lstrip("/"))}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": name, "name": finding.operation, "kind": "function"}],
    }


def _request(request: EvidenceRequest) -> dict[str, Any]:
    return {
        "protocol": "HTTP",
        "version": "1.1",
        "method": request.method,
        "target": request.url,
        "headers": _headers(request),
        "body": {"text": request.body},
    }


def _response(response: EvidenceResponse) -> dict[str, Any]:
    return {
        "protocol": "HTTP",
        "version": "1.1",
        "statusCode": response.status,
        "headers": _headers(response),
        "body": {"text": response.body},
    }


def _headers(message: EvidenceRequest | EvidenceResponse) -> dict[str, str]:
    """Return header fields by name; repeated ones are joined, as HTTP allows."""
    found: dict[str, str] = {}
    for name, value in message.headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _invocation(results: Published) -> dict[str, Any]:
    found: dict[str, Any] = {
        "executionSuccessful": not results.broken,
        "exitCode": results.exit_code,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": f"{b.what}\n{b.detail}"}} for b in results.broken
        ],
    }
    times = utc(results)
    if times is not None:
        found["startTimeUtc"], found["endTimeUtc"] = (zulu(t, "microseconds") for t in times)
    return found
