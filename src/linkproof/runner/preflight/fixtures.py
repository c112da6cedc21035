"""Whether the connections that a target file promises exist, in the promised state, and are enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from linkproof.contract.model import Contract
from linkproof.runner.preflight.findings import Preflight
from linkproof.runner.preflight.probe import MOST_GETS, Probe, Reply
from linkproof.targets.model import Target

#: Maximum number of names in a message.
_SHOWN = 3


@dataclass
class Census:
    """The promised connections by state: usable, missing, and in another state (name to that state)."""

    usable: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    elsewhere: dict[str, dict[str, str]] = field(default_factory=dict)
    uncertain: int = 0


def take_census(probe: Probe, listing: Reply | None) -> Census:
    """Find the promised connections in the list, and a few of them by Get.

    A connection counts as missing only if the whole list lacks it and no Get of a similar one found it: a wrong list is
    a finding of the run, not a reason to ignore connections.
    """
    found, complete = probe.listed(listing) if listing is not None else ({}, False)
    fixtures = probe.given.fixtures
    unlisted = [n for names in fixtures.values() for n in names if n.lower() not in found]
    asked = {name: probe.get(name) for name in unlisted[:MOST_GETS]}
    shown = {n.lower(): probe.status_in(r.value) for n, r in asked.items() if r is not None and r.status == 200}
    gone = {n.lower() for n, r in asked.items() if r is not None and r.status == 404}
    # Connections that were not asked for are assumed to be like those that were.
    if not shown and (complete or listing is None) and (gone or not asked or None in asked.values()):
        gone |= {n.lower() for n in unlisted}
    census = Census()
    others = {s.casefold() for s in probe.contract.states.values()}
    for state, names in fixtures.items():
        for name in names:
            status = found.get(name.lower(), shown.get(name.lower(), ""))
            is_other = status.casefold() in others and status.casefold() != state.casefold()
            if name.lower() in gone:
                census.missing.setdefault(state, []).append(name)
            elif is_other and state != "any":
                census.elsewhere.setdefault(state, {})[name] = status
            else:
                census.usable.setdefault(state, []).append(name)
    return census


def report(census: Census, probe: Probe, outcome: Preflight, *, counted: bool) -> None:
    """Add the state of the promised connections to the checklist. ``counted`` needs say what is untried."""
    contract, fixtures = probe.name, probe.given.fixtures
    outcome.usable[contract] = {state: tuple(census.usable.get(state, ())) for state in fixtures}
    for state, names in fixtures.items():
        usable = census.usable.get(state, [])
        if usable:
            outcome.ok(contract, f"{len(usable)} of {len(names)} {state} connections are there")
    for state, missing in census.missing.items():
        text = f"{len(missing)} of {len(fixtures[state])} {state} connections are not there: {_some(missing)}"
        outcome.note(contract, text, untried=not counted)
    for state, others in census.elsewhere.items():
        now = [f"{name} is {status}" for name, status in others.items()]
        used = " (a former run has used them up)" if state == probe.contract.states.get("pending") else ""
        text = f"{len(others)} of {len(fixtures[state])} {state} connections are no longer {state}{used}: {_some(now)}"
        outcome.note(contract, text, untried=not counted)


def compare_with_needs(needs: Mapping[str, int], target: Target, contract: Contract, outcome: Preflight) -> None:
    """Add how many connections the selected tests use, and whether the contract's parents have enough together."""
    given = target.contracts[contract.id].each
    found = [outcome.usable.get(one.title, one.fixtures) for one in given]
    usable = {state: [n for names in found for n in names.get(state, ())] for names in found for state in names}
    made = sum(one.provision.count for one in given if one.provision)
    pending = contract.states.get("pending", "")
    for state, count in needs.items():
        here = len([n for n in usable.get(state, ()) if target.may_write(n)]) + (made if state == pending else 0)
        text = f"the selected tests use {count} {state} connections, and {here} that may be written to are there"
        enough = here >= count or (target.reset is not None and here > 0) or not target.writes
        if enough:
            back = " (the reset puts them back)" if here < count and target.reset is not None else ""
            outcome.ok(contract.id, f"{text}{back}")
        elif state in (pending, *usable):
            fix = "the rest is not exercised; name more under fixtures" + (
                "" if target.kind == "live" else ", or a reset"
            )
            outcome.note(contract.id, f"{text}: {fix}")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
