"""The summary on a terminal: verdict, table, most important findings, what was not proven."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from linkproof.base.wording import count
from linkproof.model.results import Results, UnmatchedGroup
from linkproof.redaction.publish import Published, published
from linkproof.reports.digest import Cause, about_waivers, alike, causes, heading, numbered, unproven, waived
from linkproof.reports.matrix import Cell, families, matrix
from linkproof.reports.text import AGAIN, THEN, finding_lines, in_words, one_line

_MARK = {"pass": "ok", "fail": "FAIL", "warn": "warn", "not exercised": "?", "not applicable": "-"}
_STYLE = {"pass": "green", "fail": "bold red", "warn": "yellow", "not exercised": "magenta", "not applicable": "dim"}
_VERDICT = {"conforms": "bold green", "breached": "bold red", "unproven": "bold magenta", "broken": "bold yellow"}
_LEGEND = "The worst of each family, and how often. ?: not exercised   -: does not apply"
_MOST_CAUSES = 25
_MOST_FINDINGS = 8
_MOST_LINES = 5
#: Columns before what belongs to a numbered root cause.
_INDENT = 7
#: Minimum width for a space between status and count.
_WIDE = 100


def print_summary(results: Results, console: Console, out: Path | None = None) -> None:
    """Print the summary, at most a few screens; ``out``: the folder of the reports."""
    shown = published(results)
    verdict = shown.verdict
    _say(console, f"{verdict.upper()} {shown.sentence}", _VERDICT[verdict], whole=True)
    exchanges = count(shown.requests, "exchange" if shown.target.kind == "recording" else "request")
    _say(console, f"{exchanges} in {shown.duration_s:.1f} s, started {shown.started_at}")
    if shown.target.not_recorded:
        missing = count(shown.target.not_recorded, "request")
        _say(console, f"{missing} that the cassette does not hold: not recorded, so not exercised", "magenta")
    for sentence in about_waivers(shown):
        _say(console, sentence, "yellow")
    _causes(shown, console)
    if shown.contracts and shown.requirements:
        console.print()
        console.print(_table(shown, " " if console.width >= _WIDE else ""))
        _say(console, _LEGEND, "dim")
    _broken(shown, console)
    _leaked(shown, console)
    _findings(shown, console)
    _unproven(shown, console)
    _others(shown, console)
    if out is not None:
        _say(console, f"\nreport: {out / 'report.html'}", whole=True)


def _say(console: Console, text: str, style: str = "", *, indent: str = "", whole: bool = False) -> None:
    """Print one line, wrapped between words; a ``whole`` one is left to the terminal, so that it can be copied."""
    start = "\n" if text.startswith("\n") else ""
    line = one_line(text[len(start) :]).encode(console.encoding, "backslashreplace").decode(console.encoding)
    if not whole:
        line = textwrap.fill(
            line, console.width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    console.print(Text(start + line, style=style), soft_wrap=True)


def _table(results: Published, gap: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("contract", overflow="fold")
    for family in families(results):
        table.add_column(family, justify="right", no_wrap=True)
    for contract, cells in matrix(results).items():
        table.add_row(Text(contract), *(_cell(c, gap) for c in cells))
    return table


def _cell(cell: Cell, gap: str) -> Text:
    number = f"{gap}{cell.count}" if cell.of else ""
    return Text(_MARK[cell.status] + number, style=_STYLE[cell.status])


def _broken(results: Published, console: Console) -> None:
    for broken in results.broken[:_MOST_LINES]:
        _say(console, f"\nbroken: {broken.what}", "yellow", indent="  ")
    _rest(results.broken, console)


def _leaked(results: Published, console: Console) -> None:
    for left in results.left_behind[:_MOST_LINES]:
        _say(console, f"\nleaked resource: {left.contract} {left.name}: {left.what}", "red", indent="  ")
    _rest(results.left_behind, console)


def _causes(results: Published, console: Console) -> None:
    """Print the root causes, in two lines at most each, with contracts and consequences below.

    Root causes that say the same of several contracts are one entry: a server of several contracts has one bug once.
    """
    found, covered = causes(results), waived(results)
    if not found:
        return
    _say(console, f"\n{heading(found)}:")
    shown = 0
    for group in alike(found, covered)[:_MOST_CAUSES]:
        first = group[0].finding
        number = f"{shown + 1}" if len(group) == 1 else f"{shown + 1}-{shown + len(group)}"
        mark = "waived, " if first.id in covered else ""
        level = "" if first.is_must else f" {first.level}"
        style = _STYLE["fail" if first.is_must else "warn"]
        text = f"{number:>3}. {mark}{first.requirement}{level}: {first.message}"
        _print_at_most(2, text, console, style, indent=" " * _INDENT)
        below = _below(group, several=len(results.contracts) > 1)
        _print_at_most(1, f"{' ' * _INDENT}{below}", console, "dim", indent="")
        shown += len(group)
    if len(found) > shown:
        _say(console, f"     and {len(found) - shown} more, in the report")


def _below(group: list[Cause], *, several: bool) -> str:
    """Return the contracts of equal root causes, if the results are of ``several``, and what they explain."""
    parts = [f"on {', '.join(c.finding.contract for c in group)}"] if several else []
    if followers := [f.requirement for c in group for f in c.followers]:
        parts.append(f"explains {numbered(followers)}")
    return "; ".join(parts)


def _print_at_most(lines: int, text: str, console: Console, style: str, *, indent: str) -> None:
    """Print text on so many lines, wrapped between words; what is longer ends with an ellipsis. Blank text: nothing."""
    if not text.strip():
        return
    found = textwrap.wrap(one_line(text), console.width, subsequent_indent=indent, break_on_hyphens=False)
    if len(found) > lines:
        found = [*found[: lines - 1], f"{found[lines - 1][: console.width - 1]}…"]
    for line in found:
        _say(console, line, style, whole=True)


def _findings(results: Published, console: Console) -> None:
    found, covered = causes(results), waived(results)
    groups = alike(found, covered)
    for group in groups[:_MOST_FINDINGS]:
        cause = group[0]
        style = _STYLE["fail" if cause.finding.level == "MUST" else "warn"]
        first, *rest = finding_lines(cause.finding)
        _say(console, f"\n{first}", style, indent="  ")
        for line in rest:
            _say(console, line, indent=" " * 12, whole=line.startswith((AGAIN, THEN)))
        if waiver := covered.get(cause.finding.id):
            _say(console, f"  waived:   {in_words(waiver)}", "yellow", indent=" " * 12)
        if cause.followers:
            _say(console, f"  explains: {cause.consequences}", indent=" " * 12)
        if others := [c.finding.contract for c in group[1:]]:
            _say(console, f"  also on:  {', '.join(others)}", indent=" " * 12)
    more = len(found) - sum(len(g) for g in groups[:_MOST_FINDINGS])
    if more > 0:
        _say(console, f"\nThe report has the details of {count(more, 'root cause')} more.")


def _unproven(results: Published, console: Console) -> None:
    groups = unproven(results)
    if groups:
        musts = sum(r.level == "MUST" for g in groups for rows in g.rows.values() for r in rows)
        total = sum(g.count for g in groups)
        _say(console, f"\nNot exercised, so not proven: {count(total, 'requirement')}, {musts} of them MUST")
    for group in groups[:_MOST_LINES]:
        _say(console, f"  {group.why}", indent="    ")
        for contract, rows in group.rows.items():
            _say(console, f"    {contract}: {' '.join(r.requirement for r in rows)}", indent="      ")
    _rest(groups, console)


def _others(results: Published, console: Console) -> None:
    variants = [f"{r.contract} {r.requirement}: {v}" for r in results.requirements for v in r.variants]
    if variants:
        _say(console, "\nObserved documented variants, which are not breaches")
    for variant in variants[:_MOST_LINES]:
        _say(console, f"  {variant}", indent="    ")
    _rest(variants, console)
    _unmatched(results.unmatched, console)
    if results.documentation_defects:
        defects = count(len(results.documentation_defects), "defect")
        _say(console, f"\nThe report lists {defects} of the vendors' documentation apart.")


def _unmatched(groups: list[UnmatchedGroup], console: Console) -> None:
    """Print the reasons, each with one example: paths are long, and the report has them all."""
    if groups:
        total = count(sum(g.count for g in groups), "exchange")
        _say(console, f"\nNot judged: {total}")
    reasons = list(dict.fromkeys(g.reason for g in groups))
    for reason in reasons[:_MOST_LINES]:
        same = [g for g in groups if g.reason == reason]
        _say(console, f"  {reason} ({sum(g.count for g in same)}x), such as", indent="    ")
        _say(console, f"    {same[0].method} {same[0].path}", whole=True)
    _rest(reasons, console)


def _rest(things: list[Any], console: Console) -> None:
    more = len(things) - _MOST_LINES
    if more > 0:
        _say(console, f"  and {more} more, in the report")
