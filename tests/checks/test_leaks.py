"""The fast test for texts that cannot leak skips no text that a leak pattern matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkproof.checks import leaks

#: One text at least for each alternative of each pattern.
EXAMPLES = (
    "Traceback (most recent call last)", 'File "x.py", line 3', "at a.b.C(d)", "at a.b(X.java:3)", "at f (x/y.js:3:4)",
    "at f x/y.mjs:3:4", "in /a/b.cs:line 3", "goroutine 12 [", "panic: runtime error", "a/b.go:12",
    "a.b.CException", "FooException", "ValueError: x", "KeyError (", "Error: abc d\n  at ", "x.y.BadFault",
    "Property set method not found", "Object reference not set to an instance of an object",
    "Value cannot be null. (Parameter ", "Value cannot be null. Parameter name:", "Sequence contains no element",
    "Sequence contains more than one matching element", "Input string was not in a correct format",
    "Index was outside the bounds of the array", "'NoneType' object has no attribute 'x", "'x' object is not callable",
    "Cannot read properties of undefined", "Cannot set property 'x' of null",
    "/usr/lib/x", r"C:\a\b", "\\\\host\\share\\", "SELECT a FROM", "INSERT INTO", "UPDATE t SET", "DELETE FROM",
    "select * from t where", "select * from", "insert into t values", "delete from t where", "update t set a =",
    "syntax error at or near", "violates unique constraint", "SQLSTATE", "ORA-00942", "duplicate key value",
    'relation "x" does not exist',
)  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_kind_of_leak_is_found_with_and_without_a_memory(text: str) -> None:
    for around in (text, f"Sorry. {text}", f"{'x ' * leaks._REMEMBERED}{text}"):
        assert leaks.find_leak(around, "") is not None
        assert leaks.may_leak(around)
        assert leaks.find_leak(around, around) is None, "what the request said itself is no leak"


def test_the_examples_reach_every_pattern() -> None:
    for kind, pattern in leaks.KINDS:
        assert any(pattern.search(text) for text in EXAMPLES), kind
    assert [pattern for _, pattern in leaks._MARKS] == [pattern for _, pattern in leaks.KINDS]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(sorted({w for e in EXAMPLES for w in re.split(r"(\W)", e)})), max_size=12))
def test_what_is_passed_over_matches_no_pattern(words: list[str]) -> None:
    text = "".join(words)
    assert leaks.may_leak(text) == any(pattern.search(text) for _, pattern in leaks.KINDS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("  at app.Api.put(Api.java:12)", "stack trace"),
        ("System.NullReferenceException", "exception type"),
        ("Object reference not set to an instance of an object.", "exception text"),
        ("/usr/lib/app/main.py", "file path"),
        ("SELECT id FROM t", "SQL"),
    ],
)
def test_the_kind_says_what_leaked(text: str, kind: str) -> None:
    found = leaks.find_leak(text, "")
    assert found is not None
    assert found[0] == kind
