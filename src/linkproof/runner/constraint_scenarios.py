"""Requests derived from a contract's constraints: one that violates each of them, and valid ones at their ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from linkproof.base.json_values import place
from linkproof.contract.body_cases import Together, broken_texts, cases_of_body, full_body, together
from linkproof.contract.call import Call
from linkproof.contract.cases import Case, constraints
from linkproof.contract.operation import Operation, Parameter, Role
from linkproof.contract.parameter_cases import cases_of_path, cases_of_query, query_parameter
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import DoesNotApply, NotExercised
from linkproof.runner.scenarios import bystanders, look

_TAGS: dict[str, Any] = {"tags": {"owner": "linkproof"}}
#: Number of accepted violations after which no further connection is used up.
_MOST_SPOILED = 3


def whole_body(driver: Driver, operation: Operation, name: str, decision: str = "approve") -> dict[str, Any]:
    """Return a valid body with every member that a client may send; members that it does not decide are unchanged.

    An operation of one decision takes that decision's body.
    """
    word = driver.contract.decide.word_of(operation.id) or decision
    start = _TAGS if operation.role is Role.TAGS else driver.body_for(word, name)
    shown = driver.get(name)
    current = shown.items[0] if shown.items else {}
    return full_body(operation, start, current, driver.contract.member.read_only)


def operation_with_body(driver: Driver, role: Role) -> Operation:
    """Return the contract's operation with a role; of several the first with a body. Raises DoesNotApply."""
    operation = driver.operation(role)
    found = driver.contract.with_body(role)
    if found is None:
        raise DoesNotApply(f"{operation.id} takes no body")
    return found


# violations


class Violations:
    """Invalid bodies, sent to a connection that no other test uses.

    If one is accepted, a connection that can be decided only once is used up: another one replaces it.
    """

    def __init__(self, driver: Driver, operation: Operation) -> None:
        self.driver = driver
        self.operation = operation
        self.name = driver.reserve("pending")
        self._others = bystanders(driver, self.name)
        self._spoiled = 0

    def look(self) -> None:
        """Get the connection and its bystanders."""
        look(self.driver, self.name, *self._others)

    def send(self, raw: bytes) -> None:
        """Send one body."""
        call = self.driver.send(self.operation, self.name, raw=raw)
        if call.success:
            self.driver.wait(call, self.name)
            self._replace()

    def _replace(self) -> None:
        self._spoiled += 1
        if not self.driver.contract.decide.final or self._spoiled > _MOST_SPOILED:
            return
        try:
            self.name = self.driver.reserve("pending")
        except NotExercised:
            self._spoiled = _MOST_SPOILED

    def put_back(self) -> None:
        """Overwrite what the target stored, so that no other test is affected."""
        if self._spoiled and self.driver.contract.by_role(Role.DECIDE) is not None:
            self.driver.decide("approve", self.name, "Put back by linkproof")


def send_violations(driver: Driver, operation: Operation) -> None:
    """Send one body for each way to violate each constraint; get the connections after each constraint."""
    violations = Violations(driver, operation)
    full = whole_body(driver, operation, violations.name)
    violations.look()
    for raw in broken_texts(full).values() if not driver.contract.by_name else ():
        if raw.strip() or operation.body_required:  # an optional body may be empty
            violations.send(raw)
    violations.look()
    cases = cases_of_body(driver.contract, operation, full)
    for cases_of_one in constraints(cases, lambda c: not c.valid).values():
        for case in cases_of_one:
            violations.send(driver.encoded(operation, _about(driver, case.value, violations.name)))
        driver.get(violations.name)
    violations.look()
    violations.put_back()


def _about(driver: Driver, body: Any, name: str) -> Any:
    """Return a body about another connection, if the body names it."""
    subject = driver.contract.decide.subject
    key = subject.split("/")[1] if subject else ""
    if key and isinstance(body, dict) and isinstance(body.get(key), list):
        return {**body, key: [name if isinstance(item, str) else item for item in body[key]]}
    return body


# valid bodies


def send_ends(driver: Driver, operation: Operation, decision: str, others: Sequence[str]) -> None:
    """Send valid bodies at every end of every limit; if one is rejected, send each of its ends separately."""
    name = driver.reserve("pending")
    full = whole_body(driver, operation, name, decision)
    bodies = together(full, cases_of_body(driver.contract, operation, full))
    for number, body in enumerate(bodies):
        # A decision is judged on a connection that is pending: each needs its own.
        if number and operation.role is Role.DECIDE:
            name = driver.reserve("pending")
        look(driver, name, *others)
        if not _accepts(driver, operation, name, body.value) and len(body.cases) > 1:
            _send_apart(driver, operation, name, body)
        look(driver, name, *others)


def _accepts(driver: Driver, operation: Operation, name: str, value: Any) -> bool:
    call = driver.send(operation, name, raw=driver.encoded(operation, _about(driver, value, name)))
    driver.wait(call, name)
    return call.success


