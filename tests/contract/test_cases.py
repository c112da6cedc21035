"""Cases of a request's constraints: each has the defect it names, and every kind of constraint has cases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from linkproof.contract.body_cases import body_cases, broken_texts, cases_of_body, together, without
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Parameter, Role
from linkproof.contract.parameter_cases import cases_of_path, parameter_cases
from linkproof.contract.schema import BodySchema
from linkproof.contract.schema_walk import walk
from linkproof.reports.request_coverage import example_body

CONTRACTS = all_contracts()
BODIES = [(c, o) for c in CONTRACTS for o in c.operations if o.request is not None]
SCHEMA = BodySchema(
    {
        "type": "object",
        "required": ["kind", "items"],
        "properties": {
            "kind": {"type": "string", "enum": ["One", "Two"]},
            "name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
            "count": {"type": "integer", "minimum": 1, "maximum": 9},
            "when": {"type": "string", "format": "date-time"},
            "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string"}},
            "self": {"$ref": "#/components/schemas/Self"},
        },
    },
    {"schemas": {"Self": {"type": "object", "properties": {"self": {"$ref": "#/components/schemas/Self"}}}}},
)
FULL: dict[str, Any] = {"kind": "One", "name": "abc", "count": 5, "when": "2026-01-05T08:00:00Z", "items": ["a"]}


def of(pointer: str, *, valid: bool) -> dict[str, list[Any]]:
    """What stands at a pointer in the cases of each keyword."""
    found: dict[str, list[Any]] = {}
    for case in body_cases(SCHEMA, FULL):
        if case.constraint.name == pointer and case.valid is valid:
            found.setdefault(case.constraint.keyword, []).append(case.value.get(pointer[1:], "(absent)"))
    return found


def test_each_keyword_is_violated_by_the_nearest_value() -> None:
    assert of("/kind", valid=False)["case"] == ["one", "two"]
    assert "On" in of("/kind", valid=False)["enum"]
    assert of("/kind", valid=False)["required"] == ["(absent)"]
    assert of("/name", valid=False)["maxLength"] == ["a" * 6]
    assert of("/name", valid=False)["minLength"] == ["a"]
    assert "abc!" in of("/name", valid=False)["pattern"]
    assert of("/count", valid=False)["minimum"] == [0]
    assert of("/count", valid=False)["maximum"] == [10]
    assert of("/count", valid=False)["type"] == ["text", 1.5]
    assert of("/items", valid=False)["minItems"] == [[]]
    assert of("/items", valid=False)["maxItems"] == [["a"] * 4]
    assert "yesterday" in of("/when", valid=False)["format"]


def test_each_end_is_met() -> None:
    assert of("/kind", valid=True)["enum"] == ["One", "Two"]
    assert of("/name", valid=True)["required"] == ["(absent)"]
    assert of("/count", valid=True)["minimum"] == [1]
    assert of("/count", valid=True)["maximum"] == [9]
    assert of("/items", valid=True)["maxItems"] == [["a"] * 3]


@pytest.mark.parametrize(("contract", "operation"), BODIES, ids=lambda v: v.id)
def test_a_case_breaks_its_own_constraint_or_none(contract: Contract, operation: Operation) -> None:
    assert operation.request is not None
    full = example_body(contract, operation)
    cases = cases_of_body(contract, operation, full)
    assert cases
    assert operation.request.fits(full)
    for case in cases:
        problems = list(operation.request.problems(case.value))
        assert bool(problems) is not case.valid, case
        assert len({p.pointer for p in problems}) == (not case.valid), case
    for body in together(full, cases):
        assert operation.request.fits(body.value), body.what
        assert body.cases


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: c.id)
def test_values_of_parameters_are_inside_or_outside_as_they_say(contract: Contract) -> None:
    for operation in contract.operations:
        for parameter in operation.parameters:
            for case in parameter_cases(parameter):
                assert parameter.allows(case.value) is case.valid, case
        for case in cases_of_path(contract, operation):
            assert case.value
            assert "/" not in case.value
            assert not case.valid or operation.role in (Role.LIST, Role.GET)


def test_a_length_within_a_pattern_has_its_ends_too() -> None:
    cases = parameter_cases(Parameter("vault", "path", True, {"type": "string", "pattern": "^[a-z]{3,24}$"}))
    ends = {
        (c.constraint.keyword, c.valid): c.value for c in cases if c.constraint.keyword in ("minLength", "maxLength")
    }
    assert ends["minLength", True] == "a" * 3
    assert ends["minLength", False] == "a" * 2
    assert ends["maxLength", True] == "a" * 24
    assert any(c.value == "a" * 25 and not c.valid for c in cases)


def test_broken_texts_are_no_object() -> None:
    for what, raw in broken_texts({"a": 1}).items():
        try:
            value = json.loads(raw)
        except ValueError:
            continue
        assert not isinstance(value, dict), what


def test_without_leaves_the_rest() -> None:
    assert without({"a": {"b": 1, "c": 2}}, "/a/b") == {"a": {"c": 2}}


def test_the_walk_follows_references_once_and_knows_what_is_required() -> None:
    places = {n.pointer: n for n in SCHEMA.nodes()}
    assert places["/kind"].required
    assert not places["/name"].required
    assert "/self/self" in places
    assert "/self/self/self" not in places
    assert "/items/*" in places
    beside = {"$ref": "#/x", "readOnly": True}
    (node,) = walk(beside, {"x": {"type": "string"}})
    assert node.schema == {"type": "string", "readOnly": True}
    assert [n.pointer for n in walk({"properties": {"a": beside}}, {"x": {}}, follow=False)] == [""]
