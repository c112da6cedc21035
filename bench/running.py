"""A run of the suites in this process, over a socket to an embedded server of its own, with a stop watch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from linkproof.base.clock import Clock, VirtualClock
from linkproof.contract.model import Contract
from linkproof.mock.fixtures import with_more_parents
from linkproof.mock.serve import Embedded
from linkproof.model.results import Results
from linkproof.runner.open_target import Opened
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.targets.embedded import embedded_target


@dataclass(frozen=True)
class Run:
    """What a run came to, its seconds of wall time, and where its server was."""

    results: Results
    wall: float
    base_url: str


def run(
    contracts: Sequence[str],
    *,
    concurrency: int = 1,
    writes: bool = True,
    around: Callable[[Any], Any] = lambda app: app,
    transport: httpx.BaseTransport | None = None,
    virtual: bool = False,
    parents: int = 1,
) -> Run:
    """Run the suites; ``around`` wraps the server's app, ``transport`` takes the place of the network.

    With several ``parents`` the tests of each contract are dealt over as many. With ``virtual`` no real time passes
    where the run waits, as in `linkproof run` without a target.
    """
    base: list[str] = []

    def opened(_: str, chosen: Sequence[Contract]) -> Opened:
        clock = VirtualClock()
        own: dict[str, Any] = {"clock": clock.now, "clock_of": lambda c: clock.of(c.id).now()} if virtual else {}
        if parents > 1:
            own["fixtures"] = lambda c: with_more_parents(c, parents)
        embedded = Embedded(chosen, around=around, **own)
        embedded.__enter__()
        base.append(embedded.base_url)
        target = replace(embedded_target(embedded.base_url, chosen, parents), writes=writes)
        return Opened(
            target,
            lambda: embedded.__exit__(None, None, None),
            transport=transport,
            clock=clock if virtual else Clock(),
        )

    conformance = Conformance(Choices(contracts=tuple(contracts), concurrency=concurrency), opener=opened)
    start = time.perf_counter()
    try:
        output = run_suites(conformance)
    finally:
        conformance.close()
    wall = time.perf_counter() - start
    if conformance.results is None:
        raise SystemExit(output)
    return Run(conformance.results, wall, base[0])
