"""How many connections of each state a run uses up, counted in a run against the embedded server without a socket.

The server has more connections than the run uses, and they are never reset, as on a target without a reset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid5

from linkproof.base.clock import VirtualClock
from linkproof.contract.model import Contract
from linkproof.mock.app import build_server
from linkproof.mock.direct import Direct
from linkproof.mock.fixtures import Fixtures, fixtures_of
from linkproof.runner.open_target import Opened, Opener
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.runner.selection import EVERYTHING, Selection
from linkproof.targets.embedded import embedded_target
from linkproof.targets.model import Target

#: Initial number of connections, of the state in which decisions are made and of each other state: few, because lists
#: contain them all. If a run uses all of a state, it is repeated with twice as many.
_TO_DECIDE, _OTHERS = 64, 6
_MOST = 1024

#: Counts by contract: each takes a run, and depends on nothing else.
_counted: dict[tuple[str, str, str, Selection], tuple[Contract, Mapping[str, int]]] = {}


def fixtures_needed(contract: Contract, selection: Selection = EVERYTHING) -> Mapping[str, int]:
    """Return the number of connections that the selected tests use up, by state, and at least one that can be read.

    States are the contract's own values. A contract without known fixtures needs none.
    """
    key = (contract.folder, contract.id, contract.version, selection)
    known = _counted.get(key)
    if known is None or known[0] is not contract:
        known = _counted[key] = (contract, _count(contract, selection))
    return known[1]


def _count(contract: Contract, selection: Selection) -> Mapping[str, int]:
    given = embedded_target("http://embedded.invalid", [contract]).contracts.get(contract.id)
    if given is None:
        return {}
    states = [state for state, names in given.fixtures.items() if names]
    there = {state: _TO_DECIDE if state == contract.states.get("pending") else _OTHERS for state in states}
    while True:
        used = _used(contract, selection, _with(contract, there))
        short = [s for s in states if used.get(s, 0) >= there[s] < _MOST]
        if not short:
            return {state: max(1, used.get(state, 0)) for state in states}
        there |= {s: 2 * there[s] for s in short}


def _used(contract: Contract, selection: Selection, target: Target) -> Mapping[str, int]:
    choices = Choices(contracts=(contract.id,), selection=selection, judged=False)
    run = Conformance(choices, opener=_opener(target))
    try:
        run_suites(run)
        return run.context.current.fixtures.used(contract) if run.context.current is not None else {}
    finally:
        run.close()


def _with(contract: Contract, counts: Mapping[str, int]) -> Target:
    """Return the embedded server as a target with this many connections of each state, and without a reset."""
    target = embedded_target("http://embedded.invalid", [contract])
    given = target.contracts[contract.id]
    fixtures = {state: tuple(_names(given.fixtures[state][0], state, count)) for state, count in counts.items()}
    return replace(target, contracts={contract.id: replace(given, fixtures=fixtures)}, reset=None)


def _names(example: str, state: str, count: int) -> Sequence[str]:
    """Return names that look like an example: UUIDs, or words with a number."""
    words = [f"{state.lower()}-{n:03d}" for n in range(1, count + 1)]
    try:
        UUID(example)
    except ValueError:
        return words
    return [str(uuid5(NAMESPACE_URL, word)) for word in words]


def _opener(target: Target) -> Opener:
    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        def fixtures(contract: Contract) -> Fixtures:
            return fixtures_of(contract, *((p.path, p.fixtures) for p in target.contracts[contract.id].each))

        clock = VirtualClock()
        server = build_server(contracts, clock=clock.now, fixtures=fixtures)
        return Opened(target, lambda: None, transport=Direct(server), clock=clock)

    return opened
