"""Descriptions in other styles: split over files, OpenAPI 3, missing parts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkproof.base.json_values import at
from linkproof.cli.importing import import_description
from linkproof.contract.loader import read_contract
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.schema import BodySchema
from linkproof.contract.schema_walk import type_of
from linkproof.definition_pages.versions import contract_differences
from linkproof.errors import UsageError
from linkproof.openapi_import.select import CONNECTIONS

BOX = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Acme.Vaults/boxes/{boxName}"
COLLECTION = f"{BOX}/privateEndpointConnections"
ITEM = f"{COLLECTION}/{{privateEndpointConnectionName}}"
COMMON = "../../../../../common-types/resource-management/v5"
STATUS = "/properties/privateLinkServiceConnectionState/status"


def imported(spec: Path, out: Path, **options: Any) -> dict[str, Contract]:
    """Import a description, and return its contracts by id."""
    given: dict[str, Any] = {
        "root": None, "name": "", "vendor": "", "address": "", "paths": CONNECTIONS, "fetch": False, **options
    }  # fmt: skip
    assert import_description(spec, out, **given) == 0
    return {c.id: c for c in (read_contract(p.parent) for p in sorted(out.glob("*/*/contract.toml")))}


def swagger(**changes: Any) -> dict[str, Any]:
    """A description that refers to Azure's common types for nearly everything."""
    shown = {"$ref": f"{COMMON}/privatelinks.json#/definitions/PrivateEndpointConnection"}
    shared: list[dict[str, Any]] = [
        {"$ref": f"{COMMON}/types.json#/parameters/{name}"}
        for name in ("SubscriptionIdParameter", "ResourceGroupNameParameter", "ApiVersionParameter")
    ]
    shared.append({"name": "boxName", "in": "path", "required": True, "type": "string"})
    named = [*shared, {"name": "privateEndpointConnectionName", "in": "path", "required": True, "type": "string"}]
    page = {"$ref": f"{COMMON}/privatelinks.json#/definitions/PrivateEndpointConnectionListResult"}
    resources = {"$ref": f"{COMMON}/privatelinks.json#/definitions/PrivateLinkResourceListResult"}
    body = {"name": "body", "in": "body", "required": True, "schema": shown}

    def operation(name: str, parameters: list[Any], **responses: Any) -> dict[str, Any]:
        answers = {status[1:]: {"description": "", **({"schema": s} if s else {})} for status, s in responses.items()}
        return {"operationId": name, "parameters": parameters, "responses": answers}

    return {
        "swagger": "2.0",
        "info": {"title": "Boxes", "version": "2027-01-01"},
        "host": "management.azure.com",
        "paths": {
            COLLECTION: {"get": operation("Connections_List", shared, _200=page)},
            ITEM: {
                "get": operation("Connections_Get", named, _200=shown),
                "put": operation("Connections_Put", [*named, body], _200=shown),
                "delete": operation("Connections_Delete", named, _200=None, _204=None),
            },
            f"{BOX}/privateLinkResources": {"get": operation("Resources_List", shared, _200=resources)},
        },
        **changes,
    }


