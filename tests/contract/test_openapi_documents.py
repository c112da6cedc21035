"""The OpenAPI documents: valid for other tools, with valid examples and the facts of contracts.md."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import schemathesis
from jsonschema import Draft202012Validator
from schemathesis.core.result import Ok

from linkproof.base.json_values import at
from linkproof.base.resources import folder
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract

CONTRACTS = folder("schemas") / "contracts"
DOCUMENTS = {path.parent.relative_to(CONTRACTS).as_posix(): path for path in sorted(CONTRACTS.glob("*/*/openapi.json"))}
FACTS_FILE = Path(__file__).parents[3] / "shared" / "contracts.md"
CHECKER = Draft202012Validator.FORMAT_CHECKER

HEALTH = "azure-healthcareapis-pec/2022-06-01"
CLUSTER = "azure-containerservice-pec/2025-01-01"
POSTGRES = "azure-dbforpostgresql-pec/2018-06-01"
DICOM = "azure-healthcareapis-dicom/2022-06-01"
HUAWEI = "huawei-vpcep-connections/v1"


@dataclass(frozen=True)
class Facts:
    """What contracts.md says of one contract; every table is the whole of its kind."""

    host: str
    base: str
    error: str
    operations: dict[str, tuple[str, str, str]]  # operationId: method, path after the base, statuses
    long_running: set[str]
    parameters: dict[str, dict[str, Any]]  # name: schema
    enumerations: dict[str, str]
    required: dict[str, str]
    formats: dict[str, str]
    nullable: set[str]
    read_only: set[str]


ARM = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/"
ARM_HOST = "https://management.azure.com"
OWN = "/privateEndpointConnections"
ONE = "/{privateEndpointConnectionName}"
TEXT: dict[str, Any] = {"type": "string"}
GROUP = {"type": "string", "pattern": r"^[-\w\._\(\)]+$"}
CLUSTER_NAME = "^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$"
SYSTEM_DATA = dict.fromkeys(
    ("SystemData.createdByType", "SystemData.lastModifiedByType"), "Application Key ManagedIdentity User"
)
SYSTEM_TIMES = dict.fromkeys(("SystemData.createdAt", "SystemData.lastModifiedAt"), "date-time")
ENVELOPE = {"Connection.id", "Connection.name", "Connection.type", "Connection.properties.provisioningState"}
STATE = "privateLinkServiceConnectionState"


def _error(name: str, body: str) -> dict[str, str]:
    return {name: "error", body: "code message"}


def _nullable(body: str) -> set[str]:
    return {f"{body}.target", f"{body}.details", f"{body}.additionalInfo"}


def _version(value: str) -> dict[str, Any]:
    return {"type": "string", "enum": [value]}


FACTS = {
    HEALTH: Facts(
        host=ARM_HOST,
        base=ARM + "Microsoft.HealthcareApis/workspaces/{workspaceName}/privateEndpointConnections",
        error="ErrorDetails",
        operations={
            "ListByWorkspace": ("get", "", "200"),
            "Get": ("get", ONE, "200"),
            "CreateOrUpdate": ("put", ONE, "200"),
            "Delete": ("delete", ONE, "200 202 204"),
        },
        long_running={"CreateOrUpdate", "Delete"},
        parameters={
            "subscriptionId": TEXT,
            "resourceGroupName": GROUP,
            "workspaceName": TEXT,
            "privateEndpointConnectionName": TEXT,
            "api-version": _version("2022-06-01"),
        },
        enumerations={
            "ConnectionState.status": "Approved Pending Rejected",
            "ConnectionStateUpdate.status": "Approved Pending Rejected",
            "Connection.properties.provisioningState": "Creating Deleting Failed Succeeded",
            **SYSTEM_DATA,
        },
        required={
            "Connection": "id name properties type",
            "Connection.properties": STATE,
            "ConnectionUpdate": "properties",
            "ConnectionUpdate.properties": STATE,
            "ConnectionList": "value",
            **_error("ErrorDetails", "ErrorDetailsInternal"),
        },
        formats=SYSTEM_TIMES,
        nullable=_nullable("ErrorDetailsInternal"),
        read_only={*ENVELOPE, "SystemData"},
    ),
    CLUSTER: Facts(
        host=ARM_HOST,
        base=ARM + "Microsoft.ContainerService/managedClusters/{resourceName}/privateEndpointConnections",
        error="CloudError",
        operations={
            "List": ("get", "", "200"),
            "Get": ("get", ONE, "200"),
            "Update": ("put", ONE, "200 201"),
            "Delete": ("delete", ONE, "200 202 204"),
        },
        long_running={"Delete"},
        parameters={
            "subscriptionId": {"type": "string", "format": "uuid"},
            "resourceGroupName": {"type": "string", "minLength": 1, "maxLength": 90},
            "resourceName": {"type": "string", "minLength": 1, "maxLength": 63, "pattern": CLUSTER_NAME},
            "privateEndpointConnectionName": TEXT,
            "api-version": _version("2025-01-01"),
        },
        enumerations={
            "ConnectionState.status": "Approved Disconnected Pending Rejected",
            "ConnectionStateUpdate.status": "Approved Disconnected Pending Rejected",
            "Connection.properties.provisioningState": "Canceled Creating Deleting Failed Succeeded",
        },
        required={
            "Connection": "id name properties type",
            "Connection.properties": STATE,
            "ConnectionUpdate": "properties",
            "ConnectionUpdate.properties": STATE,
            "ConnectionList": "value",
            **_error("CloudError", "CloudErrorBody"),
        },
        formats={},
        nullable=_nullable("CloudErrorBody"),
        read_only=ENVELOPE,
    ),
    POSTGRES: Facts(
        host=ARM_HOST,
        base=ARM + "Microsoft.DBforPostgreSQL/servers/{serverName}",
        error="CloudError",
        operations={
            "ListByServer": ("get", OWN, "200"),
            "Get": ("get", OWN + ONE, "200"),
            "CreateOrUpdate": ("put", OWN + ONE, "200 202"),
            "UpdateTags": ("patch", OWN + ONE, "200"),
            "Delete": ("delete", OWN + ONE, "200 202 204"),
            "PrivateLinkResourcesListByServer": ("get", "/privateLinkResources", "200"),
            "PrivateLinkResourcesGet": ("get", "/privateLinkResources/{groupName}", "200"),
        },
        long_running={"CreateOrUpdate", "Delete"},
        parameters={
            "subscriptionId": {"type": "string", "minLength": 1},
            "resourceGroupName": {"type": "string", "minLength": 1, "maxLength": 90},
            "serverName": TEXT,
            "privateEndpointConnectionName": TEXT,
            "groupName": TEXT,
            "api-version": _version("2018-06-01"),
        },
        enumerations={},
        required={
            "Connection": "id name properties type",
            "ConnectionState": "description status",
            "ConnectionStateUpdate": "description status",
            "ConnectionUpdate": "properties",
            "ConnectionUpdate.properties": STATE,
            "ConnectionList": "value",
            "PrivateLinkResource": "id name type",
            "PrivateLinkResourceListResult": "value",
            **_error("CloudError", "CloudErrorBody"),
        },
        formats={},
        nullable={"ConnectionList.nextLink", "PrivateLinkResourceListResult.nextLink", *_nullable("CloudErrorBody")},
        read_only={
            *ENVELOPE,
            "ConnectionState.actionsRequired",
            *(f"PrivateLinkResource.{name}" for name in ("id", "name", "type")),
            *(f"PrivateLinkResourceListResult.{name}" for name in ("value", "nextLink")),
            *(f"PrivateLinkResourceProperties.{name}" for name in ("groupId", "requiredMembers")),
        },
    ),
    HUAWEI: Facts(
        host="https://vpcep.{region}.myhuaweicloud.com",
        base="/v1/{project_id}/vpc-endpoint-services/{vpc_endpoint_service_id}/connections",
        error="Error",
        operations={"AcceptOrReject": ("post", "/action", "200"), "ListConnections": ("get", "", "200")},
        long_running=set(),
        parameters={
            "project_id": TEXT,
            "vpc_endpoint_service_id": TEXT,
            "id": TEXT,
            "marker_id": TEXT,
            "status": {"type": "string", "enum": ["pendingAcceptance", "accepted", "rejected", "failed"]},
            "sort_key": {"type": "string", "enum": ["created_at", "updated_at"], "default": "created_at"},
            "sort_dir": {"type": "string", "enum": ["desc", "asc"], "default": "desc"},
            "limit": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 10},
            "offset": {"type": "integer", "minimum": 0},
        },
        enumerations={
            "ConnectionAction.action": "receive reject",
            "Connection.status": "accepted creating deleting failed pendingAcceptance rejected",
        },
        required={
            "Connection": "created_at domain_id id marker_id status updated_at",
            "Connection(then)": "error",
            "ConnectionAction": "action endpoints",
            "ConnectionActionAnswer": "connections",
            "ConnectionList": "connections total_count",
            "Error": "error_code error_msg",
        },
        formats={
            "Connection.marker_id": "int64",
            "Connection.created_at": "date-time",
            "Connection.updated_at": "date-time",
        },
        nullable=set(),
        read_only=set(),
    ),
    DICOM: Facts(
        host=ARM_HOST,
        base=ARM + "Microsoft.HealthcareApis/workspaces/{workspaceName}/dicomservices",
        error="ErrorDetails",
        operations={"ListByWorkspace": ("get", "", "200"), "Get": ("get", "/{dicomServiceName}", "200")},
        long_running=set(),
        parameters={
            "subscriptionId": TEXT,
            "resourceGroupName": GROUP,
            "workspaceName": TEXT,
            "dicomServiceName": TEXT,
            "api-version": _version("2022-06-01"),
        },
        enumerations={
            "ConnectionState.status": "Approved Pending Rejected",
            "Connection.properties.provisioningState": "Creating Deleting Failed Succeeded",
            "DicomServiceProperties.provisioningState": (
                "Accepted Canceled Creating Deleting Deprovisioned Failed Moving Succeeded Suspended SystemMaintenance "
                "Updating Verifying Warned"
            ),
            "DicomServiceProperties.publicNetworkAccess": "Disabled Enabled",
            "Identity.type": "None SystemAssigned SystemAssigned,UserAssigned UserAssigned",
            **SYSTEM_DATA,
        },
        required={
            "DicomService": "id name type",
            "DicomServiceList": "value",
            "Connection": "id name properties type",
            "Connection.properties": STATE,
            **_error("ErrorDetails", "ErrorDetailsInternal"),
        },
        formats=SYSTEM_TIMES,
        nullable={"DicomServiceList.nextLink", *_nullable("ErrorDetailsInternal")},
        read_only={
            *ENVELOPE,
            *("DicomService.id", "DicomService.name", "DicomService.type", "SystemData"),
            *(f"DicomServiceProperties.{m}" for m in ("privateEndpointConnections", "provisioningState", "serviceUrl")),
            *("Identity.principalId", "Identity.tenantId"),
            *("UserAssignedIdentity.clientId", "UserAssignedIdentity.principalId"),
        },
    ),
}

#: Bodies that a schema has to refuse: an example, with one value in the wrong place. None stands for JSON's null,
#: ... for a member that is taken away.
WRONG = [
    (HEALTH, "ConnectionUpdate", "/properties", ...),
    (HEALTH, "ConnectionUpdate", f"/properties/{STATE}", ...),
    (HEALTH, "ConnectionUpdate", f"/properties/{STATE}/status", "approved"),
    (HEALTH, "Connection", f"/properties/{STATE}", ...),
    (HEALTH, "Connection", "/properties/provisioningState", None),
    (HEALTH, "Connection", "/systemData/createdAt", "2 March 2026"),
    (HEALTH, "Connection", "/type", ...),
    (HEALTH, "ConnectionList", "/value", None),
    (CLUSTER, "ConnectionUpdate", f"/properties/{STATE}/status", "Removed"),
    (CLUSTER, "Connection", "/id", ...),
    (CLUSTER, "Connection", "/properties", ...),
    (POSTGRES, "ConnectionUpdate", f"/properties/{STATE}/description", ...),
    (POSTGRES, "Connection", f"/properties/{STATE}/status", ...),
    (POSTGRES, "ConnectionList", "/nextLink", 2),
    (POSTGRES, "TagsUpdate", "/tags/team", 1),
    (HUAWEI, "ConnectionAction", "/action", "accept"),
    (HUAWEI, "ConnectionAction", "/endpoints", []),
    (HUAWEI, "ConnectionAction", "/endpoints", ["one", "two"]),
    (HUAWEI, "ConnectionActionAnswer", "/connections/0/created_at", "2018-01-30T07:42:01.174"),
    (HUAWEI, "ConnectionActionAnswer", "/connections/0/created_at", "2026-03-02T09:15:00.174Z"),
    (HUAWEI, "ConnectionActionAnswer", "/connections/0/updated_at", "2026-03-02T09:15:00+00:00"),
    (HUAWEI, "ConnectionActionAnswer", "/connections/0/updated_at", "2026-13-02T09:15:00Z"),
    (HUAWEI, "ConnectionActionAnswer", "/connections/0/marker_id", "422990137552011337"),
    (HUAWEI, "ConnectionActionAnswer", "/connections/0/status", "failed"),
    (HUAWEI, "ConnectionList", "/total_count", ...),
    (DICOM, "DicomService", "/name", ...),
    (DICOM, "DicomService", "/identity/type", "SystemAssigned, UserAssigned"),
    (DICOM, "DicomService", "/properties/corsConfiguration/maxAge", "600"),
    (DICOM, "DicomService", "/properties/privateEndpointConnections/0/properties/provisioningState", "Canceled"),
]

documents = pytest.mark.parametrize("name", DOCUMENTS)
facts = pytest.mark.parametrize(("name", "fact"), FACTS.items(), ids=FACTS)


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENTS[name].read_text(encoding="utf-8"))
    return document


def _resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = at(document, node["$ref"].removeprefix("#"))
    return node


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    """Path, method, operation and all its parameters."""
    for path, entry in document["paths"].items():
        for method, operation in entry.items():
            if method != "parameters":
                found = [*entry.get("parameters", []), *operation.get("parameters", [])]
                yield path, method, operation, [_resolve(document, p) for p in found]


def _bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A place ("request", or a success status) and the media type that it has."""
    answers = {status: answer for status, answer in operation["responses"].items() if status != "default"}
    for place, holder in {"request": operation.get("requestBody", {}), **answers}.items():
        for media in holder.get("content", {}).values():
            yield place, media


