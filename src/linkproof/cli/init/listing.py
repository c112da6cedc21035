"""Lists the connections of a target, and counts how many a run needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from linkproof.base.json_values import at
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of
from linkproof.errors import LinkproofError
from linkproof.mock.fixtures import ANY
from linkproof.runner.driver import Driver
from linkproof.runner.fixtures_needed import fixtures_needed
from linkproof.runner.not_exercised import DoesNotApply, NotExercised
from linkproof.runner.session import Session
from linkproof.targets.file import read_target

#: State to names.
Names = Mapping[str, Sequence[str]]
#: Counting takes ten seconds per contract: above this number only one of each vendor is counted, with a margin.
_COUNTED = 3
_MARGIN = 5


def needed_by(contracts: Sequence[Contract], say: Callable[[str], object]) -> Mapping[str, Mapping[str, int]]:
    """Return the number of connections that a run of every suite uses up, by contract id and state."""
    found: dict[str, Mapping[str, int]] = {}
    of_vendor: dict[str, Mapping[str, int]] = {}
    for contract in contracts:
        if len(contracts) > _COUNTED and contract.vendor in of_vendor:
            found[contract.id] = {s: n + _MARGIN if n > 1 else n for s, n in of_vendor[contract.vendor].items()}
            continue
        say(f"counting the connections that a run of {contract.id} needs (a run against the embedded server)")
        found[contract.id] = of_vendor[contract.vendor] = fixtures_needed(contract)
    return found


def listed(file: Path, contracts: Sequence[Contract]) -> tuple[dict[str, Names], dict[str, str]]:
    """Return the connections that a target lists, by contract id, and the reason where there are none.

    It sends reading requests only, with the credentials in the file. It raises nothing if the target does not answer.
    """
    try:
        target = read_target(file, contracts)
        session = Session(target, contracts, may_reset=False)
    except LinkproofError as error:
        return {}, {c.id: str(error).splitlines()[0] for c in contracts}
    found: dict[str, Names] = {}
    why: dict[str, str] = {}
    try:
        for contract in contracts:
            try:
                names = _names(Driver(session, contract), contract)
                if names:
                    found[contract.id] = names
                else:
                    why[contract.id] = "the list is empty"
            except (LinkproofError, NotExercised, DoesNotApply) as error:
                why[contract.id] = str(error).splitlines()[0]
    finally:
        session.close()
    return found, why


def _names(driver: Driver, contract: Contract) -> dict[str, list[str]]:
    if not driver.lists:
        raise DoesNotApply("the contract has no list")
    calls = driver.walk()
    if calls and calls[0].status != 200:
        raise NotExercised(f"the list was answered with {calls[0].status}")
    found: dict[str, list[str]] = {}
    known: set[str] = set()
    for call in calls:
        for item in call.items:
            name = _name(contract, item)
            status = at(item, contract.member.status) if contract.member.status else ANY
            if name and isinstance(status, str) and name.lower() not in known:
                known.add(name.lower())
                found.setdefault(status, []).append(name)
    return found


def _name(contract: Contract, item: object) -> str:
    """Return a connection's name as the service writes it."""
    lower = name_of(contract, item)
    raw = at(item, contract.member.id)
    last = raw.rsplit("/", 1)[-1] if isinstance(raw, str) else ""
    return last if last.lower() == lower else lower
