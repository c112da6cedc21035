"""Azure Resource Manager: ids that are paths, system data, polling URLs, error codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from linkproof.base.json_values import place
from linkproof.mock.authentication import Authentication
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.error_responses import ErrorCase, ErrorResponse, ErrorRow, ErrorTable
from linkproof.mock.messages import Asked
from linkproof.mock.operations import Operations
from linkproof.mock.paging import LinkPaging
from linkproof.mock.presenter import Presenter, stamp
from linkproof.mock.store import Connection

_ERRORS: Mapping[ErrorCase, ErrorRow] = {
    ErrorCase.NO_CREDENTIAL: ErrorRow(401, "AuthenticationFailed", "The request has no credential."),
    ErrorCase.WRONG_CREDENTIAL: ErrorRow(401, "InvalidAuthenticationToken", "The access token is invalid."),
    ErrorCase.NO_PATH: ErrorRow(404, "InvalidResourceType", "The resource type is not found in this namespace."),
    ErrorCase.NO_PARENT: ErrorRow(404, "ParentResourceNotFound", "The parent resource is not found."),
    ErrorCase.NO_CONNECTION: ErrorRow(404, "ResourceNotFound", "The resource is not found."),
    ErrorCase.NO_VERSION: ErrorRow(400, "MissingApiVersionParameter", "The query parameter api-version is required."),
    ErrorCase.OTHER_VERSION: ErrorRow(400, "InvalidApiVersionParameter", "The api-version is not supported."),
    ErrorCase.METHOD: ErrorRow(405, "MethodNotAllowed", "The resource does not support this method."),
    ErrorCase.PATH_LIMIT: ErrorRow(400, "InvalidParameter", "A path parameter is outside its limits."),
    ErrorCase.QUERY: ErrorRow(400, "InvalidQueryParameterValue", "A query parameter has no valid value."),
    ErrorCase.TOO_LARGE: ErrorRow(413, "RequestContentTooLarge", "The request content is too large."),
    ErrorCase.NOT_JSON: ErrorRow(400, "InvalidRequestContent", "The request content is not valid JSON."),
    ErrorCase.EMPTY: ErrorRow(400, "InvalidRequestContent", "The request content is empty."),
    ErrorCase.NOT_OBJECT: ErrorRow(400, "InvalidRequestContent", "The request content is not an object."),
    ErrorCase.BODY: ErrorRow(400, "InvalidRequestContent", "The request content does not fit the resource's schema."),
    ErrorCase.DECISION: ErrorRow(400, "InvalidParameterValue", "The status is not one of those allowed."),
    ErrorCase.NOT_PENDING: ErrorRow(400, "ConnectionStatusNotPending", "The connection's status is not Pending."),
    ErrorCase.BUSY: ErrorRow(409, "AnotherOperationInProgress", "Another operation on this resource is in progress."),
}


class AzureErrors(ErrorTable):
    """Azure's error codes; codes that the contract defines take precedence."""

    table = _ERRORS


class AzurePresenter(Presenter):
    """Ids are resource paths; system data has the times; errors name their target."""

    def id(self, connection: Connection) -> str:
        """Return the resource's path, in its original spelling."""
        return f"{connection.home}/{connection.name}"

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Add tags and the times of system data, where the contract has them."""
        yield from super().state(connection)
        yield "/tags", dict(connection.tags) if connection.tags is not None else None
        yield "/systemData/createdAt", self.time(connection.created)
        yield "/systemData/lastModifiedAt", self.time(connection.modified)

    def time(self, moment: datetime) -> str:
        """Format a time in UTC."""
        return stamp(moment, "microseconds")

    def error(self, error: ErrorResponse) -> Any:
        """Add ``target`` where the error has one."""
        value = super().error(error)
        if error.target:
            place(value, "/error/target", error.target)
        return value


class AzureAuthentication(Authentication):
    """Adds the authentication scheme to a 401, and forbids caching."""

    def challenge(self) -> tuple[tuple[str, str], ...]:
        """Return the required authentication scheme."""
        return (("WWW-Authenticate", 'Bearer realm="linkproof mock"'),)


class AzureOperations(Operations):
    """Operations are polled below the subscription, in the provider's namespace."""

    location = "westeurope"

    def paths(self, asked: Asked, identifier: str) -> Mapping[str, str]:
        """Return the paths at which an operation is polled."""
        contract = self.setting.contract
        namespace = contract.resource_type.split("/", 1)[0]
        first = contract.parent_parameters[0]
        root = f"/subscriptions/{asked.parameters[first]}/providers/{namespace}/locations/{self.location}"
        return {
            "status": f"{root}/operationStatuses/{identifier}",
            "result": f"{root}/operationResults/{identifier}",
        }


AZURE = Behaviour(
    errors=AzureErrors,
    presenter=AzurePresenter,
    operations=AzureOperations,
    paging=LinkPaging,
    authentication=AzureAuthentication,
)
