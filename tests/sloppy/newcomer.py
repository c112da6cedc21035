"""A newcomer's mock of one contract: short, with many bugs, each of which can be fixed by its name.

It shares nothing with what it tests. `python -m tests.sloppy.newcomer --port 8090 [--mended wrapped case ...]`.
"""

from __future__ import annotations

import argparse
import json
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BASE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers"
    "/Microsoft.HealthcareApis/workspaces/workspace1/privateEndpointConnections"
)
TYPE = "Microsoft.HealthcareApis/workspaces/privateEndpointConnections"
ENDPOINT = "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.Network/privateEndpoints/pe-"
PENDING = [f"pending-{n:02}" for n in range(1, 31)]
#: What is wrong until it is mended.
WRONG = ("wrapped", "case", "location", "ids", "values", "members", "version", "statuses", "deep", "leak")
STATE = "privateLinkServiceConnectionState"


class Mock:
    """The connections, and what is mended of the server."""

    def __init__(self, mended: set[str]) -> None:
        self.mended = mended
        self.polled = 0
        self.reset()

    def reset(self) -> None:
        self.connections: dict[str, Any] = {}
        given = [*((n, "Pending") for n in PENDING), ("approved-01", "Approved"), ("rejected-01", "Rejected")]
        for name, status in given:
            self.connections[name] = self.made(name, {STATE: {"status": status, "description": "by the owner"}})

    def made(self, name: str, properties: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"{BASE}/{name}",
            "name": name,
            "type": TYPE,
            "properties": {"privateEndpoint": {"id": ENDPOINT + name}, "provisioningState": "Succeeded", **properties},
        }

    def shown(self, connection: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(json.dumps(connection))
        state = shown["properties"].get(STATE)
        if "case" not in self.mended and isinstance(state, dict) and state.get("status") == "Approved":
            state["status"] = "approved"
        return shown

    def error(self, status: int, code: str) -> tuple[int, Any, dict[str, str]]:
        error = {"code": code, "message": f"{code}."}
        return status, {"error": error} if "wrapped" in self.mended else error, {}

    def respond(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, header fields and body of the answer to a request."""
        given = {k.lower(): v for k, v in headers.items()}
        path, _, query = target.partition("?")
        if path == "/_control/reset":
            self.reset()
            return 204, {}, b""
        if given.get("authorization") != "Bearer test-token":
            status, value, fields = self.error(401, "AuthenticationFailed")
            fields["WWW-Authenticate"] = "Bearer"
        else:
            try:
                status, value, fields = self.answer(method, path, query, body)
            except Exception as error:
                status, value, fields = self.error(500, "InternalServerError" if "leak" in self.mended else repr(error))
        found = {k: v.replace("HOST", given.get("host", "")) for k, v in fields.items()}
        if "ids" in self.mended:
            found["x-ms-request-id"] = str(uuid.uuid4())
        if status == 405:
            found["Allow"] = "GET, PUT, DELETE"
        data = b"" if value is None else json.dumps(value).encode()
        if data:
            found["Content-Type"] = "application/json"
        return status, found, data

    def answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if path.startswith("/results/"):
            return 204, None, {}
        if path.startswith("/operations/"):
            return 200, {"status": "Succeeded"}, {}
        if not path.lower().startswith(BASE.lower()):
            return self.error(404, "ResourceNotFound")
        if "version" in self.mended and "api-version=" not in query:
            return self.error(400, "MissingApiVersionParameter")
        if "version" in self.mended and "api-version=2022-06-01" not in query:
            return self.error(400, "UnsupportedApiVersion")
        name = path[len(BASE) + 1 :].lower()
        if method == "GET" and not name:
            return 200, {"value": [self.shown(c) for c in self.connections.values()]}, {}
        if method == "GET":
            found = self.connections.get(name)
            return (200, self.shown(found), {}) if found else self.error(404, "ResourceNotFound")
        if method == "PUT" and name:
            return self.put(name, body)
        if method == "DELETE" and name:
            if self.connections.pop(name, None) is None:
                return 204, None, {}
            links = {"Location": "http://HOST/results/1", "Azure-AsyncOperation": "http://HOST/operations/1"}
            return 202, None, links if "location" in self.mended else {}
        return self.error(405, "MethodNotAllowed")

    def is_sound(self, properties: dict[str, Any]) -> bool:
        endpoint = properties.get("privateEndpoint", {})
        return isinstance(endpoint, dict) and isinstance(endpoint.get("id", ""), str)

    def put(self, name: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        try:
            properties = json.loads(body)["properties"]
            state = dict(properties[STATE])
        except (ValueError, KeyError, TypeError):
            return self.error(400, "BadRequest")
        except RecursionError:
            if "deep" in self.mended:
                return self.error(400, "BadRequest")
            raise
        if "statuses" in self.mended and state.get("status", "Pending") not in ("Approved", "Pending", "Rejected"):
            return self.error(400, "BadRequest")
        endpoint = properties.get("privateEndpoint", {})
        if not isinstance(endpoint, dict) or not isinstance(endpoint.get("id", ""), str):
            return self.error(400, "BadRequest")
        texts = [state[k] for k in ("status", "description", "actionsRequired") if k in state]
        sound = all(isinstance(v, str) for v in texts) and self.is_sound(properties)
        if "values" in self.mended and not sound:
            return self.error(400, "BadRequest")
        known = {"status", "description", "actionsRequired"}
        if "members" in self.mended:
            state = {k: v for k, v in state.items() if k in known}
        self.connections[name] = self.made(name, {STATE: state})
        return 200, self.shown(self.connections[name]), {}


class Handler(BaseHTTPRequestHandler):
    """Answers by the server's mock."""

    protocol_version = "HTTP/1.1"
    mock: Mock

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        return

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers, data = self.mock.respond(self.command, self.path, dict(self.headers.items()), body)
        self.send_response(status)
        for key, text in headers.items():
            self.send_header(key, text)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def serve(mended: set[str], port: int = 0) -> ThreadingHTTPServer:
    """The server on 127.0.0.1, not serving yet."""
    handler = type("Bound", (Handler,), {"mock": Mock(mended)})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--mended", nargs="*", default=[], choices=WRONG)
    given = parser.parse_args()
    server = serve(set(given.mended), given.port)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
