"""Results as plain JSON, and back; the schema is ``schemas/formats/results.schema.json``."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from linkproof.errors import UsageError
from linkproof.model.exchange import Exchange, Grade, Headers, Request, Response
from linkproof.model.finding import Attribution, Finding, Level, Party
from linkproof.model.results import (
    SCHEMA_VERSION,
    Broken,
    ContractInfo,
    LeftBehind,
    Lifecycle,
    LongRunning,
    Observed,
    ObservedValue,
    RequirementResult,
    Results,
    Standing,
    Status,
    Step,
    TargetInfo,
    Timeline,
    Transition,
    UnmatchedGroup,
    Verdict,
    Waiver,
)
from linkproof.redaction.report_masker import Cloak

_MOST_EXCHANGES = 3
_MOST_BYTES = 16_384
_CUT_NOTE = re.compile(r"\n\[cut here: [0-9]+ bytes in all\]\Z")
#: The grade of what was judged without any exchange: the definition page's own samples.
_DOCUMENT = "document"


def results_to_dict(results: Results) -> dict[str, Any]:
    """The results as plain JSON types, without any credential."""
    findings = [*results.findings, *results.documentation_defects]
    cloak = Cloak(e for f in findings for e in f.exchanges)
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": results.verdict.value,
        "sentence": cloak.text(results.sentence),
        "linkproof_version": results.version,
        "seed": results.seed,
        "target": asdict(results.target)
        | {"name": cloak.text(results.target.name), "base_url": cloak.text(results.target.base_url)},
        "contracts": [asdict(c) for c in results.contracts],
        "requirements": [_row(r, cloak) for r in results.requirements],
        "findings": [_finding(f, cloak) for f in results.findings],
        "documentation_defects": [_finding(f, cloak) for f in results.documentation_defects],
        "unmatched": [_unmatched(u, cloak) for u in results.unmatched],
        "broken": [{"what": cloak.text(b.what), "detail": cloak.text(b.detail)} for b in results.broken],
        "left_behind": [
            {"contract": x.contract, "name": cloak.text(x.name), "what": cloak.text(x.what)}
            for x in results.left_behind
        ],
        "lifecycles": [_lifecycle(x, cloak) for x in results.lifecycles],
        "long_running": [_long_running(x, cloak) for x in results.long_running],
        "observed": [_observed(x, cloak) for x in results.observed],
        "waivers": [_waiver(w, cloak) for w in results.waivers],
        "started_at": results.started_at,
        "duration_s": results.duration_s,
        "requests": results.requests,
        "allow_unproven": results.allow_unproven,
        "exit_code": results.exit_code,
    }


def results_from_dict(data: dict[str, Any]) -> Results:
    """The results that ``results_to_dict`` made ``data`` of. Raises UsageError for anything else."""
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"schema_version is {version!r}, this Linkproof reads {SCHEMA_VERSION!r}",
            where="results.json",
            fix="read it with the Linkproof that wrote it, or run again with this one",
        )
    try:
        return _results(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"it does not fit schemas/formats/results.schema.json: {type(error).__name__}: {error}"
        raise UsageError(problem, where="results.json", fix="run again: reports are not for editing") from None


def _row(row: RequirementResult, cloak: Cloak) -> dict[str, Any]:
    evidence = {"grade": row.grade.value if row.grade else _DOCUMENT, "date": row.date} if row.exercised else None
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
        "why": cloak.text(row.why),
        "evidence": evidence,
        "findings": list(row.findings),
        "variants": [cloak.text(v) for v in row.variants],
    }


def _finding(finding: Finding, cloak: Cloak) -> dict[str, Any]:
    told = finding.attribution
    return {
        "id": finding.id,
        "requirement": finding.requirement,
        "level": finding.level.value,
        "contract": finding.contract,
        "operation": finding.operation,
        "kind": finding.kind,
        "pointer": cloak.text(finding.pointer),
        "expected": cloak.text(finding.expected),
        "actual": cloak.text(finding.actual),
        "message": cloak.text(finding.message),
        "count": finding.count,
        "first_seen": finding.first_seen,
        "last_seen": finding.last_seen,
        "follows": finding.follows or None,
        "because": cloak.text(finding.because),
        "exchanges": [_exchange(e, cloak) for e in finding.exchanges[:_MOST_EXCHANGES]],
        "curl": cloak.text(finding.curl),
        "operations": list(finding.operations),
        "place": cloak.text(finding.place),
        "value": cloak.text(finding.value),
        "members": [cloak.text(m) for m in finding.members],
        "attribution": told and {"alone": told.alone.value, "why": cloak.text(told.why)},
    }


def _exchange(exchange: Exchange, cloak: Cloak) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    return {
        "label": cloak.text(exchange.label),
        "at": exchange.at,
        "request": {
            "method": request.method,
            "url": cloak.text(request.url),
            "headers": cloak.headers(request.headers),
            "body": _body(request.body, cloak),
        },
        "response": {
            "status": response.status,
            "headers": cloak.headers(response.headers),
            "body": _body(response.body, cloak),
        },
    }


def _body(body: bytes, cloak: Cloak) -> str:
    """A body as text. It is masked before it is cut: half a credential would not be known as one."""
    text = cloak.text(body.decode("utf-8", "replace"))
    size = len(encoded := text.encode())
    note = _CUT_NOTE.search(text)
    if size - len(note[0] if note else "") <= _MOST_BYTES:
        return text
    return f"{encoded[:_MOST_BYTES].decode('utf-8', 'ignore')}\n[cut here: {size} bytes in all]"


def _unmatched(group: UnmatchedGroup, cloak: Cloak) -> dict[str, Any]:
    return {
        "reason": cloak.text(group.reason),
        "method": group.method,
        "path": cloak.text(group.path),
        "count": group.count,
        "where": [cloak.text(w) for w in group.where],
    }


def _observed(found: Observed, cloak: Cloak) -> dict[str, Any]:
    return {
        "contract": found.contract,
        "place": cloak.text(found.place),
        "documented": list(found.documented),
        "values": [asdict(v) | {"value": cloak.text(v.value), "seen": cloak.text(v.seen)} for v in found.values],
    }


def _waiver(waiver: Waiver, cloak: Cloak) -> dict[str, Any]:
    return {name: cloak.text(value) if isinstance(value, str) else value for name, value in asdict(waiver).items()} | {
        "operations": list(waiver.operations),
        "standing": waiver.standing.value,
        "findings": list(waiver.findings),
    }


def _lifecycle(lifecycle: Lifecycle, cloak: Cloak) -> dict[str, Any]:
    words = ("before", "after", "seen")
    return {
        "contract": lifecycle.contract,
        "states": list(lifecycle.states),
        "transitions": [
            asdict(t) | {word: cloak.text(getattr(t, word)) for word in words} for t in lifecycle.transitions
        ],
    }


def _long_running(found: LongRunning, cloak: Cloak) -> dict[str, Any]:
    return {
        "contract": found.contract,
        "count": found.count,
        "ended": [{"word": cloak.text(word), "count": number} for word, number in found.ended],
        "good": found.good,
        "clock": found.clock,
        "shown": [_timeline(t, cloak) for t in found.shown],
    }


def _timeline(timeline: Timeline, cloak: Cloak) -> dict[str, Any]:
    return {
        "operation": timeline.operation,
        "seen": cloak.text(timeline.seen),
        "at": timeline.at,
        "ended": cloak.text(timeline.ended),
        "steps": [asdict(s) | {"word": cloak.text(s.word)} for s in timeline.steps],
    }


def _results(data: dict[str, Any]) -> Results:
    return Results(
        verdict=Verdict(data["verdict"]),
        sentence=data["sentence"],
        target=TargetInfo(**data["target"]),
        contracts=[ContractInfo(**c) for c in data["contracts"]],
        requirements=[_row_from(r) for r in data["requirements"]],
        findings=[_finding_from(f) for f in data["findings"]],
        documentation_defects=[_finding_from(f) for f in data["documentation_defects"]],
        unmatched=[UnmatchedGroup(**u | {"where": tuple(u["where"])}) for u in data["unmatched"]],
        started_at=data["started_at"],
        duration_s=data["duration_s"],
        requests=data["requests"],
        broken=[Broken(**b) for b in data["broken"]],
        left_behind=[LeftBehind(**x) for x in data.get("left_behind", [])],
        lifecycles=[_lifecycle_from(x) for x in data["lifecycles"]],
        long_running=[_long_running_from(x) for x in data["long_running"]],
        seed=data["seed"],
        version=data["linkproof_version"],
        allow_unproven=data["allow_unproven"],
        waivers=[_waiver_from(w) for w in data["waivers"]],
        observed=[_observed_from(x) for x in data["observed"]],
    )


def _observed_from(found: dict[str, Any]) -> Observed:
    values = tuple(ObservedValue(**v) for v in found["values"])
    return Observed(**found | {"documented": tuple(found["documented"]), "values": values})


def _waiver_from(waiver: dict[str, Any]) -> Waiver:
    operations, findings = tuple(waiver["operations"]), tuple(waiver["findings"])
    standing = Standing(waiver["standing"])
    return Waiver(**waiver | {"operations": operations, "findings": findings, "standing": standing})


def _lifecycle_from(found: dict[str, Any]) -> Lifecycle:
    return Lifecycle(found["contract"], tuple(found["states"]), tuple(Transition(**t) for t in found["transitions"]))


def _long_running_from(found: dict[str, Any]) -> LongRunning:
    shown = tuple(Timeline(**t | {"steps": tuple(Step(**s) for s in t["steps"])}) for t in found["shown"])
    ended = tuple((e["word"], e["count"]) for e in found["ended"])
    return LongRunning(**found | {"ended": ended, "shown": shown})


def _row_from(row: dict[str, Any]) -> RequirementResult:
    evidence = row["evidence"] or {"grade": _DOCUMENT, "date": ""}
    return RequirementResult(
        requirement=row["id"],
        contract=row["contract"],
        family=row["family"],
        level=Level(row["level"]),
        title=row["title"],
        statement=row["statement"],
        source=dict(row["source"]),
        status=Status(row["status"]),
        exercised=row["exercised"],
        why=row["why"],
        grade=None if evidence["grade"] == _DOCUMENT else Grade(evidence["grade"]),
        date=evidence["date"],
        findings=tuple(row["findings"]),
        variants=tuple(row["variants"]),
    )


def _finding_from(finding: dict[str, Any]) -> Finding:
    told = finding.get("attribution")
    return Finding(
        **finding
        | {
            "level": Level(finding["level"]),
            "follows": finding["follows"] or "",
            "operations": tuple(finding["operations"]),
            "members": tuple(finding.get("members", ())),
            "exchanges": [_exchange_from(e) for e in finding["exchanges"]],
            "attribution": Attribution(Party(told["alone"]), told["why"]) if told else None,
        }
    )


def _exchange_from(exchange: dict[str, Any]) -> Exchange:
    request, response = exchange["request"], exchange["response"]
    scene, _, number = exchange["label"].rpartition("#")
    return Exchange(
        Request(request["method"], request["url"], _headers_from(request), request["body"].encode()),
        Response(response["status"], _headers_from(response), response["body"].encode()),
        number=int(number),
        scene=scene,
        at=exchange["at"],
    )


def _headers_from(message: dict[str, Any]) -> Headers:
    return Headers((key, value) for key, value in message["headers"])
