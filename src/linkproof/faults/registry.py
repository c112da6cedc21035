"""Registry of fault definitions, and the faults that they make on each contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.requirement import Requirement
from linkproof.mock.behaviour import Behaviour

#: Returns a changed copy of a behaviour.
Change = Callable[[Behaviour], Behaviour]
#: Returns the change for a contract; None if it does not apply to the contract.
Maker = Callable[[Contract], Change | None]


@dataclass(frozen=True, slots=True)
class OfRoles:
    """A change of the answers of some operations. It does not apply to a contract with none of them."""

    roles: frozenset[Role]
    change: Change

    def __call__(self, behaviour: Behaviour) -> Behaviour:
        """Return the changed behaviour."""
        return self.change(behaviour)


@dataclass(frozen=True, slots=True)
class FaultDefinition:
    """One way to breach ``requirement``; a finding of any of ``equivalent`` also counts as having caught it.

    A variant is a legal difference for which ``requirement`` must not be blamed. ``wire``: it needs a real socket.
    """

    requirement: str
    name: str
    text: str
    equivalent: tuple[str, ...]
    benign: bool
    wire: bool
    make: Maker


@dataclass(frozen=True, slots=True)
class Fault:
    """A definition on one contract. ``id`` is ``requirement.name@contract``. A benign fault is a variant."""

    id: str
    definition: FaultDefinition
    contract: str
    change: Change

    @property
    def requirement(self) -> str:
        """Return the requirement that is breached, or that a variant could be blamed for."""
        return self.definition.requirement

    @property
    def names(self) -> frozenset[str]:
        """Return the requirements whose finding counts as having caught the fault."""
        return frozenset({self.definition.requirement, *self.definition.equivalent})


_DEFINITIONS: list[FaultDefinition] = []


def fault(requirement: str, name: str, text: str, *equivalent: str) -> Callable[[Maker], Maker]:
    """Register a breach of ``requirement``. The decorated function returns its change for a contract."""

    def register(make: Maker) -> Maker:
        _DEFINITIONS.append(FaultDefinition(requirement, name, text, equivalent, benign=False, wire=False, make=make))
        return make

    return register


def variant(requirement: str, name: str, text: str, *, wire: bool = False) -> Callable[[Maker], Maker]:
    """Register a legal difference for which ``requirement`` must not be blamed."""

    def register(make: Maker) -> Maker:
        _DEFINITIONS.append(FaultDefinition(requirement, name, text, (), benign=True, wire=wire, make=make))
        return make

    return register


def definitions() -> tuple[FaultDefinition, ...]:
    """Return every definition, in the order of registration."""
    return tuple(_DEFINITIONS)


def faults_of(
    contracts: Iterable[Contract], binding: Mapping[str, Requirement], chosen: Iterable[FaultDefinition]
) -> Iterator[Fault]:
    """Yield each definition on each contract to which it applies. ``binding``: all requirements by id."""
    known = tuple(contracts)
    for definition in chosen:
        for contract in (c for c in known if binding[definition.requirement].applies_to(c)):
            change = definition.make(contract)
            if change is not None and _is_of(change, contract):
                yield Fault(
                    f"{definition.requirement}.{definition.name}@{contract.id}", definition, contract.id, change
                )


def _is_of(change: Change, contract: Contract) -> bool:
    roles = change.roles if isinstance(change, OfRoles) else frozenset()
    return not roles or any(contract.by_role(r) for r in roles)
