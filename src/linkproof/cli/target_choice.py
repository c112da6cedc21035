"""Chooses the target of a run without ``--target``, and the tests that failed in the last run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from linkproof.errors import UsageError

if TYPE_CHECKING:
    from linkproof.runner.selection import Failed

#: The default target file, which ``linkproof init`` writes.
DEFAULT_FILE = "linkproof.toml"
#: The name of the embedded server, even if there is a default file.
EMBEDDED = "embedded"


def chosen_target(target: str, *, quiet: bool) -> str:
    """Return the chosen target file, "" for the embedded server. Print the choice to standard error."""
    if target == EMBEDDED:
        return ""
    if target:
        return target
    found = DEFAULT_FILE if Path(DEFAULT_FILE).is_file() else ""
    if not quiet:
        name = found or "the embedded server (no linkproof.toml here; `linkproof init` writes one)"
        print(f"target: {name}", file=sys.stderr)
    return found


def last_failed(out: Path, *, quiet: bool) -> Failed | None:
    """Return what failed in the results in ``out``; None if nothing failed, to run everything. Raises UsageError."""
    if not (out / "results.json").is_file():
        fix = f"run once without --last-failed, or name the last run's folder with --out (now {out})"
        raise UsageError("there are no results of an earlier run", where=f"{out}/results.json", fix=fix)
    from linkproof.cli.reading import read_results
    from linkproof.runner.selection import failed_in

    failed = failed_in(read_results(out))
    if failed.pairs:
        return failed
    if not quiet:
        print(f"nothing failed in {out}: every test is run", file=sys.stderr)
    return None
