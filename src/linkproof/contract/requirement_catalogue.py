"""Reads the requirement catalogue from ``schemas/requirements``; every error names its file and place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from linkproof.base.resources import folder
from linkproof.base.toml_tables import dataclass_of, read_toml
from linkproof.contract.requirement import Agreement, Basis, Explanation, Requirement
from linkproof.contract.source import Source
from linkproof.errors import UsageError
from linkproof.model.finding import Level

_FIX = "see CONTRIBUTING.md"


@lru_cache(maxsize=1)
def all_requirements() -> tuple[Requirement, ...]:
    """Return the catalogue, in the order in which it is written. Raises UsageError."""
    order = ("SHP", "ENM", "PAG", "ERR", "STA", "LRO", "HDR", "DOC")
    found: list[Requirement] = []
    for family in order:
        path = folder("schemas") / "requirements" / f"{family}.toml"
        for number, row in enumerate(read_toml(path, _FIX).get("requirement", [])):
            found.append(_requirement(row, f"{path}: requirement {number + 1}"))
    return tuple(found)


def _requirement(row: dict[str, Any], where: str) -> Requirement:
    row = dict(row)
    source = dataclass_of(Source, row.pop("source", {}), f"{where}: source", _FIX)
    try:
        row["level"] = Level(row["level"])
    except (KeyError, ValueError):
        raise UsageError("level is neither MUST nor SHOULD", where=where, fix="write MUST or SHOULD") from None
    explained_by = [_explanation(e, f"{where}: explained_by") for e in row.pop("explained_by", [])]
    try:
        row["rests_on"] = Basis(row.get("rests_on", Basis.RULE))
    except ValueError:
        known = ", ".join(Basis)
        raise UsageError("rests_on is unknown", where=where, fix=f"one of: {known}") from None
    return dataclass_of(Requirement, {**row, "source": source, "explained_by": explained_by}, where, _FIX)


def _explanation(row: Mapping[str, Any], where: str) -> Explanation:
    try:
        agree = Agreement(row["agree"])
    except (KeyError, ValueError):
        known = ", ".join(Agreement)
        raise UsageError("agree is missing or unknown", where=where, fix=f"one of: {known}") from None
    return dataclass_of(Explanation, {**row, "agree": agree}, where, _FIX)
