"""Property-based requests: Schemathesis generates them from the contract's OpenAPI document; Linkproof sends and judges
them.

Schemathesis generates the cases (positive, coverage, negative); its own checks are off, because some of its general
expectations are wrong for these APIs (404 at once after a long-running Delete, 405 with Allow, a resource after PUT).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import hypothesis
import schemathesis
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from linkproof.contract.model import Contract, Operation, Role
from linkproof.model.exchange import Credential
from linkproof.runner.driver import Driver

_NOTHING_LOCAL = Constants()


def without_local_constants() -> None:
    """Keep Hypothesis from mixing constants of loaded modules into the data, so that the seed alone decides."""
    providers._get_local_constants = lambda: _NOTHING_LOCAL


#: Cache of random cases: generating them costs more than sending them.
_made: dict[tuple[object, ...], list[Any]] = {}
#: Lock for Hypothesis: Python 3.11 does not parse code in two threads safely (SystemError: AST constructor ...).
one_at_a_time = threading.Lock()


def load(contract: Contract, seed: int, examples: int) -> Any:
    """Return the contract's document as a Schemathesis schema whose draws depend on the seed alone."""
    without_local_constants()
    config = schemathesis.Config.from_dict(
        {"seed": seed, "generation": {"max-examples": examples, "database": "none"}, "base-url": "http://127.0.0.1"}
    )
    return schemathesis.openapi.from_dict(dict(contract.document), config=config)


def coverage_cases(contract: Contract, operation: Operation, seed: int) -> list[Any]:
    """Return the enumerated cases of an operation, which do not depend on the seed."""
    with one_at_a_time:
        schema = load(contract, seed, 1)
        found = schema[operation.document_path][operation.method]
        cases = schema.iter_coverage_cases(
            found,
            generation_modes=list(schemathesis.GenerationMode),
            generation_config=schema.config.generation_for(operation=found, phase="coverage"),
        )
        return list(cases)


def random_cases(contract: Contract, operation: Operation, seed: int, examples: int, mode: Any) -> list[Any]:
    """Return random cases of an operation; they depend on the contract and the seed alone."""
    key = (contract.folder, contract.id, contract.version, operation.id, seed, examples, mode)
    with one_at_a_time:
        if key not in _made:
            _made[key] = _random_cases(load(contract, seed, examples), operation, seed, examples, mode)
        return _made[key]


def _random_cases(schema: Any, operation: Operation, seed: int, examples: int, mode: Any) -> list[Any]:
    found = schema[operation.document_path][operation.method]
    cases: list[Any] = []
    try:
        strategy = found.as_strategy(generation_mode=mode)
    except Exception as error:  # an operation without limits has no negative cases
        if "negative" in str(error).lower() or "negate" in str(error).lower():
            return []
        raise

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(case: Any) -> None:
        cases.append(case)

    try:
        collect()
    except hypothesis.errors.Unsatisfiable:
        return []
    return cases


def send_cases(driver: Driver, operation: Operation, cases: Sequence[Any], name: str) -> None:
    """Send cases to the target in order: consecutive Gets concurrently, all others one at a time."""
    for reads, group in groupby(cases, lambda case: str(case.method) == "GET"):
        sends = [partial(send_case, driver, operation, case, name) for case in group]
        if reads:
            driver.side_by_side(sends)
            continue
        for send in sends:
            send()


def send_case(driver: Driver, operation: Operation, case: Any, name: str) -> None:
    """Send a case to the target, with the target's own parents and connection instead of generated ones.

    A case that is negative in a limited path parameter keeps that parameter. A write keeps the given connection, so
    that a run leaks no resources under generated names.
    """
    parents = dict(driver.given.path)
    wrong = _negated_path_parameter(case)
    parameter = operation.parameter(wrong)
    if parameter is not None and parameter.limited and wrong in parents:
        value = case.path_parameters.get(wrong)
        if isinstance(value, str) and value and "/" not in value and not parameter.allows(value):
            parents[wrong] = value
    elif wrong:
        return
    pairs = _query(case, driver)
    if pairs is None:
        return
    body = _body(case)
    if body is None:
        return
    if operation.role is Role.DECIDE and driver.contract.decide.subject:
        body = _with_subject(body, driver, name)
    if driver.contract.by_name:
        value = json.loads(body) if body else None
        if value is not None and not isinstance(value, dict):
            return  # a form is always an object
        body = driver.encoded(operation, value)
    url = driver.session.client.base_url(driver.contract)
    url += driver.path(operation, name, **parents)
    method = str(case.method)
    if method not in ("GET", "PUT", "POST", "PATCH", "DELETE"):
        return
    full = f"{url}?{urlencode(pairs)}" if pairs else url
    driver.send_url(method, full, body=body, credential=Credential.VALID)


def _negated_path_parameter(case: Any) -> str:
    data: Any = getattr(getattr(case.meta, "phase", None), "data", None)
    location = getattr(data, "parameter_location", None)
    if location is not None and str(getattr(location, "value", location)) == "path":
        return str(data.parameter)
    return ""


def _query(case: Any, driver: Driver) -> list[tuple[str, str]] | None:
    """Return the case's query as text; None if a value cannot be expressed in a query string."""
    pairs: list[tuple[str, str]] = []
    for key, value in (case.query or {}).items():
        if isinstance(value, list | dict) or value is None:
            return None
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        if not isinstance(key, str) or not _plain(key) or not _plain(text):
            return None
        pairs.append((key, text))
    version = driver.contract.version_parameter
    if version and driver.given.version:
        pairs = [(k, driver.given.version if v == driver.contract.version else v) for k, v in pairs]
    return pairs


def _plain(text: str) -> bool:
    return text.isprintable() and text.isascii()


def _body(case: Any) -> bytes | None:
    if not isinstance(case.body, dict | list | str | int | float | bool) and case.body is not None:
        return b""  # Schemathesis' marker for: no body
    try:
        return json.dumps(case.body, allow_nan=False).encode()
    except (ValueError, TypeError):
        return None


def _with_subject(body: bytes, driver: Driver, name: str) -> bytes:
    """Replace a generated id by the given connection, if there is exactly one."""
    value = json.loads(body) if body else None
    key, parent = driver.contract.decide.subject.split("/")[1], driver.contract.decide.parent.strip("/")
    if isinstance(value, dict) and parent and isinstance(value.get(parent), str):
        value[parent] = driver.given.path[parent]
        body = json.dumps(value).encode()
    if isinstance(value, dict) and isinstance(value.get(key), list) and len(value[key]) == 1:
        if isinstance(value[key][0], str):
            value[key] = [name]
        return json.dumps(value).encode()
    return body