def _examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Where it stands, its schema, and the example."""
    for _, _, operation, _ in _operations(document):
        for place, media in _bodies(operation):
            for key, example in media["examples"].items():
                yield f"{operation['operationId']} {place} {key}", media["schema"], example["value"]


def _parts(schema: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and all within it; other components are not entered."""
    yield place, schema
    for name, member in schema.get("properties", {}).items():
        yield from _parts(member, f"{place}.{name}")
    if "items" in schema:
        yield from _parts(schema["items"], f"{place}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _parts(schema["additionalProperties"], f"{place}{{}}")
    if "then" in schema:
        yield from _parts(schema["then"], f"{place}(then)")


def _all_parts(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for component, schema in _read(name)["components"]["schemas"].items():
        yield from _parts(schema, component)


def _problems(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    whole = {**schema, "components": document["components"]}
    found = Draft202012Validator(whole, format_checker=CHECKER).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]


def test_each_contract_has_its_document() -> None:
    assert set(DOCUMENTS) == {path.parent.relative_to(CONTRACTS).as_posix() for path in CONTRACTS.glob("*/*/*.toml")}


def test_the_facts_are_about_documents_that_exist() -> None:
    assert set(FACTS) <= set(DOCUMENTS)


def test_formats_are_checked() -> None:
    assert {"date-time", "uuid", "uri"} <= set(CHECKER.checkers)


@documents
def test_the_document_is_valid_for_others(name: str) -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator  # 0.3 s, which only the worker of this file pays

    document = _read(name)
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@documents
def test_schemathesis_finds_each_operation(name: str) -> None:
    loaded = schemathesis.openapi.from_path(DOCUMENTS[name])
    found = list(loaded.get_all_operations())
    good = [result.ok() for result in found if isinstance(result, Ok)]
    assert len(good) == len(found)
    named = {(path, method) for path, method, _, _ in _operations(_read(name))}
    assert {(operation.path, operation.method) for operation in good} == named


@documents
def test_the_file_is_written_in_one_way(name: str) -> None:
    text = json.dumps(_read(name), indent=2, ensure_ascii=False) + "\n"
    assert DOCUMENTS[name].read_text(encoding="utf-8") == text


@documents
def test_every_schema_and_operation_names_its_source(name: str) -> None:
    document = _read(name)
    known = {source["document"] for source in document["info"]["x-sources"]}
    named = {**document["components"]["schemas"], **{o["operationId"]: o for _, _, o, _ in _operations(document)}}
    for key, thing in named.items():
        assert set(thing["x-source"]) == {"document", "section"}, key
        assert thing["x-source"]["document"] in known, key
        assert thing["x-source"]["section"].strip(), key


@documents
def test_sources_say_where_and_when_they_were_read(name: str) -> None:
    sources = _read(name)["info"]["x-sources"]
    assert sources
    for source in sources:
        assert set(source) == {"document", "address", "read"}
        assert urlsplit(source["address"]).scheme == "https"
        assert date.fromisoformat(source["read"]).isoformat() == source["read"]


@documents
def test_sources_can_be_followed(name: str) -> None:
    """Each names a document of the vendor, not of ours; a file of a repository is that of a commit, and is named."""
    for source in _read(name)["info"]["x-sources"]:
        assert not re.search("contracts|our ", source["document"]), source
        if "github.com/Azure/azure-rest-api-specs" in source["address"]:
            place = urlsplit(source["address"]).path
            assert re.match(r"/Azure/azure-rest-api-specs/blob/[0-9a-f]{40}/specification/", place), source
            assert source["document"] == f"API description {place.rpartition('/')[2]}"


@documents
def test_no_schema_is_closed_and_each_is_described(name: str) -> None:
    for place, schema in _all_parts(name):
        assert schema.get("additionalProperties", True) is not False, place
        assert "description" in schema or not re.fullmatch(r"[\w.]+", place) or "$ref" in schema, place


@documents
def test_each_body_has_examples_that_keep_to_its_schema(name: str) -> None:
    document = _read(name)
    found = list(_examples(document))
    assert found
    assert {place: _problems(document, schema, value) for place, schema, value in found} == {p: [] for p, _, _ in found}


@pytest.mark.parametrize("contract", all_contracts(), ids=lambda c: c.id)
def test_examples_have_no_problem_for_the_suite_either(contract: Contract) -> None:
    for operation in contract.operations:
        entry = contract.document["paths"][operation.document_path][operation.method.lower()]
        for place, media in _bodies(entry):
            schema = operation.request if place == "request" else operation.responses[int(place)]
            assert schema is not None
            for key, example in media["examples"].items():
                assert list(schema.problems(example["value"])) == [], f"{operation.id} {place} {key}"
                assert list(schema.unknown_members(example["value"])) == [], f"{operation.id} {place} {key}"


@documents
def test_each_parameter_has_an_example_within_its_limits(name: str) -> None:
    document = _read(name)
    for _, _, operation, parameters in _operations(document):
        assert parameters or "/x-www-form-urlencoded" in str(operation.get("requestBody"))
        for parameter in parameters:
            problems = _problems(document, parameter["schema"], parameter["example"])
            assert problems == [], f"{operation['operationId']} {parameter['name']}"


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.host == ARM_HOST])
def test_examples_of_resources_are_those_of_the_example_path(name: str) -> None:
    document = _read(name)
    judged = 0
    for path, _, operation, parameters in _operations(document):
        for parameter in parameters:
            path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
        provider = path.split("/providers/")[1].split("/")
        collection = len(provider) % 2 == 0
        kind = "/".join([provider[0], *provider[1::2]])
        for place, media in _bodies(operation):
            for example in media["examples"].values():
                body = example["value"]
                for item in body.get("value", [body] if "id" in body else []):
                    judged += 1
                    own = f"{path}/{item['name']}" if collection else path
                    assert (item["id"], item["type"]) == (own, kind), f"{operation['operationId']} {place}"
                    assert own.endswith(f"/{item['name']}")
                if body.get("nextLink"):
                    link = urlsplit(body["nextLink"])
                    assert (f"{link.scheme}://{link.netloc}", link.path) == (ARM_HOST, path)
                    assert parse_qs(link.query)["api-version"] == [document["info"]["version"]]
    assert judged


