"""Reads results that were written before."""

from __future__ import annotations

from pathlib import Path

from linkproof.base.files import is_folder, read_file
from linkproof.model.results import Results
from linkproof.reports.request_bodies import moved_back
from linkproof.results.serialize import results_from_json

_FIX = "give a results.json that linkproof run --out or check --out has written, or its folder"


def read_results(path: Path) -> Results:
    """Return the results in a file, or in the results.json of a folder. Raises UsageError."""
    file = path / "results.json" if is_folder(path) else path
    return moved_back(results_from_json(read_file(file, _FIX), str(file)), file.parent)
