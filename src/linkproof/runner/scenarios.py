"""Sequences of requests that several suites need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.runner.driver import Driver
from linkproof.runner.readings import names_on

#: Maximum number of connections of a list that are also read one by one.
_MOST = 60
#: Maximum number of connections missing from a list that are read by Get.
_MOST_MISSING = 2


def look_at_everything(driver: Driver) -> list[str]:
    """Read every connection by List, then by Get, then by List again; return the names."""
    pages = driver.walk()
    names = names_on(driver.contract, pages)
    if driver.contract.by_role(Role.GET) is not None:
        known = [n for n in driver.known_names() if n.lower() not in names]
        driver.side_by_side([partial(driver.get, _as_given(driver, n)) for n in [*names, *known][:_MOST]])
        driver.walk()
    return names


def _as_given(driver: Driver, name: str) -> str:
    """Return the target file's spelling of a name."""
    return next((n for n in driver.known_names() if n.lower() == name), name)


def look(driver: Driver, *names: str) -> None:
    """Read some connections by Get, and all by List; not those that were read and cannot have changed since."""
    unread = driver.not_yet_read(names)
    readings: list[Callable[[], object]] = [partial(driver.get, name) for name in unread]
    has_get = driver.contract.by_role(Role.GET) is not None
    if has_get or driver.contract.list.token or driver.contract.list.limit:
        readings.append(driver.listed)
    found = driver.side_by_side(readings)
    if has_get:
        _look_for_missing(driver, cast(list[str], found[-1]), names)
    for name, call in zip(unread, found, strict=False):
        driver.wait_after_decision(cast(Call, call), name)


def _look_for_missing(driver: Driver, listed: list[str], shown: tuple[str, ...]) -> None:
    """Read by Get what the previous list showed and this one omits."""
    known = {n.lower(): n for n in driver.known_names()}
    missing = driver.no_longer_listed(listed) - {n.lower() for n in shown}
    for name in sorted(missing & known.keys())[:_MOST_MISSING]:
        driver.get(known[name])


def send_writes(driver: Driver, name: str, **options: Any) -> None:
    """Send every writing operation of the contract to a connection, each with a defect; Delete last."""
    contract = driver.contract
    for role in (Role.DECIDE, Role.TAGS, Role.DELETE):
        # Decisions of one path differ in their bodies: one of them stands for all.
        for operation in contract.of_role(role)[: None if contract.decide.by_path else 1]:
            word = contract.decide.word_of(operation.id) or "approve"
            body = {"tags": {"owner": "linkproof"}} if role is Role.TAGS else driver.body_for(word, name)
            driver.send(operation, name, body=None if role is Role.DELETE else body, **options)


def bystanders(driver: Driver, name: str = "", count: int = 2) -> list[str]:
    """Return some connections that a scenario leaves unchanged, and the first and the last of all.

    They are taken from the list, among connections that no scenario reserves any more if there are enough. The first
    and the last are read even if they may still be reserved: faults by position show there. So are the neighbours of
    ``name`` in the target file if the contract has no list, which would show them.
    """
    names = driver.known_names()[::-1]
    if driver.lists:
        # If a list's items cannot be distinguished, only the promised connections remain.
        names = driver.listed() or names
    others = [n for n in names if n.lower() != name.lower()]
    free = {n.lower() for n in driver.unused("pending")}
    for chosen in ([n for n in others if n.lower() not in free], others):
        if len(chosen) >= count:
            first = (count + 1) // 2
            ends = [*chosen[:first], *chosen[len(chosen) - (count - first) :]]
            return list(dict.fromkeys([*ends, others[0], others[-1], *_neighbours(driver, name)]))
    return others


def _neighbours(driver: Driver, name: str) -> list[str]:
    """Return the names before and after one in the target file; empty if the contract has a list."""
    names = driver.known_names()
    if driver.lists or name not in names:
        return []
    place = names.index(name)
    return [*names[max(place - 1, 0) : place], *names[place + 1 : place + 2]]
