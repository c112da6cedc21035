"""Records the traffic of an HTTP client."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import httpx

from linkproof.base.wording import zulu_now
from linkproof.model.exchange import Exchange, Headers, Request, Response

if TYPE_CHECKING:
    import requests

#: Header fields of the transfer, which no longer apply to a body that was received completely.
_FRAMING = ("transfer-encoding",)


class Recorder:
    """The exchanges of one test, in the order of their answers. Threads may share it.

    ``scenario`` names the current part of the test; findings show it.
    """

    def __init__(self, scenario: str = "") -> None:
        self.scenario = scenario
        self.exchanges: list[Exchange] = []
        self._lock = threading.Lock()

    def transport(self, wrapped: httpx.BaseTransport | None = None) -> httpx.BaseTransport:
        """Return a transport for ``httpx.Client(transport=...)``; ``wrapped`` sends (default: the network)."""
        return _Recording(self, wrapped or httpx.HTTPTransport())

    def async_transport(self, wrapped: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncBaseTransport:
        """Return a transport for ``httpx.AsyncClient(transport=...)``."""
        return _AsyncRecording(self, wrapped or httpx.AsyncHTTPTransport())

    def mount(self, session: requests.Session) -> requests.Session:
        """Record all requests of a ``requests.Session``; return the session."""
        from linkproof.testing.requests_adapter import RecordingAdapter

        for prefix in ("https://", "http://"):
            session.mount(prefix, RecordingAdapter(self))
        return session

    def add(self, request: Request, response: Response, *, started: float = 0.0) -> None:
        """Record one exchange; ``started`` is on ``time.monotonic``."""
        ended = time.monotonic()
        with self._lock:
            self.exchanges.append(
                Exchange(
                    request,
                    response,
                    number=len(self.exchanges) + 1,
                    scene=self.scenario,
                    started=started or ended,
                    ended=ended,
                    at=zulu_now(),
                )
            )

    def clear(self) -> None:
        """Forget all exchanges."""
        with self._lock:
            self.exchanges.clear()


class _Recording(httpx.BaseTransport):
    def __init__(self, recorder: Recorder, wrapped: httpx.BaseTransport) -> None:
        self._recorder, self._wrapped = recorder, wrapped

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        started = time.monotonic()
        answer = self._wrapped.handle_request(request)
        try:
            raw = b"".join(answer.stream)  # type: ignore[arg-type]
        finally:
            answer.close()
        return _kept(self._recorder, request, body, answer, raw, started)

    def close(self) -> None:
        self._wrapped.close()


class _AsyncRecording(httpx.AsyncBaseTransport):
    def __init__(self, recorder: Recorder, wrapped: httpx.AsyncBaseTransport) -> None:
        self._recorder, self._wrapped = recorder, wrapped

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        started = time.monotonic()
        answer = await self._wrapped.handle_async_request(request)
        try:
            raw = b"".join([chunk async for chunk in answer.stream])  # type: ignore[union-attr]
        finally:
            await answer.aclose()
        return _kept(self._recorder, request, body, answer, raw, started)

    async def aclose(self) -> None:
        await self._wrapped.aclose()


class _Replayed(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A completely received body as a stream: the client reads, decodes or streams it as usual."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def __iter__(self) -> Iterator[bytes]:
        yield self._raw

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._raw


def _kept(
    recorder: Recorder, request: httpx.Request, body: bytes, answer: httpx.Response, raw: bytes, started: float
) -> httpx.Response:
    """Record an answer, and return a copy for the client."""
    fields: Any = [(k, v) for k, v in answer.headers.raw if k.decode("latin-1").lower() not in _FRAMING]
    decoded = httpx.Response(answer.status_code, headers=fields, content=raw).content
    recorder.add(
        Request(request.method, str(request.url), _headers(request.headers), body),
        Response(answer.status_code, _headers(answer.headers), decoded, answer.reason_phrase),
        started=started,
    )
    return httpx.Response(
        answer.status_code, headers=fields, stream=_Replayed(raw), extensions=answer.extensions, request=request
    )


def _headers(headers: httpx.Headers) -> Headers:
    return Headers((k.decode("latin-1"), v.decode("latin-1")) for k, v in headers.raw)
