"""Judges exchanges that a test has collected."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from linkproof.base.wording import moment_of
from linkproof.contract.loader import all_contracts, select
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Circumstances, Exchange, Grade
from linkproof.model.finding import Level
from linkproof.model.results import Results, TargetInfo
from linkproof.reports.text import finding_lines
from linkproof.testing.recorder import Recorder

#: One state scope for all exchanges of a test.
_SCOPE = "testing"


def judge(
    exchanges: Iterable[Exchange] | Recorder,
    *,
    contracts: Iterable[str] = (),
    any_version: bool = True,
    name: str = "recorded by a test",
) -> Results:
    """Judge exchanges in order, as ``linkproof check`` judges recordings.

    Args:
        exchanges: the exchanges, or the recorder that recorded them.
        contracts: ids of the contracts; all by default.
        any_version: also judge exchanges of another api-version than the contract's.
        name: the target's name in reports.

    Raises UsageError for an unknown contract. Exchanges that match no contract are in ``Results.unmatched``.
    """
    chosen = select(all_contracts(), tuple(contracts))
    kept = exchanges.exchanges if isinstance(exchanges, Recorder) else exchanges
    judge = Judge(chosen, Circumstances(grade=Grade.RECORDING), any_version=any_version)
    for number, exchange in enumerate(kept, start=1):
        judge.feed(replace(exchange, number=number, world=exchange.world or _SCOPE))
    facts = RunFacts(
        target=TargetInfo(name=name, kind="recording"),
        started_at=moment_of(time.time()),
        duration_s=0.0,
        requests=judge.exchanges,
    )
    return conclude(judge, [c for c in chosen if judge.matched[c.id]], all_requirements(), facts)


def assert_conforms(exchanges: Iterable[Exchange] | Recorder, *, contracts: Iterable[str] = ()) -> Results:
    """Judge exchanges; return the results if no MUST is breached and something was judged.

    Raises AssertionError with every breach, or if no exchange matched a contract: what judged nothing has not passed.
    Requirements that were not exercised are not errors: one test exercises few.
    """
    results = judge(exchanges, contracts=contracts)
    breaches = [f for f in results.findings if f.level is Level.MUST]
    if breaches:
        raise AssertionError("\n".join(line for f in breaches for line in finding_lines(f)))
    if not results.contracts:
        reasons = "; ".join(dict.fromkeys(f"{u.method} {u.path}: {u.reason}" for u in results.unmatched))
        raise AssertionError(f"nothing was judged: {reasons or 'there are no exchanges'}")
    return results
