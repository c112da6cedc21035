"""A frozen data class behaves the same with the faster constructor."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from linkproof.base.quick_init import quick_init
from linkproof.checks.decision_table import Observation
from linkproof.checks.subjects import Decision, Running, Shown, Subject
from linkproof.model.exchange import Exchange, Request, Response


@dataclass(frozen=True, slots=True)
class Usual:
    one: int
    two: str = "two"
    three: list[int] = field(default_factory=list)
    four: Any = None


@quick_init
@dataclass(frozen=True, slots=True)
class Quick:
    one: int
    two: str = "two"
    three: list[int] = field(default_factory=list)
    four: Any = None


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, "x"), {"four": ()}),
    ((1,), {"three": [2], "two": "y"}),
    ((1, "x", [3], 4), {}),
    ((1, "x", None, None), {}),
]


@pytest.mark.parametrize(("values", "named"), GIVEN)
def test_it_makes_the_same(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    usual, quick = Usual(*values, **named), Quick(*values, **named)
    assert type(quick) is Quick
    assert [getattr(quick, f.name) for f in fields(quick)] == [getattr(usual, f.name) for f in fields(usual)]
    assert repr(quick) == repr(usual).replace("Usual", "Quick")
    assert quick == Quick(*values, **named)
    assert quick == pickle.loads(pickle.dumps(quick)) == copy.copy(quick) == replace(quick)
    assert replace(quick, one=5).one == 5


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, 2, 3, 4, 5), {}), ((1,), {"one": 2}), ((1,), {"six": 6})])
def test_it_refuses_the_same(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    messages = []
    for made in (Usual, Quick):
        with pytest.raises(TypeError) as refused:
            made(*values, **named)
        messages.append(str(refused.value).replace(made.__name__, ""))
    assert messages[0] == messages[1]


def test_each_object_gets_a_default_of_its_own() -> None:
    Quick(1).three.append(7)
    assert Quick(1).three == []


@pytest.mark.parametrize("of", [Quick, Exchange, Request, Response, Shown, Subject, Running, Decision, Observation])
def test_it_is_frozen(of: type) -> None:
    named = inspect.signature(of).parameters
    made = of(**dict.fromkeys(named))
    assert list(named) == [f.name for f in fields(of)]
    for name in named:
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, 1)
        with pytest.raises(FrozenInstanceError):
            delattr(made, name)
        assert getattr(made, name) is None
    assert not hasattr(made, "__dict__")
