"""The summary of a night: one line for each run, and one exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from linkproof.base.files import read_file, replace_file
from linkproof.base.wording import count
from linkproof.errors import UsageError
from linkproof.model.finding import Level
from linkproof.model.results import Results
from linkproof.nightly.performing import OVER_TIME, Done
from linkproof.redaction.publish import Published, published
from linkproof.reports.digest import about_waivers
from linkproof.reports.markdown import escape
from linkproof.reports.pages import pages_of
from linkproof.results.serialize import results_from_json

_STALE = "stale waiver"
_WORDS = {0: "conforms", 1: "breached", 2: "mistake", 3: "broken", 4: "unproven", OVER_TIME: "over time"}
#: Exit codes of a night: the first of these that any of its runs ended with.
_WORST = (1, 3, 4, 0)


@dataclass(frozen=True)
class Line:
    """One run: how it ended, its sentence, how many MUST and SHOULD findings, how many requests."""

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


def line_of(done: Done, folder: Path) -> Line:
    """Return a run's line, from the results in its folder; without results, from its standard error."""
    results = _results(folder) if done.reported else None
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


def write_summary(lines: Sequence[Line], out: Path) -> None:
    """Write summary.json, summary.md and index.html."""
    rows = [asdict(line) for line in lines]
    data = {"exit_code": exit_code_of(lines), "runs": rows}
    replace_file(out / "summary.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    table = ["| run | verdict | MUST | SHOULD | requests | what |", "|---|---|---|---|---|---|"]
    for line in lines:
        numbers = f"{line.must} | {line.should} | {line.requests}"
        table.append(f"| {line.name} | {line.word} | {numbers} | {escape(line.sentence)} |")
    replace_file(out / "summary.md", "\n".join(table) + "\n")
    environment = pages_of("linkproof.nightly")
    environment.filters["count"] = count
    template = environment.get_template("index.html.j2")
    page = template.render(lines=lines, exit_code=exit_code_of(lines))
    replace_file(out / "index.html", page)


def _results(folder: Path) -> Results | None:
    try:
        return results_from_json(read_file(folder / "results.json", ""))
    except UsageError:
        return None
