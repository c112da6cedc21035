"""Static pages over a history: for each target a row, a page and a badge. No scripts, nothing fetched."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from markupsafe import Markup

from linkproof.base.files import replace_file
from linkproof.base.wording import count
from linkproof.errors import UsageError
from linkproof.history.tables import Run
from linkproof.history.trend import Trend
from linkproof.reports.pages import pages_of
from linkproof.reports.text import plain

#: Number of runs that are drawn.
SHOWN = 60
_MARKER = ".linkproof-site"
_FOLDERS = ("targets", "badges")
_FIX = "choose another folder with --out, or empty this one"
#: The badge's parts, in the widths that its letters need.
_LETTER, _PADDING = 6.6, 12


def write_site(trends: list[Trend], out: Path) -> Path:
    """Write index.html, targets/ and badges/; return the index. Raises UsageError for another folder."""
    files = site_files(trends)
    try:
        _prepare(out)
        for name, content in files.items():
            replace_file(out / name, content)
        for folder in _FOLDERS:
            for path in (out / folder).iterdir():
                if f"{folder}/{path.name}" not in files:
                    path.unlink()
    except OSError as error:
        raise UsageError(f"the site cannot be written: {error}", where=f"--out {out}", fix=_FIX) from None
    return out / "index.html"


def site_files(trends: list[Trend]) -> dict[str, str]:
    """Return every file of the site by its name."""
    environment = pages_of("linkproof.history", finalize=lambda value: plain(value) if type(value) is str else value)
    assert environment.loader is not None
    style = Markup(environment.loader.get_source(environment, "site.css")[0])
    environment.filters |= {"count": count, "slug": lambda status: status.replace(" ", "-"), "strip": strip}
    environment.globals |= {"style": style, "name_of": file_name}
    files = {"index.html": environment.get_template("index.html.j2").render(trends=trends)}
    for trend in trends:
        name = file_name(trend.target)
        files[f"targets/{name}.html"] = environment.get_template("target.html.j2").render(trend=trend)
        widths = [round(len(w) * _LETTER + _PADDING) for w in (trend.target, trend.newest.verdict)]
        badge = environment.get_template("badge.svg.j2").render(run=trend.newest, widths=widths)
        files[f"badges/{name}.svg"] = badge
    return files


def file_name(target: str) -> str:
    """Return a readable file name that is unique to the target."""
    readable = re.sub(r"[^a-z0-9]+", "-", target.lower()).strip("-")[:60] or "target"
    return readable if readable == target else f"{readable}-{hashlib.sha256(target.encode()).hexdigest()[:6]}"


def strip(runs: list[Run]) -> list[dict[str, Any]]:
    """Return the bars to draw for the newest runs, the oldest first: position, verdict and day."""
    shown = runs[-SHOWN:]
    return [{"x": 4 * n, "verdict": r.verdict, "day": r.started_at[:10]} for n, r in enumerate(shown)]


def _prepare(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError("this is a file, not a folder", where=f"--out {out}", fix=_FIX)
    if out.is_dir() and any(out.iterdir()) and not (out / _MARKER).exists():
        raise UsageError("this folder contains files that are not a site of Linkproof", where=f"--out {out}", fix=_FIX)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARKER).touch()  # first: after a kill the folder is known as a site
    for folder in _FOLDERS:
        (out / folder).mkdir(exist_ok=True)
