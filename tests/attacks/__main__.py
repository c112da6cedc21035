"""Try every attack, print what was bad, and write docs/robustness.md; exits with 1 where one has succeeded."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.__main__ import machine

from tests.attacks.damaged_input import kinds, tried
from tests.attacks.growth_curves import LITTLE_S, SIZES, curves
from tests.attacks.measured import MOST_MB, Row, table
from tests.attacks.secrets import planted
from tests.attacks.servers import BUDGET_MINUTES, CONTRACT, TIMEOUT_S, WholeRun, whole_runs
from tests.redaction.growth import MOST
from tests.redaction.secret_kinds import WRAPPINGS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "robustness.md"


def _note(row: Row) -> Row:
    for ended in row.ended:
        if ended.is_bad:
            print(f"BAD {row.name}: exit {ended.code}, {ended.megabytes:.0f} MB: {ended.said[:500]!r}", flush=True)
    print(" | ".join(row.cells()), flush=True)
    return row


def _inputs(number: int, seed: int) -> tuple[str, int]:
    rows = [_note(tried(kind, number, seed)) for kind in kinds()]
    count = sum(len(r.ended) for r in rows)
    text = (
        f"## Damaged files\n\n{count} files, each damaged up to four times (bytes, lines, members of JSON), and given"
        f" to a command that reads it.\n\n{table(rows, 'kind of file')}\n"
    )
    return text, sum(e.is_bad for r in rows for e in r.ended)


def _noted(run: WholeRun) -> WholeRun:
    _note(run.row)
    return run


def _servers(_number: int, _seed: int) -> tuple[str, int]:
    runs = [_noted(run) for run in whole_runs()]
    rows = [run.row for run in runs]
    late = [run.row.name for run in runs if run.is_late]
    lines = [
        "| mode | exit code | requests | s from first to last | s in all | CPU s | MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for run in runs:
        e = run.row.ended[0]
        cells = f"{run.requests} | {run.span_s:.1f} | {e.wall_s:.1f} | {e.cpu_s:.1f} | {e.megabytes:.0f}"
        lines.append(f"| {run.row.name} | {e.code} | {cells} |")
    text = (
        f"## Hostile servers\n\n{len(rows)} modes of `tests/hostile_server.py`, each a whole run of {CONTRACT} with"
        f" `timeout_s = {TIMEOUT_S:g}`, `minutes = {BUDGET_MINUTES:g}`. Runs that sent a request after that:"
        f" {len(late)}. The seconds in all include starting up, judging and reports, on a machine with other work."
        "\n\n" + "\n".join(lines) + "\n"
    )
    for name in late:
        print(f"BAD {name}: beyond its budget", flush=True)
    return text, len(late) + sum(e.is_bad for r in rows for e in r.ended)


def _secrets(_number: int, _seed: int) -> tuple[str, int]:
    lines = ["| kind | exit codes | CPU s | MB | files | with the secret |", "|---|---|---|---|---|---|"]
    found, total = [(_note(row), files, left) for row, files, left in planted()], 0
    for row, files, left in found:
        cpu, memory = sum(e.cpu_s for e in row.ended), max(e.megabytes for e in row.ended)
        codes = ", ".join(str(e.code) for e in row.ended)
        lines.append(f"| {row.name} | {codes} | {cpu:.1f} | {memory:.0f} | {files} | {left} |")
        total += left + sum(e.is_bad for e in row.ended)
    text = (
        f"## Secrets\n\n{len(found)} kinds, each in {len(WRAPPINGS)} wrappings, in header fields, members and nested"
        " strings of requests and responses, through `check`, `report`, `history add` and `site`; every file and all"
        " that was printed is searched.\n\n" + "\n".join(lines) + "\n"
    )
    return text, total


def _growth(_number: int, _seed: int) -> tuple[str, int]:
    heads = [f"{size // 1000} kB" if size < 1_000_000 else f"{size // 1_000_000} MB" for size in SIZES]
    lines = ["| what | " + " | ".join(heads) + " | at most |", "|" + "---|" * (len(heads) + 2)]
    bad = 0
    for curve in curves():
        seconds = " | ".join(f"{s:.2f}" for s in curve.seconds)
        lines.append(f"| {curve.name} | {seconds} | {f'{curve.worst:.1f}x' if curve.worst else ''} |")
        print(("BAD " if curve.is_bad else "") + lines[-1], flush=True)
        bad += curve.is_bad
    text = (
        "## Growth\n\nCPU seconds for a text of each size, whole commands with judging, masking and all reports; and"
        f" how many times more ten times the text takes, at most, where it takes {LITTLE_S:g} s or more. More than"
        f" {MOST:g} times would be bad: {bad}.\n\n" + "\n".join(lines) + "\n"
    )
    return text, bad


PARTS: dict[str, Callable[[int, int], tuple[str, int]]] = {
    "inputs": _inputs,
    "servers": _servers,
    "secrets": _secrets,
    "growth": _growth,
}


_HEAD = f"""# Attacks, measured

What is promised is in [security.md](security.md). `make attacks` tries everything again and writes this page. An attack
has succeeded ("bad") where a command ends with a traceback, an error of Linkproof's own or a signal, takes more than
{MOST_MB} MB, or lets a secret through. Memory includes the interpreter with everything loaded.
"""


def _made(name: str, options: argparse.Namespace) -> str:
    """By which command, when, at which commit, and on what machine."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    command = f"python -m tests.attacks --part {name} --inputs {options.inputs} --seed {options.seed}"
    return f"Made by `{command}`, {datetime.now(UTC).date()}, commit {commit.stdout.strip()}, {machine()}."


def main() -> int:
    """Try the parts that are asked for; the page holds the newest table of each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=290, help="damaged files of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=[*PARTS], action="append")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "attacks", help="keeps each part's table")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    for name in options.part or PARTS:
        text, count = PARTS[name](options.inputs, options.seed)
        title, _, rest = text.partition("\n\n")
        (options.folder / f"{name}.md").write_text(f"{title}\n\n{_made(name, options)}\n\n{rest}", encoding="utf-8")
        bad += count
    parts = [p.read_text(encoding="utf-8") for p in (options.folder / f"{name}.md" for name in PARTS) if p.exists()]
    PAGE.write_text("\n".join([_HEAD, *parts]), encoding="utf-8")
    print(f"{bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
