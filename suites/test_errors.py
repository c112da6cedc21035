"""ERR: what is wrong is refused, in the contract's own error body, and changes nothing."""

import json
from typing import Any

import pytest

from linkproof.base.json_values import join, place
from linkproof.contract.model import Operation, Parameter, Role
from linkproof.contract.names import within_limits
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import bystanders, look

_UNKNOWN_ID = "0dd5eed0-1111-4222-8333-944445555666"
_WRONG_TYPES: tuple[Any, ...] = (1, True, "text", [], [[]])
_METHODS = ("POST", "PATCH", "PUT", "DELETE")


def _unknown(driver: Driver) -> str:
    return _UNKNOWN_ID if driver.contract.list.limit else driver.absent()


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
            driver.send(driver.operation(Role.DECIDE), body=body)
    look(driver)


@pytest.mark.requirement("ERR-1", "ERR-2", "ERR-3")
def test_an_unknown_parent_is_not_found(driver: Driver) -> None:
    contract = driver.contract
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
        own = driver.take("pending")
        look(driver, own)
        body = driver.body_for("approve", own)
        driver.send(driver.operation(Role.DECIDE), own, body=body, version=version)
        driver.send(driver.operation(Role.DELETE), own, version=version)
        look(driver, own)


@pytest.mark.requirement("ERR-5", "ERR-1", "ERR-2", "HDR-5", "STA-3")
def test_bad_bodies_are_refused(driver: Driver) -> None:
    operation = driver.operation(Role.DECIDE)
    name = driver.take("pending")
    others = bystanders(driver, name)
    good = driver.body_for("approve", name)
    text = json.dumps(good).encode()
    raws = [b"", b"{", text[:-1], b"not json", b"[]", b"null", b'"text"', b"42", b"{}", b"[" + text + b"]", b"\xff\xfe"]
    raws += [json.dumps(body).encode() for body in _without_a_required_member(operation, good)]
    look(driver, name, *others)
    for raw in raws:
        driver.send(operation, name, raw=raw)
    look(driver, name, *others)


def _without_a_required_member(operation: Operation, good: dict[str, Any]) -> list[dict[str, Any]]:
    """The body without each member that the schema requires, in turn."""
    assert operation.request is not None
    found: list[dict[str, Any]] = []
    stack: list[tuple[str, ...]] = [()]
    while stack:
        steps = stack.pop()
        for key in list(_inside(good, steps)):
            body = json.loads(json.dumps(good))
            del _inside(body, steps)[key]
            if any(p.keyword == "required" for p in operation.request.problems(body)):
                found.append(body)
            if isinstance(_inside(good, steps)[key], dict):
                stack.append((*steps, key))
    return found


def _inside(body: dict[str, Any], steps: tuple[str, ...]) -> dict[str, Any]:
    for step in steps:
        body = body[step]
    return body


@pytest.mark.requirement("HDR-5", "ERR-1", "ERR-2")
def test_odd_bodies_do_no_harm(driver: Driver) -> None:
    operation = driver.operation(Role.DECIDE)
    name = driver.take("pending")
    deep = b'{"properties":' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}"
    odd = driver.body_for("approve", name)
    nulls: dict[str, Any] = dict.fromkeys(odd)
    large = driver.body_for("approve", name)
    large["padding"] = "x" * 200_000
    wrong_types: list[dict[str, Any]] = [dict.fromkeys(odd, v) for v in _WRONG_TYPES]
    look(driver, name)
    driver.send(operation, name, raw=deep)
    driver.send(operation, name, raw=b"[" * 20_000 + b"]" * 20_000)
    for body in (nulls, large, *wrong_types):
        driver.send(operation, name, body=body)
    for pointer in _leaf_pointers(odd):
        for value in (None, 7, ["x"], {"x": "y"}):
            body = driver.body_for("approve", name)
            place(body, pointer, value)
            driver.send(operation, name, body=body)


def _leaf_pointers(body: dict[str, Any], pointer: str = "") -> list[str]:
    found: list[str] = []
    for key, value in body.items():
        here = pointer + join(key)
        found += _leaf_pointers(value, here) if isinstance(value, dict) else [here]
    return found


@pytest.mark.requirement("ERR-6", "ERR-1", "ERR-2")
def test_path_limits_hold(driver: Driver) -> None:
    operation, _ = driver.reading()
    for parameter in operation.parameters:
        if parameter.place == "path" and parameter.limited and parameter.name != operation.item_parameter:
            for value in _outside(parameter):
                driver.read(parents={parameter.name: value})
                driver.send(driver.operation(Role.GET), driver.any_name(), parents={parameter.name: value})


def _outside(parameter: Parameter) -> list[str]:
    """Values beyond a parameter's limits that still make one path segment."""
    longest = int(parameter.schema.get("maxLength", 0))
    candidates = ["rg 1", "rg!bad", "not-a-uuid", "-starts-with-a-hyphen", "a$b", "名前"]
    if longest:
        candidates += ["a" * (longest + 1), "a" * (longest * 4)]
    return [c for c in candidates if not parameter.allows(c)]


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
                driver.send(operation, name, method=method, body=None if method == "DELETE" else {})
        if "GET" not in known:
            driver.send(operation, name, method="GET")
    look(driver, name)


@pytest.mark.requirement("ERR-8")
def test_error_codes_are_those_of_the_table(driver: Driver) -> None:
    operation = driver.operation(Role.DECIDE)
    driver.needs_writes()
    name = driver.take("pending")
    other = driver.any_name()
    driver.walk_by_offset(1000)
    subject = driver.contract.decide.subject.split("/")[1]
    bodies: list[dict[str, Any]] = [
        driver.body_for("approve", _UNKNOWN_ID),
        driver.body_for("approve", "not an id"),
        {**driver.body_for("approve", name), subject: [name, other]},
        {**driver.body_for("approve", name), subject: []},
        driver.body_for("accept", name),
        {subject: [name]},
    ]
    for body in bodies:
        driver.send(operation, body=body)
    elsewhere = {driver.contract.parent_parameters[-1]: _UNKNOWN_ID}
    driver.send(operation, body=driver.body_for("approve", name), parents=elsewhere)
    driver.page(limit="1001")
    look(driver, name)


@pytest.mark.requirement("ERR-9")
def test_the_same_mistake_is_refused_with_the_same_code(driver: Driver) -> None:
    missing = {driver.contract.parent_parameters[-1]: _unknown(driver)}
    for _ in range(2):
        driver.read(parents=missing)
    if driver.contract.by_role(Role.GET) is not None:
        for _ in range(2):
            driver.send(driver.operation(Role.GET), _unknown(driver))
    if driver.contract.by_role(Role.DECIDE) is not None and driver.target.writes:
        name = driver.take("pending")
        for raw in (b"{", b"{}", b"[]"):
            for _ in range(2):
                driver.send(driver.operation(Role.DECIDE), name, raw=raw)


@pytest.mark.requirement("ERR-2")
def test_odd_names_leak_nothing(driver: Driver) -> None:
    for value in ("'; --", "%00", "a" * 300):
        driver.read(query={"$filter": value, "$top": value})
    if driver.contract.by_role(Role.GET) is not None:
        for name in ("it's", 'quo"te', "a" * 200, "semi;colon"):
            driver.get(name)
