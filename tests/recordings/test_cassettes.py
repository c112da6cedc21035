"""The shipped cassettes: small, without secrets, and current."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.recordings import read_recordings
from linkproof.recordings.files import recorded_facts
from tests.command_line import linkproof

ROOT = Path(__file__).parents[2]
CASSETTES = ROOT / "cassettes"
NAMES = sorted(c.id for c in all_contracts())


def test_there_is_one_for_each_contract_and_they_are_small() -> None:
    found = sorted(CASSETTES.glob("*.yaml.gz"))
    assert [p.name.removesuffix(".yaml.gz") for p in found] == NAMES
    assert sum(p.stat().st_size for p in found) < 2_500_000


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_needs_no_server(name: str, tmp_path: Path) -> None:
    target, nowhere = f"cassette:{CASSETTES / name}.yaml.gz", {"HTTP_PROXY": "http://127.0.0.1:9"}
    linkproof(tmp_path, "run", "--target", target, "--out", "out", "--quiet", env=nowhere)
    data = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    facts = recorded_facts(CASSETTES / f"{name}.yaml.gz")
    assert data["findings"] == []
    assert data["target"]["recorded_at"] == facts["recorded_at"]
    assert f"(recorded {facts['recorded_at'][:10]}, " in data["target"]["name"]
    if facts["recorded_by"].endswith(f"Python {sys.version_info[0]}.{sys.version_info[1]}"):
        # Another Python may draw other random texts.
        assert data["target"]["not_recorded"] == 0, "the suites ask for something else by now: make cassettes"
        assert data["verdict"] == "conforms"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_it_says_where_it_was_recorded(name: str) -> None:
    for exchange in read_recordings([CASSETTES / f"{name}.yaml.gz"]):
        assert exchange.request.url.startswith("http://host-1.example:")
        whole = repr(exchange)
        assert "127.0.0.1" not in whole
        assert "test-token" not in whole
        assert "@example.com" not in whole
