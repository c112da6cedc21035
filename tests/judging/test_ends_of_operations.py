"""Faults at the end of an operation, and beside one that hides it: each is named, by what the exchanges show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from linkproof.contract.operation import Role
from linkproof.judging.causes import Seen, Traced
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Finding
from tests.check_cases import LONG, POLL, delete, put, result, slow
from tests.check_cases_named import AWS, SERVICE, decided, item, page
from tests.judging.test_causes import finding, follows, seen
from tests.judging.test_no_foreign_cause import findings, roots
from tests.traffic import AKS, HUAWEI, MOCK, POSTGRES, connection, connections, decision, error, ex, listing, state

LIMIT = replace(MOCK, operation_timeout_s=20.0)
DELETING = connection(AKS, "one", properties__provisioningState="Deleting")
#: The status of an operation that has no status.
WORDLESS = ex(AKS, url=POLL, answer="InProgress")
BEFORE = ex(AKS, own="one", answer=connection(AKS, "one"))


def shown_at(seconds: float, answer: object = DELETING) -> Exchange:
    return slow(ex(AKS, own="one", answer=answer), seconds, seconds + 0.1)


def deletion(*after: Exchange) -> list[Exchange]:
    """A deletion of which the result alone reports the end."""
    times = [(b, slow(e, b, b + 0.1)) for b, e in enumerate((BEFORE, delete(), WORDLESS, result(204)), 1)]
    return [*(e for _, e in times), *after]


def by_kind(found: Iterable[Finding]) -> dict[tuple[str, str], str | None]:
    return {(f.requirement, f.kind): f.follows for f in found}


def test_a_result_that_comes_before_the_end_is_no_deletion_without_effect() -> None:
    gone = slow(error(AKS, 404, "ResourceNotFound", own="one"), 9, 9.1)
    found = by_kind(findings(deletion(shown_at(5), shown_at(6), gone), LIMIT))
    assert found == {("LRO-2", "no status"): None, ("LRO-3", "before the end"): None}
    refused = slow(error(AKS, 404, "ResourceNotFound", url=POLL), 3, 3.1)
    exchanges = [refused if e.request.url == POLL else e for e in deletion(shown_at(5), gone)]
    assert ("LRO-3", "before the end") in by_kind(findings(exchanges, LIMIT))


def test_a_connection_that_never_goes_is_the_cause_of_a_result_that_came_too_early() -> None:
    found = by_kind(findings(deletion(shown_at(5), shown_at(30)), LIMIT))
    assert not found["STA-5", "still in Get"]
    assert found["LRO-3", "before the end"]
    settled = findings(deletion(shown_at(5, connection(AKS, "one"))), LIMIT)
    assert "STA-5" in {f.requirement for f in settled if not f.follows}


def test_what_list_and_get_show_after_a_deletion_is_one_cause() -> None:
    still = connection(AKS, "one")

    def after(*seconds: float) -> list[Exchange]:
        listed = slow(listing(AKS, still), seconds[-1] + 1, seconds[-1] + 1.1)
        return [slow(BEFORE, 1, 1.1), slow(delete(headers=()), 2, 2.1), *(shown_at(s, still) for s in seconds), listed]

    found = by_kind(findings(after(9, 30), LIMIT))
    assert not found["STA-5", "still in Get"]
    assert found["STA-5", "still listed"]
    missing = slow(error(AKS, 404, "ResourceNotFound", own="one"), 30, 30.1)
    [*begun, listed] = after(9, 30)
    assert ("STA-5", "still in List") in by_kind(findings([*begun[:-1], missing, listed], LIMIT))


def test_an_unknown_parent_explains_no_deletion_without_effect() -> None:
    still = [seen(9, "one")]
    assert follows(_traced("STA-5", "still in Get", still), _traced("ERR-3", "unknown connection", [seen(5)]))
    assert not follows(_traced("STA-5", "still in Get", still), _traced("ERR-3", "unknown parent", [seen(5)]))


def _traced(requirement: str, kind: str, where: Sequence[Seen]) -> Traced:
    return Traced(finding(requirement, kind), where, views=frozenset({Role.GET}))


@pytest.mark.parametrize(("shown", "named"), [("Pending", True), ("Approved", False)])
def test_a_decision_whose_status_is_refused_has_an_effect_in_time(shown: str, named: bool) -> None:
    begun = ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=LONG[:1])
    before, after = (
        ex(POSTGRES, own="one", answer=connection(POSTGRES, "one", **state(s))) for s in ("Pending", shown)
    )
    polled = error(POSTGRES, 404, "NotFound", url=POLL)
    exchanges = [slow(before, 1, 1.1), slow(begun, 2, 2.1), slow(polled, 3, 3.1), slow(after, 30, 30.1)]
    assert ("STA-1" in roots(exchanges, LIMIT)) is named


def test_a_decision_below_an_unknown_parent_need_not_be_shown() -> None:
    promised = Circumstances(collections={AWS: frozenset({"/"})}, parents={AWS: frozenset({SERVICE})})
    exchanges = [page(item("vpce-a")), decided("vpce-a", by="Reject", service="vpce-svc-other"), page(item("vpce-a"))]
    found = {f.requirement for f in findings(exchanges, promised)}
    assert "ERR-3" in found
    assert "STA-1" not in found


def test_what_a_whole_list_did_not_have_may_be_created_anew() -> None:
    one, two = connection(POSTGRES, "one"), connection(POSTGRES, "two")
    anew = connection(POSTGRES, "one", properties__provisioningState="Ready", **state("Approved", "fine"))
    anew["properties"]["privateEndpoint"] = {"id": "/another"}
    exchanges = [
        listing(POSTGRES, one, two),
        listing(POSTGRES, two),
        put(name=POSTGRES),
        listing(POSTGRES, anew, two),
    ]
    assert "STA-11" not in roots(exchanges)
    assert "STA-11" in roots([e for n, e in enumerate(exchanges) if n != 1])


def test_an_answer_without_an_unknown_connection_is_judged_by_whether_it_exists() -> None:
    nothing = ex(HUAWEI, "POST", "action", answer={"connections": []}, sent={"action": "receive", "endpoints": ["e1"]})
    assert roots([nothing]) == []
    assert roots([connections(connection(HUAWEI, "e1")), nothing]) == ["SHP-9"]
