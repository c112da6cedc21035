"""State over endless traffic takes bounded memory, and evicted state causes no breach."""

from __future__ import annotations

import gc
import json
import pickle
import tracemalloc
from collections.abc import Iterable

import pytest

from linkproof.base.bounded import Recent
from linkproof.checks import state as histories
from linkproof.judging.grouping import MOST_ALIKE
from linkproof.judging.judge import Judge
from linkproof.model.evidence import LONGEST_BODY, cut
from linkproof.model.exchange import Exchange
from linkproof.redaction.curl import MOST_BYTES
from linkproof.redaction.masking import Masker
from tests.traffic import AKS, HOST, MOCK, PATHS, connection, contract, error, ex

STATUS = "properties__privateLinkServiceConnectionState__status"


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
    whole.merge(judged(odd(MOST_ALIKE - 40, MOST_ALIKE + 30)).judged())
    found = whole.findings.all()
    assert len(found) == MOST_ALIKE + 1
    assert sum(f.count for f in found) == 2 * MOST_ALIKE + 10
    again = next(f for f in found if f.place == f"/member{MOST_ALIKE - 30}")
    assert again.count == 2


def test_of_connections_without_end_the_last_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "_SUBJECTS", 50)
    judge = judged([ex(AKS, own=f"c{i}", answer=connection(AKS, f"c{i}")) for i in range(500)])
    (scope,) = judge._scopes.known.values()
    (state,) = scope.states.values()
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
    (state,) = next(iter(judge._scopes.known.values())).states.values()
    assert len(state.collections) == 50
    assert [path.rsplit("/", 2)[1] for path in state.collections][-1] == "c199"


def test_what_is_recent() -> None:
    recent: Recent[str, int] = Recent(2)
    assert [recent.put(k, i) for i, k in enumerate(["a", "b", "a", "c"])] == [0, 1, 2, 3]
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (None, 1, 3)
    assert (recent.known(), recent.values(), len(recent), "b" in recent) == (["b", "c"], [1, 3], 2, True)
    assert (recent.pop("b"), recent.pop("b"), recent.known()) == (1, None, ["c"])


def large(kind: int, number: int, size: int) -> Exchange:
    """An answer of ``size`` bytes that breaches a requirement, by turns of five kinds."""
    filler = f"{number}" + "x" * size
    own = f"c{number}"
    if kind == 0:  # a member that no schema knows, each of another name
        return ex(AKS, own="one", answer=connection(AKS, "one", **{f"member{number}": filler}))
    if kind == 1:  # a page of HTML
        return ex(AKS, own=own, raw=f"<html>{filler}</html>".encode())
    if kind == 2:  # an error response without a code
        return ex(AKS, own=own, status=404, answer={"error": {"message": filler}})
    if kind == 3:  # an error response with another code each time
        return ex(AKS, "PUT", own, 400, {"error": {"code": f"Code{number}", "message": filler}}, raw_sent=b"{")
    return ex(AKS, own=own, status=500, raw=filler.encode(), label=None)


def test_large_answers_are_not_kept_whole_as_evidence() -> None:
    size, number = 2 << 20, 75
    judge = Judge([contract(AKS)], MOCK)
    gc.collect()
    tracemalloc.start()
    try:
        for i in range(number):
            judge.feed(large(i % 5, i, size))
        gc.collect()
        kept, peak = tracemalloc.get_traced_memory()
        found = judge.findings.all()
    finally:
        tracemalloc.stop()
    assert sum(f.count for f in found) >= number
    assert kept < 20 << 20
    assert peak < 64 << 20  # of 150 MB that came
    notes = {e.response.body[-40:] for f in found for e in f.exchanges if "cut here" in e.response.body}
    assert notes
    assert all(int(n.split("here: ")[1].split()[0]) > size for n in notes)


def test_very_large_connections_are_judged_and_not_kept() -> None:
    filler = "x y" * 400_000
    judge = Judge([contract(AKS)], MOCK)
    gc.collect()
    tracemalloc.start()
    try:
        for i in range(20):
            judge.feed(ex(AKS, own=f"c{i}", answer=connection(AKS, f"c{i}", pad=filler)))
        judge.feed(ex(AKS, own="", answer={"value": [connection(AKS, f"c{i}") for i in range(20)], "pad": filler * 4}))
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 8e6  # of 29 MB that came
    assert judge.tallies[AKS, "SHP-1"].count == 21
    assert {f.requirement for f in judge.findings.all()} == {"SHP-4"}
    # What is known of a connection stays known: a small answer is compared with the last small one.
    judge.feed(ex(AKS, own="c1", answer=connection(AKS, "c1")))
    judge.feed(ex(AKS, own="c1", answer=connection(AKS, "c1", pad=filler)))
    judge.feed(error(AKS, 400, "BadRequest", "PUT", "c1", raw_sent=b"{"))
    judge.feed(ex(AKS, own="c1", answer=connection(AKS, "c1", **{STATUS: "Rejected"})))
    assert {f.requirement for f in judge.findings.all()} == {"SHP-4", "STA-3"}


def test_a_cut_body_is_shown_as_the_whole_one_is() -> None:
    exchange = large(2, 1, 1 << 20)
    assert cut(small := large(2, 1, 100)) is small
    kept = pickle.loads(pickle.dumps(cut(exchange)))
    assert len(kept.response.body) == LONGEST_BODY
    assert Masker().exchange(kept) == Masker().exchange(exchange)


def test_a_command_has_the_whole_body_or_there_is_none() -> None:
    for size, whole in ((200_000, True), (MOST_BYTES + 1, False)):
        body = b'{"made up": "' + b"x" * size + b'"}'
        (found, *_) = judged([ex(AKS, "PUT", "one", 500, raw=b"", raw_sent=body)]).findings.all()
        assert (body.decode() in found.curl) is whole
        assert bool(found.curl) is whole
