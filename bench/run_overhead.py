"""What a run costs beyond its requests: ``python -m bench.run_overhead [--contract ID ...]``.

The suites go over a socket to the embedded server, with default settings; then a bare httpx loop sends the same
requests in the same order to a fresh server of the same kind. Prints a JSON object.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from typing import Any

import httpx

from linkproof.contract.load import all_contracts, select
from linkproof.contract.model import Contract
from linkproof.mock.serve import Embedded
from linkproof.suite.opening import Opened
from linkproof.suite.plugin import Choices, Conformance
from linkproof.suite.running import run_suites
from linkproof.target.embedded import embedded_target

#: Those of the first five contracts; all ten are served when none is named.
FIVE = (
    "azure-containerservice-pec",
    "azure-dbforpostgresql-pec",
    "azure-healthcareapis-dicom",
    "azure-healthcareapis-pec",
    "huawei-vpcep-connections",
)


class Noting(httpx.HTTPTransport):
    """The network, and a note of every request."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, httpx.URL, list[tuple[bytes, bytes]], bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Note it, and send it."""
        self.requests.append((request.method, request.url, request.headers.raw, request.read()))
        return super().handle_request(request)


def run(contracts: Sequence[str], transport: Noting | None = None) -> tuple[float, str, int]:
    """Seconds for a run, its base URL and the number of its requests."""
    base: list[str] = []

    def opened(_: str, chosen: Sequence[Contract]) -> Opened:
        embedded = Embedded(chosen)
        embedded.__enter__()
        base.append(embedded.base_url)
        target = embedded_target(embedded.base_url, chosen)
        return Opened(target, lambda: embedded.__exit__(None, None, None), transport=transport)

    conformance = Conformance(Choices(contracts=tuple(contracts)), opener=opened)
    start = time.perf_counter()
    try:
        output = run_suites(conformance)
    finally:
        conformance.close()
    wall = time.perf_counter() - start
    if conformance.results is None:
        raise SystemExit(output)
    return wall, base[0], conformance.results.requests


def bare(contracts: Sequence[str], noted: Noting, base: str) -> float:
    """Seconds for the same requests by httpx alone."""
    with Embedded(select(all_contracts(), contracts)) as embedded, httpx.Client(timeout=30) as client:
        sends: list[tuple[str, str, Any, bytes]] = []
        for method, url, headers, body in noted.requests:
            fields = [(k, v) for k, v in headers if k.lower() not in (b"host", b"content-length")]
            sends.append((method, str(url).replace(base, embedded.base_url), fields, body))
        start = time.perf_counter()
        for method, address, fields, body in sends:
            client.request(method, address, headers=fields, content=body or None)
        return time.perf_counter() - start


def measure(contracts: Sequence[str], rounds: int = 3) -> dict[str, Any]:
    """The best of some rounds of each, side by side."""
    noted = Noting()
    _, base, _ = run(contracts, noted)
    walls: list[float] = []
    bares: list[float] = []
    requests = 0
    for _ in range(rounds):
        wall, _, requests = run(contracts)
        walls.append(wall)
        bares.append(bare(contracts, noted, base))
    return {
        "contracts": len(contracts),
        "requests": requests,
        "run_s": round(min(walls), 2),
        "bare_httpx_s": round(min(bares), 2),
        "bare_requests": len(noted.requests),
        "over": round(min(walls) / min(bares) - 1, 3),
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contract", action="append", default=[])
    given = parser.parse_args()
    print(json.dumps(measure(given.contract or FIVE)))


if __name__ == "__main__":
    main()
