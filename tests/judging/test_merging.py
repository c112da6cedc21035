"""Results of several judges, merged: the same as those of one judge for all exchanges."""

from __future__ import annotations

from dataclasses import replace

from linkproof.judging.judge import Judge
from linkproof.model.exchange import Exchange
from tests.check_cases import got
from tests.traffic import AKS, MOCK, connection, contract, ex, listing


def judged(*exchanges: Exchange) -> Judge:
    judge = Judge([contract(AKS)], MOCK)
    for exchange in exchanges:
        judge.feed(exchange)
    return judge


def test_counts_evidence_and_unmatched_exchanges_are_added_up() -> None:
    wrong = (got(properties__provisioningState="Odd"), got(properties__provisioningState="Odd", extra="new"))
    other = (
        ex(AKS, url="https://api.example.org/elsewhere"),
        listing(AKS),
        ex(AKS, url="https://api.example.org/elsewhere"),
    )
    whole, first, second = judged(*wrong, *other), judged(wrong[0], *other[:2]), judged(wrong[1], other[2])
    first.merge(second.judged())
    for judge in (whole, first):
        (finding,) = (f for f in judge.findings.all() if f.requirement == "ENM-1")
        assert finding.count == 2
        assert [(g.count, len(g.where)) for g in judge.unmatched()] == [(2, 2)]
        assert judge.tallies[AKS, "ENM-1"].count == whole.tallies[AKS, "ENM-1"].count > 0
    assert (first.exchanges, first.matched) == (whole.exchanges, whole.matched) == (5, {AKS: 3})


def test_the_credentials_of_requests_are_kept_and_never_shown() -> None:
    secret = "c2VjcmV0LXRva2VuLW9mLWEtdGVzdA"
    results = judged(ex(AKS, own="one", request_headers=(("Authorization", f"Bearer {secret}"),))).judged()
    assert any(secret in sent for sent in results.sent)
    assert secret not in repr(results)


def test_the_operations_that_show_a_finding_are_those_of_all_parts() -> None:
    odd = {"properties__provisioningState": "Odd"}
    exchanges = got(**odd), listing(AKS, connection(**odd))
    whole, first, second = judged(*exchanges), judged(exchanges[0]), judged(exchanges[1])
    first.merge(second.judged())
    for judge in (whole, first):
        (finding,) = (f for f in judge.findings.all() if f.requirement == "ENM-1")
        assert finding.operations == ("Get", "List")


def test_the_date_of_a_pass_is_that_of_the_newest_part() -> None:
    days = ("2026-11-01", "2026-11-02")
    for one, other in (days, days[::-1]):
        first = judged(replace(got(), at=one))
        first.merge(judged(replace(got(), at=other)).judged())
        assert first.tallies[AKS, "SHP-1"].date == "2026-11-02"
