"""Allure's result files: one for each contract and requirement, with the same name for the same result."""

from __future__ import annotations

import json
import uuid
from typing import Any

from linkproof.reports.text import finding_lines

_STATUS = {
    "pass": "passed",
    "fail": "failed",
    "warn": "passed",
    "not exercised": "skipped",
    "not applicable": "skipped",
}


def allure_files(data: dict[str, Any]) -> dict[str, bytes]:
    """File name to content, from the results' JSON. Equal results give equal files."""
    findings = {f["id"]: f for f in [*data["findings"], *data["documentation_defects"]]}
    contracts = {c["id"]: c for c in data["contracts"]}
    files: dict[str, bytes] = {}
    for row in data["requirements"]:
        own = [findings[i] for i in row["findings"] if i in findings]
        name = _uuid(row["contract"], row["id"])
        files[f"{name}-result.json"] = _dump(_result(row, contracts[row["contract"]], own, files, name))
    return files


def _result(
    row: dict[str, Any],
    contract: dict[str, Any],
    findings: list[dict[str, Any]],
    files: dict[str, bytes],
    name: str,
) -> dict[str, Any]:
    labels = {
        "epic": contract["vendor_title"],
        "feature": f"{contract['id']} {contract['version']}",
        "story": f"{row['id']} {row['title']}",
        "severity": "critical" if row["level"] == "MUST" else "minor",
        "parentSuite": contract["id"],
        "suite": row["family"],
        "subSuite": row["id"],
        "framework": "linkproof",
    }
    return {
        "uuid": name,
        "historyId": _uuid("history", row["contract"], row["id"]),
        "testCaseId": _uuid("case", row["contract"], row["id"]),
        "fullName": f"{row['contract']}#{row['id']}",
        "name": f"{row['id']} {row['title']}",
        "description": row["statement"],
        "status": _STATUS[row["status"]],
        "statusDetails": {
            "message": findings[0]["message"] if findings else row["why"],
            "trace": "\n".join(line for f in findings for line in finding_lines(f)),
        },
        "stage": "finished",
        "labels": [{"name": k, "value": v} for k, v in labels.items()],
        "links": [{"name": row["source"]["document"], "url": row["source"]["address"], "type": "link"}],
        "steps": [_step(e, f, files) for f in findings for e in f["exchanges"]],
        "attachments": [],
        "parameters": [{"name": "exercised", "value": str(row["exercised"]), "excluded": True}],
    }


def _step(exchange: dict[str, Any], finding: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    request, response = exchange["request"], exchange["response"]
    attachments = []
    for kind, body in (("request", request["body"]), ("response", response["body"])):
        if body:
            source = f"{_uuid(finding['id'], exchange['label'], kind)}-attachment.txt"
            files[source] = body.encode("utf-8", "replace")
            attachments.append({"name": kind, "source": source, "type": "text/plain"})
    return {
        "name": f"{request['method']} {request['url']} → {response['status']}",
        "status": "failed" if finding["level"] == "MUST" else "passed",
        "stage": "finished",
        "steps": [],
        "attachments": attachments,
        "parameters": [],
    }


def _uuid(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "linkproof:" + "\0".join(parts)))


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "replace")
