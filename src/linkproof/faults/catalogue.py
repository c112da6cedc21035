"""All faults and variants, for each contract to which they apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from importlib import import_module

from linkproof.contract.model import Contract
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import UsageError
from linkproof.faults.edits import going_on
from linkproof.faults.registry import Fault, FaultDefinition, definitions, faults_of
from linkproof.mock.defaults import Choice, only_for

#: The modules with definitions, in the order in which faults and variants are listed and sampled.
MODULES = (
    *("breaches.error_bodies", "breaches.invalid_requests", "breaches.error_codes", "breaches.headers"),
    *("breaches.long_running", "breaches.pagination", "breaches.offsets"),
    *("breaches.valid_requests", "breaches.lenient_requests", "breaches.side_effects"),
    *("breaches.shape", "breaches.identity", "breaches.enumerations"),
    *("breaches.decisions", "breaches.readings", "breaches.transitions"),
    *("breaches.tokens", "breaches.several"),
    *("variants.requests", "variants.tokens", "variants.bodies", "variants.errors", "variants.pages"),
    *("variants.decisions", "variants.operations", "variants.groups"),
)


def all_definitions() -> tuple[FaultDefinition, ...]:
    """Return every definition."""
    for name in MODULES:
        import_module(f"linkproof.faults.{name}")  # registers its definitions
    return definitions()


def all_faults(contracts: Iterable[Contract]) -> tuple[Fault, ...]:
    """Return every fault, on each contract to which it applies."""
    return tuple(_faults(contracts, benign=False))


def all_variants(contracts: Iterable[Contract]) -> tuple[Fault, ...]:
    """Return every variant, on each contract to which it applies."""
    return tuple(_faults(contracts, benign=True))


def _faults(contracts: Iterable[Contract], *, benign: bool) -> Iterator[Fault]:
    binding = {r.id: r for r in all_requirements()}
    for fault in faults_of(contracts, binding, (s for s in all_definitions() if s.benign is benign)):
        # A fault of long-running operations needs a server whose operations run long.
        goes_on = binding[fault.requirement].family == "LRO"
        yield replace(fault, change=going_on(fault.change)) if goes_on else fault


def find(name: str, contracts: Iterable[Contract]) -> Fault:
    """Return a fault or variant by its id. Raises UsageError for an unknown id."""
    chosen = tuple(contracts)
    known = {f.id: f for f in (*all_faults(chosen), *all_variants(chosen))}
    found = known.get(name)
    if found is None:
        near = get_close_matches(name, known, n=1, cutoff=0.3)
        fix = f"perhaps {near[0]}; linkproof faults list shows all" if near else "linkproof faults list shows all"
        raise UsageError(f"there is no fault {name!r}", where="--fault", fix=fix)
    return found


def behaving(fault: Fault) -> Choice:
    """Return the behaviour of the embedded server with this one fault."""
    return only_for(fault.contract, fault.change)
