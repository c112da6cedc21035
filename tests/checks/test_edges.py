"""Edges of single checks, one exchange or two for each: what the hand-written cases leave unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from linkproof.checks.documentation import judge_samples
from linkproof.checks.groups import _is_writable
from linkproof.checks.observed_collection import ObservedCollection, Write
from linkproof.checks.state import State
from linkproof.checks.subjects import Decision, Effect, Running, Subject
from linkproof.checks.two_calls import is_race
from linkproof.checks.two_ways import lists_compare_without_case
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.judging.judge import Judge
from linkproof.mock.defaults import DEFAULT
from linkproof.model.exchange import Circumstances, Exchange, Headers
from linkproof.model.finding import Breach, Judgement
from tests.check_cases import APPROVED, LONG, POLL, RECORDED, REJECTED, WHOLE, delete, got, poll, put, slow
from tests.check_cases_named import BY_STATE, OPEN_B, PROMISED, A, decided, page
from tests.checks.test_groups import judged
from tests.group_traffic import ENTRY, traffic
from tests.traffic import AKS, HOST, MOCK, PATHS, connection, connections, contract, decision, error, ex, judge, listing


def breaches_of(requirement: str, *exchanges: Exchange) -> list[Breach]:
    return [breach for found, breach in judge(exchanges)[1] if found == requirement]


def sampled(answer: Any) -> list[Judgement]:
    """The judgements on a definition page's sample of a list."""
    own = contract(AKS)
    text = answer if isinstance(answer, str) else json.dumps(answer)
    operation = next(o for o in own.operations if o.role.value == "list")
    sample = {"place": "sample", "operation": operation.id, "kind": "response", "status": 200, "path": "", "text": text}
    ((_, found),) = judge_samples(replace(own, definition={"sample": [sample]}))
    return found


def documented(answer: Any) -> list[Breach]:
    """The breaches of such a sample."""
    return [j.breach for j in sampled(answer) if j.breach is not None]


def test_a_rejected_connection_may_refuse_an_approval_with_400() -> None:
    counts, breaches = judge((got(**REJECTED), error(AKS, 400, "BadRequest", "PUT", "one", sent=decision())))
    assert counts["STA-9"] == 1
    assert [requirement for requirement, _ in breaches if requirement == "STA-9"] == []


def test_a_leak_in_a_body_that_is_no_json_is_at_its_top() -> None:
    page = ex(
        AKS, own="one", status=400, raw=b"Traceback (most recent call last):", label=("Content-Type", "text/plain")
    )
    assert [b.pointer for b in breaches_of("ERR-2", page)] == [""]


def test_an_unknown_connection_that_was_shown_is_not_unknown_any_more() -> None:
    shown = ex(AKS, own="two", answer=connection(AKS, "two"))
    again = ex(AKS, own="two", answer=connection(AKS, "two", properties__provisioningState="Updating"))
    assert len(breaches_of("ERR-3", listing(AKS, connection()), shown)) == 1
    assert len(breaches_of("ERR-3", listing(AKS, connection()), shown, again)) == 1


def test_a_sample_is_validated_by_its_schema() -> None:
    item = {"id": f"{PATHS[AKS]}/one", "name": "one"}
    assert documented({"value": [item]}) != []  # the state is required
    assert documented({"value": [connection()]}) == []


def test_of_a_sample_that_is_not_json_the_beginning_is_shown() -> None:
    text = "{" + "x" * 99
    (found,) = sampled(text)
    assert found.requirement == "DOC-1"
    assert found.breach is not None
    assert (found.breach.kind, found.breach.actual) == ("not JSON", text[:60])


def test_a_sample_may_link_to_http_and_to_https() -> None:
    for scheme in ("http", "https"):
        assert documented({"value": [], "nextLink": f"{scheme}://api.example.org/next"}) == []
    assert [b.kind for b in documented({"value": [], "nextLink": "/next"})] == ["next link"]


def test_a_bad_body_for_an_unknown_connection_may_be_answered_with_404() -> None:
    bad = error(AKS, 404, "NotFound", "PUT", "two", raw_sent=b"{")
    assert "ERR-5" not in judge([bad])[0]
    known = error(AKS, 404, "NotFound", "PUT", "one", raw_sent=b"{")
    assert len(breaches_of("ERR-5", got(), known)) == 1


def test_a_decision_on_a_path_outside_its_limits_is_judged_too() -> None:
    url = f"{HOST}{PATHS[AKS]}/one?api-version={contract(AKS).version}".replace("/c/", f"/{'c' * 70}/")
    done = ex(AKS, "PUT", status=200, answer=connection(), sent=decision(), url=url)
    assert [b.kind for b in breaches_of("ERR-6", done)] == ["answered 2xx"]
    conflict = ex(AKS, status=409, answer={"error": {"code": "Conflict", "message": "It is refused."}}, url=url)
    assert [b.kind for b in breaches_of("ERR-6", conflict)] == ["answered 4xx"]


def by_offset(*last: int, total: int = 5) -> list[Exchange]:
    """Three pages of two items each, the last one with the items ``last``."""
    shown = ((0, 1), (2, 3), last)
    return [
        connections(*(WHOLE[n] for n in own), total=total, query=f"limit=2&offset={2 * place}")
        for place, own in enumerate(shown)
    ]


