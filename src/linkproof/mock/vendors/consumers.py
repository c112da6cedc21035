"""The consumer's API that creates and removes connections: Azure's private endpoints, Huawei's endpoints.

It belongs to no contract; a provisioner calls it to create new pending connections.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linkproof.base.json_values import at, place
from linkproof.contract.names import within_limits
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.service import Service
from linkproof.mock.store import Collection, Connection, RequestedDecision
from linkproof.mock.vendors.signed import is_signed

_AZURE = re.compile(
    r"(?i)/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/privateEndpoints/(?P<name>[^/]+)"
)
_HUAWEI = re.compile(r"/v1/[^/]+/vpc-endpoints(/(?P<name>[^/]+))?")
_LINK = "/properties/manualPrivateLinkServiceConnections/0"


@dataclass
class _Endpoint:
    """One endpoint: its representation, its connection, when it is created and when it is removed."""

    id: str
    shown: dict[str, Any]
    collection: Collection
    service: Service
    connection: str
    ready: float
    gone: float | None = None


class Consumers:
    """Answers the requests of consumers. Creation and removal take ``operation_s`` on ``clock``."""

    def __init__(
        self,
        services: Sequence[Service],
        token: str,
        operation_s: float,
        clock: Callable[[], float],
        keys: Mapping[str, str],
    ) -> None:
        self._services = services
        self._token = token
        self._keys = keys
        self._operation_s = operation_s
        self._clock = clock
        self._endpoints: dict[str, _Endpoint] = {}

    def reset(self) -> None:
        """Forget every endpoint."""
        self._endpoints.clear()

    def answer(self, asked: Asked) -> Answer | None:
        """Return the answer to a consumer's request; None for any other request."""
        azure, huawei = _AZURE.fullmatch(asked.path), _HUAWEI.fullmatch(asked.path)
        if azure is None and huawei is None:
            return None
        self._settle()
        if not self._admits(asked, is_azure=azure is not None):
            return _refused(401, "AuthenticationFailed", is_azure=azure is not None)
        if azure:
            return self._azure(asked, azure["name"])
        assert huawei is not None
        return self._huawei(asked, huawei["name"] or "")

    def _admits(self, asked: Asked, *, is_azure: bool) -> bool:
        if is_azure:
            return asked.headers.get("authorization", "").removeprefix("Bearer ") == self._token
        token = asked.headers.get("x-auth-token", "")
        return token == self._token if token else is_signed(asked, self._keys)

    def _settle(self) -> None:
        """Apply all due changes: add connections, and remove them with their endpoints."""
        now = self._clock()
        for key, endpoint in list(self._endpoints.items()):
            if endpoint.gone is not None and endpoint.gone <= now:
                endpoint.service.store.remove(endpoint.collection, endpoint.connection)
                del self._endpoints[key]

    def _azure(self, asked: Asked, name: str) -> Answer:
        key = asked.path.lower()
        found = self._endpoints.get(key)
        if asked.method == "PUT":
            wanted = at(asked.json, f"{_LINK}/properties/privateLinkServiceId")
            parent = self._parent(f"{wanted}/")
            if parent is None or not at(asked.json, "/properties/subnet/id"):
                return _refused(400, "InvalidResourceReference", is_azure=True)
            service, collection = parent
            item = next((o for o in service.contract.operations if o.item_parameter and o.role.is_of_connections), None)
            limit = item.parameter(item.item_parameter) if item else None
            connection = within_limits(f"{name}.{uuid.uuid4()}", limit)
            text = at(asked.json, f"{_LINK}/properties/requestMessage")
            self._connect(service, collection, connection, str(text or ""), asked.path)
            shown = {"id": asked.path, "name": name, **asked.json}
            place(shown, f"{_LINK}/properties/privateLinkServiceConnectionState", {"status": "Pending"})
            found = _Endpoint(asked.path, shown, collection, service, connection, self._clock() + self._operation_s)
            self._endpoints[key] = found
            return Answer(201, self._shown(found))
        if found is None:
            return _refused(404, "ResourceNotFound", is_azure=True)
        if asked.method == "DELETE":
            found.gone = self._clock() + self._operation_s
            return Answer(202)
        return Answer(200, self._shown(found))

    def _shown(self, endpoint: _Endpoint) -> dict[str, Any]:
        done = endpoint.ready <= self._clock()
        place(endpoint.shown, "/properties/provisioningState", "Succeeded" if done else "Updating")
        return endpoint.shown

    def _huawei(self, asked: Asked, name: str) -> Answer:
        if asked.method == "POST" and not name:
            service_id = at(asked.json, "/endpoint_service_id")
            parent = self._parent(f"/vpc-endpoint-services/{service_id}/")
            if parent is None:
                return _refused(400, "EndPoint.2003", is_azure=False)
            service, collection = parent
            identifier = str(uuid.uuid4())
            self._connect(service, collection, identifier, "", "")
            shown = {"id": identifier, "status": "pendingAcceptance", **asked.json}
            made = _Endpoint(identifier, shown, collection, service, identifier, self._clock())
            self._endpoints[identifier] = made
            return Answer(200, shown)
        if not name:
            found = [e.shown for e in self._endpoints.values() if not e.id.startswith("/")]
            return Answer(200, {"endpoints": found, "total_count": len(found)})
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            return _refused(404, "EndPoint.0005", is_azure=False)
        if asked.method == "DELETE":
            endpoint.gone = self._clock() + self._operation_s
            return Answer(204)
        return Answer(200, endpoint.shown)

    def _parent(self, part: str) -> tuple[Service, Collection] | None:
        """Return the collection of the parent that ``part`` of a path names."""
        for service in self._services:
            for collection in service.store.collections:
                if part.lower() in f"{collection.home.lower()}/" and len(part) > len("/vpc-endpoint-services//"):
                    return service, collection
        return None

    @staticmethod
    def _connect(service: Service, collection: Collection, name: str, text: str, endpoint: str) -> Connection:
        pending = service.contract.states.get("pending")
        return service.store.create(
            collection, name, RequestedDecision(pending, text or None, private_endpoint=endpoint)
        )


def _refused(status: int, code: str, *, is_azure: bool) -> Answer:
    message = "The request is refused."
    if is_azure:
        return Answer(status, {"error": {"code": code, "message": message}})
    return Answer(status, {"error_code": code, "error_msg": message})
