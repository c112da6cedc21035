"""PAG: pages hold each connection once, in order, and end."""

import pytest

from linkproof.base.json_values import MISSING, at
from linkproof.contract.operation import Role
from linkproof.contract.rules import Paging
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import DoesNotApply
from linkproof.runner.readings import names_on
from linkproof.runner.scenarios import look, look_at_everything

pytestmark = pytest.mark.long_list


@pytest.mark.requirement("PAG-9", "PAG-11", "PAG-3", "PAG-4")
@pytest.mark.parametrize("size", [5, 7, 1000])
def test_pages_by_token_hold_each_connection_once(driver: Driver, size: int) -> None:
    if driver.contract.list.paging is not Paging.TOKEN:
        raise DoesNotApply("the list has no tokens")
    look_at_everything(driver)
    first = driver.walk_by_token(size)[0]
    token = at(first.answer, driver.contract.list.next_token)
    rules = driver.contract.list
    for wrong in ("no-page-had-it", f"x{token}" if isinstance(token, str) else "0"):
        driver.page(**{rules.token: wrong, rules.size: str(size)})


@pytest.mark.requirement("PAG-10", "PAG-9", "PAG-4")
def test_lists_of_filters_hold(driver: Driver) -> None:
    if not driver.contract.list.filters_by_token:
        raise DoesNotApply("the list by token takes no filters")
    whole = [item for page in driver.walk() for item in page.items]
    for name, pointer in driver.contract.list.filters.items():
        values = list(dict.fromkeys(v for item in whole if isinstance(v := at(item, pointer), str)))
        wanted = [*values[:3], ",".join(values[:2]), "no-connection-has-it", values[0].swapcase() if values else ""]
        for value in filter(None, wanted):
            driver.walk_by_token(5, **{name: value})
    by_status = driver.contract.list.filter_by(driver.contract.member.status)
    by_id = driver.contract.list.filter_by(driver.contract.member.id)
    for item in whole[:3] if by_status and by_id else ():
        both = {by_id: str(at(item, driver.contract.member.id)), by_status: str(driver.contract.states["approved"])}
        driver.walk_by_token(5, **both)


@pytest.mark.sends(55)
@pytest.mark.requirement("PAG-2", "PAG-3", "PAG-4", "PAG-5", "STA-6", "STA-1", "STA-7")
def test_pages_are_whole_after_a_change(driver: Driver) -> None:
    driver.operation(Role.DECIDE)
    driver.needs_writes()
    # The last one listed: later pages show what was done, too.
    name = driver.reserve("pending", names_on(driver.contract, driver.walk()))
    driver.get(name)
    driver.decide("approve", name)
    if driver.contract.by_role(Role.DELETE) is not None:
        look(driver, name)
        driver.delete(name)
    look_at_everything(driver)


@pytest.mark.requirement("PAG-6")
def test_limit_and_offset_cut_pages_from_one_list(driver: Driver) -> None:
    limit, offset = limit_and_offset(driver)
    total = len(driver.page(**{limit: most(driver)}).items)
    driver.page()
    for number in ("1", "2", "3", "7", "10", "50", "0"):
        driver.page(**{limit: number})
    for start in (0, 1, 2, total // 2, max(total - 1, 0), total, total + 7):
        driver.page(**{offset: str(start)})
        driver.page(**{offset: str(start), limit: "4"})
    for size in (3, 10):
        driver.walk_by_offset(size)
    driver.walk()


@pytest.mark.requirement("PAG-7")
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_items_come_in_the_order_asked_for(driver: Driver, direction: str) -> None:
    rules, limit = driver.contract.list, limit_and_offset(driver)[0]
    keys = options_of(driver, rules.sort_key)
    if not keys:
        raise DoesNotApply("the list has no order to ask for")
    for key in keys:
        driver.page(**{rules.sort_key: key, rules.sort_dir: direction, limit: most(driver)})
        driver.walk_by_offset(4, **{rules.sort_key: key, rules.sort_dir: direction})
        driver.page(**{rules.sort_key: key, limit: most(driver)})
    driver.page(**{rules.sort_dir: direction, limit: most(driver)})
    driver.page()


@pytest.mark.requirement("PAG-7", "PAG-6", "ENM-1")
def test_filters_hold_for_items_and_total(driver: Driver) -> None:
    rules, (limit, offset) = driver.contract.list, limit_and_offset(driver)
    if not rules.filters:
        raise DoesNotApply("the list has no filters")
    everything = driver.walk_by_offset(int(most(driver)))[0]
    options = {name: options_of(driver, name) for name in rules.filters}
    for name, values in options.items():
        for value in values:
            driver.page(**{name: value, limit: most(driver)})
            driver.page(**{name: value})
            driver.page(**{name: value, limit: "2"})
            driver.page(**{name: value, limit: "2", offset: "1"})
    by_id, by_status = rules.filter_by(driver.contract.member.id), rules.filter_by(driver.contract.member.status)
    for item in everything.items[:3]:
        shown = {name: str(value) for name, at_ in rules.filters.items() if (value := at(item, at_)) is not MISSING}
        for name in (name for name in shown if not options[name]):
            driver.page(**{name: shown[name]})
        if shown.get(by_status) in options.get(by_status, ()) and by_id in shown:
            driver.page(**{by_id: shown[by_id], by_status: shown[by_status]})


def limit_and_offset(driver: Driver) -> tuple[str, str]:
    """Return the parameters of the list's page. Raises DoesNotApply if it has none."""
    driver.operation(Role.LIST)
    rules = driver.contract.list
    if rules.paging is not Paging.OFFSET:
        raise DoesNotApply("the list has no limit and offset")
    return rules.limit, rules.offset


def most(driver: Driver) -> str:
    """Return the largest page that a client may ask for, as text."""
    return str(driver.contract.most_per_page)


def options_of(driver: Driver, name: str) -> list[str]:
    """Return the documented values of a query parameter of the list; empty if it is open, or absent."""
    parameter = driver.operation(Role.LIST).parameter(name)
    return [str(value) for value in parameter.schema.get("enum", ())] if parameter else []
