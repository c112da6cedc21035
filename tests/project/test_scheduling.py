"""The order in which ``make test`` gives files of tests to its workers, and what these report."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.scheduling import LONGEST, longest_first, report_less

ROOT = Path(__file__).parents[2]


def test_every_file_in_the_order_is_there() -> None:
    assert [f for f in LONGEST if not (ROOT / f).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_longest_files_come_first_and_every_file_stays_whole_and_in_order() -> None:
    given = ["tests/a.py::one", f"{LONGEST[1]}::b", "tests/a.py::two", f"{LONGEST[0]}::x[::]", f"{LONGEST[1]}::a"]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in given]
    longest_first(items)
    assert [i.nodeid for i in items] == [given[3], given[1], given[4], given[0], given[2]]


class WorkerInteractor:
    """What xdist has in a worker, by the same name."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def sendevent(self, name: str, **given: Any) -> None:
        """Note what is sent."""
        self.sent.append((name, given.get("data")))


PASSED = [{"when": when, "outcome": "passed"} for when in ("setup", "call", "teardown")]
OTHERS = [{"when": when, "outcome": how} for when in ("setup", "call", "teardown") for how in ("failed", "skipped")]


def config_of(worker: object, xmlpath: str | None = None, durations: int | None = None) -> Any:
    return SimpleNamespace(
        pluginmanager=SimpleNamespace(get_plugins=lambda: [object(), worker]),
        option=SimpleNamespace(xmlpath=xmlpath, durations=durations),
    )


def test_a_worker_leaves_out_only_what_is_not_shown() -> None:
    worker = WorkerInteractor()
    report_less(config_of(worker))
    for name in ("logstart", "logfinish", "runtest_protocol_complete"):
        worker.sendevent(name)
    for data in (*PASSED, *OTHERS):
        worker.sendevent("testreport", data=data)
    reports = [("testreport", data) for data in (PASSED[1], *OTHERS)]
    assert worker.sent == [("logfinish", None), ("runtest_protocol_complete", None), *reports]


@pytest.mark.parametrize("asked", [{"xmlpath": "junit.xml"}, {"durations": 0}])
def test_a_worker_reports_all_that_an_option_asks_for(asked: dict[str, Any]) -> None:
    worker = WorkerInteractor()
    report_less(config_of(worker, **asked))
    worker.sendevent("testreport", data=PASSED[0])
    assert worker.sent == [("testreport", PASSED[0])]


def test_xdist_still_has_what_is_changed_in_a_worker() -> None:
    remote = pytest.importorskip("xdist.remote")
    assert callable(remote.WorkerInteractor.sendevent)
