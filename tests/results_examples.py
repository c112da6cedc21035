"""Results by hand: a breached run with every value that a report must withstand."""

from __future__ import annotations

import dataclasses
from typing import Any

from msgspec import Struct, structs

from linkproof.model.evidence import Evidence, evidence_of
from linkproof.model.exchange import Exchange, Grade, Headers, Request, Response
from linkproof.model.finding import Finding, Level
from linkproof.model.lifecycle import Ended, Lifecycle, LongRunning, Step, Timeline, Transition
from linkproof.model.results import (
    BestEvidence,
    Broken,
    ContractInfo,
    RequirementResult,
    Results,
    SourceInfo,
    Status,
    TargetInfo,
    UnmatchedGroup,
    Verdict,
)

PEC = "azure-containerservice-pec"
VPCEP = "huawei-vpcep-connections"
CONTRACTS = (PEC, VPCEP)

#: None of these may be in anything that is written.
SECRETS = (
    "tok3n/with+slashes==",
    "huawei-session-8f2c",
    "s1gnature%2Fof-a-link",
    "dXNlcjpodW50ZXIyMg==",
    "hunter22",
    "pa55word-in-a-body",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln",
    "cookie-of-a-session",
    "user-in-url:pass-in-url",
)
#: Harmless in every report, or the report is broken.
NASTY = "\x00\x1b[31m\x9b</script><script>alert(1)</script>\u2028\u202e]]>&amp;\ufffe\n::error::no\n```\nend"

_SOURCE = SourceInfo(
    "Resource provider contract", "Responses <and> more", "https://vendor.example/page?a=1&b=2", "2026-11-20"
)
_URL = "https://management.example/subscriptions/s/connections/c1?api-version=2025-01-01"


def replace(value: Any, /, **changes: Any) -> Any:
    """A copy of a model or a dataclass, with other values."""
    return (structs if isinstance(value, Struct) else dataclasses).replace(value, **changes)


def exchange(number: int = 1, body: bytes = b'{"name": "c1"}', request_body: bytes = b"{}") -> Exchange:
    return Exchange(
        Request("PUT", _URL, Headers([("Content-Type", "application/json")]), request_body),
        Response(200, Headers([("Content-Type", "application/json"), ("x-ms-request-id", "r1")]), body),
        number=number,
        scene="decide",
        at="2026-11-18",
    )


def secretive() -> Exchange:
    """Credentials wherever they may turn up, some of them echoed by the server in another form."""
    headers = Headers(
        [
            ("Authorization", f"Bearer {SECRETS[0]}"),
            ("X-Auth-Token", SECRETS[1]),
            ("Proxy-Authorization", f"Basic {SECRETS[3]}"),
        ]
    )
    sent = f'{{"password": "{SECRETS[5]}", "echo": "{SECRETS[0]}"}}'.encode()
    escaped = SECRETS[0].replace("/", "\\/")
    echoed = f'{{"token": "{SECRETS[1]}", "a": "{escaped}", "b": "tok3n%2Fwith%2Bslashes%3D%3D", "c": "{SECRETS[6]}"}}'
    answer = Headers([("Set-Cookie", f"sid={SECRETS[7]}; HttpOnly"), ("Location", f"/x?sig={SECRETS[2]}&b=1")])
    url = f"https://{SECRETS[8]}@management.example/x?sig={SECRETS[2]}"
    body = f"{echoed} no user {SECRETS[4]}".encode()
    return Exchange(Request("POST", url, headers, sent), Response(400, answer, body), number=7, scene="secretive")


def finding(identifier: str, requirement: str, contract: str = PEC, level: Level = Level.MUST) -> Finding:
    return Finding(
        id=identifier,
        requirement=requirement,
        level=level,
        contract=contract,
        operation="Update",
        kind="type",
        pointer="/properties/provisioningState",
        expected='a string, such as "Succeeded"',
        actual="null",
        message=f"{requirement} is breached by a null",
        count=200,
        first_seen="2026-11-17T08:00:00Z",
        last_seen="2026-11-18T09:30:00Z",
        exchanges=[evidence_of(exchange()), evidence_of(exchange(2))],
        curl=f"curl -sS -X PUT '{_URL}' -H 'x: 1'",
    )


def row(contract: str, requirement: str, status: Status, level: Level = Level.MUST) -> RequirementResult:
    judged = status in (Status.PASS, Status.FAIL, Status.WARN)
    return RequirementResult(
        requirement=requirement,
        contract=contract,
        family=requirement[:3],
        level=level,
        title=f"title of {requirement}",
        statement=f"What {requirement} asks <for>.",
        source=_SOURCE,
        status=status,
        exercised=12 if judged else 0,
        why="" if judged else f"nothing exercised it ({status})",
        evidence=BestEvidence(Grade.RECORDING, "2026-11-18") if judged else None,
    )


def requirements() -> list[RequirementResult]:
    failed = row(PEC, "SHP-1", Status.FAIL)
    passed = row(VPCEP, "SHP-1", Status.PASS)
    on_a_page = BestEvidence(Grade.DOCUMENT, "2026-11-18")
    return [
        replace(failed, findings=("SHP-1-aaa",)),
        replace(row(PEC, "SHP-4", Status.WARN, Level.SHOULD), findings=("SHP-4-bbb",)),
        replace(row(PEC, "ENM-1", Status.FAIL), findings=("ENM-1-ccc", "ENM-1-ddd")),
        row(PEC, "STA-1", Status.NOT_EXERCISED),
        row(PEC, "LRO-1", Status.PASS),
        replace(
            row(PEC, "DOC-1", Status.WARN, Level.SHOULD),
            evidence=on_a_page,
            findings=("DOC-1-1",),
        ),
        replace(passed, why="in part: one operation was not tried", variants=("404 after Delete",)),
        row(VPCEP, "STA-1", Status.NOT_EXERCISED),
        row(VPCEP, "LRO-1", Status.NOT_APPLICABLE),
    ]


