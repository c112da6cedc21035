"""Any value is masked: text, bytes, header fields, exchanges, and whatever holds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.redaction import MASK, masked

SECRET = "password=Zw5sent0815"
HIDDEN = f"password={MASK}"


class Word(StrEnum):
    """A member whose value looks like a pair."""

    ONE = "password=one-1"


@dataclass(frozen=True)
class Thing:
    """A value with texts in it."""

    name: str
    parts: tuple[str, ...]
    count: int = 1


def test_what_holds_a_credential_is_changed() -> None:
    value = {"a": [SECRET, (SECRET, 1)], "b": Thing(SECRET, (SECRET,)), "c": SECRET.encode(), "authorization": "x y"}
    assert masked(value) == {
        "a": [HIDDEN, (HIDDEN, 1)],
        "b": Thing(HIDDEN, (HIDDEN,)),
        "c": HIDDEN.encode(),
        "authorization": MASK,
    }
    assert masked(Headers([("Api-Key", "abc"), ("X", SECRET)])) == Headers([("Api-Key", MASK), ("X", HIDDEN)])
    exchange = masked(Exchange(Request("GET", f"https://h.example/x?{SECRET}"), Response(200, Headers(), b"{}")))
    assert exchange.request.url == f"https://h.example/x?{HIDDEN}"


def test_what_holds_none_is_returned_as_it_is() -> None:
    thing = Thing("a name", ("b",))
    assert masked(thing) is thing
    assert masked(Word.ONE) is Word.ONE
    assert masked(None) is None
    assert masked(5) == 5


def test_what_cannot_be_written_is_replaced_however_short_it_is() -> None:
    for text in ("\ud800", "a\udfff", "\ud800" * 9, "abc"):
        masked([text])[0].encode()
    assert masked({"a": ["\ud800", "é"]}) == {"a": ["\ufffd", "é"]}
