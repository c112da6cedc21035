"""What a call says of its answer is worked out once, and is what the schema says."""

from __future__ import annotations

from linkproof.base.json_values import values_at
from linkproof.judging.judge import Judge
from tests.traffic import AKS, MOCK, connection, contract, ex, listing


def test_values_in_a_list_are_looked_up_once_and_have_their_pointers() -> None:
    judge = Judge([contract(AKS)], MOCK)
    call = judge.peek(listing(AKS, connection(), connection(AKS, "two")))
    assert call is not None
    places = "/value/*/name", "/value/*/nothing", "/value/0/name"
    for place in places:
        assert list(call.values_at(place)) == list(values_at(call.answer, place))
    assert [value for _, value in call.values_at(places[0])] == ["one", "two"]
    assert call.values_at(places[0]) is call.values_at(places[0])


def test_unknown_members_are_those_that_the_schema_names() -> None:
    judge = Judge([contract(AKS)], MOCK)
    call, plain = (judge.peek(ex(AKS, own="one", answer=a)) for a in ({**connection(), "odd~/": 1}, connection()))
    assert call is not None
    assert plain is not None
    assert call.schema is not None
    assert call.unknown_members == tuple(call.schema.unknown_members(call.answer)) == ("/odd~0~1",)
    assert plain.unknown_members == ()
