"""Contract × family: the worst status of each, for the tables of every report."""

from __future__ import annotations

from dataclasses import dataclass

from linkproof.model.results import Status
from linkproof.redaction.publish import Published

#: Names of the families.
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
_WORST = (Status.FAIL, Status.NOT_EXERCISED, Status.WARN, Status.PASS, Status.NOT_APPLICABLE)


@dataclass(frozen=True)
class Cell:
    """The worst status of a contract's requirements of one family, its number, and the number that apply.

    ``rest`` counts the other statuses of those that apply.
    """

    contract: str
    family: str
    status: Status
    count: int
    of: int
    rest: tuple[tuple[Status, int], ...] = ()


def families(results: Published) -> list[str]:
    """Return the families in the order of the catalogue."""
    return list(dict.fromkeys(r.family for r in results.requirements))


def matrix(results: Published) -> dict[str, list[Cell]]:
    """Return the rows of the matrix by contract."""
    return {c.id: [_cell(results, c.id, f) for f in families(results)] for c in results.contracts}


def _cell(results: Published, contract: str, family: str) -> Cell:
    rows = [r.status for r in results.requirements if r.contract == contract and r.family == family]
    applying = [s for s in rows if s != Status.NOT_APPLICABLE]
    worst = next((s for s in _WORST if s in rows), Status.NOT_APPLICABLE)
    rest = tuple((s, applying.count(s)) for s in _WORST if s in applying and s != worst)
    return Cell(contract, family, worst, rows.count(worst), len(applying), rest)
