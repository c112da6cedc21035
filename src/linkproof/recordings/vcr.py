"""Read an interaction of a cassette of vcrpy, or of its relatives, as an exchange; helpers that all formats share.

Ruby's VCR and Betamax have the same members; go-vcr has ``url`` for ``uri``, and the status code beside its text.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from linkproof.base.wording import zulu
from linkproof.errors import UsageError
from linkproof.model.exchange import NO_ANSWER, TOKEN_HEADERS, Credential, Exchange, Headers, Request, Response
from linkproof.recordings.bodies import body_of

_CREDENTIALS = frozenset(c.value for c in Credential)
_CREDENTIAL_FIELDS = frozenset({"authorization", *TOKEN_HEADERS})
_UNKNOWN = Credential.UNKNOWN
#: How bodies begin that Python wrote as bytes.
_QUOTED = ("b'", 'b"')
_MASKED = ("*", "redacted", "sanitized", "fake", "placeholder", "hidden", "xxxx")


class Interaction(NamedTuple):
    """An interaction in vcrpy's layout. Scalars are texts, None for null. ``known``: what ``run --record`` adds."""

    body: str | None
    sent: Headers
    method: str | None
    uri: str | None
    answer: str | None
    came: Headers
    code: str | None
    message: str | None
    known: dict[str, str | None] | None = None

    def as_map(self) -> dict[str, Any]:
        """Return the interaction as YAML has it."""
        return {
            "request": {
                "body": self.body,
                "headers": {name: [value] for name, value in self.sent},
                "method": self.method,
                "uri": self.uri,
            },
            "response": {
                "body": {"string": self.answer},
                "headers": {name: [value] for name, value in self.came},
                "status": {"code": self.code, "message": self.message},
            },
            **({} if self.known is None else {"linkproof": self.known}),
        }


def exchange_of(value: Any, *, path: str, line: int, number: int) -> Exchange:
    """Return the exchange of an interaction. Raises UsageError with file, line and member."""
    where = f"{path}: line {line}, interaction {number}"
    interaction = map_of(value, "the interaction", where)
    request = map_of(interaction.get("request"), "request", where)
    response = map_of(interaction.get("response"), "response", where)
    status = _status(response, where)
    address = "uri" if "uri" in request or "url" not in request else "url"
    sent = headers_of(request.get("headers"), "request.headers", where)
    came = headers_of(response.get("headers"), "response.headers", where)
    known = _known(interaction.get("linkproof"), number, where)
    # Linkproof's own cassettes also keep requests that the server drops each time.
    is_dropped = interaction.get("linkproof") is not None and str(status.get("code")) == str(NO_ANSWER)
    return _placed(
        Request(
            method=text_of(request.get("method"), "request.method", where).upper(),
            url=url_of(request.get(address), f"request.{address}", where),
            headers=sent,
            body=body_of(request.get("body"), sent, name="request.body", where=where),
        ),
        Response(
            status=NO_ANSWER if is_dropped else status_of(status.get("code"), "response.status.code", where),
            headers=came,
            body=body_of(response.get("body"), came, name="response.body", where=where),
            reason=str(status.get("message") or ""),
        ),
        known,
        path,
        number,
    )


def _status(response: dict[str, Any], where: str) -> dict[str, Any]:
    """Return code and message of an answer. go-vcr has the code beside the status line, as in "200 OK"."""
    line = response.get("status")
    if isinstance(line, str) and "code" in response:
        return {"code": response["code"], "message": line.partition(" ")[2]}
    return map_of(line, "response.status", where)


def exchange_of_layout(found: Interaction, *, path: str, line: int, number: int) -> Exchange:
    """Return the exchange of an interaction in vcrpy's layout. Raises UsageError with file, line and member."""
    method, url, code, answer = found.method, found.uri, found.code, found.answer or ""
    is_usual = method and url and is_plain_url(url) and code and len(code) == 3 and code.isdigit() and "1" <= code < "6"
    # Compressed bodies, and those that Python wrote as bytes, are left to the reader of each member.
    if not is_usual or "content-encoding" in found.came or "content-encoding" in found.sent:
        return exchange_of(found.as_map(), path=path, line=line, number=number)
    if answer.startswith(_QUOTED) or (found.body or "").startswith(_QUOTED):
        return exchange_of(found.as_map(), path=path, line=line, number=number)
    assert method is not None
    assert url is not None
    assert code is not None
    request = Request(method.upper(), url, found.sent, found.body.encode() if found.body else b"")
    response = Response(int(code), found.came, answer.encode(), found.message or "")
    known = _known(found.known, number, f"{path}: line {line}, interaction {number}")
    return _placed(request, response, known, path, number)


def _placed(request: Request, response: Response, known: dict[str, Any], path: str, number: int) -> Exchange:
    """Return an exchange with what ``_known`` returns: what is not known follows from the file and the messages."""
    scope = known.get("world")
    return Exchange(
        request,
        response,
        number=number,
        world=f"{path} {scope}" if scope else path,
        scene=known.get("scene") or path,
        started=known["started"],
        ended=known["ended"],
        credential=known.get("credential") or credential_of(request.headers),
        at=known.get("at") or date_of(response.headers),
        contract=known.get("contract", ""),
    )


