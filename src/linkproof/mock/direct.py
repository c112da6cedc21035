"""The embedded server without a socket: it answers requests within the process, for the client and for httpx."""

from __future__ import annotations

import threading
import time
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl

import httpx

from linkproof.mock.app import MAX_BODY, Server
from linkproof.mock.messages import Asked
from linkproof.model.exchange import Headers, Request, Response

#: Two clients that write at the same time are both on their way before either is answered.
_ON_THE_WAY_S = 0.001
_REASONS = {status.value: status.phrase for status in HTTPStatus}
#: A run requests the same URLs many times.
_URLS = 4096


class Direct(httpx.BaseTransport):
    """Answers every request by ``server``, one after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._lock = threading.Lock()

    def receive(self, request: Request) -> Response:
        """Return the server's answer as HTTP would bring it. Raises httpx.InvalidURL."""
        base, target = sent_as(request.url)
        path, _, query = target.partition("?")
        if (request.method, path) == ("POST", "/_control/reset"):
            self.server.reset()
            return Response(204)
        headers = {k.lower(): v for k, v in reversed(request.headers.pairs)}
        headers.setdefault("host", base.partition("://")[2])
        asked = Asked(
            contract=self.server.services[0].contract,
            method=request.method,
            base=f"{base.partition('://')[0]}://{headers['host']}",
            path=path,
            query=_pairs_of(query),
            headers=headers,
            body=request.body[:MAX_BODY],
            too_large=len(request.body) > MAX_BODY,
        )
        if threading.current_thread() is not threading.main_thread():
            time.sleep(_ON_THE_WAY_S)
        with self._lock:
            answer = self.server.answer(asked, query)
        content = answer.content()
        fields = [(k, v if v.isascii() else _in_latin(v)) for k, v in answer.headers]
        if answer.status != 204 or content:
            fields.append(("content-length", str(len(content))))
        return Response(answer.status, Headers(fields), content, _REASONS.get(answer.status, ""))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the server's answer to a request of httpx."""
        fields = Headers((k.decode("latin-1"), v.decode("latin-1")) for k, v in request.headers.raw)
        answer = self.receive(Request(request.method, str(request.url), fields, request.read()))
        headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers]
        return httpx.Response(
            answer.status, headers=headers, content=answer.body, extensions={"reason_phrase": answer.reason.encode()}
        )


@lru_cache(_URLS)
def sent_as(url: str) -> tuple[str, str]:
    """Return scheme and host of a URL, and its path and query as httpx sends them. Raises httpx.InvalidURL."""
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}", parsed.raw_path.decode("ascii")


@lru_cache(_URLS)
def _pairs_of(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(query, keep_blank_values=True))


def _in_latin(value: str) -> str:
    """Return a header's value as it arrives: header fields are bytes, and what does not fit into Latin-1 is lost."""
    return value.encode("latin-1", "replace").decode("latin-1")
