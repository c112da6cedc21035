"""``linkproof import``: creates contract folders from an API description."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import httpx

from linkproof.base.files import is_folder
from linkproof.base.toml_tables import read_toml
from linkproof.base.wording import count
from linkproof.contract.loader import known_contracts, read_contract
from linkproof.contract.model import Contract
from linkproof.contract.operation import plain_path
from linkproof.definition_pages.versions import contract_differences
from linkproof.errors import UsageError
from linkproof.openapi_import.bicep import bicep_descriptions
from linkproof.openapi_import.contract_folder import Imported, write_contract, write_service_contract
from linkproof.openapi_import.documents import Documents
from linkproof.openapi_import.operations import read_description
from linkproof.openapi_import.schemas import Notes
from linkproof.openapi_import.select import Found, merged, parts_of
from linkproof.openapi_import.service_model import ServiceModel, read_service_model
from linkproof.reports.text import one_line

_LARGEST = 12 << 20
_TIMEOUT_S = 30.0
#: How a YAML file shows that it describes an API: others in a folder are not read.
_DESCRIPTION = re.compile(rb"(?m)^(?:swagger|openapi)\s*:")


@dataclass(frozen=True)
class Planned:
    """A contract that will be written: its operations, its id and vendor, and the existing folder, if any."""

    found: Found
    id: str
    vendor: str
    folder: Path
    before: Contract | None
    twin: Contract | None


def _is_reviewed(folder: Path) -> bool:
    """Whether a person has reviewed the contract in a folder, which then stays unchanged. Raises UsageError."""
    return "reviewed" in read_toml(folder / "contract.toml", "see docs/add-a-contract.md")


def import_description(
    spec: Path,
    out: Path,
    *,
    root: Path | None,
    name: str,
    vendor: str,
    address: str,
    paths: str,
    fetch: bool,
    compact: bool = False,
) -> int:
    """Write a contract folder for each collection in a description; return 0. Raises UsageError.

    The whole plan is validated before the first file is written.
    """
    try:
        re.compile(paths)
    except re.error as error:
        raise UsageError(f"this is not a regular expression: {error}", where="--paths", fix="correct it") from None
    model = read_service_model(spec)
    if model is not None:
        return _import_service_model(model, out, name, vendor or "aws", address)
    documents = Documents(root or (spec if is_folder(spec) else spec.parent), _fetched if fetch else None)
    notes = Notes()
    found, others = _found(spec, documents, notes, paths, vendor or "azure")
    if name and len(found) > 1:
        where = ", ".join(f.collection for f in found)
        raise UsageError(
            f"--id names one contract, and there are {len(found)}: {where}", where="--id", fix="give --paths"
        )
    plans = [_planned(one, out, own, vendor, spec) for one, own in zip(found, _names(found, name), strict=True)]
    day = datetime.now(UTC).date()
    for plan in plans:
        _carry_out(plan, Order(out, address, day, compact), documents, Notes(Counter(notes.counts)))
    for file in sorted(documents.absent):
        print(f"absent: {file}; Linkproof's copy of Azure's common types of that version is used instead")
    print(f"ignored: {count(others, 'operation')} on other paths, or without an effect on a connection")
    print(f"use them: linkproof --contracts {out} contracts list")
    return 0


def _import_service_model(model: ServiceModel, out: Path, name: str, vendor: str, address: str) -> int:
    """Write the contract of a service model, or compare it with one that a person reviewed."""
    day = datetime.now(UTC).date()

    def written(where: Path) -> Imported:
        return write_service_contract(model, where, name=name, vendor=vendor, address=address, day=day)

    folder = out / (name or model.name) / model.version
    before = read_contract(folder) if (folder / "contract.toml").is_file() else None
    if before is not None and _is_reviewed(folder):
        with tempfile.TemporaryDirectory(prefix="linkproof-") as scratch:
            made = written(Path(scratch))
            print(f"{made.id} {made.version}: reviewed, so it stays as it is ({folder})")
            _print_news(before, read_contract(made.folder))
        return 0
    made = written(out)
    now = read_contract(made.folder)
    _report(made, now)
    if before is not None:
        _print_news(before, now)
    print(f"use it: linkproof --contracts {out} contracts list")
    return 0


def _files(spec: Path) -> list[Path]:
    if not is_folder(spec):
        return [spec]
    found = (p for p in spec.rglob("*") if p.suffix in (".json", ".yaml", ".yml") and "examples" not in p.parts)
    return sorted(p for p in found if p.suffix == ".json" or _DESCRIPTION.search(p.read_bytes()))


def _whole(file: Path) -> str:
    """Return the file's path without links. Raises UsageError if there is none."""
    try:
        return str(file.resolve())
    except (OSError, ValueError, RuntimeError):
        raise UsageError("this is not a file", where=repr(str(file)), fix="give an API description") from None