@documents
def test_a_response_example_shows_what_the_request_example_of_its_name_asks_for(name: str) -> None:
    """The same word or text, or for Huawei the status that the action leads to."""
    shows = {"receive": "accepted", "reject": "rejected"}
    for _, _, operation, _ in _operations(_read(name)):
        bodies = {place: media["examples"] for place, media in _bodies(operation)}
        asked = bodies.pop("request", {})
        for key, example in ((k, e) for answers in bodies.values() for k, e in answers.items() if k in asked):
            sent, answer = asked[key]["value"], example["value"]
            if "endpoints" in sent:
                found = [(c["id"], c["status"]) for c in answer["connections"]]
                assert found == [(sent["endpoints"][0], shows[sent["action"]])]
            else:
                state = answer["properties"][STATE]
                assert {k: state[k] for k in sent["properties"][STATE]} == sent["properties"][STATE]


def test_a_counted_page_example_counts_all_and_is_newest_first() -> None:
    pages = [value for _, _, value in _examples(_read(HUAWEI)) if "total_count" in value]
    assert pages
    for page in pages:
        created = [c["created_at"] for c in page["connections"]]
        assert page["total_count"] == len(created)
        assert created == sorted(created, reverse=True)


@facts
def test_operations_are_those_of_the_facts(name: str, fact: Facts) -> None:
    document = _read(name)
    assert [server["url"] for server in document["servers"]] == [fact.host]
    found = {
        operation["operationId"]: (method, path, " ".join(sorted(set(operation["responses"]) - {"default"})))
        for path, method, operation, _ in _operations(document)
    }
    assert found == {key: (method, fact.base + tail, codes) for key, (method, tail, codes) in fact.operations.items()}
    long = {o["operationId"] for _, _, o, _ in _operations(document) if o.get("x-long-running")}
    assert long == fact.long_running


