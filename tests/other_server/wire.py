"""HTTP: reads requests (also chunked ones), writes answers as their `Wire` says."""

from __future__ import annotations

import gzip
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.other_server.app import App
from tests.other_server.model import Exchange, Reply, azure_error, huawei_error

DRAIN = 64 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    app: App

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ARG002
        return

    def version_string(self) -> str:
        return "other"

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """A request that cannot be read as HTTP: an error body, and the connection ends."""
        self.close_connection = True
        if getattr(self, "path", "").startswith("/v1/"):
            reply = huawei_error(400, "EndPoint.0002", "The request is not valid.", "http")
        else:
            reply = azure_error("", code, "BadRequest", "The request is not valid.", "http")
        reply.headers["Content-Type"] = "application/json; charset=utf-8"
        reply.headers["x-ms-request-id"] = f"{id(self):032x}-{id(reply):x}"
        reply.wire.close = True
        if not hasattr(self, "request_version") or not self.request_version.startswith("HTTP/"):
            self.request_version = "HTTP/1.1"
        self.write(reply)

    def read_body(self) -> bytes | None:
        """The body; None when its framing is broken."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self.read_chunks()
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit()) or int(length) > DRAIN:
            return None
        return self.rfile.read(int(length))

    def read_chunks(self) -> bytes | None:
        parts: list[bytes] = []
        total = 0
        while True:
            try:
                length = int(self.rfile.readline(1024).split(b";")[0].strip(), 16)
            except ValueError:
                return None
            total += length
            if length < 0 or total > DRAIN:
                return None
            if length == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return b"".join(parts)
            parts.append(self.rfile.read(length))
            self.rfile.readline(1024)

    def serve(self) -> None:
        """Answer one request."""
        body = self.read_body()
        if body is None:
            self.send_error(400)
            return
        target = self.path
        if target.lower().startswith(("http://", "https://")):
            target = "/" + target.split("://", 1)[1].partition("/")[2]
        headers = {k.lower(): v for k, v in self.headers.items()}
        host = headers.get("host") or f"127.0.0.1:{self.connection.getsockname()[1]}"
        reply = self.app.handle(Exchange(self.command, target, headers, body, host, self.app.world))
        if reply.wire.gzip and "gzip" in headers.get("accept-encoding", "") and reply.encode():
            reply.raw = gzip.compress(reply.encode())
            reply.headers["Content-Encoding"] = "gzip"
        self.write(reply)

    def write(self, reply: Reply) -> None:
        """Put an answer on the wire."""
        wire, data = reply.wire, reply.encode()
        bare = reply.status in (204, 304)
        if wire.http10:
            self.protocol_version = "HTTP/1.0"
        self.send_response(reply.status)
        headers = dict(reply.headers)
        chunked = wire.chunked and not bare and not wire.http10
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif not bare and not wire.http10:
            headers["Content-Length"] = str(len(data))
        if wire.close or wire.http10:
            headers["Connection"] = "close"
            self.close_connection = True
        for name, value in headers.items():
            self.send_header(name.lower() if wire.lower else name, value)
        self.end_headers()
        if not bare and self.command != "HEAD" and data:
            for start in range(0, len(data), 512 if chunked else len(data)):
                piece = data[start : start + (512 if chunked else len(data))]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if chunked and self.command != "HEAD":
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()


class Server(ThreadingHTTPServer):
    """Serves an application on 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, app: App) -> None:
        handler = type("BoundHandler", (Handler,), {"app": app})
        super().__init__(("127.0.0.1", port), handler)

    def server_bind(self) -> None:
        """Bind without looking the name of the host up."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""
