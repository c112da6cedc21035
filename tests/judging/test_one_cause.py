"""One defect of a server is one finding, whatever shows it; two defects are two findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Finding
from tests.check_cases_named import ACCEPT, OPEN_B, SERVICE, asked, decided, item, page
from tests.traffic import AKS, HOST, HUAWEI, MOCK, PATHS, connection, connections, decision, error, ex, listing, state


def found(requirement: str, exchanges: Iterable[Exchange]) -> list[Finding]:
    judge = Judge(all_contracts(), MOCK, any_version=True)
    for exchange in exchanges:
        judge.feed(exchange)
    return [f for f in judge.findings.all(all_requirements()) if f.requirement == requirement]


def test_query_parameters_that_are_not_validated_are_one_finding_that_names_them() -> None:
    queries = ("limit=ten", "sort_dir=up", "status=Bogus", "offset=-1")
    (one,) = found("PAG-8", [connections(query=q) for q in queries])
    assert one.members == ("limit", "offset", "sort_dir", "status")
    assert "query parameters are not validated" in one.message


def test_decisions_without_effect_are_one_finding_and_a_wrong_effect_is_another() -> None:
    def decided(own: str, status: str, shown: str) -> list[Exchange]:
        before, after = connection(AKS, own), connection(AKS, own, **state(shown))
        answer = connection(AKS, own, **state(status))
        put = ex(AKS, "PUT", own, answer=answer, sent=decision(status))
        return [ex(AKS, own=own, answer=before), put, ex(AKS, own=own, answer=after)]

    ignored = [*decided("one", "Approved", "Pending"), *decided("two", "Rejected", "Pending")]
    assert len(found("STA-1", ignored)) == 1
    assert len(found("STA-1", [*ignored, *decided("three", "Approved", "Rejected")])) == 2


def test_a_decision_that_ends_in_a_wrong_status_is_one_cause_whatever_the_status_was_before() -> None:
    def rejected(own: str, before: str, shown: str = "Approved") -> list[Exchange]:
        first = ex(AKS, own=own, answer=connection(AKS, own, **state(before)))
        put = ex(AKS, "PUT", own, answer=connection(AKS, own, **state("Rejected")), sent=decision("Rejected"))
        return [first, put, ex(AKS, own=own, answer=connection(AKS, own, **state(shown)))]

    wrong = [*rejected("one", "Pending"), *rejected("two", "Approved")]
    assert [f.count for f in found("STA-1", wrong)] == [2]
    assert len(found("STA-1", [*wrong, *rejected("three", "Pending", "Pending")])) == 2
    assert [f.value for f in found("STA-1", rejected("four", "Approved"))] == ["kept"]


def test_a_service_that_fails_on_methods_and_on_bodies_has_two_defects() -> None:
    methods = [error(AKS, 501, "NotImplemented", m, "one") for m in ("PATCH", "POST")]
    bodies = [error(AKS, 500, "Failed", "PUT", "one", raw_sent=b) for b in (b"", b"[]", b'{"properties": 7}')]
    messages = sorted(f.message for f in found("HDR-5", [*methods, *bodies]))
    assert len(messages) == 2
    assert "on a bad request (body is empty)" in messages[1]
    assert "PATCH undocumented method failed with 501" in messages[0]


def test_operations_are_named_and_many_methods_beside_them_are_counted() -> None:
    def failed(*methods: str) -> str:
        answers = [error(AKS, 501, "NotImplemented", m, "one") for m in methods]
        (finding,) = found("HDR-5", answers)
        return finding.message

    assert "(in PATCH undocumented method, POST undocumented method)" in failed("PATCH", "POST")
    many = failed("PATCH", "POST", "HEAD", "OPTIONS")
    assert "(in 4 methods and polls)" in many, many


def test_another_status_for_a_missing_version_does_not_explain_that_others_are_accepted() -> None:
    refused = error(AKS, 422, "Unprocessable", query="")
    accepted = ex(AKS, own="one", answer=connection(), query="api-version=1999-01-01")
    assert [f.follows for f in found("ERR-4", [refused, accepted])] == [None, None]
    ignored = ex(AKS, own="one", answer=connection(), query="")
    first, second = found("ERR-4", [ignored, accepted])
    assert second.follows == first.id


def test_a_decision_that_shows_nothing_puts_nothing_on_the_list() -> None:
    body = {"action": "receive", "endpoints": ["unknown"]}
    nothing = ex(HUAWEI, "POST", "action", answer={"connections": []}, sent=body)
    assert found("PAG-4", [connections(query="limit=1000"), nothing, connections(query="limit=1000")]) == []


def test_filters_that_do_not_hold_are_one_finding_that_names_them() -> None:
    def filtered(name: str, value: str) -> Exchange:
        return page(OPEN_B, Filter_1_Name=name, Filter_1_Value_1=value)

    (one,) = found("PAG-10", [filtered("vpc-endpoint-id", "vpce-a"), filtered("vpc-endpoint-state", "rejected")])
    assert one.members == ("vpc-endpoint-id", "vpc-endpoint-state")


def test_a_value_that_no_definition_lists_is_no_fault_of_the_filter() -> None:
    """And it does not hide what a filter for another member leaves out."""
    odd = [item(f"vpce-{n}", "AVAILABLE") for n in "ab"]
    by_state = {"Filter_1_Name": "vpc-endpoint-state", "Filter_1_Value_1": "AVAILABLE"}
    assert found("PAG-10", [page(*odd), page(**by_state)]) == []
    by_state["Filter_1_Value_1"] = "available"
    assert found("PAG-10", [page(*odd), page(*odd, **by_state)]) == []
    by_id = {"Filter_1_Name": "vpc-endpoint-id", "Filter_1_Value_1": "vpce-a", "Filter_1_Value_2": "vpce-b"}
    (left_out,) = found("PAG-10", [page(*odd), page(odd[0], **by_id)])
    assert (left_out.kind, left_out.follows) == ("left out", None)


def test_a_dry_run_that_decides_is_named_whatever_its_answer() -> None:
    def tried(dry: str, shown: str) -> list[Exchange]:
        return [page(item("vpce-a")), decided("vpce-a", DryRun=dry), page(item("vpce-a", shown))]

    (finding,) = found("STA-3", tried("true", "available"))
    assert "was a dry run (answered with 200), but changed /vpcEndpointState" in finding.message
    assert found("STA-3", tried("true", "pendingAcceptance")) == []
    assert found("STA-3", tried("false", "available")) == []


def test_an_answer_that_cannot_be_read_names_nothing() -> None:
    unreadable = asked(ACCEPT, "<open>", ServiceId=SERVICE, VpcEndpointId_1="vpce-unknown")
    assert found("ERR-3", [page(OPEN_B), unreadable]) == []
    assert len(found("ERR-3", [page(OPEN_B), decided("vpce-unknown")])) == 1


def test_a_status_that_says_nothing_leaves_the_end_to_the_result() -> None:
    location, status = f"{HOST}/operations/r1", f"{HOST}/operations/s1"
    polled = (("Location", location), ("Azure-AsyncOperation", status))
    before = ex(AKS, own="one", answer=connection())
    exchanges = [
        before,
        ex(AKS, "DELETE", "one", 202, headers=polled),
        ex(AKS, status=204, url=location),
        ex(AKS, answer={"name": "s1"}, url=status),
        ex(AKS, own="one", answer=connection()),
    ]
    assert [f.kind for f in found("LRO-2", exchanges)] == ["no status"]
    assert [f.kind for f in found("STA-5", exchanges)] == ["still in Get"]
    assert found("STA-5", [*exchanges[:2], *exchanges[3:]]) == []


def test_a_refusal_that_says_unknown_is_no_refusal_of_a_valid_request() -> None:
    circumstances = replace(MOCK, collections={AKS: frozenset({PATHS[AKS].lower()})})

    def kinds(code: str) -> list[str]:
        judge = Judge(all_contracts(), circumstances, any_version=True)
        for exchange in (ex(AKS, own="one", answer=connection()), error(AKS, 400, code, own="one")):
            judge.feed(exchange)
        return [f.kind for f in judge.findings.all() if f.requirement == "ERR-10"]

    assert kinds("BadRequest") == ["get refused"]
    assert kinds("ResourceNotFound") == []


def test_a_list_that_shows_a_member_differently_hides_no_request_that_changes_it() -> None:
    """Two defects at one member: where Get shows the change as well, the list's difference does not explain it."""

    def shown(text: str, in_list: str, two: dict[str, Any]) -> list[Exchange]:
        one = connection(AKS, "one", **state("Pending", text))
        listed = [connection(AKS, "one", **state("Pending", in_list)), two]
        return [ex(AKS, own="one", answer=one), listing(AKS, *listed)]

    decided = connection(AKS, "two", **state("Approved", "fine"))
    put = ex(AKS, "PUT", "two", answer=decided, sent=decision("Approved", "fine"))

    def roots(*exchanges: Exchange) -> set[str]:
        judge = Judge(all_contracts(), MOCK, any_version=True)
        for exchange in exchanges:
            judge.feed(exchange)
        return {f.requirement for f in judge.findings.all(all_requirements()) if not f.follows}

    before = shown("please", "PLEASE", connection(AKS, "two"))
    assert roots(*before, put, *shown("please", "OTHER", decided)) == {"STA-6"}
    assert roots(*before, put, *shown("fine", "FINE", decided)) == {"STA-6", "STA-7"}


def test_what_a_request_without_a_version_is_answered_with_is_one_cause() -> None:
    """A server that answers any request without api-version with an empty list: ERR-4, not a lost connection."""
    one, empty = connection(AKS, "one"), {"value": list[Any]()}
    judge = Judge(all_contracts(), MOCK, any_version=True)
    for exchange in (listing(AKS, one), ex(AKS, own="one", answer=one)):
        judge.feed(exchange)
    for exchange in (ex(AKS, answer=empty, query=""), ex(AKS, own="one", answer=empty, query="")):
        judge.feed(exchange)
    findings = judge.findings.all(all_requirements())
    assert [f.requirement for f in findings if not f.follows] == ["ERR-4"]
    assert {"PAG-4", "STA-6"} <= {f.requirement for f in findings if f.follows}