def written(path: Path, document: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_absent_common_types_are_those_that_are_shipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (contract,) = imported(written(tmp_path / "lone" / "boxes.json", swagger()), tmp_path / "out").values()
    told = capsys.readouterr().out
    assert told.count("absent: ") == 2
    assert "common-types/resource-management/v5/privatelinks.json" in told
    assert {"decisions", "groups", "link-resources", "private-endpoint-ids"} <= contract.capabilities
    shown = contract.by_role(Role.GET)
    assert shown is not None
    assert shown.responses[200] is not None
    assert shown.responses[200].enumerations[STATUS] == ("Pending", "Approved", "Rejected")


def test_a_file_that_is_absent_is_named_with_the_place_that_needs_it(tmp_path: Path) -> None:
    text = json.dumps(swagger()).replace("/v5/", "/v99/")
    with pytest.raises(UsageError) as told:
        imported(written(tmp_path / "a/b/c/d/e/boxes.json", json.loads(text)), tmp_path / "out", root=tmp_path)
    assert "v99/" in told.value.where
    assert "boxes.json refers to it" in told.value.fix


def test_parts_of_one_version_may_stand_in_several_files(tmp_path: Path) -> None:
    whole = imported(written(tmp_path / "whole" / "boxes.json", swagger()), tmp_path / "one")
    folder = tmp_path / "parts"
    paths: dict[str, Any] = swagger()["paths"]
    reading = {m: paths[ITEM].pop(m) for m in ("get",)}
    written(folder / "a.json", swagger(paths={ITEM: paths[ITEM]}))
    written(folder / "b.json", swagger(paths={COLLECTION: paths[COLLECTION], ITEM: reading}))
    written(folder / "c.json", swagger(paths={f"{BOX}/privateLinkResources": paths[f"{BOX}/privateLinkResources"]}))
    merged = imported(folder, tmp_path / "many")
    assert list(merged) == list(whole) == ["azure-acme-vaults-boxes"]
    assert contract_differences(*whole.values(), *merged.values()) == []
    with pytest.raises(UsageError, match="link resources are described, and no connection"):
        imported(folder / "c.json", tmp_path / "alone")


def test_two_paths_of_one_type_are_two_contracts(tmp_path: Path) -> None:
    text = json.dumps(swagger()["paths"])
    paths = {**json.loads(text), **json.loads(text.replace("/resourceGroups/{resourceGroupName}", ""))}
    found = imported(written(tmp_path / "boxes.json", swagger(paths=paths)), tmp_path / "out")
    assert list(found) == ["azure-acme-vaults-boxes", "azure-acme-vaults-boxes-2"]
    assert "resourceGroups" not in found["azure-acme-vaults-boxes-2"].collection_path


@pytest.mark.parametrize("status", ["default", "2XX"])
def test_no_status_for_success_is_said_and_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    document = swagger()
    answers = document["paths"][ITEM]["get"]["responses"]
    answers[status] = answers.pop("200")
    (contract,) = imported(written(tmp_path / "boxes.json", document), tmp_path / "out").values()
    assert "no status is documented for success" in capsys.readouterr().out
    shown = contract.by_role(Role.GET)
    assert shown is not None
    assert not shown.statuses_said
    assert shown.responses[200] is not None
    assert STATUS in shown.responses[200].enumerations


def openapi_3() -> dict[str, Any]:
    """The same in OpenAPI 3.1, as TypeSpec writes it: alternatives for null and open values, a server's variable."""
    text = json.dumps(swagger()).replace(f"{COMMON}/privatelinks.json#/definitions/", "#/components/schemas/")
    found: dict[str, Any] = json.loads(text)
    del found["swagger"], found["host"]
    for path, entry in found["paths"].items():
        for operation in entry.values():
            body = [p for p in operation["parameters"] if p.get("in") == "body"]
            operation["parameters"] = [
                {"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
                for n in re.findall(r"{(\w+)}", path)
            ]
            version = {"name": "api-version", "in": "query", "required": True, "schema": {"type": "string"}}
            operation["parameters"].append(version)
            for answer in (*operation["responses"].values(), *body):
                if "schema" in answer:
                    answer["content"] = {"application/json": {"schema": answer.pop("schema")}}
            if body:
                operation["requestBody"] = {"content": body[0]["content"]}
    found["paths"][ITEM]["put"]["responses"]["202"] = {"description": "It goes on."}
    member: dict[str, Any] = {"type": "string"}
    resource = {"id": member, "name": member, "type": member}
    values = ["Pending", "Approved", "Rejected"]
    state = {"status": {"$ref": "#/components/schemas/Status"}, "description": {"type": ["string", "null"]}}
    inner = {
        "privateEndpoint": {"anyOf": [{"$ref": "#/components/schemas/Endpoint"}, {"type": "null"}]},
        "privateLinkServiceConnectionState": {"allOf": [{"$ref": "#/components/schemas/State"}], "description": "x"},
        "provisioningState": {"oneOf": [{"const": "Succeeded"}, {"const": "Failed"}, {"const": "Updating"}]},
    }
    schemas = {
        "Endpoint": {"type": "object", "properties": {"id": member}},
        "Resource": {"type": "object", "properties": resource},
        "Status": {"anyOf": [member, {"type": "string", "enum": values}]},
        "State": {"type": "object", "properties": state},
        "Properties": {"type": "object", "properties": inner},
        "PrivateEndpointConnection": {
            "type": "object",
            "properties": {**resource, "properties": {"$ref": "#/components/schemas/Properties"}},
        },
    }
    for name, item in (
        ("PrivateEndpointConnectionListResult", "PrivateEndpointConnection"),
        ("PrivateLinkResourceListResult", "Resource"),
    ):
        items = {"type": "array", "items": {"$ref": f"#/components/schemas/{item}"}}
        schemas[name] = {"type": "object", "properties": {"value": items}}
    servers = [{"url": "{endpoint}", "variables": {"endpoint": {"default": "https://management.azure.com"}}}]
    return {**found, "openapi": "3.1.0", "servers": servers, "components": {"schemas": schemas}}


def test_openapi_3_as_typespec_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = openapi_3()
    document["components"]["schemas"]["Acme.uuid"] = {"type": "string", "format": "uuid"}
    for operation in (o for entry in document["paths"].values() for o in entry.values()):
        operation["parameters"][0]["schema"] = {"$ref": "#/components/schemas/Acme.uuid"}
    path = written(tmp_path / "boxes.json", document)
    (contract,) = imported(path, tmp_path / "out").values()
    (compact,) = imported(path, tmp_path / "compact", compact=True).values()
    assert contract_differences(contract, compact) == []
    decided = contract.by_role(Role.DECIDE)
    assert decided is not None
    assert decided.responses[200] is not None
    assert decided.request is not None
    assert decided.long_running  # 202 says so: OpenAPI 3 has no mark for it
    assert contract.document["servers"] == [{"url": "https://management.azure.com"}]
    schema = decided.responses[200]
    nodes = {n.pointer: n.schema for n in schema.nodes()}
    assert schema.enumerations[STATUS] == ("Pending", "Approved", "Rejected")
    assert nodes[STATUS]["x-open"] is True
    assert schema.enumerations["/properties/provisioningState"] == ("Succeeded", "Failed", "Updating")
    assert "x-open" not in nodes["/properties/provisioningState"]
    assert nodes["/properties/privateEndpoint"]["type"] == ["object", "null"]
    assert "/properties/privateEndpoint/id" in nodes
    assert "not understood" not in capsys.readouterr().out
    assert at(contract.document, "/components/schemas/Endpoint/type") == "object"


def test_members_of_derived_kinds_belong_to_a_connection(tmp_path: Path) -> None:
    base = {"$ref": "#/definitions/Any"}
    document = json.loads(
        json.dumps(swagger()).replace(
            f'{COMMON}/privatelinks.json#/definitions/PrivateEndpointConnection"', '#/definitions/Any"'
        )
    )
    properties = {"$ref": f"{COMMON}/privatelinks.json#/definitions/PrivateEndpointConnectionProperties"}
    text = {"type": "string"}
    document["definitions"] = {
        "Any": {
            "type": "object",
            "discriminator": "kind",
            "required": ["kind"],
            "properties": {"kind": text, "id": text, "name": text, "type": text},
        },
        "One": {"allOf": [base], "required": ["properties"], "properties": {"properties": properties, "size": text}},
        "Two": {"allOf": [base], "properties": {"size": {"type": "integer"}}},
    }
    (contract,) = imported(written(tmp_path / "boxes.json", document), tmp_path / "out").values()
    shown = contract.by_role(Role.GET)
    assert shown is not None
    schema = shown.responses[200]
    assert schema is not None
    assert schema.enumerations[STATUS] == ("Pending", "Approved", "Rejected")
    assert not [node.pointer for node in schema.nodes() if node.required and node.pointer == "/properties"]
    nodes = {node.pointer: node.schema for node in schema.nodes()}
    assert "type" not in nodes["/size"]  # two kinds define it differently


def test_items_of_a_list_are_connections_as_get_shows_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = swagger()
    short = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
    page = {"type": "object", "properties": {"value": {"type": "array", "items": short}}}
    document["paths"][COLLECTION]["get"]["responses"]["200"]["schema"] = page
    (contract,) = imported(written(tmp_path / "boxes.json", document), tmp_path / "out").values()
    listed = contract.by_role(Role.LIST)
    assert listed is not None
    assert listed.responses[200] is not None
    assert f"/value/*{STATUS}" in listed.responses[200].enumerations
    assert "items of a list are described otherwise" in capsys.readouterr().out


def test_what_is_left_out_of_connections_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = swagger()
    paths = document["paths"]
    paths[ITEM]["post"] = {"operationId": "Connections_Approve", "responses": {"200": {"description": ""}}}
    paths[f"{ITEM}/validate"] = {"post": {"operationId": "Validate", "responses": {"200": {"description": ""}}}}
    paths[f"{COLLECTION}/"] = paths.pop(COLLECTION)  # a slash at the end is no other path
    (contract,) = imported(written(tmp_path / "boxes.json", document), tmp_path / "out").values()
    told = capsys.readouterr().out
    assert contract.by_role(Role.LIST) is not None
    assert "POST (Connections_Approve)" in told
    assert "/privateEndpointConnections/{privateEndpointConnectionName}/validate: " in told
    with pytest.raises(UsageError, match="there is no version"):
        imported(written(tmp_path / "none.json", swagger(info={"title": "Boxes"})), tmp_path / "none")


def test_a_path_and_its_parameters_may_disagree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = json.loads(json.dumps(swagger()["paths"]).replace("/resourceGroups/{resourceGroupName}", "/in/{region}"))
    (contract,) = imported(written(tmp_path / "boxes.json", swagger(paths=paths)), tmp_path / "out").values()
    told = capsys.readouterr().out
    assert "parameter resourceGroupName: the path has no place for it" in told
    assert "parameter region of the path: not described" in told
    shown = contract.by_role(Role.GET)
    assert shown is not None
    assert {p.name for p in shown.parameters if p.place == "path"} == {
        "subscriptionId", "region", "boxName", "privateEndpointConnectionName"
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["[z-a]", "String", "", ["string", "text"]])
def test_a_schema_of_an_unknown_type_is_refused_with_its_place(tmp_path: Path, kind: object) -> None:
    """Before, the validator's own exception ended the import."""
    document = swagger()
    name = {"readOnly": True, "type": kind, "description": "The name."}
    document["definitions"] = {"Other": {"type": "object", "properties": {"name": name}}}
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UsageError, match=r"spec.json.*/definitions/.*/type.*is not one of: "):
        imported(spec, tmp_path / "out")


def test_yaml_anchors_are_written_out(tmp_path: Path) -> None:
    """Anchors are legal YAML, and common in descriptions that people write."""
    text = yaml.safe_dump(swagger())
    text = text.replace("info:", "x-shared: &shared {type: string, maxLength: 7}\ninfo:", 1)
    text += "\nx-use: [*shared, *shared]\n"
    (tmp_path / "boxes.yaml").write_text(text, encoding="utf-8")
    assert len(imported(tmp_path / "boxes.yaml", tmp_path / "out")) == 1
    (tmp_path / "other.yaml").write_text("a: &a [*a", encoding="utf-8")
    assert len(imported(tmp_path, tmp_path / "again")) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("openapi: 3.0.0\nx-a: &a [1, *a]\n", "line 2: an alias stands within its own anchor"),
        (
            "openapi: 3.0.0\nx-0: &b0 [1, 1]\n"
            + "".join(f"x-{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]\n" for n in range(1, 8)),
            "line 8: written out, the aliases of this YAML are more than 1,000,000 values",
        ),
    ],
    ids=["circle", "bomb"],
)
def test_aliases_without_end_are_refused(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        imported(tmp_path / "a.yaml", tmp_path / "out")


def test_an_operation_of_several_contracts_is_counted_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """ "ignored: -21 operations" was said of a folder where one path names several resource types."""
    paths = json.loads(json.dumps(swagger()["paths"]).replace("Acme.Vaults/boxes", "Acme.Vaults/{kind}"))
    for path in paths.values():
        kind = {"name": "kind", "in": "path", "required": True, "type": "string", "enum": ["boxes", "bags", "sacks"]}
        path["parameters"] = [*path.get("parameters", []), kind]
    found = imported(written(tmp_path / "boxes.json", swagger(paths=paths)), tmp_path / "out")
    assert len(found) == 3
    assert "ignored: 0 operations" in capsys.readouterr().out


def test_a_nullable_member_has_the_type_beside_null() -> None:
    """A nullable id ended STA-8's test; a nullable integer was not judged by SHP-7."""
    assert (type_of({"type": ["null", "integer"]}), type_of({"type": "string"}), type_of({})) == (
        "integer",
        "string",
        "",
    )
    schema = {"type": "object", "properties": {"number": {"type": ["integer", "null"]}}}
    assert BodySchema(schema, {}).integers == ("/number",)


def test_a_schema_without_bottom_is_refused(tmp_path: Path) -> None:
    """The validator's own exception ended the import."""
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        deep = {"type": "array", "items": deep}
    document = swagger()
    shown = {"type": "object", "properties": {"name": {"type": "string"}, "deep": deep}}
    document["paths"][ITEM]["get"]["responses"]["200"]["schema"] = shown
    with pytest.raises(UsageError, match=r"boxes.json: a schema is nested too deep"):
        imported(written(tmp_path / "boxes.json", document), tmp_path / "out")
