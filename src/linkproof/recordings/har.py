"""Read an entry of an HTTP archive (HAR 1.2), as browsers and mitmproxy write them, as an exchange."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from linkproof.base.wording import parsed_moment, zulu
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.recordings.byte_source import LARGEST
from linkproof.recordings.vcr import credential_of, date_of, invalid, is_plain_url, map_of, status_of, text_of, url_of

#: A day: a longer duration is an error of the recorder.
_LONGEST_MS = 86_400_000
#: The name that Playwright gives to a body: SHA-1 of its content, and an extension. An archive may name any other file.
_ATTACHED = re.compile(r"[0-9a-f]{40}\.[\w-]{1,20}")


class Omitted(Exception):
    """An entry that is not a whole exchange. It is counted and reported, and not judged.

    Args:
        reason: what is missing.
        exchange: what is known of the entry.
    """

    def __init__(self, reason: str, exchange: Exchange) -> None:
        self.reason = reason
        self.exchange = exchange
        super().__init__(reason)


def exchange_of_entry(value: Any, *, path: str, line: int, number: int) -> Exchange:
    """Return the exchange of an entry. Raises UsageError with file, line and member, Omitted if it is incomplete."""
    return _regular(value, path, number) or _by_member(value, path, line, number)


def _regular(value: Any, path: str, number: int) -> Exchange | None:
    """Return the exchange of a whole entry with bodies as text, as nearly all are; None for any other."""
    try:
        request, response = value["request"], value["response"]
        url, status, text = request["url"], response["status"], response["content"]["text"]
        sent, came = _pairs(request["headers"]), _pairs(response["headers"])
        posted = _posted_text(request)
        method = request["method"].upper()
        if type(status) is not int or not 100 <= status <= 599 or not method or not is_plain_url(url):
            return None
        if posted is None or "encoding" in response["content"]:
            return None
        at, seconds = _read_moment(str(value.get("startedDateTime")))
        took = value.get("time")
        started, ended = float(number), number + 0.5
        if seconds is not None and isinstance(took, int | float) and 0 <= took <= _LONGEST_MS:
            started, ended = seconds, seconds + took / 1000
        return Exchange(
            Request(method, url, sent, posted.encode()),
            Response(status, came, text.encode(), str(response.get("statusText") or "")),
            number, path, path, started, ended, credential_of(sent), at or date_of(came),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, UnicodeEncodeError):
        return None


def _pairs(fields: Any) -> Headers:
    """Return header fields. Raises KeyError or TypeError for what is not a list of names and values."""
    names = tuple([f["name"] for f in fields])
    values = tuple([f["value"] for f in fields])
    "".join(values)  # only of texts
    if ":" in "".join(names):  # HTTP/2 sends method and path among the fields
        return Headers([p for p in zip(names, values, strict=True) if not p[0].startswith(":")])
    return Headers.of(names, values)


def _posted_text(request: dict[str, Any]) -> str | None:
    """Return the text of a request's body, "" if it has none; None where that has to be looked at."""
    data, size = request.get("postData"), request.get("bodySize", 0)
    if data is not None:
        return None if "encoding" in data or type(data["text"]) is not str else data["text"]
    return "" if type(size) is int and size <= 0 else None


@lru_cache(maxsize=1024)
def _read_moment(text: str) -> tuple[str, float | None]:
    try:
        found = parsed_moment(text)
    except ValueError:
        return "", None
    return zulu(found), found.timestamp()


