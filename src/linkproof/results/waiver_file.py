"""Reads waiver files: every error names the file, the entry and the fix."""

from __future__ import annotations

from pathlib import Path

from linkproof.base.toml_tables import read_toml
from linkproof.contract.catalogue import imported
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.model.waiver import Waiver
from linkproof.results.waivers import Known, waivers_from

_FIX = "give a waiver file; linkproof waive writes one"


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Return the waivers in a file. Raises UsageError."""
    return waivers_from(read_toml(path, _FIX), str(path), known_names())


def known_names() -> Known:
    """Return the ids that a waiver may name."""
    contracts = frozenset(c.id for c in all_contracts()) | {entry.id for entry in imported()}
    return Known(frozenset(r.id for r in all_requirements()), contracts)
