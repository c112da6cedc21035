"""Botocore service models: the imported contract, and the messages for unreadable models."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from linkproof.cli.entry import run
from linkproof.contract.loader import all_contracts, read_contract
from linkproof.contract.operation import Role
from linkproof.contract.rules import Paging
from linkproof.errors import UsageError
from linkproof.openapi_import.service_model import read_service_model
from linkproof.openapi_import.service_model_contract import Writer

SHARED = Path(__file__).parents[3] / "shared" / "clouds" / "aws" / "ec2-2016-11-15.json"


def string(**more: Any) -> dict[str, Any]:
    """A member that is a string."""
    return {"shape": "String", **more}


FILTERS = (
    "<li> <code>link-id</code> - The id.</li>"
    "<li> <code>link-state</code> - (<code>waiting</code> | <code>open</code>).</li>"
)
MODEL: dict[str, Any] = {
    "metadata": {
        "apiVersion": "2020-01-01",
        "endpointPrefix": "net",
        "protocol": "ec2",
        "serviceAbbreviation": "Net",
        "xmlNamespace": "http://net.example/doc/2020-01-01",
    },
    "operations": {
        f"{verb}Links": {
            "name": f"{verb}Links",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": f"{verb}Request"},
            "output": {"shape": f"{verb}Result"},
        }
        for verb in ("Describe", "Accept", "Reject")
    },
    "shapes": {
        "String": {"type": "string"},
        "Integer": {"type": "integer"},
        "State": {"type": "string", "enum": ["Waiting", "Open", "Gone"]},
        "Time": {"type": "timestamp"},
        "Names": {"type": "list", "member": {"shape": "String", "locationName": "item"}},
        "Filter": {
            "type": "structure",
            "members": {"Name": string(), "Values": {"shape": "Names", "locationName": "Value"}},
        },
        "Filters": {"type": "list", "member": {"shape": "Filter", "locationName": "Filter"}},
        "Link": {
            "type": "structure",
            "members": {
                "LinkId": string(locationName="linkId"),
                "State": {"shape": "State", "locationName": "linkState"},
                "Made": {"shape": "Time", "locationName": "made"},
            },
        },
        "Links": {"type": "list", "member": {"shape": "Link", "locationName": "item"}},
        "DescribeRequest": {
            "type": "structure",
            "members": {
                "Filters": {"shape": "Filters", "locationName": "Filter", "documentation": FILTERS},
                "MaxResults": {"shape": "Integer", "documentation": "between 5 and 1,000"},
            },
        },
        "DescribeResult": {"type": "structure", "members": {"Links": {"shape": "Links", "locationName": "linkSet"}}},
        **{
            f"{verb}Request": {
                "type": "structure",
                "required": ["Ids"],
                "members": {"Ids": {"shape": "Names", "locationName": "linkId"}},
            }
            for verb in ("Accept", "Reject")
        },
        "AcceptResult": {"type": "structure", "members": {}},
        "RejectResult": {"type": "structure", "members": {}},
    },
}


def written(tmp_path: Path, model: object) -> Path:
    """A file with a model."""
    path = tmp_path / "service.json"
    path.write_text(json.dumps(model))
    return path


def test_a_model_becomes_a_document(tmp_path: Path) -> None:
    model = read_service_model(written(tmp_path, MODEL))
    assert model is not None
    assert (model.name, model.version, list(model.operations)) == (
        "aws-net-links",
        "2020-01-01",
        ["DescribeLinks", "AcceptLinks", "RejectLinks"],
    )
    document = Writer(model).document("https://example.org", date(2026, 11, 21))
    schemas = document["components"]["schemas"]
    assert list(document["paths"]) == [f"/#Action={name}" for name in model.operations]
    assert schemas["Link"]["properties"]["linkState"]["enum"] == ["waiting", "open", "gone"]
    assert schemas["Link"]["properties"]["linkState"]["x-spelling"]["model"] == ["Waiting", "Open", "Gone"]
    assert schemas["Link"]["properties"]["made"] == {"type": "string", "format": "date-time"}
    assert schemas["Filter"]["properties"]["Name"]["enum"] == ["link-id", "link-state"]
    assert schemas["DescribeRequest"]["properties"]["MaxResults"] == {"type": "integer", "minimum": 5, "maximum": 1000}
    assert schemas["AcceptRequest"]["required"] == ["LinkId"]
    assert schemas["DescribeResult"]["required"] == ["requestId"]


def run_import(path: Path) -> None:
    """Read a model and make its document."""
    found = read_service_model(path)
    assert found is not None
    assert found.version
    Writer(found).document("", date(2026, 11, 21))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda m: m["metadata"].update(protocol="json"), "protocol 'json'"),
        (lambda m: m["operations"].pop("RejectLinks"), "no connections that its operations"),
        (lambda m: m["shapes"].pop("Link"), "the model is damaged"),
        (lambda m: m["shapes"].update(Link=7), "the model is damaged"),
        (lambda m: m["operations"].update(AcceptLinks={}), "the model is damaged"),
        (lambda m: m["metadata"].pop("apiVersion"), "the model is damaged"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(change: Any, problem: str, tmp_path: Path) -> None:
    model = copy.deepcopy(MODEL)
    change(model)
    path = written(tmp_path, model)
    with pytest.raises(UsageError) as told:
        run_import(path)
    assert problem in str(told.value)
    assert told.value.where == str(path)


@pytest.mark.parametrize("content", [{}, [], {"metadata": {}}, {"metadata": {"protocol": "ec2"}}, {"swagger": "2.0"}])
def test_other_files_are_no_models(content: object, tmp_path: Path) -> None:
    assert read_service_model(written(tmp_path, content)) is None


def test_the_public_model_is_the_shipped_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not here: the model is not part of the repository")
    assert run(("import", str(SHARED), "--out", str(tmp_path))) == 0
    assert "aws-ec2-vpc-endpoint-connections 2016-11-15: 3 operations" in capsys.readouterr().out
    made = read_contract(tmp_path / "aws-ec2-vpc-endpoint-connections" / "2016-11-15")
    ours = next(c for c in all_contracts() if c.vendor == "aws")
    assert (made.capabilities, made.list.paging) == (ours.capabilities, Paging.TOKEN)
    assert [o.id for o in made.operations] == [o.id for o in ours.operations]
    listing, own = made.by_role(Role.LIST), ours.by_role(Role.LIST)
    assert listing is not None
    assert own is not None
    for schema, reviewed in ((listing.request, own.request), (listing.responses[200], own.responses[200])):
        assert schema is not None
        assert reviewed is not None
        assert {p for p, _ in schema.leaves()} == {p for p, _ in reviewed.leaves()}
        assert schema.enumerations == reviewed.enumerations


def test_a_reviewed_contract_is_compared_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, MODEL)
    out = tmp_path / "out"
    assert run(("import", str(path), "--out", str(out))) == 0
    file = out / "aws-net-links" / "2020-01-01" / "contract.toml"
    file.write_text('reviewed = "2026-11-21"\n' + file.read_text())
    before = file.read_text()
    capsys.readouterr()
    assert run(("import", str(path), "--out", str(out))) == 0
    assert "reviewed, so it stays as it is" in capsys.readouterr().out
    assert file.read_text() == before
