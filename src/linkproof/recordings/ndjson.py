"""Read Linkproof's own format, one exchange per line: ``schemas/formats/exchange.schema.json``.

This is the fastest format: a line is decoded in one go into typed members. A line that has others is read member by
member, which finds what is wrong with it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import orjson

from linkproof.errors import UsageError
from linkproof.model.exchange import Credential, Exchange, Headers, Request, Response
from linkproof.recordings.byte_source import LARGEST, Source
from linkproof.recordings.line_decoder import decode_line
from linkproof.recordings.vcr import credential_of, date_of, is_plain_url, pairs_of

#: How a file begins whose first line is an exchange: no other format's first key is one of these.
BEGINS = re.compile(rb'\s*\{\s*"(?:request|response|started|ended|at|world|scene|credential|contract)"\s*:', re.ASCII)
_FIX = "each line is one exchange: see docs/recordings.md"
_URL = re.compile(r"https?://[^/?#\s]")
_HEADERS = "expected a list of [name, value], or an object of texts"
_CREDENTIALS = {c.value: c for c in Credential}


def ndjson_exchanges(source: Source) -> Iterator[Exchange]:
    """Yield the exchanges of a file, in order. Raises UsageError with file and line."""
    number = 0
    for line, raw in enumerate(_lines(source), 1):
        if raw.isspace():
            continue
        number += 1
        try:
            yield _regular(raw, source.where, number) or _exchange(orjson.loads(raw), source.where, number)
        except orjson.JSONDecodeError as error:
            problem = f"not valid JSON after {number - 1} exchanges: {error.msg}"
            raise UsageError(problem, where=f"{source.where}: line {line}", fix=_FIX) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else f"{error!s:.200}"
            where = f"{source.where}: line {line}, exchange {number}"
            raise UsageError(f"no exchange: {reason}", where=where, fix=_FIX) from None


def _lines(source: Source) -> Iterator[bytes]:
    source.allow()
    rest = b""
    first = True
    while chunk := source.read(1 << 18):
        if first:
            chunk, first = chunk.removeprefix(b"\xef\xbb\xbf"), False
        if b"\n" not in chunk:
            rest += chunk
            if len(rest) > LARGEST:
                raise UsageError("a line is too long", where=source.where, fix="this is not a recorded exchange")
            continue
        source.allow()
        text, begin = rest + chunk, 0
        while (end := text.find(b"\n", begin)) >= 0:  # ``split`` looks at each byte
            yield text[begin:end]
            begin = end + 1
        rest = text[begin:]
    if rest:
        yield rest


def _regular(raw: bytes, where: str, number: int) -> Exchange | None:
    """Return the exchange of a line whose members have the usual types; None for any other line."""
    try:
        line = decode_line(raw)
        if not raw.isascii():
            raw.decode()  # members that are skipped were not looked at
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    request, response, credential = line.request, line.response, line.credential
    if credential is not None or request.body_base64 is not None or response.body_base64 is not None:
        return None
    if not request.method or not is_plain_url(request.url) or not 100 <= response.status <= 599:
        return None
    sent, came = Headers(request.headers), Headers(response.headers)
    return Exchange(
        Request(request.method.upper(), request.url, sent, request.body.encode() if request.body else b""),
        Response(response.status, came, response.body.encode() if response.body else b"", response.reason or ""),
        number,
        f"{where} {line.world}" if line.world else where,
        line.scene or where,
        float(number) if line.started is None else line.started,
        number + 0.5 if line.ended is None else line.ended,
        credential_of(sent),
        line.at or date_of(came),
        line.contract or "",
    )


def _exchange(value: Any, where: str, number: int) -> Exchange:
    if type(value) is not dict:
        raise ValueError("the line is not an object")
    request, response = _message(value, "request"), _message(value, "response")
    method, url, status = request["method"], request["url"], response["status"]
    if not isinstance(method, str) or not method:
        raise ValueError("request.method is not text")
    if not isinstance(url, str) or not _URL.match(url) or not _has_a_host(url):
        raise ValueError(f"request.url is {url!r:.100}, not an http(s) URL")
    if type(status) is not int or not 100 <= status <= 599:
        raise ValueError(f"response.status is {status!r:.40}, not an HTTP status")
    sent, came = _headers(request, "request"), _headers(response, "response")
    credential = value.get("credential")
    scope, scenario = value.get("world"), value.get("scene")
    at, contract = value.get("at"), value.get("contract")
    reason = response.get("reason")
    _check_texts(("world", scope), ("scene", scenario), ("at", at), ("contract", contract), ("response.reason", reason))
    return Exchange(
        Request(method.upper(), url, sent, _body(request, "request")),
        Response(status, came, _body(response, "response"), reason or ""),
        number=number,
        world=f"{where} {scope}" if scope else where,
        scene=scenario or where,
        started=_seconds(value, "started", float(number)),
        ended=_seconds(value, "ended", number + 0.5),
        credential=credential_of(sent) if credential is None else _credential(credential),
        at=at or date_of(came),
        contract=contract or "",
    )


def _check_texts(*members: tuple[str, Any]) -> None:
    for name, text in members:
        if text is not None and type(text) is not str:
            raise ValueError(f"{name} is {text!r:.40}, not text")


def _has_a_host(url: str) -> bool:
    """Return whether a URL has a valid host. Brackets and non-ASCII characters may make it invalid."""
    if url.isascii() and "[" not in url and "]" not in url:
        return True
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False


def _message(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value[name]
    if type(found) is not dict:
        raise ValueError(f"{name} is {found!r:.40}, not an object")
    return found


def _seconds(value: dict[str, Any], name: str, default: float) -> float:
    found = value.get(name)
    if found is None:
        return default
    if type(found) not in (float, int):
        raise ValueError(f"{name} is {found!r:.40}, not a number of seconds")
    return float(found)


def _credential(word: Any) -> Credential:
    if word not in _CREDENTIALS:
        raise ValueError(f"credential is {word!r:.40}, none of {', '.join(_CREDENTIALS)}")
    return _CREDENTIALS[word]


def _headers(message: dict[str, Any], name: str) -> Headers:
    """Return header fields from a list of [name, value], or from an object of strings or lists of strings."""
    fields = message.get("headers")
    if not fields:
        return Headers()
    if type(fields) is dict:
        return Headers(pairs_of(fields, f"{name}.headers"))
    try:
        pairs = tuple([(k, v) for k, v in fields])
    except (TypeError, ValueError):
        raise ValueError(f"{name}.headers: {_HEADERS}") from None
    if not all(type(k) is str and type(v) is str for k, v in pairs):
        raise ValueError(f"{name}.headers: {_HEADERS}")
    return Headers(pairs)


def _body(message: dict[str, Any], name: str) -> bytes:
    body = message.get("body")
    if body is None:
        packed = message.get("body_base64")
        try:
            return base64.b64decode(packed, validate=True) if packed else b""
        except binascii.Error:
            raise ValueError(f"{name}.body_base64 is not base64") from None
    if not isinstance(body, str):
        raise ValueError(f"{name}.body is not text (JSON is written as text: its digits and order are judged too)")
    return body.encode()
