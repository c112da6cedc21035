"""The state after calls that are hard to interpret: dropped connections, deletions in progress."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkproof.checks import state as states
from linkproof.checks.state import State
from linkproof.checks.subjects import Effect, Presence, Subject
from linkproof.checks.two_calls import overlap
from linkproof.checks.view import View
from linkproof.judging.judge import Judge
from linkproof.model.exchange import NO_ANSWER, Exchange
from linkproof.model.finding import Level
from tests.check_cases import APPROVED, POLL, RECORDED, delete, got, poll, put, slow
from tests.check_cases_quiet import FIRST, SECOND, long_put, poll_of
from tests.checks.test_edges import breaches_of, fold
from tests.traffic import AKS, MOCK, POSTGRES, connection, contract, decision, error, ex, listing, state


def subject_after(*exchanges: Exchange, of: str = AKS) -> Subject:
    judge = Judge([contract(of)], MOCK)
    state = State(contract(of), MOCK)
    world = None
    for exchange in exchanges:
        call, _ = judge.feed(exchange)
        assert call is not None
        state.record(View(state, call))
        world = call.collection
    assert world is not None
    return state.collection(world).subject("one")


def test_a_write_that_was_dropped_may_have_been_done() -> None:
    judge = Judge([contract(AKS)], MOCK)
    dropped = ex(AKS, "PUT", "one", NO_ANSWER, sent=decision())
    exchanges = [listing(AKS, connection()), dropped, got(**APPROVED), listing(AKS, connection(**APPROVED))]
    found = [j for e in exchanges for j in judge.feed(e)[1] if j.breach and j.breach.level is Level.MUST]
    assert [j.requirement for j in found] == ["HDR-5"]


def breaches_below_another_parent(write: Exchange, *after: Exchange) -> set[str]:
    """What is breached where a write below a parent that does not exist is followed by observations of the other."""
    start = "/subscriptions/"
    url = got().request.url.split("?")[0].rsplit("/", 1)[0]
    known = frozenset({start + url.split(start)[1].lower()})
    there = write.request.url.split(start)[1].split("/")[0]
    moved = replace(write, request=replace(write.request, url=write.request.url.replace(there, "not-a-uuid")))
    circumstances = replace(MOCK, collections={AKS: known}, names=frozenset({"one"}))
    judge = Judge([contract(AKS)], circumstances)
    found = [j for e in (got(), listing(AKS, connection()), moved, *after) for j in judge.feed(e)[1]]
    assert not judge.broken
    return {j.requirement for j in found if j.breach}


def test_a_write_below_another_parent_may_have_been_done_to_the_connection_of_that_name() -> None:
    gone = error(AKS, 404, "ResourceNotFound", own="one")
    assert breaches_below_another_parent(put(), got(**APPROVED), listing(AKS, connection(**APPROVED))) == {
        *("ERR-6", "SHP-5")
    }
    assert breaches_below_another_parent(delete(status=200), gone, listing(AKS)) == {"ERR-6"}
    assert "STA-6" in breaches_below_another_parent(got(), listing(AKS, connection(**APPROVED)))


def test_presence() -> None:
    assert subject_after(got()).presence is Presence.PRESENT
    assert subject_after(got(), delete(status=200)).presence is Presence.ABSENT
    assert subject_after(got(), delete()).presence is Presence.PRESENT
    assert subject_after(got(), delete(), poll("Succeeded")).presence is Presence.ABSENT
    assert subject_after(got(), delete(), poll("Failed")).presence is Presence.PRESENT
    assert subject_after(got(), delete(), put()).presence is Presence.UNKNOWN
    assert subject_after(got(), delete(), put(), poll("Succeeded")).presence is Presence.UNKNOWN
    assert subject_after(got(), delete(status=200), put()).presence is Presence.PRESENT
    assert subject_after(put()).presence is Presence.PRESENT
    assert subject_after(ex(AKS, "PUT", "one", NO_ANSWER, sent=decision())).presence is Presence.UNKNOWN


def test_effects_of_decisions() -> None:
    start = got(of=POSTGRES)
    first, second = long_put(decision("Rejected"), FIRST), long_put(decision("Approved"), SECOND)

    def effects(*exchanges: Exchange) -> list[Effect]:
        return [d.effect for d in subject_after(start, *exchanges, of=POSTGRES).decisions]

    assert effects(first) == [Effect.OPEN]
    assert effects(first, poll_of(FIRST, "Succeeded")) == [Effect.DONE]
    assert effects(first, poll_of(FIRST, "Failed")) == [Effect.FAILED]
    assert effects(first, second) == [Effect.OPEN, Effect.OPEN]
    assert effects(first, second, poll_of(SECOND, "Succeeded")) == [Effect.OPEN, Effect.DONE]
    assert effects(first, poll_of(FIRST, "Succeeded"), second) == [Effect.OPEN]


def test_a_connection_that_calls_itself_settled_has_what_was_decided_though_its_operation_was_not_polled() -> None:
    """As App Configuration was recorded: 201 with Updating, then Get says Succeeded and shows the old status."""
    updating = connection(AKS, "one", **APPROVED, properties__provisioningState="Updating")
    ended = (("Azure-AsyncOperation", POLL),)
    decided = ex(AKS, "PUT", "one", 201, updating, sent=decision(), headers=ended)
    for shown, breached in ((got(), {"STA-1", "LRO-4"}), (got(**APPROVED), set())):
        judge = Judge([contract(AKS)], RECORDED)
        found = [j for e in (got(), decided, shown) for j in judge.feed(e)[1] if j.breach]
        assert {j.requirement for j in found} - {"ENM-1"} == breached
    judge = Judge([contract(AKS)], RECORDED)
    at_once = ex(AKS, "PUT", "one", 201, connection(AKS, "one", **APPROVED), sent=decision(), headers=ended)
    assert not [j for e in (got(), at_once, got()) for j in judge.feed(e)[1] if j.breach]  # it may still go on


def test_a_deletion_that_goes_on_may_end_between_list_and_get() -> None:
    """Where no value shows that a connection is being deleted, the list shows it as it was until it is gone."""
    shown, gone = listing(AKS, connection()), ex(AKS, own="one", status=404, answer={"error": {}})
    for deletion, breached in ((delete(), False), (delete(status=200), True)):
        judge = Judge([contract(AKS)], MOCK)
        found = [j for e in (got(), deletion, shown, gone) for j in judge.feed(e)[1] if j.breach]
        # STA-5 has judged the list: STA-6 says nothing of what was deleted.
        assert {j.requirement for j in found} - {"ERR-1"} == ({"STA-5"} if breached else set())


def test_a_status_that_was_there_before_shows_no_end_of_an_operation() -> None:
    """As Cosmos DB was recorded in 2020: it approves what is approved, and the new text comes when that has ended."""

    def breached(*steps: tuple[str, str] | str) -> set[str]:
        judge = Judge([contract(POSTGRES)], RECORDED)
        made = {"decide": lambda: long_put(decision("Approved"), FIRST), "end": lambda: poll_of(FIRST, "Succeeded")}
        found = [
            judge.feed(made[step]() if isinstance(step, str) else got(of=POSTGRES, **state(*step)))[1] for step in steps
        ]
        return {j.requirement for judged in found for j in judged if j.breach} & {"STA-1", "STA-2", "LRO-4"}

    waiting, before, after = ("Pending", "please"), ("Approved", "by itself"), ("Approved", "fine")
    assert breached(before, "decide", before, after) == set()
    assert breached(before, "decide", "end", after) == set()
    assert breached(before, "decide", "end", before) == {"STA-2"}
    assert breached(waiting, "decide", before) == {"STA-2"}


def test_at_the_limit_the_other_collection_goes_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "_SUBJECTS", 3)
    known = State(contract(AKS), MOCK)
    first, second = known.make_collection("first"), known.make_collection("second")
    for collection, name in ((first, "a"), (first, "b"), (second, "c"), (second, "d")):
        known.make(collection, name)
    assert list(known.collections) == ["second"]
    assert [s.name for s in second.subjects] == ["c", "d"]


def test_after_a_reset_what_meant_at_rest_still_does() -> None:
    state, _ = fold(replace(MOCK, names=frozenset({"one"})), got(properties__provisioningState="Resting"))
    assert state.after_reset().at_rest == {"Resting"}


@pytest.mark.parametrize(("status", "breaches"), [(400, 1), (409, 0), (412, 0), (413, 1), (423, 0)])
def test_an_error_of_the_state_may_have_another_code_the_next_time(status: int, breaches: int) -> None:
    twice = [error(AKS, status, code, "PUT", "one", sent=decision()) for code in ("Locked", "Changed")]
    assert len(breaches_of("ERR-9", *twice)) == breaches


def test_requests_overlap_from_the_first_second_of_a_run_on_but_not_without_times() -> None:
    _, (first, second) = fold(MOCK, slow(put(), 1, 5), slow(put(), 1, 6))
    _, (unknown, _) = fold(MOCK, slow(put(), 0, 5), slow(put(), 1, 6))
    assert overlap(first, second)
    assert not overlap(unknown, second)
    assert not overlap(second, unknown)


@pytest.mark.parametrize(
    ("url", "is_polled"), [(POLL, True), ("https://another.example/1", False), ("https://[bad", False)]
)
def test_an_operation_goes_on_only_where_its_url_can_be_polled(url: str, is_polled: bool) -> None:
    sent = ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=(("Azure-AsyncOperation", url),))
    assert (subject_after(sent, of=POSTGRES).running is not None) is is_polled
