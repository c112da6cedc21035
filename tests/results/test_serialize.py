"""results.json: its schema comes from the model, older files are read, and damage is reported with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from linkproof.base.resources import folder
from linkproof.errors import UsageError
from linkproof.model.finding import Finding
from linkproof.model.results import SCHEMA_VERSION
from linkproof.results.serialize import results_from_json, results_schema, results_to_dict, results_to_json
from tests.results_examples import breached

_SCHEMA = folder("schemas") / "formats" / "results.schema.json"


def test_the_schema_is_the_one_that_the_model_makes() -> None:
    assert json.loads(_SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(results_schema())), "make schema"


def old() -> dict[str, Any]:
    """A file of version 1.0: without what was added since."""
    data: dict[str, Any] = json.loads(results_to_json(breached()))
    return data | {"schema_version": "1.0"}


def test_older_files_are_read() -> None:
    assert results_from_json(json.dumps(old()).encode()) == breached()
    assert SCHEMA_VERSION != "1.0"


@pytest.mark.parametrize("version", ["9", "", None, "1.99"])
def test_other_versions_are_named(version: str | None) -> None:
    with pytest.raises(UsageError, match="schema_version is"):
        results_from_json(json.dumps(old() | {"schema_version": version}).encode())


def _with(pointer: str, value: Any) -> bytes:
    data = old()
    *steps, last = [int(s) if s.isdigit() else s for s in pointer.split("/")[1:]]
    node: Any = data
    for step in steps:
        node = node[step]
    node[last] = value
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("pointer", "value", "place", "says"),
    [
        ("/findings/0/level", "MAYBE", "/findings/0/level", "'MAYBE' is not one of: "),
        ("/findings/0/count", -1, "/findings/0/count", ">= 0"),
        ("/findings/1", 5, "/findings/1", "expected an object, got a whole number"),
        ("/findings/0/mesage", "x", "/findings/0", "unknown member 'mesage': did you mean 'message'?"),
        ("/requirements/2/contract", "no-such", "/requirements/2/contract", "'no-such' is not one of the contracts"),
        ("/contracts/1/id", breached().contracts[0].id, "/contracts/1", "there twice"),
        ("/duration_s", "long", "/duration_s", "expected a number, got a string"),
        ("/findings/0/exchanges/0/response/headers", {"a": "b"}, "/findings/0/exchanges/0/response/headers", "array"),
        ("/exit_code", 7, "/exit_code", "7"),
    ],
)
def test_damage_is_named_with_its_place(pointer: str, value: Any, place: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        results_from_json(_with(pointer, value), "r.json")
    assert caught.value.where == f"r.json: {place}"
    assert says in caught.value.problem
    assert caught.value.fix


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema_version": "1.0", "verdict": ' + b"9" * 5000 + b"}",
        b'{"schema_version": NaN}',
        b'"\\ud800"',
        b'{"schema_version": "1.0"}',
        b"null",
    ],
)
def test_what_is_no_results_file_is_a_usage_error(data: bytes) -> None:
    with pytest.raises(UsageError):
        results_from_json(data)


def test_every_field_of_a_finding_is_written() -> None:
    assert set(Finding.__struct_fields__) == set(results_to_dict(breached())["findings"][0])
