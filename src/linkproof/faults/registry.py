"""A seed is one way to be wrong (or different by right); it makes a fault (or a variant) for each contract it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from linkproof.contract.model import Contract, Requirement, Role
from linkproof.mock.behaviour import Behaviour

#: Makes a behaviour into another one.
Change = Callable[[Behaviour], Behaviour]
#: The change for a contract, None where the contract has nothing to be wrong (or different) about.
Maker = Callable[[Contract], Change | None]


@dataclass(frozen=True, slots=True)
class OfRoles:
    """A change of the answers of some operations: a contract that has none of them has nothing to be wrong about."""

    roles: frozenset[Role]
    change: Change

    def __call__(self, behaviour: Behaviour) -> Behaviour:
        """The behaviour, changed."""
        return self.change(behaviour)


@dataclass(frozen=True, slots=True)
class Seed:
    """One way to be wrong. ``requirement`` is breached by it; each of ``equivalent`` says as much of the same cause.

    For a variant, ``requirement`` is the one that would be blamed by mistake. ``wire``: it needs a real socket.
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
    """A seed on one contract. ``id`` is ``requirement.name@contract``; a benign one is a variant."""

    id: str
    seed: Seed
    contract: str
    change: Change

    @property
    def requirement(self) -> str:
        """The requirement that is breached, or that could be blamed by mistake."""
        return self.seed.requirement

    @property
    def names(self) -> frozenset[str]:
        """The requirements whose finding counts as having caught the fault."""
        return frozenset({self.seed.requirement, *self.seed.equivalent})


_SEEDS: list[Seed] = []


def fault(requirement: str, name: str, text: str, *equivalent: str) -> Callable[[Maker], Maker]:
    """Register a breach of ``requirement``, made by the function that follows."""

    def register(make: Maker) -> Maker:
        _SEEDS.append(Seed(requirement, name, text, equivalent, benign=False, wire=False, make=make))
        return make

    return register


def variant(requirement: str, name: str, text: str, *, wire: bool = False) -> Callable[[Maker], Maker]:
    """Register a legal way to be different, which ``requirement`` must not be blamed for."""

    def register(make: Maker) -> Maker:
        _SEEDS.append(Seed(requirement, name, text, (), benign=True, wire=wire, make=make))
        return make

    return register


def seeds() -> tuple[Seed, ...]:
    """Every seed, in the order in which the modules have them."""
    return tuple(_SEEDS)


def sown(contracts: Iterable[Contract], binding: Mapping[str, Requirement], chosen: Iterable[Seed]) -> Iterator[Fault]:
    """The seeds on each contract that they fit, and that is bound by the requirement; ``binding`` has all by id."""
    known = tuple(contracts)
    for seed in chosen:
        for contract in (c for c in known if binding[seed.requirement].applies_to(c)):
            change = seed.make(contract)
            if change is not None and _is_of(change, contract):
                yield Fault(f"{seed.requirement}.{seed.name}@{contract.id}", seed, contract.id, change)


def _is_of(change: Change, contract: Contract) -> bool:
    roles = change.roles if isinstance(change, OfRoles) else frozenset()
    return not roles or any(contract.by_role(r) for r in roles)
