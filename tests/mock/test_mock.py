"""The embedded server conforms: each family of requirements, on every contract, in process and over a socket."""

from __future__ import annotations

import asyncio
import functools
import json
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jsonschema_rs
import pytest

from linkproof.base.json_values import at, parse, place
from linkproof.base.resources import folder
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.names import within_limits
from linkproof.contract.operation import Operation, Role
from linkproof.contract.protocol import Format
from linkproof.faults.edits import going_on
from linkproof.mock.app import MAX_BODY, build_app, build_server
from linkproof.mock.defaults import only_for
from linkproof.mock.error_responses import ErrorCase, ErrorRow
from linkproof.mock.fixtures import Fixtures, read_fixtures
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.serve import Embedded
from linkproof.mock.vendors.azure import AZURE

#: What speaks JSON, by paths; tests/sdk/test_aws.py drives the server with forms and XML.
CONTRACTS = {c.id: c for c in all_contracts() if c.protocol.response is Format.JSON}
HEALTH, AKS, POSTGRES, HUAWEI, DICOM = (
    CONTRACTS[name]
    for name in (
        "azure-healthcareapis-pec",
        "azure-containerservice-pec",
        "azure-dbforpostgresql-pec",
        "huawei-vpcep-connections",
        "azure-healthcareapis-dicom",
    )
)
AZURES = [c for c in CONTRACTS.values() if c.vendor == "azure"]
DECIDING = [c for c in CONTRACTS.values() if c.by_role(Role.DECIDE)]
DELETING = [c for c in CONTRACTS.values() if c.by_role(Role.DELETE)]
GOING_ON = [c for c in DELETING if any(o.role is Role.DELETE and 202 in o.responses for o in c.operations)]
CREDENTIALS = {"Authorization": "Bearer test-token", "X-Auth-Token": "test-token"}


