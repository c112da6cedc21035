"""Every check passes on correct exchanges and reports a breach on wrong ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linkproof.base.json_values import parse
from linkproof.checks.registry import all_checks
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.model.finding import Level
from tests.approve import APPROVED, CASSETTES, OF_CASSETTES, judged_cassettes, judgements, table_of_cassettes
from tests.check_cases import CASES as FIRST
from tests.check_cases import Case
from tests.check_cases_effects import EFFECTS
from tests.check_cases_kinds import KINDS
from tests.check_cases_named import LIST, NAMED, PROMISED, QUIET_NAMED, asked
from tests.check_cases_quiet import QUIET, Quiet
from tests.check_cases_requests import QUIET_REQUESTS, REQUESTS
from tests.traffic import AKS, MOCK, contract, error, ex, judge

CASES = (*FIRST, *EFFECTS, *KINDS, *REQUESTS, *NAMED)
#: Requirements whose traffic needs a contract that is imported: by the file of their tests.
ELSEWHERE = {"SHP-8": "checks/test_groups.py"}
IDS = [f"{c.requirement} {c.name}".strip() for c in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_holds_on_what_is_right(case: Case) -> None:
    counts, breaches = judge(case.good, case.circumstances)
    assert counts.get(case.requirement, 0) > 0, "nothing was judged"
    assert [b for r, b in breaches if r == case.requirement] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_is_breached_on_what_is_wrong(case: Case) -> None:
    _, breaches = judge(case.bad, case.circumstances)
    own = [b for r, b in breaches if r == case.requirement]
    assert own, f"no breach; others: {[(r, b.message) for r, b in breaches]}"
    assert any(case.says in b.message for b in own), [b.message for b in own]


#: Matches messages that compare an answer with an earlier one, or with what an earlier request asked for.
_COMPARES = re.compile(
    r"(?<!none was accepted )\bbefore\b|\bagain\b|\bearlier\b|\bstill\b|\btwice\b|Get shows|was deleted|\bsecond\b"
    r"|two answers share|another limit|polling|on no page|changed"
)
#: Kinds of breach whose one answer shows all, though their message reads like a comparison: what is twice in it.
_ALONE = {("STA-12", "twice")}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_breach_that_compares_answers_has_both_as_evidence(case: Case) -> None:
    _, breaches = judge(case.bad, case.circumstances)
    alone = {
        (r, b.kind, b.message) for r, b in breaches
        if _COMPARES.search(b.message) and not b.evidence and (r, b.kind) not in _ALONE
    }  # fmt: skip
    assert alone == set()


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_an_effect_on_a_connection_is_shown_with_what_was_there_before_and_the_request(case: Case) -> None:
    _, breaches = judge(case.bad, case.circumstances)
    effects = [b for r, b in breaches if r in ("STA-3", "STA-7") and re.search("vanished|changed|gone", b.kind)]
    assert [(b.kind, b.message) for b in effects if len(b.evidence) < 2] == []


@pytest.mark.parametrize("quiet", [*QUIET, *QUIET_REQUESTS, *QUIET_NAMED], ids=lambda q: q.why)
def test_nobody_is_blamed(quiet: Quiet) -> None:
    counts, breaches = judge(quiet.exchanges, quiet.circumstances)
    assert counts, "nothing was judged"
    assert [(r, b.message) for r, b in breaches if b.level is not Level.NOTE] == []


@pytest.mark.parametrize("label", ["text/html; charset=utf-8", "application/json", "text/xml"])
def test_an_html_page_that_xml_reads_is_no_xml_body(label: str) -> None:
    """ERR-1 says what it is. Its label is not judged, as that of a page where JSON is expected."""
    _, breaches = judge([asked(LIST, "<html><body>It failed</body></html>", 400, label=label)], PROMISED)
    assert {(r, b.kind) for r, b in breaches if b.level is not Level.NOTE and r != "ERR-10"} == {("ERR-1", "not XML")}


@pytest.mark.parametrize("depth", [249, 250, 251, 255, 400, 999, 5000])
def test_no_depth_breaks_the_engine(depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    one = Judge([contract(AKS)], MOCK)
    one.feed(error(AKS, 400, "InvalidRequestContent", "PUT", "one", raw_sent=deep))
    one.feed(ex(AKS, own="one", raw=deep))
    one.feed(ex(AKS, own="one", raw=b"[" * depth + b"]" * depth))
    assert one.broken == []
    assert one.tallies[AKS, "ERR-1"].count == 1
    assert one.tallies[AKS, "SHP-1"].count >= 2


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**30 + 1])
def test_integers_are_read_with_all_their_digits(number: int) -> None:
    assert parse(b'{"marker_id": %d}' % number) == {"marker_id": number}


def test_every_requirement_has_a_check_and_cases() -> None:
    ids = {r.id for r in all_requirements() if r.subject == "target"}
    assert {r for check in all_checks() for r in check.requirements} == ids
    assert {c.requirement for c in CASES} | set(ELSEWHERE) == ids
    assert all(
        f'"{r}"' in (Path(__file__).parents[1] / file).read_text(encoding="utf-8") for r, file in ELSEWHERE.items()
    )


def test_what_the_checks_say_is_what_was_approved() -> None:
    assert judgements().splitlines() == APPROVED.read_text(encoding="utf-8").splitlines(), "see tests/approve.py"


#: Requirements that apply to a contract and that its cassette does not show, with the reason.
NOT_IN_CASSETTES = {
    "HDR-3": "the embedded server is not throttled",
    "PAG-2": "some lists fit on one page",
    "ERR-3": "a recording without a list does not show which connections exist",
    "LRO-1": "an AKS connection is decided and deleted at once",
    "LRO-2": "an AKS connection is decided and deleted at once",
    "LRO-3": "an AKS connection is decided and deleted at once",
    "LRO-4": "an AKS connection is decided and deleted at once",
    "LRO-5": "an AKS connection is decided and deleted at once",
    "LRO-6": "a 202 creates a connection in a few contracts only",
}


def test_the_checks_judge_the_cassettes_as_approved() -> None:
    judges = judged_cassettes()
    assert len(judges) == len(CASSETTES) == len(all_contracts())
    assert table_of_cassettes(judges).splitlines() == OF_CASSETTES.read_text("utf-8").splitlines(), (
        "see tests/approve.py"
    )
    findings = {(f.requirement, f.level) for judging in judges.values() for f in judging.findings.all()}
    assert findings == {("LRO-5", Level.SHOULD)}, (
        "the embedded server asks to be polled after 1 s, and 10 s are advised"
    )
    for one in all_contracts():
        applying = {
            r.id
            for r in all_requirements()
            if r.subject == "target" and "recording" in r.evidence and r.applies_to(one)
        }
        judged = {requirement for _, requirement in judges[one.id].tallies}
        assert applying - judged <= set(NOT_IN_CASSETTES)
