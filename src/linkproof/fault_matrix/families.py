"""One fault and one variant per requirement family and contract: enough for a nightly run over many contracts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linkproof.faults.registry import Fault


def one_of_each_family(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return one fault and one variant of each family for each contract.

    Different contracts get different faults of a family, so that all contracts together cover many.
    """
    groups: dict[tuple[str, str, bool], list[Fault]] = {}
    for fault in faults:
        family = fault.requirement.partition("-")[0]
        groups.setdefault((fault.contract, family, fault.definition.benign), []).append(fault)
    order = {name: number for number, name in enumerate(dict.fromkeys(key[0] for key in groups))}
    return tuple(_turn(group, order[key[0]]) for key, group in groups.items())


def _turn(group: Sequence[Fault], number: int) -> Fault:
    return group[number % len(group)]
