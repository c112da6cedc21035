"""Edges of the checks of lists, pages and refused requests: what the hand-written cases leave unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from linkproof.judging.judge import Judge
from linkproof.model.exchange import Exchange
from tests.check_cases import APPROVED, WHOLE, action, delete, got, poll, put, slow
from tests.check_cases import PROMISED as OF_AKS
from tests.check_cases_named import PROMISED, A, page, refused
from tests.check_cases_requests import PROMISED as OF_PARENTS
from tests.checks.test_edges import breaches_of
from tests.traffic import (
    AKS,
    HOST,
    HUAWEI,
    MOCK,
    PATHS,
    POSTGRES,
    connection,
    connections,
    contract,
    decision,
    error,
    ex,
    judge,
    listing,
)


def test_an_empty_token_asks_for_the_first_page_so_that_it_is_not_refused() -> None:
    def kinds(token: str) -> list[str]:
        sent = refused("DescribeVpcEndpointConnections", NextToken=token)
        return [b.kind for requirement, b in judge((page(A), sent), PROMISED)[1] if requirement == "ERR-10"]

    assert kinds("") == ["list refused"]
    assert kinds("t2") == []


def test_a_refused_request_is_compared_with_an_accepted_one_member_by_member() -> None:
    good = put(sent=decision("Approved", "fine"))
    other = error(AKS, 400, "BadRequest", "PUT", "two", sent=decision("Rejected", "no"))
    found = judge((got(), got("two"), good, other), OF_AKS)[1]
    (breach,) = [b for requirement, b in found if requirement == "ERR-10"]
    state = "/properties/privateLinkServiceConnectionState"
    assert breach.message.endswith(f'differs in {state}/status = "Rejected", {state}/description = "no"')


def test_only_a_list_that_delivers_has_a_next_link() -> None:
    """A Get with such a member, and an error with one, are no pages: the walk of another list makes them judged."""
    link = f"{HOST}{PATHS[POSTGRES]}?api-version=2018-06-01&$skipToken=2"
    first = listing(POSTGRES, connection(POSTGRES, "one"), link=link)
    for answer in (
        ex(POSTGRES, own="one", answer={**connection(POSTGRES, "one"), "nextLink": "/relative"}),
        ex(POSTGRES, status=500, answer={"error": {"code": "E", "message": "It failed."}, "nextLink": "/relative"}),
    ):
        assert [b.kind for b in breaches_of("PAG-2", first, answer)] == []
    assert [b.kind for b in breaches_of("PAG-2", first, listing(POSTGRES, link="/relative"))] == ["not absolute"]


def test_a_next_link_that_leads_to_one_connection_is_followed_all_the_same() -> None:
    own = f"{HOST}{PATHS[POSTGRES]}/one?api-version=2018-06-01"
    first = listing(POSTGRES, connection(POSTGRES, "one"), link=own)
    followed = ex(POSTGRES, url=own, answer=connection(POSTGRES, "one"))
    assert "another shape" in [b.kind for b in breaches_of("PAG-2", first, followed)]


def test_how_many_connections_are_missing_is_said_in_a_sentence() -> None:
    def said(*shown: dict[str, Any]) -> list[str]:
        pending = connections(*WHOLE[:4], query="limit=9&status=pendingAcceptance")
        exchanges = [pending, connections(*shown, query="limit=9")]
        return [b.message for b in breaches_of("PAG-4", *exchanges)]

    assert said(*WHOLE[:3]) == ["1 connection that an answer showed is on no page"]
    assert said(*WHOLE[:2]) == ["2 connections that an answer showed are on no page"]


def test_after_concurrent_decisions_a_connection_without_a_status_is_no_mix() -> None:
    both = (slow(put(), 1, 5), slow(put(sent=decision("Rejected", "no")), 2, 6))
    bare = connection()
    del bare["properties"]["privateLinkServiceConnectionState"]
    assert breaches_of("STA-10", *both, slow(ex(AKS, own="one", answer=bare), 7, 8)) == []


def test_a_201_that_has_left_its_state_of_rest_says_where_to_poll() -> None:
    def creating(word: str) -> Exchange:
        shown = connection(AKS, properties__provisioningState=word)
        return replace(ex(AKS, "PUT", "one", 201, shown, sent=decision()))

    assert [b.kind for b in breaches_of("LRO-1", creating("Creating"))] == ["no URL"]
    assert breaches_of("LRO-1", creating("Succeeded")) == []
    assert breaches_of("LRO-1", creating("Odd")) == []  # ENM-1 reports it


def test_of_a_file_that_is_shared_out_each_part_knows_all_polling_urls() -> None:
    """A part that judges nothing of PostgreSQL still reads its polls as polls, not as unknown requests."""
    poll = f"{HOST}/subscriptions/x/providers/P/locations/l/operationStatuses/1?api-version=2018-06-01"
    sent = ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=(("Azure-AsyncOperation", poll),))
    asked = ex(POSTGRES, url=poll, answer={"status": "Succeeded"})
    own = [contract(AKS), contract(POSTGRES)]
    for part in (0, 1):
        judging = Judge(own, MOCK, share=(part, 2))
        calls = [judging.feed(exchange)[0] for exchange in (sent, asked)]
        assert [call is not None and call.contract.id for call in calls] == [POSTGRES, POSTGRES]


def test_links_that_lead_in_a_circle_are_a_breach_whatever_their_number() -> None:
    base = f"{HOST}{PATHS[POSTGRES]}?api-version=2018-06-01&$skipToken="
    pages = [listing(POSTGRES, connection(POSTGRES, "p0"), link=f"{base}1")]
    for number, onward in ((1, 2), (2, 3), (3, 1)):
        item = connection(POSTGRES, f"p{number}")
        pages.append(listing(POSTGRES, item, link=f"{base}{onward}", url=f"{base}{number}"))
    assert len(breaches_of("PAG-3", *pages[:3])) == 0
    assert len(breaches_of("PAG-3", *pages)) == 1


@pytest.mark.parametrize(("status", "breaches"), [(400, 1), (499, 1), (500, 0), (503, 0)])
def test_only_a_rejection_refuses_a_limit_of_zero(status: int, breaches: int) -> None:
    """HDR-5 reports a service that fails."""
    refused = error(HUAWEI, status, "EndPoint.0001", query="limit=0")
    assert len(breaches_of("PAG-6", refused)) == breaches


def test_a_list_without_what_a_write_may_have_removed_has_neither_passed_nor_failed() -> None:
    empty = listing(AKS)
    assert judge((got(), empty))[0]["PAG-4"] == 1
    assert breaches_of("PAG-4", got(), put(), empty) == []
    assert "PAG-4" not in judge((got(), put(), empty))[0]
    assert len(breaches_of("PAG-4", got(), put(), got(**APPROVED), empty)) == 1


def test_an_invalid_parameter_that_is_refused_wrongly_is_a_finding_of_its_status_or_of_its_code() -> None:
    kinds = [
        breach.kind
        for status, code in ((404, "EndPoint.0021"), (400, "EndPoint.9999"))
        for breach in breaches_of("PAG-8", error(HUAWEI, status, code, query="limit=-1"))
    ]
    assert kinds == ["limit: status", "limit: code"]


@pytest.mark.parametrize(("query", "breaches"), [("sort_dir=asc", 1), ("id=anything", 0), ("marker_id=7", 0)])
def test_a_service_may_refuse_a_value_that_no_contract_limits(query: str, breaches: int) -> None:
    exchanges = (connections(), error(HUAWEI, 400, "EndPoint.0002", query=query))
    assert [name for name, _ in judge(exchanges, OF_PARENTS)[1]].count("ERR-10") == breaches


def test_a_member_of_a_listed_connection_is_named_from_the_connection_on() -> None:
    place = "/properties/privateLinkServiceConnectionState"
    (found,) = breaches_of("SHP-1", listing(AKS, connection(properties__privateLinkServiceConnectionState=7)))
    assert found.pointer == f"/value/0{place}"
    assert found.message.startswith(f"{place} does not fit: ")


@pytest.mark.parametrize(("word", "breaches"), [("accepted", 1), ("pending", 0), ("PendingAcceptance", 0)])
def test_a_filter_is_not_blamed_for_a_status_that_is_written_otherwise(word: str, breaches: int) -> None:
    """What no definition lists is ENM-1's, whichever status it stands for."""
    listed = connections(connection(HUAWEI, "one", status=word), query="status=pendingAcceptance")
    found = [name for name, _ in judge((listed,))[1]]
    assert found.count("PAG-7") == breaches
    assert ("ENM-1" in found) is (word != "accepted")


