"""The recorder for ``requests``, which is imported only by its users."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter

from linkproof.model.exchange import Headers, Request, Response

if TYPE_CHECKING:
    from linkproof.testing.recorder import Recorder


class RecordingAdapter(HTTPAdapter):
    """Sends as ``requests`` does, and records each exchange. Bodies are read completely, even with ``stream=True``."""

    def __init__(self, recorder: Recorder, **options: Any) -> None:
        super().__init__(**options)
        self._recorder = recorder

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """Send a request. Raises what ``requests`` raises."""
        started = time.monotonic()
        answer = super().send(request, *arguments, **options)
        sent = request.body or b""
        self._recorder.add(
            Request(
                (request.method or "GET").upper(),
                request.url or "",
                Headers(_texts(request.headers)),
                sent.encode() if isinstance(sent, str) else sent if isinstance(sent, bytes) else b"",
            ),
            Response(answer.status_code, Headers(_received(answer)), answer.content, answer.reason or ""),
            started=started,
        )
        return answer


def _texts(headers: Any) -> list[tuple[str, str]]:
    return [(k, v.decode("latin-1") if isinstance(v, bytes) else str(v)) for k, v in headers.items()]


def _received(answer: requests.Response) -> list[tuple[str, str]]:
    """Return the header fields as received: repeated ones separately, if urllib3 has them."""
    raw: Any = getattr(answer.raw, "headers", None)
    found = [(str(k), str(v)) for k, v in raw.iteritems()] if hasattr(raw, "iteritems") else []
    return found or _texts(answer.headers)
