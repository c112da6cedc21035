"""The assumptions that a target file allows the checks to make."""

from __future__ import annotations

from collections.abc import Iterable

from linkproof.contract.model import Contract
from linkproof.model.exchange import Circumstances, Grade
from linkproof.targets.model import Target, TargetContract


def circumstances_of(target: Target, contracts: Iterable[Contract]) -> Circumstances:
    """Return what checks may assume about a target."""
    collections: dict[str, frozenset[str]] = {}
    parents: dict[str, frozenset[str]] = {}
    names: set[str] = set()
    for contract in contracts:
        each = target.contracts[contract.id].each
        collections[contract.id] = frozenset(_collection(contract, given).lower() for given in each)
        names.update(n.lower() for given in each for group in given.fixtures.values() for n in group)
        if contract.decide.parent:
            named = contract.decide.parent.strip("/")
            parents[contract.id] = frozenset(given.path[named].casefold() for given in each)
    return Circumstances(
        grade=Grade.LIVE if target.kind == "live" else Grade.MOCK,
        checks_credentials=target.checks_credentials,
        operation_timeout_s=target.operation_timeout_s,
        open_enumerations=target.open_enumerations,
        collections=collections,
        names=frozenset(names),
        parents=parents,
    )


def _collection(contract: Contract, given: TargetContract) -> str:
    """Return the path of a parent's connections."""
    path = contract.collection_path
    for name, value in given.path.items():
        path = path.replace(f"{{{name}}}", value)
    return path
