"""Protocols other than JSON by paths: forms, XML, operations by name, decisions as operations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP
from linkproof.contract.codec import decode, encode
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.protocol import Format, ProtocolRules
from linkproof.contract.rules import DecisionKind, ListRules, Paging
from linkproof.contract.schema import BodySchema
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Exchange, Headers, Request, Response
from tests.traffic import HUAWEI, MOCK, contract

XML = b'<?xml version="1.0"?>\n<DescribeResponse xmlns="http://example.org/doc/2016-11-15/">%s</DescribeResponse>'


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", MISSING),
        (b"Action=Accept&Version=1", {"Action": "Accept", "Version": "1"}),
        (b"Id.1=a&Id.2=b", {"Id": ["a", "b"]}),
        (b"Id.2=b&Id.10=c&Id.1=a", {"Id": ["a", "b", "c"]}),
        (b"Filter.1.Name=id&Filter.1.Value.1=x%20y", {"Filter": [{"Name": "id", "Value": ["x y"]}]}),
        (b"Empty=", {"Empty": ""}),
        (b"no form at all", NOT_JSON),
        (b"\xff=1", NOT_JSON),
        (b"a=1&a.b=2", NOT_JSON),
        (b".".join([b"a"] * 200) + b"=1", TOO_DEEP),
    ],
)
def test_a_form_is_an_object(body: bytes, value: Any) -> None:
    assert decode(body, Format.FORM) == value


@pytest.mark.parametrize(
    ("inner", "value"),
    [
        (b"", ""),
        (b"<requestId>7</requestId>", {"requestId": "7"}),
        (b"<set><item><id>a</id></item></set>", {"set": [{"id": "a"}]}),
        (b"<set><item>a</item><item>b</item></set>", {"set": ["a", "b"]}),
        (b"<set/>", {"set": ""}),
        (b"<Errors><Error><Code>E</Code></Error></Errors>", {"Errors": {"Error": {"Code": "E"}}}),
        (b"<a>1</a><a>2</a><b>3</b>", {"a": ["1", "2"], "b": "3"}),
        (b"<open>", NOT_JSON),
        (b"<a>" * 300 + b"</a>" * 300, TOO_DEEP),
    ],
)
def test_an_xml_document_is_an_object(inner: bytes, value: Any) -> None:
    found = decode(XML % inner, Format.XML)
    assert found is value if value in (NOT_JSON, TOO_DEEP) else found == value


NESTED = BodySchema(
    {
        "type": "object",
        "properties": {
            "size": {"type": "integer"},
            "dry": {"type": "boolean"},
            "name": {"type": "string"},
            "ids": {"type": "array", "items": {"type": "string"}},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Error"}},
            "inner": {"type": "object", "properties": {"size": {"type": "integer"}}},
        },
    },
    {"schemas": {"Error": {"type": "object", "xml": {"name": "Error"}, "properties": {"code": {"type": "string"}}}}},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<size>7</size><dry>true</dry><name>7</name>", {"size": 7, "dry": True, "name": "7"}),
        ("<size>7.5</size><dry>yes</dry>", {"size": "7.5", "dry": "yes"}),
        ("<ids/><inner/><name/>", {"ids": [], "inner": {}, "name": ""}),
        ("<ids><item>a</item></ids>", {"ids": ["a"]}),
        ("<ids>a</ids>", {"ids": "a"}),
        ("<name> a </name>", {"name": " a "}),
        ("<errors><Error><code>A</code></Error></errors>", {"errors": [{"code": "A"}]}),
        (
            "<errors><Error><code>A</code></Error><Error><code>B</code></Error></errors>",
            {"errors": [{"code": "A"}, {"code": "B"}]},
        ),
        ("<errors><Fault/></errors>", {"errors": {"Fault": ""}}),
        ("<inner><size>007</size></inner>", {"inner": {"size": 7}}),
    ],
)
def test_text_becomes_what_the_schema_has_there(text: str, value: Any) -> None:
    assert decode(XML % text.encode(), Format.XML, NESTED) == value


VALUE = {
    "size": -3,
    "dry": False,
    "name": "a & <b> \u00fc",
    "ids": ["a", "b"],
    "errors": [{"code": "A"}],
    "inner": {"size": 1},
}


@pytest.mark.parametrize("how", list(Format))
def test_what_is_written_is_read_again(how: Format) -> None:
    assert decode(encode(VALUE, how, "Root", "http://example.org/", NESTED), how, NESTED) == VALUE


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ({"a": None, "b": [], "c": {}}, b""),
        ({"a": [{"b": ["x", "y"]}]}, b"a.1.b.1=x&a.1.b.2=y"),
        ({"a": "x y&z"}, b"a=x+y%26z"),
        ("text", b""),
        (["x"], b"1=x"),
    ],
)
def test_a_form_leaves_out_what_it_cannot_say(value: Any, form: bytes) -> None:
    assert encode(value, Format.FORM) == form


def test_what_no_xml_can_hold_is_replaced() -> None:
    body = encode({"a": "x\x00\ud800y"}, Format.XML, "Root")
    assert decode(body, Format.XML) == {"a": "x\ufffd\ufffdy"}


def test_entities_are_not_read() -> None:
    assert decode(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', Format.XML) is NOT_JSON


def by_name() -> Contract:
    """A contract of which every operation is a POST to one path, and is named in a form."""
    own = contract(HUAWEI)
    listing, action = own.by_role(Role.LIST), own.by_role(Role.DECIDE)
    assert listing is not None
    assert action is not None
    common: dict[str, Any] = {"path": listing.path, "method": "POST", "request": None, "parameters": ()}
    operations = (
        replace(listing, id="DescribeConnections", **common),
        replace(action, id="AcceptConnections", **common),
        replace(action, id="RejectConnections", **common),
    )
    return replace(
        own,
        id="by-name",
        operations=operations,
        protocol=ProtocolRules(Format.FORM, Format.JSON, "Action"),
        decide=replace(
            own.decide,
            subject="/Id/0",
            operations={"approve": "AcceptConnections", "reject": "RejectConnections"},
        ),
    )


def asked(body: bytes, query: str = "") -> Exchange:
    url = "https://api.example.org/v1/p1/vpc-endpoint-services/s1/connections" + query
    return Exchange(Request("POST", url, Headers(), body), Response(200, Headers(), b'{"connections": []}'), 1, "w")


@pytest.mark.parametrize(
    ("body", "query", "name", "role", "decision", "subject"),
    [
        (b"Action=DescribeConnections", "", "DescribeConnections", Role.LIST, "", ""),
        (b"Action=AcceptConnections&Id.1=E1", "", "AcceptConnections", Role.DECIDE, "accepted", "e1"),
        (b"Action=RejectConnections&Id.1=E1", "", "RejectConnections", Role.DECIDE, "rejected", "e1"),
        (b"Id.1=E1", "?Action=RejectConnections", "RejectConnections", Role.DECIDE, "rejected", "e1"),
        (b"", "?Action=AcceptConnections&Id.1=E1", "AcceptConnections", Role.DECIDE, "accepted", "e1"),
    ],
)
def test_an_operation_is_found_by_its_name(
    body: bytes, query: str, name: str, role: Role | None, decision: str, subject: str
) -> None:
    judge = Judge([by_name()], MOCK)
    for _ in range(2):  # the second time by what was kept
        call = judge.peek(asked(body, query))
        assert call is not None
        assert (call.name, call.role, call.decision, call.subject) == (name, role, decision, subject)


@pytest.mark.parametrize("body", [b"Action=DropConnections", b"Action=acceptconnections", b"", b"{"])
def test_an_operation_of_another_name_is_the_contracts_only_if_it_was_sent_for_it(body: bytes) -> None:
    judge = Judge([by_name()], MOCK)
    assert judge.peek(asked(body)) is None
    call = judge.peek(replace(asked(body), contract="by-name"))
    assert call is not None
    assert (call.name, call.role) == ("POST undocumented method", None)


def test_what_makes_a_decision() -> None:
    kinds = {c.id: c.decide.kind for c in (contract(HUAWEI), contract("azure-search-pec"), by_name())}
    assert list(kinds.values()) == [DecisionKind.ACTION, DecisionKind.RESOURCE, DecisionKind.OPERATION]
    assert "decide-by-resource" not in by_name().capabilities


@pytest.mark.parametrize(
    ("rules", "paging"),
    [
        (ListRules("/value", next_link="/nextLink"), Paging.NEXT_LINK),
        (ListRules("/connections", limit="limit", offset="offset"), Paging.OFFSET),
        (ListRules("/set", next_token="/nextToken", token="NextToken"), Paging.TOKEN),
        (ListRules("/items"), Paging.NONE),
    ],
)
def test_how_a_list_is_divided_into_pages(rules: ListRules, paging: Paging) -> None:
    assert rules.paging is paging
    assert paging.value in replace(contract(HUAWEI), list=rules).capabilities
