"""The reference implementation of JSON Schema confirms and words each breach; a difference is an engine error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.schema import BodySchema
from linkproof.errors import EngineError
from linkproof.judging.judge import Judge
from tests.check_cases import got
from tests.traffic import AKS, MOCK, connection, contract, decision, error, ex

ITEM = {
    "type": "object",
    "required": ["id", "n"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]+$"},
        "name": {"type": "string", "maxLength": 5},
        "n": {"type": "integer", "minimum": 1, "maximum": 9},
        "when": {"type": "string", "format": "date-time"},
        "link": {"type": "string", "format": "uri"},
        "guid": {"type": "string", "format": "uuid"},
        "kind": {"enum": ["a", "b"]},
        "tags": {"type": "object", "additionalProperties": {"type": "string"}},
        "parts": {"type": "array", "items": {"type": ["string", "null"]}, "minItems": 1},
    },
    "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
    "then": {"required": ["guid"]},
}
LIST = BodySchema(
    {"type": "object", "properties": {"value": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}},
    {"schemas": {"Item": ITEM}},
)
FIT = {"id": "abc", "n": 3}

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"id": 7}, "type", "7 is not of type 'string'"),
    ({"id": None}, "type", "null is not of type 'string'"),
    ({"id": "ABC"}, "pattern", "does not match"),
    ({"name": "abcdef"}, "maxLength", "is too long"),
    ({"n": 0}, "minimum", "0 is less than the minimum of 1"),
    ({"n": 10}, "maximum", "10 is greater than the maximum of 9"),
    ({"n": 1.5}, "type", "1.5 is not of type 'integer'"),
    ({"n": True}, "type", "true is not of type 'integer'"),
    ({"when": "2018-01-30"}, "format", "is not a 'date-time'"),
    ({"link": "not a uri"}, "format", "is not a 'uri'"),
    ({"guid": "1"}, "format", "is not a 'uuid'"),
    ({"kind": "c"}, "enum", "is not one of ['a', 'b']"),
    ({"tags": {"x": 1}}, "type", "1 is not of type 'string'"),
    ({"parts": []}, "minItems", "[] "),
    ({"parts": [{}]}, "type", "{} is not of type 'string', 'null'"),
    ({"kind": "b"}, "required", "'guid' is a required property"),
]


@pytest.mark.parametrize(("change", "keyword", "says"), WRONG)
def test_it_confirms_and_words_what_the_fast_one_found(change: dict[str, Any], keyword: str, says: str) -> None:
    body = {"value": [FIT, {**FIT, **change}]}
    problems = list(LIST.problems(body))
    assert [p.keyword for p in problems] == [keyword]
    assert says in LIST.confirm(body, problems[0])


def test_a_missing_member_is_confirmed() -> None:
    body = {"value": [{"id": "a"}]}
    (problem,) = LIST.problems(body)
    assert LIST.confirm(body, problem) == "'n' is a required property"


def test_a_long_value_is_cut() -> None:
    body = {"value": [{**FIT, "name": "A" * 5000}]}
    (problem,) = LIST.problems(body)
    assert len(LIST.confirm(body, problem)) < 400


def test_a_problem_that_only_one_of_the_two_finds_is_an_error_of_ours() -> None:
    (problem,) = LIST.problems({"value": [{**FIT, "id": 7}]})
    with pytest.raises(EngineError, match=r"jsonschema-rs: /value/0/id violates type; jsonschema: it does not"):
        LIST.confirm({"value": [FIT]}, problem)


def test_an_unknown_member_is_confirmed() -> None:
    body = {"value": [{**FIT, "odd": 1}]}
    assert list(LIST.unknown_members(body)) == ["/value/0/odd"]
    LIST.confirm_unknown(body, "/value/0/odd")
    with pytest.raises(EngineError):
        BodySchema({"type": "object"}, {}).confirm_unknown({}, "/x")


#: As it is, before a test puts another in its place.
Fast = jsonschema_rs.Draft202012Validator


def stricter(document: dict[str, Any], **options: Any) -> Any:
    """A fast validator that is wrong: it finds a name of three letters too short."""
    return Fast({"allOf": [document], "properties": {"name": {"minLength": 4}}}, **options)


def test_where_the_two_differ_the_service_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    body = BodySchema({"type": "object", "properties": {"name": {"type": "string"}}}, {})
    monkeypatch.setattr(jsonschema_rs, "Draft202012Validator", stricter)
    assert not body.fits({"name": "one"})
    own = contract(AKS)
    get = next(o for o in own.operations if o.id == "Get")
    operations = tuple(replace(o, responses={200: body}) if o is get else o for o in own.operations)
    judge = Judge([replace(own, operations=operations)], MOCK)
    judge.feed(ex(AKS, own="one", answer=connection()))
    assert "SHP-1" not in {f.requirement for f in judge.findings.all()}
    assert any("SHP-1" in b.what for b in judge.broken)
    assert "EngineError" in judge.broken[0].detail


def test_findings_are_worded_by_the_reference() -> None:
    judge = Judge(all_contracts(), MOCK)
    judge.feed(got(properties__provisioningState=None))
    judge.feed(ex(AKS, own="x", status=404, answer={"error": {"code": 1, "message": "m"}}))
    judge.feed(error(AKS, 404, "NotFound", own="y"))
    messages = {f.requirement: f.message for f in judge.findings.all()}
    assert messages["SHP-1"] == "/properties/provisioningState does not fit: null is not of type 'string'"
    assert messages["ERR-1"] == "the error body does not fit at /error/code: 1 is not of type 'string'"
    assert judge.broken == []


def test_a_defect_of_a_request_is_confirmed_before_it_is_a_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise EngineError("jsonschema-rs: it violates; jsonschema: it does not")

    exchanges = [
        ex(AKS, "PUT", "one", 200, connection(), sent={"properties": {}}),
        ex(AKS, "PUT", "two", 200, connection(AKS, "two"), sent=decision("Bogus")),
    ]
    judge = Judge(all_contracts(), MOCK)
    for exchange in exchanges:
        judge.feed(exchange)
    assert {"ERR-5", "ENM-2"} <= {f.requirement for f in judge.findings.all()}
    monkeypatch.setattr(BodySchema, "confirm", refuse)
    other = Judge(all_contracts(), MOCK)
    for exchange in exchanges:
        other.feed(exchange)
    assert not {"ERR-5", "ENM-2"} & {f.requirement for f in other.findings.all()}
    assert {w for w in ("ERR-5", "ENM-2") if any(w in b.what for b in other.broken)} == {"ERR-5", "ENM-2"}


@pytest.mark.parametrize(
    ("keyword", "bound", "value", "expected"),
    [
        ("minimum", 5, 4, "at least 5"),
        ("exclusiveMaximum", 5, 5, "less than 5"),
        ("maxLength", 2, "abc", "at most 2 characters"),
        ("minItems", 1, [], "at least 1 item"),
        ("minProperties", 2, {}, "at least 2 members"),
        ("multipleOf", 2, 3, "multiple of 2"),
        ("uniqueItems", True, [1, 1], "unique items"),
    ],
)
def test_a_bound_is_expected_in_words(keyword: str, bound: Any, value: Any, expected: str) -> None:
    (problem,) = BodySchema({keyword: bound}, {}).problems(value)
    assert problem.expected == expected
