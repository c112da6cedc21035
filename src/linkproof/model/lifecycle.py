"""How connections and long-running operations went on: statuses, transitions and polls."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from linkproof.model.evidence import Count, Date

#: The status of a connection that does not exist.
GONE = ""


class Transition(Struct, frozen=True, forbid_unknown_fields=True):
    """A transition from one status to another."""

    before: Annotated[str, Meta(description="The status before; empty: no connection.")]
    by: Annotated[str, Meta(description="What caused it: approve, reject, delete, another write, by itself.")]
    after: Annotated[str, Meta(description="The status after; empty: no connection.")]
    refused: Annotated[bool, Meta(description="Whether it was requested and refused: the status stays.")]
    foreseen: Annotated[bool, Meta(description="Whether it follows from the contract.")]
    count: Annotated[Count, Meta(description="How often it was seen for certain; 0: not exercised.")]
    seen: Annotated[str, Meta(description="The exchange in which it was seen first; empty if it was not seen.")]


class Lifecycle(Struct, frozen=True, forbid_unknown_fields=True):
    """The statuses of a contract's connections, and the transitions between them."""

    contract: Annotated[str, Meta(description="The contract's id.")]
    states: Annotated[tuple[str, ...], Meta(description="The statuses that the contract knows.")]
    transitions: Annotated[
        tuple[Transition, ...], Meta(description="Its transitions: first those that follow from the contract.")
    ]


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer about a long-running operation."""

    after: Annotated[float, Meta(ge=0, description="How long after the first answer.")]
    status: Annotated[int, Meta(ge=0, le=999, description="The HTTP status.")]
    word: Annotated[str, Meta(description="The status in the body of a status poll, else empty.")]


class Timeline(Struct, frozen=True, forbid_unknown_fields=True):
    """One long-running operation."""

    operation: Annotated[str, Meta(description="The operation that started it.")]
    seen: Annotated[str, Meta(description="The exchange that started it.")]
    at: Date
    ended: Annotated[str, Meta(description="The status that it ended with; empty: not seen to end.")]
    steps: Annotated[tuple[Step, ...], Meta(min_length=1, description="The first answer, then every poll.")]


class Ended(Struct, frozen=True, forbid_unknown_fields=True):
    """How many operations ended with a status."""

    word: Annotated[str, Meta(description="The status; empty: not seen to end.")]
    count: Annotated[Count, Meta(description="How many operations.")]


class LongRunning(Struct, frozen=True, forbid_unknown_fields=True):
    """The long-running operations of a contract."""

    contract: Annotated[str, Meta(description="The contract's id.")]
    count: Annotated[Count, Meta(description="How many were seen to start.")]
    ended: Annotated[tuple[Ended, ...], Meta(description="How many ended with which status.")]
    good: Annotated[str, Meta(description="The status of success.")]
    clock: Annotated[Literal["seconds", "exchanges"], Meta(description="The unit of the steps' times.")]
    shown: Annotated[tuple[Timeline, ...], Meta(description="Those that failed first, then the longest.")]
