"""The embedded server is one that Huawei's own SDK accepts, as it is published, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkvpcep.v1 import (
    AcceptOrRejectEndpointRequest,
    AcceptOrRejectEndpointRequestBody,
    ListServiceConnectionsRequest,
    VpcepClient,
)

from linkproof.contract.loader import all_contracts
from linkproof.mock.fixtures import Parent, read_fixtures
from linkproof.mock.serve import Embedded

CONTRACT = next(c for c in all_contracts() if c.vendor == "huawei")
PARENT: Parent = read_fixtures(CONTRACT).parents[0]
SERVICE = PARENT.path["vpc_endpoint_service_id"]
PENDING = PARENT.names["pendingAcceptance"]


def credentials(token: str) -> Any:
    """Proof by a token in X-Auth-Token, where the SDK would sign with a key."""

    def put_on(request: Any) -> Any:
        request.header_params["X-Auth-Token"] = token
        # Signing is also what puts path and query together, the path with a slash at its end.
        query = "&".join(f"{name}={value}" for name, value in request.query_params or ())
        request.uri = f"{request.resource_path}?{query}" if query else request.resource_path
        return request

    found: Any = BasicCredentials("key", "secret", PARENT.path["project_id"])
    found.sign_request = put_on
    return found


def client_of(server: Embedded, token: str = "test-token") -> Any:
    """The SDK's client."""
    builder: Any = VpcepClient.new_builder()
    config = HttpConfig.get_default_config()
    config.retry_times = 0
    builder = builder.with_http_config(config).with_credentials(credentials(token))
    return builder.with_endpoints([server.base_url]).build()


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with Embedded([CONTRACT]) as running:
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


def test_a_wrong_credential_is_told_as_the_sdks_own_error(server: Embedded) -> None:
    with pytest.raises(ClientRequestException) as told:
        listed(client_of(server, "not the token"))
    assert (told.value.status_code, told.value.error_code) == (401, "EndPoint.0003")
