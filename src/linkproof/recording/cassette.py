"""One interaction of a VCR cassette as an exchange."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from linkproof.errors import UsageError
from linkproof.exchange import Credential, Exchange, Headers, Request, Response

_MASKED = ("*", "redacted", "sanitized", "fake", "placeholder", "hidden", "xxxx")


def exchange_of(value: Any, *, path: str, line: int, number: int) -> Exchange:
    """The exchange of an interaction (a plain map). Raises UsageError with file, line and member."""
    where = f"{path}: line {line}, interaction {number}"
    interaction = _map(value, "the interaction", where)
    request = _map(interaction.get("request"), "request", where)
    response = _map(interaction.get("response"), "response", where)
    status = _map(response.get("status"), "response.status", where)
    sent = _headers(request.get("headers"), "request.headers", where)
    came = _headers(response.get("headers"), "response.headers", where)
    return Exchange(
        request=Request(
            method=_text(request.get("method"), "request.method", where).upper(),
            url=_url(request.get("uri"), where),
            headers=sent,
            body=_body(request.get("body"), "request.body", where),
        ),
        response=Response(
            status=_status(status.get("code"), where),
            headers=came,
            body=_decoded(_body(response.get("body"), "response.body", where), came),
            reason=str(status.get("message") or ""),
        ),
        number=number,
        world=path,
        scene=path.rsplit("/", 1)[-1],
        started=float(number),
        ended=float(number) + 0.5,
        credential=_credential(sent),
        at=_date(came),
    )


def _mistake(problem: str, where: str) -> UsageError:
    return UsageError(problem, where=where, fix="record the file again, or mend this interaction")


def _map(value: Any, name: str, where: str) -> dict[str, Any]:
    if value is None:
        raise _mistake(f"{name} is missing: the file may have been cut", where)
    if not isinstance(value, dict):
        raise _mistake(f"{name} is no map", where)
    return value


def _text(value: Any, name: str, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise _mistake(f"{name} is missing or no text", where)
    return value


def _url(value: Any, where: str) -> str:
    url = _text(value, "request.uri", where)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _mistake(f"request.uri is {url[:100]!r}: {error}", where) from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise _mistake(f"request.uri is {url[:100]!r}, no http(s) URL", where)
    return url


def _status(value: Any, where: str) -> int:
    text = str(value) if value is not None else ""
    if not text.isdigit() or not 100 <= int(text) <= 599:
        raise _mistake(f"response.status.code is {text[:40]!r}, no HTTP status", where)
    return int(text)


def _headers(value: Any, name: str, where: str) -> Headers:
    if value is None:
        return Headers()
    if not isinstance(value, dict):
        raise _mistake(f"{name} is no map", where)
    pairs: list[tuple[str, str]] = []
    for key, found in value.items():
        for item in found if isinstance(found, list) else [found]:
            text = item.decode("latin-1") if isinstance(item, bytes) else item
            if not isinstance(key, str) or not isinstance(text, str):
                raise _mistake(f"{name}.{key} is neither text nor a list of texts", where)
            pairs.append((key, text))
    return Headers(pairs)


def _body(value: Any, name: str, where: str) -> bytes:
    if isinstance(value, dict):
        if "base64_string" in value:
            return _base64(value["base64_string"], name, where)
        value = value.get("string")
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    raise _mistake(f"{name} is no text", where)


def _base64(value: Any, name: str, where: str) -> bytes:
    try:
        return base64.b64decode(value or "", validate=False)
    except (binascii.Error, ValueError, TypeError):
        raise _mistake(f"{name}.base64_string is no base64", where) from None


def _decoded(body: bytes, headers: Headers) -> bytes:
    """Undo content-encoding where the bytes really are compressed: recorders often keep the header only."""
    encoding = headers.get("content-encoding").lower()
    try:
        if "gzip" in encoding and body[:2] == b"\x1f\x8b":
            return gzip.decompress(body)
        if "deflate" in encoding and body and body[:1] not in (b"{", b"["):
            return zlib.decompress(body)
    except (OSError, EOFError, zlib.error):
        return body
    return body


def _credential(headers: Headers) -> Credential:
    found = headers.get("authorization") or headers.get("x-auth-token")
    if not found or any(word in found.lower() for word in _MASKED):
        return Credential.UNKNOWN
    return Credential.VALID


def _date(headers: Headers) -> str:
    try:
        return parsedate_to_datetime(headers.get("date")).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError):
        return ""
