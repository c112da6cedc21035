"""The summary in Markdown, for GitHub's step summary."""

from __future__ import annotations

import re

from msgspec.structs import replace

from linkproof.base.wording import count
from linkproof.model.results import Results
from linkproof.model.waiver import Waiver
from linkproof.redaction.publish import Published, published
from linkproof.reports.digest import Cause, about_waivers, causes, heading, unproven, waived
from linkproof.reports.matrix import families, matrix
from linkproof.reports.text import finding_lines, in_words, one_line

_MARK = {
    "pass": "✅ pass",
    "fail": "❌ fail",
    "warn": "⚠️ warn",
    "not exercised": "❔ not exercised",
    "not applicable": "–",
}
_MOST = 20
#: Maximum number of root causes with one line each, after those shown in full, and the length of such a line.
_MOST_LISTED = 100
_LONGEST_LINE = 300
_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")
#: Maximum length of a finding's line: a step summary may have 1 MiB.
_LONGEST = 4000
#: Maximum length of a comment: GitHub allows 65,536 characters, GitLab more.
_LONGEST_COMMENT = 60_000
#: An invisible marker at the beginning of a comment.
MARK = "<!-- linkproof -->"


def summary_markdown(results: Results) -> str:
    """Return the summary: verdict, matrix, root causes, and what was not proven."""
    return _summary(published(results), _MOST)


def comment(results: Published) -> str:
    """Return the summary as a comment on a pull request, within the allowed length.

    The first line is an invisible marker, by which the comment of an earlier run can be found.
    """
    for most in (_MOST, 10, 5, 1, 0):
        text = f"{MARK}\n{_summary(results, most)}"
        if len(text) <= _LONGEST_COMMENT:
            return text
    return text[:_LONGEST_COMMENT]


def _summary(shown: Published, most: int) -> str:
    """Return the summary with at most ``most`` findings."""
    lines = [f"## Linkproof: {shown.verdict}", "", escape(shown.sentence), "", *_table(shown)]
    lines += [f"\n**Broken**: {escape(b.what)}" for b in shown.broken[:_MOST]]
    left = [f"{x.contract} {x.name}: {x.what}" for x in shown.left_behind[:_MOST]]
    lines += [f"\n**Leaked resource**: {escape(sentence)}" for sentence in left]
    lines += [f"\n{escape(sentence)}" for sentence in about_waivers(shown)]
    found, covered = causes(shown), waived(shown)
    lines += [f"\n**{heading(found)}**"] if found else []
    for cause in found[:most]:
        lines += ["", *_finding(cause, covered.get(cause.finding.id))]
    if len(found) > most:
        rest = found[most : most + _MOST_LISTED]
        lines += ["", f"{count(len(found) - most, 'root cause')} more:", ""]
        lines += [f"- {escape(_cut(c.line))}" for c in rest]
    lines += _unproven(shown)
    return "\n".join(lines) + "\n"


def _table(results: Published) -> list[str]:
    names = families(results)
    if not results.contracts:
        return []
    lines = [f"| contract | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for contract, cells in matrix(results).items():
        shown = (_MARK[c.status] + (f" {c.count}/{c.of}" if c.of else "") for c in cells)
        lines.append(f"| {escape(contract)} | {' | '.join(shown)} |")
    return lines


def _finding(cause: Cause, waiver: Waiver | None) -> list[str]:
    """Return a finding in a fence that is longer than any fence within it."""
    finding = cause.finding
    if len(finding.curl) > _LONGEST:
        finding = replace(finding, curl="", curl_before=())  # a truncated command does not run
    text = [line if len(line) <= _LONGEST else line[:_LONGEST] + "…" for line in finding_lines(finding)]
    if waiver:
        text.append(f"  waived:   {in_words(waiver)}")
    if cause.followers:
        text.append(f"  explains: {cause.consequences}")
    fence = "`" * max(3, *(len(run) + 1 for line in text for run in re.findall("`+", line) or [""]))
    return [f"{fence}text", *text, fence]


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"


def _unproven(results: Published) -> list[str]:
    groups = unproven(results)
    if not groups:
        return []
    total = count(sum(g.count for g in groups), "requirement")
    lines = ["", f"<details><summary>Not exercised, so not proven: {total}</summary>", ""]
    for group in groups[:_MOST]:
        where = "; ".join(
            f"{contract}: {' '.join(r.requirement for r in rows)}" for contract, rows in group.rows.items()
        )
        lines.append(f"- {escape(group.why)} ({escape(where)})")
    return [*lines, "", "</details>"]


def escape(text: str) -> str:
    """Return text for Markdown on one line, without active markup."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", text)