def each(contracts: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("contract", list(contracts), ids=lambda c: c.id)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Mock:
    """A client of a server in process, with requests put together from a contract."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        app = build_app(all_contracts(), operation_s=10, clock=self.clock, **options)
        self.transport = httpx.ASGITransport(app=app)

    async def asend(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        headers = kwargs.pop("headers", CREDENTIALS)
        async with httpx.AsyncClient(transport=self.transport, base_url="http://mock.test") as client:
            return await client.request(method, url, headers=headers, **kwargs)

    def send(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        return asyncio.run(self.asend(method, url, **kwargs))

    def call(self, contract: Contract, role: Role, name: str = "", **kwargs: Any) -> httpx.Response:
        operation = operation_of(contract, role)
        answer = self.send(
            kwargs.pop("method", operation.method),
            kwargs.pop("path", path_of(contract, operation, name)),
            params={**version(contract), **kwargs.pop("query", {})},
            **kwargs,
        )
        if answer.request.method == operation.method:
            fits(operation, answer)
        return answer

    def read(self, contract: Contract, **kwargs: Any) -> httpx.Response:
        """The list, or a connection where there is no list."""
        if contract.by_role(Role.LIST):
            return self.call(contract, Role.LIST, **kwargs)
        return self.call(contract, Role.GET, any_name(contract), **kwargs)

    def decide(self, contract: Contract, word: str, name: str, text: str = "why") -> httpx.Response:
        return self.call(contract, Role.DECIDE, name, json=body_for(contract, word, name, text))

    def show(self, contract: Contract, name: str) -> Any:
        if contract.by_role(Role.GET):
            return self.call(contract, Role.GET, name).json()
        found = self.call(contract, Role.LIST, query={"id": name}).json()["connections"]
        return found[0] if found else {}

    def everything(self, contract: Contract) -> list[Any]:
        if not contract.by_role(Role.LIST):
            return [shown for n in all_names(contract) if "id" in (shown := self.show(contract, n))]
        if contract.list.limit:
            return list(self.call(contract, Role.LIST, query={"limit": "1000"}).json()["connections"])
        answer, found = self.call(contract, Role.LIST).json(), []
        for _ in range(60):
            found += answer["value"]
            link = answer.get("nextLink")
            if link is None:
                return found
            assert link.startswith("http://mock.test/")
            answer = self.send("GET", link).json()
        raise AssertionError("the walk never ends")

    def finish(self) -> None:
        self.clock.now += 60


@pytest.fixture(autouse=True)
def fixtures_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the fixtures of all contracts takes most of the time of a ``Mock``; the server copies them."""
    defaults = build_server.__kwdefaults__ or {}
    monkeypatch.setattr(build_server, "__kwdefaults__", {**defaults, "fixtures": _fixtures})


@functools.cache
def _fixtures_in(folder: str) -> Fixtures:
    return read_fixtures(next(c for c in all_contracts() if c.folder == folder))


def _fixtures(contract: Contract) -> Fixtures:
    return _fixtures_in(contract.folder)


@pytest.fixture
def mock() -> Mock:
    return Mock()


def operation_of(contract: Contract, role: Role) -> Operation:
    found = contract.by_role(role)
    assert found is not None
    return found


def path_of(contract: Contract, operation: Operation, name: str = "") -> str:
    path = operation.path
    for key, value in read_fixtures(contract).parents[0].path.items():
        path = path.replace(f"{{{key}}}", value)
    return path.replace(f"{{{operation.item_parameter}}}", name) if operation.item_parameter else path


def version(contract: Contract) -> dict[str, str]:
    return {contract.version_parameter: contract.version} if contract.version_parameter else {}


def body_for(contract: Contract, word: str, name: str, text: str = "why") -> dict[str, Any]:
    body: dict[str, Any] = {}
    rules = contract.decide
    place(body, rules.decision, rules.words.get(word, word))
    if rules.description:
        place(body, rules.description, text)
    if rules.subject:
        place(body, rules.subject, name)
    return body


def names_of(contract: Contract, state: str = "pending") -> tuple[str, ...]:
    return read_fixtures(contract).parents[0].names[contract.states[state]]


def all_names(contract: Contract) -> list[str]:
    return [n for group in read_fixtures(contract).parents[0].names.values() for n in group]


def any_name(contract: Contract) -> str:
    return all_names(contract)[0]


def absent(contract: Contract) -> str:
    """A name that is within the limits, and that nothing has."""
    operation = operation_of(contract, Role.GET)
    return within_limits("absent", operation.parameter(operation.item_parameter))


def read_path(contract: Contract) -> str:
    operation = contract.by_role(Role.LIST) or operation_of(contract, Role.GET)
    return path_of(contract, operation, any_name(contract))


def fits(operation: Operation, answer: httpx.Response) -> None:
    """Every success body fits its schema and has no member besides; every error has the error body."""
    if answer.status_code >= 400:
        assert operation.error.fits(answer.json()), answer.text
        return
    assert answer.status_code in operation.responses
    schema = operation.responses[answer.status_code]
    if schema is None:
        assert answer.content == b""
        return
    assert list(schema.problems(answer.json())) == []
    assert list(schema.unknown_members(answer.json())) == []
    assert answer.headers["content-type"].startswith("application/json")


def code(contract: Contract, answer: httpx.Response) -> str:
    found = at(answer.json(), contract.error.code)
    assert isinstance(found, str)
    return found


# fixtures


@each(CONTRACTS.values())
def test_fixtures_fit_their_format(contract: Contract) -> None:
    data = tomllib.loads((Path(contract.folder) / "fixtures.toml").read_text(encoding="utf-8"))
    schema = json.loads((folder("schemas") / "formats" / "fixtures.schema.json").read_text(encoding="utf-8"))
    jsonschema_rs.Draft202012Validator(schema).validate(data)
    names = [n for group in read_fixtures(contract).parents[0].names.values() for n in group]
    assert set(data.get("only", {})) <= set(names)


@each(CONTRACTS.values())
def test_every_fixture_is_shown_alike_by_list_and_get(mock: Mock, contract: Contract) -> None:
    listed = mock.everything(contract)
    names = all_names(contract)
    assert sorted(i["id"].rsplit("/", 1)[-1] for i in listed) == sorted(names)
    for item in listed[:8]:
        assert mock.show(contract, item["id"].rsplit("/", 1)[-1]) == item
    if contract.vendor == "azure":
        own = contract.collection_path
        for key, value in read_fixtures(contract).parents[0].path.items():
            own = own.replace(f"{{{key}}}", value)
        assert all(i["id"] == f"{own}/{i['name']}" and i["type"] == contract.resource_type for i in listed)


def test_fixtures_are_varied(mock: Mock) -> None:
    endpoints = mock.everything(HUAWEI)
    markers = [e["marker_id"] for e in endpoints]
    assert all(2**53 < m < 2**63 and int(float(m)) != m for m in markers)
    assert len(set(markers)) == len(markers)
    for key in ("created_at", "updated_at"):
        assert len({e[key] for e in endpoints}) == len(endpoints)
    by_creation, by_change = (sorted(endpoints, key=lambda e: str(e[k])) for k in ("created_at", "updated_at"))
    assert by_creation != by_change
    identities = {s["identity"]["type"] for s in mock.everything(DICOM) if "identity" in s}
    assert identities == {"None", "SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned"}


# pages


@each([POSTGRES, DICOM])
def test_pages_go_on_by_an_absolute_link(mock: Mock, contract: Contract) -> None:
    first = mock.call(contract, Role.LIST).json()
    assert 1 < len(first["value"]) < 12
    link = urlsplit(first["nextLink"])
    assert (link.scheme, link.netloc) == ("http", "mock.test")
    assert f"api-version={contract.version}" in link.query
    assert mock.call(contract, Role.LIST, query={"$skipToken": "made up"}).status_code == 400


@each([HEALTH, AKS])
def test_other_lists_are_one_page(mock: Mock, contract: Contract) -> None:
    assert "nextLink" not in mock.call(contract, Role.LIST).json()


def test_limit_offset_and_total(mock: Mock) -> None:
    every = mock.everything(HUAWEI)
    for query, count in (({}, 10), ({"limit": "0"}, 0), ({"offset": "9999"}, 0), ({"limit": "4", "offset": "2"}, 4)):
        page = mock.call(HUAWEI, Role.LIST, query=query).json()
        assert len(page["connections"]) == count
        assert page["total_count"] == len(every)
    second = mock.call(HUAWEI, Role.LIST, query={"limit": "4", "offset": "2"}).json()["connections"]
    assert second == every[2:6]


@pytest.mark.parametrize("key", ["created_at", "updated_at"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_order_is_the_one_asked_for(mock: Mock, key: str, direction: str) -> None:
    query = {"sort_key": key, "sort_dir": direction, "limit": "1000"}
    values = [e[key] for e in mock.call(HUAWEI, Role.LIST, query=query).json()["connections"]]
    assert values == sorted(values, reverse=direction == "desc")


def test_filters_hold_for_items_and_total(mock: Mock) -> None:
    page = mock.call(HUAWEI, Role.LIST, query={"status": "accepted", "limit": "1"}).json()
    assert (len(page["connections"]), page["total_count"]) == (1, len(names_of(HUAWEI, "approved")))
    marker = mock.everything(HUAWEI)[0]["marker_id"]
    assert mock.call(HUAWEI, Role.LIST, query={"marker_id": str(marker)}).json()["total_count"] == 1


@pytest.mark.parametrize(
    ("parameter", "value", "wanted"),
    [
        ("limit", "1001", "EndPoint.0006"),
        ("limit", "ten", "EndPoint.0006"),
        ("offset", "-1", "EndPoint.0010"),
        ("sort_key", "id", "EndPoint.0017"),
        ("sort_dir", "up", "EndPoint.0018"),
        ("status", "creating", "EndPoint.0019"),
    ],
)
def test_query_outside_its_set_has_the_code_of_the_table(mock: Mock, parameter: str, value: str, wanted: str) -> None:
    answer = mock.call(HUAWEI, Role.LIST, query={parameter: value})
    assert (answer.status_code, code(HUAWEI, answer)) == (400, wanted)


# errors

BAD_BODIES = [
    *(b"", b"{", b"null", b"42", b"[]", b"{}", b'{"properties":null}', b'{"a":NaN}', b"\xff\xfe", b'"\xed\xa0\x80"'),
    b'{"properties":{"privateLinkServiceConnectionState":[]},"action":7,"endpoints":{}}',
    b'{"action":"receive","endpoints":[null],"properties":{"privateLinkServiceConnectionState":{"status":null}}}',
    b'{"x":"\\ud800","action":"receive","endpoints":["b3b7898c-2924-5cf1-87ad-92c803885f80"],'
    b'"properties":{"privateLinkServiceConnectionState":{"status":"Approved","description":""}}}',
    b'{"properties":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    b"[" * 50_000 + b"]" * 50_000,
]


@each(DECIDING)
@pytest.mark.parametrize("raw", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_bad_bodies_are_refused_and_change_nothing(mock: Mock, contract: Contract, raw: bytes) -> None:
    name = names_of(contract)[0]
    before = mock.show(contract, name)
    request = operation_of(contract, Role.DECIDE).request
    assert request is not None
    if parse(raw) == {} and request.fits({}):
        # Nothing is required of this contract's requests.
        assert mock.call(contract, Role.DECIDE, name, content=raw).status_code < 300
        return
    assert mock.call(contract, Role.DECIDE, name, content=raw).status_code == 400
    assert mock.show(contract, name) == before


@each(DECIDING)
def test_a_body_that_is_too_large_is_refused(mock: Mock, contract: Contract) -> None:
    body = {**body_for(contract, "approve", names_of(contract)[0]), "padding": "x" * MAX_BODY}
    assert mock.call(contract, Role.DECIDE, names_of(contract)[0], json=body).status_code == 413


@each(DECIDING)
def test_undocumented_enumerators_are_refused(mock: Mock, contract: Contract) -> None:
    name = names_of(contract)[0]
    for word in ("Bogus", "approved", ""):
        answer = mock.decide(contract, word, name)
        assert answer.status_code == 400
    assert at(mock.show(contract, name), contract.member.status) == contract.states["pending"]


@each(AZURES)
def test_what_is_unknown_is_not_found(mock: Mock, contract: Contract) -> None:
    answer = mock.call(contract, Role.GET, absent(contract))
    assert (answer.status_code, code(contract, answer)) == (404, "ResourceNotFound")
    path = path_of(contract, operation_of(contract, Role.GET), absent(contract)).replace("/rg1/", "/rg2/")
    assert code(contract, mock.call(contract, Role.GET, path=path)) == "ParentResourceNotFound"


@each(CONTRACTS.values())
def test_an_unknown_path_has_the_vendors_error_body(mock: Mock, contract: Contract) -> None:
    path = path_of(contract, contract.operations[0]) + "/a/b/c"
    answer = mock.send("GET", path, params=version(contract))
    assert answer.status_code == 404
    assert contract.operations[0].error.fits(answer.json())


@each(AZURES)
def test_the_api_version_is_required(mock: Mock, contract: Contract) -> None:
    path = read_path(contract)
    answer = mock.send("GET", path)
    assert (answer.status_code, code(contract, answer)) == (400, "MissingApiVersionParameter")
    assert mock.send("GET", path, params={"api-version": "1999-01-01"}).status_code == 400
    assert mock.send("GET", path, params={"API-Version": contract.version}).status_code == 200


@each(CONTRACTS.values())
def test_undocumented_methods_name_the_allowed_ones(mock: Mock, contract: Contract) -> None:
    for path in {o.path for o in contract.operations}:
        operation = next(o for o in contract.operations if o.path == path)
        url = path_of(contract, operation, any_name(contract))
        served = {o.method for o in contract.operations if o.path == path}
        for method in {"GET", "PUT", "POST", "PATCH", "DELETE", "PURGE"} - served:
            answer = mock.send(method, url, params=version(contract))
            assert answer.status_code == 405
            assert set(answer.headers["allow"].split(", ")) == served
            assert operation.error.fits(answer.json())


@each(AZURES)
def test_path_limits_hold(mock: Mock, contract: Contract) -> None:
    operation = contract.by_role(Role.LIST) or operation_of(contract, Role.GET)
    fixed = read_fixtures(contract).parents[0].path
    for parameter in operation.parameters:
        for value in ("a" * 100, "a b", "名前", "-x"):
            if parameter.name in fixed and parameter.limited and not parameter.allows(value):
                path = read_path(contract).replace(f"/{fixed[parameter.name]}/", f"/{value}/")
                assert mock.read(contract, path=path).status_code == 400


def test_huawei_refuses_actions_by_its_table(mock: Mock) -> None:
    name, other = names_of(HUAWEI)[:2]
    good = body_for(HUAWEI, "approve", name)
    foreign = read_fixtures(HUAWEI).parents[1].connections[0].name
    creating = read_fixtures(HUAWEI).parents[0].names["creating"][0]
    for body, status, wanted in (
        (body_for(HUAWEI, "approve", "0dd5eed0-1111-4222-8333-944445555666"), 404, "EndPoint.2006"),
        (body_for(HUAWEI, "approve", foreign), 400, "EndPoint.2013"),
        (body_for(HUAWEI, "approve", "no id"), 400, "EndPoint.2017"),
        ({**good, "endpoints": [name, other]}, 400, "EndPoint.2031"),
        ({**good, "endpoints": []}, 400, "EndPoint.0002"),
        ({**good, "action": "accept"}, 400, "EndPoint.0007"),
        ({"endpoints": [name]}, 400, "EndPoint.0002"),
        (body_for(HUAWEI, "approve", creating), 400, "EndPoint.0002"),
    ):
        answer = mock.call(HUAWEI, Role.DECIDE, json=body)
        assert (answer.status_code, code(HUAWEI, answer)) == (status, wanted)
    path = path_of(HUAWEI, operation_of(HUAWEI, Role.LIST)).replace("4189d3c2", "00000000")
    assert code(HUAWEI, mock.call(HUAWEI, Role.LIST, path=path)) == "EndPoint.2003"


# headers


@each(CONTRACTS.values())
def test_credentials_are_checked(mock: Mock, contract: Contract) -> None:
    for headers in ({}, {contract.authorization_header: "Bearer wrong-secret"}, {"Authorization": "Basic test-token"}):
        answer = mock.read(contract, headers=headers)
        assert answer.status_code == 401
        assert "wrong-secret" not in answer.text
        assert ("www-authenticate" in answer.headers) == (contract.vendor == "azure")


@each(AZURES)
def test_every_answer_has_an_id_of_its_own(mock: Mock, contract: Contract) -> None:
    calls: list[Callable[[], httpx.Response]] = [
        lambda: mock.read(contract),
        lambda: mock.call(contract, Role.GET, absent(contract)),
        lambda: mock.read(contract, headers={}),
        lambda: mock.send("GET", read_path(contract)),
        lambda: mock.send("GET", "/subscriptions/unknown"),
    ]
    ids = [call().headers["x-ms-request-id"] for call in calls * 2]
    assert len(set(ids)) == len(ids)


@each(AZURES)
def test_paths_and_names_compare_without_case(mock: Mock, contract: Contract) -> None:
    name = any_name(contract)
    plain = path_of(contract, operation_of(contract, Role.GET), name)
    for path in (plain.upper(), plain.lower(), plain.swapcase()):
        assert mock.call(contract, Role.GET, path=path).json() == mock.show(contract, name)


# state


@each([HEALTH, AKS, HUAWEI])
def test_what_was_decided_is_shown_and_can_be_decided_again(mock: Mock, contract: Contract) -> None:
    name, other = names_of(contract)[:2]
    before = mock.show(contract, other)
    for word in ("reject", "approve", "approve"):
        text = "Für Zürich – 承認 \U0001f510"
        answer = mock.decide(contract, word, name, text)
        assert answer.status_code == 200
        shown = mock.show(contract, name)
        assert at(shown, contract.member.status) == contract.decide.shows[word]
        if contract.member.description:
            assert at(shown, contract.member.description) == text
        assert shown == (answer.json()["connections"][0] if contract.decide.subject else answer.json())
    assert mock.show(contract, other) == before


def test_postgres_decides_once_and_takes_its_time(mock: Mock) -> None:
    name = names_of(POSTGRES)[0]
    answer = mock.decide(POSTGRES, "approve", name, "yes")
    assert answer.status_code == 202
    passing = mock.show(POSTGRES, name)
    assert (at(passing, POSTGRES.member.status), passing["properties"]["provisioningState"]) == ("Approving",) * 2
    mock.finish()
    shown = mock.show(POSTGRES, name)
    assert (at(shown, POSTGRES.member.status), shown["properties"]["provisioningState"]) == ("Approved", "Ready")
    assert at(shown, POSTGRES.member.description) == "yes"
    again = mock.decide(POSTGRES, "approve", name, "yes")
    assert (again.status_code, code(POSTGRES, again)) == (400, "PrivateEndpointConnectionStatusNotPending")
    assert mock.send("GET", answer.headers["location"]).json() == shown


@each([HEALTH, AKS, POSTGRES])
def test_read_only_members_are_ignored(mock: Mock, contract: Contract) -> None:
    name = names_of(contract)[0]
    before = mock.show(contract, name)
    sent = body_for(contract, "approve", name)
    sent |= {"id": "/taken", "name": "taken", "type": "t/t", "systemData": {"createdBy": "taken"}, "tags": {"a": "b"}}
    sent["properties"]["provisioningState"] = "Failed"
    sent["properties"]["privateEndpoint"] = {"id": "taken"}
    assert mock.call(contract, Role.DECIDE, name, json=sent).status_code in (200, 202)
    mock.finish()
    shown = mock.show(contract, name)
    for pointer in ("/id", "/name", "/type", "/systemData/createdBy", "/tags", "/properties/privateEndpoint"):
        assert at(shown, pointer) == at(before, pointer)
    assert shown["properties"]["provisioningState"] == before["properties"]["provisioningState"]


def test_an_unknown_name_is_created_where_the_contract_says_so(mock: Mock) -> None:
    assert mock.decide(HEALTH, "approve", "New-One").status_code == 404
    assert mock.decide(AKS, "approve", "New-One").status_code == 201
    assert mock.show(AKS, "new-one")["name"] == "New-One"
    assert mock.decide(AKS, "approve", "new-ONE").status_code == 200
    assert mock.decide(POSTGRES, "approve", "New-One").status_code == 202
    assert mock.call(POSTGRES, Role.GET, "New-One").status_code == 404
    assert len(mock.everything(POSTGRES)) == 33
    mock.finish()
    assert at(mock.show(POSTGRES, "new-one"), POSTGRES.member.status) == "Approved"


def test_tags_are_set_by_their_own_operation_only(mock: Mock) -> None:
    name = names_of(POSTGRES)[0]
    before = mock.show(POSTGRES, name)
    assert mock.call(POSTGRES, Role.TAGS, name, json={"tags": {"a": "b"}}).json() == before
    assert mock.call(POSTGRES, Role.TAGS, name, json={"tags": {"a": 1}}).status_code == 400
    assert mock.call(POSTGRES, Role.TAGS, "absent", json={"tags": {}}).status_code == 404


@each([HEALTH, AKS, POSTGRES])
def test_two_decisions_at_once_end_in_one_of_the_two(mock: Mock, contract: Contract) -> None:
    name = names_of(contract)[0]
    path = path_of(contract, operation_of(contract, Role.DECIDE), name)
    texts = {"approve": "first", "reject": "second"}

    async def both() -> list[httpx.Response]:
        tasks: list[Awaitable[httpx.Response]] = [
            mock.asend("PUT", path, params=version(contract), json=body_for(contract, word, name, text))
            for word, text in texts.items()
        ]
        return list(await asyncio.gather(*tasks))

    answers = asyncio.run(both())
    mock.finish()
    shown = mock.show(contract, name)
    pair = (at(shown, contract.member.status), at(shown, contract.member.description))
    assert pair in {(contract.decide.shows[w], t) for w, t in texts.items()}
    for answer in answers:
        fits(operation_of(contract, Role.DECIDE), answer)


# long-running operations


@each(GOING_ON)
def test_a_deletion_is_followed_to_its_end(contract: Contract) -> None:
    mock = Mock(behaviour=only_for(contract.id, going_on(lambda b: b)))
    name = names_of(contract)[0]
    answer = mock.call(contract, Role.DELETE, name)
    assert answer.status_code == 202
    assert answer.headers["retry-after"].isdigit()
    status, result = answer.headers["azure-asyncoperation"], answer.headers["location"]
    for url in (status, result):
        assert url.startswith("http://mock.test/subscriptions/")
        assert f"api-version={contract.version}" in url
    running = mock.send("GET", status).json()
    assert running["status"] not in contract.long_running.terminal
    assert running["id"].endswith(running["name"])
    assert mock.send("GET", result).status_code == 202
    assert mock.show(contract, name)["properties"]["provisioningState"] in ("Deleting", "Dropping")
    assert mock.decide(contract, "approve", name).status_code in (400, 409)
    mock.finish()
    assert mock.send("GET", result).status_code == 204
    assert mock.send("GET", status.lower()).json()["status"] == "Succeeded"
    assert mock.call(contract, Role.GET, name).status_code == 404
    assert mock.call(contract, Role.DELETE, name).status_code == 204
    assert name not in [i["name"] for i in mock.everything(contract)]


def test_a_deletion_is_done_at_once_where_the_fixtures_say_so(mock: Mock) -> None:
    name = names_of(AKS)[0]
    assert mock.call(AKS, Role.DELETE, name).status_code == 200
    assert mock.call(AKS, Role.GET, name).status_code == 404


def test_a_second_deletion_leaves_a_new_connection_alone() -> None:
    mock = Mock(behaviour=only_for(AKS.id, going_on(lambda b: b)))
    name = names_of(AKS)[0]
    mock.call(AKS, Role.DELETE, name)
    mock.clock.now += 9
    assert mock.call(AKS, Role.DELETE, name).status_code == 202
    mock.clock.now += 2
    assert mock.decide(AKS, "approve", name).status_code == 201
    mock.finish()
    assert mock.call(AKS, Role.GET, name).status_code == 200


def test_polls_need_a_credential_and_a_version_and_know_get_only(mock: Mock) -> None:
    url = mock.call(HEALTH, Role.DELETE, names_of(HEALTH)[0]).headers["location"]
    assert mock.send("GET", url, headers={}).status_code == 401
    assert mock.send("GET", url.split("?")[0]).status_code == 400
    assert mock.send("PUT", url).status_code == 405


# control, behaviour, the socket


def test_reset_puts_everything_back(mock: Mock) -> None:
    before = [mock.everything(c) for c in CONTRACTS.values()]
    for contract in DECIDING:
        mock.decide(contract, "approve", names_of(contract)[0])
    for contract in DELETING:
        mock.call(contract, Role.DELETE, names_of(contract)[1])
    assert mock.send("POST", "/_control/reset", headers={}).status_code == 204
    mock.finish()
    assert [mock.everything(c) for c in CONTRACTS.values()] == before
    assert mock.send("GET", "/_control/health", headers={}).status_code == 200


def test_a_behaviour_changes_one_contract_only() -> None:
    table = {**AZURE.errors.table, ErrorCase.NO_CONNECTION: ErrorRow(410, "Gone", "It is gone.")}  # type: ignore[attr-defined]

    def reword(asked: Asked, answer: Answer) -> None:
        if asked.operation is not None and asked.operation.role is Role.LIST:
            answer.value["value"] = None

    def change(behaviour: Any) -> Any:
        return behaviour.override("errors", table=table).finishing(reword)

    mock = Mock(behaviour=only_for(AKS.id, change))
    assert mock.call(AKS, Role.GET, "absent").status_code == 410
    assert mock.call(HEALTH, Role.GET, "absent").status_code == 404
    path = path_of(AKS, operation_of(AKS, Role.LIST))
    assert mock.send("GET", path, params=version(AKS)).json()["value"] is None


@pytest.fixture(scope="module")
def embedded() -> Iterator[Embedded]:
    with Embedded() as server:
        yield server


def test_over_a_socket(embedded: Embedded) -> None:
    with httpx.Client(base_url=embedded.base_url, headers=CREDENTIALS, trust_env=False) as client:
        for contract in CONTRACTS.values():
            operation = contract.by_role(Role.LIST) or operation_of(contract, Role.GET)
            path = read_path(contract)
            fits(operation, client.get(path, params=version(contract)))
            assert client.head(path, params=version(contract)).status_code == 405
        large = client.put("/subscriptions/x", content=b"x" * (3 * MAX_BODY))
        assert large.status_code == 404
        link = client.get(path_of(DICOM, operation_of(DICOM, Role.LIST)), params=version(DICOM)).json()["nextLink"]
        assert link.startswith(embedded.base_url)
