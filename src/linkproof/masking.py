"""Keeps credentials out of everything that is written: reports, curl lines, logs."""

from __future__ import annotations

import re
import shlex

from linkproof.exchange import Exchange, Headers

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
_BEARER = re.compile(r"(?i)\b(bearer|basic|sharedkey|sdk-hmac-sha256)\s+[A-Za-z0-9\-._~+/=]{4,}")
_QUERY = re.compile(r"(?i)([?&](?:sig|token|access_token|code|key|password|secret)=)[^&\s\"']+")


def mask_headers(headers: Headers) -> list[tuple[str, str]]:
    """The pairs of ``headers`` with every credential replaced."""
    return [(k, MASK if k.lower() in SECRET_HEADERS else v) for k, v in headers]


def secrets_of(headers: Headers) -> set[str]:
    """The credentials that a request's header fields carry: whole values and what follows the scheme."""
    found: set[str] = set()
    for key, value in headers:
        if key.lower() in SECRET_HEADERS and value and value != MASK:
            found.add(value)
            found.add(value.rsplit(" ", 1)[-1])
    return {s for s in found if len(s) >= 6}


def mask_text(text: str, secrets: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    """``text`` without the given secrets, bearer tokens, and secret-looking query values."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _QUERY.sub(rf"\1{MASK}", _BEARER.sub(lambda m: f"{m.group(1)} {MASK}", text))


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
        text = request.body.decode("utf-8", "replace")
        parts += ["--data-binary", shlex.quote(mask_text(text if len(text) <= 2000 else text[:2000] + "…", secrets))]
    return " ".join(parts)


_NOISE = frozenset({"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"})
