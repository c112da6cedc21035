"""Draw the generated cases of every reviewed contract, and the random lifecycles: ``make cases``.

    python -m tests.ship_cases

A file is needed anew when the contract's document changes, and when another version of Schemathesis or Hypothesis draws
other cases; ``tests/runner/test_prepared_cases.py`` then fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.runner.generated import GeneratedCase
from linkproof.runner.prepared_cases import (
    LIFECYCLES,
    CaseKind,
    PreparedCases,
    PreparedLifecycles,
    digest_of,
    file_of,
    key_of,
    write,
)
from linkproof.runner.property_based import ENUMERATED, NEGATIVE, POSITIVE, draw
from linkproof.runner.run_context import DEFAULT_SEED
from linkproof.runner.state_machine import LIVES, STEPS, draw_lives

ROLES = (Role.LIST, Role.GET, Role.DECIDE, Role.DELETE)


def kinds_of(role: Role) -> Iterator[CaseKind]:
    """Yield the kinds of cases that ``suites/test_properties.py`` sends for an operation."""
    yield ENUMERATED
    if role in (Role.LIST, Role.DECIDE):
        yield POSITIVE
    if role is not Role.DELETE:
        yield NEGATIVE


def operations_of(contract: Contract) -> Iterator[tuple[Role, Operation]]:
    """Yield the operations for which cases are generated."""
    for role in ROLES:
        operation = contract.by_role(role)
        if operation is not None:
            yield role, operation


def cases_of(contract: Contract) -> PreparedCases:
    """Return the cases of a contract, drawn now."""
    found: dict[str, tuple[GeneratedCase, ...]] = {}
    for role, operation in operations_of(contract):
        for kind in kinds_of(role):
            found[key_of(operation.id, kind)] = draw(contract, operation, kind, DEFAULT_SEED)
    return PreparedCases(digest_of(contract), DEFAULT_SEED, found)


def lifecycles() -> PreparedLifecycles:
    """Return the lifecycles, drawn now."""
    return PreparedLifecycles(DEFAULT_SEED, LIVES, STEPS, draw_lives(DEFAULT_SEED, LIVES, STEPS))


def main() -> None:
    """Write all files, without those of contracts that are gone."""
    for old in file_of(LIFECYCLES).parent.glob("*.json.gz"):
        old.unlink()
    for contract in all_contracts():
        write(file_of(contract.id), cases_of(contract))
    write(file_of(LIFECYCLES), lifecycles())


if __name__ == "__main__":
    main()
