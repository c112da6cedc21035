"""Edges of the checks of writes and identity: what the hand-written cases leave unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from linkproof.checks.equivalence import difference, settled, value_on_the_way
from linkproof.contract.operation import Role
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Credential
from tests.check_cases import APPROVED, got, put, slow
from tests.check_cases_named import decided, failure
from tests.checks.test_edges import breaches_of
from tests.traffic import AKS, HOST, MOCK, connection, contract, decision, error, ex, judge, listing, state

NOT_ALLOWED = "OperationNotAllowed"


def test_a_concurrent_decision_without_a_credential_is_no_second_decision() -> None:
    second = error(AKS, 401, "Unauthorized", "PUT", "one", sent=decision("Rejected", "no"))
    both = (got(), slow(put(), 1e6, 1e6 + 4), slow(second, 1e6 + 1, 1e6 + 3))
    assert judge(both)[0].get("STA-10") == 1
    unsigned = replace(both[2], credential=Credential.MISSING)
    assert "STA-10" not in judge((*both[:2], unsigned))[0]


def test_a_name_may_have_the_parent_before_it_however_short_the_path_is() -> None:
    own = contract(AKS)
    prefix = own.collection_path.removesuffix("/{resourceName}/privateEndpointConnections")
    operations = tuple(replace(o, path=o.path.removeprefix(prefix), key="") for o in own.operations)
    path = "/c/privateEndpointConnections/one"
    for name, expected in (("c/one", 0), ("d/one", 1)):
        judging = Judge([replace(own, operations=operations)], MOCK)
        value = {**connection(), "id": path, "name": name}
        call, found = judging.feed(ex(AKS, answer=value, url=f"{HOST}{path}?api-version={own.version}"))
        assert call is not None
        assert sum(j.breach is not None for j in found if j.requirement == "SHP-5") == expected
        assert "SHP-5" in {j.requirement for j in found}


@pytest.mark.parametrize(("text", "breaches"), [("fine", 0), ("please", 1)])
def test_without_get_the_list_shows_the_description_of_a_decision(text: str, breaches: int) -> None:
    own = contract(AKS)
    answers = (put(), listing(AKS, connection(**state("Approved", text))))
    only_list = replace(own, operations=tuple(o for o in own.operations if o.role is not Role.GET))
    for judged_by, expected in ((own, 0), (only_list, breaches)):
        judging = Judge([judged_by], MOCK)
        found = [j.breach for e in answers for j in judging.feed(e)[1] if j.requirement == "STA-2" and j.breach]
        assert [b.message for b in found] == [
            "List shows another description than the one that was sent with the decision"
        ] * (expected)


@pytest.mark.parametrize(
    ("after_s", "shown", "expected"),
    [(1.0, "Pending", []), (6.0, "Approved", []), (6.0, "Pending", ["had no effect: Pending"])],
    ids=["too early to tell", "it took effect", "nothing happened"],
)
def test_a_decision_answered_with_202_without_a_polling_url_takes_effect_within_the_limit(
    after_s: float, shown: str, expected: list[str]
) -> None:
    own = contract(AKS)
    open_decision = slow(ex(AKS, "PUT", "one", 202, None, sent=decision()), 1e6 + 1, 1e6 + 2)
    reading = slow(got(**state(shown, "fine")), 1e6 + 2 + after_s, 1e6 + 3 + after_s)
    judging = Judge([own], MOCK)
    answers = (slow(got(), 1e6, 1e6 + 0.5), open_decision, reading)
    found = [j.breach for e in answers for j in judging.feed(e)[1] if j.requirement == "STA-1" and j.breach]
    assert [b.message.rpartition("and ")[2] for b in found] == expected


def test_a_write_that_decides_nothing_is_no_second_decision() -> None:
    undecided = {"properties": {"privateLinkServiceConnectionState": {"description": "only words"}}}
    both = (slow(put(), 1, 5), slow(put(sent=decision("Rejected", "no")), 2, 6))
    assert judge(both)[0]["STA-10"] == 1
    assert "STA-10" not in judge((both[0], slow(put(sent=undecided, **APPROVED), 2, 6)))[0]


def test_a_connection_is_at_rest_only_if_its_state_and_its_status_are() -> None:
    own = contract(AKS)
    both = replace(own, settled=replace(own.settled, provisioning=("Succeeded",), status=("Pending", "Approved")))
    for provisioning, status, expected in (
        ("Succeeded", "Approved", ""),
        ("Succeeded", "Approving", "Approving"),
        ("Updating", "Approved", "Updating"),
    ):
        shown = connection(properties__provisioningState=provisioning)
        shown["properties"]["privateLinkServiceConnectionState"]["status"] = status
        assert value_on_the_way(both, shown) == expected
        assert settled(both, shown) is (expected == "")


def test_a_connection_of_another_name_is_another_one() -> None:
    own, one = contract(AKS), connection()
    elsewhere = {**one, "id": f"/elsewhere/{'one'.upper()}"}
    assert difference(own, one, elsewhere) is None
    found = difference(own, one, connection(AKS, "two"))
    assert found is not None
    assert found[0] in (own.member.id, own.member.name)


def test_a_failure_of_a_decision_has_a_message() -> None:
    silent = decided("vpce-a", failed=failure("vpce-a", message=" "))
    found = [b for requirement, b in judge((silent,))[1] if requirement == "STA-12"]
    assert [(b.kind, b.pointer.rpartition("/")[2]) for b in found] == [("no message", "message")]


def test_a_get_that_is_only_accepted_shows_no_effect_of_a_repeated_decision() -> None:
    shown = connection(AKS, **state("Approved", "again"))
    twice = (put(), got(**APPROVED), put())
    assert breaches_of("STA-4", *twice, ex(AKS, own="one", status=202, answer=shown)) == []
    assert len(breaches_of("STA-4", *twice, ex(AKS, own="one", answer=shown))) == 1


def test_lists_within_connections_are_compared_item_by_item() -> None:
    own, first, second = contract(AKS), {"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}
    assert difference(own, {"a": [first, second]}, {"a": [first, second]}) is None
    assert difference(own, {"a": [first, second]}, {"a": [first, first]}) == ("/a/1/ip", "10.0.0.2", "10.0.0.1")
    assert difference(own, {"a": [first]}, {"a": [first, second]}) == ("/a", [first], [first, second])


@pytest.mark.parametrize(
    ("code", "word", "refused"),
    [
        (NOT_ALLOWED, "Approved", [NOT_ALLOWED]),
        (NOT_ALLOWED, "Rejected", []),
        ("BadRequest", "Approved", ["BadRequest"]),
    ],
)
def test_a_decision_is_refused_for_the_state_unless_the_same_one_is_refused_for_it_elsewhere(
    code: str, word: str, refused: list[str]
) -> None:
    shown = got("one"), got("two")
    first = error(AKS, 400, code, "PUT", "one", sent=decision(word))
    second = error(AKS, 400, NOT_ALLOWED, "PUT", "two", sent=decision())
    found = breaches_of("ENM-3", *shown, first, second)
    assert [b.message.rpartition(" ")[2] for b in found] == refused


@pytest.mark.parametrize(
    ("shown", "kind"), [("", "dropped"), (None, "dropped"), ("fin", "cut"), ("other", "changed"), (" fine", "changed")]
)
def test_a_description_that_differs_is_a_finding_of_how_it_differs(shown: Any, kind: str) -> None:
    (found,) = breaches_of("STA-2", put(), got(**state("Approved", shown)))
    words = {"dropped": "no description", "cut": "only the beginning of the", "changed": "another description"}
    assert found.kind == kind
    assert found.message.startswith(f"Get shows {words[kind]}")
    before = got(**state("Pending", ""))  # nothing shows whether an empty description was kept or dropped
    expected = "left empty" if kind == "dropped" else kind
    assert [b.kind for b in breaches_of("STA-2", before, put(), got(**state("Approved", shown)))] == [expected]


def test_a_request_without_a_version_is_accepted_or_refused_with_another_status() -> None:
    assert [b.kind for b in breaches_of("ERR-4", listing(AKS, query=""))] == ["no version accepted"]
    assert [b.kind for b in breaches_of("ERR-4", error(AKS, 404, "NotFound", query=""))] == ["no version: status"]
