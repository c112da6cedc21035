"""boto3, as published, accepts the embedded server over a real socket, with any keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from linkproof.cli.entry import run
from linkproof.contract.loader import all_contracts
from linkproof.errors import UsageError
from linkproof.mock.fixtures import Parent, read_fixtures
from linkproof.mock.serve import Embedded
from linkproof.mock.vendors.aws import WRONG_KEY
from linkproof.model.exchange import Credential
from linkproof.targets import credentials
from linkproof.targets.client import Client
from linkproof.targets.credentials import credentials_of, wrong_fields
from linkproof.targets.model import Auth, Target, TargetContract

CONTRACT = next(c for c in all_contracts() if c.vendor == "aws")
PARENT: Parent = read_fixtures(CONTRACT).parents[0]
SERVICE = PARENT.path["ServiceId"]
PENDING = PARENT.names["pendingAcceptance"]
SIGNED = Auth("aws-sigv4", where="target.toml: [auth.aws]", more={"region": "us-east-1"})


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with Embedded([CONTRACT]) as running:
        yield running


def client_of(server: Embedded, key: str = "any") -> Any:
    """boto3's client, which signs as it is published."""
    return boto3.client(
        "ec2",
        region_name="us-east-1",
        endpoint_url=server.base_url,
        aws_access_key_id=key,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )


def states(client: Any, *names: str) -> list[str]:
    """How some endpoints are shown."""
    found = client.describe_vpc_endpoint_connections(Filters=[{"Name": "vpc-endpoint-id", "Values": list(names)}])
    shown = {c["VpcEndpointId"]: c["VpcEndpointState"] for c in found["VpcEndpointConnections"]}
    return [shown[name] for name in names]


def test_the_paginator_finds_every_connection_once(server: Embedded) -> None:
    paginator = client_of(server).get_paginator("describe_vpc_endpoint_connections")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 7}))
    names = [c["VpcEndpointId"] for page in pages for c in page["VpcEndpointConnections"]]
    assert len(pages) > 3
    assert len(names) == len(set(names)) == sum(len(p.connections) for p in read_fixtures(CONTRACT).parents)
    by_state = [{"Name": "vpc-endpoint-state", "Values": ["rejected", "failed"]}]
    found = paginator.paginate(Filters=by_state).build_full_result()["VpcEndpointConnections"]
    assert {c["VpcEndpointState"] for c in found} == {"rejected", "failed"}
    assert found[0]["CreationTimestamp"].year == 2026
    assert found[0]["DnsEntries"][0]["DnsName"].endswith(".vpce.amazonaws.com")


def test_several_are_accepted_but_one_that_does_not_exist(server: Embedded) -> None:
    client = client_of(server)
    answer = client.accept_vpc_endpoint_connections(ServiceId=SERVICE, VpcEndpointIds=[*PENDING[:2], "vpce-0"])
    failed = answer["Unsuccessful"]
    assert [(f["ResourceId"], f["Error"]["Code"]) for f in failed] == [("vpce-0", "InvalidVpcEndpointId.NotFound")]
    assert states(client, *PENDING[:3]) == ["available", "available", "pendingAcceptance"]
    assert client.reject_vpc_endpoint_connections(ServiceId=SERVICE, VpcEndpointIds=[PENDING[0]])["Unsuccessful"] == []
    assert states(client, PENDING[0]) == ["rejected"]
    assert answer["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(
    ("operation", "arguments", "status", "code"),
    [
        ("describe", {"Filters": [{"Name": "colour", "Values": ["red"]}]}, 400, "InvalidParameterValue"),
        ("describe", {"MaxResults": 4}, 400, "InvalidParameterValue"),
        ("describe", {"NextToken": "made-up"}, 400, "InvalidNextToken"),
        ("describe", {"DryRun": True}, 412, "DryRunOperation"),
        (
            "accept",
            {"ServiceId": "vpce-svc-0", "VpcEndpointIds": ["vpce-1"]},
            400,
            "InvalidVpcEndpointServiceId.NotFound",
        ),
        ("reject", {"ServiceId": SERVICE, "VpcEndpointIds": []}, 400, "MissingParameter"),
        ("accept", {"ServiceId": SERVICE, "VpcEndpointIds": [PENDING[9]], "DryRun": True}, 412, "DryRunOperation"),
    ],
)
def test_what_is_refused_is_an_error_of_the_client(
    server: Embedded, operation: str, arguments: dict[str, Any], status: int, code: str
) -> None:
    client = client_of(server)
    with pytest.raises(ClientError) as refused:
        getattr(client, f"{operation}_vpc_endpoint_connections")(**arguments)
    answer = refused.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (status, code)
    assert states(client, PENDING[9]) == ["pendingAcceptance"]


