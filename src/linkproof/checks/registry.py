"""What a check is, and how it comes to be known.

A check looks at one call and at the history of the calls before it, and yields a judgement for each thing that it
judged, good or bad. A check that yields nothing has judged nothing: that is never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from linkproof.base.json_values import shorten
from linkproof.checks.state import History
from linkproof.contract.call import Call
from linkproof.contract.model import Contract, Role
from linkproof.contract.request_match import Kind
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Breach, Judgement, Level

CheckFunction = Callable[[Call, History, Circumstances], Iterator[Judgement]]


@dataclass(frozen=True, slots=True)
class Sort:
    """What is known of a call before its details. All calls of one sort are given to the same checks.

    ``flawed``: whether the request has a defect; ``written``: whether any request before it, in its world, would have
    changed something.
    """

    contract: Contract
    kind: Kind
    role: Role | None
    method: str
    status: int
    flawed: bool
    written: bool

    @property
    def success(self) -> bool:
        """Whether the answer is 2xx."""
        return 200 <= self.status < 300

    @property
    def shows(self) -> bool:
        """Whether it is a Get or List that was answered with 200."""
        return self.status == 200 and self.role in (Role.GET, Role.LIST)


def sort_of(call: Call, history: History) -> Sort:
    """The sort of a call after those of a history."""
    method = call.exchange.request.method
    return Sort(call.contract, call.kind, call.role, method, call.status, bool(call.faults), history.written)


def _any(sort: Sort) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """A check and the requirements that it judges; ``concerns`` tells the sorts of calls that it has to be given."""

    requirements: tuple[str, ...]
    function: CheckFunction
    concerns: Callable[[Sort], bool]


REGISTRY: list[Check] = []


def check(*requirements: str, concerns: Callable[[Sort], bool] = _any) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check under the ids of the requirements that it judges."""

    def register(function: CheckFunction) -> CheckFunction:
        REGISTRY.append(Check(requirements, function, concerns))
        return function

    return register


def breach(
    requirement: str,
    kind: str,
    pointer: str,
    expected: str,
    actual: Any,
    message: str,
    *,
    level: Level = Level.MUST,
    group: str | None = None,
    evidence: tuple[Exchange, ...] = (),
) -> Judgement:
    """A judgement that the requirement did not hold; ``actual`` is shown as JSON unless it is a string."""
    shown = actual if isinstance(actual, str) else shorten(actual)
    return Judgement(requirement, Breach(kind, pointer, expected, shown, message, level, group, evidence))


_HELD: dict[str, Judgement] = {}


def held(requirement: str) -> Judgement:
    """A judgement that the requirement held."""
    found = _HELD.get(requirement)
    if found is None:
        found = _HELD[requirement] = Judgement(requirement)
    return found
