"""The number of connections that a run needs."""

from __future__ import annotations

from typing import Any

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.judging.judge import Judge
from linkproof.runner import fixtures_needed as counting
from linkproof.runner.selection import Selection

KEYVAULT = next(c for c in all_contracts() if c.id == "azure-keyvault-pec")


def test_where_a_run_uses_all_connections_it_is_counted_with_more(monkeypatch: pytest.MonkeyPatch) -> None:
    selection = Selection(requirements=("STA-1",))
    expected = counting.fixtures_needed(KEYVAULT, selection)
    assert expected["Pending"] > 2
    monkeypatch.setattr(counting, "_counted", {})
    monkeypatch.setattr(counting, "_TO_DECIDE", 2)
    monkeypatch.setattr(counting, "_OTHERS", 1)
    assert counting.fixtures_needed(KEYVAULT, selection) == expected


def test_it_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    selection = Selection(requirements=("HDR-1",))
    expected = counting.fixtures_needed(KEYVAULT, selection)
    monkeypatch.setattr(counting, "_used", None)
    assert counting.fixtures_needed(KEYVAULT, selection) == expected


def test_a_count_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[object] = []
    feed = Judge._judge

    def noted(judge: Judge, *given: Any) -> Any:
        judged.append(given)
        return feed(judge, *given)

    selection = Selection(requirements=("HDR-1",))
    monkeypatch.setattr(Judge, "_judge", noted)
    monkeypatch.setattr(counting, "_counted", {})
    assert counting.fixtures_needed(KEYVAULT, selection)["Pending"] >= 1
    assert judged == []
