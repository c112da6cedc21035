"""The verdict: a status for each contract and requirement, and one sentence."""

from __future__ import annotations

from dataclasses import replace

from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Level
from linkproof.model.results import Results, Status, TargetInfo, Verdict
from tests.check_cases import APPROVED, got, put
from tests.traffic import AKS, DICOM, HUAWEI, MOCK, connection, connections, contract, ex


def concluded(*exchanges: Exchange) -> Results:
    judge = Judge([contract(AKS), contract(HUAWEI)], MOCK)
    for exchange in exchanges:
        judge.feed(exchange)
    facts = RunFacts(TargetInfo("the target", "mock"), "2026-01-05T08:00:00Z", 1.0, len(exchanges))
    return conclude(judge, judge.contracts, all_requirements(), facts)


def test_only_requirements_that_apply_are_judged() -> None:
    rows = {(r.contract, r.requirement): r.status for r in concluded(got(), connections()).requirements}
    assert rows[AKS, "SHP-1"] is rows[HUAWEI, "SHP-1"] is Status.PASS
    assert rows[AKS, "PAG-6"] is Status.NOT_APPLICABLE  # offsets: Huawei only
    assert rows[HUAWEI, "PAG-6"] is Status.PASS
    assert rows[AKS, "STA-1"] is Status.NOT_EXERCISED


def test_what_no_answer_had_is_named_and_does_not_leave_a_legal_server_unproven() -> None:
    """An integer is optional in a DICOM service; a server without one keeps all the digits of those that it shows."""
    judge = Judge([contract(DICOM)], MOCK)
    judge.feed(ex(DICOM, own="one"))
    facts = RunFacts(TargetInfo("the target", "mock"), "2026-01-05T08:00:00Z", 1.0, 1)
    rows = {r.requirement: r for r in conclude(judge, judge.contracts, all_requirements(), facts).requirements}
    assert (rows["SHP-7"].status, rows["SHP-7"].why) == (
        Status.NOT_APPLICABLE,
        "it was never seen that an answer had an integer",
    )
    assert (rows["PAG-3"].status, rows["PAG-3"].why) == (
        Status.NOT_EXERCISED,
        "no request or recording tested it",
    )


def test_the_sentence_counts_requirements_contracts_and_root_causes() -> None:
    wrong = got(properties__provisioningState="Odd"), got(**APPROVED), put(properties__provisioningState="Odd")
    results = concluded(*wrong, connections(connection(HUAWEI, status="odd")))
    failed = {(r.contract, r.requirement) for r in results.requirements if r.status is Status.FAIL}
    causes = [f for f in results.findings if f.level.value == "MUST" and not f.follows]
    assert len({c for c, _ in failed}) == 2
    said = f"{len(failed)} requirements breached on 2 contracts, {len(causes)} root causes."
    assert results.sentence == f"The target does not conform: {said}"


def test_defects_of_the_definition_page_are_numbered_beside_the_findings() -> None:
    results = concluded(got())
    for own in (AKS, HUAWEI):
        ids = [f.id for f in results.documentation_defects if f.contract == own]
        assert ids == [f"DOC-1-{own}-{number}" for number in range(1, len(ids) + 1)]
        assert len(ids) > 1
    assert not {f.requirement for f in results.findings} & {"DOC-1"}


def test_a_definition_page_alone_proves_nothing_about_a_target() -> None:
    own = contract(AKS)
    judge = Judge([own], MOCK)
    facts = RunFacts(TargetInfo("the target", "mock"), "2026-01-05T08:00:00Z", 1.0, 0)
    should = [replace(r, level=Level.SHOULD) for r in all_requirements()]
    results = conclude(judge, judge.contracts, should, facts)
    assert [r.family for r in results.requirements if r.exercised] == ["DOC"]
    assert results.verdict is Verdict.UNPROVEN
