"""Judgements of checks, and the findings that they are grouped into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from linkproof.model.evidence import Count, Date, Evidence

if TYPE_CHECKING:
    from linkproof.model.exchange import Exchange


class Level(StrEnum):
    """MUST: a breach is a non-conformance. SHOULD: a breach is a warning. NOTE: a documented variant, worth knowing."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    NOTE = "NOTE"


@dataclass(frozen=True, slots=True)
class Breach:
    """What a check found wrong in one exchange (or in the last exchange of several).

    ``kind`` is a short word for the kind of breach (findings are grouped by it); ``group`` takes the place of
    ``actual`` in grouping where the value itself varies from exchange to exchange. ``member`` is one of several
    things that one cause may be seen at (a member of the body, a parameter): a finding lists them all. ``untouched``:
    nothing had written to its connection.
    """

    kind: str
    pointer: str
    expected: str
    actual: str
    message: str
    level: Level = Level.MUST
    group: str | None = None
    evidence: tuple[Exchange, ...] = ()
    member: str = ""
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """One requirement judged once on one exchange: it held, or there is a breach."""

    requirement: str
    breach: Breach | None = None


class Party(StrEnum):
    """Which of traffic, contract and definition page disagrees with the other two."""

    SERVICE = "the service"
    SPECIFICATION = "the specification"
    PAGE = "the page"
    UNDECIDED = "undecided"


class Attribution(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of service, specification and definition page disagrees with the two others, and why."""

    alone: Annotated[Party, Meta(description="Which one deviates from the two others.")]
    why: Annotated[str, Meta(description="What that rests on.")]


class Finding(Struct, forbid_unknown_fields=True):
    """Breaches of one cause: same requirement, contract, operation, place, kind and value; with a count."""

    id: Annotated[str, Meta(min_length=1, description="The finding's id: the same for the same breach in every run.")]
    requirement: Annotated[str, Meta(description="The id of the requirement that is breached.")]
    level: Level
    contract: Annotated[str, Meta(description="The contract's id.")]
    operation: Annotated[str, Meta(description="The first operation that answered so.")]
    kind: Annotated[str, Meta(description="A short name of the kind of breach; findings are grouped by it.")]
    pointer: Annotated[str, Meta(description="Where in the body (JSON pointer); empty: the whole answer.")]
    expected: Annotated[str, Meta(description="What the requirement asks for.")]
    actual: Annotated[str, Meta(description="What came.")]
    message: Annotated[str, Meta(description="The breach in one sentence.")]
    count: Annotated[Count, Meta(description="How often it was seen.")] = 0
    exchanges: Annotated[list[Evidence], Meta(description="A few of the exchanges that show it.")] = []
    curl: Annotated[str, Meta(description="A command that sends the request again; credentials come from $TOKEN.")] = ""
    curl_before: Annotated[
        tuple[str, ...],
        Meta(description="Commands to send first, in this order, where the breach shows in several requests together."),
    ] = ()
    follows: Annotated[
        str | None, Meta(description="The id of the finding that explains it; null for a root cause.")
    ] = None
    because: Annotated[str, Meta(description="Why it follows from that finding; empty for a root cause.")] = ""
    first_seen: Date = ""
    last_seen: Date = ""
    operations: Annotated[tuple[str, ...], Meta(description="All operations that answered so.")] = ()
    place: Annotated[
        str, Meta(description="The pointer within one connection, with * for any index: the same in every run.")
    ] = ""
    value: Annotated[str, Meta(description="The received value by which it was grouped, or its description.")] = ""
    attribution: Annotated[
        Attribution | None, Meta(description="Which side disagrees, by the definition page; null without a page.")
    ] = None
    members: Annotated[
        tuple[str, ...],
        Meta(description="The members or parameters at which one cause was seen, if it is grouped over them."),
    ] = ()
    together: Annotated[
        Count,
        Meta(description="How many of the exchanges, from the first, show it together; the last of them was judged."),
    ] = 1

    @property
    def judged(self) -> Evidence | None:
        """The exchange that was judged, after those before it that show the breach with it; None without exchanges."""
        return self.exchanges[: self.together][-1] if self.exchanges else None

    @property
    def is_must(self) -> bool:
        """Whether it is a non-conformance, and not only a warning."""
        return self.level is Level.MUST
