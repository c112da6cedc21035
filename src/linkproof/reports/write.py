"""Writes all reports at once: into a folder next to the old one, then swapped in, so that no partial report looks
complete.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linkproof.base.files import require_name
from linkproof.errors import UsageError
from linkproof.model.results import Results
from linkproof.redaction.publish import Published, published
from linkproof.reports.allure import PREFIX, allure_files
from linkproof.reports.ctrf import ctrf
from linkproof.reports.html import html_page
from linkproof.reports.junit import junit_xml
from linkproof.reports.markdown import comment
from linkproof.reports.request_bodies import BODIES, moved_to_files, written_before
from linkproof.reports.sarif import sarif
from linkproof.results.serialize import published_json

_RESULTS = "results.json"
_PRINT = "print.html"
_SARIF, _CTRF, _COMMENT = "results.sarif", "ctrf.json", "summary.md"
_FILES = ("report.html", _PRINT, "junit.xml", _SARIF, _CTRF, _COMMENT, _RESULTS)
_ALLURE = "allure-results"
#: Prefix of names that a killed writer leaves behind: the folder is ours, and may be incomplete.
_TEMPORARY = ".linkproof-"
_HARMLESS = ("journal.jsonl", "journal-accepted.jsonl", "run.log", ".gitkeep", ".gitignore", ".DS_Store")
_FIX = "choose another folder with --out, or remove this one"


def write_reports(results: Results, out: Path) -> list[Path]:
    """Write report.html, results.json, and the formats of other tools; return their paths.

    After any error the former content is still there. Raises UsageError if ``out`` is a file, cannot be written, or is
    a folder with other content.
    """
    _write(_render(published(results)), out)
    return [out / name for name in written_names()]


def written_names() -> list[str]:
    """Return the names of the files that ``write_reports`` writes."""
    return [*(n for n in _FILES if n != _PRINT), _ALLURE]


def write_copy(results: Results, out: Path) -> list[Path]:
    """Write a copy to pass on: report.html, print.html (for a PDF), results.json; return their paths.

    Raises UsageError as ``write_reports`` does.
    """
    shown, bodies = moved_to_files(published(results))
    files = {**bodies, "report.html": html_page(shown).encode(), _PRINT: html_page(shown, printed=True).encode()}
    files[_RESULTS] = published_json(shown)
    _write(files, out)
    return [out / name for name in files if name not in bodies]


def _write(files: dict[str, bytes], out: Path) -> None:
    prepare(out)
    try:
        with _workshop(out) as work:
            for name, content in files.items():
                path = work / "new" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            _swap(work, out, list(files))
    except OSError as error:
        raise UsageError(f"the reports cannot be written: {error}", where=f"--out {out}", fix=_FIX) from error


def prepare(out: Path) -> None:
    """Make sure that reports can be written to ``out``, making the folder. Raises UsageError."""
    where = f"--out {out}"
    require_name(out, where, "choose another folder with --out")
    if out.exists() and not out.is_dir():
        raise UsageError("this is a file, not a folder", where=where, fix=_FIX)
    try:
        if out.is_dir() and not _is_ours(out):
            raise UsageError("this folder contains files that are not Linkproof's reports", where=where, fix=_FIX)
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"this folder cannot be used: {error.strerror}", where=where, fix=_FIX) from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError("this folder cannot be written to", where=where, fix=_FIX)


def _render(results: Published) -> dict[str, bytes]:
    """Return every file by its name within the folder; results.json is the last."""
    results, bodies = moved_to_files(results)
    return {
        **bodies,
        **{f"{_ALLURE}/{name}": content for name, content in allure_files(results).items()},
        "report.html": html_page(results).encode(),
        "junit.xml": junit_xml(results),
        _SARIF: sarif(results),
        _CTRF: ctrf(results),
        _COMMENT: comment(results).encode(),
        _RESULTS: published_json(results),
    }


def _is_ours(out: Path) -> bool:
    """Whether the folder is empty, or has results of Linkproof."""
    names = [p.name for p in out.iterdir() if p.name not in _HARMLESS]
    if not names or any(n.startswith(_TEMPORARY) for n in names):
        return True
    try:
        found = json.loads((out / _RESULTS).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "linkproof_version" in found


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """Create a temporary folder next to ``out``; within it, if the parent is another file system or not writable."""
    beside = out.resolve().parent
    near = beside.stat().st_dev == out.stat().st_dev and os.access(beside, os.W_OK | os.X_OK)
    work = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=beside if near else out))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _swap(work: Path, out: Path, names: list[str]) -> None:
    """Remove the old results.json first, write the new one last: no state in between looks complete, and errors are
    undone.
    """
    unfinished = out / f"{_TEMPORARY}unfinished"
    unfinished.touch()
    moved: list[tuple[Path, Path]] = []
    had_allure = (out / _ALLURE).exists()
    try:
        for name in _written(out):
            _move(out / name, work / "old" / name, moved)
        if "junit.xml" in names:
            (out / _ALLURE).mkdir(exist_ok=True)
        for name in names:
            _move(work / "new" / name, out / name, moved)
    except BaseException:
        for before, after in reversed(moved):
            os.replace(after, before)
        if not had_allure and (out / _ALLURE).is_dir():
            (out / _ALLURE).rmdir()
        unfinished.unlink()
        raise
    unfinished.unlink()
    if (out / BODIES).is_dir() and not any((out / BODIES).iterdir()):
        (out / BODIES).rmdir()


def _move(before: Path, after: Path, moved: list[tuple[Path, Path]]) -> None:
    after.parent.mkdir(parents=True, exist_ok=True)
    os.replace(before, after)
    moved.append((before, after))


def _written(out: Path) -> list[str]:
    """Return what an earlier run wrote, results.json first. All other files stay."""
    names = [n for n in reversed(_FILES) if (out / n).is_file()]
    names += written_before(out)
    return names + sorted(f"{_ALLURE}/{p.name}" for p in (out / _ALLURE).glob(f"{PREFIX}*") if p.is_file())
