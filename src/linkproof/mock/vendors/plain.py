"""Parts for a vendor without its own module: error codes, paging and times by its profile and contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.rules import ErrorRules
from linkproof.mock.authentication import Authentication
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.error_responses import ErrorCase, ErrorResponse, ErrorRow, ErrorTable
from linkproof.mock.paging import paging_of
from linkproof.mock.presenter import Presenter, stamp
from linkproof.mock.rules import Rules
from linkproof.mock.store import Connection

#: Status of each error case where the vendor's table has none for its code, and the code's neutral meaning.
_USUAL = {
    ErrorCase.NO_CREDENTIAL: (401, "unauthenticated"),
    ErrorCase.WRONG_CREDENTIAL: (401, "unauthenticated"),
    ErrorCase.NO_PATH: (404, "not_found"),
    ErrorCase.NO_PARENT: (404, "no_parent"),
    ErrorCase.NO_CONNECTION: (404, "not_found"),
    ErrorCase.FOREIGN: (404, "not_found"),
    ErrorCase.METHOD: (405, "no_method"),
    ErrorCase.TOO_LARGE: (413, "bad_request"),
    ErrorCase.STATE: (409, "conflict"),
    ErrorCase.BUSY: (409, "conflict"),
}
_BAD_REQUEST = (400, "bad_request")
_TIMES = ("createdat", "created_at", "createtime", "creationtimestamp")
_CHANGES = ("updatedat", "updated_at", "updatetime", "modifiedat", "lastmodifiedat")


class PlainErrors(ErrorTable):
    """The codes of the vendor's profile; the status is the one that its table gives to the code."""

    def usual(self, case: ErrorCase) -> ErrorRow:
        """Return the row of an error case, by the code's neutral meaning in the profile."""
        rules = self.contract.error
        status, meaning = _USUAL.get(case, _BAD_REQUEST)
        allowed = _allowed(rules, meaning)
        status = status if status in allowed or not allowed else allowed[0]
        code = rules.codes.get(meaning) or rules.codes.get("bad_request", "") or case.name
        documented = [entry.status for entry in rules.table if entry.code == code]
        return ErrorRow(status if status in documented or not documented else documented[0], code, f"{case.value}.")


def _allowed(rules: ErrorRules, meaning: str) -> tuple[int, ...]:
    """Return the statuses that the profile names for a meaning; empty if any will do."""
    return {
        "not_found": rules.not_found,
        "no_parent": rules.not_found,
        "unauthenticated": rules.unauthenticated,
    }.get(meaning, ())


class PlainPresenter(Presenter):
    """Adds the times that a connection's schema has, by their format or their usual names."""

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Add the times of creation and last change."""
        for pointer, schema in self._leaves.items():
            name = pointer.rpartition("/")[2].lower()
            if name in _CHANGES:
                yield pointer, self.time(connection.modified)
            elif name in _TIMES or schema.get("format") == "date-time":
                yield pointer, self.time(connection.created)
        yield from super().state(connection)

    def time(self, moment: datetime) -> str:
        """Format a time in UTC."""
        return stamp(moment)


class PlainAuthentication(Authentication):
    """Adds the authentication scheme to a 401 if the vendor's profile says that it has one."""

    def challenge(self) -> tuple[tuple[str, str], ...]:
        """Return the required authentication scheme."""
        return (("WWW-Authenticate", 'Bearer realm="linkproof mock"'),) if self.contract.error.challenge else ()


class PlainRules(Rules):
    """A decision needs a connection that exists and is pending or decided."""

    def decidable(self, connection: Connection) -> ErrorResponse | None:
        """Allow no decision in any other state."""
        return self.pending_or_decided(connection) or super().decidable(connection)


def plain(contract: Contract) -> Behaviour:
    """Return the behaviour for a contract whose vendor has no module of its own."""
    return Behaviour(
        errors=PlainErrors,
        presenter=PlainPresenter,
        rules=PlainRules,
        paging=paging_of(contract),
        authentication=PlainAuthentication,
    )
