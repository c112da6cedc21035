"""Generated requests: Schemathesis on every operation of every contract, judged by our own checks."""

import pytest

from linkproof.contract.operation import Role
from linkproof.runner import property_based
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import DoesNotApply
from linkproof.runner.prepared_cases import CaseKind
from linkproof.runner.scenarios import look

_EVERYTHING = (
    *("SHP-1", "SHP-2", "SHP-3", "SHP-5", "ENM-1", "ENM-2", "ERR-1", "ERR-2", "ERR-4", "ERR-5", "ERR-6", "ERR-8"),
    *("PAG-1", "PAG-6", "PAG-7", "PAG-8", "STA-3", "HDR-1", "HDR-5", "HDR-6"),
)


def _subject(driver: Driver, role: Role) -> str:
    """Return a connection for the operation: any for reading operations, a reserved one for writing ones."""
    if role in (Role.LIST, Role.GET):
        return driver.any_name()
    return driver.reserve("pending")


@pytest.mark.sends(20)
@pytest.mark.requirement(*_EVERYTHING)
@pytest.mark.parametrize("role", [Role.LIST, Role.GET, Role.DECIDE, Role.DELETE])
def test_enumerated_cases(driver: Driver, role: Role) -> None:
    operation = driver.operation(role)
    name = _subject(driver, role)
    look(driver, name)
    # An even sample: test_constraints.py tests each constraint separately.
    cases = property_based.cases_of(driver.contract, operation, property_based.ENUMERATED, driver.session.seed)
    property_based.send_cases(driver, operation, cases, name)
    look(driver, name)


@pytest.mark.requirement(*_EVERYTHING)
@pytest.mark.parametrize("kind", [property_based.POSITIVE, property_based.NEGATIVE], ids=lambda kind: kind.name)
@pytest.mark.parametrize("role", [Role.LIST, Role.GET, Role.DECIDE])
def test_random_cases(driver: Driver, role: Role, kind: CaseKind) -> None:
    operation = driver.operation(role)
    if kind == property_based.POSITIVE and role is Role.GET:
        raise DoesNotApply("a Get without limits has nothing to vary")
    name = _subject(driver, role)
    look(driver, name)
    cases = property_based.cases_of(driver.contract, operation, kind, driver.session.seed)
    property_based.send_cases(driver, operation, cases, name)
    look(driver, name)
