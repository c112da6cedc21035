"""A cluster team's mock of its connections: it validates well, and its bugs show only after a request.

It shares nothing with what it tests. `BUGS` says what is wrong with it, and which requirement says so.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from typing import Any

BASE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg1/providers"
    "/microsoft.containerservice/managedclusters/cluster1/privateendpointconnections"
)
SHOWN_BASE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers"
    "/Microsoft.ContainerService/managedClusters/cluster1/privateEndpointConnections"
)
ENDPOINT = "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.Network/privateEndpoints/pe-"
PENDING = [f"pending-{n:02}" for n in range(1, 41)]
STATE = "privateLinkServiceConnectionState"
STATUSES = ("Approved", "Disconnected", "Pending", "Rejected")
#: What can be wrong, and the requirement whose finding names it.
BUGS = {
    "absent is empty": "ERR-3",
    "takes a neighbour along": "STA-7",
    "refuses no text": "ERR-10",
    "loses the last": "PAG-4",
    "says where": "ERR-2",
}
_PLACE = 'Traceback (most recent call last): File "/srv/cluster/api.py", line 7, in answer'


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Mock:
    """The connections of one cluster."""

    def __init__(self, bugs: Collection[str]) -> None:
        self.bugs = frozenset(bugs)
        self.reset()

    def reset(self) -> None:
        given = {**dict.fromkeys(PENDING, "Pending"), "approved-01": "Approved", "rejected-01": "Rejected"}
        self.states: dict[str, dict[str, str]] = {n: {"status": s, "description": "asked"} for n, s in given.items()}

    def shown(self, name: str) -> dict[str, Any]:
        members = {"privateEndpoint": {"id": ENDPOINT + name}, STATE: dict(self.states[name])}
        return {
            "id": f"{SHOWN_BASE}/{name}",
            "name": name,
            "type": "Microsoft.ContainerService/managedClusters/privateEndpointConnections",
            "properties": {**members, "provisioningState": "Succeeded"},
        }

    def respond(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, header fields and body of the answer to a request."""
        path, _, query = target.partition("?")
        fields = {"x-ms-request-id": str(uuid.uuid4()), "Content-Type": "application/json"}
        if path == "/_reset":
            self.reset()
            return 204, {}, b""
        try:
            if {k.lower(): v for k, v in headers.items()}.get("authorization") != "Bearer test-token":
                fields["WWW-Authenticate"] = "Bearer"
                raise Refused(401, "AuthenticationFailed")
            status, value = self.answer(method, path.lower(), query, body)
        except Refused as refused:
            message = f"{refused.code}. {_PLACE}" if "says where" in self.bugs else f"{refused.code}."
            status, value = refused.status, {"error": {"code": refused.code, "message": message}}
        if status == 405:
            fields["Allow"] = "GET, PUT, DELETE"
        return status, fields, b"" if value is None else json.dumps(value).encode()

    def answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, Any]:
        if path != BASE and not path.startswith(f"{BASE}/"):
            raise Refused(404, "ResourceNotFound")
        if "api-version=2025-01-01" not in query:
            kind = "Invalid" if "api-version=" in query else "Missing"
            raise Refused(400, f"{kind}ApiVersionParameter")
        name = path[len(BASE) + 1 :]
        if method == "GET" and not name:
            known = list(self.states)[:-1] if "loses the last" in self.bugs else list(self.states)
            return 200, {"value": [self.shown(n) for n in known]}
        if method == "GET":
            if name not in self.states and "absent is empty" in self.bugs:
                return 200, {}
            if name not in self.states:
                raise Refused(404, "ResourceNotFound")
            return 200, self.shown(name)
        if method == "PUT" and name:
            return self.put(name, body)
        if method == "DELETE" and name:
            return self.delete(name), None
        raise Refused(405, "MethodNotAllowed")

    def delete(self, name: str) -> int:
        if self.states.pop(name, None) is None:
            return 204
        if "takes a neighbour along" in self.bugs:
            self.states.pop(next((n for n in self.states if n.startswith("pending-3")), ""), None)
        return 200

    def put(self, name: str, body: bytes) -> tuple[int, Any]:
        try:
            state = self.checked(json.loads(body))
        except (ValueError, RecursionError):
            raise Refused(400, "InvalidRequestContent") from None
        if "refuses no text" in self.bugs and state.get("description") == "":
            raise Refused(400, "InvalidRequestContent")
        new = name not in self.states
        before = self.states.setdefault(name, {"status": "Pending"})
        self.states[name] = {"status": state.get("status", before["status"]), "description": ""}
        self.states[name]["description"] = state.get("description", "")
        return 201 if new else 200, self.shown(name)

    def checked(self, body: Any) -> dict[str, str]:
        """The state that a body asks for. Raises ValueError where the body breaks its schema."""
        typed(body, ("id", "name", "type"))
        properties = body.get("properties")
        if not isinstance(properties, dict):
            raise ValueError("properties")
        provisioning = properties.get("provisioningState", "Succeeded")
        if provisioning not in ("Canceled", "Creating", "Deleting", "Failed", "Succeeded"):
            raise ValueError("provisioningState")
        typed(properties.get("privateEndpoint", {}), ("id",))
        state = properties.get(STATE)
        typed(state, ("status", "description"))
        assert isinstance(state, dict)
        if state.get("status", "Pending") not in STATUSES:
            raise ValueError("status")
        return state


def typed(value: Any, texts: Collection[str]) -> None:
    """Raise ValueError unless ``value`` is an object in which each of ``texts`` is a string or absent."""
    if not isinstance(value, dict) or not all(isinstance(value.get(k, ""), str) for k in texts):
        raise ValueError("type")
