"""Describes the members of imported documents in our own words; the vendor's prose is not copied."""

from __future__ import annotations

from typing import Any

_MEMBERS = {
    "id": "ARM id: the path of this resource.",
    "name": "Last segment of the id.",
    "type": "Provider namespace and resource types.",
    "properties": "What is not the same for every ARM resource.",
    "privateEndpoint": "The consumer's end of the connection.",
    "privateLinkServiceConnectionState": "Whether the owner lets the consumer in.",
    "status": "Where the connection stands.",
    "description": "The words that came with the last decision.",
    "actionsRequired": "What else has to be done, if anything.",
    "actionRequired": "What else has to be done, if anything.",
    "provisioningState": "How far the last change has come.",
    "groupId": "Part of the parent that the endpoint leads to.",
    "groupIds": "Parts of the parent that the endpoint leads to.",
    "location": "Region.",
    "etag": "Another one after every change.",
    "tags": "The owner's words, by name.",
    "value": "The items; empty where there are none.",
    "nextLink": "Absolute address of the next page; null or absent on the last one.",
    "systemData": "Who created and changed it, and when.",
    "createdAt": "When it was created.",
    "createdBy": "Who created it.",
    "createdByType": "What kind of identity created it.",
    "lastModifiedAt": "When it changed last.",
    "lastModifiedBy": "Who changed it last.",
    "lastModifiedByType": "What kind of identity changed it last.",
    "error": "What went wrong.",
    "code": "Stable word for programs.",
    "message": "Sentence for people.",
    "target": "Which part of the request it is about.",
    "details": "Further errors, in the same shape.",
    "additionalInfo": "Whatever a policy adds.",
}
_PARAMETERS = {
    "subscriptionId": "Subscription that pays for the resource.",
    "resourceGroupName": "Resource group of the parent; case does not count.",
    "privateEndpointConnectionName": "Name of one connection.",
    "api-version": "Version of the API that the request keeps to.",
}
_TYPES = {
    "array": "A list: see the source.",
    "boolean": "Yes or no: see the source.",
    "integer": "A whole number: see the source.",
    "number": "A number: see the source.",
    "object": "A part with members: see the source.",
}


def describe(document: dict[str, Any], source: str) -> None:
    """Add descriptions to a document, and the name of the source document to every component."""
    for name, parameter in document["components"]["parameters"].items():
        known = _PARAMETERS.get(name)
        parameter.setdefault("description", known or f"{name.removesuffix('Name')}: one of the parents.")
    for name, schema in document["components"]["schemas"].items():
        schema.setdefault("x-source", {"document": source, "section": f"definitions: {name}"})
        _describe(schema, f"{name}: see the source.")


def _describe(schema: dict[str, Any], words: str) -> None:
    if "$ref" in schema:
        return
    schema.setdefault("description", words)
    for name, member in schema.get("properties", {}).items():
        _describe(member, _MEMBERS.get(name) or _TYPES.get(str(member.get("type")), "Text: see the source."))
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict) and "properties" in schema[key]:
            _describe(schema[key], "One of them.")
