"""Long request bodies of curl commands, stored in files: a truncated command does not run."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from linkproof.base.files import read_file
from linkproof.model.finding import Finding
from linkproof.model.results import Results
from linkproof.redaction.curl import MOST_BYTES, split_body

#: The folder next to results.json.
BODIES = "bodies"
#: Maximum length of a body within a command.
_LONGEST = 2000
_ID = re.compile(r"[A-Za-z0-9-]{1,80}")
_REFERENCE = re.compile(rf"(?s)(.* --data-binary )@({BODIES}/[A-Za-z0-9-]{{1,80}}\.txt)")
_FIX = "give the folder that the run has written"
R = TypeVar("R", bound=Results)


def moved_to_files(results: R, folder: str = "") -> tuple[R, dict[str, bytes]]:
    """Move the long bodies of curl commands into files; return the results and the files by name.

    Args:
        results: results without credentials.
        folder: the prefix of file names in commands: the folder as seen from where a command is run.
    """
    files: dict[str, bytes] = {}

    def moved(finding: Finding) -> Finding:
        if len(finding.curl) <= _LONGEST and finding.curl.isprintable():
            return finding
        line, body = split_body(finding.curl)
        if not body or (len(body) <= _LONGEST and body.isprintable()):
            return finding
        name = f"{BODIES}/{_file_name(finding.id)}"
        files[name] = body.encode("utf-8", "replace")
        return replace(finding, curl=f"{line} --data-binary {shlex.quote(f'@{folder}{name}')}")

    return _changed(results, moved), files


def moved_back(results: R, folder: Path) -> R:
    """Put bodies from the files in ``folder`` back into the curl commands. Without its file a command is unchanged.

    Raises UsageError for a file that is too long or unreadable.
    """

    def whole(finding: Finding) -> Finding:
        found = _REFERENCE.fullmatch(finding.curl)
        if found is None or not (folder / found[2]).is_file():
            return finding
        body = read_file(folder / found[2], _FIX, 2 * MOST_BYTES).decode("utf-8", "replace")
        return replace(finding, curl=found[1] + shlex.quote(body))

    return _changed(results, whole)


def written_before(folder: Path) -> list[str]:
    """Return the names of the files that an earlier run wrote into ``folder``."""
    found = (folder / BODIES).glob("*.txt")
    return sorted(f"{BODIES}/{p.name}" for p in found if p.is_file() and _ID.fullmatch(p.stem))


def _changed(results: R, change: Callable[[Finding], Finding]) -> R:
    return replace(
        results,
        findings=[change(f) for f in results.findings],
        documentation_defects=[change(f) for f in results.documentation_defects],
    )


def _file_name(finding_id: str) -> str:
    """Return a file name from the finding's id, or from a hash of an unsuitable id."""
    known = _ID.fullmatch(finding_id)
    return f"{finding_id if known else hashlib.sha256(finding_id.encode('utf-8', 'replace')).hexdigest()}.txt"
