"""Exchanges are judged in their order, except that the loser of a race comes after its winner."""

from __future__ import annotations

import random

from linkproof.contract.loader import all_contracts
from linkproof.judging.judge import Judge
from linkproof.judging.order import in_judging_order
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Level
from tests.check_cases import got, put, slow
from tests.traffic import AKS, MOCK, decision, error


def lost(started: float, ended: float) -> Exchange:
    return slow(error(AKS, 400, "NotPending", "PUT", "one", sent=decision("Rejected")), started, ended)


def breaches(exchanges: list[Exchange]) -> list[str]:
    judge = Judge(all_contracts(), MOCK)
    found = [j for e in exchanges for j in judge.feed(e)[1]]
    return [j.requirement for j in found if j.breach and j.breach.level is Level.MUST]


def test_the_loser_of_a_race_comes_after_its_winner() -> None:
    shown, loser, winner = slow(got(), 5e6, 5e6 + 1), lost(5e6 + 2, 5e6 + 4), slow(put(), 5e6 + 3, 5e6 + 5)
    assert breaches([shown, loser, winner]) == ["ENM-3"]
    assert list(in_judging_order([shown, loser, winner])) == [shown, winner, loser]
    assert breaches(list(in_judging_order([shown, loser, winner]))) == []


def test_what_does_not_overlap_keeps_its_order() -> None:
    exchanges = [slow(got(), 1, 2), lost(3, 4), slow(put(), 4, 5), lost(6, 7), lost(6.5, 8), slow(got(), 9, 10)]
    assert list(in_judging_order(exchanges)) == exchanges
    assert breaches(exchanges[:2]) == ["ENM-3"]


def test_without_times_the_order_stays() -> None:
    exchanges = [lost(0, 0), slow(put(), 0, 0), lost(0, 0)]
    assert list(in_judging_order(exchanges)) == exchanges


def test_nothing_is_lost_or_twice() -> None:
    chance = random.Random(7)
    exchanges: list[Exchange] = []
    for _ in range(400):
        started = chance.uniform(1, 60)
        exchange = chance.choice([lost(1, 2), put(), got()])
        exchanges.append(slow(exchange, started, started + chance.uniform(0, 20)))
    assert sorted(e.number for e in in_judging_order(exchanges)) == sorted(e.number for e in exchanges)
