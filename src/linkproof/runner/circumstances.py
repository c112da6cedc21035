"""The assumptions that a target file allows the checks to make."""

from __future__ import annotations

from collections.abc import Iterable

from linkproof.contract.model import Contract
from linkproof.model.exchange import Circumstances, Grade
from linkproof.targets.model import Target


def circumstances_of(target: Target, contracts: Iterable[Contract]) -> Circumstances:
    """Return what checks may assume about a target."""
    collections: dict[str, frozenset[str]] = {}
    parents: dict[str, frozenset[str]] = {}
    names: set[str] = set()
    for contract in contracts:
        given = target.contracts[contract.id]
        path = contract.collection_path
        for name, value in given.path.items():
            path = path.replace(f"{{{name}}}", value)
        collections[contract.id] = frozenset({path.lower()})
        names.update(n.lower() for group in given.fixtures.values() for n in group)
        if contract.decide.parent:
            parents[contract.id] = frozenset({given.path[contract.decide.parent.strip("/")].casefold()})
    return Circumstances(
        grade=Grade.LIVE if target.kind == "live" else Grade.MOCK,
        checks_credentials=target.checks_credentials,
        operation_timeout_s=target.operation_timeout_s,
        open_enumerations=target.open_enumerations,
        collections=collections,
        names=frozenset(names),
        parents=parents,
    )
