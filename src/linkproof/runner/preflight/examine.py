"""Examines a target: resets it, sends each contract a few requests, compares the answers with the target file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from linkproof.contract.model import Contract
from linkproof.errors import TargetError, UsageError
from linkproof.runner.open_target import Opened
from linkproof.runner.preflight.findings import Preflight
from linkproof.runner.preflight.fixtures import compare_with_needs, report, take_census
from linkproof.runner.preflight.probe import MOST_REQUESTS, Probe, Reply
from linkproof.runner.preflight.service import missing_parent, problem_of
from linkproof.targets.budget import Budget, OutOfTime, OverBudget
from linkproof.targets.client import Client
from linkproof.targets.transfer import Unreachable

#: Returns the number of connections of each state that the selected tests use.
Needs = Callable[[Contract], Mapping[str, int]]


def examine(opened: Opened, contracts: Sequence[Contract], where: str, needs: Needs | None = None) -> Preflight:
    """Return the result of a preflight; it sends at most ten requests for each parent. Raises UsageError.

    Args:
        opened: the target.
        contracts: the contracts of the run.
        where: the target file, for messages.
        needs: how many connections the selected tests use; None to leave this open.
    """
    outcome = Preflight()
    client = opened.client()
    limits = replace(opened.target.limits, requests=MOST_REQUESTS)
    began = client.clock.now() if opened.began is None else opened.began
    try:
        client.sign_in({c.vendor for c in contracts})
        client.budget = Budget(limits, client.clock, began)
        _reset(client, outcome, where)
        for number, contract in enumerate(contracts):
            for parent, given in enumerate(opened.target.contracts[contract.id].each):
                if outcome.problem is not None:
                    break
                if number or parent:
                    outcome.requests += client.budget.sent
                    client.budget = Budget(limits, client.clock, began)
                _examine_one(Probe(client, contract, given), outcome, where, counted=needs is not None)
            if outcome.problem is None and needs is not None and client.target.writes:
                compare_with_needs(needs(contract), client.target, contract, outcome)
    except OutOfTime as error:
        outcome.note("", f"{error}: nothing else was examined")
    finally:
        outcome.requests += client.budget.sent
        client.close()
    return outcome


def _reset(client: Client, outcome: Preflight, where: str) -> None:
    if client.target.reset is None:
        return
    method, path = client.target.reset
    client.budget.spend()
    try:
        client.reset()
    except Unreachable as error:
        outcome.fail("", TargetError(f"the target does not answer: {error}"))
    except TargetError as error:
        if "answered with 4" in str(error):
            outcome.fail("", UsageError(str(error), where=f"{where}: [target] reset", fix="check its method and path"))
        else:
            outcome.fail("", error)
    else:
        outcome.ok("", f"the reset works ({method} {path})")


def _examine_one(probe: Probe, outcome: Preflight, where: str, *, counted: bool) -> None:
    try:
        _ask(probe, outcome, where, counted=counted)
    except OutOfTime:
        raise
    except OverBudget:
        outcome.note(probe.name, f"after {MOST_REQUESTS} requests nothing else was examined", untried=False)


def _ask(probe: Probe, outcome: Preflight, where: str, *, counted: bool) -> None:
    contract, target = probe.contract, probe.target
    names = [n for group in probe.given.fixtures.values() for n in group]
    listing = probe.listing()
    replies = [r for r in (listing, probe.absent()) if r is not None]
    if listing is None or listing.status != 200:
        replies += [r for n in names[:1] if (r := probe.get(n)) is not None]
    problem = problem_of(contract, replies, where, signed_in=contract.vendor in target.auth)
    if problem is not None:
        outcome.fail(probe.name, problem)
        return
    outcome.ok(probe.name, f"the target answers ({replies[0].request}: {replies[0].status or replies[0].error})")
    if contract.vendor in target.auth and any(0 < r.status < 500 for r in replies):
        outcome.ok(probe.name, "the target accepts the credential")
    if _is_missing(listing, replies, has_names=bool(names)):
        assert listing is not None or replies
        reply = listing or replies[-1]
        outcome.fail(probe.name, missing_parent(contract, probe.given, reply, where))
        return
    if any(r.status == 200 for r in replies):
        outcome.ok(probe.name, "the parent exists")
    if names:
        report(take_census(probe, listing), probe, outcome, counted=counted)
    elif probe.given.provision is None:
        outcome.note(probe.name, "the target file names no connections under fixtures", untried=False)


def _is_missing(listing: Reply | None, replies: Sequence[Reply], *, has_names: bool) -> bool:
    """Whether everything below the parent gets 404; without a list, at least one promised connection must exist."""
    return all(r.status == 404 for r in replies) and (listing is not None or has_names)


def without_missing(opened: Opened, outcome: Preflight) -> Opened:
    """Return the target with the connections that exist: those that an earlier run used up are not tried again."""
    contracts = dict(opened.target.contracts)
    for name, given in contracts.items():
        own, *others = (replace(g, fixtures=outcome.usable.get(g.title, g.fixtures)) for g in given.each)
        contracts[name] = replace(own, parents=tuple(others))
    return replace(opened, target=replace(opened.target, contracts=contracts))
