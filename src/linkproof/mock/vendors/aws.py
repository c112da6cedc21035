"""Amazon EC2: one operation per decision on several connections, errors by code, Signature Version 4."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from linkproof.base.json_values import MISSING, at, place
from linkproof.contract.operation import Role
from linkproof.mock.authentication import Authentication
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.error_responses import ErrorCase, ErrorResponse, ErrorRow, ErrorTable
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import TokenPaging
from linkproof.mock.presenter import Presenter, stamp
from linkproof.mock.rules import Rules
from linkproof.mock.service import Service
from linkproof.mock.store import Collection, Connection

_ERRORS: Mapping[ErrorCase, ErrorRow] = {
    ErrorCase.NO_CREDENTIAL: ErrorRow(401, "AuthFailure", "The request has no credentials."),
    ErrorCase.WRONG_CREDENTIAL: ErrorRow(401, "AuthFailure", "The credentials that were given could not be validated."),
    ErrorCase.NO_PATH: ErrorRow(404, "InvalidAction", "There is nothing at this path."),
    ErrorCase.NO_PARENT: ErrorRow(
        400, "InvalidVpcEndpointServiceId.NotFound", "The VPC endpoint service does not exist."
    ),
    ErrorCase.NO_CONNECTION: ErrorRow(400, "InvalidVpcEndpointId.NotFound", "The VPC endpoint does not exist."),
    ErrorCase.FOREIGN: ErrorRow(400, "InvalidVpcEndpointId.NotFound", "The VPC endpoint does not exist."),
    ErrorCase.METHOD: ErrorRow(405, "InvalidAction", "The API has no such method."),
    ErrorCase.ACTION: ErrorRow(400, "InvalidAction", "The action is not valid for this web service."),
    ErrorCase.TOO_LARGE: ErrorRow(413, "RequestEntityTooLarge", "The request is too large."),
    ErrorCase.NOT_JSON: ErrorRow(400, "MalformedQueryString", "The request is not a form."),
    ErrorCase.EMPTY: ErrorRow(400, "MissingAction", "The request names no action."),
    ErrorCase.NOT_OBJECT: ErrorRow(400, "MalformedQueryString", "The request is not a form."),
    ErrorCase.BODY: ErrorRow(400, "InvalidParameterValue", "A parameter has no valid value."),
    ErrorCase.LACKS_MEMBER: ErrorRow(400, "MissingParameter", "A required parameter is missing."),
    ErrorCase.FILTER: ErrorRow(400, "InvalidParameterValue", "There is no filter of that name."),
    ErrorCase.TOKEN: ErrorRow(400, "InvalidNextToken", "The token is not valid."),
    ErrorCase.DRY_RUN: ErrorRow(412, "DryRunOperation", "The request would have succeeded; it was a dry run."),
    ErrorCase.STATE: ErrorRow(400, "InvalidState", "The VPC endpoint is in no state for this."),
}
#: Matches Signature Version 4: access key, date, region, service, signed header fields, signature.
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/\d{8}/[\w-]+/\w+/aws4_request,\s*SignedHeaders=[\w;-]+,\s*"
    r"Signature=[0-9a-f]{64}"
)
#: Access key of the requests that Linkproof signs wrongly on purpose.
WRONG_KEY = "LINKPROOFWRONGKEY000"


class AwsErrors(ErrorTable):
    """EC2's error codes."""

    table = _ERRORS


class AwsAuthentication(Authentication):
    """Accepts any Signature Version 4, in the header or in the URL, whatever its key."""

    def admit(self, asked: Asked) -> ErrorResponse | None:
        """Return the error response to an unsigned request."""
        query = dict(asked.query)
        if "X-Amz-Signature" in query and query.get("X-Amz-Credential", "").partition("/")[0] not in ("", WRONG_KEY):
            return None
        return super().admit(asked)

    def right(self, sent: str) -> bool:
        """Whether the header is such a signature."""
        found = _SIGNATURE.fullmatch(sent)
        return found is not None and found["key"] != WRONG_KEY


