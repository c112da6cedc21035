"""Keeps credentials out of everything that is written: reports, curl lines, logs."""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from collections.abc import Iterable

from linkproof.model.exchange import Exchange, Headers

MASK = "***"

#: Header fields whose value is a credential, in lower case.
SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "x-auth-token",
        "x-subject-token",
        "x-security-token",
        "x-ms-authorization-auxiliary",
        "cookie",
        "set-cookie",
        "ocp-apim-subscription-key",
        "api-key",
        "x-api-key",
    }
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic|sharedkey|sdk-hmac-sha256)(\s+)([A-Za-z0-9\-._~+/=:]{8,})")
#: Letters alone are a token only where nobody writes a word so long.
_LONGEST_WORD = 24
_QUERY = re.compile(r"(?i)([?&](?:sig|token|access_token|code|key|password|secret)=)[^&\s\"']+")


def mask_headers(headers: Headers) -> list[tuple[str, str]]:
    """The pairs of ``headers`` with every credential replaced."""
    return [(k, MASK if k.lower() in SECRET_HEADERS else v) for k, v in headers]


def secrets_of(headers: Headers) -> set[str]:
    """The credentials that a request's header fields carry: whole values and what follows the scheme."""
    found: set[str] = set()
    if not headers.has_any(SECRET_HEADERS):
        return found
    for key, value in headers:
        if key.lower() in SECRET_HEADERS and value and value != MASK:
            found.add(value)
            found.add(value.rsplit(" ", 1)[-1])
    return {s for s in found if len(s) >= 6}


def mask_text(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without the given secrets, bearer tokens, and secret-looking query values."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _QUERY.sub(rf"\1{MASK}", _SCHEME.sub(_without_token, text))


def _without_token(match: re.Match[str]) -> str:
    scheme, space, word = match.groups()
    return f"{scheme}{space}{MASK}" if looks_secret(word) else match.group()


def looks_secret(word: str) -> bool:
    """Whether what follows "Bearer" or "Basic" is a token, and no plain word as in "Basic tier"."""
    letters = sum(c.isalpha() for c in word)
    if any(c.isdigit() for c in word) and letters:
        return True
    return letters > _LONGEST_WORD or _holds_a_password(word)


def _holds_a_password(word: str) -> bool:
    """Whether a word is what Basic sends: user and password in base64."""
    try:
        return ":" in base64.b64decode(word, validate=True).decode()
    except (binascii.Error, ValueError):
        return False


def curl(exchange: Exchange) -> str:
    """A command that sends the request again; credentials are named by environment variables, never written."""
    request = exchange.request
    secrets = secrets_of(request.headers)
    parts = ["curl", "-sS", "-i", "-X", request.method, shlex.quote(mask_text(request.url, secrets))]
    for key, value in request.headers:
        lower = key.lower()
        if lower == "authorization":
            parts += ["-H", '"Authorization: Bearer $TOKEN"']
        elif lower == "x-auth-token":
            parts += ["-H", '"X-Auth-Token: $TOKEN"']
        elif lower not in _NOISE and lower not in SECRET_HEADERS:
            parts += ["-H", shlex.quote(f"{key}: {mask_text(value, secrets)}")]
    if request.body:
        # Masked before it is cut: half a credential would no longer be known for one.
        text = mask_text(request.body.decode("utf-8", "replace"), secrets)
        parts += ["--data-binary", shlex.quote(text if len(text) <= 2000 else text[:2000] + "…")]
    return " ".join(parts)


_NOISE = frozenset({"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"})
