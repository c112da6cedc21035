"""SHP: success answers of every operation."""

from copy import deepcopy

import pytest

from linkproof.base.json_values import at, place
from linkproof.contract.operation import Role
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import bystanders, look, look_at_everything


@pytest.mark.sends(35)
@pytest.mark.requirement(
    *("SHP-1", "SHP-2", "SHP-3", "SHP-4", "SHP-5", "SHP-6", "ENM-1", "STA-6"),
    *("PAG-1", "PAG-2", "PAG-3", "PAG-4", "PAG-5"),
)
def test_every_connection_fits_its_schema_and_is_listed_once(driver: Driver) -> None:
    look_at_everything(driver)


@pytest.mark.requirement("SHP-1", "SHP-2", "SHP-3", "SHP-4", "SHP-5", "ENM-1")
def test_the_contracts_own_example_is_answered_in_shape(driver: Driver) -> None:
    operation = driver.operation(Role.DECIDE)
    name = driver.reserve("pending")
    body = deepcopy(operation.request_example) or driver.body_for("approve", name)
    rules = driver.contract.decide
    if rules.subject:
        place(body, rules.subject, name)
    if rules.parent:
        place(body, rules.parent, driver.given.path[rules.parent.strip("/")])
    others = bystanders(driver, name)
    look(driver, name, *others)
    call = driver.send(operation, name, body=body)
    driver.wait(call, name)
    look(driver, name, *others)


@pytest.mark.sends(30)
@pytest.mark.requirement("SHP-1", "SHP-2", "SHP-3", "SHP-5", "STA-7", "STA-11", "ERR-10")
@pytest.mark.parametrize("decision", ["", "approve", "reject"])
def test_tags_are_answered_in_shape_and_change_nothing_else(driver: Driver, decision: str) -> None:
    operation = driver.operation(Role.TAGS)
    name = driver.reserve("pending")
    others = bystanders(driver, name)
    if decision:
        driver.decide(decision, name, "Decided before it was tagged")
    for tags in ({"owner": "linkproof", "ключ": "значение"}, {f"tag{i}": str(i) for i in range(15)}, {}):
        look(driver, name, *others)
        driver.wait(driver.send(operation, name, body={"tags": tags}), name)
    look(driver, name, *others)


@pytest.mark.requirement("SHP-7")
def test_integers_keep_their_digits(driver: Driver) -> None:
    if driver.contract.list.limit:
        everything = driver.walk_by_offset(1000)
        for item in everything[0].items[:6]:
            driver.get(str(at(item, driver.contract.member.id)))
    else:
        look_at_everything(driver)


@pytest.mark.requirement("SHP-8")
def test_groups_of_connections_are_those_of_the_parent(driver: Driver) -> None:
    look_at_everything(driver)
    driver.send(driver.operation(Role.LINK_RESOURCES))
    look_at_everything(driver)


@pytest.mark.requirement("SHP-1", "SHP-2", "SHP-3", "SHP-4")
def test_link_resources_fit_their_schema(driver: Driver) -> None:
    listed = driver.send(driver.operation(Role.LINK_RESOURCES))
    one = driver.contract.by_role(Role.LINK_RESOURCE)
    items = at(listed.answer, "/value")
    if one is not None and isinstance(items, list):
        for item in items[:3]:
            name = at(item, "/name")
            if isinstance(name, str):
                driver.send(one, name)
