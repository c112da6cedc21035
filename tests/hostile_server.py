"""A server on 127.0.0.1 that answers each request in one hostile way, over raw sockets.

``MODES`` maps a mode's name to what it does with one connection, after a request was read. A mode returns whether the
connection may be used again. Everything is bounded: a connection ends after ``LONGEST_S`` seconds, whatever its mode.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import json
import socket
import socketserver
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

#: No connection is served for longer.
LONGEST_S = 30.0
#: Bytes that an "endless" answer stops at.
_ENDLESS = 1 << 31
_JSON = b'{"value": []}'
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Accept the terms to go on</body></html>"


@dataclass
class Asked:
    """A request: its socket, head and body, its number, and where the server is."""

    sock: socket.socket
    method: str
    path: str
    head: bytes
    body: bytes
    number: int
    base_url: str

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(
        self, status: int = 200, body: bytes = _JSON, kind: str = "application/json", more: tuple[str, ...] = ()
    ) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def drip(self, data: bytes, every: float = 0.05) -> None:
        end = time.monotonic() + LONGEST_S
        for n in range(len(data)):
            if time.monotonic() > end:
                return
            self.send(data[n : n + 1])
            time.sleep(every)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Mode = Callable[[Asked], object]
MODES: dict[str, Mode] = {}


def mode(name: str) -> Callable[[Mode], Mode]:
    """Register a mode."""

    def add(function: Mode) -> Mode:
        assert name not in MODES
        MODES[name] = function
        return function

    return add


def _head(status: int = 200, *lines: str) -> bytes:
    return (
        "\r\n".join([f"HTTP/1.1 {status} X", "Content-Type: application/json", *lines]).encode("latin-1") + b"\r\n\r\n"
    )


def _alike(name: str, status: int, body: bytes = b"", kind: str = "text/html", more: tuple[str, ...] = ()) -> None:
    """Register a mode that answers every request alike."""
    MODES[name] = lambda asked: asked.answer(status, body, kind, more)


# not the service

_alike("portal", 200, _HTML)
_alike("portal-plain", 200, b"Welcome to the hotel network", "text/plain")
_alike("portal-says-json", 200, _HTML, "application/json")
_alike("portal-empty", 200, b"", "text/html")
_alike("redirect-302", 302, b"", more=("Location: http://127.0.0.1:9/login",))
_alike("redirect-301", 301, b"", more=("Location: /elsewhere",))
_alike("redirect-307", 307, b"", more=("Location: https://login.example.org/",))
_alike("redirect-308-no-location", 308, b"")
_alike("unavailable", 503, b"down", "text/plain")
_alike("unavailable-json", 503, b'{"error": {"code": "ServiceUnavailable", "message": "Down."}}', "application/json")
_alike("unavailable-retry-after", 503, b"", more=("Retry-After: 86400",))
_alike("bad-gateway", 502, b"<html>502 Bad Gateway</html>")
_alike("gateway-timeout", 504, b"<html>504</html>")
_alike("nothing-found-html", 404, b"<html>404 Not Found</html>")
_alike("nothing-found-empty", 404, b"")
_alike("teapot", 418, b"I'm a teapot", "text/plain")
_alike("method-not-allowed", 405, b"", more=("Allow: OPTIONS",))
_alike(
    "throttled-for-ever",
    429,
    b'{"error": {"code": "TooManyRequests", "message": "Later."}}',
    "application/json",
    ("Retry-After: 1",),
)

# the credential

_alike("unauthorized", 401, b'{"error": {"code": "InvalidAuthenticationToken", "message": "No."}}', "application/json")
_alike("unauthorized-html", 401, b"<html>401</html>", more=('WWW-Authenticate: Basic realm="x"',))
_alike("forbidden", 403, b'{"error": {"code": "AuthorizationFailed", "message": "No."}}', "application/json")
_alike("proxy-auth", 407, b"", more=('Proxy-Authenticate: Basic realm="x"',))

# the parent

_alike(
    "no-subscription",
    404,
    b'{"error": {"code": "SubscriptionNotFound", "message": "The subscription could not be found."}}',
    "application/json",
)
_alike(
    "no-group",
    404,
    b'{"error": {"code": "ResourceGroupNotFound", "message": "Resource group could not be found."}}',
    "application/json",
)
_alike(
    "no-parent",
    404,
    b'{"error": {"code": "ParentResourceNotFound", "message": "The parent does not exist."}}',
    "application/json",
)
_alike("no-error-code", 404, b'{"error": {}}', "application/json")
_alike("empty-list", 200, _JSON, "application/json")
_alike("bare-array", 200, b"[]", "application/json")
_alike("null", 200, b"null", "application/json")
_alike("a-number", 200, b"1" * 5000, "application/json")
_alike("surrogates", 200, b'{"value": [{"name": "\\ud800"}]}', "application/json")
_alike("deep", 200, b"[" * 50_000 + b"]" * 50_000, "application/json")
_alike("not-a-number", 200, b'{"value": NaN}', "application/json")
_alike("duplicate-members", 200, b'{"value": [], "value": [1]}', "application/json")
_alike("utf-16", 200, '{"value": []}'.encode("utf-16"), "application/json")
_alike("invalid-utf-8", 200, b'{"value": "\xff\xfe"}', "application/json")
_alike("cut-json", 200, b'{"value": [', "application/json")
_alike("server-error", 500, b'{"error": {"code": "InternalServerError", "message": "Oops."}}', "application/json")
_alike("stack-trace", 500, b'Traceback (most recent call last):\n  File "/srv/app.py", line 1', "text/plain")
_alike(
    "long-word", 404, json.dumps({"error": {"code": "NotFound", "message": "x" * 40_000}}).encode(), "application/json"
)
_alike("status-999", 999, b"{}", "application/json")
_alike("status-100-final", 299, b"{}", "application/json")


@mode("no-content-type")
def _(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(_JSON) + _JSON)


# connections


@mode("close")
def _(asked: Asked) -> bool:
    del asked
    return False


@mode("reset")
def _(asked: Asked) -> bool:
    asked.reset()
    return False


@mode("half-a-status-line")
def _(asked: Asked) -> bool:
    asked.send(b"HTTP/1.1 20")
    return False


@mode("half-the-headers")
def _(asked: Asked) -> bool:
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    return False


@mode("half-the-body")
def _(asked: Asked) -> bool:
    asked.send(_head(200, "Content-Length: 500") + _JSON)
    return False


@mode("half-a-chunk")
def _(asked: Asked) -> bool:
    asked.send(_head(200, "Transfer-Encoding: chunked") + b"ff\r\n{")
    return False


@mode("silence")
def _(asked: Asked) -> bool:
    asked.sock.settimeout(LONGEST_S)
    with contextlib.suppress(OSError):
        asked.sock.recv(1)
    return False


@mode("silence-in-the-body")
def _(asked: Asked) -> bool:
    asked.send(_head(200, "Content-Length: 500") + b"{")
    return bool(MODES["silence"](asked))


@mode("silence-on-writes")
def _(asked: Asked) -> object:
    return MODES["silence" if asked.method not in ("GET", "HEAD") else "empty-list"](asked)


@mode("close-on-writes")
def _(asked: Asked) -> object:
    return MODES["close" if asked.method not in ("GET", "HEAD") else "empty-list"](asked)


@mode("every-other-close")
def _(asked: Asked) -> object:
    return MODES["close" if asked.number % 2 else "empty-list"](asked)


@mode("close-after-each-answer")
def _(asked: Asked) -> bool:
    asked.answer()
    return False


@mode("connection-close")
def _(asked: Asked) -> bool:
    asked.answer(more=("Connection: close",))
    return False


# slow


@mode("drip-body")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Content-Length: 4000"))
    asked.drip(b" " * 4000)


@mode("drip-chunks")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Transfer-Encoding: chunked"))
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        asked.send(b"1\r\n \r\n")
        time.sleep(0.05)


@mode("drip-headers")
def _(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\n")
    asked.drip(b"X-Slow: 1\r\n" * 400)


@mode("drip-status-line")
def _(asked: Asked) -> None:
    asked.drip(b"HTTP/1.1 200 " + b"O" * 400)


@mode("continue-for-ever")
def _(asked: Asked) -> None:
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        asked.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


@mode("early-hints")
def _(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50)
    asked.answer()


@mode("two-seconds-each")
def _(asked: Asked) -> None:
    time.sleep(2)
    asked.answer()


# large


def _endless(asked: Asked, piece: bytes) -> None:
    sent, end = 0, time.monotonic() + LONGEST_S
    while sent < _ENDLESS and time.monotonic() < end:
        asked.send(piece)
        sent += len(piece)


@mode("endless-body")
def _(asked: Asked) -> bool:
    asked.send(_head(200, "Connection: close"))
    _endless(asked, b" " * 65_536)
    return False


@mode("endless-chunks")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Transfer-Encoding: chunked"))
    _endless(asked, b"10000\r\n" + b" " * 65_536 + b"\r\n")


@mode("endless-headers")
def _(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\n")
    _endless(asked, b"X-More: " + b"x" * 1000 + b"\r\n")


@mode("large-content-length")
def _(asked: Asked) -> bool:
    asked.send(_head(200, "Content-Length: 9999999999") + _JSON)
    return bool(MODES["silence"](asked))


@mode("bad-content-length")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Content-Length: many") + _JSON)


@mode("two-content-lengths")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Content-Length: 5", "Content-Length: 13") + _JSON)


@mode("negative-content-length")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Content-Length: -1") + _JSON)


@mode("large-json")
def _(asked: Asked) -> None:
    asked.answer(body=b'{"value": [' + b",".join([b'{"name": "c"}'] * 500_000) + b"]}")


@mode("large-error")
def _(asked: Asked) -> None:
    asked.answer(404, b'{"error": {"code": "NotFound", "message": "' + b"word " * 1_000_000 + b'"}}')


@mode("thousand-headers")
def _(asked: Asked) -> None:
    asked.answer(more=tuple(f"X-Header-{n}: {n}" for n in range(1000)))


@mode("hundred-thousand-headers")
def _(asked: Asked) -> None:
    asked.answer(more=tuple(f"X-Header-{n}: {n}" for n in range(100_000)))


@mode("long-header")
def _(asked: Asked) -> None:
    asked.answer(more=("X-Long: " + "x" * 60_000,))


@mode("header-without-colon")
def _(asked: Asked) -> None:
    asked.answer(more=("this is no header",))


@mode("header-bytes")
def _(asked: Asked) -> None:
    asked.answer(more=("X-Odd: \xe9\xff\x80",))


# content codings


@functools.cache
def bomb() -> bytes:
    """Return 1 GB of spaces as gzip, about 1 MB: one compressed block, repeated, which saves seconds."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b" " * (1 << 20)
    repeated = engine.compress(block) + engine.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(1024):
        checksum = zlib.crc32(block, checksum)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + repeated * 1024 + engine.flush() + struct.pack("<II", checksum, 1 << 30)


