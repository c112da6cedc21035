"""Huawei Cloud VPC Endpoint's habits: numbers, times and errors of a connection, and its table of error codes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from linkproof.base.json_values import at
from linkproof.base.wording import zulu
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.messages import Asked
from linkproof.mock.paging import LimitPaging
from linkproof.mock.presenter import Presenter
from linkproof.mock.refusal import Mistake, Refusal, Refusals, Row
from linkproof.mock.rules import Rules
from linkproof.mock.store import Connection
from linkproof.mock.vendors.signed import SignatureGate

_ERRORS: Mapping[Mistake, Row] = {
    Mistake.NO_CREDENTIAL: Row(401, "EndPoint.0003", "Authentication failed."),
    Mistake.WRONG_CREDENTIAL: Row(401, "EndPoint.0003", "Authentication failed."),
    Mistake.NO_PATH: Row(404, "EndPoint.0005", "The resource does not exist."),
    Mistake.NO_PARENT: Row(400, "EndPoint.2003", "The endpoint service does not exist."),
    Mistake.NO_CONNECTION: Row(404, "EndPoint.2006", "The endpoint does not exist."),
    # The gateway knows the documented methods only.
    Mistake.METHOD: Row(405, "APIGW.0101", "The API does not exist or has not been published."),
    Mistake.PATH_LIMIT: Row(400, "EndPoint.0002", "Parameter error."),
    Mistake.QUERY: Row(400, "EndPoint.0002", "Parameter error."),
    Mistake.TOO_LARGE: Row(413, "APIGW.0201", "The request entity is too large."),
    Mistake.NOT_JSON: Row(400, "EndPoint.0002", "Parameter error: the body is not JSON."),
    Mistake.EMPTY: Row(400, "EndPoint.0002", "Parameter error: the body is empty."),
    Mistake.NOT_OBJECT: Row(400, "EndPoint.0002", "Parameter error: the body is not an object."),
    Mistake.BODY: Row(400, "EndPoint.0002", "Parameter error: the body does not fit."),
    Mistake.DECISION: Row(400, "EndPoint.0007", "Invalid action."),
    Mistake.SEVERAL: Row(400, "EndPoint.2031", "Only one endpoint is allowed."),
    Mistake.BAD_NAME: Row(400, "EndPoint.2017", "Invalid endpoint ID."),
    Mistake.FOREIGN: Row(400, "EndPoint.2013", "The endpoint does not belong to the endpoint service."),
    Mistake.STATE: Row(400, "EndPoint.0002", "Parameter error: the endpoint's status allows no action."),
}
_ID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


class HuaweiRefusals(Refusals):
    """The vendor's codes; a query parameter has the one that the contract's table gives it."""

    table = _ERRORS

    def row(self, mistake: Mistake, target: str) -> Row:
        """The row for a mistake, by the parameter where the contract's table has one for it."""
        row = super().row(mistake, target)
        if mistake is Mistake.QUERY:
            own = next((r for r in self.contract.error.table if r.parameter == target), None)
            return Row(own.status, own.code, f"Invalid {target}.") if own else row
        return row


class HuaweiPresenter(Presenter):
    """A connection has a packet number of 63 bits, and times to the second."""

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Also the number and the times."""
        yield "/marker_id", self.marker(connection)
        yield "/created_at", self.time(connection.created)
        yield "/updated_at", self.time(connection.modified)
        yield from super().state(connection)

    def marker(self, connection: Connection) -> int:
        """The packet number: it follows from the id, is beyond 2^53, and odd, so that no double can hold it."""
        digest = hashlib.sha256(connection.name.lower().encode()).digest()
        return int.from_bytes(digest[:7], "big") | 1 | 2**58

    def time(self, moment: datetime) -> str:
        """A moment in UTC, to the second."""
        return zulu(moment)


class HuaweiRules(Rules):
    """An action names one endpoint, by an id, and is for endpoints that wait or have been decided."""

    def misfit(self, value: dict[str, Any], target: str) -> Refusal:
        """More than one endpoint has a code of its own."""
        several = at(value, self.contract.decide.subject.rsplit("/", 1)[0])
        if isinstance(several, list) and len(several) > 1:
            return self.refusals.of(Mistake.SEVERAL)
        return super().misfit(value, target)

    def subject(self, asked: Asked) -> Refusal | str:
        """The endpoint's id, in the form of one."""
        found = super().subject(asked)
        if isinstance(found, str) and not _ID.fullmatch(found):
            return self.refusals.of(Mistake.BAD_NAME)
        return found

    def decidable(self, connection: Connection) -> Refusal | None:
        """What is being created, or failed, is not decided."""
        states = self.contract.states
        allowed = {states.get(word) for word in ("pending", "approved", "rejected")}
        return None if connection.status in allowed else self.refusals.of(Mistake.STATE)


HUAWEI = Behaviour(
    refusals=HuaweiRefusals, presenter=HuaweiPresenter, rules=HuaweiRules, paging=LimitPaging, gate=SignatureGate
)
