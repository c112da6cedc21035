"""Exchanges of another api-version: a breach of the definition alone is a note, and is marked everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement import Basis
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Exchange
from linkproof.model.results import Results, Status, TargetInfo
from linkproof.redaction.publish import published
from linkproof.reports.html import html_page
from tests.check_cases import CASES
from tests.check_cases_effects import EFFECTS
from tests.check_cases_kinds import KINDS
from tests.traffic import AKS, DICOM, MOCK, connection, contract, decision, error, ex

SEEN = "2023-09-01"
OLD = f"api-version={SEEN}"
SAYS = f"(seen: {SEEN}, judged by: 2025-01-01)"


def concluded(exchanges: Iterable[Exchange]) -> Results:
    judge = Judge([contract(AKS), contract(DICOM)], MOCK, any_version=True)
    for exchange in exchanges:
        judge.feed(exchange)
    assert judge.broken == []
    facts = RunFacts(TargetInfo(name="t", kind="recording"), "2026-11-20T00:00:00+00:00", 1.0, 1)
    return conclude(judge, judge.contracts, all_requirements(), facts)


def got(**changes: Any) -> Exchange:
    return ex(AKS, own="one", answer=connection(AKS, "one", **changes), query=OLD)


BY_DEFINITION = {
    "SHP-1": got(properties__provisioningState=7),
    "SHP-2": ex(AKS, "PUT", "one", 203, connection(), sent=decision(), query=OLD),
    "SHP-4": got(properties__newer="x"),
    "ENM-1": got(properties__provisioningState="Moving"),
    "ENM-2": ex(AKS, "PUT", "one", 200, connection(), sent=decision("Newer"), query=OLD),
    "ERR-5": ex(AKS, "PUT", "one", 200, connection(), sent={"properties": {}}, query=OLD),
    "ERR-7": ex(AKS, "PATCH", "one", 200, connection(), sent={}, query=OLD),
}


@pytest.mark.parametrize("requirement", BY_DEFINITION)
def test_what_only_the_definition_says_is_a_note(requirement: str) -> None:
    results = concluded([BY_DEFINITION[requirement]])
    assert [f.requirement for f in results.findings if f.requirement == requirement] == []
    row = next(r for r in results.requirements if (r.contract, r.requirement) == (AKS, requirement))
    assert row.status is Status.PASS
    assert len(row.variants) == 1
    assert row.variants[0].endswith(SAYS)
    assert row.why == SAYS[1:-1]


@pytest.mark.parametrize("requirement", BY_DEFINITION)
def test_of_the_contracts_own_version_it_is_a_breach(requirement: str) -> None:
    old = BY_DEFINITION[requirement]
    own = ex(
        AKS,
        old.request.method,
        "one",
        old.response.status,
        raw=old.response.body,
        raw_sent=old.request.body or None,
    )
    results = concluded([own])
    assert requirement in [f.requirement for f in results.findings]
    assert not [f for f in results.findings if "seen:" in f.message]


LEAK = "Traceback (most recent call last)"
BY_RULE = {
    "ERR-2": ex(AKS, own="x", status=404, answer={"error": {"code": "E", "message": LEAK}}, query=OLD),
    "ERR-5": ex(AKS, "PUT", "one", 200, connection(), raw_sent=b"{", query=OLD),
    "HDR-5": error(AKS, 500, "InternalServerError", query=OLD),
    "LRO-1": ex(AKS, "DELETE", "one", 202, query=OLD),
    "PAG-1": ex(AKS, answer=[connection()], query=OLD),
}


@pytest.mark.parametrize("requirement", BY_RULE)
def test_a_rule_for_all_versions_stays_one_and_says_what_was_seen(requirement: str) -> None:
    results = concluded([BY_RULE[requirement]])
    finding = next(f for f in results.findings if f.requirement == requirement)
    assert finding.is_must
    assert finding.message.endswith(SAYS)
    row = next(r for r in results.requirements if (r.contract, r.requirement) == (AKS, requirement))
    assert (row.status, row.why) == (Status.FAIL, SAYS[1:-1])


def test_the_header_says_which_versions_were_seen() -> None:
    results = concluded([got(), ex(AKS, own="one", answer=connection())])
    seen = {c.id: c.seen_versions for c in results.contracts}
    assert seen == {AKS: (SEEN,), DICOM: ()}
    assert f"2025-01-01 (seen: {SEEN})" in html_page(published(results))


def test_a_poll_belongs_to_the_version_of_its_operation() -> None:
    polled = "https://api.example.org/subscriptions/s/providers/P/locations/l/op/1?api-version=2030-01-01"
    results = concluded(
        [
            ex(AKS, "DELETE", "one", 202, headers=[("Azure-AsyncOperation", polled), ("Location", polled + "&r=1")]),
            ex(AKS, url=polled, answer={"status": "Succeeded"}),
        ]
    )
    assert {c.id: c.seen_versions for c in results.contracts}[AKS] == ()


def test_no_case_of_another_version_is_a_must_by_the_definition() -> None:
    """Every hand-written case again, as if the contract were of another version."""
    of_definition = {r.id for r in all_requirements() if r.rests_on is Basis.DEFINITION}
    assert len(of_definition) > 8
    breached: set[str] = set()
    for case in (*CASES, *EFFECTS, *KINDS):
        own = {c.id: f"api-version={c.version}" for c in all_contracts() if c.version_parameter}
        judge = Judge(all_contracts(), case.circumstances, any_version=True)
        for exchange in case.bad:
            url = exchange.request.url
            for version in own.values():
                url = url.replace(version, "api-version=2019-04-01")
            old = Exchange(
                type(exchange.request)(exchange.request.method, url, exchange.request.headers, exchange.request.body),
                exchange.response,
                number=exchange.number,
                world=exchange.world,
                scene=exchange.scene,
                started=exchange.started,
                ended=exchange.ended,
                credential=exchange.credential,
            )
            call, found = judge.feed(old)
            if call is not None and call.seen_version:
                breached |= {j.requirement for j in found if j.breach and j.breach.level != "NOTE"}
    assert breached & of_definition == set()
    assert len(breached) > 20
