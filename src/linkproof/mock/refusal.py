"""How a request is refused: a vendor's status, code and words for each kind of mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from linkproof.contract.model import Contract


class Mistake(StrEnum):
    """What can be wrong with a request, whatever the vendor calls it."""

    NO_CREDENTIAL = "no credential"
    WRONG_CREDENTIAL = "wrong credential"
    NO_PATH = "unknown path"
    NO_PARENT = "unknown parent"
    NO_CONNECTION = "unknown connection"
    NO_VERSION = "no api-version"
    OTHER_VERSION = "unsupported api-version"
    METHOD = "undocumented method"
    PATH_LIMIT = "path parameter outside its limits"
    QUERY = "query parameter outside its set"
    TOO_LARGE = "body too large"
    NOT_JSON = "body is not JSON"
    EMPTY = "body is empty"
    NOT_OBJECT = "body is not an object"
    BODY = "body does not fit its schema"
    DECISION = "no such decision"
    SEVERAL = "several connections where one is allowed"
    BAD_NAME = "no name that a connection can have"
    FOREIGN = "connection of another parent"
    NOT_PENDING = "connection is no longer pending"
    STATE = "connection is in no state to be decided"
    BUSY = "another operation is going on"
    LACKS_MEMBER = "body lacks a required member"
    ACTION = "no such operation"
    FILTER = "no such filter"
    TOKEN = "a token that no page had"
    DRY_RUN = "nothing was to be done"


@dataclass(frozen=True, slots=True)
class Row:
    """How one mistake is answered."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: what goes into the error body, and header fields of its own."""

    mistake: Mistake
    status: int
    code: str
    message: str
    target: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class Refusals:
    """A vendor's table from mistakes to rows. Messages never repeat what was sent: it may be a secret."""

    table: ClassVar[Mapping[Mistake, Row]] = {}

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def row(self, mistake: Mistake, target: str) -> Row:  # noqa: ARG002
        """The row for a mistake; where the contract itself names the code, with that one."""
        row = self.table[mistake]
        if mistake is Mistake.NO_VERSION and self.contract.error.missing_version:
            return Row(row.status, self.contract.error.missing_version[0], row.message)
        if mistake is Mistake.NOT_PENDING and self.contract.decide.refusal:
            return Row(row.status, self.contract.decide.refusal, row.message)
        return row

    def of(self, mistake: Mistake, target: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Refusal:
        """The refusal of a mistake; ``target`` is the parameter or pointer that it is about."""
        row = self.row(mistake, target)
        return Refusal(mistake, row.status, row.code, row.message, target, headers)
