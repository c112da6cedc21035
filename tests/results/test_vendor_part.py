"""A vendor's part names no folder of the machine that made it."""

from __future__ import annotations

import pytest

from linkproof.model.evidence import evidence_of
from linkproof.results.serialize import results_to_json
from linkproof.results.vendor_part import only_vendor
from tests.results_examples import breached, exchange, replace


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/me/recordings/a.yaml", "a.yaml"),
        ("C:\\Users\\me\\a.yaml", "a.yaml"),
        ("~/me/a.yaml", "a.yaml"),
        ("suites/test_decisions.py::test_approve", "suites/test_decisions.py::test_approve"),
        ("recordings/a.yaml", "recordings/a.yaml"),
    ],
)
def test_a_vendors_copy_has_no_folders_of_ours(path: str, shown: str) -> None:
    results = breached()
    results.findings[0].exchanges = [evidence_of(replace(exchange(7), scene=path))]
    life = results.lifecycles[0]
    steps = tuple(replace(t, seen=f"{path}#1") for t in life.transitions)
    results.lifecycles = [replace(life, transitions=steps)]
    results.target = replace(results.target, name=f"cassette:{path}")
    copy = only_vendor(results, "azure", {r.requirement for r in results.requirements})
    assert copy.findings[0].exchanges[0].label == f"{shown}#7"
    assert {t.seen for t in copy.lifecycles[0].transitions} == {f"{shown}#1"}
    if path != shown:
        assert path.encode() not in results_to_json(copy)