def test_requests_that_nobody_signed_are_refused(server: Embedded) -> None:
    with pytest.raises(ClientError) as refused:
        client_of(server, WRONG_KEY).describe_vpc_endpoint_connections()
    assert refused.value.response["Error"]["Code"] == "AuthFailure"
    unsigned = botocore.session.Session().create_client(
        "ec2", "us-east-1", endpoint_url=server.base_url, config=Config(signature_version=botocore.UNSIGNED)
    )
    with pytest.raises(ClientError) as refused:
        unsigned.describe_vpc_endpoint_connections()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 401


# signing, and runs with it


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the environment, and no other source of them."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


@pytest.mark.usefixtures("keys")
def test_requests_are_signed_by_botocore(server: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(
        "t", "mock", server.base_url, {CONTRACT.id: TargetContract(CONTRACT.id, PARENT.path)}, {"aws": SIGNED}
    )
    client = Client(target)
    body = b"Action=DescribeVpcEndpointConnections&Version=2016-11-15&MaxResults=5"
    statuses = [
        client.send(CONTRACT, "POST", f"{server.base_url}/", body=body, credential=credential).response.status
        for credential in (Credential.VALID, Credential.MISSING, Credential.WRONG)
    ]
    client.close()
    assert statuses == [200, 401, 401]
    monkeypatch.setenv("AWS_SESSION_TOKEN", "the-session-token")
    fields = dict(credentials_of(SIGNED, server.base_url).fields("POST", "https://ec2.us-east-1.amazonaws.com/", body))
    assert fields["X-Amz-Security-Token"] == "the-session-token"
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token" in fields["Authorization"]


def test_the_wrong_key_is_the_one_that_the_server_knows() -> None:
    assert credentials._WRONG_KEYS[0] == WRONG_KEY
    fixed = Auth("authorization", "AWS4-HMAC-SHA256 Credential=k/1/r/ec2/aws4_request")
    assert wrong_fields(fixed, "GET", "http://h/", b"") == [
        ("Authorization", "AWS4-HMAC-SHA256 wrong-credential-of-linkproof")
    ]


def test_without_keys_nobody_is_signed_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for more in ({}, {"profile": "nobody"}, {"role_arn": "arn:aws:iam::123456789012:role/r"}):
        with pytest.raises(UsageError) as told:
            credentials_of(Auth("aws-sigv4", where="target.toml: [auth.aws]", more={"region": "r", **more}), "")
        assert "no credential for AWS" in str(told.value)
        assert "docs/targets.md" in told.value.fix


TARGET = """
[target]
base_url = "{url}"
checks_credentials = true
writes = true
reset = {{ path = "/_control/reset" }}
[auth.aws]
kind = "aws-sigv4"
region = "us-east-1"
[contracts.aws-ec2-vpc-endpoint-connections]
path = {{ ServiceId = "{service}" }}
[contracts.aws-ec2-vpc-endpoint-connections.fixtures]
pendingAcceptance = {pending}
"""


@pytest.mark.usefixtures("keys")
def test_no_key_is_in_what_a_signed_run_writes(
    server: Embedded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "target.toml"
    file.write_text(TARGET.format(url=server.base_url, service=SERVICE, pending=json.dumps(list(PENDING))))
    out, cassette = tmp_path / "out", tmp_path / "run.yaml"
    chosen = ("-k", "credentials or together or token")
    code = run(
        ("run", "-t", str(file), "--out", str(out), "--record", str(cassette), "--allow-unproven", "-vv", *chosen)
    )
    told = capsys.readouterr()
    assert code == 0, told.out
    written = "".join(p.read_text(errors="replace") for p in [*out.rglob("*"), cassette] if p.is_file())
    assert "AWS4-HMAC-SHA256" not in written.replace("AWS4-HMAC-SHA256 ***", "").replace(
        "AWS4-HMAC-SHA256 redacted", ""
    )
    for secret in ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "Signature="):
        assert secret not in written + told.out + told.err, secret