class AwsPresenter(Presenter):
    """Every answer has the request's id; the answer to a decision lists what was not decided, and no connection."""

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Add the time of creation."""
        yield "/creationTimestamp", self.time(connection.created)
        yield from super().state(connection)

    def time(self, moment: datetime) -> str:
        """Format a time in UTC, to the millisecond."""
        return stamp(moment, "milliseconds")

    def page(self, items: Iterable[Connection], more: Mapping[str, Any]) -> Any:
        """Add the request's id."""
        return {"requestId": self.request_id(), **super().page(items, more)}

    def failures(self, failed: Mapping[str, ErrorResponse]) -> dict[str, Any]:
        """Render the answer to a decision: each connection that was not decided, with its error."""
        value: dict[str, Any] = {"requestId": self.request_id()}
        place(value, self.contract.decide.failures, [self.failure(name, why) for name, why in failed.items()])
        return value

    def failure(self, name: str, why: ErrorResponse) -> dict[str, Any]:
        """Render one connection that was not decided."""
        value: dict[str, Any] = {}
        place(value, self.contract.decide.failure_id, name)
        place(value, self.contract.decide.failure_code, why.code)
        place(value, self.contract.decide.failure_message, why.message)
        return value

    def error(self, error: ErrorResponse) -> Any:
        """Add the request's id, spelled as in errors."""
        return {**super().error(error), "RequestID": self.request_id()}

    def request_id(self) -> str:
        """Return an id that no other answer has."""
        return str(uuid.uuid4())


class AwsRules(Rules):
    """Errors in a form have other codes than errors in JSON."""

    def method(self, asked: Asked) -> ErrorResponse | None:
        """Reject other methods, and a missing or unknown action."""
        allowed = {o.method for o in self.contract.operations} | set(self.contract.elsewhere)
        if asked.operation is not None:
            return None
        if asked.method not in allowed:
            return self.errors.of(ErrorCase.METHOD, headers=(("Allow", ", ".join(sorted(allowed))),))
        return self.errors.of(ErrorCase.ACTION)

    def misfit(self, value: dict[str, Any], target: str) -> ErrorResponse:
        """Distinguish a missing parameter, an unknown filter and an invalid value."""
        if at(value, target) is MISSING:
            return self.errors.of(ErrorCase.LACKS_MEMBER, target)
        rules = self.contract.list
        named = target.startswith(f"/{rules.filter_list}/") and target.endswith(f"/{rules.filter_name}")
        return self.errors.of(ErrorCase.FILTER if named else ErrorCase.BODY, target)

    def decidable(self, connection: Connection) -> ErrorResponse | None:
        """Allow decisions on pending, accepted and rejected connections only."""
        return self.pending_or_decided(connection)


class AwsService(Service):
    """An account's connections, listed together and decided by service and ids."""

    presenter: AwsPresenter

    def respond(self, asked: Asked) -> Answer:
        """Return the answer before common header fields and hooks."""
        if not asked.template:
            return self.refused(self.errors.of(ErrorCase.NO_PATH))
        error = self.authentication.admit(asked) or self.rules.request(asked) or self.rules.body(asked)
        if error:
            return self.refused(error)
        assert asked.operation is not None
        if asked.operation.role is Role.LIST:
            return self.dry(asked) or self.list(asked, self.everything())
        parent = self.contract.decide.parent
        collection = self.store.collection({parent.strip("/"): str(at(asked.value, parent))})
        if collection is None:
            return self.refused(self.errors.of(ErrorCase.NO_PARENT))
        return self.dry(asked) or self.decide(asked, collection)

    def dry(self, asked: Asked) -> Answer | None:
        """Return the error response to a dry run; None for any other request."""
        is_dry = at(asked.value, self.contract.decide.dry_run) is True
        return self.refused(self.errors.of(ErrorCase.DRY_RUN)) if is_dry else None

    def everything(self) -> Collection:
        """Return the connections of all services."""
        whole = Collection({}, "/")
        for collection in self.store.collections:
            whole.connections.update(collection.connections)
        return whole

    def decide(self, asked: Asked, collection: Collection) -> Answer:
        """Decide each connection that can be decided, and list the others with their errors."""
        failed: dict[str, ErrorResponse] = {}
        for name in dict.fromkeys(at(asked.value, self.contract.decide.subjects)):
            error = self.one(asked, collection, name)
            if error is not None:
                failed[name] = error
        return Answer(200, self.presenter.failures(failed))

    def one(self, asked: Asked, collection: Collection, name: str) -> ErrorResponse | None:
        """Decide one connection; return its error response if it cannot be decided."""
        found = collection.find(name)
        error = self.rules.unknown(asked, self.store.known_elsewhere(name)) if found is None else None
        error = error or (self.rules.decidable(found) if found else None)
        if error is None and found is not None:
            answer = self.change(asked, collection, found)
            return None if answer.status < 300 else self.errors.of(ErrorCase.STATE)
        return error

    def change(self, asked: Asked, collection: Collection, found: Connection) -> Answer:  # noqa: ARG002
        """Apply the decision to one connection."""
        self.store.decide(found, self.rules.decision(asked))
        return Answer(200)


AWS = Behaviour(
    errors=AwsErrors,
    presenter=AwsPresenter,
    rules=AwsRules,
    paging=TokenPaging,
    authentication=AwsAuthentication,
    service=AwsService,
)
