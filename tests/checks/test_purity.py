"""Checks are pure: they change nothing, run in any order to the same result, and judge what they declare."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from linkproof.checks import registry
from linkproof.checks.registry import Check, all_checks, passed
from linkproof.checks.state import State
from linkproof.checks.subjects import Subject
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.loader import all_contracts
from linkproof.judging import judge as judging
from linkproof.judging import plans
from linkproof.judging.judge import Judge
from linkproof.judging.plans import judged_by
from linkproof.model.exchange import Circumstances, Exchange, Grade
from linkproof.model.finding import Judgement
from linkproof.recordings.files import read_recordings
from tests.check_cases import CASES
from tests.check_cases_effects import EFFECTS
from tests.check_cases_kinds import KINDS
from tests.check_cases_named import NAMED, QUIET_NAMED
from tests.check_cases_quiet import QUIET
from tests.check_cases_requests import QUIET_REQUESTS, REQUESTS
from tests.group_traffic import ENTRY, unknown_group
from tests.traffic import AKS, MOCK, connection, contract, ex

CASSETTES = sorted((Path(__file__).parents[2] / "cassettes").glob("*.yaml.gz"))
#: Cassettes with every way of paging and deciding, the shortest of each.
SHORT = ("azure-containerservice-pec", "azure-dbforpostgresql-pec", "huawei-vpcep-connections")


def sequences() -> Iterator[tuple[tuple[Exchange, ...], Circumstances]]:
    for case in (*CASES, *EFFECTS, *KINDS, *REQUESTS, *NAMED):
        yield tuple(case.good), case.circumstances
        yield tuple(case.bad), case.circumstances
    for quiet in (*QUIET, *QUIET_REQUESTS, *QUIET_NAMED):
        yield tuple(quiet.exchanges), quiet.circumstances
    yield unknown_group(), MOCK


def said(found: list[Judgement]) -> list[str]:
    return sorted(map(repr, found))


def everything_said(monkeypatch: pytest.MonkeyPatch, checks: tuple[Check, ...]) -> list[list[str]]:
    monkeypatch.setattr(plans, "all_checks", lambda: checks)
    found: list[list[str]] = []
    for exchanges, circumstances in sequences():
        judge = Judge(all_contracts(), circumstances, any_version=True, entries=[ENTRY])
        found += [said(judge.feed(e)[1]) for e in exchanges]
        assert judge.broken == []
    return found


@pytest.fixture(scope="module")
def in_order() -> list[list[str]]:
    """What the checks say in their own order."""
    with pytest.MonkeyPatch.context() as patch:
        return everything_said(patch, all_checks())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_any_order_checks_say_the_same(
    seed: int, in_order: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shuffled = list(all_checks())
    random.Random(seed).shuffle(shuffled)
    assert tuple(shuffled) != all_checks()
    assert everything_said(monkeypatch, tuple(shuffled)) == in_order


def twice(check: Check, call: Call, view: View, circumstances: Circumstances) -> list[Judgement]:
    first = judged_by(check, call, view, circumstances)
    assert said(judged_by(check, call, view, circumstances)) == said(first), check.function.__name__
    return first


def test_a_check_that_is_called_twice_says_the_same_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unchanged(check: Check, call: Call, view: View, circumstances: Circumstances) -> list[Judgement]:
        state: State = view._state
        before = pickle.dumps(_facts(state))
        found = twice(check, call, view, circumstances)
        assert pickle.dumps(_facts(state)) == before, f"{check.function.__name__} changed the state"
        return found

    monkeypatch.setattr(judging, "judged_by", unchanged)
    for exchanges, circumstances in sequences():
        judge = Judge(all_contracts(), circumstances, any_version=True, entries=[ENTRY])
        for exchange in exchanges:
            judge.feed(exchange)
        assert judge.broken == []


def _facts(state: State) -> list[str]:
    """Everything that a state knows, as text."""
    collections = [
        (c.path, c.membership, repr(c.complete), *map(repr, c.subjects), *map(repr, c.refused), *map(repr, c.done))
        for c in state.collections.values()
    ]
    recents = [
        repr([(k, v) for k, v in zip(recent.known(), recent.values(), strict=True)])
        for recent in (state.pages._chains, state.operations, state._request_ids, state._codes, state._integers)
    ]
    return [repr(collections), *recents, repr((state.index, state.written, state.has_exact_integers))]


@pytest.mark.parametrize("name", SHORT)
def test_on_a_whole_run_checks_that_are_called_twice_and_shuffled_say_the_same(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = next(p for p in CASSETTES if p.name.startswith(f"{name}."))
    exchanges = list(read_recordings([path]))[:700]
    circumstances = Circumstances(grade=Grade.MOCK, operation_timeout_s=5.0)
    plain = Judge(all_contracts(), circumstances, any_version=True)
    in_order = [said(plain.feed(e)[1]) for e in exchanges]
    assert sum(map(len, in_order)) > len(exchanges)
    shuffled = list(all_checks())
    random.Random(name).shuffle(shuffled)
    monkeypatch.setattr(plans, "all_checks", lambda: tuple(shuffled))
    monkeypatch.setattr(judging, "judged_by", twice)
    judge = Judge(all_contracts(), circumstances, any_version=True, entries=[ENTRY])
    assert [said(judge.feed(e)[1]) for e in exchanges] == in_order
    assert judge.broken == plain.broken == []


def test_a_judgement_on_a_requirement_that_is_not_declared_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> Iterator[Judgement]:
        yield passed("STA-1")

    monkeypatch.setattr(plans, "all_checks", lambda: (Check(("SHP-1",), wrong, bool),))
    judge = Judge([contract(AKS)], MOCK)
    judge.feed(ex(AKS, own="one", answer=connection()))
    assert len(judge.broken) == 1
    assert "wrong judged STA-1, which it does not declare" in judge.broken[0].detail
    assert judge.tallies == {}


def test_every_check_judges_each_requirement_that_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[str]] = {}

    def noting(check: Check, call: Call, view: View, circumstances: Circumstances) -> list[Judgement]:
        found = judged_by(check, call, view, circumstances)
        seen.setdefault(check.function.__name__, set()).update(j.requirement for j in found)
        return found

    monkeypatch.setattr(judging, "judged_by", noting)
    for exchanges, circumstances in sequences():
        judge = Judge(all_contracts(), circumstances, any_version=True, entries=[ENTRY])
        for exchange in exchanges:
            judge.feed(exchange)
    idle = {
        f"{check.function.__name__} declares {name} and judges it in no case"
        for check in all_checks()
        for name in check.requirements
        if name not in seen.get(check.function.__name__, set())
    }
    assert idle == set()


def test_every_module_of_checks_is_found() -> None:
    package = Path(registry.__file__).parent
    modules = {c.function.__module__.rsplit(".", 1)[1] for c in all_checks()}
    assert modules == {p.stem for p in package.glob("*.py") if "\n@check(" in p.read_text(encoding="utf-8")}


def test_what_checks_see_is_frozen() -> None:
    subject = Subject("one")
    with pytest.raises(FrozenInstanceError):
        subject.last_write = 3  # type: ignore[misc]
    assert replace(subject, last_write=3).last_write == 3
