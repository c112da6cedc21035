"""A misbehaving proxy on 127.0.0.1: at chosen requests it resets, truncates, stays silent or answers itself."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

#: What it does with a request: "" passes it on.
Choice = Callable[[int, str], str]
_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class BadProxy:
    """Passes requests on to ``base_url``, one for each connection.

    ``choose`` is given number and request line, or the ``whole`` request.
    """

    def __init__(self, base_url: str, choose: Choice, *, whole: bool = False) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname
        assert parts.port
        self.upstream = (parts.hostname, parts.port)
        self.choose = choose
        self.whole = whole
        self.count = 0
        self.done: dict[str, int] = {}
        self._lock = threading.Lock()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.handle(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def handle(self, client: socket.socket) -> None:
        """One request, and the connection is closed."""
        asked = _message(client)
        if not asked:
            return
        line = (asked if self.whole else asked.split(b"\r\n", 1)[0]).decode("latin-1")
        with self._lock:
            self.count += 1
            what = self.choose(self.count, line)
            self.done[what] = self.done.get(what, 0) + 1
        if what == "die":
            self._server.shutdown()
            self._server.server_close()  # the port refuses connections from now on
        if what in ("reset", "die"):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif what == "silence":
            client.settimeout(30)
            try:
                client.recv(1)  # until the other side gives up
            except OSError:
                return
        elif what == "page":
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\nconnection: close\r\n")
            client.sendall(b"content-length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE))
        else:
            answer = self._pass_on(asked)
            client.sendall(answer[: len(answer) - 40] if what == "cut" else answer)

    def _pass_on(self, asked: bytes) -> bytes:
        head, _, body = asked.partition(b"\r\n\r\n")
        lines = [h for h in head.split(b"\r\n") if not h.lower().startswith(b"connection:")]
        with socket.create_connection(self.upstream, timeout=60) as server:
            server.sendall(b"\r\n".join([*lines, b"connection: close"]) + b"\r\n\r\n" + body)
            chunks = []
            while chunk := server.recv(65536):
                chunks.append(chunk)
        return b"".join(chunks)


def _message(client: socket.socket) -> bytes:
    """A whole request."""
    client.settimeout(10)
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    fields = (h.partition(b":") for h in head.lower().split(b"\r\n"))
    length = next((int(v) for k, _, v in fields if k == b"content-length"), 0)
    while len(body) < length:
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body
