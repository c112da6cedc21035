"""TOML that would take minutes to parse is rejected; TOML that only looks like it is read."""

from __future__ import annotations

import pytest

from linkproof.base.toml_tables import toml_of
from linkproof.errors import UsageError


@pytest.mark.parametrize("part", ["a", '"a b"', "'a'", "a-1_"])
@pytest.mark.parametrize("before", ["", "[x]\n", "[", "x = {", "  "])
def test_a_key_of_thousands_of_parts_is_refused(part: str, before: str) -> None:
    with pytest.raises(UsageError, match="more than 100 parts"):
        toml_of((before + " . ".join([part] * 50_000) + " = 1").encode(), "x.toml")


def test_a_long_text_is_no_key() -> None:
    text = "word " * 50_000 + "1.2.3.4"
    assert toml_of(f'a.b.c = "{text}"\nd = 1.5'.encode(), "x.toml") == {"a": {"b": {"c": text}}, "d": 1.5}


@pytest.mark.parametrize("text", ["a=" + "[" * 100_000, "a = " + "9" * 10_000, "a = \0", "\xff"])
def test_what_python_cannot_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="fix: "):
        toml_of(text.encode("latin-1"), "x.toml")
