"""The summary in Markdown, for GitHub's step summary."""

from __future__ import annotations

import re
from typing import Any

from linkproof.model.results import Results
from linkproof.reports.digest import Cause, about_waivers, causes, unproven, waived
from linkproof.reports.matrix import families, matrix
from linkproof.reports.text import count, finding_lines, in_words, one_line
from linkproof.results.serialize import results_to_dict

_MARK = {
    "pass": "✅ pass",
    "fail": "❌ fail",
    "warn": "⚠️ warn",
    "not exercised": "❔ not exercised",
    "not applicable": "–",
}
_MOST = 20
_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")
#: A step summary may hold 1 MiB: no line of a finding needs more than this.
_LONGEST = 4000
#: A comment on GitHub may hold 65,536 characters; GitLab allows more.
_LONGEST_COMMENT = 60_000
#: Begins a comment, and is not shown.
MARK = "<!-- linkproof -->"


def summary_markdown(results: Results) -> str:
    """Verdict, matrix, the findings that are causes, and what was not proven."""
    return _summary(results_to_dict(results), _MOST)


def comment(data: dict[str, Any]) -> str:
    """The summary as a comment on a pull request, from the results' JSON: as much as a comment may hold.

    The first line is a mark that a reader does not see: whoever posts it finds the comment of the last run by it.
    """
    for most in (_MOST, 10, 5, 1, 0):
        text = f"{MARK}\n{_summary(data, most)}"
        if len(text) <= _LONGEST_COMMENT:
            return text
    return text[:_LONGEST_COMMENT]


def _summary(data: dict[str, Any], most: int) -> str:
    """The summary, with at most so many findings."""
    lines = [f"## Linkproof: {data['verdict']}", "", escape(data["sentence"]), "", *_table(data)]
    lines += [f"\n**Broken**: {escape(b['what'])}" for b in data["broken"][:_MOST]]
    left = [f"{x['contract']} {x['name']}: {x['what']}" for x in data["left_behind"][:_MOST]]
    lines += [f"\n**Left behind**: {escape(told)}" for told in left]
    lines += [f"\n{escape(told)}" for told in about_waivers(data)]
    found, covered = causes(data), waived(data)
    for cause in found[:most]:
        lines += ["", *_finding(cause, covered.get(cause.finding["id"]))]
    if len(found) > most:
        lines += ["", f"The report has {count(len(found) - most, 'finding')} more of other causes."]
    lines += _unproven(data)
    return "\n".join(lines) + "\n"


def _table(data: dict[str, Any]) -> list[str]:
    names = families(data)
    if not data["contracts"]:
        return []
    lines = [f"| contract | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for contract, cells in matrix(data).items():
        shown = (_MARK[c.status] + (f" {c.count}/{c.of}" if c.of else "") for c in cells)
        lines.append(f"| {escape(contract)} | {' | '.join(shown)} |")
    return lines


def _finding(cause: Cause, waiver: dict[str, Any] | None) -> list[str]:
    """A finding in a fence that is longer than any within."""
    text = [line if len(line) <= _LONGEST else line[:_LONGEST] + "…" for line in finding_lines(cause.finding)]
    if waiver:
        text.append(f"  waived:   {in_words(waiver)}")
    if cause.followers:
        text.append(f"  and {count(len(cause.followers), 'finding')} more that may follow from it")
    fence = "`" * max(3, *(len(run) + 1 for line in text for run in re.findall("`+", line) or [""]))
    return [f"{fence}text", *text, fence]


def _unproven(data: dict[str, Any]) -> list[str]:
    groups = unproven(data)
    if not groups:
        return []
    total = count(sum(g.count for g in groups), "requirement")
    lines = ["", f"<details><summary>Not exercised, so not proven: {total}</summary>", ""]
    for group in groups[:_MOST]:
        where = "; ".join(f"{contract}: {' '.join(r['id'] for r in rows)}" for contract, rows in group.rows.items())
        lines.append(f"- {escape(group.why)} ({escape(where)})")
    return [*lines, "", "</details>"]


def escape(text: str) -> str:
    """Text as Markdown shows it, on one line: nothing in it is markup."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", text)
