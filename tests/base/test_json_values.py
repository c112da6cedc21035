"""JSON of an unusual size or depth is rejected at little cost."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from linkproof.base.json_values import (
    MOST_VALUES,
    NOT_JSON,
    TOO_DEEP,
    parse,
    place,
    strings,
    texts,
    weight_of,
    why_not_json,
)
from linkproof.contract.codec import decode
from linkproof.contract.protocol import Format
from linkproof.contract.schema import BodySchema

MANY = MOST_VALUES + 1


@pytest.mark.parametrize("piece", [b"{}", b"[]", b"1", b'"a"', b'{"a":1}'])
def test_a_body_with_too_many_values_is_not_read(piece: bytes) -> None:
    assert parse(b"[" + b",".join([piece] * MANY) + b"]") is TOO_DEEP


def test_commas_and_brackets_within_strings_part_no_values() -> None:
    text = ', [ { \\ " é' * 200_000
    assert parse(json.dumps({"error": {"message": text}}).encode()) == {"error": {"message": text}}


def test_a_large_body_with_few_values_is_read() -> None:
    value = {"value": [{"name": "x" * 500, "n": n} for n in range(2000)]}
    assert parse(json.dumps(value).encode()) == value


def test_a_value_is_placed_by_its_pointer() -> None:
    value: dict[str, Any] = {}
    place(value, "/a/0/b~1c", 1)
    place(value, "/a/1", 2)
    assert value == {"a": [{"b/c": 1}, 2]}
    place(value, "", 3)  # a contract without such a member has no pointer
    assert value == {"a": [{"b/c": 1}, 2]}


def test_a_form_with_a_name_of_thousands_of_digits_is_no_list() -> None:
    digits = "9" * 5000
    assert decode(f"a.{digits}=x".encode(), Format.FORM) == {"a": {digits: "x"}}
    assert decode(b"a=b&" * MANY + b"a=b", Format.FORM) is NOT_JSON


def test_an_integer_of_thousands_of_digits_is_text() -> None:
    schema = BodySchema({"type": "object", "properties": {"n": {"type": "integer"}}}, {})
    digits = "9" * 5000
    assert decode(f"n={digits}".encode(), Format.FORM, schema) == {"n": digits}
    assert decode(b"n=12", Format.FORM, schema) == {"n": 12}


def test_xml_with_too_many_elements_is_not_read() -> None:
    assert decode(b"<r>" + b"<a/>" * (2 * MANY) + b"</r>", Format.XML) is TOO_DEEP


def test_values_are_counted_in_next_to_no_memory() -> None:
    text = json.dumps([{"name": "c"}] * MANY).encode()
    tracemalloc.start()
    try:
        assert parse(text) is TOO_DEEP
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1e6


def test_a_body_weighs_its_bytes_and_its_values() -> None:
    assert weight_of(b"") == 0
    assert weight_of(b'"' + b"x" * 1000 + b'"') == 2004
    assert weight_of(b"[" + b"{}," * 1000 + b"1]") > 200_000


def test_texts_are_those_that_strings_finds_with_their_pointers() -> None:
    value = {"a/b": ["one", {"~": "two"}, 3], "c": None, "d": "three"}
    assert dict(strings(value)) == {"/a~1b/0": "one", "/a~1b/1/~0": "two", "/d": "three"}
    assert sorted(texts(value)) == sorted(dict(strings(value)).values())
    assert texts("alone") == ["alone"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"a": [1, 2, }', ": expecting value at character 14, after '{\"a\": [1, 2, '"),
        (b'{"name":', ": expecting value at character 9, after '{\"name\":'"),
        (b'{"a": 1}{"a": 1}', ": extra data at character 9, after '{\"a\": 1}'"),
        (b'{"a": NaN}', ": NaN is not JSON"),
        ('{"a": "grün"}'.encode("latin-1"), ": byte 10 (0xfc) is not UTF-8"),
        (b"<html>", ""),
        (b"[" * 100_000, ""),
        (b'{"a": 1}', ""),
        (b'{"a": ' + b" " * (1 << 20), ""),
    ],
)
def test_why_a_text_is_not_json_is_said(body: bytes, why: str) -> None:
    assert why_not_json(body)[: len(why) or None] == why
