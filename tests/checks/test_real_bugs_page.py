"""docs/real-bugs.md: each row's requirements are known, and its test exists and shows them."""

from __future__ import annotations

import re
from pathlib import Path

from linkproof.contract.requirement_catalogue import all_requirements
from tests.checks import test_real_bugs
from tests.checks.test_real_bugs import BUGS

PAGE = Path(__file__).parents[2] / "docs" / "real-bugs.md"
ID = re.compile(r"\b[A-Z]{3}-\d+\b")


def rows() -> list[list[str]]:
    """The cells of each row: number, thread, what went wrong, requirement, test."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = ([c.strip() for c in line.strip("|").split(" | ")] for line in lines if re.match(r"\| \d+ \|", line))
    return list(cells)


def test_all_bugs_have_a_row() -> None:
    assert [int(row[0]) for row in rows()] == list(range(1, 25))
    assert {len(row) for row in rows()} == {5}


def test_each_row_links_its_thread_or_says_that_there_is_none() -> None:
    for row in rows():
        links = re.findall(r"\((https://github\.com/[\w.-]+/[\w.-]+(?:/issues/\d+)?)\)", row[1])
        assert links, row[1]
        assert row[1].startswith("none: a recording") or all("/issues/" in link for link in links), row[1]


def test_each_row_names_a_test_that_shows_its_requirements() -> None:
    known = {requirement.id for requirement in all_requirements()}
    bugs = {bug.reported: bug for bug in BUGS}
    for row in rows():
        named, ids = row[4].strip("` |"), ID.findall(row[3])
        assert ids, row
        assert set(ids) <= known, row
        if row[3].startswith("none: "):
            assert callable(getattr(test_real_bugs, named)), named
        else:
            assert bugs[named].breached == tuple(ids), named


def test_each_reported_bug_has_a_row() -> None:
    """What was only seen in a recording has one where somebody reported it."""
    named = {row[4].strip("` |") for row in rows()}
    assert {bug.reported for bug in BUGS if "#" in bug.reported} <= named


def test_the_functions_that_the_page_names_exist() -> None:
    for name in re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")):
        assert callable(getattr(test_real_bugs, name)), name
