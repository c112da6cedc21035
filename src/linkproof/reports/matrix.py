"""Contract × family: the worst status in each cell, for the tables of every report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: What the families are about, for people who do not know their letters.
FAMILY_NAMES = {
    "SHP": "shape",
    "ENM": "enumerations",
    "PAG": "pages",
    "ERR": "errors",
    "STA": "state",
    "LRO": "long-running",
    "HDR": "headers",
    "DOC": "documentation",
}
_WORST = ("fail", "not exercised", "warn", "pass", "not applicable")


@dataclass(frozen=True)
class Cell:
    """The worst status of a contract's requirements of one family, and how many have it, of how many that apply.

    ``rest`` is how many of those that apply have which other status.
    """

    contract: str
    family: str
    status: str
    count: int
    of: int
    rest: tuple[tuple[str, int], ...] = ()


def families(data: dict[str, Any]) -> list[str]:
    """The families, in the order of the catalogue."""
    return list(dict.fromkeys(r["family"] for r in data["requirements"]))


def matrix(data: dict[str, Any]) -> dict[str, list[Cell]]:
    """The rows of the matrix by contract."""
    return {c["id"]: [_cell(data, c["id"], f) for f in families(data)] for c in data["contracts"]}


def _cell(data: dict[str, Any], contract: str, family: str) -> Cell:
    rows = [r["status"] for r in data["requirements"] if r["contract"] == contract and r["family"] == family]
    applying = [s for s in rows if s != "not applicable"]
    worst = next((s for s in _WORST if s in rows), "not applicable")
    rest = tuple((s, applying.count(s)) for s in _WORST if s in applying and s != worst)
    return Cell(contract, family, worst, rows.count(worst), len(applying), rest)