def test_an_invalid_parameter_without_a_code_of_its_own_is_expected_to_get_400() -> None:
    own = contract(HUAWEI)
    for table, expected in ((own.error.table, "400 EndPoint.0006"), ((), "400")):
        judging = Judge([replace(own, error=replace(own.error, table=table))], MOCK)
        _, found = judging.feed(connections(query="limit=1001"))
        assert [j.breach.expected for j in found if j.requirement == "PAG-8" and j.breach] == [expected]


def test_an_empty_page_ends_a_list_of_full_pages() -> None:
    def pages(total: int) -> list[Exchange]:
        shown = (WHOLE[:2], WHOLE[2:4], ())
        return [connections(*own, total=total, query=f"limit=2&offset={2 * n}") for n, own in enumerate(shown)]

    assert breaches_of("PAG-6", *pages(4)) == []
    assert [b.kind for b in breaches_of("PAG-6", *pages(5))] == ["total is not the count"]


def test_what_the_first_request_of_a_run_wrote_to_need_not_be_listed() -> None:
    empty = listing(AKS)
    assert breaches_of("PAG-4", put(), empty, got(**APPROVED)) == []
    assert [b.kind for b in breaches_of("PAG-4", got(), empty)] == ["missing"]


def test_a_first_page_that_links_to_itself_has_no_earlier_page_as_evidence() -> None:
    link = f"{HOST}{PATHS[POSTGRES]}?api-version=2018-06-01"
    (found,) = breaches_of("PAG-3", listing(POSTGRES, connection(POSTGRES, "one"), link=link))
    assert (found.kind, found.evidence) == ("link twice", ())