@functools.cache
def bomb_twice() -> bytes:
    return gzip.compress(bomb())


@functools.cache
def bare_bomb() -> bytes:
    return zlib.compress(b" " * (1 << 27), 9)


@mode("gzip-bomb")
def _(asked: Asked) -> None:
    asked.answer(body=bomb(), more=("Content-Encoding: gzip",))


@mode("gzip-bomb-twice")
def _(asked: Asked) -> None:
    asked.answer(body=bomb_twice(), more=("Content-Encoding: gzip, gzip",))


@mode("deflate-bomb")
def _(asked: Asked) -> None:
    asked.answer(body=bare_bomb(), more=("Content-Encoding: deflate",))


@mode("gzip")
def _(asked: Asked) -> None:
    asked.answer(body=gzip.compress(_JSON), more=("Content-Encoding: gzip",))


@mode("gzip-that-is-none")
def _(asked: Asked) -> None:
    asked.answer(more=("Content-Encoding: gzip",))


@mode("gzip-cut")
def _(asked: Asked) -> None:
    asked.answer(body=gzip.compress(_JSON * 1000)[:-30], more=("Content-Encoding: gzip",))


@mode("unknown-coding")
def _(asked: Asked) -> None:
    asked.answer(more=("Content-Encoding: rot13",))


