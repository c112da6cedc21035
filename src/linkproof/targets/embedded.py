"""The embedded server as a target: its parents and connections are the contracts' own fixtures."""

from __future__ import annotations

from collections.abc import Iterable

from linkproof.contract.model import Contract
from linkproof.mock.fixtures import ANY, read_fixtures
from linkproof.targets.model import Auth, Target, TargetContract


def embedded_target(base_url: str, contracts: Iterable[Contract]) -> Target:
    """The target that an embedded server at ``base_url`` is. Raises UsageError for fixtures that cannot be read."""
    found: dict[str, TargetContract] = {}
    for contract in contracts:
        fixtures = read_fixtures(contract)
        if not fixtures.parents:
            continue
        parent = fixtures.parents[0]
        names: dict[str, tuple[str, ...]] = {}
        for fixture in parent.connections:
            state = fixture.status or ANY
            names[state] = (*names.get(state, ()), fixture.name)
        found[contract.id] = TargetContract(contract.id, parent.path, names)
    return Target(
        name="the embedded server",
        kind="mock",
        base_url=base_url,
        contracts=found,
        auth={"azure": Auth("bearer", "test-token"), "huawei": Auth("x-auth-token", "test-token")},
        checks_credentials=True,
        writes=True,
        operation_timeout_s=5.0,
        reset=("POST", "/_control/reset"),
    )
