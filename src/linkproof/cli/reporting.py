"""``linkproof report``: reports of results that were written before; nothing is judged again."""

from __future__ import annotations

import json
from pathlib import Path

from linkproof.contract.load import all_requirements
from linkproof.errors import UsageError
from linkproof.merging import merged, only_vendor
from linkproof.reports.json_report import results_from_dict
from linkproof.reports.write import write_copy
from linkproof.results import Results


def report_results(paths: list[Path], vendor: str, out: Path, *, quiet: bool) -> int:
    """Write a page, a page for printing, and the data; returns 0. Raises UsageError."""
    results = merged([read_results(p) for p in paths])
    if vendor:
        known = sorted({c.vendor for c in results.contracts})
        if vendor not in known:
            raise UsageError(
                f"no contract in these results is of the vendor {vendor!r}",
                where="--vendor",
                fix=f"one of: {', '.join(known)}" if known else "give results in which something was judged",
            )
        binding = {r.id for r in all_requirements() if vendor in r.vendors}
        results = only_vendor(results, vendor, binding)
    written = write_copy(results, out)
    if not quiet:
        print(f"{results.verdict.upper()} {results.sentence}")
        print(f"reports: {', '.join(map(str, written))}")
    return 0


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
