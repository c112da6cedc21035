"""Results that were written before."""

from __future__ import annotations

import json
from pathlib import Path

from linkproof.errors import UsageError
from linkproof.model.results import Results
from linkproof.results.serialize import results_from_dict


def read_results(path: Path) -> Results:
    """The results in a file, or in the results.json of a folder. Raises UsageError."""
    file = path / "results.json" if path.is_dir() else path
    fix = "give a results.json that linkproof run --out or check --out has written, or its folder"
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(file), fix=fix) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this is no JSON: {error}", where=str(file), fix=fix) from None
    try:
        return results_from_dict(data)
    except UsageError as error:
        raise UsageError(error.problem, where=str(file), fix=error.fix) from None