def _known(value: Any, number: int, where: str) -> dict[str, Any]:
    """Return what ``run --record`` adds to vcrpy's members: times, credential, test, state scope, contract."""
    if value is None:
        return {"started": float(number), "ended": number + 0.5}
    found: dict[str, Any] = {k: str(v) for k, v in map_of(value, "linkproof", where).items()}
    for name in ("started", "ended"):
        found[name] = _seconds(found.get(name), f"linkproof.{name}", where)
    credential = found.get("credential", "unknown")
    if credential not in _CREDENTIALS:
        raise invalid(f"linkproof.credential is {credential!r:.40}, none of {', '.join(sorted(_CREDENTIALS))}", where)
    return {**found, "credential": Credential(credential)}


def _seconds(text: str | None, name: str, where: str) -> float:
    try:
        found = float((text or "")[:100])
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise invalid(f"{name} is {text!r:.40}, not a number of seconds", where)
    return found


def invalid(problem: str, where: str) -> UsageError:
    """Return an error in one interaction."""
    return UsageError(problem, where=where, fix="record the file again, or correct this interaction")


def map_of(value: Any, name: str, where: str) -> dict[str, Any]:
    """Return a required object."""
    if value is None:
        raise invalid(f"{name} is missing: the file may have been cut", where)
    if not isinstance(value, dict):
        raise invalid(f"{name} is not a map", where)
    return value


def text_of(value: Any, name: str, where: str) -> str:
    """Return a required, non-empty string."""
    if not isinstance(value, str) or not value:
        raise invalid(f"{name} is missing or no text", where)
    return value


def url_of(value: Any, name: str, where: str) -> str:
    """Return the URL of a recorded request. Raises UsageError if it is not http(s)."""
    url = text_of(value, name, where)
    if is_plain_url(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise invalid(f"{name} is {url[:100]!r}: {error}", where) from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid(f"{name} is {url[:100]!r}, not an http(s) URL", where)
    return url


_PLAIN_URL = re.compile(r"https?://[^/?#\s]")


def is_plain_url(url: str) -> bool:
    """Return whether a text is an http(s) URL, by a look that any URL passes that has nothing special in its host."""
    return _PLAIN_URL.match(url) is not None and url.isascii() and "[" not in url and "]" not in url


def status_of(value: Any, name: str, where: str) -> int:
    """Return a status code, written as a number or as digits."""
    text = str(value) if value is not None else ""
    # isdigit() alone takes digits that int() does not; three of them are enough for any status.
    if not (text.isascii() and text.isdigit() and len(text) == 3 and "100" <= text <= "599"):
        raise invalid(f"{name} is {text[:40]!r}, not an HTTP status", where)
    return int(text)


def headers_of(value: Any, name: str, where: str) -> Headers:
    """Return header fields from an object of strings or lists of strings."""
    if value is None:
        return Headers()
    if not isinstance(value, dict):
        raise invalid(f"{name} is not a map", where)
    try:
        return Headers(pairs_of(value, name))
    except ValueError as error:
        raise invalid(str(error), where) from None


def pairs_of(fields: dict[Any, Any], name: str) -> list[tuple[str, str]]:
    """Return header fields as pairs. Raises ValueError for a field that is not a string or list of strings."""
    pairs: list[tuple[str, str]] = []
    for key, found in fields.items():
        if type(found) is list and len(found) == 1 and type(found[0]) is str is type(key):
            pairs.append((key, found[0]))
            continue
        for item in found if isinstance(found, list) else [found]:
            text = item.decode("latin-1") if isinstance(item, bytes) else item
            if not isinstance(key, str) or not isinstance(text, str):
                raise ValueError(f"{name}.{key!s:.80} is neither text nor a list of texts")
            pairs.append((key, text))
    return pairs


def credential_of(headers: Headers) -> Credential:
    """Return whether a credential was sent; unknown if the recorder removed it."""
    if not headers.has_any(_CREDENTIAL_FIELDS):
        return _UNKNOWN
    found = next((v for v in map(headers.get, ("authorization", *TOKEN_HEADERS)) if v), "")
    return _UNKNOWN if not found or any(word in found.lower() for word in _MASKED) else Credential.VALID


#: A date as HTTP writes it (RFC 9110, 5.6.7: IMF-fixdate); any other form is read by a slower way.
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) ([12]\d{3}) (\d\d:\d\d:\d\d) GMT", re.ASCII)
_LONGEST_DATE = 100
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_NAMES, 1)}


def date_of(headers: Headers) -> str:
    """Return the time of a response (ISO 8601) by its Date field, "" if it has none."""
    text = headers.get("date")
    return _date_of(text) if len(text) < _LONGEST_DATE else _read_date(text)


@lru_cache(maxsize=1024)
def _date_of(text: str) -> str:
    return _read_date(text)


def _read_date(text: str) -> str:
    match = _HTTP_DATE.fullmatch(text)
    if match is not None and match[2] in _MONTHS:
        date = f"{match[3]}-{_MONTHS[match[2]]}-{match[1]}T{match[4]}"
        try:
            datetime.fromisoformat(date)
        except ValueError:
            return ""
        return f"{date}Z"
    if not text:
        return ""
    from email.utils import parsedate_to_datetime  # rarely needed, and slow to load

    try:
        found = parsedate_to_datetime(text)
        return zulu(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError):
        return ""
