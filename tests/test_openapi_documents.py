"""The OpenAPI documents: valid in other hands, with examples that keep to them, and the facts of contracts.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from openapi_spec_validator import validate

from linkproof.contract.body import BodySchema
from linkproof.contract.load import all_contracts
from linkproof.contract.model import Contract
from linkproof.data import folder

DOCUMENTS = sorted((folder("schemas") / "contracts").glob("*/*/openapi.json"))
FACTS = Path(__file__).parents[2] / "shared" / "contracts.md"
PROVISIONING = {
    "azure-healthcareapis-pec": {"Creating", "Deleting", "Failed", "Succeeded"},
    "azure-containerservice-pec": {"Canceled", "Creating", "Deleting", "Failed", "Succeeded"},
}
STATUS = {
    "azure-healthcareapis-pec": {"Approved", "Pending", "Rejected"},
    "azure-containerservice-pec": {"Approved", "Disconnected", "Pending", "Rejected"},
    "huawei-vpcep-connections": {"pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting"},
}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.parts[-3])
def test_the_document_is_valid_for_others(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    validate(document)
    loaded = schemathesis.openapi.from_dict(document)
    assert sum(1 for _ in loaded.get_all_operations()) > 0
    assert document["info"]["x-sources"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.parts[-3])
def test_every_schema_and_operation_names_its_source(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    for name, schema in document["components"]["schemas"].items():
        assert schema["x-source"]["document"], name
    for entry in document["paths"].values():
        for operation in entry.values():
            if isinstance(operation, dict):
                assert operation["x-source"]["section"]


def _examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    if isinstance(node, dict):
        if "schema" in node and "examples" in node:
            yield from ((node["schema"], e["value"]) for e in node["examples"].values())
        for child in node.values():
            yield from _examples(child)


@pytest.mark.parametrize("contract", all_contracts(), ids=lambda c: c.id)
def test_examples_keep_to_their_schemas(contract: Contract) -> None:
    found = list(_examples(contract.document["paths"]))
    assert found
    for schema, value in found:
        assert list(BodySchema(schema, contract.document["components"]).problems(value)) == []


@pytest.mark.parametrize("contract", all_contracts(), ids=lambda c: c.id)
def test_enumerations_are_those_of_the_facts(contract: Contract) -> None:
    operation = contract.operations[0]
    schema = operation.responses[200]
    assert schema is not None
    found = {p.rsplit("/", 1)[-1]: set(v) for p, v in schema.enumerations.items()}
    assert found.get("status", set()) in (STATUS.get(contract.id, set()), {"Approved", "Pending", "Rejected"})
    if contract.id in PROVISIONING:
        assert found["provisioningState"] == PROVISIONING[contract.id]


@pytest.mark.skipif(not FACTS.is_file(), reason="../shared/contracts.md is absent")
def test_operations_are_those_of_the_facts() -> None:
    text = FACTS.read_text(encoding="utf-8").split("## 2. Requirements")[0]
    for contract in all_contracts():
        part = text.split(f" {contract.id} ")[1].split("### C")[0]
        named = re.findall(r"^\| (\w+) \*? ?\| (GET|PUT|POST|PATCH|DELETE)", part, re.MULTILINE)
        assert {(o.id, o.method) for o in contract.operations} == set(named), contract.id
