"""No secret survives: seventy-four kinds, wrapped in every way, in every place of an exchange."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.redaction.masking import Masker, leak_of
from linkproof.redaction.redactor import Redactor
from tests.fuzzing import fuzz_settings
from tests.planted import forms
from tests.redaction.secret_kinds import KINDS, WRAPPINGS

RANDOM = "q7Zk2Lw9Xc4Vb8Nm1Ks5Jd3Hf6Gt0Rp8Ye2Uq5Wi7Oa9Tz3Bx6Cv1Mn4Lk2Jh8"
URL = "https://management.azure.com/subscriptions/0/x"


def planted(text: str) -> Iterator[tuple[str, Exchange]]:
    """Exchanges with a text in every place."""
    line = " ".join(text.split())
    ok = Response(200, Headers(), b"{}")
    yield "request header", Exchange(Request("GET", URL, Headers([("X-Debug", line)])), ok)
    yield "response header", Exchange(Request("GET", URL), Response(200, Headers([("X-Debug", line)])))
    yield "query", Exchange(Request("GET", f"{URL}?debug={quote(line, safe='')}&api-version=1"), ok)
    yield "path", Exchange(Request("GET", f"{URL}/{quote(line, safe='=&?:;,@')}/c"), ok)
    for name, body in (
        ("known member", json.dumps({"error": {"code": "Bad", "message": text}})),
        ("unknown member", json.dumps({"properties": {"somethingElse": [{"x": text}]}}, ensure_ascii=False)),
        ("no JSON", f"<p>{text}</p>"),
        ("text", text),
        ("cut", json.dumps({"message": text, "more": "x"})[:-14]),
    ):
        yield f"{name} of an answer", Exchange(Request("GET", URL), Response(400, Headers(), body.encode()))
        yield f"{name} of a request", Exchange(Request("PUT", URL, Headers(), body.encode()), ok)


def found(secret: str, exchange: Exchange) -> bool:
    """Whether a secret is in an exchange, plainly or wrapped."""
    parts = [exchange.request.url, *(v for h in (exchange.request, exchange.response) for _, v in h.headers)]
    data = [p.encode() for p in parts] + [exchange.request.body, exchange.response.body]
    return any(secret.casefold() in form for part in data for form in forms(part))


def survivors(kind: str, secret: str, text: str) -> list[str]:
    """Where a secret is still seen after masking, after redaction, or by ``bundle`` in what was redacted."""
    left = []
    for place, exchange in planted(text):
        if not found(secret, exchange):
            left.append(f"{kind}: the test itself finds nothing in the {place}")
        if found(secret, Masker([exchange]).exchange(exchange)):
            left.append(f"{kind}: masked, in the {place}")
        redacted = Redactor().exchange(exchange)
        if found(secret, redacted):
            left.append(f"{kind}: redacted, in the {place}")
        if leak_of(redacted):
            left.append(f"{kind}: bundle sees {leak_of(redacted)} in the {place}")
    return left


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_no_secret_survives(kind: str, wrapping: str) -> None:
    text, secret = KINDS[kind](RANDOM)
    assert survivors(f"{kind} {wrapping}", secret, WRAPPINGS[wrapping](text)) == []


@given(
    kind=st.sampled_from(sorted(KINDS)),
    wrappings=st.lists(st.sampled_from(sorted(WRAPPINGS)), min_size=1, max_size=3),
    random=st.text(string.ascii_letters + string.digits, min_size=64, max_size=64).filter(
        lambda r: len(set(r[:8])) > 5 and any(c.isdigit() for c in r[:8])
    ),
    noise=st.text(string.printable, max_size=20),
)
@fuzz_settings()
def test_no_secret_survives_however_it_is_wrapped(kind: str, wrappings: list[str], random: str, noise: str) -> None:
    text, secret = KINDS[kind](random)
    for wrapping in wrappings:
        text = WRAPPINGS[wrapping](text)
    exchange = Exchange(Request("GET", URL), Response(400, Headers(), json.dumps({"a": noise, "b": text}).encode()))
    assert not found(secret, Masker().exchange(exchange))
    assert not found(secret, Redactor().exchange(exchange))
