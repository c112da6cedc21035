"""A newcomer's mock: its bugs are named on the first screen, with few root causes, until they are fixed."""

from __future__ import annotations

from pathlib import Path

from linkproof.model.results import Results
from tests.sloppy.newcomer import PENDING, WRONG, Mock
from tests.sloppy.run import Place, first_screen, judged, roots

PLACE = Place("newcomer", "azure-healthcareapis-pec", "workspaceName", "workspace1", "/_control/reset", PENDING)
#: What the newcomer mends after each run, with the requirement that the first screen named for it.
STEPS = [{"ids": "HDR-1", "wrapped": "ERR-1"}, {"case": "ENM-1"}, {"location": "LRO-1", "version": "ERR-4"}]


def judged_when(tmp_path: Path, *mended: str) -> Results:
    return judged(tmp_path, PLACE, lambda: Mock(set(mended)))


def test_all_that_is_wrong_stands_on_the_first_screen(tmp_path: Path) -> None:
    results = judged_when(tmp_path)
    assert len(roots(results)) <= 10
    screen = first_screen(results)
    for part in ("ERR-1:", "'approved'", "LRO-1:", "HDR-1:", "ERR-5:", "ENM-2"):
        assert part in screen, part
    assert f"{len(roots(results))} root causes" in screen
    shown = [f for f in results.findings if f.kind == "echoed"]
    assert shown
    assert all(f.follows for f in shown), "what the run itself sent is nobody's cause"


def test_mended_one_by_one_each_verdict_names_the_rest(tmp_path: Path) -> None:
    mended = [w for w in WRONG if not any(w in step for step in STEPS)]
    for done, step in enumerate(STEPS):
        results = judged_when(tmp_path, *mended)
        left = {requirement for rest in STEPS[done:] for requirement in rest.values()}
        assert set(roots(results)) == left, mended
        screen = first_screen(results)
        assert all(f"{requirement}:" in screen for requirement in left)
        assert results.verdict == "breached"
        mended += step
    results = judged_when(tmp_path, *mended)
    assert [(f.requirement, f.message) for f in results.findings] == []
    assert results.verdict == "conforms", results.sentence