def _by_member(value: Any, path: str, line: int, number: int) -> Exchange:
    """Return the exchange of an entry, each member checked. Raises UsageError, Omitted."""
    where = f"{path}: line {line}, entry {number}"
    entry = map_of(value, "the entry", where)
    request = map_of(entry.get("request"), "request", where)
    response = map_of(entry.get("response"), "response", where)
    url = text_of(request.get("url"), "request.url", where)
    sent = _headers(request.get("headers"), "request.headers", where)
    came = _headers(response.get("headers"), "response.headers", where)
    moment = _moment(entry)
    started, ended = _times(moment, entry.get("time"), number)
    found = Exchange(
        request=Request(text_of(request.get("method"), "request.method", where).upper(), url, sent),
        response=Response(0, came),
        number=number,
        world=path,
        scene=path,
        started=started,
        ended=ended,
        credential=credential_of(sent),
        at=_date(moment) or date_of(came),
    )
    if not url.lower().startswith(("http:", "https:")):
        raise Omitted("no http(s) URL", found)
    url_of(url, "request.url", where)
    if response.get("status") in (0, None, -1):
        raise Omitted("no answer was recorded", found)
    status = status_of(response.get("status"), "response.status", where)
    folder = Path(path).parent
    body = _content(response, found, where, folder)
    return replace(
        found,
        request=Request(found.request.method, url, sent, _posted(request, found, where, folder)),
        response=Response(status, came, body, str(response.get("statusText") or "")),
    )


def _headers(value: Any, name: str, where: str) -> Headers:
    if not isinstance(value, list):
        raise invalid(f"{name} is not a list", where)
    pairs: list[tuple[str, str]] = []
    for item in value:
        pair = item if type(item) is dict else map_of(item, f"an item of {name}", where)
        key, text = pair.get("name"), pair.get("value")
        if not isinstance(key, str) or not isinstance(text, str):
            raise invalid(f"an item of {name} has no name or value", where)
        if not key.startswith(":"):  # HTTP/2 sends method and path among the fields
            pairs.append((key, text))
    return Headers(pairs)


def _content(response: dict[str, Any], found: Exchange, where: str, folder: Path) -> bytes:
    content = map_of(response.get("content") or {}, "response.content", where)
    text = content.get("text")
    if text is None and (attached := _attached(content, folder)) is not None:
        return attached
    if text is None:
        size = content.get("size")
        if isinstance(size, int | float) and size > 0 and found.request.method != "HEAD":
            raise Omitted("the archive lacks the answer's body", found)
        return b""
    return _bytes(text, content.get("encoding"), "response.content.text", where)


def _attached(holder: dict[str, Any], folder: Path) -> bytes | None:
    """Return a body that Playwright wrote to a file beside the archive, None if there is none."""
    name = holder.get("_file")
    if not isinstance(name, str) or not _ATTACHED.fullmatch(name):
        return None
    try:
        with (folder / name).open("rb") as file:
            body = file.read(LARGEST + 1)
    except (OSError, ValueError):
        return None
    return body if len(body) <= LARGEST else None


def _posted(request: dict[str, Any], found: Exchange, where: str, folder: Path) -> bytes:
    data = request.get("postData")
    size = request.get("bodySize")
    text = map_of(data, "request.postData", where).get("text") if data is not None else None
    if text is None:
        if data and (attached := _attached(data, folder)) is not None:
            return attached
        if (data and data.get("params")) or (isinstance(size, int | float) and size > 0):
            raise Omitted("the archive lacks the request's body", found)
        return b""
    assert data is not None
    return _bytes(text, data.get("encoding"), "request.postData.text", where)


def _bytes(text: Any, encoding: Any, name: str, where: str) -> bytes:
    if not isinstance(text, str):
        raise invalid(f"{name} is not text", where)
    if encoding != "base64":
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{name} is not base64", where) from None


def _moment(entry: dict[str, Any]) -> datetime | None:
    try:
        return parsed_moment(str(entry.get("startedDateTime")))
    except ValueError:
        return None


def _date(found: datetime | None) -> str:
    return zulu(found) if found else ""


def _times(found: datetime | None, took: Any, number: int) -> tuple[float, float]:
    """Return when the exchange began and ended, by its number if the entry has no valid times."""
    if found is None or not isinstance(took, int | float) or not 0 <= took <= _LONGEST_MS:
        return float(number), number + 0.5
    return found.timestamp(), found.timestamp() + took / 1000
