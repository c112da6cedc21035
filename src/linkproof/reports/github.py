"""Findings as workflow commands of GitHub Actions: they stand on the job's page."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.redaction.publish import Published
from linkproof.reports.digest import causes, waived
from linkproof.reports.text import finding_lines, one_line

#: GitHub shows ten of a kind for a step.
_MOST = 10


def workflow_commands(results: Published) -> Iterator[str]:
    """A line for each cause: errors for breaches of MUST, warnings for SHOULD and for what is waived."""
    covered = waived(results)
    shown = {"error": 0, "warning": 0}
    for cause in causes(results):
        finding = cause.finding
        kind = "error" if finding.level == "MUST" and finding.id not in covered else "warning"
        shown[kind] += 1
        if shown[kind] <= _MOST:
            first, *others = finding_lines(finding)
            yield f"::{kind} title={_property(one_line(first)[:120])}::{_data(chr(10).join(others))}"
    for kind, number in shown.items():
        if number > _MOST:
            yield f"::{kind}::{number - _MOST} more of other causes are in the report"
    for broken in results.broken[:_MOST]:
        yield f"::error title=The run broke::{_data(broken.what)}"


def _data(text: str) -> str:
    """As GitHub wants a command's text: one line, with what would end it written otherwise."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
