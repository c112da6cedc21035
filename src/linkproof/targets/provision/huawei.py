"""Huawei: a VPC endpoint of another project, created with that project's credential."""

from __future__ import annotations

import uuid

from linkproof.base.json_values import at, parse
from linkproof.contract.model import Contract
from linkproof.errors import TargetError
from linkproof.targets.client import Client
from linkproof.targets.journal import Journal
from linkproof.targets.provision.protocol import PREFIX, Consumer, excerpt_of, expect

#: Members of the ``provision`` table that an endpoint cannot be created without.
REQUIRED = ("subnet", "vpc_id", "project_id")


def check_contract(contract: Contract, where: str) -> None:
    """Accept every contract: an endpoint's id is its connection's name."""


class HuaweiProvisioner:
    """Creates and removes VPC endpoints; an endpoint's id is its connection's name."""

    def __init__(self, client: Client, contract: Contract) -> None:
        self._consumer = Consumer(client, contract, {})
        self._contract = contract

    def make(self, journal: Journal) -> tuple[str, ...]:
        """Create as many pending connections as the target file asks for; return their names."""
        run = uuid.uuid4().hex[:8]
        count = self._consumer.provision.count
        return tuple(self._make_one(f"{PREFIX}-{run}-{number:02}", journal) for number in range(1, count + 1))

    def remove(self, name: str, identifier: str) -> bool:
        """Remove an endpoint; return whether it is gone."""
        identifier = identifier or self._id_of(name)
        return not identifier or self._consumer.remove(f"{self._endpoints()}/{identifier}", name)

    def _endpoints(self) -> str:
        return f"{self._consumer.base}/v1/{self._consumer.provision.project_id}/vpc-endpoints"

    def _make_one(self, name: str, journal: Journal) -> str:
        provision = self._consumer.provision
        journal.making(self._contract.id, name)
        body = {
            "vpc_id": provision.vpc_id,
            "subnet_id": provision.subnet,
            "endpoint_service_id": self._consumer.given.path[self._contract.parent_parameters[-1]],
            "description": name,
        }
        answer = self._consumer.ask("POST", self._endpoints(), json=body)
        expect(answer, 200, 201)
        identifier = at(parse(answer.content), "/id")
        if not isinstance(identifier, str):
            raise TargetError(f"the endpoint was created, but the answer has no id: {excerpt_of(answer)}")
        journal.made(self._contract.id, name, identifier)
        return identifier

    def _id_of(self, name: str) -> str:
        """Return the id of an endpoint created before the run was killed, by its description; "" for none."""
        answer = self._consumer.ask("GET", self._endpoints())
        expect(answer, 200)
        rows = at(parse(answer.content), "/endpoints") or ()
        return next((str(r["id"]) for r in rows if isinstance(r, dict) and r.get("description") == name), "")
