"""One HAR file with the traffic of several clouds: each exchange is judged by the contract of its host."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from linkproof.cli.entry import run
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.mock.app import build_server
from linkproof.mock.direct import Direct
from linkproof.mock.fixtures import read_fixtures

#: A host of each cloud, and the header that carries the credential.
_SIGNATURE = "SignedHeaders=host, Signature=" + "0" * 64
CLOUDS = {
    "aws-ec2-vpc-endpoint-connections": (
        "https://ec2.eu-west-1.amazonaws.com",
        {
            "Authorization": f"AWS4-HMAC-SHA256 Credential=k/20261121/eu-west-1/ec2/aws4_request, {_SIGNATURE}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    ),
    "azure-healthcareapis-pec": ("https://management.azure.com", {"Authorization": "Bearer test-token"}),
    "huawei-vpcep-connections": ("https://vpcep.eu-west-101.myhuaweicloud.com", {"X-Auth-Token": "test-token"}),
    "otc-vpcep-connections": ("https://vpcep.eu-de.otc.t-systems.com", {"X-Auth-Token": "test-token"}),
}
CONTRACTS = {c.id: c for c in all_contracts()}


def requests(contract: Contract) -> list[tuple[str, str, str]]:
    """Method, URL and body of a valid list, and of one with a defect."""
    host = CLOUDS[contract.id][0]
    listing = contract.by_role(Role.LIST)
    assert listing is not None
    if contract.by_name:
        form = f"Action={listing.id}&Version={contract.version}"
        return [("POST", f"{host}/", form), ("POST", f"{host}/", f"{form}&MaxResults=x")]
    path = listing.path
    for name, value in read_fixtures(contract).parents[0].path.items():
        path = path.replace(f"{{{name}}}", value)
    query = f"?api-version={contract.version}" if contract.version_parameter else "?limit=5"
    return [("GET", f"{host}{path}{query}", ""), ("GET", f"{host}{path}{query}&limit=x", "")]


def entries(contract: Contract) -> list[dict[str, Any]]:
    """HAR entries of a list's first page and an error response, as a browser or a proxy writes them."""
    headers = CLOUDS[contract.id][1]
    found = []
    with httpx.Client(transport=Direct(build_server(tuple(CONTRACTS[c] for c in CLOUDS)))) as client:
        for method, url, body in requests(contract):
            answer = client.request(method, url, headers=headers, content=body)
            posted = {"postData": {"mimeType": headers["Content-Type"], "text": body}} if body else {}
            found.append(
                {
                    "startedDateTime": "2026-11-21T20:00:00.000Z",
                    "time": 12,
                    "request": {
                        "method": method,
                        **posted,
                        "url": url,
                        "headers": [{"name": k, "value": v} for k, v in headers.items()],
                    },
                    "response": {
                        "status": answer.status_code,
                        "headers": [{"name": k, "value": v} for k, v in answer.headers.items()],
                        "content": {"mimeType": answer.headers["content-type"], "text": answer.text},
                    },
                }
            )
    return found


@pytest.mark.parametrize("broken", [None, *CLOUDS])
def test_each_exchange_is_judged_by_the_contract_of_its_host(
    broken: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {name: entries(CONTRACTS[name]) for name in CLOUDS}
    if broken:
        content = rows[broken][0]["response"]["content"]
        content["text"] = content["text"].replace('"status":"', '"status":"un')
        content["text"] = content["text"].replace("<vpcEndpointState>pending", "<vpcEndpointState>Pending")
    mixed = [entry for pair in zip(*rows.values(), strict=True) for entry in pair]
    file = tmp_path / "traffic.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": mixed}}))
    code = run(("check", str(file), "--allow-unproven", "--json"))
    results = json.loads(capsys.readouterr().out)
    assert {c["id"] for c in results["contracts"]} == set(CLOUDS)
    assert results["unmatched"] == []
    found = {(f["contract"], f["requirement"]) for f in results["findings"] if f["level"] == "MUST"}
    assert found == ({(broken, "ENM-1")} if broken else set())
    assert code == (1 if broken else 0)
