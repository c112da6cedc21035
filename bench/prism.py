"""`linkproof check` beside Prism's validation proxy on the same traffic: ``python -m bench.prism``.

The traffic is a whole run of the suites on one contract: readings, decisions, error responses, deletions, damaged
requests. A client sends it to the embedded server through Prism's proxy, which validates each request and response
against the contract's OpenAPI document; `check` judges the same exchanges from a file. What counts is CPU for each
exchange, in microseconds, without start-up: of Prism's process, and of `check`. Prism also forwards each request, which
is part of its work; `check` reads a file instead. Both are measured once in each round.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.compare import spread
from bench.mixed import write_ndjson
from bench.recorded import CONTRACT, ROUNDS, check
from bench.run_overhead import Noting
from bench.running import run
from linkproof.contract.loader import all_contracts, select
from linkproof.contract.model import Contract
from linkproof.mock.serve import Embedded
from linkproof.model.exchange import Exchange, Headers, Request, Response

ROOT = Path(__file__).parents[1]
PROXY = ROOT / "tests/project/prism_proxies.js"
PRISM = ROOT / "node_modules/@stoplight/prism-http-server"
#: Exchanges that both have handled before the measurement begins.
WARM = 110


@dataclass(frozen=True)
class Ask:
    """A request of the run, without the server's address."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def asks_of_a_run(contract: Contract) -> list[Ask]:
    """Return the requests of a run of all suites that Prism answers.

    The document has no paths of polls, and a body ``null`` gets no answer.
    """
    noted = Noting()
    run([contract.id], transport=noted, virtual=True)
    collection = contract.collection_path.rpartition("/")[2].lower()
    left_out = (b"host", b"content-length", b"accept-encoding")
    return [
        Ask(method, url.raw_path.decode(), tuple((k, v) for k, v in headers if k.lower() not in left_out), body)
        for method, url, headers, body in noted.requests
        if collection in url.path.lower() and _is_text(body)
    ]


def _is_text(body: bytes) -> bool:
    try:
        return body.decode() != "null"
    except UnicodeDecodeError:
        return False


def sent(client: httpx.Client, base: str, asks: list[Ask]) -> Iterator[httpx.Response]:
    """Send requests; yield the answers."""
    for ask in asks:
        yield client.request(ask.method, base + ask.target, headers=list(ask.headers), content=ask.body or None)


def exchange_of(answer: httpx.Response, base: str) -> Exchange:
    """Return an answer and its request as an exchange with the vendor's host."""
    asked = answer.request
    url = str(asked.url).replace(base, "https://management.azure.com")
    fields = [Headers((k.decode("latin-1"), v.decode("latin-1")) for k, v in m.headers.raw) for m in (asked, answer)]
    response = Response(answer.status_code, fields[1], answer.content, answer.reason_phrase)
    return Exchange(Request(asked.method, url, fields[0], asked.content), response)


@contextmanager
def proxy(document: str, upstream: str) -> Iterator[tuple[str, psutil.Process]]:
    """Yield the address of Prism's proxy in a process of its own, and the process."""
    command = ["node", str(PROXY), upstream, document]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())[0], psutil.Process(process.pid)
        finally:
            process.kill()


def cpu_of(process: psutil.Process) -> float:
    """Return the seconds of CPU that a process has taken."""
    times = process.cpu_times()
    return float(times.user + times.system)


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Microseconds of CPU for an exchange, of Prism's proxy and of `check`; empty where Prism is not installed."""
    if not PRISM.exists():
        return {}
    contract = select(all_contracts(), (CONTRACT,))[0]
    asks = asks_of_a_run(contract)
    found: dict[str, list[float]] = {"prism_us": [], "check_us": []}
    with tempfile.TemporaryDirectory() as room, Embedded([contract]) as server, httpx.Client(timeout=30) as client:
        direct = [exchange_of(answer, server.base_url) for answer in sent(client, server.base_url, asks)]
        small = write_ndjson(Path(room) / "small.ndjson", iter(direct[:WARM]))
        large = write_ndjson(Path(room) / "large.ndjson", iter(direct))
        reported = 0
        with proxy(str(Path(contract.folder) / "openapi.json"), server.base_url) as (base, process):
            for _ in range(rounds):
                client.post(f"{server.base_url}/_control/reset")
                for _answer in sent(client, base, asks[:WARM]):
                    pass
                client.post(f"{server.base_url}/_control/reset")
                before = cpu_of(process)
                reported = sum("sl-violations" in answer.headers for answer in sent(client, base, asks))
                found["prism_us"].append(1e6 * (cpu_of(process) - before) / len(asks))
                found["check_us"].append(check(small, large, None))
    tables: dict[str, Any] = {name: spread(values) for name, values in found.items()}
    times = [p / c for p, c in zip(found["prism_us"], found["check_us"], strict=True)]
    return {"rounds": rounds, "exchanges": len(asks), "reported_by_prism": reported, **tables, "times": spread(times)}


if __name__ == "__main__":
    print(json.dumps(measure()))
