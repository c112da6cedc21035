"""What an API description means for a contract: types as parameters, decisions, statuses, missing examples."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from linkproof.cli.importing import import_description
from linkproof.contract.loader import read_contract
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.direct import Direct
from linkproof.openapi_import.select import CONNECTIONS

PARENT = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Acme.Boxes/boxes/{boxName}"


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "type": "string", **more}


def description(parent: str = PARENT, decide: str = "put", statuses: tuple[str, ...] = ("200",)) -> dict[str, Any]:
    state = {"type": "object", "properties": {"status": {"type": "string"}, "description": {"type": "string"}}}
    inner = {"type": "object", "properties": {"privateLinkServiceConnectionState": state}}
    members = {n: {"type": "string", "readOnly": True} for n in ("id", "name", "type")}
    one = {"type": "object", "required": ["properties"], "properties": {**members, "properties": inner}}
    answer = {"description": "", "schema": {"$ref": "#/definitions/One"}}
    names = [p[1:-1] for p in parent.split("/") if p.startswith("{")]
    version = {"name": "api-version", "in": "query", "required": True, "type": "string"}
    shared = [*(text(n) for n in names), version]
    body = {"name": "body", "in": "body", "required": True, "schema": {"$ref": "#/definitions/One"}}
    item = f"{parent}/privateEndpointConnections/{{name}}"
    page = {"type": "object", "properties": {"value": {"type": "array", "items": {"$ref": "#/definitions/One"}}}}
    return {
        "swagger": "2.0",
        "info": {"title": "Boxes", "version": "2024-05-05"},
        "paths": {
            item: {
                "parameters": [*shared, text("name")],
                "get": {"operationId": "C_Get", "responses": {"200": answer}},
                decide: {
                    "operationId": "C_Decide",
                    "parameters": [body],
                    "responses": dict.fromkeys(statuses, answer),
                    "x-ms-long-running-operation": "202" in statuses,
                },
                "delete": {
                    "operationId": "C_Delete",
                    "responses": {"200": answer, "202": answer, "204": answer},
                    "x-ms-long-running-operation": True,
                },
            },
            f"{parent}/privateEndpointConnections": {
                "parameters": shared,
                "get": {"operationId": "C_List", "responses": {"200": {"description": "", "schema": page}}},
            },
        },
        "definitions": {"One": one},
    }


def imported(tmp_path: Path, data: dict[str, Any]) -> dict[str, Contract]:
    file = tmp_path / "boxes.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    out = tmp_path / "out"
    import_description(file, out, root=None, name="", vendor="", address="", paths=CONNECTIONS, fetch=False)
    return {c.id: c for c in (read_contract(p.parent) for p in sorted(out.glob("*/*/contract.toml")))}


def test_a_type_that_is_a_parameter_becomes_a_contract_each(tmp_path: Path) -> None:
    data = description(PARENT.replace("/boxes/{boxName}", "/{parentType}/{parentName}"))
    for entry in data["paths"].values():
        next(p for p in entry["parameters"] if p["name"] == "parentType")["enum"] = ["crates", "bins"]
    found = imported(tmp_path, data)
    assert set(found) == {"azure-acme-boxes-crates", "azure-acme-boxes-bins"}
    crates = found["azure-acme-boxes-crates"]
    assert crates.resource_type == "Acme.Boxes/crates/privateEndpointConnections"
    assert "parentType" not in crates.parent_parameters
    assert "/Acme.Boxes/crates/{parentName}/" in crates.collection_path


def test_a_type_that_nobody_names_is_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = description()
    unknown = description(PARENT.replace("/boxes/{boxName}", "/{parentType}/{parentName}"))
    data["paths"] |= unknown["paths"]
    assert set(imported(tmp_path, data)) == {"azure-acme-boxes-boxes"}
    assert "does not say which types parentType stands for" in capsys.readouterr().out


def test_patch_decides_where_there_is_no_put(tmp_path: Path) -> None:
    (found,) = imported(tmp_path, description(decide="patch", statuses=("200", "202"))).values()
    decide = found.by_role(Role.DECIDE)
    assert decide is not None
    assert decide.method == "PATCH"
    assert found.by_role(Role.TAGS) is None


def test_patch_of_tags_alone_decides_nothing(tmp_path: Path) -> None:
    data = description(decide="patch")
    item = next(p for p in data["paths"] if p.endswith("}"))
    tags = {"type": "object", "properties": {"tags": {"type": "object"}}}
    data["paths"][item]["patch"]["parameters"][0]["schema"] = tags
    (found,) = imported(tmp_path, data).values()
    assert found.by_role(Role.DECIDE) is None
    assert found.by_role(Role.TAGS) is not None


def test_bodies_that_the_rules_leave_open_are_not_demanded(tmp_path: Path) -> None:
    (found,) = imported(tmp_path, description(statuses=("200", "202"))).values()
    decide, delete = found.by_role(Role.DECIDE), found.by_role(Role.DELETE)
    assert decide is not None
    assert delete is not None
    assert decide.responses[200] is not None
    assert not decide.responses[200].fits({"properties": {}}), "id, name and type are required of a connection"
    assert decide.responses[202] is None
    assert set(delete.responses.values()) == {None}


@pytest.mark.parametrize(("statuses", "changed", "created"), [(("201",), 201, 201), (("200",), 200, 200)])
def test_the_embedded_server_answers_with_documented_statuses(
    tmp_path: Path, statuses: tuple[str, ...], changed: int, created: int
) -> None:
    import httpx

    (found,) = imported(tmp_path, description(statuses=statuses)).values()
    server = build_server((found,), behaviour=DEFAULT)
    path = found.collection_path
    for name, value in server.services[0].store.fixtures.parents[0].path.items():
        path = path.replace(f"{{{name}}}", value)
    body = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": "ok"}}}
    with httpx.Client(transport=Direct(server), base_url="http://embedded.invalid") as client:
        client.headers["Authorization"] = "Bearer test-token"
        answers = [
            client.put(f"{path}/{name}", params={"api-version": found.version}, json=body).status_code
            for name in ("pending-01", "unheard-of")
        ]
    assert answers[0] == changed
    assert answers[1] == (created if created == 201 else 404)


def test_a_missing_example_does_not_stop_the_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = description()
    item = next(p for p in data["paths"] if p.endswith("}"))
    data["paths"][item]["get"]["x-ms-examples"] = {"Get it": {"$ref": "./examples/absent.json"}}
    assert len(imported(tmp_path, data)) == 1
    assert "example 'Get it' is left out: cannot be read" in capsys.readouterr().out


def test_a_path_parameter_with_nothing_but_a_length_of_one_has_no_limit(tmp_path: Path) -> None:
    data = copy.deepcopy(description())
    for entry in data["paths"].values():
        for parameter in entry["parameters"]:
            parameter["minLength"] = 1
    (found,) = imported(tmp_path, data).values()
    assert "path-limits" not in found.capabilities
