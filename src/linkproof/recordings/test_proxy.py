"""Read an entry of the Azure SDK test proxy, or of PowerShell's HttpRecorder, as an exchange.

A body is written there as JSON where it is an object, as text, as a list of the text's lines, or, where its content
type is not text, in base64 (tools/test-proxy of github.com/Azure/azure-sdk-tools, RecordEntry).
HttpRecorder writes the same members, and RequestUri without the host.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import urlsplit

from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.recordings.vcr import credential_of, date_of, headers_of, invalid, map_of, status_of, text_of, url_of

#: The host that HttpRecorder's relative URLs are relative to, unless the entry says otherwise.
_DEFAULT_HOST = "management.azure.com"
_URL_HEADERS = ("azure-asyncoperation", "location")
_TEXT = re.compile(r"(?i)\s*(?:text/|application/(?:[\w.+-]*(?:json|xml)|x-www-form-urlencoded|javascript))|\s*$")


def exchange_of_entry(value: Any, *, path: str, line: int, number: int) -> Exchange:
    """Return the exchange of an entry. Raises UsageError with file, line and member."""
    where = f"{path}: line {line}, entry {number}"
    entry = map_of(value, "the entry", where)
    sent = headers_of(entry.get("RequestHeaders"), "RequestHeaders", where)
    came = headers_of(entry.get("ResponseHeaders"), "ResponseHeaders", where)
    return Exchange(
        request=Request(
            text_of(entry.get("RequestMethod"), "RequestMethod", where).upper(),
            _url(entry, sent, came, where),
            sent,
            _body(entry.get("RequestBody"), sent, "RequestBody", where),
        ),
        response=Response(
            status_of(entry.get("StatusCode"), "StatusCode", where),
            came,
            _body(entry.get("ResponseBody"), came, "ResponseBody", where),
        ),
        number=number,
        world=path,
        scene=path,
        started=float(number),
        ended=number + 0.5,
        credential=credential_of(sent),
        at=date_of(came),
    )


def _url(entry: dict[str, Any], sent: Headers, came: Headers, where: str) -> str:
    """Return the absolute URL of an entry. A relative one gets the entry's other host, or the default."""
    found = entry.get("RequestUri")
    if not isinstance(found, str) or not found.startswith("/") or found.startswith("//"):
        return url_of(found, "RequestUri", where)
    hosts = [sent.get("host"), *(_host_in(came.get(name)) for name in _URL_HEADERS)]
    return url_of(f"https://{next(filter(None, hosts), _DEFAULT_HOST)}{found}", "RequestUri", where)


def _host_in(url: str) -> str:
    """Return the host of a URL, "" if it has none."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _body(value: Any, headers: Headers, name: str, where: str) -> bytes:
    if value is None:
        return b""
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return "".join(value).encode()
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    if _TEXT.match(headers.get("content-type")):
        return value.encode()
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{name} is not base64", where) from None
