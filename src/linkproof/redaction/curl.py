"""Write a curl command that repeats a request, without its credential."""

from __future__ import annotations

import shlex

from linkproof.model.exchange import Exchange
from linkproof.redaction.credentials import is_secret_header
from linkproof.redaction.masking import Masker

_NOISE = frozenset({"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"})
_LONGEST_BODY = 2000
#: Looked at before the body is cut: half a credential would not be known for one.
_WINDOW = 1 << 16


def curl(exchange: Exchange, masker: Masker) -> str:
    """Return a command that repeats the request; it names credentials by environment variables."""
    request = exchange.request
    parts = ["curl", "-sS", "-i", "-X", request.method, shlex.quote(masker.text(request.url))]
    for key, value in request.headers:
        lower = key.lower()
        if lower == "authorization":
            parts += ["-H", '"Authorization: Bearer $TOKEN"']
        elif lower == "x-auth-token":
            parts += ["-H", '"X-Auth-Token: $TOKEN"']
        elif lower not in _NOISE and not is_secret_header(key):
            parts += ["-H", shlex.quote(f"{key}: {masker.text(value)}")]
    if request.body:
        text = masker.text(request.body[:_WINDOW].decode("utf-8", "replace"))
        parts += ["--data-binary", shlex.quote(text if len(text) <= _LONGEST_BODY else text[:_LONGEST_BODY] + "…")]
    return " ".join(parts)
