"""Results beside the verdict: a connection's transitions, long-running operations, dates of findings."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import pytest

from linkproof.base.bounded import Recent
from linkproof.contract.loader import all_contracts
from linkproof.judging.judge import Judge
from linkproof.judging.transitions import OTHER, Track, Tracks, is_followed
from linkproof.model.exchange import Exchange
from linkproof.model.lifecycle import Ended, LongRunning, Transition
from linkproof.model.observed_values import Observed, ObservedValue
from linkproof.results.merge import merged
from linkproof.results.vendor_part import only_vendor
from tests.check_cases import APPROVED, LONG, REJECTED, action, delete, got, poll, put, slow
from tests.check_cases_kinds import ODD
from tests.results_examples import breached, replace
from tests.traffic import (
    AKS,
    DICOM,
    HUAWEI,
    MOCK,
    POSTGRES,
    connection,
    connections,
    contract,
    decision,
    error,
    ex,
    listing,
    state,
)

STATUS = "/properties/privateLinkServiceConnectionState/status"
PENDING = state("Pending")
GONE = error(AKS, 404, "NotFound", own="one")
BROKE = ex(AKS, "PUT", "one", 500, {}, sent=decision())


def fed(exchanges: Iterable[Exchange]) -> Judge:
    judge = Judge(all_contracts(), MOCK)
    for exchange in copy.deepcopy(list(exchanges)):
        judge.feed(exchange)
    assert not judge.broken
    return judge


def steps(exchanges: Iterable[Exchange], name: str = AKS) -> dict[tuple[str, str, str, bool], int]:
    """The steps that were seen, and how often."""
    found = fed(exchanges).lifecycles.of(contract(name))
    assert found is not None
    return {(t.before, t.by, t.after, t.refused): t.count for t in found.transitions if t.count}


def refused(own: str = "one") -> Exchange:
    code = "PrivateEndpointConnectionStatusNotPending"
    return error(POSTGRES, 400, code, "PUT", own, sent=decision("Rejected"))


@pytest.mark.parametrize(
    ("exchanges", "seen"),
    [
        ([got(**PENDING), put(), got(**APPROVED)], {("Pending", "approve", "Approved", False): 1}),
        ([got(**PENDING), put(), got(**APPROVED), got(**APPROVED)], {("Pending", "approve", "Approved", False): 1}),
        ([got(**APPROVED), got(**REJECTED)], {("Approved", "by itself", "Rejected", False): 1}),
        ([got(**APPROVED), put(), got(**APPROVED)], {("Approved", "approve", "Approved", False): 1}),
        ([put(), got(**APPROVED)], {}),
        ([got(**PENDING), put(), put(sent=decision("Rejected")), got(**REJECTED)], {}),
        ([got(**PENDING), put(), got("two", **APPROVED)], {}),
        (
            [got(**PENDING), put(sent=ODD), got(**APPROVED)],
            {("Pending", "another write", "Approved", False): 1},
        ),
        (
            [got(**PENDING), BROKE, got(**APPROVED)],
            {("Pending", "another write", "Approved", False): 1},
        ),
        (
            [got(**PENDING), delete(status=204), GONE],
            {("Pending", "delete", "", False): 1},
        ),
        ([GONE, put(), got(**APPROVED)], {("", "approve", "Approved", False): 1}),
        ([got(**PENDING), put(), got(**APPROVED, properties__provisioningState="Updating")], {}),
    ],
)
def test_a_step_counts_only_where_it_is_certain(exchanges: list[Exchange], seen: dict[object, int]) -> None:
    assert steps(exchanges) == seen


def test_while_an_operation_goes_on_nothing_is_certain() -> None:
    before = [got(**PENDING), delete(), GONE]
    assert steps(before) == {}
    after = [*before, poll("Succeeded"), GONE]
    assert steps(after) == {("Pending", "delete", "", False): 1}


def test_a_refused_decision_is_a_step_that_stays() -> None:
    approved = got(of=POSTGRES, **APPROVED)
    assert steps([approved, refused()], POSTGRES) == {("Approved", "reject", "Approved", True): 1}
    assert steps([refused()], POSTGRES) == {}, "nobody knows what it was"
    assert steps([approved, put("one", POSTGRES), refused()], POSTGRES) == {}
    lost = error(POSTGRES, 404, "NotFound", "PUT", "one", sent=decision("Rejected"))
    assert steps([approved, lost], POSTGRES) == {}, "an answer about the connection, not about the decision"
    faulty = error(POSTGRES, 400, "InvalidBody", "PUT", "one", sent={"properties": 7})
    assert steps([approved, faulty], POSTGRES) == {}


def test_lists_and_decisions_in_a_body_count_too() -> None:
    exchanges = [connections(connection(HUAWEI)), action(), connections(connection(HUAWEI, status="accepted"))]
    assert steps(exchanges, HUAWEI) == {("pendingAcceptance", "approve", "accepted", False): 1}


def test_what_a_contract_foresees_is_there_though_it_was_not_seen() -> None:
    found = fed([got(**APPROVED), got(**REJECTED)]).lifecycles.of(contract(AKS))
    assert found is not None
    assert found.states == ("Pending", "Approved", "Rejected", "Disconnected")
    foreseen = [t for t in found.transitions if t.foreseen]
    assert Transition("Pending", "approve", "Approved", False, True, 0, "") in foreseen
    assert Transition("Rejected", "delete", "", False, True, 0, "") in foreseen
    assert [(t.by, t.count) for t in found.transitions if not t.foreseen] == [("by itself", 1)]
    final = fed([]).lifecycles.of(contract(POSTGRES))
    assert final is not None
    assert {(t.before, t.by) for t in final.transitions if t.refused} == {
        (before, by) for before in ("Approved", "Rejected") for by in ("approve", "reject")
    }
    assert fed([]).lifecycles.of(contract(DICOM)) is None


# Long-running operations


def operation(started: float, *words: str) -> list[Exchange]:
    start = ex(AKS, "DELETE", f"c{started}", 202, headers=LONG)
    return [
        slow(start, started, started + 1),
        *(slow(poll(w), started + n, started + n + 1) for n, w in enumerate(words, 1)),
    ]


def seen(exchanges: Iterable[Exchange]) -> LongRunning:
    found = fed(exchanges).timelines.of(contract(AKS))
    assert found is not None
    return found


def test_an_operation_is_followed_from_its_start_to_its_end() -> None:
    found = seen(operation(10, "InProgress", "Succeeded"))
    assert (found.count, found.ended, found.good, found.clock) == (1, (Ended("Succeeded", 1),), "Succeeded", "seconds")
    (drawn,) = found.shown
    assert (drawn.operation, drawn.ended) == ("Delete", "Succeeded")
    assert [(s.after, s.status, s.word) for s in drawn.steps] == [
        (0.0, 202, ""),
        (1.0, 200, "InProgress"),
        (2.0, 200, "Succeeded"),
    ]


def test_failures_are_drawn_first_then_the_longest() -> None:
    exchanges = [
        *operation(0, "Succeeded"),
        *operation(100),
        *operation(200, "Failed"),
        *operation(300, *["InProgress"] * 60, "Succeeded"),
    ]
    found = seen(exchanges)
    assert found.ended == (Ended("", 1), Ended("Failed", 1), Ended("Succeeded", 2))
    assert [t.ended for t in found.shown] == ["Failed", "Succeeded", "Succeeded", ""]
    assert len(found.shown[1].steps) == 40, "of very many polls some are left out"
    assert found.shown[1].steps[-1].word == "Succeeded", "but never the last"


def test_recordings_without_times_have_no_clock() -> None:
    untimed = [ex(AKS, "DELETE", "one", 202, headers=LONG), poll("Succeeded")]
    assert seen(untimed).clock == "exchanges"
    assert seen(operation(10, "Succeeded")).clock == "seconds"


def test_contracts_without_operations_say_nothing_and_others_that_none_was_seen() -> None:
    judge = fed([])
    assert judge.timelines.of(contract(DICOM)) is None
    found = judge.timelines.of(contract(AKS))
    assert found is not None
    assert (found.count, found.shown) == (0, ())


def test_a_finding_knows_when_it_was_seen() -> None:
    days = ("2026-11-03", "", "2026-11-01", "2026-11-02")
    bad = got(properties__privateLinkServiceConnectionState__status="aproved")
    (found,) = [f for f in fed([replace(bad, at=day) for day in days]).findings.all() if f.requirement == "ENM-1"]
    assert (found.count, found.first_seen, found.last_seen) == (4, "2026-11-01", "2026-11-03")


# words


def test_words_are_counted_by_place_wherever_the_connection_stands() -> None:
    odd = replace(
        ex(AKS, own="two", answer=connection(AKS, "two", properties__provisioningState="Odd")), at="2026-11-02"
    )
    page = replace(listing(AKS, connection(AKS), connection(AKS, "two")), at="2026-11-01")
    judge = fed([page, odd, replace(got("one"), at="2026-11-03"), GONE])
    found = {o.place: o for o in judge.observations.of(contract(AKS))}
    assert set(found) == {"?api-version", "/error/code", "/properties/provisioningState", STATUS}
    words = {v.value: v for v in found["/properties/provisioningState"].values}
    assert list(words) == ["Odd", "Succeeded"]
    good = words["Succeeded"]
    assert (good.documented, good.count, good.first_seen, good.last_seen) == (True, 3, "2026-11-01", "2026-11-03")
    assert (words["Odd"].documented, words["Odd"].count, words["Odd"].seen) == (False, 1, odd.label)
    assert "Deleting" in found["/properties/provisioningState"].documented
    assert [v.value for v in found["/error/code"].values] == ["NotFound"]


def test_words_of_a_contract_that_names_none_are_seen_as_well() -> None:
    judge = fed([got("one", POSTGRES, properties__provisioningState="Dropping")])
    (found,) = (o for o in judge.observations.of(contract(POSTGRES)) if o.place.endswith("provisioningState"))
    assert found.documented == ()
    assert [(v.value, v.first_seen, v.last_seen) for v in found.values] == [("Dropping", "", "")], "it has no date"


def test_words_are_bounded_and_those_of_a_failure_do_not_count() -> None:
    many = [got("one", AKS, properties__provisioningState=f"{n:03}" + "x" * 500) for n in range(200)]
    broken = ex(AKS, own="one", status=500, answer=connection(AKS, properties__provisioningState="Broken"))
    judge = fed([broken, *many])
    values = next(o for o in judge.observations.of(contract(AKS)) if o.place.endswith("provisioningState")).values
    assert len(values) == 50
    assert max(len(v.value) for v in values) == 100
    assert "Broken" not in [v.value for v in values]


def test_words_of_two_runs_become_one() -> None:
    one, two = breached(), breached()
    seen = ObservedValue("Succeeded", True, 2, "2026-11-02", "2026-11-03", "a #1")
    one.observed = [Observed(AKS, "/status", ("Succeeded",), (seen,))]
    earlier = replace(seen, first_seen="2026-11-01", last_seen="2026-11-01")
    two.observed = [Observed(AKS, "/status", ("Succeeded",), (replace(seen, value="Failed"), earlier))]
    both = merged([one, two])
    values = {v.value: (v.count, v.first_seen, v.last_seen) for v in both.observed[0].values}
    assert values == {"Failed": (2, "2026-11-02", "2026-11-03"), "Succeeded": (4, "2026-11-01", "2026-11-03")}
    assert only_vendor(both, "huawei", ()).observed == []


@pytest.mark.parametrize(
    ("track", "followed"),
    [(None, False), (Track(), False), (Track("Pending", [OTHER]), False), (Track("Pending"), True)],
)
def test_a_connection_is_followed_while_its_status_is_known_and_nothing_is_written(
    track: Track | None, followed: bool
) -> None:
    (call,) = (Judge([contract(AKS)], MOCK).feed(e)[0] for e in [got()])
    assert call is not None
    tracks: Tracks = Recent(9)
    if track is not None:
        tracks.put((AKS, call.collection, call.subject), track)
    assert is_followed(call, tracks) is followed
