"""Allure's result files: one for each contract and requirement, with the same name for the same result."""

from __future__ import annotations

import json
import uuid
from typing import Any

from linkproof.base.json_values import NOT_JSON, TOO_DEEP, parse
from linkproof.base.wording import parsed_moment
from linkproof.model.evidence import Evidence
from linkproof.model.finding import Finding, Level
from linkproof.model.results import Broken, ContractInfo, RequirementResult
from linkproof.model.waiver import Waiver
from linkproof.redaction.publish import Published
from linkproof.reports.digest import message_of, waived
from linkproof.reports.text import finding_lines, in_words, one_line, plain

#: Every file starts so: what else lies in an allure-results folder is somebody else's.
PREFIX = "linkproof-"

_STATUS = {
    "pass": "passed",
    "fail": "failed",
    "warn": "passed",
    "not exercised": "skipped",
    "not applicable": "skipped",
}
_SEVERITY = {"MUST": "critical", "SHOULD": "minor", "NOTE": "trivial"}


def allure_files(results: Published) -> dict[str, bytes]:
    """File name to content, from the results' JSON. Equal results give equal files."""
    covered = waived(results)
    findings = {f.id: f for f in [*results.findings, *results.documentation_defects]}
    contracts = {c.id: c for c in results.contracts}
    files: dict[str, bytes] = {}
    for row in results.requirements:
        own = [findings[i] for i in row.findings if i in findings]
        result = _result(row, contracts[row.contract], own, files) | _times(results)
        result["statusDetails"]["message"] = plain(message_of(own, results) or row.why)
        _note_waivers(result, [f for f in own if f.level == Level.MUST], covered)
        files[f"{PREFIX}{result['uuid']}-result.json"] = _dump(result)
    for broken in results.broken:
        result = _broken(broken) | _times(results)
        files[f"{PREFIX}{result['uuid']}-result.json"] = _dump(result)
    return files


def _result(
    row: RequirementResult, contract: ContractInfo, findings: list[Finding], files: dict[str, bytes]
) -> dict[str, Any]:
    labels = {
        "epic": contract.vendor_title,
        "feature": f"{contract.id} {contract.version}",
        "story": f"{row.requirement} {row.title}",
        "severity": _SEVERITY[row.level],
        "parentSuite": contract.id,
        "suite": row.family,
        "subSuite": row.requirement,
        "framework": "linkproof",
    }
    source = row.source
    return {
        "uuid": _uuid("result", row.contract, row.requirement),
        "historyId": _uuid("history", row.contract, row.requirement),
        "testCaseId": _uuid("case", row.contract, row.requirement),
        "fullName": f"{row.contract}#{row.requirement}",
        "name": f"{row.requirement} {row.title}",
        "description": row.statement,
        "status": _STATUS[row.status],
        "statusDetails": {
            "message": "",
            "trace": "\n".join(line for f in findings for line in finding_lines(f)),
        },
        "stage": "finished",
        "labels": [{"name": k, "value": v} for k, v in labels.items()],
        "links": [{"name": source.document, "url": source.address, "type": "link"}],
        "steps": [_finding(f, files) for f in findings],
        "attachments": [],
        "parameters": [{"name": "exercised", "value": str(row.exercised), "excluded": True}],
    }


def _note_waivers(result: dict[str, Any], breaches: list[Finding], covered: dict[str, Waiver]) -> None:
    """Where somebody answers for all of them, the result is a known failure: it stays one, and is not counted anew."""
    if breaches and all(f.id in covered for f in breaches):
        told = "; ".join(dict.fromkeys(in_words(covered[f.id]) for f in breaches))
        details = result["statusDetails"]
        details |= {"known": True, "muted": True, "message": f"waived {told}\n{details['message']}"}


def _broken(broken: Broken) -> dict[str, Any]:
    return {
        "uuid": _uuid("broken", broken.what, broken.detail),
        "historyId": _uuid("broken", broken.what),
        "testCaseId": _uuid("broken", broken.what),
        "fullName": one_line(f"linkproof#{broken.what}"),
        "name": one_line(broken.what),
        "status": "broken",
        "statusDetails": {"message": plain(broken.what), "trace": plain(broken.detail)},
        "stage": "finished",
        "labels": [{"name": "parentSuite", "value": "linkproof"}, {"name": "framework", "value": "linkproof"}],
        "links": [],
        "steps": [],
        "attachments": [],
        "parameters": [],
    }


def _finding(finding: Finding, files: dict[str, bytes]) -> dict[str, Any]:
    """A finding as a step, and its exchanges as the steps within."""
    return {
        "name": one_line(f"{finding.id}: {finding.message}"),
        "status": "failed" if finding.level == Level.MUST else "passed",
        "stage": "finished",
        "steps": [_step(e, n, finding, files) for n, e in enumerate(finding.exchanges)],
        "attachments": [],
        "parameters": [
            {"name": name, "value": plain(value)}
            for name in ("operation", "pointer", "expected", "actual", "curl")
            if (value := getattr(finding, name))
        ],
    }


def _step(exchange: Evidence, number: int, finding: Finding, files: dict[str, bytes]) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    attachments = []
    for kind, body in (("request body", request.body), ("response body", response.body)):
        if body:
            is_json = parse(body.encode()) not in (NOT_JSON, TOO_DEEP)
            name = _uuid("attachment", finding.id, str(number), kind)
            source = f"{PREFIX}{name}-attachment.{'json' if is_json else 'txt'}"
            files[source] = body.encode()
            attachments.append(
                {"name": kind, "source": source, "type": "application/json" if is_json else "text/plain"}
            )
    return {
        "name": one_line(f"{request.method} {request.url} → {response.status}"),
        "status": "failed" if finding.level == Level.MUST else "passed",
        "stage": "finished",
        "steps": [],
        "attachments": attachments,
        "parameters": [{"name": "exchange", "value": one_line(exchange.label)}],
    }


def _times(results: Published) -> dict[str, int]:
    """When the run started and ended, in milliseconds; single requirements are not timed."""
    try:
        start = int(parsed_moment(results.started_at).timestamp() * 1000)
    except (ValueError, OverflowError):
        return {}
    return {"start": start, "stop": start + int(results.duration_s * 1000)}


def _uuid(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "linkproof:" + "\0".join(parts)))


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