@facts
def test_every_operation_fails_with_the_error_body_of_the_facts(name: str, fact: Facts) -> None:
    document = _read(name)
    for _, _, operation, _ in _operations(document):
        schema = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": f"#/components/schemas/{fact.error}"}
    error = document["components"]["schemas"][fact.error]
    body = _resolve(document, error["properties"]["error"]) if "error" in error["properties"] else error
    for member in body["required"]:
        assert {k: v for k, v in body["properties"][member].items() if k != "description"} == {**TEXT, "minLength": 1}
    if "details" in body["properties"]:
        assert body["properties"]["details"]["items"] == error["properties"]["error"]


@facts
def test_parameters_and_their_limits_are_those_of_the_facts(name: str, fact: Facts) -> None:
    found: dict[str, dict[str, Any]] = {}
    for path, _, _, parameters in _operations(_read(name)):
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))
        for parameter in parameters:
            must = parameter["in"] == "path" or parameter["name"] == "api-version"
            assert parameter["required"] is must, parameter["name"]
            found[parameter["name"]] = parameter["schema"]
    assert found == fact.parameters


@facts
def test_enumerations_are_those_of_the_facts(name: str, fact: Facts) -> None:
    found = {place: " ".join(sorted(s["enum"])) for place, s in _all_parts(name) if "enum" in s}
    assert found == fact.enumerations
    assert all(s["type"] == "string" for _, s in _all_parts(name) if "enum" in s)


