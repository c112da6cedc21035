"""A deadline for everything that one request does on the network: connecting, sending, headers and body together.

httpx limits the time between two reads only, so a server that sends one byte now and then is waited for without end.
Each thread has its own deadline; the network streams of a client ask for what is left of it before each read and write.
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

#: Bytes that are handed to the operating system at once, so that the deadline is looked at in between.
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
    """Return the shorter of a timeout and what is left of the deadline. Raises ``error`` where nothing is left."""
    moment = getattr(_local, "moment", None)
    if moment is None:
        return timeout
    left = float(moment - time.monotonic())
    if left <= 0:
        raise error("the whole answer did not arrive in time")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A network stream that keeps the deadline of the thread that uses it."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write everything."""
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
        """Return what the stream knows of itself."""
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
    """Make a client's connections, also those through proxies, keep deadlines; returns the client.

    httpx has no public way to give a pool its network backend: ``tests/targets`` notices if this one ends.
    """
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        if isinstance(pool, httpcore.ConnectionPool):
            pool._network_backend = _Backend(pool._network_backend)
    return client
