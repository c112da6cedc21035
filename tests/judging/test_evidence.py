"""What is shown as evidence: the request that changed something, and the write behind a transition."""

from __future__ import annotations

from linkproof.judging.grouping import MOST_TOGETHER, _together
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Breach
from tests.check_cases import got
from tests.traffic import AKS, connection, decision, error, ex, judge, listing, state

CHANGED = connection(AKS, "one", **state("Pending", "changed"))


def breach_of(requirement: str, *exchanges: Exchange) -> Breach:
    _, breaches = judge(exchanges)
    [found] = [b for r, b in breaches if r == requirement]
    return found


def test_a_late_list_blames_the_request_before_the_get_that_first_showed_the_change() -> None:
    before = listing(AKS, connection(AKS))
    guilty = error(AKS, 400, "BadRequest", "PUT", "one", raw_sent=b"[]")
    first = ex(AKS, own="one", answer=CHANGED)
    later = error(AKS, 400, "BadRequest", "PUT", "one", raw_sent=b"{")
    again, after = ex(AKS, own="one", answer=CHANGED), listing(AKS, CHANGED)
    breach = breach_of("STA-3", before, guilty, first, later, again, after)
    assert [e.number for e in breach.evidence] == [before.number, guilty.number]


def test_an_undocumented_value_in_transition_is_shown_with_the_write_that_began_it() -> None:
    decided = connection(AKS, "one", **state("Approved", "fine"))
    odd = connection(AKS, "one", **state("Approved", "fine"))
    odd["properties"]["provisioningState"] = "Bending"
    before = ex(AKS, own="one", answer=connection(AKS))
    put = ex(AKS, "PUT", "one", answer=decided, sent=decision("Approved", "fine"))
    breach = breach_of("ENM-1", before, put, ex(AKS, own="one", answer=odd))
    assert [e.number for e in breach.evidence] == [put.number]


def test_of_many_exchanges_that_show_a_breach_together_the_first_and_the_judged_one_are_kept() -> None:
    *earlier, judged = (got() for _ in range(MOST_TOGETHER + 3))
    assert _together((*reversed(earlier), judged)) == (*earlier[: MOST_TOGETHER - 1], judged)
