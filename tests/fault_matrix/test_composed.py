"""Several faults of one server compose, even if they replace the same method."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from linkproof.faults.edits import both, inherited, linked, part
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.paging import LinkPaging

LAST = SimpleNamespace(number=7)


class Store:
    """A part with a method that two faults replace."""

    def word(self, text: str) -> str:
        return f"store({text})"

    def other(self) -> str:
        return self.word("other")


def _wrapped(name: str) -> Any:
    def word(self: Any, text: str) -> str:
        return f"{name}({inherited(self, 'word', text)})"

    return part("store", word=word)


def _made(*changes: Any) -> Any:
    return both(*changes)(Behaviour(store=Store)).store()  # type: ignore[arg-type, call-arg, misc]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a"), ("a", "b", "c")])
def test_each_calls_the_next_in_line(order: tuple[str, ...]) -> None:
    made = _made(*map(_wrapped, order))
    expected = "store(x)"
    for name in order:
        expected = f"{name}({expected})"
    assert made.word("x") == expected


def test_one_change_made_twice_keeps_its_place() -> None:
    change = _wrapped("a")
    assert _made(change, change).word("x") == "a(a(store(x)))"
    assert _made(change).word("x") == "a(store(x))"


def test_a_method_that_calls_another_replaced_one_does_not_lose_its_place() -> None:
    def other(self: Any) -> str:
        return f"{self.word('first')} {inherited(self, 'other')}"

    made = _made(_wrapped("a"), part("store", other=other), _wrapped("b"))
    assert made.other() == "b(a(store(first))) b(a(store(other)))"


def test_a_failure_leaves_the_line_as_it_was() -> None:
    def word(self: Any, text: str) -> str:
        try:
            inherited(self, "word")
        except TypeError:
            return f"c({inherited(self, 'word', text)})"
        return ""

    assert _made(_wrapped("a"), part("store", word=word)).word("x") == "c(a(store(x)))"


def test_two_faults_of_paging_by_link_compose() -> None:
    paging = both(*map(_link, "ab"))(Behaviour()).paging
    assert isinstance(paging, type)
    assert issubclass(paging, LinkPaging)
    made: Any = paging.__new__(paging)
    plain: Any = LinkPaging.__new__(LinkPaging)
    assert made.token(LAST) == f"b(a({plain.token(LAST)}))"


def _link(name: str) -> Any:
    def token(self: Any, last: Any) -> str:
        return f"{name}({inherited(self, 'token', last)})"

    return linked(token=token)
