"""Decisions that are operations of their own below the connection: ``.../{id}/accept`` and ``.../{id}:accept``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linkproof.contract.defect import Defect
from linkproof.contract.loader import contract_of
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.request_values import subjects_of
from linkproof.contract.routing import Router
from linkproof.errors import UsageError
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.runner.request_builder import RequestBuilder
from linkproof.targets.model import TargetContract
from tests.traffic import MOCK

HOST = "https://api.example.org"
PARAMETERS = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in ("space", "uid")]
CONNECTION = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "state": {"type": "string", "enum": ["NEW", "IN", "OUT"]}},
}
NOTE = {"type": "object", "required": ["note"], "properties": {"note": {"type": "string"}}}


def content(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A body in JSON."""
    return {"content": {"application/json": {"schema": schema, **more}}}


def operation(name: str, count: int, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An operation whose path has so many parameters, answered with 200."""
    answers = {"200": {"description": "ok", **content(schema)}}
    return {"operationId": name, "parameters": PARAMETERS[:count], "responses": answers, **more}


def delta(before: str, **decide: Any) -> Contract:
    """A contract whose decisions are separated from the connection by a slash or a colon."""
    listed = {"type": "object", "properties": {"items": {"type": "array", "items": CONNECTION}}}
    item = "/spaces/{space}/links/{uid}"
    body = {"required": False, **content(NOTE, example={"note": "as in the example"})}
    paths = {
        "/spaces/{space}/links": {"get": operation("list", 1, listed)},
        item: {"get": operation("get", 2, CONNECTION)},
        f"{item}{before}accept": {"post": operation("accept", 2, {"type": "object"})},
        f"{item}{before}refuse": {"post": operation("refuse", 2, CONNECTION, requestBody=body)},
    }
    own = {
        "id": "delta",
        "version": "1",
        "title": "Delta",
        "vendor": "otc",
        "resource_type": "links",
        "retired": "",
        "hosts": [],
        "operations": {"list": "list", "get": "get", "accept": "decide", "refuse": "decide"},
        "list": {"items": "/items"},
        "member": {"id": "/id", "status": "/state"},
        "states": {"pending": "NEW", "approved": "IN", "rejected": "OUT"},
        "decide": {
            "subject": "",
            "decision": "",
            "operations": {"approve": "accept", "reject": "refuse"},
            "shows": {"approve": "IN", "reject": "OUT"},
            **decide,
        },
    }
    return contract_of(own, {"paths": paths, "components": {}}, Path("delta"))


def post(url: str, body: bytes = b"", answer: bytes = b'{"job": 1}') -> Exchange:
    """A decision that is answered with success."""
    return Exchange(
        request=Request("POST", HOST + url, Headers([("Content-Type", "application/json")]), body),
        response=Response(200, Headers([("Content-Type", "application/json")]), answer),
        started=1.0,
        ended=2.0,
    )


@pytest.mark.parametrize("before", ["/", ":"])
def test_path_and_operation_say_what_is_decided(before: str) -> None:
    own = delta(before)
    assert own.decide.by_path
    assert [o.item_parameter for o in own.operations] == ["", "uid", "uid", "uid"]
    for word, status in (("accept", "IN"), ("refuse", "OUT")):
        call, _ = Judge([own], MOCK).feed(post(f"/spaces/s/links/One:1{before}{word}"))
        assert call is not None
        assert (call.name, call.role, call.subject, call.decision) == (word, Role.DECIDE, "one:1", status)
        assert call.defects == ()
        assert call.items == ()  # the answer is not the connection
        url = f"/spaces/s/links/One:1{before}{word}"
        assert subjects_of(own, url, b"") == ("One:1",)
    route = Router([own]).match("/spaces/s/links/One:1")
    assert not isinstance(route, str)
    assert dict(route.parameters) == {"space": "s", "uid": "One:1"}


def test_an_optional_body_may_be_absent_and_is_judged_where_it_is_sent() -> None:
    own = delta("/")
    refuse = own.deciding("reject")
    assert refuse is not None
    assert not refuse.body_required
    found = {}
    for body in (b"", b"{}", b"[", b'{"note": "no"}'):
        call, _ = Judge([own], MOCK).feed(post("/spaces/s/links/one/refuse", body))
        assert call is not None
        found[body] = [d.defect for d in call.defects]
    assert found == {b"": [], b"{}": [Defect.LACKS_MEMBER], b"[": [Defect.NOT_JSON], b'{"note": "no"}': []}


def test_each_decision_has_its_own_path_and_body() -> None:
    own = delta(":", description="/note")
    builder = RequestBuilder(own, TargetContract(id="delta", path={"space": "s"}))
    accept, refuse = own.deciding("approve"), own.deciding("reject")
    assert accept is not None
    assert refuse is not None
    assert builder.path(accept, "one", {}) == "/spaces/s/links/one:accept"
    assert builder.content(accept, builder.decision("approve", "one", "text")) == b""
    assert builder.decision("reject", "one", "text") == {"note": "text"}
    without = RequestBuilder(delta(":"), TargetContract(id="delta", path={"space": "s"}))
    assert without.decision("reject", "one", "text") == {"note": "as in the example"}


def test_a_decision_that_is_no_operation_of_the_contract_is_named() -> None:
    with pytest.raises(UsageError, match="operations/reject: no operation of the contract that decides is called 'no'"):
        delta("/", operations={"approve": "accept", "reject": "no"})
