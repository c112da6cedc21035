"""Of a value with many violations some are reported, at the right pointers, in bounded time and memory."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from linkproof.contract.large_values import MOST_TOGETHER, failing_beginning, shortened
from linkproof.contract.schema import BodySchema

_ITEM = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "groups": {"type": "array", "items": {"type": "string"}}},
}
_SCHEMA = BodySchema(
    {"type": "object", "properties": {"value": {"type": "array", "items": {"$ref": "#/components/schemas/I"}},
                                      "tags": {"type": "object", "additionalProperties": {"type": "string"}}}},
    {"schemas": {"I": _ITEM}},
)  # fmt: skip
_GOOD = {"name": "a"}


def _pointers(value: Any) -> list[str]:
    assert not _SCHEMA.fits(value)
    problems = list(_SCHEMA.problems(value))
    for problem in problems[:3]:
        assert _SCHEMA.confirm(value, problem)
    return [p.pointer for p in problems]


@pytest.mark.parametrize("place", [0, MOST_TOGETHER - 1, MOST_TOGETHER, 2500, 7999, 9999])
def test_the_one_wrong_item_of_many_is_found_at_its_place(place: int) -> None:
    items: list[Any] = [_GOOD] * 10_000
    items[place] = {"name": 5}
    assert _pointers({"value": items}) == [f"/value/{place}/name"]
    items[place] = {**_GOOD, "groups": ["a"] * place + [5] + ["b"] * 3000}
    assert _pointers({"value": items}) == [f"/value/{place}/groups/{place}"]
    items[place] = {**_GOOD, "other": 1}
    assert list(_SCHEMA.unknown_members({"value": items})) == [f"/value/{place}/other"]
    assert not _SCHEMA.is_plain({"value": items})


def test_a_wrong_member_of_many_is_found() -> None:
    tags: dict[str, Any] = {f"t{n}": "x" for n in range(5000)}
    assert _pointers({"tags": {**tags, "last": 5}, "value": [_GOOD]}) == ["/tags/last"]
    assert _pointers({"tags": tags, "value": [{}]}) == ["/value/0/name"]


def test_small_values_are_left_whole() -> None:
    value = {"value": [5] * MOST_TOGETHER}
    assert failing_beginning(value, _SCHEMA.fits, frozenset()) is value
    assert len(_pointers(value)) == MOST_TOGETHER


def test_very_many_wrong_items_cost_no_memory() -> None:
    value: dict[str, Any] = {"value": [{}] * 200_000}
    tracemalloc.start()
    assert _pointers(value) == [f"/value/{n}/name" for n in range(MOST_TOGETHER)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8e6


@pytest.mark.parametrize(
    ("keyword", "limit", "value"),
    [
        ("maxItems", 2000, [1] * 5000),
        ("maxItems", 100, [1] * 5000),
        ("uniqueItems", True, [*range(3000), 5]),
        ("uniqueItems", True, [1, *range(3000)]),
        ("maxProperties", 1500, {f"k{n}": 1 for n in range(3000)}),
    ],
)
def test_what_a_large_value_violates_as_a_whole_is_found(keyword: str, limit: object, value: object) -> None:
    schema = BodySchema({"properties": {"inner": {keyword: limit}}}, {"schemas": {}})
    (problem,) = schema.problems({"inner": value})
    assert (problem.pointer, problem.keyword) == ("/inner", keyword)
    assert schema.confirm({"inner": value}, problem)


def test_two_long_lists_are_each_looked_at_to_the_end_of_the_same_stretch() -> None:
    schema = BodySchema({"additionalProperties": {"items": {"type": "integer"}}}, {"schemas": {}})
    first, second = list[Any](range(9000)), list[Any](range(7000))
    first[5500] = first[7500] = second[5500] = "wrong"
    assert [p.pointer for p in schema.problems({"first": first, "second": second})] == ["/first/5500", "/second/5500"]
    assert [p.pointer for p in schema.problems({"first": [*range(9000)], "second": second})] == ["/second/5500"]
    assert [p.pointer for p in schema.problems({"first": ["wrong"], "second": second})] == ["/first/0"]


def test_many_errors_of_a_value_with_a_long_string_cost_no_copies_of_it() -> None:
    wrong = BodySchema({"type": "object", "required": list("abcdefgh"), "properties": {"z": {"type": "integer"}}}, {})
    value = {"z": "x y" * 1_000_000}
    tracemalloc.start()
    try:
        problems = list(wrong.problems(value))
        assert list(wrong.unknown_members(value)) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [p.pointer for p in problems if p.keyword == "required"] == [f"/{name}" for name in "abcdefgh"]
    assert [p.value for p in problems if p.keyword == "type"] == [value["z"]]
    assert peak < 8e6  # ten copies of 3 MB, before


def test_a_long_string_is_found_wherever_it_is() -> None:
    long = "x" * 70_000
    for value in (long, {"a": [{"b": long}]}, [{}, "y", long]):
        assert shortened(value, lambda _, __: True) == json.loads(json.dumps(value).replace(long, long[: 1 << 16]))
    small = {"a": ["x" * 60_000, 1, None]}
    assert shortened(small, lambda _, __: True) is small


_END = "x" * 100_000 + "end"


@pytest.mark.parametrize(
    ("keyword", "limit", "wrong", "right"),
    [
        ("maxLength", 100_000, _END, _END[:90_000]),
        ("minLength", 80_000, _END[:70_000], _END),
        ("pattern", "^x+$", _END, _END[:90_000]),
        ("pattern", "^x+end$", _END[:90_000], _END),
        ("format", "uri", f"https://a.example/{_END} <", f"https://a.example/{_END}"),
    ],
    ids=["maxLength", "minLength", "pattern of the beginning", "pattern of the end", "format"],
)
def test_a_long_string_is_judged_to_its_end(keyword: str, limit: object, wrong: str, right: str) -> None:
    text = {"allOf": [{keyword: limit}], "example": {"pattern": "(", "minLength": "no number"}}
    schema = BodySchema({"properties": {"default": text, "number": {"type": "integer"}}}, {"schemas": {}})
    for value, expected in (
        ({"default": wrong}, {"/default": keyword}),
        ({"default": wrong, "number": "a"}, {"/default": keyword, "/number": "type"}),
        ({"default": right, "number": "a"}, {"/number": "type"}),
    ):
        problems = list(schema.problems(value))
        assert {p.pointer: p.keyword for p in problems} == expected
        assert all(schema.confirm(value, p) for p in problems)
