"""``linkproof history``, ``linkproof diff`` and ``linkproof site``: results over time."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from linkproof.base.wording import count
from linkproof.cli.reading import read_results
from linkproof.errors import UsageError
from linkproof.history.site import write_site
from linkproof.history.store import DEFAULT, Store
from linkproof.history.trend import Trend, targets, trend
from linkproof.model.results import Results, Verdict
from linkproof.reports.text import one_line
from linkproof.results.diff import Changes, compare

#: Matches a run of the history; a database's numbers have at most 18 digits.
_RUN = re.compile(r"run:(\d{1,18})")
_LETTER = {"pass": ".", "fail": "F", "warn": "w", "not exercised": "?", "not applicable": "-", "": " "}


def store_url(given: str) -> str:
    """Return the store's URL: the given one, else LINKPROOF_HISTORY, else the default file."""
    return given or os.environ.get("LINKPROOF_HISTORY", "") or DEFAULT


def add_runs(paths: list[Path], url: str) -> int:
    """Add results to the history; return 0. Raises UsageError, before anything is added, if any are unreadable."""
    found = [(path, read_results(path)) for path in paths]
    with Store(store_url(url)) as store:
        _add(store, found)
    return 0


def add_to(store: Store, paths: list[Path]) -> None:
    """Add results to an open history. Raises UsageError, before anything is added, if any are unreadable."""
    _add(store, [(path, read_results(path)) for path in paths])


def _add(store: Store, found: list[tuple[Path, Results]]) -> None:
    for path, results in found:
        number, new = store.add(results)
        print(f"{'added' if new else 'already there'}: run {number}, {results.target.name} ({path})")


def list_runs(url: str, *, as_json: bool) -> int:
    """Print every run, the newest first; return 0. Raises UsageError."""
    with Store(store_url(url)) as store:
        runs = store.runs()[::-1]
    names = ("id", "target", "started_at", "verdict", "exit_code", "requests", "duration_s", "version")
    if as_json:
        print(json.dumps([{n: getattr(r, n) for n in names} for r in runs], ensure_ascii=False, indent=1))
        return 0
    table = Table(box=None, pad_edge=False)
    for name in ("run", "started", "verdict", "exit", "requests", "target"):
        table.add_column(name, overflow="fold")
    for r in runs:
        cells = (str(r.id), r.started_at, r.verdict, str(r.exit_code), str(r.requests), one_line(r.target))
        table.add_row(*map(Text, cells))
    Console().print(table if runs else "The history is empty: linkproof history add reports/latest")
    return 0


def show_target(name: str, url: str, *, as_json: bool) -> int:
    """Print the history of a target; return 0. Raises UsageError if it has no run of the target."""
    with Store(store_url(url)) as store:
        found = trend(store, _target(store, name))
    if as_json:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=1))
    else:
        _print_trend(found, Console())
    return 0


def _target(store: Store, name: str) -> str:
    known = targets(store.runs())
    if name in known:
        return name
    if not name and len(known) == 1:
        return known[0]
    problem = f"the history has no target called {name!r}" if name else "the history has more than one target, or none"
    fix = f"one of: {', '.join(known)}" if known else "add results first: linkproof history add reports/latest"
    raise UsageError(problem, where="TARGET", fix=fix)


def _as_json(found: Trend) -> dict[str, Any]:
    return {
        "target": found.target,
        "runs": [{"id": r.id, "started_at": r.started_at, "verdict": r.verdict} for r in found.runs],
        "contracts": found.contracts(),
        "requirements": [asdict(x) for x in found.lines],
        "findings": [asdict(x) for x in found.findings],
        "words": [asdict(x) for x in found.words],
    }


