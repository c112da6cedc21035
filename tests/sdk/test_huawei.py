"""Huawei's SDK, as published, accepts the embedded server over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkvpcep.v1 import (
    AcceptOrRejectEndpointRequest,
    AcceptOrRejectEndpointRequestBody,
    ListServiceConnectionsRequest,
    VpcepClient,
)

from linkproof.contract.loader import all_contracts
from linkproof.mock.fixtures import Parent, read_fixtures
from linkproof.mock.messages import Asked
from linkproof.mock.serve import Embedded
from linkproof.mock.vendors.signed import is_signed

CONTRACT = next(c for c in all_contracts() if c.vendor == "huawei")
PARENT: Parent = read_fixtures(CONTRACT).parents[0]
SERVICE = PARENT.path["vpc_endpoint_service_id"]
PENDING = PARENT.names["pendingAcceptance"]


#: The key that the server is given, and one that it is not.
KEYS = {"access-key": "secret-key"}


def client_of(server: Embedded, key: str = "access-key", secret: str = "secret-key") -> Any:
    """The SDK's client, which signs as it is published."""
    builder: Any = VpcepClient.new_builder()
    config = HttpConfig.get_default_config()
    config.retry_times = 0
    credentials = BasicCredentials(key, secret, PARENT.path["project_id"])
    builder = builder.with_http_config(config).with_credentials(credentials)
    return builder.with_endpoints([server.base_url]).build()


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with Embedded([CONTRACT], keys=KEYS) as running:
        yield running


def listed(client: Any, **query: Any) -> Any:
    """A page of the list."""
    return client.list_service_connections(ListServiceConnectionsRequest(vpc_endpoint_service_id=SERVICE, **query))


def decided(client: Any, action: str, *names: str) -> Any:
    """The answer to an action."""
    body = AcceptOrRejectEndpointRequestBody(action=action, endpoints=list(names))
    return client.accept_or_reject_endpoint(AcceptOrRejectEndpointRequest(SERVICE, body))


def test_it_lists_page_by_page(server: Embedded) -> None:
    client = client_of(server)
    names: list[str] = []
    while True:
        page = listed(client, limit=7, offset=len(names))
        names += [c.id for c in page.connections]
        if len(page.connections) < 7:
            break
    assert page.total_count == len(names) == len(PARENT.connections)
    assert set(names) == {f.name for f in PARENT.connections}


def test_it_filters(server: Embedded) -> None:
    page = listed(client_of(server), status="rejected")
    assert {c.id for c in page.connections} == set(PARENT.names["rejected"])


def test_a_number_of_63_bits_keeps_its_digits(server: Embedded) -> None:
    found = listed(client_of(server), id=PENDING[0]).connections[0]
    assert isinstance(found.marker_id, int)
    assert found.marker_id > 2**53
    assert found.marker_id != int(float(found.marker_id))


@pytest.mark.parametrize(("action", "status", "name"), [("receive", "accepted", 0), ("reject", "rejected", 1)])
def test_it_decides(server: Embedded, action: str, status: str, name: int) -> None:
    client = client_of(server)
    answered = decided(client, action, PENDING[name])
    assert [(c.id, c.status) for c in answered.connections] == [(PENDING[name], status)]
    assert listed(client, id=PENDING[name]).connections[0].status == status


@pytest.mark.parametrize(
    ("action", "names", "status", "code"),
    [
        ("accept", [PENDING[2]], 400, "EndPoint.0007"),
        ("receive", PENDING[2:4], 400, "EndPoint.2031"),
        ("receive", ["0dd5eed0-1111-4222-8333-944445555666"], 404, "EndPoint.2006"),
    ],
)
def test_a_refusal_is_told_as_the_sdks_own_error(
    server: Embedded, action: str, names: list[str], status: int, code: str
) -> None:
    with pytest.raises(ClientRequestException) as told:
        decided(client_of(server), action, *names)
    assert (told.value.status_code, told.value.error_code) == (status, code)
    assert told.value.error_msg


def test_a_wrong_parameter_is_told_by_its_code(server: Embedded) -> None:
    with pytest.raises(ClientRequestException) as told:
        listed(client_of(server), limit=1001)
    assert told.value.error_code == "EndPoint.0006"


@pytest.mark.parametrize(("key", "secret"), [("access-key", "another-secret"), ("another-key", "secret-key")])
def test_a_wrong_key_is_told_as_the_sdks_own_error(server: Embedded, key: str, secret: str) -> None:
    with pytest.raises(ClientRequestException) as told:
        listed(client_of(server, key, secret))
    assert (told.value.status_code, told.value.error_code) == (401, "EndPoint.0003")


def test_a_server_without_keys_takes_any_signature() -> None:
    with Embedded([CONTRACT]) as running:
        assert listed(client_of(running, "any-key", "any-secret")).total_count == len(PARENT.connections)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b'{"action": "reject", "endpoints": []}'},
        {"method": "PUT"},
        {"path": "/v1/other/vpc-endpoint-services/s/connections/action"},
        {"query": (("limit", "1"),)},
        {"X-Sdk-Date": "20200101T000000Z"},
        {"X-Sdk-Date": "today"},
        {"X-Sdk-Date": "20209999T999999Z"},
        {"Host": "another.example"},
        {"Authorization": "SDK-HMAC-SHA256 Access=access-key, SignedHeaders=host, Signature=" + "0" * 64},
        {"Authorization": "Bearer test-token"},
        {"X-Sdk-Content-Sha256": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_request_that_is_not_the_signed_one_is_refused(change: dict[str, Any]) -> None:
    signed = SdkRequest(
        method="POST",
        host="127.0.0.1:8089",
        resource_path=CONTRACT.operations[1].path,
        query_params=[],
        header_params={"Content-Type": "application/json"},
        body=b'{"action": "receive", "endpoints": []}',
    )
    headers = {
        k.lower(): v for k, v in Signer(BasicCredentials("access-key", "secret-key")).sign(signed).header_params.items()
    }
    right = Asked(CONTRACT, "POST", "http://127.0.0.1:8089", signed.resource_path, (), headers, signed.body)
    assert is_signed(right, KEYS)
    assert is_signed(replace(right, headers={**headers, "user-agent": "not covered"}), KEYS)
    members = {k: v for k, v in change.items() if hasattr(right, k)}
    others = {k.lower(): v for k, v in change.items() if k not in members}
    assert not is_signed(replace(right, **members, headers={**headers, **others}), KEYS)
