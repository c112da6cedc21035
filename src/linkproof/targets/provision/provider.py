"""Fresh pending connections on a live target: endpoints are made on the consumer's side, and removed after the run.

Azure: a private endpoint with a manual connection to the parent (Microsoft.Network, public API). Huawei: a VPC endpoint
of another project, with that project's credential. Each is in the journal before it is asked for.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx

from linkproof.base.json_values import at, parse
from linkproof.contract.model import Contract, Role
from linkproof.contract.names import name_of
from linkproof.errors import TargetError, UsageError
from linkproof.targets.client import Client
from linkproof.targets.journal import Journal
from linkproof.targets.model import Target, TargetContract

PREFIX = "conformance"
_NETWORK_VERSION = "2023-11-01"
#: The longest pause before it is asked again; shorter where the target file expects operations to be short.
_PAUSE_S = 2.0
_MOST_PAGES = 100


class Provisioner:
    """Makes and removes the endpoints of one contract. Raises TargetError where the target does not do so."""

    def __init__(self, client: Client, contract: Contract) -> None:
        self._client = client
        self._contract = contract
        self._target: Target = client.target
        self._given: TargetContract = client.target.contracts[contract.id]
        self._base = client.base_url(contract)

    def make(self, journal: Journal) -> tuple[str, ...]:
        """As many pending connections as the target file asks for; their names."""
        provision = self._given.provision
        assert provision is not None
        run = uuid.uuid4().hex[:8]
        names = [f"{PREFIX}-{run}-{number:02}" for number in range(1, provision.count + 1)]
        if self._contract.vendor == "huawei":
            return tuple(self._make_endpoint(name, journal) for name in names)
        for name in names:
            journal.making(self._contract.id, name)
            self._expect(self._ask("PUT", self._address(name), json=self._body(name)), 200, 201, 202)
        for name in names:
            self._until(lambda n=name: self._is_ready(n), f"the private endpoint {name} is not ready")
        found = self._connections({self._address(n).removeprefix(self._base).lower() for n in names})
        if len(found) < len(names):
            raise TargetError(f"{len(names)} private endpoints were made, and {len(found)} connections are listed")
        return tuple(found)

    def remove(self, name: str, identifier: str) -> bool:
        """Remove an endpoint; whether it is gone."""
        if self._contract.vendor == "huawei":
            identifier = identifier or self._endpoint_of(name)
            if not identifier:
                return True
            address = f"{self._endpoints()}/{identifier}"
        else:
            address = self._address(name)
        answer = self._ask("DELETE", address)
        if answer.status_code == 404:
            return True
        self._expect(answer, 200, 202, 204)
        self._until(lambda: self._ask("GET", address).status_code == 404, f"the endpoint {name} is still there")
        return True

    # Azure

    def _address(self, name: str) -> str:
        provision = self._given.provision
        assert provision is not None
        subscription = self._given.path["subscriptionId"]
        group = provision.resource_group or self._given.path["resourceGroupName"]
        path = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints"
        return f"{self._base}{path}/{name}"

    def _body(self, name: str) -> dict[str, Any]:
        provision = self._given.provision
        assert provision is not None
        link = {
            "privateLinkServiceId": self._collection().rsplit("/", 1)[0],
            "groupIds": list(provision.group_ids),
            "requestMessage": "Made by a conformance run, which removes it again",
        }
        return {
            "location": provision.location,
            "properties": {
                "subnet": {"id": provision.subnet},
                "manualPrivateLinkServiceConnections": [{"name": name, "properties": link}],
            },
        }

    def _collection(self) -> str:
        path = self._contract.collection_path
        for key, value in self._given.path.items():
            path = path.replace(f"{{{key}}}", value)
        return path

    def _is_ready(self, name: str) -> bool:
        answer = self._ask("GET", self._address(name))
        self._expect(answer, 200)
        state = at(parse(answer.content), "/properties/provisioningState")
        if state == "Failed":
            raise TargetError(f"the private endpoint {name} has failed: {_shown(answer)}")
        return bool(state == "Succeeded")

    def _connections(self, endpoints: set[str]) -> dict[str, str]:
        """The names of the connections that belong to these endpoints."""
        found: dict[str, str] = {}
        for item in self._listed():
            endpoint = at(item, self._contract.member.private_endpoint)
            if isinstance(endpoint, str) and endpoint.lower() in endpoints:
                found[name_of(self._contract, item)] = endpoint
        return found

    def _listed(self) -> Iterator[Any]:
        operation = self._contract.by_role(Role.LIST)
        assert operation is not None
        url = f"{self._base}{self._collection()}"
        version = self._given.version or self._contract.version
        for page in range(_MOST_PAGES):
            query = {self._contract.version_parameter: version} if page == 0 else {}
            answer = self._client.plain(self._contract.vendor, "GET", url, query=query)
            self._expect(answer, 200)
            value = parse(answer.content)
            yield from at(value, self._contract.list.items) or ()
            link = at(value, self._contract.list.next_link)
            if not isinstance(link, str) or not link or not self._client.is_own(link):
                return
            url = link

    # Huawei

    def _endpoints(self) -> str:
        provision = self._given.provision
        assert provision is not None
        return f"{self._base}/v1/{provision.project_id}/vpc-endpoints"

    def _make_endpoint(self, name: str, journal: Journal) -> str:
        provision = self._given.provision
        assert provision is not None
        journal.making(self._contract.id, name)
        body = {
            "vpc_id": provision.vpc_id,
            "subnet_id": provision.subnet,
            "endpoint_service_id": self._given.path[self._contract.parent_parameters[-1]],
            "description": name,
        }
        answer = self._ask("POST", self._endpoints(), json=body)
        self._expect(answer, 200, 201)
        identifier = at(parse(answer.content), "/id")
        if not isinstance(identifier, str):
            raise TargetError(f"an endpoint was made, and the answer has no id: {_shown(answer)}")
        journal.made(self._contract.id, name, identifier)
        return identifier

    def _endpoint_of(self, name: str) -> str:
        """The id of an endpoint that was asked for before the run was cut short, by its description."""
        answer = self._ask("GET", self._endpoints())
        self._expect(answer, 200)
        rows = at(parse(answer.content), "/endpoints") or ()
        return next((str(r["id"]) for r in rows if isinstance(r, dict) and r.get("description") == name), "")

    # both

    def _ask(self, method: str, url: str, json: Any = None) -> httpx.Response:
        consumer = f"{self._contract.vendor}-consumer"
        vendor = consumer if consumer in self._target.auth else self._contract.vendor
        query = {"api-version": _NETWORK_VERSION} if self._contract.vendor != "huawei" else {}
        return self._client.plain(vendor, method, url, query=query, json=json)

    def _expect(self, answer: httpx.Response, *statuses: int) -> None:
        if answer.status_code not in statuses:
            raise TargetError(f"{answer.request.method} {answer.request.url}: {_shown(answer)}")

    def _until(self, done: Any, problem: str) -> None:
        clock = self._client.clock
        end = clock.now() + max(self._target.operation_timeout_s, 1.0)
        while not done():
            if clock.now() > end:
                raise TargetError(f"{problem} after {self._target.operation_timeout_s:g} s")
            self._client.pause(min(_PAUSE_S, self._target.operation_timeout_s / 20))


def _shown(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:200]}"


def must_list(contract: Contract, where: str) -> None:
    """Raises UsageError where made connections could not be found again."""
    if contract.vendor != "huawei" and (contract.by_role(Role.LIST) is None or not contract.member.private_endpoint):
        problem = f"{contract.id} has no list in which the made connections could be found"
        raise UsageError(problem, where=where, fix="remove provision, and name connections under fixtures")