def _send_apart(driver: Driver, operation: Operation, name: str, body: Together) -> None:
    for case in body.cases:
        if _accepts(driver, operation, name, case.value) and operation.role is Role.DECIDE:
            try:
                name = driver.reserve("pending")
            except NotExercised:
                return
        driver.get(name)


# parameters


def path_parameters(operation: Operation) -> list[Parameter]:
    """Return the path parameters with a documented limit."""
    return [p for p in operation.parameters if p.place == "path" and p.limited]


def send_paths(driver: Driver, operation: Operation, name: str, body: Any) -> list[Call]:
    """Send the operation with each limit of its path violated and, if it only reads, with values at the ends."""
    return [
        driver.send(operation, name, body=body, parents={case.constraint.name: case.value})
        for case in cases_of_path(driver.contract, operation)
    ]


def query_cases(driver: Driver, purpose: str) -> tuple[str, tuple[Case, ...]]:
    """Return the list's query parameter for a purpose, and its cases; "" and none if it has no such parameter.

    Raises DoesNotApply without a list.
    """
    driver.operation(Role.LIST)
    name = query_parameter(driver.contract, purpose)
    cases = cases_of_query(driver.contract, name)
    return ("", ()) if cases is None else (name, cases)


def list_cases(driver: Driver, operation: Operation) -> list[Case]:
    """Return the cases of a list requested by a body: of its page size, and of one filter."""
    rules = driver.contract.list
    nodes = operation.request.nodes() if operation.request is not None else ()
    limit = next((int(n.schema.get("minimum", 1)) for n in nodes if n.pointer == f"/{rules.size}"), 1)
    by_id = {rules.filter_name: rules.filter_by(driver.contract.member.id), rules.filter_values: [driver.any_name()]}
    full = {rules.filter_list: [by_id], rules.size: limit}
    cases = cases_of_body(driver.contract, operation, full)
    return [c for c in cases if c.constraint.name != f"/{rules.token}"]


# size and depth


def unusual_bodies(driver: Driver, operation: Operation, name: str) -> dict[str, bytes]:
    """Return large, deep or unusual bodies: they may be rejected or accepted, but must not fail the service."""
    full = whole_body(driver, operation, name)
    if driver.contract.by_name:
        return {what: driver.encoded(operation, {**full, **more}) for what, more in _UNUSUAL_FORMS.items()}
    text = json.dumps(full)
    padded = {**full, "padding": "x" * 256 * 1024}
    found = {
        "256 kB in an unknown member": json.dumps(padded).encode(),
        "1,100 kB in an unknown member": json.dumps({**full, "padding": "x" * 1_100_000}).encode(),
        "10,000 members": json.dumps({**full, **{f"member{i}": i for i in range(10_000)}}).encode(),
        "100 levels in an unknown member": _deep(full, 100),
        "3,000 levels": _deep(full, 3000),
        "20,000 arrays": b"[" * 20_000 + b"]" * 20_000,
        "a large number": text[:-1].encode() + b', "n": 1e400, "m": ' + b"9" * 400 + b"}",
        "the same member twice": text[:-1].encode() + b", " + text[1:].encode(),
        "a surrogate by itself": text[:-1].encode() + rb', "s": "\ud800"}',
        "a zero character": text[:-1].encode() + rb', "s": "\u0000"}',
    }
    texts = dict(_texts(full))
    free = driver.contract.decide.description
    for pointer in [free] if free in texts else list(texts)[-1:]:
        value = texts[pointer]
        longer = json.loads(text)
        place(longer, pointer, value * (256 * 1024 // max(len(value), 1) + 1))
        found[f"256 kB at {pointer}"] = json.dumps(longer).encode()
    return found


#: Unknown members of a form: many, long or deep ones.
_UNUSUAL_FORMS: dict[str, dict[str, Any]] = {
    "256 kB in an unknown member": {"Padding": "x" * 256 * 1024},
    "1,100 kB in an unknown member": {"Padding": "x" * 1_100_000},
    "10,000 members": {f"Member{i}": i for i in range(10_000)},
    "100 levels in an unknown member": {".".join(["Deep"] * 100): 1},
    "3,000 levels": {".".join(["Deep"] * 3000): 1},
    "a zero character": {"Padding": "\0"},
    "not in UTF-8": {"Padding": "\udcff"},
}


def _deep(full: dict[str, Any], levels: int) -> bytes:
    text = json.dumps(full)[:-1].encode()
    return text + b', "deep": ' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"


def _texts(value: Any, pointer: str = "") -> list[tuple[str, str]]:
    """Return the strings of a body without an enumeration or an id's form, with their pointers."""
    if isinstance(value, dict):
        return [found for k, v in value.items() for found in _texts(v, f"{pointer}/{k}")]
    return [(pointer, value)] if isinstance(value, str) else []
