"""Huawei Cloud VPC Endpoint: packet numbers, times, a connection's errors, and its table of error codes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from linkproof.base.json_values import at
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.error_responses import ErrorCase, ErrorResponse, ErrorRow, ErrorTable
from linkproof.mock.messages import Asked
from linkproof.mock.paging import LimitPaging
from linkproof.mock.presenter import Presenter, stamp
from linkproof.mock.rules import Rules
from linkproof.mock.store import Connection
from linkproof.mock.vendors.signed import SignatureAuthentication

_ERRORS: Mapping[ErrorCase, ErrorRow] = {
    ErrorCase.NO_CREDENTIAL: ErrorRow(401, "EndPoint.0003", "Authentication failed."),
    ErrorCase.WRONG_CREDENTIAL: ErrorRow(401, "EndPoint.0003", "Authentication failed."),
    ErrorCase.NO_PATH: ErrorRow(404, "EndPoint.0005", "The resource does not exist."),
    ErrorCase.NO_PARENT: ErrorRow(400, "EndPoint.2003", "The endpoint service does not exist."),
    ErrorCase.NO_CONNECTION: ErrorRow(404, "EndPoint.2006", "The endpoint does not exist."),
    # The gateway knows the documented methods only.
    ErrorCase.METHOD: ErrorRow(405, "APIGW.0101", "The API does not exist or has not been published."),
    ErrorCase.PATH_LIMIT: ErrorRow(400, "EndPoint.0002", "Parameter error."),
    ErrorCase.QUERY: ErrorRow(400, "EndPoint.0002", "Parameter error."),
    ErrorCase.TOO_LARGE: ErrorRow(413, "APIGW.0201", "The request entity is too large."),
    ErrorCase.NOT_JSON: ErrorRow(400, "EndPoint.0002", "Parameter error: the body is not JSON."),
    ErrorCase.EMPTY: ErrorRow(400, "EndPoint.0002", "Parameter error: the body is empty."),
    ErrorCase.NOT_OBJECT: ErrorRow(400, "EndPoint.0002", "Parameter error: the body is not an object."),
    ErrorCase.BODY: ErrorRow(400, "EndPoint.0002", "Parameter error: the body does not fit."),
    ErrorCase.DECISION: ErrorRow(400, "EndPoint.0007", "Invalid action."),
    ErrorCase.SEVERAL: ErrorRow(400, "EndPoint.2031", "Only one endpoint is allowed."),
    ErrorCase.BAD_NAME: ErrorRow(400, "EndPoint.2017", "Invalid endpoint ID."),
    ErrorCase.FOREIGN: ErrorRow(400, "EndPoint.2013", "The endpoint does not belong to the endpoint service."),
    ErrorCase.STATE: ErrorRow(400, "EndPoint.0002", "Parameter error: the endpoint's status allows no action."),
}
_ID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


class HuaweiErrors(ErrorTable):
    """The vendor's codes; for a query parameter, the code in the contract's table."""

    table = _ERRORS

    def row(self, case: ErrorCase, target: str) -> ErrorRow:
        """Return the row of an error case, by parameter where the contract's table has one."""
        row = super().row(case, target)
        if case is ErrorCase.QUERY:
            own = next((r for r in self.contract.error.table if r.parameter == target), None)
            return ErrorRow(own.status, own.code, f"Invalid {target}.") if own else row
        return row


class HuaweiPresenter(Presenter):
    """Adds a 63-bit packet number, and writes times to the second."""

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Add the packet number and the times."""
        yield "/marker_id", self.marker(connection)
        yield "/created_at", self.time(connection.created)
        yield "/updated_at", self.time(connection.modified)
        yield from super().state(connection)

    def marker(self, connection: Connection) -> int:
        """Return the packet number, derived from the id: odd and beyond 2^53, so that no double can represent it."""
        digest = hashlib.sha256(connection.name.lower().encode()).digest()
        return int.from_bytes(digest[:7], "big") | 1 | 2**58

    def time(self, moment: datetime) -> str:
        """Format a time in UTC, to the second."""
        return stamp(moment)


class HuaweiRules(Rules):
    """An action names one endpoint by id; the endpoint must be pending or decided."""

    def misfit(self, value: dict[str, Any], target: str) -> ErrorResponse:
        """Distinguish too many endpoints from other invalid bodies."""
        several = at(value, self.contract.decide.subject.rsplit("/", 1)[0])
        if isinstance(several, list) and len(several) > 1:
            return self.errors.of(ErrorCase.SEVERAL)
        return super().misfit(value, target)

    def subject(self, asked: Asked) -> ErrorResponse | str:
        """Return the endpoint's id; an error response if it is not formed like an id."""
        found = super().subject(asked)
        if isinstance(found, str) and not _ID.fullmatch(found):
            return self.errors.of(ErrorCase.BAD_NAME)
        return found

    def decidable(self, connection: Connection) -> ErrorResponse | None:
        """Allow no decision during creation or after a failure."""
        return self.pending_or_decided(connection)


HUAWEI = Behaviour(
    errors=HuaweiErrors,
    presenter=HuaweiPresenter,
    rules=HuaweiRules,
    paging=LimitPaging,
    authentication=SignatureAuthentication,
)