def test_all_pages_of_a_list_are_compared_not_only_the_last_two() -> None:
    assert breaches_of("PAG-4", *by_offset(4)) == []
    assert [b.message for b in breaches_of("PAG-4", *by_offset(0))] == ["1 connection listed on two pages"]


def test_pages_may_be_read_from_the_end() -> None:
    for pages in (by_offset(4, total=4), by_offset(4, total=4)[::-1]):
        assert [b.kind for b in breaches_of("PAG-6", *pages)] == ["total is not the count"]


def fold(circumstances: Circumstances, *exchanges: Exchange) -> tuple[State, list[Call]]:
    """The state after exchanges, and their calls."""
    judge, state, calls = Judge([contract(AKS)], circumstances), State(contract(AKS), circumstances), []
    for exchange in exchanges:
        call, _ = judge.feed(exchange)
        assert call is not None
        calls.append(call)
        state.record(View(state, call))
    return state, calls


def test_a_get_that_shows_the_same_again_is_recognised() -> None:
    state, calls = fold(RECORDED, got(), got())
    assert state.repeats(calls[-1]) is state.collection(PATHS[AKS].lower()).subject("one")
    state, calls = fold(RECORDED, got(), put(), got(**APPROVED), got(**APPROVED))
    assert state.repeats(calls[-1]) is None


def test_an_undocumented_value_means_at_rest_only_before_any_write() -> None:
    odd = got(properties__provisioningState="Resting")
    promised = replace(MOCK, names=frozenset({"one"}))
    assert fold(promised, odd)[0].at_rest == {"Resting"}
    assert fold(promised, put("two"), odd)[0].at_rest == set()
    assert fold(promised, got())[0].at_rest == set()


def test_a_filtered_list_is_compared_with_a_list_that_follows_a_write_at_once() -> None:
    exchanges = (decided("vpce-b"), page(A, OPEN_B), page(**BY_STATE))
    found = [b for requirement, b in judge(exchanges, PROMISED)[1] if requirement == "PAG-10"]
    assert ["missing on the pages" in b.message for b in found] == [True]


def test_a_decision_races_with_what_goes_on_or_overlaps() -> None:
    _, (first, second, later) = fold(
        MOCK, slow(put(), 1, 5), slow(put(), 3, 6), slow(put("two"), 7, 8)
    )  # the first two overlap
    one, decided_by_first = Subject("one"), Decision(first, 1, "Approved", None, Effect.OPEN, long=True)
    assert not is_race(one, (), second)
    assert is_race(replace(one, decisions=(decided_by_first,)), (), second)
    assert not is_race(replace(one, decisions=(replace(decided_by_first, effect=Effect.DONE),)), (), second)
    assert is_race(replace(one, running=Running(first, "one", "https://x/1", "")), (), second)
    assert is_race(one, (Write(1, "one", first),), second)
    assert not is_race(one, (Write(1, "two", first),), second)
    assert not is_race(one, (Write(1, "one", first),), later)


def test_of_a_name_that_is_listed_twice_nothing_is_recorded() -> None:
    state, _ = fold(MOCK, listing(AKS, connection(AKS, "one"), connection(AKS, "two"), connection(AKS, "two")))
    collection = state.collection(PATHS[AKS].lower())
    assert collection.subject("one").listed is not None
    assert collection.subject("two").listed is None


def test_a_list_with_a_nameless_item_is_not_known_to_be_whole() -> None:
    nameless = {"properties": connection()["properties"]}
    assert fold(MOCK, listing(AKS, connection(), nameless))[0].collection(PATHS[AKS].lower()).complete is None
    assert fold(MOCK, listing(AKS, connection()))[0].collection(PATHS[AKS].lower()).complete is not None


def test_numbers_of_connections_without_an_id_are_not_compared() -> None:
    """A rounded number is recognised by another answer for the same connection."""
    shown = WHOLE[0]
    rounded = {**shown, "marker_id": 422321321312321344}
    assert len(breaches_of("SHP-7", connections(shown), connections(rounded))) == 1
    nameless, other = ({k: v for k, v in item.items() if k != "id"} for item in (shown, rounded))
    assert breaches_of("SHP-7", connections(nameless), connections(other)) == []


@pytest.mark.parametrize("shown", [4.223213213123213e17, 422321321312321344])
def test_a_filter_for_a_number_that_lost_digits_says_nothing_of_the_total(shown: float) -> None:
    """SHP-7 reports the number. A filter for one that did not lose any is judged."""
    filtered = urlencode({"limit": 1000, "marker_id": shown})
    item = {**WHOLE[0], "marker_id": shown}
    assert breaches_of("PAG-7", connections(item, query="limit=1000"), connections(total=0, query=filtered)) == []
    exact = f"limit=1000&marker_id={WHOLE[0]['marker_id']}"
    whole = connections(WHOLE[0], query="limit=1000")
    assert len(breaches_of("PAG-7", whole, connections(total=0, query=exact))) == 1