def _print_trend(found: Trend, console: Console) -> None:
    def say(line: str) -> None:
        console.print(Text(one_line(line)), soft_wrap=True)

    newest = found.newest
    runs = count(len(found.runs), "run")
    say(f"{found.target}: {newest.verdict} on {newest.started_at} (run {newest.id}; {runs} of this target)")
    if found.judged is not newest:
        say(f"Not judged since {found.judged.started_at} (run {found.judged.id}: {found.judged.verdict})")
    say("Contracts, the worst status of each run, the oldest first  (. pass, F fail, w warn, ? not exercised)")
    for contract, statuses in found.contracts().items():
        say(f"  {''.join(_LETTER[s] for s in statuses)}  {contract}")
    changed = [x for x in found.lines if x.changes]
    if changed:
        say("Requirements whose status changed")
    for line in changed:
        say(f"  {''.join(_LETTER[s] for s in line.statuses)}  {line.contract} {line.requirement} {line.level}")
    if found.findings:
        say("Findings")
    for f in found.findings:
        now = "still there" if f.now else "not in the newest run"
        say(f"  {f.name} on {f.contract}: first {f.first}, last {f.last}, {count(f.runs, 'run')}, {now}: {f.message}")
    if found.words:
        say("Values that were seen")
    for w in found.words:
        now = "" if w.now else ", not in the newest run"
        say(f"  {w.contract} {w.place} {w.value}: first {w.first}, last {w.last}, {count(w.runs, 'run')}{now}")


def diff_results(before: str, after: str, url: str, *, strict: bool, as_json: bool) -> int:
    """Print the changes; return 1 if something is new (``strict``: or less is proven), else 0. Raises UsageError."""
    earlier = _results(before, url)
    if earlier.verdict is Verdict.BROKEN:
        fix = "compare with the last run that judged anything: linkproof history list"
        raise UsageError("this run broke and judged nothing, so that nothing is new since then", where=before, fix=fix)
    changes = compare(earlier, _results(after, url))
    if as_json:
        print(json.dumps(_changes_as_json(changes), ensure_ascii=False, indent=1))
    else:
        for line in _lines(changes):
            print(one_line(line))
    return 1 if changes.is_worse or (strict and changes.proves_less) else 0


def _results(name: str, url: str) -> Results:
    kept = _RUN.fullmatch(name)
    if kept is None:
        return read_results(Path(name))
    with Store(store_url(url)) as store:
        return store.results(int(kept[1]))


def _changes_as_json(changes: Changes) -> dict[str, Any]:
    shown = ("id", "requirement", "level", "contract", "operation", "pointer", "message", "count")
    counts = {
        name: [{k: getattr(f, k) for k in shown} for f in getattr(changes, name)]
        for name in ("new", "fixed", "still", "unknown")
    }
    lost = [{"contract": r.contract, "requirement": r.requirement, "level": r.level} for r in changes.lost]
    words = {name: [asdict(w) for w in getattr(changes, name)] for name in ("new_words", "gone_words")}
    return {**counts, "lost": lost, **words, "is_worse": changes.is_worse, "proves_less": changes.proves_less}


def _lines(changes: Changes) -> list[str]:
    """Return the changes as lines, new findings first."""
    parts = (
        ("new", changes.new),
        ("fixed", changes.fixed),
        ("still there", changes.still),
        ("no longer exercised", changes.unknown),
    )
    lines = [
        f"{word}: {f.id} {f.level} on {f.contract} {f.operation} ({f.count}x): {f.message}"
        for word, findings in parts
        for f in findings
    ]
    lines += [f"no longer exercised: {r.requirement} {r.level} on {r.contract}: {r.why}" for r in changes.lost]
    for w in changes.new_words:
        lines.append(
            f"new value: {w.value!r} at {w.place} of {w.contract}{'' if w.documented else ' (not documented)'}"
        )
    lines += [f"value no longer seen: {w.value!r} at {w.place} of {w.contract}" for w in changes.gone_words]
    summary = ", ".join(f"{len(findings)} {word}" for word, findings in parts)
    words = f"{count(len(changes.new_words), 'value')} new, {len(changes.gone_words)} no longer seen"
    return [*lines, f"findings: {summary}; requirements no longer exercised: {len(changes.lost)}; {words}"]


def make_site(url: str, out: Path) -> int:
    """Write the pages over a history; return 0. Raises UsageError."""
    with Store(store_url(url)) as store:
        trends = [trend(store, name) for name in targets(store.runs())]
    if not trends:
        raise UsageError("the history is empty", where=f"--store {store_url(url)}", fix="linkproof history add RESULTS")
    written = write_site(trends, out)
    print(f"{count(len(trends), 'target')}: {written}")
    return 0
