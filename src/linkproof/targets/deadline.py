"""A deadline for all network operations of one request: connecting, sending, headers and body together.

httpx limits the time between two reads only, so that a server that sends a byte now and then could delay the end for
ever. Each thread has its own deadline; the network streams of a client limit each read and write by the time left.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

#: Maximum number of bytes per write, so that the deadline is checked in between.
_WRITE_BYTES = 1 << 16
_local = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within it, this thread's network calls raise a timeout once the seconds are over."""
    before = getattr(_local, "moment", None)
    _local.moment = time.monotonic() + seconds
    try:
        yield
    finally:
        _local.moment = before


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    """Return the smaller of a timeout and the time left. Raises ``error`` if no time is left."""
    moment = getattr(_local, "moment", None)
    if moment is None:
        return timeout
    left = float(moment - time.monotonic())
    if left <= 0:
        raise error("the whole answer did not arrive in time")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A network stream that keeps the deadline of the calling thread."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read the available bytes."""
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes."""
        for begin in range(0, len(buffer), _WRITE_BYTES):
            self._inner.write(buffer[begin : begin + _WRITE_BYTES], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the stream with TLS over it."""
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout, httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        """Return extra information about the stream."""
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens streams that keep the deadline."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host."""
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait between two attempts to connect."""
        self._inner.sleep(_left(seconds, httpcore.ConnectTimeout) or 0.0)


def keep_deadlines(client: httpx.Client) -> httpx.Client:
    """Make a client's connections, including those through proxies, keep deadlines; return the client.

    httpx has no public way to set a pool's network backend: ``tests/targets`` notices if this one stops working.
    """
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        if isinstance(pool, httpcore.ConnectionPool):
            pool._network_backend = _Backend(pool._network_backend)
    return client
