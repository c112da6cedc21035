"""Credentials are masked wherever they stand, and plain words are not."""

from __future__ import annotations

import base64

import pytest

from linkproof.model.exchange import WRONG_TOKEN, Exchange, Headers, Request, Response
from linkproof.redaction.curl import curl
from linkproof.redaction.masking import Masker, mask_text


@pytest.mark.parametrize(
    "text",
    [
        "The Basic tier is not enough",
        "Basic authentication and bearer tokens",
        'Bearer authorization_uri="https://login.example.org", error="invalid_token"',
        "basic setting: on",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert mask_text(text) == text


def test_a_text_that_ends_with_the_name_of_this_tool_does_not_look_like_a_cut_credential() -> None:
    masker = Masker(secrets=[WRONG_TOKEN])
    assert masker.text("approve by linkproof") == "approve by linkproof"
    assert WRONG_TOKEN not in masker.text(f"no user {WRONG_TOKEN}")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("sent: Bearer abc123def456", "abc123def456"),
        ("Authorization: Basic " + base64.b64encode(b"user:pass").decode(), base64.b64encode(b"user:pass").decode()),
        ("bearer " + "abcdefghijklmnopqrstuvwxyzABCDEF", "abcdefghijklmnop"),
        ("GET https://x/?sig=abc%2Fdef&b=1", "abc%2Fdef"),
        ('Content-Disposition: form-data; name="password"\r\nX-A: b\r\n\r\nq7Zk2Lw9\r\n--x', "q7Zk2Lw9"),
        ("passphrase: DAKCFjEBjnZxHI", "DAKCFjEBjnZxHI"),
    ],
)
def test_tokens_do_not(text: str, secret: str) -> None:
    assert secret not in mask_text(text)
    assert "***" in mask_text(text)


def test_a_long_body_is_masked_and_whole() -> None:
    token = "Zq8-wVtKq.mR2xLb7pJc4"
    body = "x" * 1990 + token + "y" * 100
    request = Request("PUT", "https://x/", Headers([("Authorization", f"Bearer {token}")]), body.encode())
    exchange = Exchange(request, Response(200))
    shown = curl(exchange, Masker([exchange]))
    assert token[:6] not in shown
    assert "***" in shown
    assert shown.endswith("y" * 100 + "'")
