"""Sends one request and receives its answer, within limits of time and size."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

import httpx

from linkproof.errors import TargetError
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.targets.deadline import deadline
from linkproof.targets.http_client import proxy_for

#: Maximum number of bytes that a decompressor returns at once.
_STEP = 1 << 16
#: The fix for a server's certificate whose issuer this machine does not know.
_PRIVATE_CA = "(for a private CA, let the environment's SSL_CERT_FILE name a file with its certificate)"
#: Maximum number of content codings of one body.
_MOST_CODINGS = 3
#: zlib's window bits: gzip, zlib, and a deflate stream without a header.
_GZIP, _ZLIB, _BARE = 31, 15, -15


class AnswerTooLarge(TargetError):
    """An answer larger than the target file allows; the rest was not read."""


class NoAnswer(TargetError):
    """The connection was closed without an answer; ``exchange`` has the request, and no response."""

    exchange: Exchange | None = None


class Unreachable(TargetError):
    """No connection could be opened."""


class TooSlow(TargetError):
    """The whole answer did not arrive in time."""


@runtime_checkable
class InProcess(Protocol):
    """A server in this process, which takes the place of the network."""

    def receive(self, request: Request) -> Response:
        """Return the server's answer. Raises httpx.InvalidURL, UnicodeEncodeError."""


def receive(client: httpx.Client, request: httpx.Request, *, seconds: float, most_bytes: int) -> Response:
    """Send a request and return its answer, its content coding undone. Raises TargetError; its kind says why."""
    with deadline(seconds):
        try:
            response = client.send(request, stream=True)
            try:
                body = _body_of(response, most_bytes)
            finally:
                response.close()
        except httpx.TimeoutException as error:
            kind = Unreachable if isinstance(error, httpx.ConnectTimeout) else TooSlow
            raise kind(f"no whole answer within {seconds:g} s ({type(error).__name__})") from None
        except httpx.ConnectError as error:
            fix = f" {_PRIVATE_CA}" if "CERTIFICATE_VERIFY_FAILED" in str(error) else ""
            proxy = proxy_for(request.url) if client.trust_env else ""
            through = f" (through the proxy {proxy}; NO_PROXY names hosts without it)" if proxy else ""
            raise Unreachable(f"{_described(error)}{fix}{through}") from None
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            closed = isinstance(error, httpx.ReadError) or "without sending a response" in str(error)
            raise (NoAnswer if closed else TargetError)(_described(error)) from None
        except httpx.HTTPError as error:
            raise TargetError(_described(error)) from None
    if not 100 <= response.status_code <= 599:
        raise TargetError(f"{response.status_code} is not an HTTP status")
    fields = Headers((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw)
    return Response(response.status_code, fields, body, response.reason_phrase)


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _body_of(response: httpx.Response, most: int) -> bytes:
    if response.is_stream_consumed:  # a server in this process
        return response.content
    chunks: Iterable[bytes] = _limited(response.iter_raw(), most, "on the wire")
    codings = [c.strip().lower() for c in response.headers.get("content-encoding", "").split(",")]
    for coding in [c for c in reversed(codings) if c in ("gzip", "x-gzip", "deflate")][:_MOST_CODINGS]:
        chunks = _limited(_inflated(chunks, coding), most, "decompressed")
    return b"".join(chunks)


def _limited(chunks: Iterable[bytes], most: int, where: str) -> Iterator[bytes]:
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > most:
            raise AnswerTooLarge(f"the answer is larger than {most / 1e6:g} MB {where} (max_answer_mb)")
        yield chunk


def _inflated(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Undo a content coding in small steps. Raises TargetError for damaged data."""
    engine = None
    try:
        for chunk in chunks:
            if engine is None:
                engine = zlib.decompressobj(_window_of(chunk, coding))
            data = chunk
            while data:
                found = engine.decompress(data, _STEP)
                data = engine.unconsumed_tail
                if engine.eof:
                    # What follows a gzip member is another one, or padding.
                    data, again = engine.unused_data, coding != "deflate"
                    if not again or not data.startswith(b"\x1f\x8b"):
                        data = b""
                    else:
                        engine = zlib.decompressobj(_GZIP)
                yield found
    except zlib.error as error:
        raise TargetError(f"the answer is not {coding} data: {error}") from None
    if engine is not None and not engine.eof:
        raise TargetError(f"the answer is not complete {coding} data: it ends too early")


def _window_of(beginning: bytes, coding: str) -> int:
    if coding != "deflate":
        return _GZIP
    # Servers send both what the standard says (zlib) and the bare stream.
    is_zlib = beginning[0] & 15 == 8 and int.from_bytes(beginning[:2], "big") % 31 == 0
    return _ZLIB if is_zlib else _BARE
