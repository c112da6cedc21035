"""ERR: invalid requests get the contract's own error body, and change nothing."""

from typing import Any

import pytest

from linkproof.contract.names import within_limits
from linkproof.contract.operation import Role
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import look, look_at_everything, send_writes

_UNKNOWN_ID = "0dd5eed0-1111-4222-8333-944445555666"
_METHODS = ("HEAD", "POST", "PATCH", "PUT", "DELETE")


def _unknown(driver: Driver) -> str:
    """Return a name that no connection has: an id, if neither Get nor a decision has it in the path."""
    has_path = driver.contract.by_role(Role.GET) is not None or driver.contract.decide.by_path
    return driver.absent() if has_path else _UNKNOWN_ID


@pytest.mark.requirement("ERR-1", "ERR-2", "ERR-3", "ERR-9")
def test_an_unknown_connection_is_not_found(driver: Driver) -> None:
    driver.walk()
    if driver.contract.list.limit:
        driver.walk_by_offset(1000)
    if driver.contract.by_role(Role.GET) is not None:
        for name in (_unknown(driver), _unknown(driver), "linkproof-absent-Ω"):
            driver.get(name)
    else:
        driver.needs_writes()
        for decision in ("approve", "reject", "approve"):
            body = driver.body_for(decision, _UNKNOWN_ID)
            driver.send(driver.deciding(decision), _UNKNOWN_ID, body=body)
    if driver.contract.decide.by_path and driver.target.writes:
        for decision in ("approve", "reject"):
            driver.send(driver.deciding(decision), _unknown(driver), body=driver.body_for(decision, _unknown(driver)))
    look(driver)


@pytest.mark.requirement("ERR-1", "ERR-2", "ERR-3")
def test_an_unknown_parent_is_not_found(driver: Driver) -> None:
    contract = driver.contract
    if contract.decide.parent:
        driver.needs_writes()
        name = driver.reserve("pending")
        unknown = {contract.decide.parent.strip("/"): _UNKNOWN_ID}
        look(driver, name)
        for decision in ("approve", "reject"):
            driver.send(driver.deciding(decision), body=driver.body_for(decision, name), parents=unknown)
        look(driver, name)
        return
    parents = [contract.parent_parameters[-1]]
    if "resourceGroupName" in contract.parent_parameters:
        parents.append("resourceGroupName")
    for parameter in parents:
        value = _UNKNOWN_ID
        if not contract.list.limit:
            value = within_limits("linkproof-absent", contract.operations[0].parameter(parameter))
        driver.read(parents={parameter: value})
        if driver.lists and contract.by_role(Role.GET) is not None:
            driver.send(driver.operation(Role.GET), driver.any_name(), parents={parameter: value})


@pytest.mark.requirement("ERR-4", "ERR-1", "STA-3")
@pytest.mark.parametrize("version", [None, "1999-01-01", "soon"])
def test_the_api_version_is_required(driver: Driver, version: str | None) -> None:
    name = driver.any_name()
    look(driver, name)
    driver.read(version=version)
    driver.send(driver.operation(Role.GET), name, version=version)
    if driver.contract.by_role(Role.DECIDE) is not None and driver.target.writes:
        own = driver.reserve("pending")
        look(driver, own)
        send_writes(driver, own, version=version)
        look(driver, own)


@pytest.mark.requirement("ERR-7", "ERR-1", "STA-3")
def test_undocumented_methods_are_refused(driver: Driver) -> None:
    driver.needs_writes()
    contract = driver.contract
    name = driver.any_name()
    look(driver, name)
    for path, known in contract.methods.items():
        operation = next(o for o in contract.operations if o.path == path)
        for method in _METHODS:
            if method not in known:
                driver.send(operation, name, method=method, body=None if method in ("HEAD", "DELETE") else {})
        if "GET" not in known:
            driver.send(operation, name, method="GET")
        if contract.by_name:
            for other in (f"{operation.id}Again", operation.id[::-1], ""):
                driver.send(operation, body={contract.protocol.operation: other})
    look(driver, name)


@pytest.mark.requirement("ERR-8")
def test_error_codes_are_those_of_the_table(driver: Driver) -> None:
    operation = driver.operation(Role.DECIDE)
    driver.needs_writes()
    name = driver.reserve("pending")
    other = driver.any_name()
    if driver.contract.list.limit:
        driver.walk_by_offset(1000)
    else:
        look_at_everything(driver)
    subject = driver.contract.decide.subject.split("/")[1]
    bodies: list[dict[str, Any]] = [
        driver.body_for("approve", _UNKNOWN_ID),
        driver.body_for("approve", "not an id"),
        {**driver.body_for("approve", name), subject: [name, other]},
        {**driver.body_for("approve", name), subject: []},
        *([] if driver.contract.by_name else [driver.body_for("accept", name)]),
        {subject: [name]},
    ]
    for body in bodies:
        driver.send(operation, body=body)
    elsewhere = {driver.contract.parent_parameters[-1]: _UNKNOWN_ID}
    driver.send(operation, body=driver.body_for("approve", name), parents=elsewhere)
    if driver.contract.list.limit:
        driver.page(**{driver.contract.list.limit: str(driver.contract.most_per_page + 1)})
    look(driver, name)


@pytest.mark.requirement("ERR-9")
def test_the_same_mistake_is_refused_with_the_same_code(driver: Driver) -> None:
    parent = driver.contract.parent_parameters[-1]
    missing = {parent: within_limits(_unknown(driver), driver.contract.operations[0].parameter(parent))}
    for _ in range(2):
        driver.read(parents=missing)
    if driver.contract.list.token:
        for _ in range(2):
            driver.page(**{driver.contract.list.token: "no-page-had-it"})
    if driver.contract.decide.parent and driver.target.writes:
        pending, unknown = driver.reserve("pending"), {driver.contract.decide.parent.strip("/"): _UNKNOWN_ID}
        for _ in range(2):
            driver.send(driver.deciding("approve"), body=driver.body_for("approve", pending), parents=unknown)
    if driver.contract.by_role(Role.GET) is not None:
        for _ in range(2):
            driver.send(driver.operation(Role.GET), _unknown(driver))
    deciding = driver.contract.with_body(Role.DECIDE)
    if deciding is not None and driver.target.writes:
        name = driver.reserve("pending")
        for raw in (b"{", b"{}", b"[]") if deciding.body_required else (b"{", b"[]"):
            for _ in range(2):
                driver.send(deciding, name, raw=raw)


@pytest.mark.requirement("ERR-2")
def test_odd_names_leak_nothing(driver: Driver) -> None:
    for value in ("'; --", "%00", "a" * 300):
        driver.read(query={"$filter": value, "$top": value})
    if driver.contract.by_role(Role.GET) is not None:
        for name in ("it's", 'quo"te', "a" * 200, "semi;colon"):
            driver.get(name)