@dataclass(frozen=True)
class Order:
    """How contracts are written: the folder, the source's address, the day, and the form."""

    out: Path
    address: str
    day: date
    compact: bool


def _found(spec: Path, documents: Documents, notes: Notes, paths: str, vendor: str) -> tuple[list[Found], int]:
    """Return the contracts in a file or folder, and the number of operations outside them."""
    parts: list[Found] = []
    others = 0
    for file in _files(spec):
        whole = _whole(file)
        for source in bicep_descriptions(Path(whole), documents) or [whole]:
            if is_folder(spec) and not _is_description(documents, source):
                continue
            description = read_description(source, documents, notes, paths)
            parts += parts_of(description, notes, vendor)
            others += description.others + len(description.operations)
    found = merged(parts, documents, notes, vendor)
    others -= len({operation.at for f in found for _, operation in f.all_operations})  # several may share one
    if not found and any(part.operations for part in parts):
        fix = "give the folder, with the file that describes the connections"
        raise UsageError("link resources are described, and no connection", where=str(spec), fix=fix)
    if not found:
        problem = f"none of its {count(others, 'operation')} has a path like {paths}"
        raise UsageError(
            problem, where=str(spec), fix="give --paths with a regular expression that matches the paths of connections"
        )
    return found, others


def _names(found: list[Found], name: str) -> list[str]:
    """Return an id for each contract: two paths of one resource type and version have one name, and get a number."""
    names: list[str] = []
    seen: Counter[tuple[str, str]] = Counter()
    for one in found:
        place = (name or one.name, one.description.version)
        seen[place] += 1
        names.append(place[0] if seen[place] == 1 else f"{place[0]}-{seen[place]}")
    return names


def _planned(found: Found, out: Path, name: str, vendor: str, spec: Path) -> Planned:
    chosen = vendor or ("azure" if found.is_arm else "")
    if not chosen:
        fix = "give --vendor with one of schemas/vendors: its rules are the contract's"
        raise UsageError(f"{found.collection} is not a path of Azure Resource Manager", where=str(spec), fix=fix)
    identifier, version = name, found.description.version
    folder = out / identifier / version
    place = (plain_path(found.collection), version)
    known = known_contracts()
    for contract in known:
        if (contract.id, contract.version) == (identifier, version) and Path(contract.folder).resolve() != (
            folder.resolve()
        ):
            problem = f"there is a contract {contract.id} {version} already, in {contract.folder}"
            raise UsageError(problem, where="--id", fix="give another --id, or remove that folder")
    others = (c for c in known if Path(c.folder).resolve() != folder.resolve())
    twin = next((c for c in others if (plain_path(c.collection_path), c.version) == place), None)
    before = read_contract(folder) if (folder / "contract.toml").is_file() else None
    return Planned(found, identifier, chosen, folder, before, twin)


def _carry_out(plan: Planned, order: Order, documents: Documents, notes: Notes) -> None:
    """Write one contract, and print its capabilities and changes; a reviewed one is only compared."""
    if plan.before is not None and _is_reviewed(plan.folder):
        with tempfile.TemporaryDirectory(prefix="linkproof-") as scratch:
            made = _write(plan, replace(order, out=Path(scratch)), documents, notes)
            print(f"{plan.id} {made.version}: reviewed, so it stays as it is ({plan.folder})")
            _print_news(plan.before, read_contract(made.folder))
        return
    made = _write(plan, order, documents, notes)
    now = read_contract(made.folder)
    _report(made, now)
    if plan.before is not None:
        _print_news(plan.before, now)
    if plan.twin is not None:
        twin = plan.twin
        print(f"  replaces {twin.id} {twin.version}, which has the same paths, wherever this folder is used")


def _write(plan: Planned, order: Order, documents: Documents, notes: Notes) -> Imported:
    return write_contract(
        plan.found,
        order.out,
        name=plan.id,
        vendor=plan.vendor,
        address=order.address,
        day=order.day,
        documents=documents,
        notes=notes,
        compact=order.compact,
    )


def _print_news(before: Contract, now: Contract) -> None:
    """Print the differences from the existing contract."""
    news = contract_differences(before, now)
    for difference in news:
        print(f"  new: {one_line(difference.line)}")
    if not news:
        print("  nothing is new")


def _is_description(documents: Documents, file: str) -> bool:
    data = documents.load(file)
    return bool(data.get("paths") or data.get("x-ms-paths")) and ("swagger" in data or "openapi" in data)


def _report(made: Imported, contract: Contract) -> None:
    print(f"{made.id} {made.version}: {count(len(made.operations), 'operation')} ({made.folder})")
    for operation in made.operations:
        print(f"  {operation}")
    print(f"  can: {', '.join(sorted(contract.capabilities))}")
    if made.samples:
        print(f"  {count(made.samples, 'sample')} from its examples, for DOC-1")
    for note, times in made.notes.items():
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
