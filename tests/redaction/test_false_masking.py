"""What is no secret stays readable: ids, names, ETags, dates and words of real recordings, descriptions and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkproof.recordings import read_recordings
from linkproof.redaction.masking import Masker, leak_of
from linkproof.redaction.redactor import Redactor

SHARED = Path(__file__).parents[3] / "shared"
_TOKEN = re.compile(r"[^\s\"'<>{}\[\],;&?=\\]+")
#: Masked, of the distinct tokens of all that lies in ../shared: at most one in a thousand. What is masked there are the
#: keys and connection strings of one example (SignalR, listKeys), which is right.
MOST = 1 / 1000

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent")


def _documents() -> Iterator[str]:
    for name in ("specs", "specs-azure", "definitions", "clouds"):
        for path in sorted((SHARED / name).rglob("*")):
            if path.suffix in (".json", ".txt", ".rst"):
                yield path.read_text(encoding="utf-8", errors="replace")


def _masked(before: str, after: str) -> set[str]:
    return set(_TOKEN.findall(before)) - set(_TOKEN.findall(after)) if before != after else set()


def test_hardly_a_word_of_real_recordings_and_descriptions_is_masked() -> None:
    masker = Masker()
    seen: set[str] = set()
    hidden: set[str] = set()
    recordings = [SHARED / "recordings", SHARED / "recordings-azure-cli"]
    count = 0
    for exchange in read_recordings(recordings):
        count += 1
        after = masker.exchange(exchange)
        for one, other in (
            (exchange.request.url, after.request.url),
            (exchange.request.body.decode("utf-8", "replace"), after.request.body.decode("utf-8", "replace")),
            (exchange.response.body.decode("utf-8", "replace"), after.response.body.decode("utf-8", "replace")),
            *((a, b) for (_, a), (_, b) in zip(exchange.response.headers, after.response.headers, strict=True)),
        ):
            seen |= set(_TOKEN.findall(one))
            hidden |= _masked(one, other)
    assert count > 1000
    assert hidden == set()
    for text in _documents():
        seen |= set(_TOKEN.findall(text))
        hidden |= _masked(text, masker.text(text))
    assert len(seen) > 8_000
    assert len(hidden) / len(seen) <= MOST, sorted(hidden)


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg", "etag": "W/\\"0x8D9C5\\""}',
        '{"nextLink": "https://h.example/x?api-version=2020-01-01&$skipToken=eyJuZXh0IjoiMTIzNDU2In0%3D"}',
        '{"continuationToken": "c3RhcnQ9MTAwMDsgcGFnZT0y", "nextToken": "AAAAAAAAAAEAAAAA"}',
        '{"key": "environment", "value": "production-2026"}',
        '{"error": {"code": "InvalidPassword", "message": "The password is too short. Basic tier only."}}',
        '{"keyName": "key1", "secretUri": "https://v.example/secrets/s/1", "tokenType": "Bearer", "hasPassword": true}',
        '{"publicKey": "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "passwordPolicy": "strong", "secretName": "db-1"}',
        '{"password": null, "adminPassword": "", "secret": "***", "token": "[REDACTED]", "ak": "Sanitized"}',
        "sort_key=created_at&limit=10&offset=20&code=404&key=name",
        "Status=404 Code=ResourceNotFound; token: expired; secret: missing",
        '{"time": "2026-01-12T08:00:00Z", "ms-request-id": "4bf92f3577b34da6a3ce929d0e0e4736", "n": 9007199254740993}',
        '{"tags": {"key1": "value1", "key2": "value-2"}, "key": "Microsoft.Network/privateEndpoints/connections2"}',
        '{"adminPassword": {"reference": {"keyVault": {"id": "/subscriptions/0/x-1"}, "secretName": "adminPassword"}}}',
        '{"secrets": {"provider": "vault-2", "count": 3}, "secret": {"id": "https://v.example/secrets/s/1"}}',
        '{"auth": "azure-identity-2", "name": "Primary", "value": "westeurope-1", "required": ["password", "user"]}',
        "the option --password is required; --client-secret-file /run/a1 stays; arn:aws:ec2:eu-central-1:12345:x",
        "bypass=AzureServices; compass: north-1; pat: no; https://h.example/webhooks/2024-01-01/subscriptions/s-1",
        "password: InvalidPassword; secret: ResourceNotFoundError; $skip$ and $top$; curl -u x; run -u 1000:1000",
        "<p>&quot;quoted&quot; &amp; &#39;said&#39;</p><passwordPolicy strength='strong'>min 8</passwordPolicy>",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Masker().text(text) == text


def test_what_the_redactor_wrote_is_no_leak() -> None:
    redactor = Redactor()
    for exchange in read_recordings([SHARED / "recordings"]):
        assert leak_of(redactor.exchange(exchange)) == ""
