"""What an exchange costs with 1, 10 and 100 contracts loaded, and after 1,000, 10,000 and 100,000 others.

``python -m bench.routing`` prints microseconds of CPU for one exchange, judged in this process.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from bench.traffic import exchanges
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Exchange, Grade, Headers, Request, Response

CONTRACT = "azure-dbforpostgresql-pec"


def traffic(number: int) -> list[Exchange]:
    """So many exchanges of one world."""
    return [
        Exchange(
            Request(one["method"], one["url"], Headers(one["sent"].items())),
            Response(200, Headers(one["came"].items()), one["text"].encode()),
            number=i,
            world="bench",
            started=float(i),
            ended=i + 0.5,
        )
        for i, one in enumerate(exchanges(number), 1)
    ]


def many(number: int) -> list[Contract]:
    """The contract that the traffic is of, and others of the same form for other providers."""
    own = next(c for c in all_contracts() if c.id == CONTRACT)
    found = [own]
    for i in range(number - 1):
        provider = f"Microsoft.Other{i}"
        operations = tuple(
            replace(o, path=o.path.replace("Microsoft.DBforPostgreSQL", provider)) for o in own.operations
        )
        found.append(replace(own, id=f"other-{i}", operations=operations))
    return found


def microseconds(contracts: list[Contract], traffic: list[Exchange], last: int = 0) -> float:
    """CPU for one exchange (of the last so many), the best of three."""
    best = 1e9
    for _ in range(3):
        judge = Judge(contracts, Circumstances(grade=Grade.RECORDING))
        measured = traffic[-last:]
        for exchange in traffic[: len(traffic) - len(measured)]:
            judge.feed(exchange)
        start = time.process_time()
        for exchange in measured:
            judge.feed(exchange)
        best = min(best, (time.process_time() - start) / len(measured) * 1e6)
        if judge.matched[CONTRACT] != len(traffic):
            raise SystemExit("the traffic was not judged")
    return round(best, 1)


def measure() -> dict[str, Any]:
    """Microseconds by number of contracts, and by number of exchanges before."""
    some = traffic(10_000)
    by_contracts = {n: microseconds(many(n), some) for n in (1, 10, 100)}
    by_exchanges = {n: microseconds(many(1), traffic(n + 1000), 1000) for n in (1_000, 10_000, 100_000)}
    return {"by_contracts_us": by_contracts, "after_exchanges_us": by_exchanges}


if __name__ == "__main__":
    print(measure())
