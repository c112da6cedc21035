"""The embedded server for other projects' tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

import httpx

from linkproof.contract.loader import all_contracts, select
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.errors import UsageError
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded


class MockServer:
    """A server of some contracts on 127.0.0.1, in a thread, for the duration of a ``with`` block.

    Args:
        contracts: ids; all contracts by default.
        fault: the id of a fault or variant (``linkproof faults list``); "" for a conforming server.
        token: the valid credential: ``Authorization: Bearer TOKEN``, or Huawei's ``X-Auth-Token: TOKEN``.
        keys: secret keys by access key: only their signatures are valid (Huawei, OTC). By default any signature is.
        operation_s: duration of a long-running operation in seconds.

    Raises UsageError for an unknown contract or fault.
    """

    def __init__(
        self,
        *contracts: str,
        fault: str = "",
        token: str = "test-token",
        keys: Mapping[str, str] | None = None,
        operation_s: float = 0.05,
    ) -> None:
        self.token = token
        self._contracts: tuple[Contract, ...] = select(all_contracts(), contracts)
        behaviour = behaving(find(fault, self._contracts)) if fault else DEFAULT
        self._server = Embedded(self._contracts, token=token, keys=keys, operation_s=operation_s, behaviour=behaviour)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    @property
    def base_url(self) -> str:
        """Return its address: ``http://127.0.0.1:PORT``; "" before it is started."""
        return self._server.base_url

    def list_url(self, contract: str) -> str:
        """Return the URL of a contract's collection, with its api-version if it has one. Raises UsageError."""
        known = self._known(contract)
        listing = known.by_role(Role.LIST)
        path = listing.path if listing else known.operations[0].path.rpartition("/")[0]
        for name, value in self._parent(known).items():
            path = path.replace(f"{{{name}}}", value)
        version = f"?{known.version_parameter}={known.version}" if known.version_parameter else ""
        return f"{self.base_url}{path}{version}"

    def names(self, contract: str) -> Mapping[str, tuple[str, ...]]:
        """Return the names of a contract's initial connections, by status. Raises UsageError."""
        parents = read_fixtures(self._known(contract)).parents
        return parents[0].names if parents else {}

    def headers(self, contract: str) -> dict[str, str]:
        """Return the header field with the credential. Raises UsageError."""
        name = self._known(contract).authorization_header
        return {name: f"Bearer {self.token}" if name == "Authorization" else self.token}

    def reset(self) -> None:
        """Reset every connection."""
        httpx.post(f"{self.base_url}/_control/reset", trust_env=False).raise_for_status()

    def _known(self, contract: str) -> Contract:
        found = next((c for c in self._contracts if c.id == contract), None)
        if found is None:
            ids = ", ".join(c.id for c in self._contracts)
            raise UsageError(f"the server has no contract {contract!r}", where="MockServer", fix=f"one of: {ids}")
        return found

    @staticmethod
    def _parent(contract: Contract) -> Mapping[str, str]:
        parents: Iterable[Mapping[str, str]] = (p.path for p in read_fixtures(contract).parents)
        return next(iter(parents), {})
