"""Azure's common types as the project knows them, for descriptions whose ``common-types`` files are absent.

Nearly every description refers to ``types.json`` and ``privatelinks.json`` in ``common-types/resource-management/vN``.
What these files define of connections is already in ``schemas/vendors/azure``.
"""

from __future__ import annotations

import re
from typing import Any

from linkproof.base.resources import folder
from linkproof.contract.common_shape import common_part
from linkproof.contract.loader import common_parts

_FILE = re.compile(r"common-types/resource-management/(v\d+)/(types|privatelinks)\.json$")
_TEXT: dict[str, Any] = {"type": "string"}


def is_common_file(path: str) -> bool:
    """Whether a path names one of the files that can be stood in for."""
    found = _FILE.search(path.replace("\\", "/"))
    return found is not None and (folder("schemas") / "vendors" / "azure" / f"common-types-{found[1]}.toml").is_file()


def common_file(path: str) -> dict[str, Any]:
    """Return what one of these files says, of resources, errors, connections and link resources."""
    found = _FILE.search(path.replace("\\", "/"))
    assert found is not None
    common = common_parts(folder("schemas") / "vendors" / "azure", found[1], "")
    connection, resource = (_plain(common_part(common, part).tree()) for part in ("connection", "resource"))
    made = _types(common, connection) if found[2] == "types" else _private_links(common, connection, resource)
    return {"swagger": "2.0", "info": {"title": "Common types", "version": found[1]}, "paths": {}, **made}


def _types(common: dict[str, Any], connection: dict[str, Any]) -> dict[str, Any]:
    members = {name: member for name, member in connection["properties"].items() if name != "properties"}
    resource = {"type": "object", "properties": members}
    tracked = {**members, "location": _TEXT, "tags": {"type": "object", "additionalProperties": _TEXT}}
    error = _plain(common_part(common, "error").tree())
    definitions = {
        "Resource": resource,
        "ProxyResource": resource,
        "TrackedResource": {"type": "object", "properties": tracked},
        "ErrorResponse": error,
        "ErrorDetail": error["properties"]["error"],
    }
    if "systemData" in members:
        definitions["systemData"] = members["systemData"]
    named = {
        "SubscriptionIdParameter": {**_in_path("subscriptionId"), "minLength": 1},
        "ResourceGroupNameParameter": {**_in_path("resourceGroupName"), "minLength": 1, "maxLength": 90},
        "ApiVersionParameter": {"name": "api-version", "in": "query", "required": True, "type": "string"},
    }
    return {"definitions": definitions, "parameters": named}


def _private_links(common: dict[str, Any], connection: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    inner = connection["properties"]["properties"]
    state = inner["properties"]["privateLinkServiceConnectionState"]
    if "systemData" in connection["properties"]:
        members = {**resource["properties"], "systemData": connection["properties"]["systemData"]}
        resource = {**resource, "properties": members}
    page = _plain(common_part(common, "page").tree())["properties"]
    definitions = {
        "PrivateEndpointConnection": connection,
        "PrivateEndpointConnectionProperties": inner,
        "PrivateEndpoint": inner["properties"]["privateEndpoint"],
        "PrivateLinkServiceConnectionState": state,
        "PrivateEndpointServiceConnectionStatus": state["properties"]["status"],
        "PrivateEndpointConnectionProvisioningState": inner["properties"]["provisioningState"],
        "PrivateEndpointConnectionListResult": _list_of("PrivateEndpointConnection", page),
        "PrivateLinkResource": resource,
        "PrivateLinkResourceProperties": resource["properties"]["properties"],
        "PrivateLinkResourceListResult": _list_of("PrivateLinkResource", {}),
    }
    name = _in_path("privateEndpointConnectionName")
    return {
        "definitions": definitions,
        "parameters": {"PrivateEndpointConnectionName": name, "PrivateEndpointConnectionNameParameter": name},
    }


def _list_of(name: str, page: dict[str, Any]) -> dict[str, Any]:
    value = {"type": "array", "items": {"$ref": f"#/definitions/{name}"}}
    return {"type": "object", "properties": {**page, "value": value}}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "type": "string"}


def _plain(schema: Any) -> Any:
    """Return a schema as Swagger 2.0 writes it: an open enumeration by ``x-ms-enum``."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _plain(part) for key, part in schema.items() if key != "x-open"}
    return {**made, "x-ms-enum": {"modelAsString": True}} if schema.get("x-open") is True else made
