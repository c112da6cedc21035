"""Generated requests: Schemathesis on every operation of every contract, judged by our own checks."""

import pytest
import schemathesis

from linkproof.contract.model import Role
from linkproof.runner import property_based
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import look
from linkproof.runner.session import DoesNotApply

_EVERYTHING = (
    *("SHP-1", "SHP-2", "SHP-3", "SHP-5", "ENM-1", "ENM-2", "ERR-1", "ERR-2", "ERR-4", "ERR-5", "ERR-6", "ERR-8"),
    *("PAG-1", "PAG-6", "PAG-7", "PAG-8", "STA-3", "HDR-1", "HDR-5", "HDR-6"),
)


#: Maximum number of enumerated cases that are sent for an operation.
_MOST = 30


def _subject(driver: Driver, role: Role) -> str:
    """Return a connection for the operation: any for reading operations, a reserved one for writing ones."""
    if role in (Role.LIST, Role.GET):
        return driver.any_name()
    return driver.reserve("pending")


@pytest.mark.requirement(*_EVERYTHING)
@pytest.mark.parametrize("role", [Role.LIST, Role.GET, Role.DECIDE, Role.DELETE])
def test_enumerated_cases(driver: Driver, role: Role) -> None:
    operation = driver.operation(role)
    name = _subject(driver, role)
    look(driver, name)
    # An even sample: test_constraints.py tests each constraint separately.
    cases = property_based.coverage_cases(driver.contract, operation, driver.session.seed)
    cases = cases[:: len(cases) // _MOST + 1]
    property_based.send_cases(driver, operation, cases, name)
    look(driver, name)


@pytest.mark.requirement(*_EVERYTHING)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda m: m.value)
@pytest.mark.parametrize("role", [Role.LIST, Role.GET, Role.DECIDE])
def test_random_cases(driver: Driver, role: Role, mode: schemathesis.GenerationMode) -> None:
    operation = driver.operation(role)
    if mode is schemathesis.GenerationMode.POSITIVE and role is Role.GET:
        raise DoesNotApply("a Get without limits has nothing to vary")
    name = _subject(driver, role)
    look(driver, name)
    cases = property_based.random_cases(driver.contract, operation, driver.session.seed, 12, mode)
    property_based.send_cases(driver, operation, cases, name)
    look(driver, name)
