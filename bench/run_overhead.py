"""What a run costs beyond its requests: ``python -m bench.run_overhead [--contract ID ...]``.

The suites go over a socket to the embedded server, with default settings, in a process that has made a run before;
then a bare httpx loop sends the same requests in the same order to a fresh server of the same kind. Neither waits: the
run has a clock on which no real time passes, as `linkproof run` has without a target. Beside it, `linkproof run` as a
process, with start-up and reports. Prints a JSON object.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import httpx

from bench.compare import spread
from bench.recorded import cpu_of
from bench.running import run
from bench.startup import COMMAND
from linkproof.contract.loader import all_contracts, select
from linkproof.mock.serve import Embedded

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


def measure(contracts: Sequence[str], rounds: int = 5) -> dict[str, Any]:
    """Median, least and largest of some rounds; each measures run and loop once, and `linkproof run` as a process."""
    noted = Noting()
    base = run(contracts, transport=noted, virtual=True).base_url
    walls: list[float] = []
    bares: list[float] = []
    overs: list[float] = []
    commands: list[tuple[float, float]] = []
    requests = 0
    for _ in range(rounds):
        found = run(contracts, virtual=True)
        walls.append(found.wall)
        requests = found.results.requests
        bares.append(bare(contracts, noted, base))
        overs.append(walls[-1] / bares[-1] - 1)
        commands.append(command(contracts))
    return {
        "contracts": len(contracts),
        "requests": requests,
        "run_s": spread(walls, 2),
        "bare_httpx_s": spread(bares, 2),
        "bare_requests": len(noted.requests),
        "over": spread(overs, 3),
        "command_s": {"cpu": spread([c for c, _ in commands], 2), "wall": spread([w for _, w in commands], 2)},
    }


def command(contracts: Sequence[str]) -> tuple[float, float]:
    """Seconds of CPU and of wall time of `linkproof run`, from start to reports."""
    with tempfile.TemporaryDirectory() as room:
        chosen = [part for name in contracts for part in ("--contract", name)]
        return cpu_of([COMMAND, "run", *chosen, "--quiet", "--out", f"{room}/out"])


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contract", action="append", default=[])
    given = parser.parse_args()
    print(json.dumps(measure(given.contract or FIVE)))


if __name__ == "__main__":
    main()
