"""The schema of members only finds the same unknown members as the whole closed schema."""

from __future__ import annotations

import json
import random
from typing import Any

from linkproof.contract.loader import all_contracts
from linkproof.contract.schema import BodySchema

_ODD: tuple[Any, ...] = (None, True, 0, 1.5, "", "x", "\ud800", [], {}, [{}], {"unknown": 1}, {"properties": {"x": {}}})


def by_all_errors(schema: BodySchema, value: Any) -> bool:
    """Return what the closed schema's list of errors says; with an error anywhere, all text has to be Unicode."""
    try:
        if not schema._closed.is_valid(value):
            json.dumps(value, ensure_ascii=False).encode()
        return not any(e.kind.name == "additionalProperties" for e in schema._closed.iter_errors(value))
    except UnicodeEncodeError:
        return False


def changed(value: Any, chance: random.Random) -> Any:
    """Return a copy of a value with odd values and unknown members here and there."""
    if chance.random() < 0.12:
        return chance.choice(_ODD)
    if isinstance(value, dict):
        found = {k: changed(v, chance) for k, v in value.items() if chance.random() > 0.1}
        return {**found, "unknown": 1} if chance.random() < 0.15 else found
    if isinstance(value, list):
        return [changed(v, chance) for v in value]
    return value


def test_the_smaller_schema_says_what_the_list_of_errors_says() -> None:
    chance = random.Random(20)
    answers: set[bool] = set()
    for contract in all_contracts():
        for operation in contract.operations:
            example = operation.request_example
            if operation.request is None:
                continue
            for value in (*_ODD, *(changed(example or {}, chance) for _ in range(40))):
                expected = by_all_errors(operation.request, value)
                assert operation.request.is_plain(value) is expected, (contract.id, operation.id, value)
                answers.add(expected)
            assert operation.request._members is not None, "the fast way is taken for every reviewed contract"
    assert answers == {True, False}


def test_where_members_depend_on_a_condition_the_errors_are_listed() -> None:
    known = {"type": "object", "properties": {"a": {"type": "string"}}}
    schema = BodySchema({"anyOf": [known, {"type": "object", "properties": {"b": {}}}]}, {})
    assert schema._members is None
    for value in ({"a": "x"}, {"b": 1}, {"c": 1}, {"a": 1}):
        assert schema.is_plain(value) is by_all_errors(schema, value)
