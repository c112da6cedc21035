"""Free ports for servers that are started later than their address is needed."""

from __future__ import annotations

import itertools
import os
import socket

#: Below the ports that Linux gives to clients, one of which could otherwise take a free port before the server does.
_FIRST, _END = 11_000, 32_000
_numbers = itertools.count(os.getpid() * 97)


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens, and that no client is given. Differs with each call."""
    while True:
        port = _FIRST + next(_numbers) % (_END - _FIRST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
