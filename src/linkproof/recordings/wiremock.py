"""Read an entry of WireMock's request journal (``GET /__admin/requests``) as an exchange."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from linkproof.base.wording import zulu
from linkproof.model.exchange import Exchange, Request, Response
from linkproof.recordings.vcr import credential_of, date_of, headers_of, invalid, map_of, status_of, text_of, url_of

#: A day: a longer duration is an error of the journal.
_LONGEST_MS = 86_400_000


def in_order(entries: Iterable[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Return the entries with their lines, the first request first: the journal has the newest first."""
    found = list(entries)
    found.reverse()
    return sorted(found, key=lambda entry: _logged(entry[1]) or 0)


def exchange_of_entry(value: Any, *, path: str, line: int, number: int) -> Exchange:
    """Return the exchange of an entry. Raises UsageError with file, line and member."""
    where = f"{path}: line {line}, entry {number}"
    entry = map_of(value, "the entry", where)
    request = map_of(entry.get("request"), "request", where)
    response = map_of(entry.get("response"), "response", where)
    sent = headers_of(request.get("headers"), "request.headers", where)
    came = headers_of(response.get("headers"), "response.headers", where)
    logged = _logged(entry)
    started = logged / 1000 if logged else float(number)
    return Exchange(
        request=Request(
            text_of(request.get("method"), "request.method", where).upper(),
            url_of(request.get("absoluteUrl"), "request.absoluteUrl", where),
            sent,
            _body(request, "request", where),
        ),
        response=Response(
            status_of(response.get("status"), "response.status", where), came, _body(response, "response", where)
        ),
        number=number,
        world=path,
        scene=path,
        started=started,
        ended=started + (_took(entry) if logged else 0.5),
        credential=credential_of(sent),
        at=zulu(datetime.fromtimestamp(started, UTC)) if logged else date_of(came),
    )


def _logged(entry: Any) -> int | None:
    """Return when the request came, in milliseconds since 1970; None if the entry has no such time."""
    request = entry.get("request") if isinstance(entry, dict) else None
    found = request.get("loggedDate") if isinstance(request, dict) else None
    return found if type(found) is int and 0 < found < 1 << 42 else None


def _took(entry: dict[str, Any]) -> float:
    """Return the duration of an exchange in seconds."""
    timing = entry.get("timing")
    found = timing.get("totalTime") if isinstance(timing, dict) else None
    return found / 1000 if isinstance(found, int | float) and 0 < found <= _LONGEST_MS else 0.0


def _body(message: dict[str, Any], name: str, where: str) -> bytes:
    """Return a body: in base64, which is exact, or as text."""
    packed, text = message.get("bodyAsBase64"), message.get("body")
    if isinstance(packed, str):
        try:
            return base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            raise invalid(f"{name}.bodyAsBase64 is not base64", where) from None
    if text is not None and not isinstance(text, str):
        raise invalid(f"{name}.body is not text", where)
    return (text or "").encode()
