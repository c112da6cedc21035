"""What is folded over traffic without end takes no memory without end, and blames nobody for what it forgets."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from linkproof.base.bounded import Recent
from linkproof.checks import state as histories
from linkproof.judging.grouping import MOST_ALIKE
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Exchange
from tests.traffic import AKS, HOST, MOCK, PATHS, connection, contract, ex


def judged(exchanges: Iterable[Exchange]) -> Judge:
    judge = Judge([contract(AKS)], MOCK)
    for exchange in exchanges:
        judge.feed(exchange)
    return judge


def odd(first: int, number: int) -> list[Exchange]:
    """Gets of one connection, each with a member of another name that no schema knows."""
    return [ex(AKS, own="one", answer=connection(AKS, "one", **{f"member{first + i}": 1})) for i in range(number)]


def test_of_findings_without_end_so_many_are_told_apart() -> None:
    found = judged(odd(0, MOST_ALIKE + 70)).findings.all()
    assert len(found) == MOST_ALIKE + 1
    rest = next(f for f in found if f.value == "(more)")
    assert (rest.requirement, rest.count, rest.place, len(rest.exchanges)) == ("SHP-4", 70, "", 3)
    assert rest.message == (
        f"more of this kind than the first {MOST_ALIKE}, for example: the schema does not know /member{MOST_ALIKE}"
    )
    assert sum(f.count for f in found) == MOST_ALIKE + 70


def test_put_together_they_are_no_more() -> None:
    whole = judged(odd(0, MOST_ALIKE - 20))
    whole.take(judged(odd(MOST_ALIKE - 40, MOST_ALIKE + 30)).judged())
    found = whole.findings.all()
    assert len(found) == MOST_ALIKE + 1
    assert sum(f.count for f in found) == 2 * MOST_ALIKE + 10
    again = next(f for f in found if f.place == f"/member{MOST_ALIKE - 30}")
    assert again.count == 2


def test_of_connections_without_end_the_last_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "_SUBJECTS", 50)
    judge = judged([ex(AKS, own=f"c{i}", answer=connection(AKS, f"c{i}")) for i in range(500)])
    (world,) = judge._worlds.values()
    (state,) = world.states.values()
    assert sum(len(c.subjects) for c in state.collections.values()) == 50
    assert next(iter(state.collections.values())).find("c499") is not None
    assert judge.findings.all() == []
    assert judge.tallies[AKS, "SHP-1"].count == 500


def test_of_collections_without_end_the_last_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "_SUBJECTS", 50)
    text = json.dumps(connection(AKS, "one"))
    exchanges: list[Exchange] = []
    for i in range(200):
        path = PATHS[AKS].replace("managedClusters/c", f"managedClusters/c{i}")
        url = f"{HOST}{path}/one?api-version={contract(AKS).version}"
        exchanges.append(ex(AKS, url=url, raw=text.replace(PATHS[AKS], path).encode()))
    judge = judged(exchanges)
    assert judge.findings.all() == []
    (state,) = next(iter(judge._worlds.values())).states.values()
    assert len(state.collections) == 50
    assert [path.rsplit("/", 2)[1] for path in state.collections][-1] == "c199"


def test_what_is_recent() -> None:
    recent: Recent[str, int] = Recent(2)
    assert [recent.put(k, i) for i, k in enumerate(["a", "b", "a", "c"])] == [0, 1, 2, 3]
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (None, 1, 3)
    assert (recent.known(), recent.values(), len(recent), "b" in recent) == (["b", "c"], [1, 3], 2, True)
    assert (recent.pop("b"), recent.pop("b"), recent.known()) == (1, None, ["c"])
