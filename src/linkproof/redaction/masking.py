"""Mask credentials in everything that is written, whoever sent them and however they are encoded."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

from linkproof.model.evidence import LONGEST_BODY, size_of
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.redaction.credentials import (
    MASK,
    SECRET_HEADERS,
    forms_of,
    is_placeholder,
    is_secret_header,
    secrets_of,
)
from linkproof.redaction.engine import SHORTEST, Engine

T = TypeVar("T")

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
#: They name a scheme and never carry a credential.
_CHALLENGES = frozenset({"www-authenticate", "proxy-authenticate"})
#: What recorders write in the place of a credential.
_HIDDEN = re.compile(r"(?i)^$|\*|redacted|sanitized|fake|placeholder|hidden|xxxx")
#: Minimum length of the rest of a credential that is masked at the end of a truncated text.
_SHORTEST_REST = 6
_ENDS = "…\"' "
#: Credentials that this process remembers; of signatures, which are new for each request, the last ones.
_MOST_SENT = 20


class Masker(Engine):
    """Masks credentials: what ``exchanges`` were sent with, what was learned, and whatever looks like one."""

    def __init__(self, exchanges: Iterable[Exchange] = (), secrets: Iterable[str] = ()) -> None:
        super().__init__(lambda _value: MASK)
        known = set(secrets)
        for exchange in exchanges:
            known |= secrets_in(exchange)
        self._forms = forms_of(known)

    def text(self, text: str, depth: int = 0) -> str:
        """Return a text without credentials, and without what cannot be written as UTF-8, however short it is.

        In a text within it, which is escaped again, it can be written: JSON's ``\\ud800`` stays as it was sent.
        """
        if not depth:
            text = _LONE_SURROGATE.sub(_REPLACEMENT, text)
        return text if len(text) < SHORTEST else super().text(text, depth)

    def start(self, text: str) -> str:
        """Mask known credentials."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def finish(self, text: str) -> str:
        """Mask what is left of a known credential where a text was cut within it."""
        kept = text.rstrip(_ENDS)
        for form in self._forms:
            at = kept.rfind(form[:_SHORTEST_REST], max(0, len(kept) - len(form)))
            if at >= 0 and form.startswith(kept[at:]):
                return f"{kept[:at]}{MASK}{text[len(kept) :]}"
        return text

    def headers(self, headers: Headers) -> Headers:
        """Return header fields without credentials."""
        return Headers((k, self.header(k, v)) for k, v in headers)

    def header(self, name: str, value: str) -> str:
        """Return the value of a header field without credentials."""
        if name.lower() in _CHALLENGES:
            return self.text(value)
        return MASK if is_secret_header(name) and value else self.text(value)

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange as evidence: without credentials, and with long bodies cut."""
        request, response = exchange.request, exchange.response
        return dataclasses.replace(
            exchange,
            request=Request(
                request.method, self.text(request.url), self.headers(request.headers), self._evidence(request.body)
            ),
            response=Response(
                response.status,
                self.headers(response.headers),
                self._evidence(response.body),
                self.text(response.reason),
            ),
            scene=self.text(exchange.scene),
        )

    def masked(self, value: T) -> T:
        """Return a value (text, bytes, headers, exchange; dataclasses, maps, lists of these) without credentials.

        What holds none is returned as it is.
        """
        simple: Any = self._simple(value)
        if simple is not None:
            return simple  # type: ignore[no-any-return]
        found: Any = value
        if isinstance(value, Mapping):
            found = {k: self._member(k, v) for k, v in value.items()}
        elif isinstance(value, list | tuple):
            found = type(value)(self.masked(v) for v in value)
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            new = {f.name: self.masked(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
            changed = {name: masked for name, masked in new.items() if masked != getattr(value, name)}
            found = dataclasses.replace(value, **changed) if changed else value
        return found  # type: ignore[no-any-return]

    def _simple(self, value: Any) -> Any:
        """Return the masked form of a value; None for a container."""
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.body(value)
        if isinstance(value, Headers):
            return self.headers(value)
        return self.exchange(value) if isinstance(value, Exchange) else None

    def _member(self, name: Any, value: Any) -> Any:
        if isinstance(name, str) and isinstance(value, str) and name.lower() in SECRET_HEADERS:
            return value if is_placeholder(value) else MASK
        return self.masked(value)

    def _evidence(self, body: bytes) -> bytes:
        whole = size_of(body)
        if whole <= LONGEST_BODY:
            return self.body(body)
        kept = self.body(body[:LONGEST_BODY])[: LONGEST_BODY // 4].decode("utf-8", "ignore")
        return f"{kept}\n[cut here: {whole} bytes in all]".encode()


def secrets_in(exchange: Exchange) -> frozenset[str]:
    """Return the credentials in an exchange's header fields, except a response's cookies."""
    came = Headers((k, v) for k, v in exchange.response.headers if k.lower() != "set-cookie")
    return secrets_of(exchange.request.headers) | secrets_of(came)


def masker_of(exchanges: Iterable[Exchange]) -> Masker:
    """Return a masker that knows the credentials of exchanges; a shared one if they carry none."""
    known = {secret for exchange in exchanges for secret in secrets_in(exchange)}
    return Masker(secrets=known.union(_SENT.known)) if known else _SENT.masker


def mask_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without the given secrets and without anything that looks like a credential."""
    known = set(secrets)
    return (Masker(secrets=known.union(_SENT.known)) if known else _SENT.masker).text(text)


def masked(value: T) -> T:
    """Return a value (see ``Masker.masked``) without anything that looks like a credential. Writers call it last."""
    return _SENT.masker.masked(value)


class _Sent:
    """What this process has sent as credentials: a server may repeat it in any answer, and so in any message."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.known: tuple[str, ...] = ()
        self.masker = Masker()

    def note(self, fields: Iterable[tuple[str, str]]) -> None:
        new = secrets_of(Headers(fields)).difference(self.known)
        if new:
            self.known = (*self.known, *sorted(new))[-_MOST_SENT:]
            self.masker = Masker(secrets=self.known)


def note_sent(fields: Iterable[tuple[str, str]]) -> None:
    """Mask the credentials of a request from now on, in all that this process writes."""
    _SENT.note(fields)


def forget_sent() -> None:
    """Forget the credentials that a command has sent, at its end."""
    _SENT.forget()


def leak_of(exchange: Exchange) -> str:
    """Return which part of an exchange still carries a credential, "" if none does."""
    for side, headers in (("request", exchange.request.headers), ("response", exchange.response.headers)):
        for name, value in headers:
            if name.lower() in _CHALLENGES:
                continue
            hidden = is_secret_header(name) and not _HIDDEN.search(value)
            if hidden or (not is_secret_header(name) and _PLAIN.text(value) != value):
                return f"{side} header {name}"
    bodies = ("request body", exchange.request.body), ("response body", exchange.response.body)
    texts = [("URL", exchange.request.url), *((name, body.decode("utf-8", "replace")) for name, body in bodies)]
    return next((name for name, text in texts if _PLAIN.text(text) != text), "")


_PLAIN = Masker()
_SENT = _Sent()
