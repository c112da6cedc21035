"""Skipping an answer that repeats the last one of its address gives the same results as judging it again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linkproof.contract.answer import Answer
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging import judge as judging
from linkproof.judging import verdict
from linkproof.judging.judge import Judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Circumstances, Credential, Exchange, Grade, Headers, Request, Response
from linkproof.model.results import TargetInfo
from linkproof.recordings import read_recordings
from tests.checks.test_purity import sequences
from tests.traffic import AKS, connection, ex, listing

ROOT = Path(__file__).parents[2]
CASSETTES = sorted((ROOT / "cassettes").glob("*.yaml.gz"))
RECORDINGS = ROOT.parent / "shared/recordings"
#: One cassette of each kind of paging and deciding.
SHORT = ("azure-containerservice-pec", "azure-dbforpostgresql-pec", "huawei-vpcep-connections")


def judged(
    exchanges: Iterable[Exchange], circumstances: Circumstances, *, forgets: bool = False
) -> tuple[list[Any], bytes, int]:
    """Return what was judged on each exchange, the results, and how many answers were repeated.

    ``forgets``: no address remembers its last answer, so that none is repeated.
    """
    judge = Judge(all_contracts(), circumstances, any_version=True)
    found: list[Any] = []
    answers: list[Answer] = []
    for exchange in exchanges:
        call, said = judge.feed(exchange)
        found.append(sorted(map(repr, said)))
        if call is not None:
            answers.append(call.answered)
            if forgets:
                call.address.answer = None
    facts = RunFacts(TargetInfo(name="x", kind="recording"), "", 0.0, judge.exchanges, allow_unproven=True)
    results = msgspec.json.encode(conclude(judge, judge.seen(), all_requirements(), facts))
    return found, results, len(answers) - len({id(answer) for answer in answers})


@pytest.fixture(autouse=True)
def no_masking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results are compared unmasked: masking their texts, which is tested elsewhere, takes most of the time."""
    monkeypatch.setattr(verdict, "changed_texts", lambda results, _: results)


def assert_alike(exchanges: list[Exchange], circumstances: Circumstances) -> int:
    """Judge exchanges with and without a memory of answers; return how many answers were repeated."""
    *with_memory, repeated = judged(exchanges, circumstances)
    *without, none = judged(exchanges, circumstances, forgets=True)
    assert without == with_memory
    assert none == 0
    return repeated


def test_every_case_of_every_check_with_each_exchange_sent_twice() -> None:
    repeated = 0
    for exchanges, circumstances in sequences():
        twice = [e for exchange in exchanges for e in (exchange, exchange)]
        repeated += assert_alike([*twice, *exchanges], circumstances)
    assert repeated > 500


@pytest.mark.parametrize("name", SHORT)
def test_runs_on_the_embedded_server(name: str) -> None:
    path = next(p for p in CASSETTES if p.name.startswith(f"{name}."))
    exchanges = list(read_recordings([path]))[:300]
    assert assert_alike(exchanges, Circumstances(operation_timeout_s=5.0)) > 30


def test_recordings_of_real_services() -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"the recordings of real services are not there: {RECORDINGS}")
    exchanges = list(read_recordings(sorted(RECORDINGS.glob("*.yaml"))))
    assert assert_alike(exchanges, Circumstances(grade=Grade.RECORDING)) > 20


@pytest.mark.parametrize("change", ["status", "type", "credential", "body"])
def test_an_answer_that_differs_is_judged_by_itself(change: str) -> None:

    def exchange(status: int = 200, label: str = "a/b", body: bytes = b"{}", known: bool = True) -> Exchange:
        response = Response(status, Headers([("Content-Type", label)]), body)
        return Exchange(Request("GET", "u"), response, credential=Credential.VALID if known else Credential.MISSING)

    answer = Answer(exchange(), {})
    assert answer.is_repeated(exchange())
    others = {"status": exchange(201), "type": exchange(label="c"), "credential": exchange(known=False)}
    assert not answer.is_repeated(others.get(change, exchange(body=b"{ }")))


def test_long_bodies_and_empty_ones_are_not_compared() -> None:

    for body in (b"", b" " * 5000):
        exchange = Exchange(Request("GET", "u"), Response(200, body=body))
        assert not Answer(exchange, None).is_repeated(exchange)


@pytest.mark.skipif(
    not str(judging.__file__).endswith(".py"), reason="not on the plain modules: a compiled method cannot be replaced"
)
def test_a_polled_connection_is_looked_up_until_something_is_known_to_compare_it_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up: list[bool] = []
    repeated = Judge._repeated

    def noting(self: Judge, *arguments: Any) -> Any:
        found = repeated(self, *arguments)
        looked_up.append(found is not None)
        return found

    monkeypatch.setattr(Judge, "_repeated", noting)
    judge = Judge(all_contracts(), Circumstances(grade=Grade.RECORDING))
    get, other = ex(AKS, own="one", answer=connection()), ex(AKS, own="two", answer=connection(AKS, "two"))
    passed = [[j.requirement for j in judge.feed(e)[1]] for e in (get, get, other, get, get, other, get)]
    assert looked_up == [False, True, True, True, True]
    assert passed[3] == passed[4] == passed[1]
    assert judge.tallies[AKS, "SHP-1"].count == 7
    judge.feed(listing(AKS, connection(), connection(AKS, "two")))
    looked_up.clear()
    judge.feed(get)
    assert looked_up == [False]  # STA-6 compares it with the list
