"""What servers that were written by strangers showed: a breach that was missed, false alarms, and texts that misled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Credential, Exchange
from linkproof.model.finding import Finding
from tests.traffic import AKS, HUAWEI, MOCK, PATHS, connection, connections, decision, error, ex, listing, state


def found(requirement: str, exchanges: Iterable[Exchange], circumstances: Circumstances = MOCK) -> list[Finding]:
    judge = Judge(all_contracts(), circumstances, any_version=True)
    for exchange in exchanges:
        judge.feed(exchange)
    return [f for f in judge.findings.all(all_requirements()) if f.requirement == requirement]


def endpoint(own: str, status: str = "accepted", hour: int = 8, **more: Any) -> dict[str, Any]:
    created = f"2026-01-05T{hour:02}:00:00Z"
    return connection(HUAWEI, own, status=status, created_at=created, updated_at=created, **more)


def test_what_was_stored_before_the_state_was_lost_is_still_an_echo() -> None:
    """A connection that is dropped ends the state scope, but undoes nothing."""
    odd = connection(properties__x7=1, **state("Approved"))
    sent = {"properties": {**decision()["properties"], "x7": 1}}
    put = ex(AKS, "PUT", "one", answer=odd, sent=sent)
    later = replace(ex(AKS, own="one", answer=odd), world="later")
    assert [f.kind for f in found("SHP-4", [ex(AKS, own="one", answer=connection()), put, later])] == ["echoed"]
    unasked = replace(ex(AKS, own="one", answer=connection(properties__x8=1)), world="later")
    assert {f.kind for f in found("SHP-4", [put, unasked])} == {"echoed", "undocumented member"}


def test_a_name_in_another_case_that_is_unknown_is_no_refused_decision() -> None:
    known = replace(MOCK, collections={AKS: frozenset({PATHS[AKS].lower()})})
    refused = error(AKS, 404, "NotFound", "PUT", "ONE", sent=decision())
    exchanges = [ex(AKS, own="one", answer=connection()), refused]
    assert found("ENM-3", exchanges, known) == []
    assert [f.kind for f in found("HDR-4", exchanges, known)] == ["decide refused in another case"]
    (finding,) = found("ENM-3", [exchanges[0], error(AKS, 400, "Bad", "PUT", "one", sent=decision())], known)
    assert finding.message.endswith("was refused with 400 Bad")


def test_a_filter_that_leaves_everything_out_is_a_breach_though_one_connection_is_in_transition() -> None:
    moving = endpoint("c", "creating", 7)
    whole = connections(endpoint("a", hour=9, marker_id=71), endpoint("b", marker_id=72), moving, query="limit=1000")
    (finding,) = found("PAG-7", [whole, connections(query="marker_id=71")])
    assert (finding.kind, finding.members) == ("filtered total", ("marker_id",))
    assert (finding.expected, finding.actual) == ("1", "0")
    assert found("PAG-7", [whole, connections(query="id=c")])[0].expected == "1", "it cannot have another id by now"


def test_what_is_in_transition_may_match_a_filter_for_a_status_or_not() -> None:
    items = endpoint("a", hour=9), endpoint("b")
    whole = connections(*items, endpoint("c", "creating", 7), query="limit=1000")
    now = endpoint("c", "accepted", 7)
    assert found("PAG-7", [whole, connections(*items, query="status=accepted")]) == []
    assert found("PAG-7", [whole, connections(*items, now, query="status=accepted")]) == []
    (finding,) = found("PAG-7", [whole, connections(*items, total=1, query="status=accepted")])
    assert finding.expected == "2"


def test_a_list_in_no_order_is_one_finding_that_names_the_orders() -> None:
    items = endpoint("a", hour=8), endpoint("b", hour=9)
    queries = "", "sort_dir=desc", "sort_key=updated_at", "sort_key=updated_at&sort_dir=asc"
    lists = [connections(*(items[::-1] if q.endswith("asc") else items), query=q) for q in queries]
    (finding,) = found("PAG-7", lists)
    assert finding.members == ("created_at desc", "updated_at asc", "updated_at desc")


def test_an_offset_far_beyond_any_list_may_be_refused() -> None:
    whole = connections(endpoint("a"))
    assert found("PAG-6", [whole, error(HUAWEI, 400, "EndPoint.0010", query="offset=4294967296")]) == []
    (finding,) = found("PAG-6", [whole, error(HUAWEI, 400, "EndPoint.0010", query="offset=7")])
    assert finding.message == "offset=7 is legal, but was refused with 400 EndPoint.0010"


def test_the_text_of_a_finding_is_that_of_the_request_it_shows() -> None:
    bodies = ({"action": 7, "endpoints": ["a"] * 9}, {"action": "receive", "endpoints": []})
    accepted = [ex(HUAWEI, "POST", "action", answer={"connections": []}, sent=b) for b in bodies]
    (finding,) = found("ERR-5", accepted)
    assert (finding.count, finding.pointer, finding.members) == (3, "/endpoints", ("/action", "/endpoints"))
    assert '"endpoints": []' in finding.curl


def test_the_code_of_another_status_follows_from_the_status() -> None:
    refused = error(HUAWEI, 403, "EndPoint.0003", credential=Credential.MISSING)
    (code,) = found("ERR-8", [refused])
    assert code.follows
    assert found("ERR-8", [error(HUAWEI, 403, "EndPoint.0003")])[0].follows is None


def test_a_page_that_has_a_connection_twice_may_be_in_order() -> None:
    items = endpoint("a", hour=9), endpoint("b"), endpoint("c", hour=7)
    assert found("PAG-7", [connections(*items, items[0])]) == []
    assert found("PAG-7", [connections(*items[::-1], items[0])]) != []


def test_what_a_request_on_another_connection_may_have_removed_is_no_fault_of_list_or_decision() -> None:
    known = replace(MOCK, collections={AKS: frozenset({PATHS[AKS].lower()})})
    one, two = connection(AKS, "one"), connection(AKS, "two", **state("Approved", "fine"))
    seen = [ex(AKS, own="one", answer=one), ex(AKS, own="two", answer=connection(AKS, "two"))]
    put = ex(AKS, "PUT", "two", answer=two, sent=decision())
    lacking = [*seen, put, listing(AKS, two)]
    assert [found(requirement, lacking) for requirement in ("PAG-4", "STA-7")] == [[], []]
    gone = error(AKS, 404, "NotFound", own="one")
    assert [f.kind for f in found("STA-7", [*seen, put, gone])] == ["another vanished"]
    assert [f.kind for f in found("PAG-4", [*seen, listing(AKS, two)])] == ["missing"]
    refused = error(AKS, 404, "NotFound", "PUT", "one", sent=decision())
    assert found("ERR-10", [*seen, put, refused], known) == []
    looked = [ex(AKS, own="one", answer=one), error(AKS, 404, "NotFound", "PUT", "one", sent=decision())]
    assert [f.kind for f in found("ERR-10", [*seen, put, *looked], known)] == ["decide not found"]


def test_a_change_of_another_connection_is_blamed_on_the_request_that_sent_the_value() -> None:
    """A Delete, which sends nothing, was named for a description that the decision before it had spread."""
    before = connection(**state("Pending"))
    spread = connection(**state("Pending", "spread"))
    decided = ex(
        AKS, "PUT", "two", answer=connection(**state("Approved", "spread")), sent=decision(description="spread")
    )
    deleted = ex(AKS, "DELETE", "two", 204)
    (one,) = found("STA-7", [ex(AKS, own="one", answer=before), decided, deleted, ex(AKS, own="one", answer=spread)])
    assert one.message.startswith("Update on two changed /properties/privateLinkServiceConnectionState/description")


def test_the_message_about_a_next_link_starts_with_what_is_wrong() -> None:
    (one,) = found("PAG-2", [listing(AKS, connection(), link=f"{PATHS[AKS]}?page=2")])
    assert one.message.startswith("the next link should be an absolute http(s) URL, but is '/subscriptions")


def test_a_decision_under_a_condition_may_fail_the_second_time() -> None:
    """A portal sends If-Match with the version that it read: the first decision makes a new one."""
    shown = connection(**state("Approved", "fine"))
    put = ex(AKS, "PUT", "one", answer=shown, sent=decision())
    condition = [("If-Match", '"1"')]
    seen = [ex(AKS, own="one", answer=connection()), put]
    failed = error(AKS, 412, "PreconditionFailed", "PUT", "one", sent=decision())
    assert [f.kind for f in found("STA-4", [*seen, failed])] == ["second refused"]
    failed = error(AKS, 412, "PreconditionFailed", "PUT", "one", sent=decision(), request_headers=condition)
    assert found("STA-4", [*seen, failed]) == []
