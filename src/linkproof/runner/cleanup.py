"""Restores what a run changed on a live target, and removes what it created, by its journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum

from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.errors import TargetError
from linkproof.model.results import LeakedResource
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import NotExercised
from linkproof.runner.open_target import Opened
from linkproof.runner.session import Session
from linkproof.targets.budget import Limits
from linkproof.targets.journal import Entry, Journal
from linkproof.targets.model import TargetContract
from linkproof.targets.provision.settings import provisioner_of

#: Outcomes of an entry; any other outcome is a leaked resource.
REMOVED, PUT_BACK, AS_IT_WAS = "removed", "put back", "as it was"
WENT_ALONG = "gone with its endpoint"
#: Prefix of the outcome of an entry that could not be undone and was accepted.
ACCEPTED = "accepted"

#: Minimum time for the clean-up, whatever the run's budget.
_LEAST_MINUTES = 5


class Accept(Enum):
    """Which irreversible changes are accepted, so that the target can be used again."""

    NOTHING = "nothing"
    OWN = "connections that the run itself made"
    EVERYTHING = "everything"


class Final(str):
    """The reason why an entry can never be undone."""


def provisioned(opened: Opened, contracts: Sequence[Contract], journal: Journal) -> Opened:
    """Return the target with new pending connections, if its file asks for them. Raises TargetError."""
    target = opened.target
    wanted = [c for c in contracts if c.id in target.contracts and target.contracts[c.id].provision]
    if not wanted:
        return opened
    client = opened.client()
    given = dict(target.contracts)
    allow = list(target.allow)
    try:
        for contract in wanted:
            names = provisioner_of(client, contract).make(journal)
            pending = contract.states["pending"]
            fixtures = given[contract.id].fixtures
            own = replace(given[contract.id], fixtures={**fixtures, pending: (*names, *fixtures.get(pending, ()))})
            given[contract.id] = own
            allow += names
    finally:
        client.close()
    return replace(opened, target=replace(target, contracts=given, allow=tuple(allow)))


def clean_up(
    opened: Opened, contracts: Sequence[Contract], journal: Journal, accept: Accept = Accept.NOTHING
) -> list[LeakedResource]:
    """Undo every open entry; return what could not be undone, even if the target does not answer.

    An irreversible change that is accepted is closed in the journal with its description, and not returned.
    """
    found = {c.id: c for c in contracts}
    left: dict[int, tuple[Entry, str]] = {}
    names = tuple(e.name for e in journal.open)
    target = opened.target
    own = replace(target, limits=_limits(target.limits), allow=(*target.allow, *names))
    session = Session(own, contracts, client=replace(opened, target=own, began=None).client(), may_reset=False)
    try:
        # Created endpoints are removed last: their connections disappear with them.
        for entry in sorted(journal.open, key=lambda e: e.making):
            contract = found.get(entry.contract)
            outcome = _undo(session, contract, entry) if contract else "the target file does not name its contract"
            if outcome in (REMOVED, PUT_BACK, AS_IT_WAS):
                journal.done(entry, outcome)
            else:
                left[id(entry)] = entry, outcome
    finally:
        session.close()
    for key, (entry, outcome) in list(left.items()):
        if not entry.making and _went_along(entry, journal):
            journal.done(entry, WENT_ALONG)
            del left[key]
        elif isinstance(outcome, Final) and _is_accepted(entry, journal, accept):
            journal.done(entry, f"{ACCEPTED}: {outcome}")
            del left[key]
    return [LeakedResource(entry.contract, entry.name, f"{outcome}{_below(entry)}") for entry, outcome in left.values()]


def _below(entry: Entry) -> str:
    """Return the parent of an entry for messages, "" if its contract has only one."""
    return f" (below {', '.join(f'{k} {v!r}' for k, v in entry.parent.items())})" if entry.parent else ""


def _limits(limits: Limits) -> Limits:
    """Return the limits of the clean-up: any number of requests, and as many minutes as the run had."""
    minutes = None if limits.minutes is None else max(limits.minutes, _LEAST_MINUTES)
    return Limits(minutes=minutes, per_second=limits.per_second)


def _is_accepted(entry: Entry, journal: Journal, accept: Accept) -> bool:
    if accept is Accept.OWN:
        return entry.before is None or _is_ours(entry, [e for e in journal.entries.values() if e.making])
    return accept is Accept.EVERYTHING


def _is_ours(entry: Entry, made: Iterable[Entry]) -> bool:
    """Whether a connection belongs to an endpoint that the run created."""
    name = entry.name.lower()
    return any(
        e.contract == entry.contract and (name == e.id.lower() or name == e.name or name.startswith(f"{e.name}."))
        for e in made
    )


def _went_along(entry: Entry, journal: Journal) -> bool:
    """Whether a connection belonged to an endpoint of the run that has been removed."""
    gone = [e for e in journal.entries.values() if e.making and e.outcome == REMOVED and e.contract == entry.contract]
    return _is_ours(entry, gone)


def _undo(session: Session, contract: Contract, entry: Entry) -> str:
    """Undo an entry, and return its outcome."""
    try:
        if entry.making:
            return REMOVED if provisioner_of(session.client, contract).remove(entry.name, entry.id) else "still there"
        given = session.target.contracts[contract.id]
        number = _parent_of(entry, given)
        if number is None:
            return "the target file does not name its parent"
        own = session.alone(contract, parent=number) if given.parents else session
        return _restore(Driver(own, contract), contract, entry)
    except (TargetError, NotExercised) as error:
        return str(error)


def _parent_of(entry: Entry, given: TargetContract) -> int | None:
    """Return the number of an entry's parent; None if the target file no longer names it."""
    if entry.parent is None:
        return 0
    paths = [{k: v.casefold() for k, v in one.path.items()} for one in given.each]
    wanted = {k: v.casefold() for k, v in entry.parent.items()}
    return paths.index(wanted) if wanted in paths else None


def _restore(driver: Driver, contract: Contract, entry: Entry) -> str:
    now = driver.shown(entry.name)
    if entry.before is None:
        if now is None:
            return AS_IT_WAS
        if contract.by_role(Role.DELETE) is None:
            return Final("it was created, and the contract has no operation to remove it")
        driver.delete(entry.name)
        return REMOVED if driver.shown(entry.name) is None else "it was created, and is still there"
    if now is None:
        return Final("it is gone: a deletion cannot be taken back")
    if all(now.get(k) == v for k, v in entry.before.items()):
        return AS_IT_WAS
    word = next((w for w, status in contract.decide.shows.items() if status == entry.before.get("status")), "")
    was = f"it was {entry.before.get('status')}, and is {now.get('status')}"
    if not word or contract.decide.final:
        return Final(f"{was}: a decision cannot be taken back")
    driver.decide(word, entry.name, entry.before.get("description"))
    back = driver.shown(entry.name)
    return PUT_BACK if back is not None and back.get("status") == entry.before.get("status") else was
