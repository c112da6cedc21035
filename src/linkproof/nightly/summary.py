"""The summary of a night: what changed since the last one, a line for each run, and one exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from linkproof.base.files import replace_file
from linkproof.base.wording import count
from linkproof.model.finding import Level
from linkproof.nightly.changes import Since
from linkproof.nightly.performing import OVER_TIME, Done
from linkproof.nightly.state import results_in
from linkproof.redaction.publish import Published, published
from linkproof.reports.digest import about_waivers
from linkproof.reports.markdown import escape
from linkproof.reports.pages import pages_of

_STALE = "stale waiver"
_WORDS = {0: "conforms", 1: "breached", 2: "mistake", 3: "broken", 4: "unproven", OVER_TIME: "over time"}
#: Exit codes of a night: the first of these that any of its runs ended with.
_WORST = (1, 3, 4, 0)


@dataclass(frozen=True)
class Line:
    """One run: how it ended, its sentence, how many MUST and SHOULD findings, how many requests, and what changed."""

    name: str
    word: str
    exit_code: int
    sentence: str
    must: int
    should: int
    requests: int
    seconds: float
    left_behind: int
    report: str
    since: Since = field(default_factory=Since)


def line_of(done: Done, folder: Path) -> Line:
    """Return a run's line, from the results in its folder; without results, from its standard error."""
    results = results_in(folder / "results.json") if done.reported else None
    word = _WORDS.get(done.exit_code, "broken")
    if results is None or word in ("mistake", "over time"):
        return Line(done.name, word, done.exit_code, sentence_of(done), 0, 0, 0, done.seconds, 0, "")
    shown = published(results)
    if done.exit_code == 1 and not _is_breached(shown):
        word = _STALE
    levels = [f.level for f in results.findings]
    return Line(
        done.name,
        word,
        done.exit_code,
        " ".join([shown.sentence, *about_waivers(shown)]),
        levels.count(Level.MUST),
        levels.count(Level.SHOULD),
        results.requests,
        done.seconds,
        len(results.left_behind),
        f"{done.name}/report.html",
    )


def sentence_of(done: Done) -> str:
    """Return the output of a run without a report, on one line."""
    lines = [line.strip() for line in done.said.splitlines() if line.strip()]
    return "; ".join(lines)[:300] or f"ended with {done.exit_code}, without a report"


def _is_breached(results: Published) -> bool:
    """Whether a MUST is breached that no waiver covers."""
    return any(f.is_must and f.id not in results.waived for f in results.findings)


def exit_code_of(lines: Sequence[Line]) -> int:
    """Return 1 if any run is breached, else 3 if one broke (or could not start), else 4, else 0."""
    codes = {line.exit_code if line.exit_code in (0, 1, 4) else 3 for line in lines}
    return next((code for code in _WORST if code in codes), 0)


def headline(lines: Sequence[Line]) -> str:
    """Return how many runs changed since the last night; if none can be compared, that this is the first."""
    known = [x for x in lines if x.since.when or x.since.lines]
    changed = sum(1 for x in lines if x.since.lines)
    if not known:
        return "No earlier night to compare with."
    dates = sorted({x.since.when[:10] for x in known if x.since.when})
    when = f" ({dates[0]})" if len(dates) == 1 else ""
    of = count(len(lines), "run")
    return f"Since the last night{when}: {f'{changed} of {of} changed' if changed else f'nothing changed in {of}'}."


def changes_of(lines: Sequence[Line]) -> list[str]:
    """Return each change since the last night, after the name of its run."""
    return [f"{x.name}: {change}" for x in lines for change in x.since.lines]


def write_summary(lines: Sequence[Line], out: Path) -> None:
    """Write summary.json, summary.md and index.html."""
    rows = [asdict(line) for line in lines]
    data = {"exit_code": exit_code_of(lines), "headline": headline(lines), "runs": rows}
    replace_file(out / "summary.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    changes = [f"- {escape(change)}" for change in changes_of(lines)]
    table = [
        f"**{headline(lines)}**",
        "",
        *changes,
        *([""] if changes else []),
        "| run | verdict | MUST | SHOULD | requests | what |",
    ]
    table.append("|---|---|---|---|---|---|")
    for line in lines:
        numbers = f"{line.must} | {line.should} | {line.requests}"
        table.append(f"| {line.name} | {line.word} | {numbers} | {escape(line.sentence)} |")
    replace_file(out / "summary.md", "\n".join(table) + "\n")
    environment = pages_of("linkproof.nightly")
    environment.filters["count"] = count
    template = environment.get_template("index.html.j2")
    page = template.render(lines=lines, headline=headline(lines), exit_code=exit_code_of(lines))
    replace_file(out / "index.html", page)
