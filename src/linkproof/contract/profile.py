"""Reads a vendor's profile from ``schemas/vendors/``: what its contracts have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from linkproof.base.resources import folder
from linkproof.base.toml_tables import read_toml
from linkproof.errors import UsageError

_FIX = "see docs/add-a-contract.md"


def vendors() -> Path:
    """Return the folder of the profiles."""
    return folder("schemas") / "vendors"


@lru_cache(maxsize=1)
def known_vendors() -> tuple[str, ...]:
    """Return the id of every vendor that has a profile."""
    return tuple(sorted(p.stem for p in vendors().glob("*.toml")))


def family_of(vendor: str) -> str:
    """Return the vendor whose protocol a vendor uses: itself, or the one that its profile extends."""
    return str(read_profile(vendor, "schemas/vendors")["family"])


def read_profile(vendor: str, where: str) -> Mapping[str, Any]:
    """Return a vendor's profile; ``where`` names the file that refers to it, for messages.

    A profile that ``extends`` another inherits each table, member by member. Raises UsageError.
    """
    if vendor not in known_vendors():
        fix = f"vendor is one of: {', '.join(known_vendors())}"
        raise UsageError(f"unknown vendor {vendor!r}", where=where, fix=fix)
    return _profile(vendor)


@lru_cache(maxsize=32)
def _profile(vendor: str) -> Mapping[str, Any]:
    path = vendors() / f"{vendor}.toml"
    own = read_toml(path, _FIX)
    extended = str(own.pop("extends", ""))
    if not extended:
        return {**own, "family": vendor}
    fix = f"extend one of: {', '.join(v for v in known_vendors() if v != vendor)}"
    base = read_toml(vendors() / f"{extended}.toml", fix)
    if "extends" in base:
        raise UsageError(f"{extended} itself extends another profile", where=f"{path}: extends", fix=fix)
    return {**base, **{name: _over(base.get(name), value) for name, value in own.items()}, "family": extended}


def _over(before: Any, value: Any) -> Any:
    """Merge a table over the one that it extends; any other value replaces the extended one."""
    return {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
