"""``linkproof diff`` compares only what was judged."""

from __future__ import annotations

from pathlib import Path

from linkproof.model.results import Verdict
from linkproof.reports.write import write_reports
from tests.command_line import linkproof
from tests.results_examples import breached, replace


def test_nothing_is_new_since_a_run_that_broke(tmp_path: Path) -> None:
    write_reports(replace(breached(), verdict=Verdict.BROKEN, findings=[]), tmp_path / "down")
    write_reports(breached(), tmp_path / "today")
    done = linkproof(tmp_path, "diff", "down", "today")
    assert done.returncode == 2
    assert "down: this run broke and judged nothing" in done.stderr
    assert linkproof(tmp_path, "diff", "today", "down").returncode == 0
