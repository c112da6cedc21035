"""Contracts with the same path: the host decides, or the contract that the request was sent for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.request_match import Addresses
from linkproof.contract.routing import Route, Router
from linkproof.judging.judge import Judge
from linkproof.mock.app import build_server
from linkproof.mock.fixtures import Fixtures, fixtures_of, read_fixtures
from linkproof.mock.messages import Asked
from linkproof.model.exchange import Exchange, Headers, Request, Response
from tests.traffic import HUAWEI, MOCK, contract

PATH = "/v1/p1/vpc-endpoint-services/s1/connections"
ANY_HOST = contract(HUAWEI)
OTHER = replace(ANY_HOST, id="other-cloud", hosts=("vpcep.*.other.example",))
THIRD = replace(ANY_HOST, id="third-cloud", hosts=("*.third.example",))


@pytest.mark.parametrize(
    ("host", "wanted", "chosen"),
    [
        ("127.0.0.1:8080", "", HUAWEI),
        ("vpcep.eu.other.example", "", "other-cloud"),
        ("VPCEP.eu.OTHER.example:443", "", "other-cloud"),
        ("vpcep.eu.third.example", "", "third-cloud"),
        ("127.0.0.1", "third-cloud", "third-cloud"),
        ("vpcep.eu.other.example", "third-cloud", "third-cloud"),
        ("127.0.0.1", "unknown", HUAWEI),
    ],
)
def test_the_host_decides_between_contracts_of_one_path(host: str, wanted: str, chosen: str) -> None:
    for order in ([ANY_HOST, OTHER, THIRD], [THIRD, OTHER, ANY_HOST]):
        found = Router(order).match(f"https://{host}{PATH}", wanted)
        assert isinstance(found, Route)
        assert found.contract.id == chosen


def test_without_a_contract_of_any_host_the_first_one_has_it() -> None:
    found = Router([OTHER, THIRD]).match(f"https://127.0.0.1{PATH}")
    assert isinstance(found, Route)
    assert found.contract.id == "other-cloud"


def test_contracts_of_one_path_are_different_places() -> None:
    assert len({ANY_HOST.place, OTHER.place, THIRD.place}) == 3


def test_an_exchange_that_was_sent_for_a_contract_is_judged_by_it() -> None:
    judge = Judge([ANY_HOST, OTHER], MOCK)
    plain = Exchange(Request("GET", f"http://127.0.0.1{PATH}"), Response(200, Headers(), b"{}"))
    for wanted, chosen in (("", HUAWEI), ("other-cloud", "other-cloud")):
        call = judge.peek(replace(plain, contract=wanted))
        assert call is not None
        assert call.contract.id == chosen


def test_the_embedded_server_knows_a_contract_by_its_parent() -> None:
    def fixtures(of: Contract) -> Fixtures:
        if of.id == HUAWEI:
            return read_fixtures(of)
        return fixtures_of(of, ({"project_id": "p1", "vpc_endpoint_service_id": "s1"}, {}))

    server = build_server([ANY_HOST, OTHER], fixtures=fixtures)
    own = read_fixtures(ANY_HOST).parents[0].path
    listing = ANY_HOST.by_role(Role.LIST)
    assert listing is not None
    for project, service, chosen in (
        ("p1", "s1", "other-cloud"),
        ("p1", "unknown", "other-cloud"),
        (own["project_id"], "unknown", HUAWEI),
        ("unknown", "unknown", HUAWEI),
    ):
        path = listing.path.format(project_id=project, vpc_endpoint_service_id=service)
        asked = Asked(ANY_HOST, "GET", "http://127.0.0.1", path, (), {}, b"")
        assert server.find(asked, "").contract.id == chosen


def test_what_is_kept_of_a_query_gives_the_same_defects_at_every_path() -> None:
    postgresql = contract("azure-dbforpostgresql-pec")
    version = f"api-version={postgresql.version}"
    names, queries = ("one", "x" * 300, ""), (version, "", "api-version=1999-01-01", f"{version}&{version}", "a=b")
    server = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/servers/svr"
    urls = [f"https://h{server}/privateEndpointConnections/{n}?{q}" for n in names for q in queries]
    kept = Addresses(Router([postgresql], any_version=True))
    for method in ("GET", "PUT", "PATCH"):
        for url in (*urls, *urls):
            found, alone = (a.find(method, url) for a in (kept, Addresses(Router([postgresql], any_version=True))))
            if isinstance(found, str) or isinstance(alone, str):
                assert found == alone
                continue
            assert (found.defects, found.seen_version) == (alone.defects, alone.seen_version)
