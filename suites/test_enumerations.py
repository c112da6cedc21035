"""ENM: documented words only, in answers and in requests."""

import pytest

from linkproof.base.json_values import at, place
from linkproof.contract.model import Role
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import bystanders, look, look_at_everything

_NEVER_ENUMERATORS = ("Bogus", "accept", "Approve d", "承認", "x" * 300)


@pytest.mark.requirement("ENM-1")
def test_answers_use_documented_enumerators(driver: Driver) -> None:
    look_at_everything(driver)
    if driver.contract.list.limit:
        for status in _filterable(driver):
            driver.page(status=status, limit="1000")


def _filterable(driver: Driver) -> list[str]:
    parameter = driver.operation(Role.LIST).parameter("status")
    return list(parameter.schema.get("enum", ())) if parameter else []


@pytest.mark.requirement("ENM-2", "STA-3")
def test_undocumented_enumerators_are_refused(driver: Driver) -> None:
    operation = driver.operation(Role.DECIDE)
    assert operation.request is not None
    name = driver.take("pending")
    others = bystanders(driver, name)
    for pointer in operation.request.enumerations:
        for word in _NEVER_ENUMERATORS:
            body = driver.body_for("approve", name)
            if at(body, pointer) is not None:
                place(body, pointer, word)
            look(driver, name, *others)
            driver.send(operation, name, body=body)
            look(driver, name, *others)


@pytest.mark.requirement("ENM-3", "STA-1")
@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_every_decision_is_accepted_for_a_pending_connection(driver: Driver, decision: str) -> None:
    driver.operation(Role.DECIDE)
    name = driver.take("pending")
    look(driver, name)
    driver.decide(decision, name)
    look(driver, name)
