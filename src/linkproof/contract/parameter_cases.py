"""Cases of path and query parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.contract.cases import (
    FORMATS,
    ODD,
    Case,
    Constraint,
    constraints,
    in_another_case,
    shown,
    undocumented,
)
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Parameter, Role

_FAR = 4
_LONGEST_NAME = 300


def parameter_cases(parameter: Parameter) -> tuple[Case, ...]:
    """Return the cases of a path or query parameter; empty if its contract documents no limit."""
    if not parameter.limited:
        return ()
    found = [*_outside(parameter), *_at_the_ends(parameter)]
    fit = (c for c in found if parameter.allows(c.value) is c.valid)
    return tuple({(c.constraint, c.valid, c.value): c for c in fit}.values())


def _outside(parameter: Parameter) -> Iterator[Case]:
    schema = parameter.schema
    good = _good_text(parameter)

    def case(keyword: str, what: str, value: str) -> Case:
        return Case(Constraint(parameter.place, parameter.name, keyword), False, what, value)

    if "pattern" in schema:
        for odd in ODD:
            yield case("pattern", f"{odd!r} in the middle", f"{good[:1]}{odd}{good[1:]}")
        yield case("pattern", "'!' at the end", f"{good}!")
        yield case("pattern", "'!' at the start", f"!{good}")
        yield case("pattern", "a hyphen at the start", f"-{good}")
        yield case("pattern", "a hyphen at the end", f"{good}-")
    shortest, longest = _lengths(parameter)
    if longest < _LONGEST_NAME:
        yield case("maxLength", "one character more", "a" * (longest + 1))
        yield case("maxLength", "four times as long", "a" * (longest * _FAR))
    if shortest > 1:
        yield case("minLength", "one character less", "a" * (shortest - 1))
    for value in FORMATS.get(schema.get("format", ""), ()):
        yield case("format", value, value)
    if schema.get("type") == "integer":
        for value in ("ten", "1.5", "", "0x10", "1e2"):
            yield case("type", value or "an empty text", value)
    for keyword, step in (("minimum", -1), ("maximum", 1)):
        if keyword in schema:
            yield case(keyword, "one beyond it", str(schema[keyword] + step))
            yield case(keyword, "far beyond it", str(schema[keyword] + step * 10**9))
    options = [o for o in schema.get("enum", ()) if isinstance(o, str)]
    for value in undocumented(options):
        yield case("enum", shown(value), value)
    for value in in_another_case(options):
        yield case("case", value, value)


def _at_the_ends(parameter: Parameter) -> Iterator[Case]:
    schema = parameter.schema

    def case(keyword: str, what: str, value: Any) -> Case:
        return Case(Constraint(parameter.place, parameter.name, keyword), True, what, str(value))

    for option in schema.get("enum", ()):
        yield case("enum", str(option), option)
    for keyword in ("minimum", "maximum"):
        if keyword in schema:
            yield case(keyword, "at it", schema[keyword])
    if "minimum" in schema:
        yield case("minimum", "one within it", schema["minimum"] + 1)
    if "maximum" in schema:
        yield case("maximum", "one within it", schema["maximum"] - 1)
    elif schema.get("type") == "integer":
        yield case("type", "a number of 33 bits", 2**32)
    if {"pattern", "minLength", "maxLength"} & schema.keys():
        shortest, longest = _lengths(parameter)
        yield case("minLength", "as short as allowed", "a" * shortest)
        if longest < _LONGEST_NAME:
            yield case("maxLength", "as long as allowed", "a" * longest)
    if "pattern" in schema:
        for value in ("a-b_c.(d)", "a-b_c", "A1", "0", "Ab-9"):
            yield case("pattern", value, value)
    if schema.get("format") == "uuid":
        yield case("format", "upper case", "0A1B2C3D-1111-4222-8333-944445555666")


def _lengths(parameter: Parameter) -> tuple[int, int]:
    """Return the shortest and the longest allowed length, from any keyword of the schema, often its pattern."""
    allowed = [n for n in range(1, _LONGEST_NAME + 1) if parameter.allows("a" * n)]
    return (allowed[0], allowed[-1]) if allowed else (1, _LONGEST_NAME)


def _good_text(parameter: Parameter) -> str:
    candidates = ("linkproof", "linkproof1", "lp", "a", "0a1b2c3d-1111-4222-8333-944445555666", "1")
    return next((c for c in candidates if parameter.allows(c)), "linkproof")


#: Number of violations per path constraint that are sent with operations other than the contract's reading one.
_VIOLATIONS_ELSEWHERE = 1
#: What the list's query parameters are for whose limits are tested; ``status`` is the filter by it.
QUERY = ("limit", "offset", "sort_key", "sort_dir", "status")


def query_parameter(contract: Contract, purpose: str) -> str:
    """Return the name of the list's query parameter for one of ``QUERY``; "" for none."""
    rules = contract.list
    return rules.filter_by(contract.member.status) if purpose == "status" else str(getattr(rules, purpose))


def cases_of_path(contract: Contract, operation: Operation) -> tuple[Case, ...]:
    """Return the cases of an operation's path: all with the contract's reading operation, fewer with others.

    Values at the ends name other parents or connections, so that they are sent with reading operations only.
    """
    reading = contract.by_role(Role.LIST) or contract.by_role(Role.GET)
    found: list[Case] = []
    for parameter in (p for p in operation.parameters if p.place == "path"):
        for cases in constraints(parameter_cases(parameter)).values():
            wrong = [c for c in cases if not c.valid]
            found += wrong if operation is reading else wrong[:_VIOLATIONS_ELSEWHERE]
            if operation.role in (Role.LIST, Role.GET):
                found += (c for c in cases if c.valid)
    return tuple(found)


def cases_of_query(contract: Contract, name: str) -> tuple[Case, ...] | None:
    """Return the cases of a query parameter of the list; None if the list has no such parameter."""
    listing = contract.by_role(Role.LIST)
    parameter = listing.parameter(name) if listing else None
    return parameter_cases(parameter) if parameter is not None else None
