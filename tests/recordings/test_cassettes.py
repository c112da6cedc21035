"""The shipped cassettes: small, without secrets, and current."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.model.exchange import Exchange
from linkproof.recordings import read_recordings
from linkproof.recordings.files import recorded_facts
from linkproof.targets import replay_client
from tests.command_line import linkproof

ROOT = Path(__file__).parents[2]
CASSETTES = ROOT / "cassettes"
NAMES = sorted(c.id for c in all_contracts())


def test_there_is_one_for_each_contract_and_they_are_small() -> None:
    found = sorted(CASSETTES.glob("*.yaml.gz"))
    assert [p.name.removesuffix(".yaml.gz") for p in found] == NAMES
    assert sum(p.stat().st_size for p in found) < 2_500_000


@pytest.fixture(scope="module", params=NAMES)
def cassette(request: pytest.FixtureRequest) -> tuple[str, Sequence[Exchange]]:
    """A contract and the exchanges of its cassette, read once for the tests below."""
    name: str = request.param
    return name, [*read_recordings([CASSETTES / f"{name}.yaml.gz"])]


def test_a_replay_needs_no_server(
    cassette: tuple[str, Sequence[Exchange]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, exchanges = cassette
    read = {(CASSETTES / f"{name}.yaml.gz",): exchanges}
    monkeypatch.setattr(replay_client, "read_recordings", lambda paths: read[tuple(paths)])
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


def test_nothing_in_it_says_where_it_was_recorded(cassette: tuple[str, Sequence[Exchange]]) -> None:
    for exchange in cassette[1]:
        assert exchange.request.url.startswith("http://host-1.example:")
        whole = repr(exchange)
        assert "127.0.0.1" not in whole
        assert "test-token" not in whole
        assert "@example.com" not in whole
