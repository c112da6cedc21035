"""Open Telekom Cloud's SDK, as published, accepts the embedded server over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openstack
import pytest
from openstack.exceptions import BadRequestException, HttpException, NotFoundException
from otcextensions import sdk

from linkproof.contract.loader import all_contracts
from linkproof.mock.fixtures import Parent, read_fixtures
from linkproof.mock.serve import Embedded
from linkproof.targets.credentials import credentials_of
from linkproof.targets.model import Auth

CONTRACT = next(c for c in all_contracts() if c.id == "otc-vpcep-connections")
PARENT: Parent = read_fixtures(CONTRACT).parents[0]
PROJECT, SERVICE = PARENT.path["project_id"], PARENT.path["vpc_endpoint_service_id"]
PENDING = PARENT.names["pendingAcceptance"]

# The SDK warns of the retirement of its own parts.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def client_of(server: Embedded, token: str = "test-token") -> Any:
    """The SDK's proxy of the service, set up as a clouds.yaml with a token would set it up."""
    connection: Any = openstack.connect(
        auth_type="admin_token",
        auth={"endpoint": server.base_url, "token": token},
        vpcep_endpoint_override=f"{server.base_url}/v1/{PROJECT}",
        load_yaml_config=False,
        load_envvars=False,
    )
    sdk.register_single_service(connection, "vpcep", PROJECT)
    return connection.vpcep


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    # All contracts: Huawei's has the same paths, and the project says whose request it is.
    with Embedded() as running:
        yield running


def test_it_lists_page_by_page(server: Embedded) -> None:
    client = client_of(server)
    names: list[str] = []
    while page := [c.id for c in client.service_connections(SERVICE, limit=7, offset=len(names))]:
        names += page
    assert len(names) == len(set(names)) == len(PARENT.connections)
    assert set(names) == {f.name for f in PARENT.connections}


def test_its_list_without_a_limit_is_the_first_page_alone(server: Embedded) -> None:
    """The SDK goes by next links, which this API does not have: it does not see the eleventh connection."""
    assert len(list(client_of(server).service_connections(SERVICE))) == 10


def test_a_number_of_63_bits_keeps_its_digits(server: Embedded) -> None:
    found = next(iter(client_of(server).service_connections(SERVICE, id=PENDING[0])))
    assert found.marker_id > 2**53
    assert found.marker_id != int(float(found.marker_id))


@pytest.mark.parametrize(("action", "status", "name"), [("accept", "accepted", 0), ("reject", "rejected", 1)])
def test_it_decides(server: Embedded, action: str, status: str, name: int) -> None:
    client = client_of(server)
    answered = client.manage_service_connections(SERVICE, action, [PENDING[name]])
    assert [(c.id, c.status) for c in answered] == [(PENDING[name], status)]
    shown = client.service_connections(SERVICE, id=PENDING[name])
    assert [c.status for c in shown] == [status]


@pytest.mark.parametrize(
    ("names", "error", "code"),
    [
        (PENDING[2:4], BadRequestException, "EndPoint.2031"),
        (["no id"], BadRequestException, "EndPoint.2017"),
        (["0dd5eed0-1111-4222-8333-944445555666"], NotFoundException, "EndPoint.2006"),
    ],
)
def test_a_refusal_is_told_as_the_sdks_own_error(
    server: Embedded, names: list[str], error: type[HttpException], code: str
) -> None:
    with pytest.raises(error) as told:
        client_of(server).manage_service_connections(SERVICE, "accept", names)
    assert told.value.response is not None
    assert told.value.response.json()["error_code"] == code


def test_what_a_target_file_signs_is_taken_with_its_keys_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTC_ACCESS_KEY", "access-key")
    monkeypatch.setenv("OTC_SECRET_KEY", "secret-key")
    more = {"access_key_env": "OTC_ACCESS_KEY", "secret_key_env": "OTC_SECRET_KEY", "project_id": PROJECT}
    with Embedded([CONTRACT], keys={"access-key": "secret-key"}) as running:
        url = f"{running.base_url}/v1/{PROJECT}/vpc-endpoint-services/{SERVICE}/connections?limit=3&sort_dir=asc"
        fields = credentials_of(Auth("aksk", more=more), running.base_url).fields("GET", url, b"")
        assert httpx.get(url, headers=fields, trust_env=False).status_code == 200
        other = url.replace("limit=3", "limit=4")
        assert httpx.get(other, headers=fields, trust_env=False).json()["error_code"] == "EndPoint.0003"


def test_a_host_alone_and_a_body_that_is_no_text_can_be_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTC_ACCESS_KEY", "access-key")
    monkeypatch.setenv("OTC_SECRET_KEY", "secret-key")
    more = {"access_key_env": "OTC_ACCESS_KEY", "secret_key_env": "OTC_SECRET_KEY", "project_id": PROJECT}
    with Embedded([CONTRACT], keys={"access-key": "secret-key"}) as running:
        credentials = credentials_of(Auth("aksk", more=more), running.base_url)
        assert credentials.fields("GET", running.base_url, b"")
        url = f"{running.base_url}/v1/{PROJECT}/vpc-endpoint-services/{SERVICE}/connections/action"
        headers = [*credentials.fields("POST", url, b"\xff\xfe"), ("Content-Type", "application/json")]
        answer = httpx.post(url, headers=headers, content=b"\xff\xfe", trust_env=False)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "EndPoint.0002")


def test_a_wrong_credential_is_told_as_the_sdks_own_error(server: Embedded) -> None:
    with pytest.raises(HttpException) as told:
        list(client_of(server, "not the token").service_connections(SERVICE))
    assert told.value.status_code == 401
