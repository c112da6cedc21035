"""The values that were seen in traffic."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from linkproof.model.evidence import Count, Date


class ObservedValue(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that was seen."""

    value: Annotated[str, Meta(description="The value.")]
    documented: Annotated[bool, Meta(description="Whether the contract names it.")]
    count: Annotated[Count, Meta(description="How often it was seen.")]
    first_seen: Date
    last_seen: Date
    seen: Annotated[str, Meta(description="The exchange in which it was seen first.")]


class Observed(Struct, frozen=True, forbid_unknown_fields=True):
    """The values that were seen at one place."""

    contract: Annotated[str, Meta(description="The contract's id.")]
    place: Annotated[str, Meta(description="Pointer within one connection, or within an error body.")]
    documented: Annotated[
        tuple[str, ...], Meta(description="The values that the contract names; empty if it names none.")
    ]
    values: Annotated[tuple[ObservedValue, ...], Meta(description="The values that were seen.")]