def lifecycle() -> Lifecycle:
    """Steps of every sort: seen, not seen, refused, not foreseen."""
    steps = (
        Transition("Pending", "approve", "Approved", False, True, 3, "decide#1"),
        Transition("Pending", "reject", "Rejected", False, True, 0, ""),
        Transition("Approved", "reject", "Approved", True, True, 0, ""),
        Transition("Rejected", "delete", "", False, True, 0, ""),
        Transition("Approved", "by itself", "Pending", False, False, 1, "decide#9"),
    )
    return Lifecycle(PEC, ("Pending", "Approved", "Rejected", "Disconnected"), steps)


def long_running() -> LongRunning:
    """One operation that ended well, one that failed, one that nobody followed."""
    steps = (Step(0.0, 202, ""), Step(0.2, 200, "InProgress"), Step(0.41, 200, "Succeeded"))
    failed = (Step(0.0, 202, ""), Step(1.5, 200, "Failed"))
    shown = (
        Timeline("Delete", "delete#4", "2026-11-18", "Failed", failed),
        Timeline("Update", "decide#1", "2026-11-18", "Succeeded", steps),
        Timeline("Update", "decide#3", "", "", steps[:1]),
    )
    return LongRunning(PEC, 4, (Ended("", 2), Ended("Failed", 1), Ended("Succeeded", 1)), "Succeeded", "seconds", shown)


def breached() -> Results:
    """A run without secrets and without anything nasty."""
    follower = replace(finding("ENM-1-ddd", "ENM-1"), follows="SHP-1-aaa")
    return Results(
        verdict=Verdict.BREACHED,
        sentence="the mock does not conform: 2 requirements breached on 1 contract, 2 root causes.",
        target=TargetInfo("the mock", "mock", "http://127.0.0.1:8080", True, True),
        contracts=[
            ContractInfo(PEC, "2025-01-01", "AKS connections", "azure", "Microsoft Azure", "", 40),
            ContractInfo(VPCEP, "v1", "VPC Endpoint connections", "huawei", "Huawei Cloud", "2027-01-01", 2),
        ],
        requirements=requirements(),
        findings=[
            finding("SHP-1-aaa", "SHP-1"),
            finding("ENM-1-ccc", "ENM-1"),
            follower,
            finding("SHP-4-bbb", "SHP-4", level=Level.SHOULD),
        ],
        documentation_defects=[replace(finding("DOC-1-1", "DOC-1", level=Level.SHOULD), exchanges=[], curl="")],
        lifecycles=[lifecycle()],
        long_running=[long_running()],
        unmatched=[UnmatchedGroup("no contract has this path", "GET", "/other", 3, ("a.yaml#1",))],
        started_at="2026-11-20T10:00:00+00:00",
        duration_s=1.25,
        requests=42,
        seed=1,
        version="1.2.3",
    )


def nasty() -> Results:
    """The same with secrets and control characters in every text that comes from the target."""
    results = breached()
    first = results.findings[0]
    raw = NASTY.encode()
    first.exchanges = [evidence_of(e) for e in (secretive(), exchange(3, raw, raw), exchange(4, b"x" * 40_000))]
    first.actual = f'{NASTY} "{SECRETS[0]}"'
    first.expected = NASTY
    first.message = f"{NASTY} token {SECRETS[1]} \ud800"
    first.pointer = f"/{NASTY}"
    first.curl = f"curl '{NASTY}' {SECRETS[1]}"
    first.curl_before = (f"curl '{NASTY}' {SECRETS[1]}",)
    results.sentence = f"{NASTY} {SECRETS[1]}"
    results.target = replace(results.target, name=f"target {NASTY}", base_url=f"https://{SECRETS[8]}@host.example/")
    results.requirements[3] = replace(results.requirements[3], why=f"{NASTY} {SECRETS[1]}")
    results.requirements[6] = replace(results.requirements[6], variants=(f"{NASTY} {SECRETS[1]}",))
    step = replace(results.lifecycles[0].transitions[0], after=NASTY, seen=f"{NASTY} {SECRETS[1]}")
    results.lifecycles = [replace(results.lifecycles[0], transitions=(step,))]
    word = f"{NASTY} {SECRETS[1]}"
    ended = replace(results.long_running[0].shown[0], ended=NASTY, steps=(Step(0.0, 202, word),))
    results.long_running = [replace(results.long_running[0], ended=(Ended(word, 1),), shown=(ended,))]
    results.unmatched = [UnmatchedGroup(NASTY, "GET", f"/x?sig={SECRETS[2]}", 1, (NASTY,))]
    results.broken = [Broken(f"{NASTY} {SECRETS[1]}", f"{NASTY} Bearer {SECRETS[0]}")]
    return results


def _evidence(number: int) -> Evidence:
    body = f'{{"name": "c{number}", "properties": {{"provisioningState": null}}}}'
    return evidence_of(exchange(number, body.encode()))


def many(number: int) -> Results:
    """As many findings as asked for, each with exchanges of its own."""
    results = breached()
    results.findings = [
        replace(
            finding(f"SHP-1-{n:05}", "SHP-1", CONTRACTS[n % 2], Level.MUST if n % 3 else Level.SHOULD),
            message=f"breach number {n} of very many",
            actual=f'"Suceeded{n}"',
            expected='"Succeeded"',
            exchanges=[_evidence(n)],
        )
        for n in range(number)
    ]
    return results
