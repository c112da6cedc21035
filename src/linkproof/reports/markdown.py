"""The summary in Markdown, for GitHub's step summary."""

from __future__ import annotations

from typing import Any

from linkproof.reports.json_report import results_to_dict
from linkproof.reports.matrix import families, matrix
from linkproof.reports.text import finding_lines
from linkproof.results import Results

_MARK = {
    "pass": "✅ pass",
    "fail": "❌ fail",
    "warn": "⚠️ warn",
    "not exercised": "❔ not exercised",
    "not applicable": "–",
}


def summary_markdown(results: Results) -> str:
    """Verdict, matrix and the findings that are causes."""
    data = results_to_dict(results)
    lines = [f"## Linkproof: {data['verdict']}", "", _plain(data["sentence"]), "", *_table(data)]
    for finding in [f for f in data["findings"] if not f["follows"]][:20]:
        lines += ["", "```text", *(line.replace("```", "'''") for line in finding_lines(finding)), "```"]
    return "\n".join(lines) + "\n"


def _table(data: dict[str, Any]) -> list[str]:
    names = families(data)
    lines = [f"| contract | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for contract, cells in matrix(data).items():
        lines.append(f"| {contract} | {' | '.join(_MARK[c.status] for c in cells)} |")
    return lines


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")
