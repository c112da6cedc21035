"""Azure Resource Manager's habits: ids that are paths, system data, where operations are polled, its error codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from linkproof.base.json_values import place
from linkproof.base.wording import zulu
from linkproof.mock.authentication import Gate
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.messages import Asked
from linkproof.mock.operations import Operations
from linkproof.mock.paging import LinkPaging
from linkproof.mock.presenter import Presenter
from linkproof.mock.refusal import Mistake, Refusal, Refusals, Row
from linkproof.mock.store import Connection

_ERRORS: Mapping[Mistake, Row] = {
    Mistake.NO_CREDENTIAL: Row(401, "AuthenticationFailed", "The request has no credential."),
    Mistake.WRONG_CREDENTIAL: Row(401, "InvalidAuthenticationToken", "The access token is invalid."),
    Mistake.NO_PATH: Row(404, "InvalidResourceType", "The resource type is not found in this namespace."),
    Mistake.NO_PARENT: Row(404, "ParentResourceNotFound", "The parent resource is not found."),
    Mistake.NO_CONNECTION: Row(404, "ResourceNotFound", "The resource is not found."),
    Mistake.NO_VERSION: Row(400, "MissingApiVersionParameter", "The query parameter api-version is required."),
    Mistake.OTHER_VERSION: Row(400, "InvalidApiVersionParameter", "The api-version is not supported."),
    Mistake.METHOD: Row(405, "MethodNotAllowed", "The resource does not support this method."),
    Mistake.PATH_LIMIT: Row(400, "InvalidParameter", "A path parameter is outside its limits."),
    Mistake.QUERY: Row(400, "InvalidQueryParameterValue", "A query parameter has no valid value."),
    Mistake.TOO_LARGE: Row(413, "RequestContentTooLarge", "The request content is too large."),
    Mistake.NOT_JSON: Row(400, "InvalidRequestContent", "The request content is not valid JSON."),
    Mistake.EMPTY: Row(400, "InvalidRequestContent", "The request content is empty."),
    Mistake.NOT_OBJECT: Row(400, "InvalidRequestContent", "The request content is not an object."),
    Mistake.BODY: Row(400, "InvalidRequestContent", "The request content does not fit the resource's schema."),
    Mistake.DECISION: Row(400, "InvalidParameterValue", "The status is not one of those allowed."),
    Mistake.NOT_PENDING: Row(400, "ConnectionStatusNotPending", "The connection's status is not Pending."),
    Mistake.BUSY: Row(409, "AnotherOperationInProgress", "Another operation on this resource is in progress."),
}


class AzureRefusals(Refusals):
    """Azure's error codes; those that a contract names itself go before."""

    table = _ERRORS


class AzurePresenter(Presenter):
    """The id is the resource's path; system data has the times; an error says what it is about."""

    def id(self, connection: Connection) -> str:
        """The resource's path, as its parts were first spelled."""
        return f"{connection.home}/{connection.name}"

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Also tags and the times of system data, where the contract has them."""
        yield from super().state(connection)
        yield "/tags", dict(connection.tags) if connection.tags is not None else None
        yield "/systemData/createdAt", self.time(connection.created)
        yield "/systemData/lastModifiedAt", self.time(connection.modified)

    def time(self, moment: datetime) -> str:
        """A moment in UTC."""
        return zulu(moment, "microseconds")

    def error(self, refusal: Refusal) -> Any:
        """With ``target`` where the mistake is about one thing."""
        value = super().error(refusal)
        if refusal.target:
            place(value, "/error/target", refusal.target)
        return value


class AzureGate(Gate):
    """Says with 401 how to authenticate, and that nothing is to be cached."""

    def challenge(self) -> tuple[tuple[str, str], ...]:
        """The scheme that is asked for."""
        return (("WWW-Authenticate", 'Bearer realm="linkproof mock"'),)


class AzureOperations(Operations):
    """Operations are polled below the subscription, in the provider's namespace."""

    location = "westeurope"

    def paths(self, asked: Asked, identifier: str) -> Mapping[str, str]:
        """Where an operation is polled."""
        contract = self.setting.contract
        namespace = contract.resource_type.split("/", 1)[0]
        first = contract.parent_parameters[0]
        root = f"/subscriptions/{asked.parameters[first]}/providers/{namespace}/locations/{self.location}"
        return {
            "status": f"{root}/operationStatuses/{identifier}",
            "result": f"{root}/operationResults/{identifier}",
        }


AZURE = Behaviour(
    refusals=AzureRefusals,
    presenter=AzurePresenter,
    operations=AzureOperations,
    paging=LinkPaging,
    gate=AzureGate,
)
