"""Requirements, as read from ``schemas/requirements``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from linkproof.contract.model import Contract
from linkproof.contract.source import Source
from linkproof.model.finding import Level


class Agreement(StrEnum):
    """In what a finding and its cause must agree."""

    #: The same answer breaches both.
    EXCHANGE = "exchange"
    #: The cause was seen on the answer, or on a request on which the finding is based.
    REQUEST = "request"
    #: As ``REQUEST``, and at the same member.
    MEMBER = "member"
    #: The same answer breaches both, at members of the same object.
    SIBLING = "sibling"
    #: The same member, on any connection, where only Get or only List shows the finding.
    ONE_VIEW = "one-view"
    #: As ``ONE_VIEW``, and the cause was also seen on a connection that nothing had written to.
    UNTOUCHED = "untouched"
    #: The same connection, in the same state scope.
    CONNECTION = "connection"
    #: As ``CONNECTION``, and at the same member.
    CONNECTION_MEMBER = "connection-member"
    #: Every member that the finding lists is one that the cause lists.
    MEMBERS = "members"
    #: Each answer of the finding (to which operation and decision, with which status and error code) is one of the
    #: cause's.
    ANSWERS = "answers"
    #: The cause was seen before, in the same state scope.
    AFTER = "after"
    #: The cause was seen on the contract at all.
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which requirements' breaches can explain a breach of another, why, and in what both must agree.

    ``kinds`` and ``cause_kinds`` limit it to some kinds of breach (shell patterns); empty: all kinds.
    """

    causes: tuple[str, ...]
    agree: Agreement
    reason: str
    kinds: tuple[str, ...] = ()
    cause_kinds: tuple[str, ...] = ()


class Basis(StrEnum):
    """The basis of a requirement, which decides whether it binds another version than the definition's."""

    #: A rule of the vendor for all versions.
    RULE = "rule"
    #: The definition of one version: its schemas, statuses, limits and enumerators.
    DEFINITION = "definition"
    #: A rule about requests with a defect; some defects depend on the definition of one version.
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A numbered requirement of the catalogue (``schemas/requirements``)."""

    id: str
    family: str
    level: Level
    subject: str
    title: str
    statement: str
    why: str
    needs: tuple[str, ...]
    condition: str
    evidence: tuple[str, ...]
    source: Source
    explained_by: tuple[Explanation, ...] = ()
    rests_on: Basis = Basis.RULE
    race: str = ""

    def applies_to(self, contract: Contract) -> bool:
        """Whether the requirement binds a contract: the contract has every capability that it needs."""
        return set(self.needs) <= contract.capabilities
