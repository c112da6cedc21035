"""A mock with bugs that hide one another: all are named on the first screen, with few root causes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from linkproof.model.results import Results
from tests.sloppy.cluster import BUGS, PENDING, Mock
from tests.sloppy.run import Place, first_screen, judged, roots

PLACE = Place("cluster", "azure-containerservice-pec", "resourceName", "cluster1", "/_reset", PENDING)


def judged_with(tmp_path: Path, bugs: Collection[str]) -> Results:
    return judged(tmp_path, PLACE, lambda: Mock(bugs))


@pytest.mark.parametrize("bugs", [tuple(BUGS), ("absent is empty", "takes a neighbour along")])
def test_every_bug_is_on_the_first_screen(tmp_path: Path, bugs: tuple[str, ...]) -> None:
    results = judged_with(tmp_path, bugs)
    screen = first_screen(results)
    for bug in bugs:
        assert f"{BUGS[bug]}:" in screen, bug
        assert BUGS[bug] in roots(results), bug
    assert len(roots(results)) <= 1.5 * len(bugs), roots(results)


def test_without_bugs_it_conforms(tmp_path: Path) -> None:
    results = judged_with(tmp_path, ())
    assert [(f.requirement, f.message) for f in results.findings] == []
    assert results.verdict == "conforms", results.sentence
