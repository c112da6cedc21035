"""Deals the tests of a contract over its parents: the same way in every run, however many requests are concurrent.

The tests of different parents may be sent concurrently although they write, because no list shows connections of two
parents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from linkproof.contract.model import Contract
from linkproof.targets.model import Target, TargetContract

#: The number of requests of a test that is not marked with ``sends``.
_USUAL = 9

_PARENT = pytest.StashKey[int]()


def parent_of(item: pytest.Item) -> int:
    """Return the number of the parent to which a test is dealt; 0 is the contract's own."""
    return item.stash.get(_PARENT, 0)


def contract_of(item: pytest.Item) -> Contract | None:
    """Return the contract of a test, if it is one of the suites' tests."""
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("driver") if callspec is not None else None
    return found if isinstance(found, Contract) else None


def deal(items: Iterable[pytest.Item], target: Target) -> None:
    """Deal each test to one of its contract's parents, so that all parents get about as many requests.

    A test that needs a long list (mark ``long_list``) is dealt to a parent with the most connections.
    """
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        contract = contract_of(item)
        if contract is not None and target.contracts[contract.id].parents:
            found.setdefault(contract.id, []).append(item)
    for name, tests in found.items():
        parents = target.contracts[name].each
        every, longest = range(len(parents)), _longest(parents)
        loads = [0] * len(parents)
        for test in sorted(tests, key=_requests_of, reverse=True):
            allowed = longest if test.get_closest_marker("long_list") else every
            chosen = min(allowed, key=lambda number: loads[number])
            loads[chosen] += _requests_of(test)
            test.stash[_PARENT] = chosen


def _requests_of(item: Any) -> int:
    """Return about how many requests a test sends."""
    mark = item.get_closest_marker("sends")
    return mark.args[0] if mark is not None else _USUAL


def _longest(parents: Sequence[TargetContract]) -> list[int]:
    """Return the numbers of the parents with the most connections."""
    sizes = [sum(map(len, p.fixtures.values())) + (p.provision.count if p.provision else 0) for p in parents]
    return [number for number, size in enumerate(sizes) if size == max(sizes)]
