"""LRO: long-running operations can be followed, and end."""

import pytest

from linkproof.contract.operation import Role
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import bystanders, look


@pytest.mark.sends(20)
@pytest.mark.requirement("LRO-6", "LRO-1", "LRO-4", "STA-5")
def test_what_is_being_created_is_not_shown_before_the_end(driver: Driver) -> None:
    operation = driver.operation(Role.DECIDE)
    driver.needs_writes()
    if driver.target.kind == "live":
        pytest.skip("a connection is not created on a live service")
    name = driver.absent("linkproof-created-1")
    others = bystanders(driver)
    look(driver, name, *others)
    call = driver.send(operation, name, body=driver.body_for("approve", name))
    driver.get(name)
    if not call.success:
        look(driver, name, *others)
        return
    if call.status == 202:
        driver.walk()
    driver.wait(call, name)
    look(driver, name, *others)
    driver.delete(name)
    look(driver, name, *others)
