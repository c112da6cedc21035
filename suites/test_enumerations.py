"""ENM: documented values only, in answers and in requests."""

import pytest

from linkproof.contract.operation import Role
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import DoesNotApply
from linkproof.runner.scenarios import bystanders, look


@pytest.mark.requirement("HDR-5", "ENM-1", "STA-7")
def test_enumerators_that_are_no_decision_do_no_harm(driver: Driver) -> None:
    """A service may reject or store a status that only it may set: not judged, but it must not fail."""
    operation = driver.operation(Role.DECIDE)
    rules = driver.contract.decide
    options = operation.request.enumerations.get(rules.decision, ()) if operation.request else ()
    others = [o for o in options if isinstance(o, str) and o not in rules.words.values()]
    if not others:
        raise DoesNotApply("every enumerator of the request is a decision")
    name = driver.reserve("pending")
    around = bystanders(driver, name)
    look(driver, name, *around)
    for word in others:
        driver.wait(driver.send(operation, name, body=driver.body_for(word, name)), name)
        look(driver, name, *around)
