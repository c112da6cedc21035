"""Traffic with groups and private link resources, of imported contracts: no reviewed one has both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import httpx

from linkproof.contract.catalogue import imported
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.catalogue import all_faults, behaving
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT, Choice
from linkproof.mock.direct import Direct
from linkproof.model.exchange import Exchange
from linkproof.testing.recorder import Recorder

ENTRY = next(e for e in imported() if e.id == "azure-cognitiveservices-accounts")
ORDERS = ((Role.LIST, Role.LINK_RESOURCES), (Role.LINK_RESOURCES, Role.LIST), (Role.LINK_RESOURCES, Role.GET))


def traffic(contract: Contract, order: Sequence[Role], choice: Choice = DEFAULT) -> tuple[Exchange, ...]:
    """The answers of the embedded server to some readings."""
    server = build_server((contract,), behaviour=choice)
    parent = server.services[0].store.fixtures.parents[0]
    recorder = Recorder()
    with httpx.Client(transport=recorder.transport(Direct(server)), base_url="http://embedded.invalid") as client:
        for role in order:
            operation = contract.by_role(role)
            assert operation is not None
            path = operation.path
            own = {operation.item_parameter: parent.connections[0].name} if operation.item_parameter else {}
            for name, value in {**parent.path, **own}.items():
                path = path.replace(f"{{{name}}}", value)
            headers = {"Authorization": "Bearer test-token"}
            client.get(path, params={"api-version": contract.version}, headers=headers).raise_for_status()
    return tuple(recorder.exchanges)


@cache
def unknown_group() -> tuple[Exchange, ...]:
    """A connection that names a group that its parent does not have."""
    faults = all_faults([ENTRY.contract])
    fault = next(f for f in faults if f.requirement == "SHP-8")
    return traffic(ENTRY.contract, ORDERS[1], behaving(fault))
