"""One interaction of a VCR cassette as an exchange."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from linkproof.errors import UsageError
from linkproof.exchange import Credential, Exchange, Headers, Request, Response
from linkproof.recording.bodies import body_of

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
            body=body_of(request.get("body"), sent, name="request.body", where=where),
        ),
        response=Response(
            status=_status(status.get("code"), where),
            headers=came,
            body=body_of(response.get("body"), came, name="response.body", where=where),
            reason=str(status.get("message") or ""),
        ),
        number=number,
        world=path,
        scene=path,
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
    # isdigit() alone takes digits that int() does not; three of them are enough for any status.
    if not (text.isascii() and text.isdigit() and len(text) == 3 and "100" <= text <= "599"):
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


def _credential(headers: Headers) -> Credential:
    found = headers.get("authorization") or headers.get("x-auth-token")
    if not found or any(word in found.lower() for word in _MASKED):
        return Credential.UNKNOWN
    return Credential.VALID


def _date(headers: Headers) -> str:
    try:
        found = parsedate_to_datetime(headers.get("date"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError, OverflowError):
        return ""
