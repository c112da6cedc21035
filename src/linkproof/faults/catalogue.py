"""Every fault and every variant, on the contracts that they fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from linkproof.contract.loader import all_requirements
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.faults import errors, long_running, pagination, requests, shape, state, tokens, variants
from linkproof.faults.edits import going_on
from linkproof.faults.registry import Fault, Seed, seeds, sown
from linkproof.mock.defaults import Choice, only_for

#: The modules that have the seeds, in the order of the requirements' families; importing them registers the seeds.
_SOWING = (shape, pagination, tokens, errors, requests, state, long_running, variants)


def all_seeds() -> tuple[Seed, ...]:
    """Every seed."""
    assert _SOWING
    return seeds()


def all_faults(contracts: Iterable[Contract]) -> tuple[Fault, ...]:
    """Every breach, on every contract that it fits."""
    return tuple(_sown(contracts, benign=False))


def all_variants(contracts: Iterable[Contract]) -> tuple[Fault, ...]:
    """Every legal way to be different, on every contract that it fits."""
    return tuple(_sown(contracts, benign=True))


def _sown(contracts: Iterable[Contract], *, benign: bool) -> Iterator[Fault]:
    binding = {r.id: r for r in all_requirements()}
    for fault in sown(contracts, binding, (s for s in all_seeds() if s.benign is benign)):
        # What is wrong with operations that go on is wrong only where they do.
        goes_on = binding[fault.requirement].family == "LRO"
        yield replace(fault, change=going_on(fault.change)) if goes_on else fault


def find(name: str, contracts: Iterable[Contract]) -> Fault:
    """A fault or variant by its id. Raises UsageError for one that there is not."""
    chosen = tuple(contracts)
    known = {f.id: f for f in (*all_faults(chosen), *all_variants(chosen))}
    found = known.get(name)
    if found is None:
        near = get_close_matches(name, known, n=1, cutoff=0.3)
        fix = f"perhaps {near[0]}; linkproof faults list shows all" if near else "linkproof faults list shows all"
        raise UsageError(f"there is no fault {name!r}", where="--fault", fix=fix)
    return found


def behaving(fault: Fault) -> Choice:
    """The embedded server with one fault, and nothing else wrong."""
    return only_for(fault.contract, fault.change)
