"""One mask over a whole report: what is a credential in one exchange is masked in every text of every report."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from urllib.parse import quote

from linkproof.model.exchange import Exchange, Headers
from linkproof.redaction.masking import MASK, SECRET_HEADERS, mask_headers, mask_text, secrets_of

#: Members of JSON bodies whose value is a credential by their name alone.
_MEMBER = re.compile(
    r'(?i)("(?:password|passwd|administratorLoginPassword|(?:client_?)?secret|secret_?key|private_?key|api_?key'
    r"|(?:access|refresh|id|security|auth)_?token|x-auth-token|(?:account|shared|primary|secondary)_?key"
    r'|connection_?string)"\s*:\s*")(?:[^"\\]|\\.)+'
)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?")
_USERINFO = re.compile(r"(?<=://)[^/@\s\"'<>]+(?=@)")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SHORTEST = 6
#: They name a scheme and never carry a credential.
_CHALLENGES = ("www-authenticate", "proxy-authenticate")
#: What recorders write in the place of a credential.
_HIDDEN = re.compile(r"(?i)^$|\*|redacted|sanitized|fake|placeholder|hidden|xxxx")


class Cloak:
    """Masks texts and header fields, knowing every credential that the exchanges of a report carry."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._secrets: set[str] = set()
        for exchange in exchanges:
            answered = Headers((k, v) for k, v in exchange.response.headers if k.lower() != "set-cookie")
            for headers in (exchange.request.headers, answered):
                for secret in secrets_of(headers):
                    self._secrets |= _forms(secret)

    def text(self, text: str) -> str:
        """``text`` without credentials, and without what cannot be written as UTF-8."""
        text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
        text = _MEMBER.sub(rf"\g<1>{MASK}", mask_text(text, self._secrets))
        return _USERINFO.sub(MASK, _JWT.sub(MASK, text))

    def headers(self, headers: Headers) -> list[list[str]]:
        """The header fields as pairs, credentials replaced."""
        return [[key, self.text(value)] for key, value in mask_headers(headers)]


def leak_of(exchange: Exchange) -> str:
    """Where an exchange still carries a credential, in words; "" where none is known to be in it."""
    cloak = Cloak([])
    for side, headers in (("request", exchange.request.headers), ("response", exchange.response.headers)):
        for name, value in headers:
            if name.lower() in _CHALLENGES:
                continue
            hidden = name.lower() in SECRET_HEADERS and not _HIDDEN.search(value)
            if hidden or (name.lower() not in SECRET_HEADERS and cloak.text(value) != value):
                return f"{side} header {name}"
    bodies = ("request body", exchange.request.body), ("response body", exchange.response.body)
    texts = [("URL", exchange.request.url), *((name, body.decode("utf-8", "replace")) for name, body in bodies)]
    return next((name for name, text in texts if cloak.text(text) != text), "")


def _forms(secret: str) -> set[str]:
    """The ways in which a server may echo a credential: as it came, in a URL, in JSON, or decoded."""
    escaped = json.dumps(secret)[1:-1]
    found = {secret, quote(secret), quote(secret, safe=""), escaped, escaped.replace("/", "\\/")}
    scheme, _, rest = secret.partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(rest, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            pair = ""
        found |= {pair, pair.partition(":")[2]}
    return {form for form in found if len(form) >= _SHORTEST}