def test_another_query_is_no_other_path() -> None:
    again = ex(AKS, own="one", answer=connection(), query=f"api-version={contract(AKS).version}&x=1")
    assert "HDR-4" not in judge((got(), again))[0]
    upper = ex(AKS, answer=connection(), url=got().request.url.replace("managedClusters", "MANAGEDCLUSTERS"))
    assert judge((got(), upper))[0]["HDR-4"] == 1


def test_a_list_is_compared_with_the_first_item_that_it_has_shown() -> None:
    """A page of a list with thousands of connections costs no look at each."""
    state, calls = fold(MOCK, listing(AKS, connection(), connection(AKS, "two")))
    whole = state.collection(PATHS[AKS].lower())
    looked: list[str] = []

    class Counting:
        complete = whole.complete

        @property
        def subjects(self) -> Iterator[Subject]:
            for subject in whole.subjects:
                looked.append(subject.name)
                yield subject

    view = View(state, calls[-1])
    view.collection = cast(ObservedCollection, Counting())
    assert list(lists_compare_without_case(calls[-1], view, MOCK)) == []
    assert looked == ["one"]


def test_where_400_means_unknown_it_is_no_breach_to_answer_so() -> None:
    own, path = contract(AKS), PATHS[AKS].lower()
    circumstances = replace(MOCK, collections={AKS: frozenset({path})})
    refused = error(AKS, 400, "BadRequest", own="never-shown")
    for statuses, expected in (((404,), 1), ((404, 400), 0)):
        judging = Judge([replace(own, error=replace(own.error, not_found=statuses))], circumstances)
        _, found = judging.feed(refused)
        assert sum(j.breach is not None for j in found if j.requirement == "ERR-3") == expected


def test_the_code_of_a_server_error_may_differ_from_that_of_a_rejection() -> None:
    failed = error(AKS, 500, "InternalServerError", own="one")
    rejected = error(AKS, 400, "BadRequest", own="one")
    assert "ERR-9" not in judge((failed, rejected))[0]
    assert judge((rejected, rejected))[0]["ERR-9"] == 1


def test_groups_on_the_first_of_several_pages_are_not_all_groups() -> None:
    def paged(contract: Contract) -> Any:
        def hook(asked: Any, answer: Any) -> None:
            if asked.operation is not None and asked.operation.role is Role.LINK_RESOURCES:
                answer.value["nextLink"] = "https://api.example.org/next"

        return DEFAULT(contract).finishing(hook)

    order = (Role.LIST, Role.LINK_RESOURCES)
    assert judged(ENTRY.contract, traffic(ENTRY.contract, order)) != []
    assert judged(ENTRY.contract, traffic(ENTRY.contract, order, paged)) == []


@pytest.mark.parametrize(("write", "unreadable"), [(delete(), False), (put(status=202), True)], ids=["delete", "put"])
def test_a_poll_that_finds_nothing_may_mean_that_a_deletion_is_done(write: Exchange, unreadable: bool) -> None:
    sent = replace(write, response=replace(write.response, headers=Headers(LONG)))
    state, _ = fold(MOCK, got(), sent, poll("", status=404))
    running = state.running_at(POLL)
    assert running is not None
    assert running.unreadable is unreadable


def test_read_only_members_that_were_refused_count_as_kept_if_they_would_have_changed_something() -> None:
    evil, same = decision(systemData={"createdBy": "evil"}), decision(name="one")
    refusals = [error(AKS, 400, "BadRequest", "PUT", "one", sent=sent) for sent in (evil, same)]
    assert [judge((got(), refused))[0].get("STA-8", 0) for refused in refusals] == [1, 0]
    assert [b for refused in refusals for b in breaches_of("STA-8", got(), refused)] == []


@pytest.mark.parametrize(("status", "counts"), [(400, 1), (403, 1), (404, 0), (409, 1), (422, 1), (500, 0)])
def test_of_statuses_those_of_a_rejection_keep_read_only_members(status: int, counts: int) -> None:
    sent = decision(systemData={"createdBy": "evil"})
    rejected = error(AKS, status, "BadRequest", "PUT", "one", sent=sent)
    assert judge((got(), rejected))[0].get("STA-8", 0) == counts


def test_a_group_is_the_clients_own_only_where_a_request_may_write_it() -> None:
    own = ENTRY.contract
    decides = own.by_role(Role.DECIDE)
    assert decides is not None
    assert decides.request is not None
    writable = {node.pointer: not node.schema.get("readOnly") for node in decides.request.nodes()}
    for pointer in own.member.groups:
        assert _is_writable(own, pointer) is writable.get(pointer, False)
        assert not _is_writable(contract(AKS), pointer), "no request of this contract has groups"


def test_of_several_requests_the_last_deletion_made_a_connection_disappear() -> None:
    two = ex(AKS, own="two", answer=connection(AKS, "two"))
    gone = error(AKS, 404, "ResourceNotFound", own="one")
    (breach,) = breaches_of("STA-7", got(), two, delete("two", status=204), put("three"), gone)
    assert "on two made another connection disappear" in breach.message
    assert [e.request.method for e in breach.evidence] == ["GET", "DELETE"]
