"""Findings as workflow commands of GitHub Actions, which the job's page shows."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.redaction.publish import Published
from linkproof.reports.digest import Cause, causes, waived
from linkproof.reports.text import finding_lines, one_line

#: Maximum number of commands of a kind that GitHub shows for a step.
_MOST = 10


def workflow_commands(results: Published) -> Iterator[str]:
    """Return a line for each root cause: errors for breaches of MUST, warnings for SHOULD and for waived ones.

    GitHub shows few of a kind: the last command lists all others, one per line.
    """
    covered = waived(results)
    kinds: dict[str, list[Cause]] = {"error": [], "warning": []}
    for cause in causes(results):
        kinds["error" if cause.finding.is_must and cause.finding.id not in covered else "warning"].append(cause)
    for kind, found in kinds.items():
        whole = found if len(found) <= _MOST else found[: _MOST - 1]
        yield from (_annotation(kind, cause) for cause in whole)
        if rest := found[len(whole) :]:
            lines = [one_line(cause.line) for cause in rest]
            yield f"::{kind} title={_property(f'{len(rest)} root causes more')}::{_data(chr(10).join(lines))}"
    for broken in results.broken[:_MOST]:
        yield f"::error title=The run broke::{_data(broken.what)}"


def _annotation(kind: str, cause: Cause) -> str:
    first, *others = finding_lines(cause.finding)
    if cause.followers:
        others.append(f"  explains: {cause.consequences}")
    return f"::{kind} title={_property(one_line(first)[:120])}::{_data(chr(10).join(others))}"


def _data(text: str) -> str:
    """Escape a command's text as GitHub requires, on one line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
