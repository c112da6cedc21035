"""Readings of a run: those that are sent ahead and judged in their turn, and those that are still fresh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from linkproof.base.json_values import at
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of
from linkproof.contract.operation import Role
from linkproof.model.exchange import Exchange

T = TypeVar("T")


@dataclass(frozen=True)
class Held(Generic[T]):
    """A reading request's exchanges, not judged yet, and its value or exception."""

    exchanges: list[Exchange]
    value: T | None
    error: BaseException | None = None

    def outcome(self) -> T:
        """Return the value. Raises what the reading request raised."""
        if self.error is not None:
            raise self.error
        return cast(T, self.value)


@dataclass
class Fresh:
    """What was read since connections of a contract may have changed last.

    Attributes:
        listed: the names on the last complete list, in lower case; None if there is none.
        got: the connections that were read by Get, in lower case.
    """

    listed: list[str] | None = None
    got: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Forget all: connections may have changed."""
        self.listed = None
        self.got.clear()


def names_on(contract: Contract, pages: Iterable[Call]) -> list[str]:
    """Return the names on some pages in lower case, in order, each once."""
    found = [name_of(contract, item) for page in pages for item in page.items]
    return list(dict.fromkeys(n for n in found if n))


def status_and_description(call: Call, name: str) -> dict[str, str] | None:
    """Return status and description of a connection as a Get or List shows them; None if it does not show it."""
    value: Any = call.answer if call.success else None
    if call.role is Role.LIST:
        value = next((item for own, item, _ in call.named if own == name.lower()), None)
    if not isinstance(value, dict):
        return None
    member = call.contract.member
    found = {"status": at(value, member.status), "description": at(value, member.description or "/-")}
    return {k: v for k, v in found.items() if isinstance(v, str)}


def is_plain_reading(call: Call) -> bool:
    """Whether a call can have changed nothing: a valid List or Get, answered."""
    is_answered = call.success or call.not_found
    return call.kind is Kind.OPERATION and call.reads and not call.defects and is_answered
