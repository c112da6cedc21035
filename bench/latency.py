"""How much of the waiting overlaps: a run against a server that takes 150 ms for each answer.

``python -m bench.latency [--concurrency 1 16] [--contract ID ...] [--parents N] [--read-only]`` runs the suites in this
process against the embedded server behind a fixed latency, on a socket, and compares wall time with the sum of all
latencies, and what each run came to with the first. ``--parents``: the number of parents of each contract.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from bench.running import run
from linkproof.results.serialize import results_to_dict

LATENCY_S = 0.15


class Late:
    """An ASGI app, each of whose answers begins so many seconds later; counts them."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.answers = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer later, but not to the reset."""
        if scope["type"] == "http" and not scope["path"].startswith("/_"):
            self.answers += 1
            await asyncio.sleep(LATENCY_S)
        await self.app(scope, receive, send)


def measure(concurrency: int, contracts: Sequence[str], *, writes: bool = True, parents: int = 1) -> dict[str, Any]:
    """One run; its wall time, the number of answers and what it came to."""
    late: list[Late] = []

    def around(app: Any) -> Any:
        late.append(Late(app))
        return late[0]

    found = run(contracts, concurrency=concurrency, around=around, writes=writes, parents=parents)
    data = results_to_dict(found.results)
    waited = late[0].answers * LATENCY_S
    return {
        "concurrency": concurrency,
        "parents": parents,
        "requests": late[0].answers,
        "wall_s": round(found.wall, 1),
        "sum_of_latencies_s": round(waited, 1),
        "share": round(found.wall / waited, 3),
        "came_to": came_to(data),
    }


def came_to(data: dict[str, Any]) -> Any:
    """Verdict, the status of every requirement on every contract, and the ids of all findings."""
    rows = [[r["contract"], r["id"], r["status"]] for r in data["requirements"]]
    return [data["verdict"], rows, sorted(f["id"] for f in data["findings"])]


def main() -> None:
    """Measure, and print a JSON object for each run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--contract", action="append", default=[])
    parser.add_argument("--parents", type=int, default=1)
    parser.add_argument("--read-only", action="store_true")
    given = parser.parse_args()
    first: Any = None
    for number in given.concurrency:
        found = measure(number, given.contract, writes=not given.read_only, parents=given.parents)
        own = found.pop("came_to")
        first = first or own
        print(json.dumps({**found, "same_as_first": own == first}), flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