@pytest.mark.parametrize("ended", [False, True])
def test_what_an_operation_on_another_connection_may_have_removed_is_no_disagreement_of_list_and_get(
    *, ended: bool
) -> None:
    """A deletion that nothing has ended may end, and remove another connection, between List and Get: STA-7."""
    begun = (listing(AKS, connection(), connection(AKS, "two")), delete("two"))
    end = (poll("Succeeded"),) if ended else ()
    found = breaches_of("STA-6", *begun, *end, listing(AKS, connection()), ex(AKS, own="one", status=404))
    assert [b.kind for b in found] == (["listed, not found"] if ended else [])


def test_a_filter_is_not_judged_by_a_status_that_hides_a_decision() -> None:
    """The list shows an accepted connection as pending (STA-1): the filter for accepted ones rightly has it."""
    pending = connection(HUAWEI, "one")
    filtered = [connections(pending, query="status=accepted"), connections(query="status=pendingAcceptance")]
    decided = (connections(pending), action(), connections(pending))
    assert breaches_of("PAG-7", *decided, *filtered) == []
    assert breaches_of("STA-1", *decided) != []
    kinds = {b.kind for b in breaches_of("PAG-7", connections(pending), *filtered)}
    assert kinds == {"filter", "filtered total"}  # without a decision both are wrong


def test_a_filtered_total_is_not_compared_with_a_list_from_before_a_refused_request() -> None:
    """The request may have removed the connection: STA-3."""
    before, after = connections(connection(HUAWEI, "one")), connections(query="id=one", total=0)
    refused = error(HUAWEI, 400, "EndPoint.0002", "POST", "action", sent={"action": "receive"})
    assert [b.kind for b in breaches_of("PAG-7", before, after)] == ["filtered total"]
    assert breaches_of("PAG-7", before, refused, after) == []


def test_a_filter_is_named_with_its_value_where_that_is_one_of_a_few() -> None:
    one, other = connection(HUAWEI, "one"), connection(HUAWEI, "two")
    wrong = (connections(one, query="id=two"), connections(one, query="status=accepted"))
    assert {b.member for b in breaches_of("PAG-7", connections(one, other), *wrong)} == {"id", "status=accepted"}


def test_a_decision_on_two_connections_that_is_accepted_may_have_changed_both() -> None:
    """ERR-5 judges that it is accepted, though the contract allows one; STA-7 knows that it names the second one."""
    open_, done = (
        [connection(HUAWEI, name, status=status) for name in ("one", "two")]
        for status in ("pendingAcceptance", "accepted")
    )
    sent = {"action": "receive", "endpoints": ["one", "two"]}
    both = ex(HUAWEI, "POST", "action", sent=sent, answer={"connections": done})
    assert breaches_of("STA-7", connections(*open_), both, connections(*done)) == []
    one = replace(both, request=action().request)
    assert [b.kind for b in breaches_of("STA-7", connections(*open_), one, connections(*done))] == ["another changed"]


def test_equal_integers_of_several_connections_may_all_be_rounded() -> None:
    """2^62 as a double's shortest digits: each alone has a chance of one in a hundred."""
    rounded = [connection(HUAWEI, f"e{n}", marker_id=4611686018427388000) for n in range(4)]
    assert len(breaches_of("SHP-7", connections(*rounded))) == 1
    assert breaches_of("SHP-7", connections(*rounded[:3])) == []
