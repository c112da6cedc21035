"""Bodies of decisions: the contract's other required members, and no read-only ones."""

from __future__ import annotations

import httpx
import pytest

from linkproof.contract.catalogue import imported
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Parameter, Role
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.direct import Direct
from linkproof.runner.request_builder import RequestBuilder
from linkproof.targets.model import TargetContract

STATE = "/properties/privateLinkServiceConnectionState"


def shipped(name: str) -> Contract:
    """An imported contract by its id."""
    return next(e.contract for e in imported() if e.id == name)


def builder(contract: Contract) -> RequestBuilder:
    """Bodies for a contract, on a target that says nothing."""
    return RequestBuilder(contract, TargetContract(contract.id, {}))


def test_what_is_required_beside_a_decision_is_named() -> None:
    assert builder(shipped("azure-relay-namespaces-2018-01-01-preview")).required_beside == ("/location",)
    for contract in all_contracts():
        assert builder(contract).required_beside == (), contract.id


def test_a_read_only_description_is_not_sent() -> None:
    contract = shipped("azure-notificationhubs-namespaces")
    body = builder(contract).decision("approve", "one", "a reason")
    assert body == {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    assert "description" not in contract.capabilities
    kusto = shipped("azure-kusto-clusters")
    assert kusto.decide.description == f"{STATE}/description"
    assert "description" in kusto.capabilities


@pytest.mark.parametrize(
    ("schema", "limited"),
    [
        ({"pattern": "^.*$"}, False),
        ({"pattern": ".+"}, False),
        ({"pattern": "^[a-z]*$"}, True),
        ({"pattern": "^.*$", "maxLength": 9}, True),
        ({"minLength": 1}, False),
        ({}, False),
    ],
)
def test_a_pattern_that_everything_fits_is_no_limit(schema: dict[str, object], limited: bool) -> None:
    assert Parameter("name", "path", True, schema).limited is limited


@pytest.mark.parametrize(("name", "status"), [("azure-search-searchservices", 404), ("azure-kusto-clusters", 204)])
def test_deleting_what_is_absent_is_answered_as_documented(name: str, status: int) -> None:
    """The embedded server answers 204 only where the contract documents it."""
    contract = shipped(name)
    server = build_server((contract,), behaviour=DEFAULT, operation_s=0)
    operation = contract.by_role(Role.DELETE)
    assert operation is not None
    path = builder(contract).path(operation, "absent", server.services[0].store.fixtures.parents[0].path)
    headers = {"Authorization": "Bearer test-token"}
    with httpx.Client(transport=Direct(server), base_url="http://embedded.invalid", headers=headers) as client:
        answer = client.delete(path, params={"api-version": contract.version})
    assert answer.status_code == status
    assert bool(answer.content) is (status == 404)


def test_probes_read_the_list_and_an_absent_connection_within_the_limits_of_names() -> None:
    one = next(c for c in all_contracts() if c.id == "azure-dbforpostgresql-pec")
    path = dict.fromkeys(one.parent_parameters, "x")
    requests = RequestBuilder(one, TargetContract(one.id, path))
    listed, got = (url.partition("?") for url in requests.probes("https://host.example"))
    assert listed[0].startswith("https://host.example/subscriptions/x/")
    assert got[0] == f"{listed[0]}/{requests.absent()}"
    assert listed[2] == got[2] == f"api-version={one.version}"
