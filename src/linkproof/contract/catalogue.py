"""The imported contracts, by an index: each is read when an exchange or a command needs it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from linkproof.base.resources import folder
from linkproof.contract.loader import all_contracts, read_contract
from linkproof.contract.model import Contract
from linkproof.contract.operation import plain_path
from linkproof.errors import UsageError

#: Names of tiers: contracts reviewed by a person, imported from a public definition, or both.
TIERS = ("reviewed", "imported", "all")


@dataclass(frozen=True)
class Entry:
    """An entry of the index of imported contracts; ``contract`` reads the contract."""

    id: str
    version: str
    resource_type: str
    vendor: str
    paths: tuple[str, ...]
    version_parameter: str
    sources: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The contract's folder."""
        return root() / self.id / self.version

    @cached_property
    def contract(self) -> Contract:
        """Read the contract."""
        return read_contract(self.folder)


def root() -> Path:
    """Return the folder of the imported contracts."""
    return folder("schemas") / "imported"


@lru_cache(maxsize=1)
def imported() -> tuple[Entry, ...]:
    """Return every imported contract, except those whose id, or paths and version, another contract has.

    Reviewed contracts, and those of other folders, take precedence. Raises UsageError for a damaged index.
    """
    path = root() / "index.json"
    if not path.is_file():
        return ()
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"not valid JSON: {error}", where=str(path), fix="run make contracts") from None
    taken, ids = {c.place for c in all_contracts()}, {c.id for c in all_contracts()}
    found = (entry_of(row) for row in rows)
    return tuple(e for e in found if e.id not in ids and (plain_path(e.paths[0]), e.version) not in taken)


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return an entry of the index from its JSON."""
    paths, sources = tuple(row["paths"]), tuple(row["sources"])
    return Entry(
        row["id"], row["version"], row["resource_type"], row["vendor"], paths, row["version_parameter"], sources
    )


def row_of(contract: Contract) -> dict[str, Any]:
    """Return a contract's row of the index; its collection's path comes first."""
    others = [p for p in contract.methods if p != contract.collection_path]
    return {
        "id": contract.id,
        "version": contract.version,
        "resource_type": contract.resource_type,
        "vendor": contract.vendor,
        "version_parameter": contract.version_parameter,
        "paths": [contract.collection_path, *others],
        "sources": [str(s.get("document", "")) for s in contract.sources],
    }


def chosen(names: Iterable[str] = ()) -> tuple[Contract, ...]:
    """Return the contracts with these ids or patterns (``azure-storage-*``), by default the reviewed ones.

    Raises UsageError for a name that no contract has.
    """
    wanted = tuple(names)
    reviewed = all_contracts()
    if not wanted:
        return reviewed
    found: dict[str, Contract] = {}
    for name in wanted:
        own = [c for c in reviewed if _matches(c.id, name)]
        entries = [e for e in imported() if _matches(e.id, name)]
        if not own and not entries:
            known = ", ".join(sorted(c.id for c in reviewed))
            fix = f"one of: {known}; linkproof contracts list --tier imported shows the others"
            raise UsageError(f"no contract is called {name!r}", where="--contract", fix=fix)
        found |= {c.id: c for c in own} | {e.id: e.contract for e in entries}
    order = [c.id for c in reviewed]
    return tuple(sorted(found.values(), key=lambda c: order.index(c.id) if c.id in order else len(order)))


def names_of(names: tuple[str, ...], tier: str) -> tuple[str, ...]:
    """Return the given names, else those of a tier (none: the default)."""
    if tier not in TIERS:
        raise UsageError(f"no tier is called {tier!r}", where="--tier", fix=f"one of: {', '.join(TIERS)}")
    if names or tier == "reviewed":
        return names
    own = () if tier == "imported" else tuple(c.id for c in all_contracts())
    return (*own, *(e.id for e in imported()))


def _matches(identifier: str, pattern: str) -> bool:
    return identifier == pattern or (("*" in pattern or "?" in pattern) and fnmatchcase(identifier, pattern))
