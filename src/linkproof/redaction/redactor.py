"""Replace credentials and personal data in exchanges by pseudonyms, and keep them replayable.

Credentials, ids of subscriptions, tenants, projects and principals, mails and hosts become typed pseudonyms, the same
one everywhere: in URLs, header fields and bodies, also percent-encoded, JSON-escaped, in base64 and in gzip. What is
equal stays equal, so that links still lead where they led, and every check judges the same.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.redaction.credentials import MASK, is_placeholder, is_secret_header
from linkproof.redaction.encodings import text_of_base64
from linkproof.redaction.engine import Engine
from linkproof.redaction.literals import Literals
from linkproof.redaction.patterns import BEFORE, PERSON, SHAPES
from linkproof.redaction.pseudonyms import Pseudonyms, ValueKind

#: A shorter text may be a word of the contract: it is replaced where it stands, and nowhere else.
_SHORTEST = 8
#: Path parameters of a target that name whose it is.
_PARAMETERS = {"subscriptionid": ValueKind.SUBSCRIPTION, "project_id": ValueKind.PROJECT, "tenantid": ValueKind.TENANT}
#: Header fields that describe how the body came over the wire; the body is kept as it was meant.
_WIRE = frozenset({"content-encoding", "transfer-encoding"})
#: Parts of a signed Authorization field that name a key or are a signature.
_SIGNED = re.compile(r"(?:Access|Credential|Signature)=([^,\s]++)")


class Redactor(Engine):
    """Redacts exchanges in order, and any text afterwards; one object for everything that belongs together."""

    def __init__(self) -> None:
        super().__init__(self.credential)
        self.names = Pseudonyms()
        self._literals = Literals()

    # what is known beforehand

    def learn(self, value: Any, kind: ValueKind = ValueKind.ID) -> None:
        """Learn the ids, hosts and names of a target file (plain data)."""
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
                self._literal(value, ValueKind.NAME)

    def credential(self, value: str) -> str:
        """Return the pseudonym of a credential and replace it everywhere from now on; a mask once frozen."""
        found = self._literal(value, ValueKind.CREDENTIAL)
        return found if found != value or self.names.given(value) else MASK

    def freeze(self) -> None:
        """Replace only known values from now on: for Linkproof's own texts, which name public sources."""
        self.names.frozen = True
        self._cache.clear()

    # exchanges

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return the exchange with credentials and personal data replaced."""
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
        """Return header fields, redacted."""
        return Headers((k, self._secret_field(v) if is_secret_header(k) else self.text(v)) for k, v in headers)

    # texts

    def start(self, text: str) -> str:
        """Replace known values first, as a whole."""
        return self._literals.replace(text)

    def finish(self, text: str) -> str:
        """Replace people, ids, mails, hosts and addresses."""
        text = SHAPES.sub(self._shape_at, PERSON.sub(self._person, text))
        return self._without_cut_secret(text) if self.names.frozen else text

    def _without_cut_secret(self, text: str) -> str:
        """Remove the rest of a secret at the end of a truncated text."""
        kept = text.rstrip("…\"' ")
        lower = kept.casefold()
        for secret in self._literals:
            at = lower.rfind(secret[:_SHORTEST], max(0, len(lower) - len(secret)))
            if at >= 0 and secret.startswith(lower[at:]):
                return f"{kept[:at]}…"
        return text

    def _person(self, match: re.Match[str]) -> str:
        value = match["value"]
        if SHAPES.fullmatch(value):
            return match.group()  # by its shape, further down
        start = match.start("value") - match.start()
        return match.group()[:start] + self.names.of(value, ValueKind.NAME) + '"'

    def _shape_at(self, match: re.Match[str]) -> str:
        kind = ValueKind.ID
        if match.lastgroup == "id":
            before = match.string[max(0, match.start() - 40) : match.start()]
            kind = next((k for k, pattern in BEFORE if pattern.search(before)), ValueKind.ID)
        return self._shape(match, kind)

    def _shape(self, match: re.Match[str], kind: ValueKind) -> str:
        value = match.group()
        if match.lastgroup == "id":
            return self.names.of(value, kind)
        if match.lastgroup == "mail":
            return self.names.of(value, ValueKind.MAIL)
        if match.lastgroup == "address":
            return self.names.of(value, ValueKind.ADDRESS)
        return self._netloc(value)

    def _netloc(self, value: str) -> str:
        userinfo, at, place = value.rpartition("@")
        host, port = (place, "") if place.endswith("]") else _split_port(place)
        if not host or self.names.given(host):
            return value
        new = self.names.of(host, ValueKind.HOST)
        if new != host and any(c in ".-0123456789" for c in host) and len(host) >= 4:
            self._add_literal(host, new)
        return (self.credential(userinfo) if userinfo else "") + at + new + port

    # credentials

    def _credentials(self, headers: Headers) -> None:
        for key, value in headers:
            if is_secret_header(key):
                self._secret_field(value)

    def _secret_field(self, value: str) -> str:
        """Return a credential header field's value redacted; its scheme stays."""
        if self.names.given(value.rpartition(" ")[2]) or is_placeholder(value.rpartition(" ")[2]):
            return value
        scheme, space, rest = value.partition(" ")
        if space and rest and scheme.replace("-", "").isalnum():
            for part in _SIGNED.findall(rest):
                self.credential(part)
            _, _, password = (text_of_base64(rest) or b"").decode("utf-8", "replace").partition(":")
            if scheme.lower() == "basic" and password:
                self.credential(password)
            return f"{scheme} {self.credential(rest)}"
        return self.credential(value)

    def _literal(self, value: str, kind: ValueKind) -> str:
        new = self.names.of(value, kind)
        if new != value and len(value) >= _SHORTEST:
            self._add_literal(value, new)
        return new

    def _add_literal(self, value: str, new: str) -> None:
        if self._literals.add(value, new):
            self._cache.clear()

    # what the suites made up themselves

    def _note_own(self, request: Request) -> None:
        """Keep ids, mails and hosts that a suite generated. Credentials are redacted whoever sent them."""
        parts = urlsplit(request.url)  # the host is the target's, whatever else
        texts = [f"{parts.path}?{parts.query}", request.body.decode("utf-8", "replace")]
        texts += [v for k, v in request.headers if not is_secret_header(k)]
        for text in texts:
            for form in (text, unquote(text) if "%" in text else ""):
                for match in SHAPES.finditer(form):
                    value = match.group()
                    self.names.own(_split_port(value)[0] if match.lastgroup in ("host", "bare") else value)


def _split_port(place: str) -> tuple[str, str]:
    host, colon, port = place.rpartition(":")
    return (host, colon + port) if colon and port.isdigit() else (place, "")
