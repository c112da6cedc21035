"""What the Azure contracts check before they act: credential, version, path limits, parents, bodies."""

from __future__ import annotations

import re

from tests.other_server.model import BODY_LIMIT, GROUP, SUBSCRIPTION, TOKEN, Exchange, Json, Reply, azure_error
from tests.other_server.route import NOTHING, parse

UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
GROUP_NAME = re.compile(r"[-\w._()]+")
CLUSTER = re.compile(r"[a-zA-Z0-9]|[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]")
BAD_NAME = re.compile(r"[<>%&:\\?/#\x00-\x1f\x7f]")
VERSION = re.compile(r"\d{4}-\d\d-\d\d(?:-(?:preview|alpha|beta|rc|privatepreview))?", re.ASCII)


def credential(x: Exchange) -> Reply | None:
    """401 unless the request carries the bearer token."""
    scheme, _, token = x.headers.get("authorization", "").partition(" ")
    if "auth" in x.lenient or (scheme.lower() == "bearer" and token.strip() == TOKEN):
        return None
    reply = azure_error(
        x.contract, 401, "AuthenticationFailed", "Authentication failed. A valid bearer token is required.", "auth"
    )
    reply.headers["WWW-Authenticate"] = 'Bearer authorization_uri="https://login.example.org/common"'
    return reply


def version(x: Exchange) -> Reply | None:
    """400 unless the api-version is there and known."""
    given = x.param("api-version")
    if "version" in x.lenient:
        return None
    if not given:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        return azure_error(x.contract, 400, "MissingApiVersionParameter", message, "version")
    if given == x.azure.version:
        return None
    if not VERSION.fullmatch(given):
        message = "The api-version query parameter is not of the form YYYY-MM-DD."
        return azure_error(x.contract, 400, "InvalidApiVersionParameter", message, "unsupported")
    message = f"The resource type is not available under this api-version. Supported: {x.azure.version}."
    return azure_error(x.contract, 400, "NoRegisteredProviderFound", message, "unsupported")


def limits(x: Exchange) -> Reply | None:
    """400 where a path parameter is outside its pattern or length."""
    if "limits" in x.lenient:
        return None

    def bad(code: str, target: str) -> Reply:
        message = f"The value of the path parameter {target} is not valid."
        return azure_error(x.contract, 400, code, message, "limits", target)

    if x.contract == "C2" and not UUID.fullmatch(x.subscription):
        return bad("InvalidSubscriptionId", "subscriptionId")
    if x.op in {"status", "result"}:
        return None
    if not 1 <= len(x.group) <= 90 or not GROUP_NAME.fullmatch(x.group) or x.group.endswith("."):
        return bad("InvalidResourceGroupName", "resourceGroupName")
    if x.contract == "C2" and not CLUSTER.fullmatch(x.parent):
        return bad("InvalidResourceName", "resourceName")
    if x.contract != "C2" and (not x.parent or len(x.parent) > 260 or BAD_NAME.search(x.parent)):
        return bad("InvalidResourceName", "workspaceName" if x.azure.system else "serverName")
    if x.name and (len(x.name) > 260 or BAD_NAME.search(x.name)):
        return bad("InvalidResourceName", "privateEndpointConnectionName")
    return None


def parents(x: Exchange) -> Reply | None:
    """404 unless subscription, resource group and parent exist."""
    if "parents" in x.lenient:
        return None
    if x.subscription.lower() != SUBSCRIPTION:
        return azure_error(x.contract, 404, "SubscriptionNotFound", "The subscription could not be found.", "parent")
    if x.op in {"status", "result"}:
        return None
    if x.group.lower() != GROUP:
        return azure_error(x.contract, 404, "ResourceGroupNotFound", "The resource group could not be found.", "parent")
    if x.parent.lower() != x.azure.parent:
        message = f"The resource {x.azure.provider}/{x.azure.parent_type} could not be found."
        return azure_error(x.contract, 404, "ParentResourceNotFound", message, "parent")
    return None


def size(x: Exchange) -> Reply | None:
    """413 for a body over the limit."""
    if len(x.body) <= BODY_LIMIT:
        return None
    return azure_error(x.contract, 413, "RequestContentTooLarge", "The request body is too large.", "size")


def body(x: Exchange) -> Reply | None:
    """Parse the body into `x.doc`; 400 unless it is a JSON object."""
    why = "json" if x.body.strip() else "empty"
    value = parse(x.body)
    message = "The request content is not a valid JSON object."
    if value is NOTHING:
        return azure_error(x.contract, 400, "InvalidRequestContent", message, why)
    x.doc = value
    if not isinstance(value, dict):
        why = "null" if value is None else "array" if isinstance(value, list) else "scalar"
        return azure_error(x.contract, 400, "InvalidRequestContent", message, why)
    return None


def _invalid(x: Exchange, path: str, what: str, why: str, code: str = "InvalidParameterValue") -> Reply:
    inner = [{"code": code, "message": f"The value {what}.", "target": path}]
    return azure_error(x.contract, 400, code, f"The request body is not valid: {path} {what}.", why, path, inner)


def decision(x: Exchange) -> Reply | None:
    """400 unless the body is a connection that a client may PUT."""
    path = "properties"
    value: Json = x.doc
    for member in ("properties", "privateLinkServiceConnectionState"):
        if member not in value:
            return _invalid(x, path, "is required", "member", "MissingRequiredParameter")
        value = value[member]
        if not isinstance(value, dict):
            return _invalid(x, path, "must be an object", "kind")
        path = "properties.privateLinkServiceConnectionState"
    for member in ("status", "description"):
        if member not in value and x.contract == "C3":
            return _invalid(x, f"{path}.{member}", "is required", "member", "MissingRequiredParameter")
        if not isinstance(value.get(member, ""), str):
            return _invalid(x, f"{path}.{member}", "must be a string", "kind")
    if x.contract == "C1" and not isinstance(value.get("actionsRequired", ""), str):
        return _invalid(x, f"{path}.actionsRequired", "must be a string", "kind")
    if "status" in value and value["status"] not in x.azure.statuses:
        return _invalid(x, f"{path}.status", "is not one of the documented values", "enum")
    endpoint = x.doc["properties"].get("privateEndpoint", {})
    if not isinstance(endpoint, dict) or not isinstance(endpoint.get("id", ""), str):
        return _invalid(x, "properties.privateEndpoint", "must be an object with an id", "kind")
    return None


def tags(x: Exchange) -> Reply | None:
    """400 unless the body is `{tags: {string: string}}`."""
    value = x.doc.get("tags", {})
    if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
        return None
    return _invalid(x, "tags", "must be an object of strings", "kind")
