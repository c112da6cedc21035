"""Edges of single checks, one exchange or two for each: what the hand-written cases leave unseen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from linkproof.checks.documentation import judge_samples
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Breach
from tests.check_cases import REJECTED, got
from tests.traffic import AKS, PATHS, connection, contract, decision, error, ex, judge, listing


def breaches_of(requirement: str, *exchanges: Exchange) -> list[Breach]:
    return [breach for found, breach in judge(exchanges)[1] if found == requirement]


def documented(answer: Any) -> list[Breach]:
    """The breaches of a definition page's sample of a list."""
    own = contract(AKS)
    text = answer if isinstance(answer, str) else json.dumps(answer)
    operation = next(o for o in own.operations if o.role.value == "list")
    sample = {"place": "sample", "operation": operation.id, "kind": "response", "status": 200, "path": "", "text": text}
    ((_, found),) = judge_samples(replace(own, definition={"sample": [sample]}))
    return [j.breach for j in found if j.breach is not None]


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


def test_a_sample_may_link_to_http_and_to_https() -> None:
    for scheme in ("http", "https"):
        assert documented({"value": [], "nextLink": f"{scheme}://api.example.org/next"}) == []
    assert [b.kind for b in documented({"value": [], "nextLink": "/next"})] == ["next link"]
