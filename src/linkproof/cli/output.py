"""What a command prints and writes when it is done."""

from __future__ import annotations

import json
import os
from pathlib import Path

from rich.console import Console

from linkproof.model.results import Results
from linkproof.reports.markdown import summary_markdown
from linkproof.reports.terminal import print_summary
from linkproof.reports.write import write_reports
from linkproof.results.serialize import results_to_dict


def finish(results: Results, out: Path | None, *, quiet: bool, as_json: bool) -> int:
    """Write the reports, print the summary (or JSON), and return the exit code."""
    if out is not None:
        write_reports(results, out)
    step_summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if step_summary:
        with Path(step_summary).open("a", encoding="utf-8") as stream:
            stream.write(summary_markdown(results))
    if as_json:
        print(json.dumps(results_to_dict(results), ensure_ascii=False, indent=1))
    elif not quiet:
        console = Console()
        print_summary(results, console)
        if out is not None:
            console.print(f"reports: {out}/report.html, results.json, junit.xml, allure-results/", soft_wrap=True)
    return results.exit_code
