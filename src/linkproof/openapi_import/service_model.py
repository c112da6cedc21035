"""Botocore service models of the EC2 protocol: the operations that describe, accept and reject connections.

A model has the operations' shapes, and states in prose what a filter compares and how large a page may be. Its texts
are not copied; the facts in them are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkproof.base.files import read_file
from linkproof.base.json_values import parse
from linkproof.contract.operation import Role
from linkproof.errors import UsageError

#: The supported protocol: forms in, XML out, one POST for all operations.
_PROTOCOL = "ec2"
VERBS: Mapping[str, Role] = {"Describe": Role.LIST, "Accept": Role.DECIDE, "Reject": Role.DECIDE}
_METADATA = ("apiVersion", "endpointPrefix", "serviceAbbreviation", "xmlNamespace")


@dataclass(frozen=True)
class ServiceModel:
    """A service model, and its operations on connections: by verb, all of one noun."""

    file: str
    data: Mapping[str, Any]
    noun: str

    @property
    def version(self) -> str:
        """Return the API's version."""
        return str(self.data["metadata"]["apiVersion"])

    @property
    def name(self) -> str:
        """Return the id of the model's contract."""
        words = re.findall(r"[A-Z]+[a-z0-9]*", self.noun)
        return "-".join(["aws", self.data["metadata"]["endpointPrefix"], *words]).lower()

    @property
    def operations(self) -> dict[str, str]:
        """Return the roles of the operations."""
        return {f"{verb}{self.noun}": role.value for verb, role in VERBS.items()}


def read_service_model(path: Path) -> ServiceModel | None:
    """Return the service model in a file, None for any other file. Raises UsageError."""
    if not path.is_file():
        return None
    data = parse(read_file(path, "give an API description"))
    metadata = data.get("metadata") if isinstance(data, dict) else None
    if not isinstance(metadata, dict) or "protocol" not in metadata or not isinstance(data.get("shapes"), dict):
        return None
    if metadata["protocol"] != _PROTOCOL:
        problem = f"a service model of the protocol {metadata['protocol']!r:.40}"
        raise UsageError(problem, where=str(path), fix=f"models of the protocol {_PROTOCOL!r} can be read")
    facts = [metadata.get(name) for name in _METADATA]
    if not all(isinstance(f, str) and f for f in facts) or not isinstance(data.get("operations"), dict):
        problem = "the model is damaged: its metadata or its operations are missing"
        raise UsageError(problem, where=str(path), fix="give the model file as botocore publishes it")
    nouns = [n.removeprefix("Describe") for n in data["operations"] if n.startswith("Describe")]
    whole = [n for n in nouns if n.endswith("s") and all(f"{verb}{n}" in data["operations"] for verb in VERBS)]
    if not whole:
        problem = "no connections that its operations describe, accept and reject"
        raise UsageError(problem, where=str(path), fix="give the model of a service that has such operations")
    return ServiceModel(str(path), data, whole[0])
