"""Results as plain JSON; its schema is ``schemas/formats/results.schema.json``."""

from __future__ import annotations

from typing import Any

from linkproof.exchange import Exchange
from linkproof.finding import Finding
from linkproof.masking import mask_headers, mask_text, secrets_of
from linkproof.results import SCHEMA_VERSION, RequirementResult, Results

_MOST = 16_000


def results_to_dict(results: Results) -> dict[str, Any]:
    """The results as plain JSON types, without any credential."""
    return {
        "schema_version": SCHEMA_VERSION,
        "linkproof_version": results.version,
        "verdict": results.verdict.value,
        "sentence": results.sentence,
        "exit_code": results.exit_code,
        "seed": results.seed,
        "target": vars(results.target) | {},
        "contracts": [vars(c) | {} for c in results.contracts],
        "requirements": [_row(r) for r in results.requirements],
        "findings": [finding_to_dict(f) for f in results.findings],
        "documentation_defects": [finding_to_dict(f) for f in results.documentation_defects],
        "unmatched": [vars(u) | {"where": list(u.where)} for u in results.unmatched],
        "broken": [{"what": mask_text(b.what), "detail": mask_text(b.detail)} for b in results.broken],
        "started_at": results.started_at,
        "duration_s": results.duration_s,
        "requests": results.requests,
    }


def _row(row: RequirementResult) -> dict[str, Any]:
    evidence = None
    if row.exercised:
        evidence = {"grade": row.grade.value if row.grade else "document", "date": row.date}
    return {
        "id": row.requirement,
        "contract": row.contract,
        "family": row.family,
        "level": row.level.value,
        "title": row.title,
        "statement": row.statement,
        "source": dict(row.source),
        "status": row.status.value,
        "exercised": row.exercised,
        "why": row.why,
        "evidence": evidence,
        "findings": list(row.findings),
        "variants": list(row.variants),
    }


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    """One finding with the exchanges that show it."""
    secrets: set[str] = set()
    for exchange in finding.exchanges:
        secrets |= secrets_of(exchange.request.headers)
    texts = ("pointer", "expected", "actual", "message", "curl")
    found = {name: mask_text(getattr(finding, name), secrets) for name in texts}
    return {
        "id": finding.id,
        "requirement": finding.requirement,
        "level": finding.level.value,
        "contract": finding.contract,
        "operation": finding.operation,
        "kind": finding.kind,
        "pointer": found["pointer"],
        "expected": found["expected"],
        "actual": found["actual"],
        "message": found["message"],
        "count": finding.count,
        "follows": finding.follows or None,
        "exchanges": [exchange_to_dict(e, secrets) for e in finding.exchanges],
        "curl": found["curl"],
    }


def exchange_to_dict(exchange: Exchange, secrets: set[str]) -> dict[str, Any]:
    """An exchange with masked header fields and bodies as text."""
    request, response = exchange.request, exchange.response
    return {
        "label": exchange.label,
        "at": exchange.at,
        "request": {
            "method": request.method,
            "url": mask_text(request.url, secrets),
            "headers": [[k, mask_text(v, secrets)] for k, v in mask_headers(request.headers)],
            "body": _text(request.body, secrets),
        },
        "response": {
            "status": response.status,
            "headers": [[k, mask_text(v, secrets)] for k, v in mask_headers(response.headers)],
            "body": _text(response.body, secrets),
        },
    }


def _text(body: bytes, secrets: set[str]) -> str:
    text = mask_text(body.decode("utf-8", "replace"), secrets)
    return text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text)} characters in all)"
