"""The contract of a service model: its document, contract.toml and fixtures. The model's texts are not copied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from linkproof.errors import UsageError
from linkproof.openapi_import.service_model import VERBS, ServiceModel

_SUMMARY = {"Describe": "List the connections.", "Accept": "Let endpoints in.", "Reject": "Keep endpoints out."}
#: Matches ``<code>name</code> - ... (<code>a</code> | <code>b</code>)`` in the description of a list of filters.
_FILTER = re.compile(r"<code>([a-z-]+)</code> - ([^<]*(?:<code>[^<]*</code>[^<]*)*)")
_CODE = re.compile(r"<code>([^<]*)</code>")
_BETWEEN = re.compile(r"between ([\d,]+) and ([\d,]+)")
_MORE_IS_TAKEN = "larger than"
_TYPES = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "long": {"type": "integer"},
    "timestamp": {"type": "string", "format": "date-time"},
}
_REQUEST_ID = {"type": "string", "minLength": 1, "description": "Id of the request."}
_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "Why a request was refused, or failed.",
    "required": ["Errors", "RequestID"],
    "properties": {
        "Errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "xml": {"name": "Error"},
                "required": ["Code", "Message"],
                "properties": {
                    "Code": {"type": "string", "minLength": 1, "description": "Stable word for programs."},
                    "Message": {"type": "string", "minLength": 1, "description": "Sentence for people."},
                },
            },
        },
        "RequestID": _REQUEST_ID,
    },
}
_ERROR_SOURCE = {
    "document": "Amazon EC2 API Reference: Error codes for the Amazon EC2 API",
    "section": "Error responses",
}
_ERROR_ADDRESS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"


class Writer:
    """Creates the contract's document of one model. Raises UsageError for a damaged model."""

    def __init__(self, model: ServiceModel) -> None:
        self.model = model
        self._shapes = model.data["shapes"]
        self._schemas: dict[str, Any] = {}
        self._filters: dict[str, tuple[str, ...]] = {}

    def document(self, address: str, day: date) -> dict[str, Any]:
        """Return the document; ``address`` names the source of the model."""
        try:
            return self._document(address, day)
        except (KeyError, TypeError, AttributeError) as error:
            problem = f"the model is damaged: {type(error).__name__} {error}"
            raise UsageError(
                problem, where=self.model.file, fix="give the model file as botocore publishes it"
            ) from None

    def _document(self, address: str, day: date) -> dict[str, Any]:
        source = {
            "document": f"service model {Path(self.model.file).name}",
            "address": address,
            "read": day.isoformat(),
        }
        self._filters = dict(self._documented_filters())
        paths = {f"/#Action={verb}{self.model.noun}": {"post": self._operation(verb)} for verb in VERBS}
        self._schemas["Error"] = {**_ERROR, "x-source": _ERROR_SOURCE}
        for name, schema in self._schemas.items():
            schema.setdefault("x-source", {"document": source["document"], "section": name})
        return {
            "openapi": "3.1.0",
            "info": {
                "title": f"{self.model.data['metadata']['serviceAbbreviation']}: {self.model.noun}, imported",
                "version": self.model.version,
                "description": "Facts taken from the vendor's service model; its texts are left there.",
                "x-sources": [
                    source,
                    {"document": _ERROR_SOURCE["document"], "address": _ERROR_ADDRESS, "read": day.isoformat()},
                ],
            },
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "servers": [
                {
                    "url": f"https://{self.model.data['metadata']['endpointPrefix']}.{{region}}.amazonaws.com",
                    "variables": {"region": {"default": "us-east-1", "description": "Region of the service."}},
                }
            ],
            "security": [{"signature": []}],
            "paths": paths,
            "components": {
                "securitySchemes": {
                    "signature": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "SigV4"}
                },
                "schemas": self._schemas,
            },
        }

    def _operation(self, verb: str) -> dict[str, Any]:
        name = f"{verb}{self.model.noun}"
        operation = self.model.data["operations"][name]
        asked = self._reference(operation["input"]["shape"], sent=True)
        answered = self._reference(operation["output"]["shape"], sent=False)
        result = self._schemas[operation["output"]["shape"]]
        result["required"] = ["requestId"]
        result["properties"] = {"requestId": _REQUEST_ID, **result["properties"]}
        return {
            "operationId": name,
            "summary": _SUMMARY[verb],
            "x-source": {"document": f"service model {Path(self.model.file).name}", "section": name},
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": asked}},
            },
            "responses": {
                "200": {"description": "Done.", "content": {"text/xml": {"schema": answered}}},
                "default": {
                    "description": "Refused, or failed.",
                    "content": {"text/xml": {"schema": {"$ref": "#/components/schemas/Error"}}},
                },
            },
        }

    # shapes

    def _reference(self, name: str, *, sent: bool) -> dict[str, Any]:
        """Return the schema of a shape: a reference to a structure, a copy of anything else."""
        shape = self._shapes[name]
        if shape["type"] != "structure":
            return self._plain(name, shape, sent=sent)
        if name not in self._schemas:
            self._schemas[name] = {}
            self._schemas[name] = self._structure(name, shape, sent=sent)
        return {"$ref": f"#/components/schemas/{name}"}

    def _structure(self, name: str, shape: Mapping[str, Any], *, sent: bool) -> dict[str, Any]:
        members: dict[str, Any] = {}
        names: dict[str, str] = {}
        for own, member in shape["members"].items():
            wire = _sent_name(own, member) if sent else member.get("locationName", own)
            names[own] = wire
            members[wire] = self._reference(member["shape"], sent=sent) | _limits(member)
        if name == "Filter" and self._filters:
            members["Name"] = members["Name"] | {"enum": list(self._filters)}
        made: dict[str, Any] = {"type": "object", "properties": members}
        required = [names[own] for own in shape.get("required", ())]
        if name == "Filter":
            required = [w for w in ("Name", "Value") if w in members]
        return {"type": "object", "required": required, "properties": members} if required else made

    def _plain(self, name: str, shape: Mapping[str, Any], *, sent: bool) -> dict[str, Any]:
        if shape["type"] == "list":
            item = shape["member"]
            items = self._reference(item["shape"], sent=sent)
            wire = item.get("locationName", "item")
            found: dict[str, Any] = {"type": "array", "items": items}
            return found if sent or wire == "item" else {**found, "items": {**items, "xml": {"name": wire}}}
        made: dict[str, Any] = dict(_TYPES.get(shape["type"], {"type": "string"}))
        if "enum" in shape:
            made |= {"enum": self._spelled(shape["enum"]), "x-open": True}
            if made["enum"] != shape["enum"]:
                made["x-spelling"] = {"model": shape["enum"], "as": f"the documentation of the filters ({name})"}
        return made

    def _spelled(self, words: list[str]) -> list[str]:
        """Return enumerators as the filters' documentation spells them: a model may differ in case from the wire."""
        known = {w.lower(): w for values in self._filters.values() for w in values}
        twins = [known[w.lower()] for w in words if w.lower() in known]
        if not twins or all(t in words for t in twins):
            return words
        return [known.get(w.lower(), w[:1].lower() + w[1:]) for w in words]

    def _documented_filters(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Return the filters that the list's documentation names, with their values."""
        operation = self.model.data["operations"][f"Describe{self.model.noun}"]
        for member in self._shapes[operation["input"]["shape"]]["members"].values():
            for name, text in _FILTER.findall(member.get("documentation", "")):
                if "-" in name:
                    yield name, tuple(_CODE.findall(text))


def _sent_name(own: str, member: Mapping[str, Any]) -> str:
    """Return the name of a member in a request of this protocol: its own for queries, else capitalised."""
    name = str(member.get("queryName") or member.get("locationName", own))
    return name[:1].upper() + name[1:]


def _limits(member: Mapping[str, Any]) -> dict[str, Any]:
    """Return limits that only the prose has: ``between 5 and 1,000``, where the upper one may be no limit."""
    text = str(member.get("documentation", ""))
    found = _BETWEEN.search(text)
    if found is None:
        return {}
    low, high = (int(number.replace(",", "")) for number in found.groups())
    return {"minimum": low} if _MORE_IS_TAKEN in text else {"minimum": low, "maximum": high}


def contract_files(model: ServiceModel, name: str, vendor: str, address: str, day: date) -> dict[str, str]:
    """Return the files of the contract's folder, by name."""
    metadata = model.data["metadata"]
    data = {
        "id": name,
        "version": model.version,
        "title": f"{metadata['serviceAbbreviation']}: {model.noun} (imported)",
        "vendor": vendor,
        "resource_type": "",
        "retired": "",
        "elsewhere": ["GET"],
        "operations": model.operations,
        "protocol": {"namespace": f"{metadata['xmlNamespace']}/"},
    }
    document = Writer(model).document(address, day)
    return {
        "openapi.json": json.dumps(document, ensure_ascii=False, indent=2) + "\n",
        "contract.toml": f"# Made by linkproof import; yours to edit.\n{tomli_w.dumps(data)}",
        "fixtures.toml": f"# Made by linkproof import; yours to edit.\n{tomli_w.dumps(_fixtures())}",
    }


def _fixtures() -> dict[str, Any]:
    """Return the embedded server's initial connections: enough of each state for every suite."""
    numbers = {"pendingAcceptance": 40, "available": 4, "rejected": 3, "failed": 1, "pending": 1}
    number = 0
    connections: dict[str, list[str]] = {}
    for state, many in numbers.items():
        connections[state] = [f"vpce-0{number + own:016x}" for own in range(0xA1, 0xA1 + many)]
        number += 0x1000
    other = {"pendingAcceptance": ["vpce-0b000000000000001"], "available": ["vpce-0b000000000000002"]}
    return {
        "every": {
            "serviceId": "{ServiceId}",
            "vpcEndpointOwner": "123456789012",
            "ipAddressType": "ipv4",
            "vpcEndpointConnectionId": "vpce-con-{name}",
            "vpcEndpointRegion": "us-east-1",
            "dnsEntrySet": [
                {"dnsName": "{name}.{ServiceId}.us-east-1.vpce.amazonaws.com", "hostedZoneId": "Z7HUB22UULQXV"}
            ],
            "tagSet": [],
        },
        "parent": [
            {"path": {"ServiceId": "vpce-svc-0a1b2c3d4e5f60718"}, "connections": connections},
            {"path": {"ServiceId": "vpce-svc-0ffffffffffffffff"}, "connections": other},
        ],
    }
