"""Azure: a private endpoint with a manual connection to the parent (Microsoft.Network, public API)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import at, parse
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of
from linkproof.contract.operation import Role
from linkproof.errors import TargetError, UsageError
from linkproof.targets.client import Client
from linkproof.targets.journal import Journal
from linkproof.targets.provision.protocol import PREFIX, Consumer, excerpt_of, expect

#: Members of the ``provision`` table that an endpoint cannot be created without.
REQUIRED = ("subnet", "location", "group_ids")
_NETWORK_VERSION = "2023-11-01"
_MOST_PAGES = 100


def check_contract(contract: Contract, where: str) -> None:
    """Raise UsageError if the connections of created endpoints could not be found."""
    if contract.by_role(Role.LIST) is None or not contract.member.private_endpoint:
        problem = f"{contract.id} has no list in which the made connections could be found"
        raise UsageError(problem, where=where, fix="remove provision, and name connections under fixtures")


class AzureProvisioner:
    """Creates and removes private endpoints; their connections are found in the contract's list."""

    def __init__(self, client: Client, contract: Contract) -> None:
        self._consumer = Consumer(client, contract, {"api-version": _NETWORK_VERSION})
        self._client = client
        self._contract = contract

    def make(self, journal: Journal) -> tuple[str, ...]:
        """Create as many pending connections as the target file asks for; return their names."""
        consumer = self._consumer
        run = uuid.uuid4().hex[:8]
        names = [f"{PREFIX}-{run}-{number:02}" for number in range(1, consumer.provision.count + 1)]
        for name in names:
            journal.making(self._contract.id, name)
            expect(consumer.ask("PUT", self._address(name), json=self._body(name)), 200, 201, 202)
        for name in names:
            consumer.wait_until(lambda n=name: self._is_ready(n), f"the private endpoint {name} is not ready")  # type: ignore[misc]
        found = self._connections({self._address(n).removeprefix(consumer.base).lower() for n in names})
        if len(found) < len(names):
            raise TargetError(f"{len(names)} private endpoints were made, and {len(found)} connections are listed")
        return tuple(found)

    def remove(self, name: str, identifier: str) -> bool:  # noqa: ARG002 (the name is in the address)
        """Remove an endpoint; return whether it is gone."""
        return self._consumer.remove(self._address(name), name)

    def _address(self, name: str) -> str:
        given = self._consumer.given.path
        group = self._consumer.provision.resource_group or given["resourceGroupName"]
        path = f"/subscriptions/{given['subscriptionId']}/resourceGroups/{group}"
        return f"{self._consumer.base}{path}/providers/Microsoft.Network/privateEndpoints/{name}"

    def _body(self, name: str) -> dict[str, Any]:
        provision = self._consumer.provision
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
        for key, value in self._consumer.given.path.items():
            path = path.replace(f"{{{key}}}", value)
        return path

    def _is_ready(self, name: str) -> bool:
        answer = self._consumer.ask("GET", self._address(name))
        expect(answer, 200)
        state = at(parse(answer.content), "/properties/provisioningState")
        if state == "Failed":
            raise TargetError(f"the private endpoint {name} has failed: {excerpt_of(answer)}")
        return bool(state == "Succeeded")

    def _connections(self, endpoints: set[str]) -> dict[str, str]:
        """Return the connections of these endpoints: name to endpoint id."""
        found: dict[str, str] = {}
        for item in self._listed():
            endpoint = at(item, self._contract.member.private_endpoint)
            if isinstance(endpoint, str) and endpoint.lower() in endpoints:
                found[name_of(self._contract, item)] = endpoint
        return found

    def _listed(self) -> Iterator[Any]:
        url = f"{self._consumer.base}{self._collection()}"
        version = self._consumer.given.version or self._contract.version
        for page in range(_MOST_PAGES):
            query = {self._contract.version_parameter: version} if page == 0 else {}
            answer = self._client.plain(self._contract.vendor, "GET", url, query=query)
            expect(answer, 200)
            value = parse(answer.content)
            yield from at(value, self._contract.list.items) or ()
            link = at(value, self._contract.list.next_link)
            if not isinstance(link, str) or not link or not self._client.is_own(link):
                return
            url = link
