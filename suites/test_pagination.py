"""PAG: pages hold each connection once, in order, and end."""

import pytest

from linkproof.base.json_values import at
from linkproof.contract.model import Role
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import look_at_everything, names_in


@pytest.mark.requirement("PAG-1", "PAG-2", "PAG-3", "PAG-4", "PAG-5", "STA-6")
def test_pages_by_next_link_hold_each_connection_once(driver: Driver) -> None:
    look_at_everything(driver)


@pytest.mark.requirement("PAG-2", "PAG-3", "PAG-4", "PAG-5", "STA-6", "STA-1", "STA-7")
def test_pages_are_whole_after_a_change(driver: Driver) -> None:
    driver.operation(Role.DECIDE)
    driver.needs_writes()
    # The last one listed: later pages show what was done, too.
    name = driver.take("pending", names_in(driver, driver.walk()))
    driver.get(name)
    driver.decide("approve", name)
    look_at_everything(driver)
    if driver.contract.by_role(Role.DELETE) is not None:
        driver.delete(name)
        look_at_everything(driver)


@pytest.mark.requirement("PAG-6")
def test_limit_and_offset_cut_pages_from_one_list(driver: Driver) -> None:
    total = len(driver.page(limit="1000").items)
    driver.page()
    for limit in ("1", "2", "3", "7", "10", "50", "0"):
        driver.page(limit=limit)
    for offset in (0, 1, 2, total // 2, max(total - 1, 0), total, total + 7):
        driver.page(offset=str(offset))
        driver.page(offset=str(offset), limit="4")
    for size in (3, 10):
        driver.walk_by_offset(size)
    driver.walk()


@pytest.mark.requirement("PAG-7")
@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("key", ["created_at", "updated_at"])
def test_items_come_in_the_order_asked_for(driver: Driver, key: str, direction: str) -> None:
    driver.page(sort_key=key, sort_dir=direction, limit="1000")
    driver.walk_by_offset(4, sort_key=key, sort_dir=direction)
    driver.page(sort_key=key, limit="1000")
    driver.page(sort_dir=direction, limit="1000")
    driver.page()


@pytest.mark.requirement("PAG-7", "PAG-6")
def test_filters_hold_for_items_and_total(driver: Driver) -> None:
    everything = driver.walk_by_offset(1000)[0]
    parameter = driver.operation(Role.LIST).parameter("status")
    for status in parameter.schema.get("enum", ()) if parameter else ():
        driver.page(status=status, limit="1000")
        driver.page(status=status)
        driver.page(status=status, limit="2")
        driver.page(status=status, limit="2", offset="1")
    for item in everything.items[:3]:
        name, status = str(at(item, driver.contract.member.id)), at(item, driver.contract.member.status)
        driver.page(id=name)
        if "marker_id" in item:
            driver.page(marker_id=str(item["marker_id"]))
        if status in _filterable(driver):
            driver.page(id=name, status=str(status))


def _filterable(driver: Driver) -> list[str]:
    parameter = driver.operation(Role.LIST).parameter("status")
    return list(parameter.schema.get("enum", ())) if parameter else []
