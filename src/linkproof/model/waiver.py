"""Waivers: accepted breaches, and their status in one run."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct


class WaiverStatus(StrEnum):
    """The status of a waiver in one run."""

    IN_FORCE = "in force"
    EXPIRED = "expired"
    UNUSED = "unused"
    NOT_JUDGED = "not judged"


class Waiver(Struct, frozen=True, forbid_unknown_fields=True):
    """A breach that an owner accepts until a day."""

    requirement: Annotated[str, Meta(description="The id of the requirement that is breached.")]
    contract: Annotated[str, Meta(description="The contract's id.")]
    operations: Annotated[tuple[str, ...], Meta(min_length=1, description="The operations that it covers.")]
    pointer: Annotated[str, Meta(description="The finding's place: a pointer within one connection.")]
    kind: Annotated[str, Meta(description="The kind of breach.")]
    owner: Annotated[str, Meta(description="Who accepts the breach.")]
    reason: Annotated[str, Meta(description="Why.")]
    link: Annotated[str, Meta(description="Where to read more, such as a ticket.")]
    expires: Annotated[str, Meta(description="The last day on which it covers anything (ISO 8601).")]
    value: Annotated[str | None, Meta(description="The finding's value; null covers any value.")] = None
    standing: Annotated[
        WaiverStatus,
        Meta(
            description="in force: it covers a finding of this run. expired: its last day has passed. unused: the run"
            " judged its requirement there and found nothing that it covers. not judged: the run did not judge it."
        ),
    ] = WaiverStatus.NOT_JUDGED
    findings: Annotated[tuple[str, ...], Meta(description="The ids of the findings that it is about.")] = ()
