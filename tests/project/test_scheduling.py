"""The order in which ``make test`` gives files of tests to its workers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.scheduling import LONGEST, longest_first

ROOT = Path(__file__).parents[2]


def test_every_file_in_the_order_is_there() -> None:
    assert [f for f in LONGEST if not (ROOT / f).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_longest_files_come_first_and_every_file_stays_whole_and_in_order() -> None:
    given = ["tests/a.py::one", f"{LONGEST[1]}::b", "tests/a.py::two", f"{LONGEST[0]}::x[::]", f"{LONGEST[1]}::a"]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in given]
    longest_first(items)
    assert [i.nodeid for i in items] == [given[3], given[1], given[4], given[0], given[2]]
