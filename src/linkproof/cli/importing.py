"""``linkproof import``: an API description becomes contract folders."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx

from linkproof.base.files import is_folder
from linkproof.base.wording import count
from linkproof.contract.loader import all_contracts, read_contract
from linkproof.contract.model import Contract, plain_path
from linkproof.errors import UsageError
from linkproof.openapi_import.contract_folder import Imported, write_contract
from linkproof.openapi_import.documents import Documents
from linkproof.openapi_import.operations import read_description
from linkproof.openapi_import.schemas import Notes
from linkproof.openapi_import.select import Found, contracts_in
from linkproof.reports.text import one_line

_LARGEST = 50 << 20
_TIMEOUT_S = 30.0


def import_description(
    spec: Path, out: Path, *, root: Path | None, name: str, vendor: str, address: str, paths: str, fetch: bool
) -> int:
    """Write a contract folder for each collection in a description; returns 0. Raises UsageError."""
    try:
        re.compile(paths)
    except re.error as error:
        raise UsageError(f"this is no regular expression: {error}", where="--paths", fix="mend it") from None
    files = _files(spec)
    documents = Documents(root or (spec if is_folder(spec) else spec.parent), _fetched if fetch else None)
    notes = Notes()
    found: list[Found] = []
    others = 0
    for file in files:
        if is_folder(spec) and not _is_description(documents, file):
            continue
        description = read_description(_whole(file), documents, notes, paths)
        taken = contracts_in(description, documents, notes)
        found += taken
        others += description.others + len(description.operations) - sum(len(f.operations) for f in taken)
    if not found:
        problem = f"none of its {count(others, 'operation')} has a path like {paths}"
        raise UsageError(problem, where=str(spec), fix="give --paths with a regular expression for the paths you mean")
    if name and len(found) > 1:
        where = ", ".join(f.collection for f in found)
        raise UsageError(
            f"--id names one contract, and there are {len(found)}: {where}", where="--id", fix="give --paths"
        )
    day = datetime.now(UTC).date()
    for contract in found:
        chosen = vendor or ("azure" if contract.is_arm else "")
        if not chosen:
            fix = "give --vendor with one of schemas/vendors: its rules are the contract's"
            raise UsageError(f"{contract.collection} is no path of Azure Resource Manager", where=str(spec), fix=fix)
        _refuse_twins(contract, name)
        place = (plain_path(contract.collection), contract.description.version)
        twin = next((c for c in all_contracts() if c.place == place), None)
        own = Notes(Counter(notes.told))
        told = write_contract(
            contract, out, name=name, vendor=chosen, address=address, day=day, documents=documents, notes=own
        )
        _tell(told, read_contract(told.folder))
        if twin is not None:
            print(
                f"  takes the place of {twin.id} {twin.version}, which has the same paths, wherever this folder is used"
            )
    print(f"not taken: {count(others, 'operation')} on other paths, or that do nothing to a connection")
    print(f"use them: linkproof --contracts {out} contracts list")
    return 0


def _files(spec: Path) -> list[Path]:
    if not is_folder(spec):
        return [spec]
    return sorted(p for p in spec.rglob("*.json") if "examples" not in p.parts)


def _whole(file: Path) -> str:
    """The file's path without links. Raises UsageError where there is none."""
    try:
        return str(file.resolve())
    except (OSError, ValueError, RuntimeError):
        raise UsageError("this is no file", where=repr(str(file)), fix="give an API description") from None


def _is_description(documents: Documents, file: Path) -> bool:
    data = documents.load(_whole(file))
    return bool(data.get("paths") or data.get("x-ms-paths")) and ("swagger" in data or "openapi" in data)


def _refuse_twins(found: Found, name: str) -> None:
    version = found.description.version
    for contract in all_contracts():
        if (contract.id, contract.version) == (name or found.name, version):
            raise UsageError(
                f"there is a contract {contract.id} {version} already, in {contract.folder}",
                where="--id",
                fix="give another --id, or remove that folder",
            )


def _tell(told: Imported, contract: Contract) -> None:
    print(f"{told.id} {told.version}: {count(len(told.operations), 'operation')} ({told.folder})")
    for operation in told.operations:
        print(f"  {operation}")
    print(f"  can: {', '.join(sorted(contract.capabilities))}")
    if told.samples:
        print(f"  {count(told.samples, 'sample')} of its own for DOC-1")
    for note, times in told.notes.items():
        print(f"  not understood: {one_line(note)}{f' ({times}x)' if times > 1 else ''}")


def _fetched(url: str) -> bytes:
    try:
        with httpx.stream("GET", url, timeout=_TIMEOUT_S, follow_redirects=True) as answer:
            answer.raise_for_status()
            content = b""
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > _LARGEST:
                    raise UsageError(f"larger than {_LARGEST >> 20} MiB", where=url, fix="give an API description")
            return content
    except httpx.HTTPError as error:
        raise UsageError(f"cannot be fetched: {error}", where=url, fix="give a copy of the file") from None
