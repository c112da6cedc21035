"""The interface of all provisioners, and the requests that they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx

from linkproof.contract.model import Contract
from linkproof.errors import TargetError
from linkproof.targets.client import Client
from linkproof.targets.journal import Journal
from linkproof.targets.model import Provision, TargetContract

#: Prefix of the names of created endpoints.
PREFIX = "conformance"
#: Maximum pause between two polls, in seconds; shorter if the target file expects short operations.
_PAUSE_S = 2.0


class Provisioner(Protocol):
    """Creates and removes the endpoints of one contract. Raises TargetError if the target rejects a request."""

    def make(self, journal: Journal) -> tuple[str, ...]:
        """Create as many pending connections as the target file asks for; return their names."""

    def remove(self, name: str, identifier: str) -> bool:
        """Remove an endpoint; return whether it is gone."""


class Consumer:
    """Sends requests of the consumer's API, which are not judged, with the consumer's credential."""

    def __init__(self, client: Client, contract: Contract, query: Mapping[str, str]) -> None:
        self.client = client
        self.contract = contract
        self.given: TargetContract = client.target.contracts[contract.id]
        self.base = client.base_url(contract)
        self._query = query

    @property
    def provision(self) -> Provision:
        """Return the contract's ``provision`` table."""
        assert self.given.provision is not None
        return self.given.provision

    def ask(self, method: str, url: str, json: Any = None) -> httpx.Response:
        """Send a request. Raises TargetError."""
        consumer = f"{self.contract.vendor}-consumer"
        auth = consumer if consumer in self.client.target.auth else self.contract.vendor
        return self.client.plain(auth, method, url, query=self._query, json=json)

    def wait_until(self, done: Callable[[], bool], problem: str) -> None:
        """Poll until done. Raises TargetError with the problem after the target's ``operation_timeout_s``."""
        limit = self.client.target.operation_timeout_s
        end = self.client.clock.now() + max(limit, 1.0)
        while not done():
            if self.client.clock.now() > end:
                raise TargetError(f"{problem} after {limit:g} s")
            self.client.pause(min(_PAUSE_S, limit / 20))

    def wait_until_gone(self, address: str, name: str) -> None:
        """Poll until the address answers 404. Raises TargetError."""
        self.wait_until(lambda: self.ask("GET", address).status_code == 404, f"the endpoint {name} is still there")

    def remove(self, address: str, name: str) -> bool:
        """Delete the resource at an address and wait until it is gone. Raises TargetError."""
        answer = self.ask("DELETE", address)
        if answer.status_code == 404:
            return True
        expect(answer, 200, 202, 204)
        self.wait_until_gone(address, name)
        return True


def expect(answer: httpx.Response, *statuses: int) -> None:
    """Raise TargetError for an answer with another status."""
    if answer.status_code not in statuses:
        raise TargetError(f"{answer.request.method} {answer.request.url}: {excerpt_of(answer)}")


def excerpt_of(answer: httpx.Response) -> str:
    """Return an answer's status and the beginning of its body, for messages."""
    return f"{answer.status_code} {answer.text[:200]}"
