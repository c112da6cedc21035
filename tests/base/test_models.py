"""Input that does not fit its model is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from linkproof.base.models import convert
from linkproof.errors import UsageError


class Part(Struct):
    size: int | None = None
    parts: dict[str, Part] | None = None
    listed: list[Part] | None = None


def where(value: Any) -> str:
    with pytest.raises(UsageError) as refused:
        convert(value, Part, "a.json", "mend it")
    return refused.value.where


@pytest.mark.parametrize("number", [0, 1, 5, 6])
def test_the_key_of_a_map_is_named(number: int) -> None:
    """It was "*", in documents with hundreds of keys."""
    parts: dict[str, Any] = {f"p/{n}": {"size": n} for n in range(7)}
    parts[f"p/{number}"] = {"parts": {"a": {}, "b": {"size": "large"}, "c": {}}}
    assert where({"parts": parts}) == f"a.json: /parts/p~1{number}/parts/b/size"


def test_what_cannot_be_named_stays_a_star() -> None:
    assert where({"listed": [{"parts": {"a": {"size": "large"}}}]}).startswith("a.json: /listed/")
    assert where({"parts": {"a": 5, "b": 5}}) == "a.json: /parts/a"
