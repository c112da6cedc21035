"""Writes all reports at once: into a folder beside the old one, then swapped in, so that nothing half looks whole."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from linkproof.errors import UsageError
from linkproof.reports.allure import allure_files
from linkproof.reports.html import html_page
from linkproof.reports.json_report import results_to_dict
from linkproof.reports.junit import junit_xml
from linkproof.results import Results

_FILES = ("report.html", "junit.xml", "results.json")
_ALLURE = "allure-results"


def write_reports(results: Results, out: Path) -> list[Path]:
    """Write results.json, junit.xml, report.html and allure-results/; returns their paths.

    Raises UsageError where ``out`` is a file, cannot be written, or is a folder of somebody else's.
    """
    prepare(out)
    data = results_to_dict(results)
    work = Path(tempfile.mkdtemp(prefix=".linkproof-", dir=out.parent))
    try:
        (work / "report.html").write_text(html_page(data), encoding="utf-8", errors="replace")
        (work / "junit.xml").write_bytes(junit_xml(data))
        text = json.dumps(data, ensure_ascii=False, indent=1)
        (work / "results.json").write_text(text + "\n", encoding="utf-8", errors="replace")
        (work / _ALLURE).mkdir()
        for name, content in allure_files(data).items():
            (work / _ALLURE / name).write_bytes(content)
        _swap(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return [out / name for name in (*_FILES, _ALLURE)]


def prepare(out: Path) -> None:
    """Make sure that reports can be written to ``out``. Raises UsageError."""
    fix = "choose another folder with --out"
    if out.exists() and not out.is_dir():
        raise UsageError("this is a file, not a folder", where=f"--out {out}", fix=fix)
    if out.is_dir() and any(out.iterdir()) and not (out / "results.json").is_file():
        raise UsageError("this folder holds something else than reports", where=f"--out {out}", fix=fix)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", where=f"--out {out}", fix=fix) from None
    if not os.access(out, os.W_OK):
        raise UsageError("cannot be written to", where=f"--out {out}", fix=fix)


def _swap(work: Path, out: Path) -> None:
    """The old results.json goes first and the new one comes last: in between nothing looks whole."""
    (out / "results.json").unlink(missing_ok=True)
    shutil.rmtree(out / _ALLURE, ignore_errors=True)
    os.replace(work / _ALLURE, out / _ALLURE)
    for name in _FILES:
        os.replace(work / name, out / name)
