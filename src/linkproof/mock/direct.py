"""An httpx transport that passes requests to the embedded server in the same process, without a socket."""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from urllib.parse import parse_qsl

import httpx

from linkproof.mock.app import MAX_BODY, Server
from linkproof.mock.messages import Asked

#: Pause in seconds before an answer: two concurrent writers have then both sent their requests.
_ON_THE_WAY_S = 0.001


class Direct(httpx.BaseTransport):
    """Passes each request of an httpx client to ``server``, one at a time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the server's answer as an HTTP response."""
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        if (request.method, path) == ("POST", "/_control/reset"):
            self.server.reset()
            return httpx.Response(204)
        body = request.read()
        asked = Asked(
            contract=self.server.services[0].contract,
            method=request.method,
            base=f"{request.url.scheme}://{request.headers['host']}",
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers={k.lower().decode("latin-1"): v.decode("latin-1") for k, v in reversed(request.headers.raw)},
            body=body[:MAX_BODY],
            too_large=len(body) > MAX_BODY,
        )
        if threading.current_thread() is not threading.main_thread():
            time.sleep(_ON_THE_WAY_S)
        with self._lock:
            answer = self.server.answer(asked, query)
        content = answer.content()
        headers = [(k.encode("latin-1"), v.encode("latin-1", "replace")) for k, v in answer.headers]
        if answer.status != 204 or content:
            headers.append((b"content-length", str(len(content)).encode()))
        reason = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus._value2member_map_ else ""
        return httpx.Response(
            answer.status, headers=headers, content=content, extensions={"reason_phrase": reason.encode()}
        )
