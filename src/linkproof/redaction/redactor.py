"""Takes out of exchanges what must not be handed on, and leaves them replayable.

Credentials, ids of subscriptions, tenants, projects and principals, mails and hosts become typed pseudonyms, the same
one everywhere: in URLs, header fields and bodies, also percent-encoded, JSON-escaped, in base64 and in gzip. What is
equal stays equal, so links still lead to what they led to, and every check comes to the same.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import gzip
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.recordings.bodies import unpacked
from linkproof.redaction.masking import SECRET_HEADERS, looks_secret
from linkproof.redaction.patterns import (
    BASE64,
    BEFORE,
    ESCAPED,
    JWT,
    MEMBER,
    NAMES,
    PAIR,
    PEM,
    PERCENT,
    SCHEME,
    SHAPES,
)
from linkproof.redaction.pseudonyms import Kind, Pseudonyms

_GZIP = b"\x1f\x8b"
_DEEPEST = 4
#: A shorter text may be a word of the contract: it is replaced where it stands, and nowhere else.
_SHORTEST = 8
#: Path parameters of a target that name whose it is.
_PARAMETERS = {"subscriptionid": Kind.SUBSCRIPTION, "project_id": Kind.PROJECT, "tenantid": Kind.TENANT}
#: Header fields that describe how the body came over the wire; the body is kept as it was meant.
_WIRE = frozenset({"content-encoding", "transfer-encoding"})


class Redactor:
    """Redacts exchanges in their order, and any text afterwards; one object for everything that is handed on."""

    def __init__(self) -> None:
        self.names = Pseudonyms()
        self._literals: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._cache: dict[str, str] = {}

    # what is known beforehand

    def learn(self, value: Any, kind: Kind = Kind.ID) -> None:
        """Take in what a target file says (plain data): everything in it that has a shape, and who it belongs to."""
        if isinstance(value, Mapping):
            for key, item in value.items():
                self.learn(item, _PARAMETERS.get(str(key).lower(), kind))
        elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
            for item in value:
                self.learn(item, kind)
        elif isinstance(value, str):
            for match in SHAPES.finditer(value):
                self._shape(match, kind)
            if kind in _PARAMETERS.values() and not SHAPES.search(value) and any(c.isdigit() for c in value):
                self._literal(value, Kind.NAME)

    def credential(self, value: str) -> str:
        """The pseudonym of a credential, which is then replaced everywhere."""
        return self._literal(value, Kind.CREDENTIAL)

    def freeze(self) -> None:
        """From now on only what is known is replaced: for texts of our own, which name public sources."""
        self.names.frozen = True
        self._cache.clear()

    # exchanges

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without anything that must not be handed on."""
        request, response = exchange.request, exchange.response
        for headers in (request.headers, response.headers):
            self._credentials(headers)
        self._note_own(request)
        return dataclasses.replace(
            exchange,
            request=Request(
                request.method, self.text(request.url), self.headers(request.headers), self.body(request.body)
            ),
            response=self._response(response),
        )

    def _response(self, response: Response) -> Response:
        body = self.body(response.body)
        pairs = [(k, v) for k, v in self.headers(response.headers) if k.lower() not in _WIRE]
        pairs = [(k, str(len(body)) if k.lower() == "content-length" and body else v) for k, v in pairs]
        return Response(response.status, Headers(pairs), body, self.text(response.reason))

    def headers(self, headers: Headers) -> Headers:
        """Header fields, redacted."""
        return Headers((k, self._secret_field(v) if k.lower() in SECRET_HEADERS else self.text(v)) for k, v in headers)

    def body(self, body: bytes, depth: int = 0) -> bytes:
        """A body, redacted; one that is gzip'ed by itself is packed again."""
        if not body:
            return body
        plain = unpacked(body) if depth < _DEEPEST else None
        if plain:
            found = self.body(plain, depth + 1)
            return body if found == plain else gzip.compress(found, mtime=0)
        encoding = "utf-8"
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            encoding = "latin-1"
            text = body.decode(encoding)
        return self.text(text, depth).encode(encoding)

    # texts

    def text(self, text: str, depth: int = 0) -> str:
        """A text, redacted, whatever it was wrapped in."""
        if len(text) < 4 or depth > _DEEPEST:
            return text
        found = self._cache.get(text)
        if found is None:
            found = self._text(text, depth)
            if self.names.frozen:
                found = self._without_cut_secret(found)
            if len(self._cache) > 4096:
                self._cache.clear()
            self._cache[text] = found
        return found

    def _text(self, text: str, depth: int) -> str:
        text = JWT.sub(self._in_place, PEM.sub(self._in_place, text))
        text = MEMBER.sub(self._member, text)
        text = PAIR.sub(self._pair, text)
        text = SCHEME.sub(self._scheme, text)
        if "\\" in text:
            text = ESCAPED.sub(lambda m: self._unescaped(m.group(), depth), text)
        if "%" in text:
            text = PERCENT.sub(lambda m: self._unquoted(m.group(), depth), text)
        text = BASE64.sub(lambda m: self._unpacked(m.group(), depth), text)
        if self._pattern is not None:
            text = self._pattern.sub(lambda m: self._literals[m.group().casefold()], text)
        return SHAPES.sub(self._shape_at, text)

    def _without_cut_secret(self, text: str) -> str:
        """A text of our own may have been cut within a secret: what is left of it goes too."""
        kept = text.rstrip("…\"' ")
        lower = kept.casefold()
        for secret in self._literals:
            for length in range(min(len(secret), len(lower)), _SHORTEST - 1, -1):
                if lower.endswith(secret[:length]):
                    return f"{kept[:-length]}…"
        return text

    def _in_place(self, match: re.Match[str]) -> str:
        value = match.group("value")
        start = match.start("value") - match.start()
        new = self._literal(value, Kind.CREDENTIAL)
        return match.group()[:start] + new + match.group()[start + len(value) :]

    def _member(self, match: re.Match[str]) -> str:
        value = match.group("value")
        if match.group("name").lower() in NAMES:
            if SHAPES.fullmatch(value) or "\\" in value:
                return match.group()  # by its shape, further down
            start = match.start("value") - match.start()
            return match.group()[:start] + self.names.of(value, Kind.NAME) + '"'
        return self._in_place(match)

    def _pair(self, match: re.Match[str]) -> str:
        return match.group() if len(match.group("value")) < 6 else self._in_place(match)

    def _scheme(self, match: re.Match[str]) -> str:
        return self._in_place(match) if looks_secret(match.group("value")) else match.group()

    def _unescaped(self, raw: str, depth: int) -> str:
        try:
            value = json.loads(raw, strict=False)
        except ValueError:
            return raw
        found = self.text(value, depth + 1)
        try:
            return raw if found == value else json.dumps(found, ensure_ascii=raw.isascii())
        except UnicodeEncodeError:
            return raw

    def _unquoted(self, raw: str, depth: int) -> str:
        value = unquote(raw)
        found = self.text(value, depth + 1)
        return raw if found == value else quote(found, safe="")

    def _unpacked(self, raw: str, depth: int) -> str:
        if self.names.given(raw) or depth >= _DEEPEST:
            return raw
        value = _from_base64(raw)
        if not value:
            return raw
        found = self.body(value, depth + 1)
        if found == value:
            return raw
        pack = base64.urlsafe_b64encode if "-" in raw or "_" in raw else base64.b64encode
        text = pack(found).decode()
        return text if raw.endswith("=") or len(raw) % 4 == 0 else text.rstrip("=")

    def _shape_at(self, match: re.Match[str]) -> str:
        kind = Kind.ID
        if match.lastgroup == "id":
            before = match.string[max(0, match.start() - 40) : match.start()]
            kind = next((k for k, pattern in BEFORE if pattern.search(before)), Kind.ID)
        return self._shape(match, kind)

    def _shape(self, match: re.Match[str], kind: Kind) -> str:
        value = match.group()
        if match.lastgroup == "id":
            return self.names.of(value, kind)
        if match.lastgroup == "mail":
            return self.names.of(value, Kind.MAIL)
        if match.lastgroup == "address":
            return self.names.of(value, Kind.ADDRESS)
        return self._netloc(value)

    def _netloc(self, value: str) -> str:
        userinfo, at, place = value.rpartition("@")
        host, port = (place, "") if place.endswith("]") else _split_port(place)
        if not host or self.names.given(host):
            return value
        new = self.names.of(host, Kind.HOST)
        if new != host and any(c in ".-0123456789" for c in host) and len(host) >= 4:
            self._add_literal(host, new)
        return (self.credential(userinfo) if userinfo else "") + at + new + port

    # credentials

    def _credentials(self, headers: Headers) -> None:
        for key, value in headers:
            if key.lower() in SECRET_HEADERS:
                self._secret_field(value)

    def _secret_field(self, value: str) -> str:
        """The value of a header field that is a credential; its scheme stays."""
        if self.names.given(value.rpartition(" ")[2]):
            return value
        scheme, space, rest = value.partition(" ")
        if space and rest and scheme.replace("-", "").isalnum():
            for part in re.findall(r"(?:Access|Signature)=([^,\s]+)", rest):
                self.credential(part)
            _, _, password = (_from_base64(rest) or b"").decode("utf-8", "replace").partition(":")
            if scheme.lower() == "basic" and password:
                self.credential(password)
            return f"{scheme} {self.credential(rest)}"
        return self.credential(value) if value else value

    def _literal(self, value: str, kind: Kind) -> str:
        new = self.names.of(value, kind)
        if new != value and len(value) >= _SHORTEST:
            self._add_literal(value, new)
        return new

    def _add_literal(self, value: str, new: str) -> None:
        key = value.casefold()
        if key not in self._literals:
            self._literals[key] = new
            words = "|".join(re.escape(v) for v in sorted(self._literals, key=len, reverse=True))
            self._pattern = re.compile(rf"(?i)(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")
            self._cache.clear()

    # what the suites made up themselves

    def _note_own(self, request: Request) -> None:
        parts = urlsplit(request.url)  # the host is the target's, whatever else
        texts = [f"{parts.path}?{parts.query}", request.body.decode("utf-8", "replace")]
        texts += [v for k, v in request.headers if k.lower() not in SECRET_HEADERS]
        for text in texts:
            for form in (text, unquote(text) if "%" in text else ""):
                for match in SHAPES.finditer(form):
                    value = match.group()
                    self.names.own(_split_port(value)[0] if match.lastgroup in ("host", "bare") else value)
                for pattern in (MEMBER, PAIR, JWT, SCHEME, PEM):
                    for match in pattern.finditer(form):
                        self.names.own(match.group("value"))


def _split_port(place: str) -> tuple[str, str]:
    host, colon, port = place.rpartition(":")
    return (host, colon + port) if colon and port.isdigit() else (place, "")


def _from_base64(word: str) -> bytes | None:
    """The bytes of a base64 word that hold a text or gzip data; None for anything else."""
    plain = word.rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) % 4 == 1:
        return None
    try:
        found = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        if not found.startswith(_GZIP):
            text = found.decode("utf-8")
            if not all(c.isprintable() or c in "\r\n\t" for c in text):
                return None
    except (binascii.Error, ValueError):
        return None
    return found
