"""Which target a run is about where no ``--target`` is given, and what failed in the last run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from linkproof.errors import UsageError

if TYPE_CHECKING:
    from linkproof.runner.selection import Failed

#: Taken where no target is named: ``linkproof init`` writes it.
DEFAULT_FILE = "linkproof.toml"
#: Names the embedded server, also where there is a default file.
EMBEDDED = "embedded"


def chosen_target(target: str, *, quiet: bool) -> str:
    """The target file that is meant, "" for the embedded server. Say on standard error what was chosen."""
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
    """What failed in the results in ``out``; None where nothing did: everything is run. Raises UsageError."""
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
