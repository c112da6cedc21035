"""The summary on a terminal: verdict, table, findings worth reading first, what was not proven."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from linkproof.reports.json_report import results_to_dict
from linkproof.reports.matrix import families, matrix
from linkproof.reports.text import finding_lines
from linkproof.results import Results

_MARK = {"pass": "ok", "fail": "FAIL", "warn": "warn", "not exercised": "?", "not applicable": "-"}
_STYLE = {"pass": "green", "fail": "bold red", "warn": "yellow", "not exercised": "magenta", "not applicable": "dim"}
_VERDICT = {"conforms": "bold green", "breached": "bold red", "unproven": "bold magenta", "broken": "bold yellow"}
_MOST = 10


def print_summary(results: Results, console: Console) -> None:
    """Print the summary; no longer than a screen or two, whatever was found."""
    data = results_to_dict(results)
    verdict = data["verdict"]
    console.print(f"[{_VERDICT[verdict]}]{verdict.upper()}[/] {escape(data['sentence'])}", soft_wrap=True)
    exchanges = "exchanges" if data["target"]["kind"] == "recording" else "requests"
    console.print(f"{data['requests']} {exchanges} in {data['duration_s']:.1f} s, started {data['started_at']}")
    if data["contracts"]:
        console.print(_table(data))
        console.print("ok: seen to hold   ?: a MUST or SHOULD not exercised   -: does not apply, or was not seen")
    _findings(data, console)
    _others(data, console)


def _table(data: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("contract", no_wrap=True)
    for family in families(data):
        table.add_column(family, justify="right", no_wrap=True)
    for contract, cells in matrix(data).items():
        shown = [f"[{_STYLE[c.status]}]{_MARK[c.status]}{'' if c.status != 'fail' else c.count}[/]" for c in cells]
        table.add_row(contract, *shown)
    return table


def _findings(data: dict[str, Any], console: Console) -> None:
    causes = [f for f in data["findings"] if not f["follows"]]
    for finding in causes[:_MOST]:
        console.print()
        for number, line in enumerate(finding_lines(finding)):
            style = _STYLE["fail" if finding["level"] == "MUST" else "warn"] if number == 0 else None
            console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
        followers = sum(f["follows"] == finding["id"] for f in data["findings"])
        if followers:
            console.print(f"  {followers} more findings follow from this one")
    if len(causes) > _MOST:
        console.print(f"\n{len(causes) - _MOST} more findings are in the report")


def _others(data: dict[str, Any], console: Console) -> None:
    missing = [r for r in data["requirements"] if r["status"] == "not exercised"]
    if missing:
        console.print(f"\nnot exercised ({len(missing)}):")
        for row in missing[:_MOST]:
            console.print(f"  {row['contract']} {row['id']} {row['level']}: {row['why']}", markup=False, soft_wrap=True)
        if len(missing) > _MOST:
            console.print(f"  and {len(missing) - _MOST} more, in the report")
    for broken in data["broken"][:_MOST]:
        console.print(f"broken: {broken['what']}", style="yellow", markup=False, soft_wrap=True)
    for row in data["requirements"]:
        for variant in row["variants"]:
            console.print(f"variant: {row['contract']} {row['id']}: {variant}", markup=False, soft_wrap=True)
    if data["unmatched"]:
        console.print(f"\nmatched no contract ({sum(u['count'] for u in data['unmatched'])} exchanges):")
        for group in data["unmatched"][:_MOST]:
            line = f"  {group['count']}x {group['method']} {group['path']}: {group['reason']}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        if len(data["unmatched"]) > _MOST:
            console.print(f"  and {len(data['unmatched']) - _MOST} more, in the report")
    if data["documentation_defects"]:
        count = len(data["documentation_defects"])
        console.print(f"\n{count} defects of the vendors' documentation are listed apart, in the report")
