"""A credential is masked in UTF-16 and UTF-32, and with characters between its letters that no page shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.recordings import read_recordings
from linkproof.redaction.encodings import wide_encoding
from linkproof.redaction.engine import Engine
from linkproof.redaction.masking import Masker, leak_of
from linkproof.redaction.redactor import Redactor

ROOT = Path(__file__).parents[2]
SECRET = "Zw5sentAsCredential0815"
TEXT = json.dumps({"adminPassword": SECRET, "name": "connection-1"})
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
ENGINES = (Masker(), Masker(secrets=[SECRET]), Redactor())


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("engine", ENGINES, ids=["masker", "masker that knows it", "redactor"])
def test_a_wide_body_is_masked_and_stays_wide(engine: Engine, encoding: str) -> None:
    found = engine.body(TEXT.encode(encoding))
    assert SECRET.encode() not in found.replace(b"\0", b"")
    value = json.loads(found.decode(encoding))
    assert value["name"] == "connection-1"
    assert value["adminPassword"] != SECRET
    harmless = '{"name": "connection-1"}'.encode(encoding)
    assert Masker().body(harmless) == harmless


@pytest.mark.parametrize("between", ["\0", "\u200b", "\u2060", "\ufeff", "\xad"])
@pytest.mark.parametrize("engine", ENGINES, ids=["masker", "masker that knows it", "redactor"])
def test_characters_that_are_not_shown_hide_nothing(engine: Engine, between: str) -> None:
    torn = between.join(f"password={SECRET}")
    for text in (torn, f"see {torn} here", json.dumps({"x": torn}), json.dumps({"x": json.dumps({"y": torn})})):
        shown = engine.text(text).replace(between, "").replace("\\", "").replace("u0000", "").replace("x00", "")
        assert SECRET not in shown, text


def test_a_text_with_a_mark_and_no_more_stays_as_it_is() -> None:
    assert Masker().text('\ufeff{"name": "a\u200bb"}') == '\ufeff{"name": "a\u200bb"}'
    assert Masker().text(f"\ufeffpassword={SECRET}") == "\ufeffpassword=***"


def test_what_is_not_wide_is_not_taken_for_it() -> None:
    for body in (b"", b"{}", b"\0", b"\0\0\0\0", b"a\0b", "é\0".encode(), b"\x1f\x8b\0\0"):
        assert wide_encoding(body) == "", body


def test_a_leak_in_a_wide_body_is_seen() -> None:
    exchange = Exchange(Request("GET", "https://h.example/x"), Response(200, Headers(), TEXT.encode("utf-16")))
    assert leak_of(exchange) == "response body"


def test_half_a_character_that_json_escapes_stays_as_it_was_sent() -> None:
    text = '{"s": "\\ud800", "t": "\\uDC00 and more", "u": "{\\"v\\": \\"\\\\ud800\\"}", "w": "\\ud800%41%20b"}'
    assert Masker().text(text) == text


def test_half_a_character_stays_beside_a_credential() -> None:
    text = Masker(secrets=["hunter22-hunter22"]).text('{"s": "\\ud800 hunter22-hunter22", "t": "\ud800"}')
    assert text == '{"s": "\\ud800 ***", "t": "\N{REPLACEMENT CHARACTER}"}'


def test_a_recorded_run_that_writes_can_be_bundled() -> None:
    exchanges = read_recordings([ROOT / "cassettes" / "azure-search-pec.yaml.gz"])
    halves = [e for e in exchanges if b"\\ud8" in e.request.body.lower()]
    assert {leak_of(exchange) for exchange in halves} == {""}
