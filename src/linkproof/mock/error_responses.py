"""Error responses: a vendor's status, code and message for each error case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from linkproof.contract.model import Contract


class ErrorCase(StrEnum):
    """What can be wrong with a request, independent of the vendor."""

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
class ErrorRow:
    """Status, code and message of one error case."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An error response before it is rendered: the values of its body, and its additional header fields."""

    case: ErrorCase
    status: int
    code: str
    message: str
    target: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class ErrorTable:
    """A vendor's error responses by error case. Messages never repeat what was sent: it may be a secret."""

    table: ClassVar[Mapping[ErrorCase, ErrorRow]] = {}

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def usual(self, case: ErrorCase) -> ErrorRow:
        """Return the vendor's row of an error case."""
        return self.table[case]

    def row(self, case: ErrorCase, target: str) -> ErrorRow:  # noqa: ARG002
        """Return the row of an error case, with the contract's own code where it defines one."""
        row = self.usual(case)
        if case is ErrorCase.NO_VERSION and self.contract.error.missing_version:
            return ErrorRow(row.status, self.contract.error.missing_version[0], row.message)
        if case is ErrorCase.NOT_PENDING:
            decide = self.contract.decide
            return ErrorRow(decide.refusal_status, decide.refusal or row.code, row.message)
        return row

    def of(self, case: ErrorCase, target: str = "", headers: tuple[tuple[str, str], ...] = ()) -> ErrorResponse:
        """Return the error response for a case; ``target`` is the parameter or pointer at fault."""
        row = self.row(case, target)
        return ErrorResponse(case, row.status, row.code, row.message, target, headers)