@facts
def test_required_members_are_those_of_the_facts(name: str, fact: Facts) -> None:
    found = {place: " ".join(sorted(s["required"])) for place, s in _all_parts(name) if "required" in s}
    assert found == fact.required


@facts
def test_formats_nulls_and_read_only_members_are_those_of_the_facts(name: str, fact: Facts) -> None:
    parts = list(_all_parts(name))
    assert {place: s["format"] for place, s in parts if "format" in s} == fact.formats
    assert {place for place, s in parts if "null" in s.get("type", "")} == fact.nullable
    assert {place for place, s in parts if s.get("readOnly")} == fact.read_only


@facts
def test_a_request_has_no_read_only_member(name: str, fact: Facts) -> None:
    document = _read(name)
    open_ends = [
        media["schema"]["$ref"].rsplit("/", 1)[-1]
        for _, _, operation, _ in _operations(document)
        for place, media in _bodies(operation)
        if place == "request"
    ]
    seen: set[str] = set()
    while open_ends:
        component = open_ends.pop()
        seen.add(component)
        for place, schema in _parts(document["components"]["schemas"][component], component):
            assert place not in fact.read_only
            if "$ref" in schema:
                open_ends.extend({schema["$ref"].rsplit("/", 1)[-1]} - seen)


@documents
def test_answers_that_go_on_say_where_they_are_polled(name: str) -> None:
    for _, _, operation, _ in _operations(_read(name)):
        for status, answer in operation["responses"].items():
            headers = {key: header["schema"]["type"] for key, header in answer.get("headers", {}).items()}
            polled = {"Location": "string", "Azure-AsyncOperation": "string", "Retry-After": "integer"}
            assert headers == (polled if status == "202" else {})
            assert not any(header.get("required") for header in answer.get("headers", {}).values())
            assert status != "204" or "content" not in answer


@pytest.mark.parametrize(("name", "component", "pointer", "value"), WRONG)
def test_a_wrong_body_is_refused(name: str, component: str, pointer: str, value: Any) -> None:
    document = _read(name)
    schema = {"$ref": f"#/components/schemas/{component}"}
    body = copy.deepcopy(next(v for _, s, v in _examples(document) if s == schema))
    *above, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    holder = body
    for step in above:
        holder = holder[step]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    assert _problems(document, schema, body)


@pytest.mark.skipif(not FACTS_FILE.is_file(), reason="../shared/contracts.md is absent")
@facts
def test_the_table_of_operations_is_that_of_the_facts(name: str, fact: Facts) -> None:
    text = FACTS_FILE.read_text(encoding="utf-8").split("## 2. Requirements")[0]
    part = text.split(f" {name.split('/')[0]} ")[1].split("### C")[0]
    named = re.findall(r"^\| (\w+) \*? ?\| (GET|PUT|POST|PATCH|DELETE)", part, re.MULTILINE)
    # Link resources are from the API description beside the connections'.
    own = {(key, m.upper()) for key, (m, tail, _) in fact.operations.items() if "/privateLinkResources" not in tail}
    assert own == set(named)
