"""Sequences of requests that several suites need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from linkproof.contract.call import Call
from linkproof.contract.model import Role
from linkproof.contract.names import name_of
from linkproof.runner.driver import Driver

#: Of a long list only so many connections are also shown one by one.
_MOST = 60
#: Of the connections that are missing from a list only so many are asked for by Get.
_MOST_MISSING = 2


def names_in(driver: Driver, pages: list[Call]) -> list[str]:
    """The names on some pages, in their order, each once."""
    found = [name_of(driver.contract, item) for page in pages for item in page.items]
    return list(dict.fromkeys(n for n in found if n))


def look_at_everything(driver: Driver) -> list[str]:
    """Show every connection by List, then by Get, then by List again; returns the names."""
    pages = driver.walk()
    names = names_in(driver, pages)
    if driver.contract.by_role(Role.GET) is not None:
        known = [n for n in driver.known_names() if n.lower() not in names]
        driver.side_by_side([partial(driver.get, _as_given(driver, n)) for n in [*names, *known][:_MOST]])
        driver.walk()
    return names


def _as_given(driver: Driver, name: str) -> str:
    """The target file's spelling of a name."""
    return next((n for n in driver.known_names() if n.lower() == name), name)


def look(driver: Driver, *names: str) -> None:
    """Show some connections by Get, and all by List."""
    readings: list[Callable[[], object]] = [partial(driver.get, name) for name in names]
    if driver.contract.by_role(Role.GET) is not None:
        *_, pages = driver.side_by_side([*readings, driver.walk])
        _look_for_missing(driver, names_in(driver, cast(list[Call], pages)), names)
        return
    if driver.contract.list.token:
        readings.append(driver.walk)
    elif driver.contract.list.limit:
        readings.append(partial(driver.page, **{driver.contract.list.limit: "1000"}))
    driver.side_by_side(readings)


def _look_for_missing(driver: Driver, listed: list[str], shown: tuple[str, ...]) -> None:
    """Show by Get what the list showed the last time and leaves out now, if nothing else did."""
    known = {n.lower(): n for n in driver.known_names()}
    missing = driver.no_longer_listed(listed) - {n.lower() for n in shown}
    for name in sorted(missing & known.keys())[:_MOST_MISSING]:
        driver.get(known[name])


def send_writes(driver: Driver, name: str, **options: Any) -> None:
    """Send every writing operation of the contract to a connection, Delete last, with something wrong in each."""
    for role in (Role.DECIDE, Role.TAGS, Role.DELETE):
        operation = driver.contract.by_role(role)
        if operation is None:
            continue
        body = {"tags": {"owner": "linkproof"}} if role is Role.TAGS else driver.body_for("approve", name)
        driver.send(operation, name, body=None if role is Role.DELETE else body, **options)


def bystanders(driver: Driver, name: str = "", count: int = 2) -> list[str]:
    """Return some connections that a scenario leaves alone, and the first and the last of all.

    Of a list they are those that no scenario takes any more, where there are enough. The first and the last of
    all are looked at whoever may still take them: what goes wrong by place goes wrong there.
    """
    names = driver.known_names()[::-1]
    if driver.lists:
        listed = driver.walk() if not driver.contract.list.limit else [driver.page(limit="1000")]
        # A list whose items cannot be told apart leaves only what the target promises.
        names = names_in(driver, listed) or names
    others = [n for n in names if n.lower() != name.lower()]
    free = {n.lower() for n in driver.unused("pending")}
    for chosen in ([n for n in others if n.lower() not in free], others):
        if len(chosen) >= count:
            first = (count + 1) // 2
            ends = [*chosen[:first], *chosen[len(chosen) - (count - first) :]]
            return list(dict.fromkeys([*ends, others[0], others[-1]]))
    return others
