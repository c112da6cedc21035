"""The table of what the suites send for each constraint of each request, and of what they do not send, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.contract.body_cases import cases_of_body, full_body
from linkproof.contract.cases import Case, Constraint, constraints
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Parameter, Role
from linkproof.contract.parameter_cases import QUERY, cases_of_path, cases_of_query, query_parameter
from linkproof.contract.protocol import media_in

_HEAD = """# What is tested of each request

Made by `make coverage`: each constraint of each operation's parameters and body, the requests that violate it and
nothing else, and the valid values at its ends. The suites send exactly these (`suites/test_constraints.py`). A
violation must be refused, a valid value accepted; *judged by* names the requirements that say so.

Also, each body is sent as text that is not a JSON object (ERR-5), large, deep and unusual (HDR-5), and in another
notation (ERR-10); each operation without its version and with another (ERR-4), without and with a wrong credential
(HDR-2), and each write with its path in another case (HDR-4).
"""
_JUDGED = {
    ("body", "enum", False): "ENM-2",
    ("body", "case", False): "ENM-2 (SHOULD)",
    ("body", "null", False): "ERR-5, where the member is required",
    ("path", "", False): "ERR-6",
    ("query", "", False): "PAG-8",
    ("path", "", True): "ERR-3",
}
_TAGS: dict[str, Any] = {"tags": {"owner": "linkproof"}}


@dataclass(frozen=True, slots=True)
class ConstraintRow:
    """A constraint of some operations: what is sent for it, or why nothing is."""

    operations: tuple[str, ...]
    constraint: Constraint
    wrong: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    reason: str = ""


def coverage(contracts: Iterable[Contract]) -> str:
    """Return the page: a table for each contract."""
    parts = [_HEAD]
    for contract in contracts:
        parts.append(f"\n## {contract.id}\n")
        parts.append("| operations | place | name | constraint | violated by | valid at its ends | judged by |")
        parts.append("|---|---|---|---|---|---|---|")
        parts += [_line(row) for row in rows(contract)]
    return "\n".join(parts) + "\n"


def rows(contract: Contract) -> tuple[ConstraintRow, ...]:
    """Return every row of a contract; operations with the same cases share one."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for operation in contract.operations:
        for row in _rows_of(contract, operation):
            found.setdefault((row.constraint, row.wrong, row.right, row.reason), []).append(operation.id)
    return tuple(ConstraintRow(tuple(names), *key) for key, names in found.items())


def _rows_of(contract: Contract, operation: Operation) -> Iterator[ConstraintRow]:
    for parameter in operation.parameters:
        if parameter.name != contract.version_parameter:
            yield from _of_parameter(contract, operation, parameter)
    if operation.request is not None:
        yield from _of_body(contract, operation)


def _of_parameter(contract: Contract, operation: Operation, parameter: Parameter) -> Iterator[ConstraintRow]:
    place, name = parameter.place, parameter.name
    if not parameter.limited:
        yield ConstraintRow((), Constraint(place, name, "–"), reason="no limit is documented")
        return
    if place == "query":
        cases: Sequence[Case] = (
            (cases_of_query(contract, name) or ())
            if name in {query_parameter(contract, purpose) for purpose in QUERY}
            else ()
        )
    else:
        cases = [c for c in cases_of_path(contract, operation) if c.constraint.name == name]
    yield from _of_cases(cases)
    if parameter.schema.get("minLength") == 1 and place == "path":
        reason = "an empty segment is another path"
        yield ConstraintRow((), Constraint(place, name, "minLength (violated)"), reason=reason)


def _of_body(contract: Contract, operation: Operation) -> Iterator[ConstraintRow]:
    assert operation.request is not None
    full = example_body(contract, operation)
    yield from _of_cases(cases_of_body(contract, operation, full))
    for node in operation.request.nodes():
        if node.leaf and "*" not in node.pointer and node.pointer and at(full, node.pointer) is MISSING:
            reason = "only the service writes it" if node.schema.get("readOnly") else "no valid value is known"
            if any(node.pointer.startswith(p) for p in contract.member.read_only):
                reason = "read-only: sent by the tests of STA-8"
            yield ConstraintRow((), Constraint("body", node.pointer, "–"), reason=reason)
    rules = contract.decide
    options = operation.request.enumerations.get(rules.decision, ()) if operation.role is Role.DECIDE else ()
    others = [str(o) for o in options if o not in rules.words.values()]
    if others:
        reason = f"{', '.join(others)}: no decision; sent, and either answer is right"
        yield ConstraintRow((), Constraint("body", rules.decision, "enum (other values)"), reason=reason)


def _of_cases(cases: Iterable[Case]) -> Iterator[ConstraintRow]:
    for constraint, found in constraints(cases).items():
        wrong = tuple(c.what for c in found if not c.valid)
        right = tuple(c.what for c in found if c.valid)
        yield ConstraintRow((), constraint, wrong, right)


def example_body(contract: Contract, operation: Operation) -> dict[str, Any]:
    """Return a complete body from the contract's own examples."""
    start = _TAGS if operation.role is Role.TAGS else operation.request_example or {}
    return full_body(operation, start, _example_connection(contract), contract.member.read_only)


def _example_connection(contract: Contract) -> Any:
    operation = contract.by_role(Role.GET)
    if operation is None:
        return {}
    raw = contract.document["paths"][operation.document_path][operation.method.lower()]
    examples = media_in(raw.get("responses", {}).get("200", {}).get("content", {})).get("examples", {})
    return next((e.get("value", {}) for e in examples.values()), {})


def _line(row: ConstraintRow) -> str:
    constraint = row.constraint
    judged = [_judged(constraint, valid=False)] if row.wrong else []
    judged += [_judged(constraint, valid=True)] if row.right else []
    wrong, right = ", ".join(row.wrong), ", ".join(row.right)
    if row.reason:
        wrong, judged = f"not tested: {row.reason}", []
    name = f"`{constraint.name}`" if constraint.name else "the whole body"
    cells = (", ".join(row.operations), constraint.place, name, constraint.keyword, wrong, right, ", ".join(judged))
    return "| " + " | ".join(cell.replace("|", "\\|") or "–" for cell in cells) + " |"


def _judged(constraint: Constraint, *, valid: bool) -> str:
    place, keyword = constraint.place, constraint.keyword
    default = "ERR-10" if valid else "ERR-5"
    return _JUDGED.get((place, keyword, valid)) or _JUDGED.get((place, "", valid)) or default
