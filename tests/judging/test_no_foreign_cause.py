"""Two faults side by side are two root causes: no third requirement is blamed for what they do together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Finding
from tests.check_cases_named import decided, failure, item, page
from tests.traffic import (
    AKS,
    HOST,
    HUAWEI,
    MOCK,
    PATHS,
    POSTGRES,
    connection,
    connections,
    decision,
    error,
    ex,
    judge,
    listing,
    state,
)

#: A target that promises one connection below one parent.
ONE = replace(MOCK, collections={AKS: frozenset({PATHS[AKS].lower()})}, names=frozenset({"one"}))


def findings(exchanges: Iterable[Exchange], circumstances: Circumstances = MOCK) -> list[Finding]:
    judging = Judge(all_contracts(), circumstances, any_version=True)
    for exchange in exchanges:
        judging.feed(exchange)
    return judging.findings.all(all_requirements())


def roots(exchanges: Iterable[Exchange], circumstances: Circumstances = MOCK) -> list[str]:
    """The requirements of the root causes."""
    return sorted(f.requirement for f in findings(exchanges, circumstances) if not f.follows)


def breached(exchanges: Iterable[Exchange], circumstances: Circumstances = MOCK) -> set[str]:
    return {requirement for requirement, _ in judge(exchanges, circumstances)[1]}


def test_a_connection_that_get_alone_shows_has_no_state_and_need_not_be_found() -> None:
    def shown(own: str) -> list[Exchange]:
        return [
            ex(AKS, own=own, answer=connection(AKS, own, **state("Pending", "invented"))),
            error(AKS, 404, "ResourceNotFound", "PUT", own, sent=decision()),
            ex(AKS, own=own, answer=connection(AKS, own, **state("Pending", "anew"))),
        ]

    assert breached(shown("made-up"), ONE) == set()
    assert breached(shown("one"), ONE) == {"ENM-3", "STA-3"}  # the target promises it
    assert breached([listing(AKS, connection(AKS, "other")), *shown("other")], ONE) >= {"ENM-3", "STA-3"}


def test_another_connection_that_get_alone_shows_is_changed_by_no_decision() -> None:
    def shown(own: str) -> list[Exchange]:
        approved = connection(AKS, "two", **state("Approved", "fine"))
        return [
            ex(AKS, own=own, answer=connection(AKS, own, **state("Pending", "invented"))),
            ex(AKS, "PUT", "two", answer=approved, sent=decision()),
            ex(AKS, own=own, answer=connection(AKS, own, **state("Pending", "anew"))),
        ]

    assert "STA-7" not in breached(shown("made-up"), ONE)
    assert "STA-7" in breached(shown("one"), ONE)


def decided_again(*, seen_by_get: bool) -> list[Exchange]:
    """A decision that the list does not show, and the opposite one, which is refused with a code of its own."""
    approved = connection(POSTGRES, "one", **state("Approved", "fine"))
    exchanges = [
        ex(POSTGRES, own="one", answer=connection(POSTGRES)),
        ex(POSTGRES, "PUT", "one", answer=approved, sent=decision()),
    ]
    if seen_by_get:
        exchanges.append(ex(POSTGRES, own="one", answer=approved))
    exchanges.append(listing(POSTGRES, connection(POSTGRES)))
    return [*exchanges, error(POSTGRES, 400, "Conflict", "PUT", "one", sent=decision("Rejected", "no"))]


def test_a_stale_list_does_not_make_a_decided_connection_pending() -> None:
    circumstances = replace(MOCK, collections={POSTGRES: frozenset({PATHS[POSTGRES].lower()})})
    assert "ERR-10" not in breached(decided_again(seen_by_get=True), circumstances)
    assert "ERR-10" not in breached(decided_again(seen_by_get=False), circumstances)
    pending = [
        ex(POSTGRES, own="one", answer=connection(POSTGRES)),
        listing(POSTGRES, connection(POSTGRES)),
        error(POSTGRES, 400, "Conflict", "PUT", "one", sent=decision("Rejected", "no")),
    ]
    assert "ERR-10" in breached(pending, circumstances)


def test_a_list_and_a_get_that_disagree_make_no_decision_one_that_must_be_accepted() -> None:
    """ENM-3: the list shows the connection as pending, and Get as approved."""

    def refused_after(status: str) -> list[Exchange]:
        return [
            ex(AKS, own="one", answer=connection(AKS, "one", **state(status))),
            listing(AKS, connection(AKS)),
            error(AKS, 400, "BadRequest", "PUT", "one", sent=decision("Rejected", "no")),
        ]

    assert "ENM-3" not in breached(refused_after("Approved"))
    assert "ENM-3" in breached(refused_after("Pending"))


def refused_action(service: str) -> list[Exchange]:
    """A pending connection in the list of a service, and its acceptance, which is refused as unknown."""
    url = f"https://api.example.org/v1/p1/vpc-endpoint-services/{service}/connections"
    shown = connections(connection(HUAWEI, "e1"))
    action = {"action": "receive", "endpoints": ["e1"]}
    refused = error(HUAWEI, 400, "EndPoint.2003", "POST", "action", sent=action)
    return [
        replace(shown, request=replace(shown.request, url=url)),
        replace(refused, request=replace(refused.request, url=f"{url}/action")),
    ]


def test_a_decision_below_an_unknown_parent_need_not_be_accepted() -> None:
    promised = replace(MOCK, collections={HUAWEI: frozenset({PATHS[HUAWEI].lower()})})
    assert "ENM-3" in breached(refused_action("s1"), promised)
    assert breached(refused_action("unknown"), promised) == {"ERR-3"}


def stale_lists(*untouched: str) -> Sequence[Exchange]:
    """A decision that Get shows and the list does not; for ``untouched`` connections they differ without one."""
    approved = connection(AKS, "one", **state("Approved", "fine"))
    exchanges = [
        ex(AKS, own="one", answer=connection(AKS)),
        ex(AKS, "PUT", "one", answer=approved, sent=decision()),
        ex(AKS, own="one", answer=approved),
    ]
    for own in untouched:
        exchanges.append(ex(AKS, own=own, answer=connection(AKS, own, **state("Rejected", "please"))))
    items = [connection(AKS, "one", **state("Pending", "fine")), *(connection(AKS, own) for own in untouched)]
    return [*exchanges, listing(AKS, *items)]


def test_a_list_that_shows_a_status_otherwise_without_any_decision_explains_one_that_it_does_not_show() -> None:
    assert roots(stale_lists("two")) == ["STA-6"]
    follows = {f.requirement: f.because for f in findings(stale_lists("two")) if f.follows}
    assert follows == {"STA-1": "Get and List show the member differently without any decision"}


def test_a_list_that_lacks_a_decision_alone_is_a_breach_of_its_own() -> None:
    assert roots(stale_lists()) == ["STA-1"]


def test_a_page_with_a_connection_twice_is_not_too_long_as_well() -> None:
    def listed(*names: str) -> set[str]:
        return breached([page(*map(item, names), MaxResults=5)])

    five = tuple(f"vpce-{n}" for n in range(5))
    assert listed(*five, "vpce-4") == {"PAG-4"}
    assert "PAG-11" in listed(*five, "vpce-5")
    assert "PAG-11" in listed(*five, "vpce-5", "vpce-5")


def pages(first: dict[str, Any], second: dict[str, Any]) -> list[Exchange]:
    """Two pages of a list without Get, which show the same connection."""
    return [connections(first, query="limit=1"), connections(second, query="limit=2")]


def test_a_required_member_that_one_page_lacks_is_no_difference_of_state() -> None:
    whole, lacks = connection(HUAWEI, "e1"), connection(HUAWEI, "e1")
    del lacks["status"]
    assert breached(pages(whole, lacks)) == {"SHP-1"}
    assert breached(pages(whole, {**lacks, "created_at": "2020-01-05T08:00:00Z"})) == {"SHP-1", "PAG-4"}
    action = {"action": "receive", "endpoints": ["e2"]}
    answer = {"connections": [connection(HUAWEI, "e2", status="accepted")]}

    def around(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
        asked, later = connection(HUAWEI, "e2"), connection(HUAWEI, "e2", status="accepted")
        post = ex(HUAWEI, "POST", "action", answer=answer, sent=action)
        return breached([connections(before, asked), post, connections(after, later)])

    assert around(whole, lacks) == {"SHP-1"}
    assert around(whole, {**whole, "status": "rejected"}) == {"STA-7"}


def test_a_value_that_is_wrong_on_one_page_explains_that_pages_differ() -> None:
    found = pages(connection(HUAWEI, "e1"), connection(HUAWEI, "e1", status="PendingAcceptance"))
    assert roots(found) == ["ENM-1"]
    assert {f.requirement for f in findings(found) if f.follows} == {"PAG-4"}


def test_a_get_of_a_promised_connection_is_no_bad_request_before_anything_is_written() -> None:
    refused = error(AKS, 400, "BadRequest", own="one")
    assert breached([refused], ONE) == {"ERR-10"}
    assert "ERR-10" not in breached([error(AKS, 400, "BadRequest", own="other")], ONE)
    approved = connection(AKS, "two", **state("Approved", "fine"))
    written = [ex(AKS, "PUT", "two", answer=approved, sent=decision()), error(AKS, 400, "BadRequest", own="one")]
    assert "ERR-10" not in breached(written, ONE)  # the decision may have removed it: STA-7


def test_a_decision_that_is_refused_for_the_state_of_several_pending_connections_is_refused_as_such() -> None:
    """One connection may be in no state for it, whatever it shows."""

    def rejected(name: str) -> Exchange:
        return decided(name, by="Reject", failed=failure(name, "InvalidState"))

    def both(first: str) -> set[str]:
        return breached([page(item("vpce-a", first), item("vpce-b")), rejected("vpce-a"), rejected("vpce-b")])

    assert "ENM-3" not in breached([page(item("vpce-a")), rejected("vpce-a"), rejected("vpce-a")])
    assert "ENM-3" in both("pendingAcceptance")
    assert "ENM-3" not in both("available")


def test_a_null_shows_no_connection_that_a_list_lacks() -> None:
    def got(answer: Any) -> list[Exchange]:
        return [
            listing(AKS, connection(AKS, "other")),
            ex(AKS, own="one", answer=answer, raw=b"null" if not answer else None),
        ]

    assert "PAG-4" not in breached(got(None), ONE)
    assert "PAG-4" in breached(got(connection(AKS, "one")), ONE)


def test_a_list_without_a_status_does_not_show_that_a_decision_has_no_effect() -> None:
    def listed(**changes: Any) -> list[Exchange]:
        one = connection(POSTGRES, "one", **changes)
        put = ex(POSTGRES, "PUT", "one", 202, sent=decision())
        readings = [replace(listing(POSTGRES, one), started=at, ended=at + 0.1) for at in (100.0, 120.0)]
        return [readings[0], replace(put, started=110.0, ended=110.1), readings[1]]

    assert "STA-1" in breached(listed())
    assert "STA-1" not in breached(listed(properties__privateLinkServiceConnectionState=None))


@pytest.mark.parametrize(("wait", "url", "judged"), [(1.0, False, False), (9.0, False, True), (1.0, True, True)])
def test_an_operation_of_another_connection_may_still_take_effect(wait: float, url: bool, judged: bool) -> None:
    """A decision on another one was answered with 202, and nothing has shown its end."""

    def at(time: float, exchange: Exchange) -> Exchange:
        return replace(exchange, started=time, ended=time + 0.1)

    one, moved = connection(POSTGRES, "one"), connection(POSTGRES, "one", createdAt="2020-01-05T08:00:00Z")
    headers = [("Azure-AsyncOperation", f"{HOST}/operations/1")] if url else []
    readings = [ex(POSTGRES, url=f"{HOST}/operations/1", answer={"status": "Succeeded"})] if url else []
    exchanges = [
        at(100, ex(POSTGRES, "PUT", "two", 202, sent=decision(), headers=headers)),
        *(at(100.2, reading) for reading in readings),
        at(100.4, ex(POSTGRES, own="one", answer=one)),
        at(100.6, error(POSTGRES, 400, "BadRequest", "PUT", "three", raw_sent=b"[]")),
        at(100 + wait, ex(POSTGRES, own="one", answer=moved)),
    ]
    assert ("STA-3" in breached(exchanges)) is judged
