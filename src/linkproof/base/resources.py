"""Where the project's data is: beside the code in a wheel, at the top of a checkout."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from linkproof.base.files import require_name
from linkproof.errors import UsageError

_PACKAGE = Path(__file__).resolve().parents[1]


def folder(name: str) -> Path:
    """Return the folder ``schemas``, ``suites`` or ``cassettes``: the installed one, else the checkout's."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name


#: Folders with contracts beside the shipped ones, as a search path: workers and other processes read it as well.
CONTRACTS = "LINKPROOF_CONTRACTS"


def add_contracts(folders: Iterable[Path]) -> None:
    """Use the contracts in these folders too, in this process and those that it starts.

    A folder may be missing: ``linkproof import`` makes it. Raises UsageError for what is a file.
    """
    folders = list(folders)
    for path in folders:
        require_name(path, f"--contracts {path}", "give a folder")
        if path.exists() and not path.is_dir():
            fix = "give a folder that linkproof import has written, or one like schemas/contracts"
            raise UsageError("this is not a folder", where=f"--contracts {path}", fix=fix)
    known = os.environ.get(CONTRACTS, "")
    os.environ[CONTRACTS] = os.pathsep.join([*filter(None, [known]), *(str(p.resolve()) for p in folders)])


def contract_folders() -> list[Path]:
    """Return every folder with contracts, the shipped one first."""
    others = filter(None, os.environ.get(CONTRACTS, "").split(os.pathsep))
    return [folder("schemas") / "contracts", *map(Path, others)]