@mode("many-codings")
def _(asked: Asked) -> None:
    asked.answer(more=("Content-Encoding: " + ", ".join(["gzip"] * 1000),))


# not HTTP


@mode("not-http")
def _(asked: Asked) -> bool:
    asked.send(b"SSH-2.0-OpenSSH_9.6\r\n")
    return False


@mode("http-0.9")
def _(asked: Asked) -> bool:
    asked.send(_JSON)
    return False


@mode("http-2-preface")
def _(asked: Asked) -> bool:
    asked.send(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00" * 18)
    return False


@mode("zero-bytes")
def _(asked: Asked) -> bool:
    asked.send(b"\x00" * 4096)
    return False


@mode("bad-chunk-size")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n")


@mode("huge-chunk-size")
def _(asked: Asked) -> None:
    asked.send(_head(200, "Transfer-Encoding: chunked") + b"f" * 40 + b"\r\n{}")


@mode("more-after-the-answer")
def _(asked: Asked) -> None:
    asked.answer()
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@mode("body-with-204")
def _(asked: Asked) -> None:
    asked.answer(204)


@mode("switching-protocols")
def _(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")


# odd, and allowed: what an old or careful server may send


@mode("http-1.0")
def _(asked: Asked) -> bool:
    asked.send(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + _JSON)
    return False


@mode("continue-first")
def _(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    asked.answer()


@mode("chunk-extensions")
def _(asked: Asked) -> None:
    chunk = b'%x;name=value;other="a b"\r\n%s\r\n' % (len(_JSON), _JSON)
    asked.send(_head(200, "Transfer-Encoding: chunked") + chunk + b"0;last\r\n\r\n")


@mode("trailers")
def _(asked: Asked) -> None:
    chunk = b"%x\r\n%s\r\n" % (len(_JSON), _JSON)
    asked.send(_head(200, "Transfer-Encoding: chunked", "Trailer: X-Sum") + chunk + b"0\r\nX-Sum: 1\r\n\r\n")


@mode("same-content-length-twice")
def _(asked: Asked) -> None:
    asked.send(_head(200, f"Content-Length: {len(_JSON)}", f"Content-Length: {len(_JSON)}") + _JSON)


@mode("length-and-chunks")
def _(asked: Asked) -> None:
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(_JSON), _JSON)
    asked.send(_head(200, "Content-Length: 4", "Transfer-Encoding: chunked") + chunk)


@mode("folded-header")
def _(asked: Asked) -> None:
    asked.answer(more=("X-Folded: one\r\n two",))


@mode("header-nul")
def _(asked: Asked) -> None:
    asked.answer(more=("X-Nul: a\0b",))


@mode("header-utf-8-cut")
def _(asked: Asked) -> None:
    asked.send(_head(404, "X-Cut: caf\xc3", f"Content-Length: {len(_JSON)}") + _JSON)


# odd values

_alike("retry-after-huge", 503, b"", more=("Retry-After: " + "9" * 400,))
_alike("retry-after-negative", 429, b"", more=("Retry-After: -5",))
_alike("retry-after-year-9999", 429, b"", more=("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",))
_alike("date-absurd", 404, _JSON, "application/json", ("Date: Wed, 99 Foo 99999 99:99:99 +9999",))
_alike("content-type-with-escapes", 404, _JSON, "application/json; charset=\x1b[31m")
_alike("charset-unknown", 200, _JSON, "application/json; charset=no-such-charset")
_alike("content-type-long", 200, _JSON, "application/json; " + "a=b; " * 5000)
_alike("location-odd", 202, b"", more=("Location: http://\x00[::1/%zz", "Retry-After: 1e308"))
_alike("digits", 200, b'{"value": [{"name": "c", "size": ' + b"9" * 6000 + b"}]}", "application/json")
_alike("tiny-exponents", 200, b'{"value": [{"name": "c", "size": 1e-999999999, "b": 1e999999999}]}', "application/json")
_alike("dates-absurd", 200, b'{"value": [{"name": "c", "createdAt": "99999-99-99T99:99:99Z"}]}', "application/json")
_alike(
    "names-absurd",
    200,
    b'{"value": [{"name": "../../x\\u0000", "id": "\\ud800"}, {"name": 5}, null]}',
    "application/json",
)
_alike(
    "script", 500, b'{"error": {"code": "</script><script>x()</script>", "message": "\\u001b[2J"}}', "application/json"
)


# lists


def _items(number: int) -> list[dict[str, str]]:
    return [{"name": f"c-{number}", "id": f"/c-{number}"}]


@mode("endless-next-links")
def _(asked: Asked) -> None:
    link = f"{asked.base_url}{asked.path.split('?')[0]}?api-version=2022-06-01&page={asked.number}"
    asked.answer(body=json.dumps({"value": _items(asked.number), "nextLink": link}).encode())


@mode("next-link-to-itself")
def _(asked: Asked) -> None:
    asked.answer(body=json.dumps({"value": [], "nextLink": asked.base_url + asked.path}).encode())


@mode("next-link-elsewhere")
def _(asked: Asked) -> None:
    asked.answer(body=json.dumps({"value": [], "nextLink": "http://127.0.0.1:9/steal"}).encode())


@mode("next-link-odd")
def _(asked: Asked) -> None:
    asked.answer(body=json.dumps({"value": [], "nextLink": "http://[::1"}).encode())


@mode("next-link-a-number")
def _(asked: Asked) -> None:
    asked.answer(body=json.dumps({"value": [], "nextLink": 7}).encode())


@mode("long-next-link")
def _(asked: Asked) -> None:
    link = f"{asked.base_url}{asked.path.split('?')[0]}?api-version=2022-06-01&token={'x' * 60_000}{asked.number}"
    asked.answer(body=json.dumps({"value": [], "nextLink": link}).encode())


@mode("accepted-for-ever")
def _(asked: Asked) -> None:
    where = f"{asked.base_url}/operations/1?api-version=2022-06-01"
    asked.answer(202, b'{"status": "InProgress"}', more=(f"Location: {where}", f"Azure-AsyncOperation: {where}"))


# more links, codings and values


def _linked(name: str, link: str) -> None:
    """Register a mode whose lists and answers to writes lead to a URL; ``{base}`` is the server's own."""

    @mode(name)
    def _(asked: Asked) -> None:
        where = link.format(base=asked.base_url, host=asked.base_url.removeprefix("http://"))
        if asked.method in ("GET", "HEAD"):
            asked.answer(body=json.dumps({"value": [], "nextLink": where}).encode())
        else:
            asked.answer(202, b"", more=(f"Location: {where}", f"Azure-AsyncOperation: {where}", "Retry-After: 0"))


for _name, _link in {
    "links-to-a-file": "file:///etc/passwd",
    "links-to-data": 'data:application/json,{{"value":[]}}',
    "links-to-another-port": "http://127.0.0.1:9/x",
    "links-with-userinfo": "http://somebody:else@{host}/x?api-version=2022-06-01",
    "links-to-ipv6": "http://[::ffff:127.0.0.1]:9/x",
    "links-to-another-script": "http://127.0.0.1\u3002example/x",
    "links-to-a-port-beyond": "http://127.0.0.1:99999999/x",
    "links-without-a-scheme": "//127.0.0.1:9/x",
    "links-of-a-megabyte": "{base}/" + "a/../" * 200_000,
    "links-with-surrogates": "{base}/\ud800",
    "links-with-line-breaks": "{base}/x\nX-Evil: 1",
}.items():
    _linked(_name, _link)

_alike("brotli-that-is-none", 200, _JSON, "application/json", ("Content-Encoding: br",))
_alike("zstd-that-is-none", 200, _JSON, "application/json", ("Content-Encoding: zstd",))
_alike("gzip-says-deflate", 200, gzip.compress(_JSON), "application/json", ("Content-Encoding: deflate",))
_alike("gzip-says-nothing", 200, gzip.compress(_JSON), "application/json")
_alike("utf-8-mark", 200, b"\xef\xbb\xbf" + _JSON, "application/json")
_alike("utf-32", 200, '{"value": []}'.encode("utf-32"), "application/json; charset=utf-32")
_alike(
    "infinities", 200, b'{"value": [{"name": "c", "size": Infinity, "b": -Infinity, "c": 1e999}]}', "application/json"
)
_alike("arrays-of-100000-levels", 200, b"[" * 100_000 + b"1" + b"]" * 100_000, "application/json")
_alike("objects-of-100000-levels", 404, b'{"error":' * 100_000 + b"1" + b"}" * 100_000, "application/json")


@functools.cache
def _many_members() -> bytes:
    """Made when it is first asked for: each worker of the tests imports this module."""
    return json.dumps({f"m{n}": n for n in range(150_000)}).encode()


@mode("members-by-the-hundred-thousand")
def _(asked: Asked) -> None:
    asked.answer(200, _many_members(), "application/json")


_alike("wrong-items-by-the-million", 200, b'{"value":[5' + b",5" * 999_999 + b"]}", "application/json")
_alike(
    "strings-within-strings",
    404,
    json.dumps(
        {"error": {"code": "E", "message": functools.reduce(lambda t, _: json.dumps([t]), range(14), "x")}}
    ).encode(),
    "application/json",
)
_alike("retry-after-10-to-the-30", 429, b"", more=("Retry-After: 1" + "0" * 30,))
_alike("retry-after-a-fraction", 503, b"", more=("Retry-After: 0.0000001",))
_alike("retry-after-twice", 429, b"", more=("Retry-After: 1", "Retry-After: 99999999"))
_alike(
    "control-characters",
    404,
    b'{"error": {"code": "\\u0000\\u0007", "message": "\\u009b2J\\u202e"}}',
    "application/json",
)


@mode("header-names-of-odd-bytes")
def _(asked: Asked) -> None:
    asked.send(_head(200, "X-\xc3\xa9: 1", "X(y): 2", f"Content-Length: {len(_JSON)}") + _JSON)


@mode("a-header-without-a-name")
def _(asked: Asked) -> None:
    asked.send(_head(200, ": 1", f"Content-Length: {len(_JSON)}") + _JSON)


@mode("trailers-without-end")
def _(asked: Asked) -> bool:
    asked.send(_head(200, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n" % (len(_JSON), _JSON))
    _endless(asked, b"X-Sum: " + b"1" * 1000 + b"\r\n")
    return False


@mode("chunk-extensions-without-end")
def _(asked: Asked) -> bool:
    asked.send(_head(200, "Transfer-Encoding: chunked") + b"1;")
    _endless(asked, b"a=b;" * 1000)
    return False


@mode("early-hints-for-ever")
def _(asked: Asked) -> bool:
    _endless(asked, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100)
    return False


# connections that are all there, and whose representation is hostile


def _connections(name: str, change: Callable[[dict[str, object]], None]) -> None:
    """Register a mode that shows nine pending connections, each changed; anything but a GET is not found."""

    @mode(name)
    def _(asked: Asked) -> None:
        if asked.method != "GET":
            asked.answer(404, b"" if asked.method == "HEAD" else b'{"error": {"code": "NotFound", "message": "No."}}')
            return
        path, _, own = asked.path.split("?")[0].rstrip("/").partition("/privateEndpointConnections")
        path += "/privateEndpointConnections"
        shown: list[dict[str, object]] = []
        for number in range(9) if not own else [own[1:]]:
            item = f"{path}/{number}" if own else f"{path}/pec-{number}"
            properties = {"provisioningState": "Succeeded"}
            shown.append({"id": item, "name": item.rpartition("/")[2], "properties": properties})
            if own:
                change(shown[0])
        asked.answer(body=json.dumps({"value": shown} if not own else shown[0]).encode())


_connections("connections-of-15-megabytes", lambda shown: shown.update(pad="x y" * 5_000_000))
_connections("connections-of-many-values", lambda shown: shown.update(pad=[[]] * 350_000))
_connections("connections-with-half-characters", lambda shown: shown.update(type="\ud800", properties={"a": "\udfff"}))


# what repeats the credential, with characters that control a terminal


def _token_of(asked: Asked) -> str:
    found = next((value for name, _, value in _fields(asked.head) if name.lower() == b"authorization"), b"none")
    return found.decode("latin-1").strip().rpartition(" ")[2]


@mode("repeats-the-credential-in-an-error")
def _(asked: Asked) -> None:
    token = _token_of(asked)
    body = json.dumps({"error": {"code": token, "message": f"no {token}"}}).encode()
    asked.answer(404, body, more=(f"X-Token: {token}", f"Location: {asked.base_url}/{token}"))


@mode("repeats-the-credential-on-a-page")
def _(asked: Asked) -> None:
    asked.answer(200, b"<html>\x1b[2J\x1b]0;x\x07" + _token_of(asked).encode(), "text/html")


@mode("repeats-the-credential-and-refuses-it")
def _(asked: Asked) -> None:
    asked.answer(401, f"\x1b[31m{_token_of(asked)} is wrong".encode(), "text/plain")


@mode("repeats-the-credential-in-the-status-line")
def _(asked: Asked) -> None:
    asked.send(f"{_token_of(asked)} HTTP/1.1 200\r\n\r\n".encode())


class HostileServer:
    """Serves one mode on a free port.

    Attributes:
        asked: the number of requests.
        span_s: seconds between the first and the last request.
    """

    def __init__(self, name: str, *, early: bool = False) -> None:
        self.asked = 0
        self.span_s = 0.0
        self._first = 0.0
        self._lock = threading.Lock()
        outer, act = self, MODES[name]
        if "bomb" in name:  # made before the first request comes
            (bomb_twice() if "twice" in name else bare_bomb() if "deflate" in name else bomb())

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(LONGEST_S)
                end = time.monotonic() + LONGEST_S
                with contextlib.suppress(OSError, ValueError):
                    for head, body in _requests(self.request, early=early):
                        with outer._lock:
                            outer.asked += 1
                            outer._first = outer._first or time.monotonic()
                            outer.span_s = time.monotonic() - outer._first
                            number = outer.asked
                        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
                        asked = Asked(self.request, method, path, head, body, number, outer.base_url)
                        if act(asked) is False or time.monotonic() > end:
                            return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def _requests(sock: socket.socket, *, early: bool) -> Iterator[tuple[bytes, bytes]]:
    """Each request's head and body; ``early``: the head alone, before the body was read."""
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            piece = sock.recv(65_536)
            if not piece:
                return
            data += piece
        head, _, data = data.partition(b"\r\n\r\n")
        length = next((int(v) for k, _, v in _fields(head) if k.lower() == b"content-length"), 0)
        if early:
            yield head, b""
            return
        while len(data) < length:
            piece = sock.recv(65_536)
            if not piece:
                return
            data += piece
        yield head, data[:length]
        data = data[length:]


def _fields(head: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    return (line.partition(b":") for line in head.split(b"\r\n")[1:])
