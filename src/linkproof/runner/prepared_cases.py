"""Generated cases that are shipped with the suites: drawing them takes half a second for each contract and process.

``suites/cases/`` has one file per reviewed contract: what ``property_based`` draws from the contract's document with
the default seed. It is used for that very document and seed only. Another file has the moves of ``state_machine``.
``make cases`` writes them all.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from linkproof.base.resources import folder
from linkproof.contract.model import Contract
from linkproof.runner.generated import GeneratedCase, Move

T = TypeVar("T")


@dataclass(frozen=True)
class CaseKind:
    """A way to generate cases, and about how many of each operation."""

    name: str
    count: int


@dataclass(frozen=True)
class PreparedCases:
    """The cases of one contract's operations.

    Attributes:
        document: digest of the contract's document.
        seed: seed of all cases.
        cases: by ``key_of``, in the order in which they are sent.
    """

    document: str
    seed: int
    cases: Mapping[str, tuple[GeneratedCase, ...]] = field(default_factory=dict)


def file_of(name: str) -> Path:
    """Return the path of the file of a contract, by its id, or of the lifecycles; it need not exist."""
    return folder("suites") / "cases" / f"{name}.json.gz"


def digest_of(contract: Contract) -> str:
    """Return a digest of the contract's document: the only input of the cases except the seed."""
    text = json.dumps(contract.document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(operation: str, kind: CaseKind) -> str:
    """Return the key of an operation's cases in a file."""
    return f"{operation} {kind.name} {kind.count}"


def prepared(contract: Contract, operation: str, kind: CaseKind, seed: int) -> tuple[GeneratedCase, ...] | None:
    """Return the shipped cases of an operation; None if they have to be drawn."""
    found = _cases(contract.id)
    if found is None or seed != found.seed or digest_of(contract) != found.document:
        return None
    return found.cases.get(key_of(operation, kind))


@cache
def _cases(contract_id: str) -> PreparedCases | None:
    return _read(contract_id, PreparedCases)


@dataclass(frozen=True)
class PreparedLifecycles:
    """The moves of some lifecycles, and the arguments of ``state_machine.draw_lives`` that they were drawn with."""

    seed: int
    lifecycles: int
    steps: int
    moves: tuple[tuple[Move, ...], ...]


#: Name of the file of lifecycles, beside those of the contracts.
LIFECYCLES = "lifecycles"


def prepared_lifecycles(seed: int, lifecycles: int, steps: int) -> tuple[tuple[Move, ...], ...] | None:
    """Return the shipped lifecycles; None if they have to be drawn."""
    found = _lifecycles()
    if found is None or (found.seed, found.lifecycles, found.steps) != (seed, lifecycles, steps):
        return None
    return found.moves


@cache
def _lifecycles() -> PreparedLifecycles | None:
    return _read(LIFECYCLES, PreparedLifecycles)


def _read(name: str, model: type[T]) -> T | None:
    """Return the content of a file; None if there is no such file."""
    path = file_of(name)
    return msgspec.json.decode(gzip.decompress(path.read_bytes()), type=model) if path.is_file() else None


def write(path: Path, found: PreparedCases | PreparedLifecycles) -> None:
    """Write a file: the same cases give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(msgspec.json.encode(found, order="deterministic"), mtime=0))
