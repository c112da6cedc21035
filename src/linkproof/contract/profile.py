"""Reads a vendor's profile, what its contracts have in common: from ``schemas/vendors/``, or from the folder
``vendors`` of a folder of contracts (``--contracts``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from linkproof.base.models import convert
from linkproof.base.resources import contract_folders, folder
from linkproof.base.toml_tables import read_toml
from linkproof.contract.folder_files import ProfileFile, RequirementSource
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.contract.source import Source
from linkproof.errors import UsageError

_FIX = "see docs/add-a-cloud.md"
#: What a profile may leave out.
_DEFAULTS: Mapping[str, Any] = {
    "version_parameter": "",
    "version_pattern": "",
    "request_id_header": "",
    "authorization_header": "Authorization",
    "caseless_paths": False,
}


def vendors() -> Path:
    """Return the folder of the shipped profiles."""
    return folder("schemas") / "vendors"


def known_vendors() -> tuple[str, ...]:
    """Return the id of every vendor that has a profile."""
    return tuple(sorted(_files(_folders())))


def _folders() -> tuple[Path, ...]:
    """Return the folders of profiles, the shipped one first."""
    return vendors(), *(path / "vendors" for path in contract_folders()[1:])


@lru_cache(maxsize=8)
def _files(folders: tuple[Path, ...]) -> Mapping[str, Path]:
    """Return the file of each vendor's profile. Raises UsageError if a vendor has two."""
    found: dict[str, Path] = {}
    for path in (file for one in folders for file in sorted(one.glob("*.toml"))):
        if found.setdefault(path.stem, path) != path:
            fix = "give the vendor another id: the name of its file"
            raise UsageError(f"{path.stem} has a profile already, in {found[path.stem]}", where=str(path), fix=fix)
    return found


def family_of(vendor: str) -> str:
    """Return the vendor whose protocol a vendor uses: itself, or the one that its profile extends."""
    return str(read_profile(vendor, "schemas/vendors")["family"])


def read_profile(vendor: str, where: str) -> Mapping[str, Any]:
    """Return a vendor's profile; ``where`` names the file that refers to it, for messages.

    A profile that ``extends`` another inherits each table, member by member. Raises UsageError.
    """
    if vendor not in known_vendors():
        fix = f"vendor is one of: {', '.join(known_vendors())}; or add DIR/vendors/{vendor}.toml and --contracts DIR"
        raise UsageError(f"unknown vendor {vendor!r}", where=where, fix=fix)
    return _profile(_files(_folders())[vendor])


@lru_cache(maxsize=32)
def _profile(path: Path) -> Mapping[str, Any]:
    vendor = path.stem
    own = read_toml(path, _FIX)
    extended = str(own.pop("extends", ""))
    sources = _sources_of(own, vendor, path)
    if not extended:
        return {**_whole(own, path), "family": vendor, "file": str(path), "sources": sources}
    fix = f"extend one of: {', '.join(v for v in known_vendors() if v != vendor)}"
    file = _files(_folders()).get(extended, vendors() / f"{extended}.toml")
    base = read_toml(file, fix)
    if "extends" in base:
        raise UsageError(f"{extended} itself extends another profile", where=f"{path}: extends", fix=fix)
    whole = {**base, **{name: _over(base.get(name), value) for name, value in own.items()}}
    sources = {**_sources_of(base, extended, file), **sources}
    return {**_whole(whole, path), "family": extended, "file": str(path), "sources": sources}


def _sources_of(profile: Mapping[str, Any], vendor: str, path: Path) -> dict[str, Source]:
    """Return a vendor's own documents behind requirements, by the requirement's id. Raises UsageError."""
    where = f"{path}: requirement_source"
    rows = convert(profile.get("requirement_source", []), list[RequirementSource], where, _FIX)
    named = {name: row for row in rows for name in row.requirements}
    unknown = sorted(named.keys() - {r.id for r in all_requirements()})
    if unknown:
        raise UsageError(f"no requirement is called {unknown[0]!r}", where=where, fix="linkproof requirements list")
    return {name: Source(r.document, r.section, r.address, r.read, vendor=vendor) for name, r in named.items()}


def _whole(profile: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return a profile with the members that it leaves out. Raises UsageError for one that does not fit."""
    convert(profile, ProfileFile, str(path), _FIX)
    if profile["id"] != path.stem:
        fix = f'write id = "{path.stem}", or rename the file'
        raise UsageError(f"id is {profile['id']!r}, and the file is {path.name}", where=f"{path}: id", fix=fix)
    return {**_DEFAULTS, **profile}


def _over(before: Any, value: Any) -> Any:
    """Merge a table over the one that it extends; any other value replaces the extended one."""
    return {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
