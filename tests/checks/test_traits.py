"""A check that is skipped because a call has none of its traits would have yielded nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from linkproof.checks.registry import all_checks, class_of
from linkproof.checks.state import State
from linkproof.checks.traits import ALL
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.loader import all_contracts
from linkproof.judging import judge as judging
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Exchange, Grade
from linkproof.recordings import read_recordings
from tests.checks.test_purity import CASSETTES, SHORT, sequences
from tests.group_traffic import ENTRY, unknown_group
from tests.traffic import MOCK

RECORDINGS = Path(__file__).parents[3] / "shared/recordings"


class _Asking:
    """Takes the place of the judge's views: asks each check that the judge leaves out."""

    def __init__(self, circumstances: Circumstances) -> None:
        self.circumstances = circumstances
        self.left_out: Counter[str] = Counter()

    def __call__(self, state: State, call: Call) -> View:
        view = View(state, call)
        if call.status:
            of = class_of(call, self.circumstances, written=view.written)
            for check in all_checks():
                if check.needs != ALL and not check.needs & view.traits and check.applies_to(of):
                    self.left_out[check.function.__name__] += 1
                    said = [*check.function(call, view, self.circumstances)]
                    assert said == [], f"{check.function.__name__} says something of {call.exchange.label}"
        return view


def left_out(
    exchanges: Iterable[Exchange], circumstances: Circumstances, monkeypatch: pytest.MonkeyPatch
) -> Counter[str]:
    asking = _Asking(circumstances)
    monkeypatch.setattr(judging, "View", asking)
    judge = Judge(all_contracts(), circumstances, any_version=True, entries=[ENTRY])
    for exchange in exchanges:
        judge.feed(exchange)
    return asking.left_out


def test_on_every_case_of_every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found: Counter[str] = Counter()
    for exchanges, circumstances in sequences():
        found += left_out([*exchanges, *exchanges], circumstances, monkeypatch)
    found += left_out(reversed(unknown_group()), MOCK, monkeypatch)  # a connection before its parent's groups
    assert set(found) == {c.function.__name__ for c in all_checks() if c.needs != ALL}


@pytest.mark.parametrize("name", SHORT)
def test_on_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = next(p for p in CASSETTES if p.name.startswith(f"{name}."))
    circumstances = Circumstances(grade=Grade.MOCK, operation_timeout_s=5.0)
    assert left_out(list(read_recordings([path]))[:500], circumstances, monkeypatch).total() > 500


def test_on_recordings_of_real_services(monkeypatch: pytest.MonkeyPatch) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"the recordings of real services are not there: {RECORDINGS}")
    exchanges = read_recordings(sorted(RECORDINGS.glob("*.yaml")))
    assert left_out(exchanges, Circumstances(grade=Grade.RECORDING), monkeypatch).total() > 100
