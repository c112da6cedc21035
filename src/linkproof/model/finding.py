"""Judgements of checks, and the findings that they are grouped into."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

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
    things that one cause may be seen at (a member of the body, a parameter): a finding lists them all.
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """One requirement judged once on one exchange: it held, or there is a breach."""

    requirement: str
    breach: Breach | None = None


class Party(StrEnum):
    """Who stands alone where traffic, contract and definition page do not all say the same."""

    SERVICE = "the service"
    SPECIFICATION = "the specification"
    PAGE = "the page"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who stands alone, and what that rests on."""

    alone: Party
    why: str


@dataclass
class Finding:
    """Breaches of one cause: same requirement, contract, operation, place, kind and value; with a count.

    ``operations`` are all that answered so, ``operation`` the first of them; ``place`` is ``pointer`` within one
    connection, and ``value`` what was grouped by: the same in every run, so that a waiver can name them.
    ``follows`` is the id of the finding that explains it, and ``because`` the reason; "" for a root cause.
    ``first_seen`` and ``last_seen`` are the dates of its earliest and latest evidence (ISO 8601), "" where unknown.
    """

    id: str
    requirement: str
    level: Level
    contract: str
    operation: str
    kind: str
    pointer: str
    expected: str
    actual: str
    message: str
    count: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    curl: str = ""
    follows: str = ""
    because: str = ""
    first_seen: str = ""
    last_seen: str = ""
    operations: tuple[str, ...] = ()
    place: str = ""
    value: str = ""
    attribution: Attribution | None = None
    members: tuple[str, ...] = ()

    @property
    def is_must(self) -> bool:
        """Whether it is a non-conformance, and no mere warning."""
        return self.level is Level.MUST
