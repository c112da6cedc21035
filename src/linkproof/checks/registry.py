"""Registration of checks.

A check is a pure function: it reads one call and a frozen view of the calls before it, and yields a judgement for each
thing that it judged, good or bad. The order of checks does not matter. A check that yields nothing has judged nothing,
which is never a pass.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from linkproof.base.json_values import shorten
from linkproof.checks.traits import ALL
from linkproof.checks.view import View
from linkproof.contract.address import Kind
from linkproof.contract.call import Call, delivers, schema_of
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.contract.schema import BodySchema
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Breach, Judgement, Level

CheckFunction = Callable[[Call, View, Circumstances], Iterator[Judgement]]


@dataclass(frozen=True, slots=True)
class CallClass:
    """What determines which checks apply to a call. All calls of one class get the same checks.

    ``flawed``: whether the request has a defect. ``written``: whether an earlier request in the state scope would have
    changed something. ``operation`` is None for methods and polls that the contract does not list.
    """

    contract: Contract
    kind: Kind
    role: Role | None
    method: str
    status: int
    flawed: bool
    written: bool
    operation: Operation | None
    circumstances: Circumstances

    @property
    def success(self) -> bool:
        """Whether the answer is 2xx."""
        return 200 <= self.status < 300

    @property
    def shows(self) -> bool:
        """Whether the call is a Get or List that was answered with 200."""
        return self.delivers and self.role in (Role.GET, Role.LIST)

    @property
    def delivers(self) -> bool:
        """Whether the answer contains what was requested: any 2xx but 202 and 204."""
        return delivers(self.status)

    @property
    def schema(self) -> BodySchema | None:
        """Return the schema of a success body."""
        return schema_of(self.operation, self.status) if self.success else None


def class_of(call: Call, circumstances: Circumstances, *, written: bool) -> CallClass:
    """Return the class of a call; ``written`` as in ``CallClass``."""
    return CallClass(
        call.contract,
        call.kind,
        call.role,
        call.exchange.request.method,
        call.status,
        bool(call.defects),
        written,
        call.operation,
        circumstances,
    )


def _any(of: CallClass) -> bool:
    return True


def _none(of: CallClass) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Check:
    """A check, the requirements that it judges, and the call classes to which it applies.

    Calls of the classes in ``passes`` always pass the first requirement, without running the check. ``of_answer``:
    without a breach, the judgements depend only on the request line and the answer's status, content type and body.
    ``needs`` are traits (``checks.traits``): the check says nothing of a call that has none of them, and is not run.
    """

    requirements: tuple[str, ...]
    function: CheckFunction
    applies_to: Callable[[CallClass], bool]
    passes: Callable[[CallClass], bool] = _none
    of_answer: bool = False
    needs: int = ALL
    ids: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", frozenset(self.requirements))


#: Maximum length of a text in a finding, in characters.
_LONGEST = 4096
_REGISTRY: list[Check] = []


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check of this package; its modules are found by location, in any order."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
    return tuple(_REGISTRY)


def check(
    *requirements: str,
    applies_to: Callable[[CallClass], bool] = _any,
    passes: Callable[[CallClass], bool] = _none,
    of_answer: bool = False,
    needs: int = ALL,
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check with the ids of all requirements that it judges; for other arguments see ``Check``."""

    def register(function: CheckFunction) -> CheckFunction:
        _REGISTRY.append(Check(requirements, function, applies_to, passes, of_answer, needs))
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
    member: str = "",
    untouched: bool = False,
) -> Judgement:
    """Return a judgement that the requirement is breached; ``actual`` is shown as JSON unless it is a string."""
    shown = actual if isinstance(actual, str) else shorten(actual)
    return Judgement(
        requirement,
        Breach(
            kind, _cut(pointer), _cut(expected), _cut(shown), _cut(message), level,
            group if group is None else _cut(group), evidence, _cut(member), untouched,
        ),
    )  # fmt: skip


def _cut(text: str) -> str:
    """Truncate a text that is too long for a finding: a server may send megabytes as one value."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@lru_cache(maxsize=1024)
def passed(requirement: str) -> Judgement:
    """Return a judgement that the requirement passed."""
    return Judgement(requirement)
