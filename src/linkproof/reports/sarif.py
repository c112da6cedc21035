"""SARIF 2.1.0: findings for code scanning. A rule for each requirement that is breached, a result for each finding.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from linkproof.reports.digest import waived
from linkproof.reports.text import finding_lines, in_words, plain, plain_all
from linkproof.reports.times import utc

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"MUST": "error", "SHOULD": "warning", "NOTE": "note"}
#: Names the finding in ``partialFingerprints``: alerts of the same finding in two runs are one alert.
_FINGERPRINT = "linkproofFinding/v1"


def sarif(data: dict[str, Any]) -> bytes:
    """The log, from the results' JSON."""
    data = plain_all(data)
    findings = [*data["findings"], *data["documentation_defects"]]
    rules = _rules(data, findings)
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    covered = waived(data)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Linkproof",
                "semanticVersion": data["linkproof_version"],
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"linkproof/{data['target']['name']}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(data)],
        "results": [_result(f, places, covered.get(f["id"])) for f in findings],
        "properties": {"verdict": data["verdict"], "sentence": data["sentence"]},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1).encode() + b"\n"


def _rules(data: dict[str, Any], findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The requirements that have findings, in their order."""
    wanted = {f["requirement"] for f in findings}
    rows = {r["id"]: r for r in data["requirements"] if r["id"] in wanted}
    return [
        {
            "id": row["id"],
            "name": "".join(word.capitalize() for word in row["family"].split()) + row["id"].replace("-", ""),
            "shortDescription": {"text": row["title"]},
            "fullDescription": {"text": row["statement"]},
            "helpUri": row["source"]["address"],
            "help": {"text": f"{row['statement']}\n\nSource: {row['source']['document']}, {row['source']['address']}"},
            "defaultConfiguration": {"level": _LEVEL[row["level"]]},
            "properties": {"tags": [row["level"], row["family"]], "precision": "very-high"},
        }
        for row in rows.values()
    ]


def _result(finding: dict[str, Any], places: dict[str, int], waiver: dict[str, Any] | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding["requirement"],
        "ruleIndex": places[finding["requirement"]],
        "kind": "fail",
        "level": _LEVEL[finding["level"]],
        "message": {"text": plain("\n".join(finding_lines(finding)))},
        "locations": [_location(finding)],
        "partialFingerprints": {_FINGERPRINT: finding["id"]},
        "occurrenceCount": max(1, finding["count"]),
        "properties": {name: finding[name] for name in ("contract", "pointer", "expected", "actual", "curl")},
    }
    if finding["exchanges"]:
        result["webRequest"] = _request(finding["exchanges"][0]["request"])
        result["webResponse"] = _response(finding["exchanges"][0]["response"])
    if finding["follows"]:
        result["properties"]["follows"] = finding["follows"]
    if waiver is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": in_words(waiver)}]
    return result


def _location(finding: dict[str, Any]) -> dict[str, Any]:
    """The recording in which it was seen, else the contract; with the operation as the logical place."""
    scene = finding["exchanges"][0]["label"].rpartition("#")[0] if finding["exchanges"] else ""
    path = scene if scene and "::" not in scene else f"contracts/{finding['contract']}"
    name = f"{finding['contract']}/{finding['operation']}{finding['pointer']}"
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(path.lstrip("/"))}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": name, "name": finding["operation"], "kind": "function"}],
    }


def _request(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "protocol": "HTTP",
        "version": "1.1",
        "method": request["method"],
        "target": request["url"],
        "headers": _headers(request),
        "body": {"text": request["body"]},
    }


def _response(response: dict[str, Any]) -> dict[str, Any]:
    return {
        "protocol": "HTTP",
        "version": "1.1",
        "statusCode": response["status"],
        "headers": _headers(response),
        "body": {"text": response["body"]},
    }


def _headers(message: dict[str, Any]) -> dict[str, str]:
    """Header fields by name; the values of a repeated one are joined, as HTTP allows."""
    found: dict[str, str] = {}
    for name, value in message["headers"]:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _invocation(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "executionSuccessful": not data["broken"],
        "exitCode": data["exit_code"],
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": f"{b['what']}\n{b['detail']}"}} for b in data["broken"]
        ],
    }
    times = utc(data)
    if times is not None:
        found["startTimeUtc"], found["endTimeUtc"] = (t.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for t in times)
    return found
