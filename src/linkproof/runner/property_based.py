"""Property-based requests: Schemathesis generates them from the contract's OpenAPI document; Linkproof sends and judges
them.

Schemathesis generates the cases (positive, coverage, negative); its own checks are off, because some of its general
expectations are wrong for these APIs (404 at once after a long-running Delete, 405 with Allow, a resource after PUT).

With the default seed, the cases of the reviewed contracts are read from a file (``prepared_cases``). Schemathesis and
Hypothesis are loaded only to draw others.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.model.exchange import Credential
from linkproof.runner.driver import Driver
from linkproof.runner.generated import GeneratedCase, generated_case
from linkproof.runner.prepared_cases import CaseKind, prepared

#: Cases that Schemathesis enumerates from the document; about 30 are sent.
ENUMERATED = CaseKind("enumerated", 30)
#: Random cases: valid requests, and requests that violate the document.
POSITIVE, NEGATIVE = CaseKind("positive", 12), CaseKind("negative", 12)

#: Cache of cases: drawing them costs more than sending them.
_known: dict[tuple[object, ...], tuple[GeneratedCase, ...]] = {}
#: Lock for Hypothesis: Python 3.11 does not parse code in two threads safely (SystemError: AST constructor ...).
one_at_a_time = threading.Lock()


def without_local_constants() -> None:
    """Keep Hypothesis from mixing constants of loaded modules into the data, so that the seed alone decides."""
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    nothing = Constants()
    providers._get_local_constants = lambda: nothing


def load(contract: Contract, seed: int, examples: int) -> Any:
    """Return the contract's document as a Schemathesis schema whose draws depend on the seed alone."""
    import schemathesis

    without_local_constants()
    config = schemathesis.Config.from_dict(
        {"seed": seed, "generation": {"max-examples": examples, "database": "none"}, "base-url": "http://127.0.0.1"}
    )
    return schemathesis.openapi.from_dict(dict(contract.document), config=config)


def cases_of(contract: Contract, operation: Operation, kind: CaseKind, seed: int) -> tuple[GeneratedCase, ...]:
    """Return generated cases of an operation: prepared ones if there are any, otherwise drawn ones."""
    key = (contract.folder, contract.id, contract.version, operation.id, kind, seed)
    with one_at_a_time:
        if key not in _known:
            found = prepared(contract, operation.id, kind, seed)
            _known[key] = draw(contract, operation, kind, seed) if found is None else found
        return _known[key]


def draw(contract: Contract, operation: Operation, kind: CaseKind, seed: int) -> tuple[GeneratedCase, ...]:
    """Return an even sample of an operation's enumerated cases, or random ones; they depend on the arguments alone."""
    if kind.name == ENUMERATED.name:
        found = _enumerated(load(contract, seed, 1), operation)
        found = found[:: len(found) // kind.count + 1]
    else:
        found = _random(load(contract, seed, kind.count), operation, seed, kind.count, kind.name)
    return tuple(case for case in map(generated_case, found) if case is not None)


def _enumerated(schema: Any, operation: Operation) -> list[Any]:
    import schemathesis

    found = schema[operation.document_path][operation.method]
    cases = schema.iter_coverage_cases(
        found,
        generation_modes=list(schemathesis.GenerationMode),
        generation_config=schema.config.generation_for(operation=found, phase="coverage"),
    )
    return list(cases)


def _random(schema: Any, operation: Operation, seed: int, examples: int, mode: str) -> list[Any]:
    import hypothesis
    import schemathesis

    found = schema[operation.document_path][operation.method]
    cases: list[Any] = []
    try:
        strategy = found.as_strategy(generation_mode=schemathesis.GenerationMode(mode))
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


def send_cases(driver: Driver, operation: Operation, cases: Sequence[GeneratedCase], name: str) -> None:
    """Send cases to the target in order: consecutive Gets concurrently, all others one at a time."""
    for reads, group in groupby(cases, lambda case: case.method == "GET"):
        sends = [partial(send_case, driver, operation, case, name) for case in group]
        if reads:
            driver.side_by_side(sends)
            continue
        for send in sends:
            send()


def send_case(driver: Driver, operation: Operation, case: GeneratedCase, name: str) -> None:
    """Send a case to the target, with the target's own parents and connection instead of generated ones.

    A case that is negative in a limited path parameter keeps that parameter. A write keeps the given connection, so
    that a run leaks no resources under generated names.
    """
    parents = dict(driver.given.path)
    parameter = operation.parameter(case.wrong)
    if parameter is not None and parameter.limited and case.wrong in parents:
        value = case.value
        if value and "/" not in value and not parameter.allows(value):
            parents[case.wrong] = value
    elif case.wrong:
        return
    body = case.body.encode()
    if operation.role is Role.DECIDE and driver.contract.decide.subject:
        body = _with_subject(body, driver, name)
    if driver.contract.by_name:
        value = json.loads(body) if body else None
        if value is not None and not isinstance(value, dict):
            return  # a form is always an object
        body = driver.encoded(operation, value)
    url = driver.session.client.base_url(driver.contract)
    url += driver.path(operation, name, **parents)
    pairs = _query(case, driver)
    full = f"{url}?{urlencode(pairs)}" if pairs else url
    driver.send_url(case.method, full, body=body, credential=Credential.VALID)


def _query(case: GeneratedCase, driver: Driver) -> list[tuple[str, str]]:
    """Return the case's query with the version that the target asks for."""
    version = driver.contract.version_parameter
    if version and driver.given.version:
        return [(k, driver.given.version if v == driver.contract.version else v) for k, v in case.query]
    return list(case.query)


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
