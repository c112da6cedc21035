"""ERR, ENM, PAG: each constraint of each request, violated once and met at its ends, by the contract's schema.

``docs/request-coverage.md`` lists what is sent here, per contract, operation, member and constraint.
"""

import json

import pytest

from linkproof.contract.operation import Role
from linkproof.contract.parameter_cases import QUERY
from linkproof.runner.constraint_scenarios import (
    list_cases,
    operation_with_body,
    path_parameters,
    query_cases,
    send_ends,
    send_paths,
    send_violations,
    unusual_bodies,
    whole_body,
)
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import DoesNotApply
from linkproof.runner.scenarios import bystanders, look

_WRITES = (Role.DECIDE, Role.TAGS)


@pytest.mark.sends(80)
@pytest.mark.requirement("ERR-5", "ENM-2", "ERR-1", "ERR-2", "HDR-5", "STA-3")
@pytest.mark.parametrize("role", _WRITES)
def test_a_body_that_violates_one_constraint_is_refused(driver: Driver, role: Role) -> None:
    operation = operation_with_body(driver, role)
    driver.needs_writes()
    send_violations(driver, operation)


@pytest.mark.sends(35)
@pytest.mark.requirement("ERR-10", "ENM-3", "STA-1", "STA-2", "STA-7", "STA-11")
@pytest.mark.parametrize(
    ("role", "decision"), [(Role.DECIDE, "approve"), (Role.DECIDE, "reject"), (Role.TAGS, "approve")]
)
def test_a_body_at_the_ends_of_its_limits_is_accepted(driver: Driver, role: Role, decision: str) -> None:
    operation = operation_with_body(driver, role)
    driver.needs_writes()
    if role is Role.DECIDE:
        # The simplest decision first, for comparison with rejected ones.
        name = driver.reserve("pending")
        look(driver, name)
        driver.decide(decision, name)
    send_ends(driver, operation, decision, bystanders(driver, ""))


@pytest.mark.requirement("ERR-6", "ERR-1", "ERR-2", "ERR-3", "ERR-10", "STA-3")
@pytest.mark.parametrize("role", list(Role))
def test_each_limit_of_a_path_holds(driver: Driver, role: Role) -> None:
    first = driver.operation(role)
    operations = [o for o in driver.contract.of_role(role) if path_parameters(o)]
    if not operations:
        raise DoesNotApply(f"the path of {first.id} has no documented limit")
    if role in (Role.LIST, Role.GET):
        send_paths(driver, first, driver.any_name(), None)
        return
    name = driver.reserve("pending")
    bodies = [whole_body(driver, o, name) if o.request is not None else None for o in operations]
    look(driver, name)
    for operation, body in zip(operations, bodies, strict=True):
        for call in send_paths(driver, operation, name, body):
            driver.wait(call, name)
    look(driver, name)


@pytest.mark.requirement("ERR-5", "ENM-2", "ERR-1", "ERR-2", "HDR-5")
def test_a_list_that_violates_one_constraint_is_refused(driver: Driver) -> None:
    operation = operation_with_body(driver, Role.LIST)
    for case in list_cases(driver, operation):
        if not case.valid:
            driver.send(operation, raw=driver.encoded(operation, case.value))


@pytest.mark.requirement("ERR-10", "PAG-10", "PAG-11", "SHP-2")
def test_a_list_at_the_ends_of_its_limits_is_accepted(driver: Driver) -> None:
    operation = operation_with_body(driver, Role.LIST)
    driver.page()
    for case in list_cases(driver, operation):
        if case.valid:
            driver.send(operation, body=case.value)


@pytest.mark.requirement("PAG-8", "ERR-8", "ERR-1", "STA-3")
@pytest.mark.parametrize("parameter", QUERY)
def test_each_limit_of_a_query_holds(driver: Driver, parameter: str) -> None:
    name, cases = query_cases(driver, parameter)
    if not name:
        raise DoesNotApply(f"the list has no parameter {parameter}")
    for case in cases:
        if not case.valid:
            driver.page(**{name: case.value})
    look(driver)


@pytest.mark.requirement("ERR-10", "PAG-6", "PAG-7")
def test_a_query_at_the_ends_of_its_limits_is_accepted(driver: Driver) -> None:
    known = [query_cases(driver, parameter) for parameter in QUERY]
    if not any(name for name, _ in known):
        raise DoesNotApply("the list has no such parameters")
    driver.page()
    for name, cases in known:
        for case in cases:
            if case.valid:
                driver.page(**{name: case.value})


@pytest.mark.sends(30)
@pytest.mark.requirement("HDR-5", "ERR-1", "ERR-2", "STA-3")
@pytest.mark.parametrize("role", _WRITES)
def test_large_deep_and_odd_bodies_do_no_harm(driver: Driver, role: Role) -> None:
    operation = operation_with_body(driver, role)
    name = driver.reserve("pending")
    others = bystanders(driver, name)
    look(driver, name, *others)
    for raw in unusual_bodies(driver, operation, name).values():
        driver.wait(driver.send(operation, name, raw=raw), name)
    look(driver, name, *others)
    if driver.contract.by_role(Role.DELETE) is not None:
        driver.delete(name)  # a list with 256 kB in it would be slow for the rest of the run


@pytest.mark.requirement("ERR-10", "SHP-2")
@pytest.mark.parametrize("role", _WRITES)
def test_the_same_json_written_otherwise_is_accepted(driver: Driver, role: Role) -> None:
    operation = operation_with_body(driver, role)
    name = driver.reserve("pending")
    look(driver, name)
    full = whole_body(driver, operation, name)
    reordered = {key: full[key] for key in reversed(full)}
    if driver.contract.by_name:
        pairs = reversed(driver.encoded(operation, full).split(b"&"))
        driver.wait(driver.send(operation, name, raw=b"&".join(pairs)), name)
        look(driver, name)
        return
    raw = b"\n " + json.dumps(reordered, indent=2, ensure_ascii=True).encode() + b"\r\n"
    driver.wait(driver.send(operation, name, raw=raw), name)
    look(driver, name)
