"""Azure's SDKs, as published, accept the embedded server over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.containerservice import models as aks_models
from azure.mgmt.healthcareapis import HealthcareApisManagementClient
from azure.mgmt.healthcareapis import models as health_models
from azure.mgmt.rdbms.postgresql import PostgreSQLManagementClient
from azure.mgmt.rdbms.postgresql import models as postgres_models

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.defaults import conforming
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded
from tests.waiting import LIMIT_S

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
#: Clients sleep for as long as Retry-After says, also for whole seconds on a server that is done in a moment.
IDS = {
    "aks": "azure-containerservice-pec",
    "health": "azure-healthcareapis-pec",
    "dicom": "azure-healthcareapis-dicom",
    "postgres": "azure-dbforpostgresql-pec",
}


class Bearer(SansIOHTTPPolicy[Any, Any]):
    """Sends a bearer token, also without TLS, which the SDK's own policy refuses."""

    def __init__(self, token: str = "test-token") -> None:
        super().__init__()
        self.token = token

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Put the token on."""
        request.http_request.headers["Authorization"] = f"Bearer {self.token}"


class Static:
    """A credential that the SDKs ask to be there; the policy above is what signs."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        """The one token."""
        return AccessToken("test-token", 4_102_444_800)


def at_once(contract: Contract) -> Behaviour:
    """The conforming server, whose operations may be asked for again at once."""
    found = conforming(contract)
    return found.override("operations", retry_after=lambda _: "0") if contract.vendor == "azure" else found


@pytest.fixture
def server() -> Iterator[Embedded]:
    with Embedded(behaviour=at_once) as running:
        yield running


def contract(name: str) -> Contract:
    return next(c for c in all_contracts() if c.id == IDS[name])


def parent(name: str) -> tuple[str, str]:
    """Resource group and parent, as the fixtures have them."""
    path = read_fixtures(contract(name)).parents[0].path
    return path["resourceGroupName"], path[contract(name).parent_parameters[-1]]


def options(server: Embedded, name: str, token: str) -> dict[str, Any]:
    return {
        "credential": Static(),
        "subscription_id": SUBSCRIPTION,
        "base_url": server.base_url,
        "authentication_policy": Bearer(token),
        "polling_interval": 0,
        "retry_total": 0,
        "api_version": contract(name).version,
    }


class Client:
    """The private endpoint connections of one SDK, under one set of names."""

    def __init__(self, server: Embedded, name: str, token: str = "test-token") -> None:
        self.name = name
        self.place = parent(name)
        given = options(server, name, token)
        kinds: dict[str, Any] = {
            "aks": ContainerServiceClient,
            "health": HealthcareApisManagementClient,
            "postgres": PostgreSQLManagementClient,
        }
        if name == "postgres":
            given.pop("api_version")  # the client has one version for each of its operations
        self.sdk = kinds[name](**given)
        member = "workspace_private_endpoint_connections" if name == "health" else "private_endpoint_connections"
        self.operations: Any = getattr(self.sdk, member)

    def list(self) -> list[Any]:
        """Every connection."""
        if self.name == "aks":
            return list(self.operations.list(*self.place).value)
        lister = self.operations.list_by_server if self.name == "postgres" else self.operations.list_by_workspace
        return list(lister(*self.place))

    def get(self, name: str) -> Any:
        """One connection."""
        return self.operations.get(*self.place, name)

    def decide(self, name: str, status: str, description: str) -> Any:
        """Approve or reject, and wait until it is done."""
        if self.name == "aks":
            aks: Any = aks_models
            aks_state = aks.PrivateLinkServiceConnectionState(status=status, description=description)
            body: Any = aks.PrivateEndpointConnection(private_link_service_connection_state=aks_state)
            return self.operations.update(*self.place, name, body)
        if self.name == "health":
            state = health_models.PrivateLinkServiceConnectionState(status=status, description=description)
            body = health_models.PrivateEndpointConnectionDescription(private_link_service_connection_state=state)
        else:
            property_ = postgres_models.PrivateLinkServiceConnectionStateProperty(
                status=status, description=description
            )
            body = postgres_models.PrivateEndpointConnection(private_link_service_connection_state=property_)
        return self.operations.begin_create_or_update(*self.place, name, body).result(timeout=LIMIT_S)

    def delete(self, name: str) -> None:
        """Delete, and wait until it is done."""
        self.operations.begin_delete(*self.place, name).result(timeout=LIMIT_S)


NAMES = ["aks", "health", "postgres"]


@pytest.mark.parametrize("name", NAMES)
def test_it_lists_every_connection(server: Embedded, name: str) -> None:
    wanted = [f.name for f in read_fixtures(contract(name)).parents[0].connections]
    found = Client(server, name).list()
    assert sorted(c.name for c in found) == sorted(wanted)
    assert {c.type for c in found} == {contract(name).resource_type}


@pytest.mark.parametrize("name", NAMES)
def test_it_gets_one(server: Embedded, name: str) -> None:
    found = Client(server, name).get("approved-01")
    assert found.name == "approved-01"
    assert found.private_link_service_connection_state.status == "Approved"
    assert found.private_endpoint.id.endswith("/privateEndpoints/pe-approved-01")
    assert found.provisioning_state in contract(name).settled.provisioning


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", ["Approved", "Rejected"])
def test_it_decides(server: Embedded, name: str, status: str) -> None:
    client = Client(server, name)
    answered = client.decide("pending-01", status, "Für Zürich ✓")
    assert answered.private_link_service_connection_state.status == status
    shown = client.get("pending-01").private_link_service_connection_state
    assert (shown.status, shown.description) == (status, "Für Zürich ✓")


@pytest.mark.parametrize("name", NAMES)
def test_it_deletes(server: Embedded, name: str) -> None:
    client = Client(server, name)
    client.delete("rejected-01")
    with pytest.raises(ResourceNotFoundError) as told:
        client.get("rejected-01")
    assert told.value.status_code == 404
    assert "rejected-01" not in [c.name for c in client.list()]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_unknown_is_told_as_the_sdks_own_error(server: Embedded, name: str) -> None:
    with pytest.raises(ResourceNotFoundError) as told:
        Client(server, name).get("nobody")
    assert told.value.error is not None
    assert told.value.error.code == "ResourceNotFound"
    assert told.value.error.message


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_credential_is_told_as_the_sdks_own_error(server: Embedded, name: str) -> None:
    with pytest.raises(ClientAuthenticationError) as told:
        Client(server, name, token="not the token").get("approved-01")
    assert told.value.status_code == 401
    assert "InvalidAuthenticationToken" in str(told.value)


def test_what_was_decided_is_final_for_postgresql(server: Embedded) -> None:
    client = Client(server, "postgres")
    with pytest.raises(HttpResponseError) as told:
        client.decide("approved-01", "Rejected", "Too late")
    assert told.value.error is not None
    assert (told.value.status_code, told.value.error.code) == (400, "PrivateEndpointConnectionStatusNotPending")


def test_tags_are_put_on(server: Embedded) -> None:
    """Of a connection that is Succeeded: while one is Ready, this client asks for ever (docs/clients.md)."""
    client = Client(server, "postgres")
    tags = postgres_models.TagsObject(tags={"owner": "network"})
    poller = client.operations.begin_update_tags(*client.place, "rejected-01", tags)
    assert poller.result(timeout=LIMIT_S).name == "rejected-01"
    assert poller.done()


def test_dicom_services_come_page_by_page(server: Embedded) -> None:
    sdk = HealthcareApisManagementClient(**options(server, "dicom", "test-token"))
    listed: Any = sdk.dicom_services.list_by_workspace(*parent("dicom"))
    pages = [list(p) for p in listed.by_page()]
    assert len(pages) == 3
    wanted = [f.name for f in read_fixtures(contract("dicom")).parents[0].connections]
    assert [s.name.rsplit("/", 1)[-1] for page in pages for s in page] == wanted
    assert str(sdk.dicom_services.get(*parent("dicom"), wanted[0]).service_url).startswith("https://")


def test_a_poller_tells_how_an_operation_stands(server: Embedded) -> None:
    client = Client(server, "postgres")
    poller = client.operations.begin_delete(*client.place, "pending-02")
    poller.wait(timeout=LIMIT_S)
    assert poller.done()
    assert poller.status() == "Succeeded"
