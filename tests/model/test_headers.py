"""Header fields: order, case and repetition; messages share names, but not values."""

from __future__ import annotations

import pickle

import pytest

from linkproof.model import exchange
from linkproof.model.exchange import Headers

PAIRS = (("Content-Type", "a/b"), ("Set-Cookie", "one"), ("set-cookie", "two"))


def test_the_first_of_two_fields_counts_whatever_its_case() -> None:
    fields = Headers(PAIRS)
    assert fields.get("set-cookie") == "one"
    assert fields.get("content-type") == "a/b"
    assert fields.get("absent", "none") == "none"
    assert "set-cookie" in fields
    assert "absent" not in fields


def test_pairs_keep_order_and_spelling() -> None:
    assert Headers(PAIRS).pairs == PAIRS == tuple(Headers(iter(PAIRS)))
    assert Headers().pairs == ()
    assert repr(Headers(PAIRS)) == f"Headers({list(PAIRS)!r})"


def test_messages_with_the_same_names_have_their_own_values() -> None:
    one, other = Headers([("A", "1")]), Headers([("A", "2")])
    assert (one.get("a"), other.get("a")) == ("1", "2")
    assert one != other
    assert one == Headers([("A", "1")]) != Headers([("a", "1")])
    assert hash(one) == hash(Headers([("A", "1")]))
    assert one != Headers([("A", "1"), ("B", "1")])


def test_of_is_the_same_as_pairs() -> None:
    assert Headers.of(("A", "B"), ("1", "2")) == Headers([("A", "1"), ("B", "2")])
    assert Headers.of((), ()) == Headers()


def test_any_of_several_names() -> None:
    wanted = frozenset({"cookie", "set-cookie"})
    assert Headers(PAIRS).has_any(wanted)
    assert not Headers(PAIRS[:1]).has_any(wanted)
    assert not Headers().has_any(wanted)


def test_fields_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Headers(PAIRS))) == Headers(PAIRS)


def test_a_pair_of_three_is_refused() -> None:
    with pytest.raises(ValueError, match="argument"):
        Headers([("A", "1"), ("B", "2", "3")])  # type: ignore[list-item]


def test_names_are_kept_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_MOST_KNOWN", 3)
    monkeypatch.setattr(exchange, "_KNOWN", {})
    fields = [Headers([(f"x-{n}", "v")]) for n in range(10)]
    assert len(exchange._KNOWN) <= 3
    assert [f.get(f"x-{n}") for n, f in enumerate(fields)] == ["v"] * 10
    monkeypatch.setattr(exchange, "_LONGEST_NAMES", 5)
    before = len(exchange._KNOWN)
    assert Headers([("long-name", "v")]).get("long-name") == "v"
    assert len(exchange._KNOWN) == before


def test_values_under_several_names_keep_their_order_and_belong_to_each_message() -> None:
    wanted = frozenset({"set-cookie", "absent"})
    one, other = Headers(PAIRS), Headers([(name, f"{value}!") for name, value in PAIRS])
    assert not one.has_any(frozenset({"absent"}))
    assert one.values_of(frozenset({"absent"})) == Headers().values_of(wanted) == ()
    for _ in range(2):
        assert one.values_of(wanted) == ("one", "two")
        assert other.values_of(wanted) == ("one!", "two!")
        assert one.has_any(wanted)
