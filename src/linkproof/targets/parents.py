"""Reads the parents of a contract in a target file: their path parameters, and their connections by state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from linkproof.base.toml_tables import check_members, shown
from linkproof.contract.model import Contract
from linkproof.contract.operation import Parameter, Role
from linkproof.errors import UsageError
from linkproof.targets.model import TargetContract

_PARENT: Mapping[str, tuple[type, ...]] = {"path": (dict,), "fixtures": (dict,)}
#: Maximum number of parents of one contract: more than any --concurrency can use.
_MOST = 64


def parent_from(contract: Contract, table: Mapping[str, Any], file: str) -> TargetContract:
    """Return the contract's own parent, from its table. Raises UsageError."""
    where = f"{file}: [contracts.{contract.id}]"
    path = _path(contract, table.get("path"), where)
    fixtures = _fixtures(contract, table.get("fixtures", {}), f"{file}: [contracts.{contract.id}.fixtures]")
    return TargetContract(contract.id, path, fixtures)


def with_parents(contract: Contract, own: TargetContract, rows: Sequence[Any], file: str) -> TargetContract:
    """Return a contract with its further parents: each has the path parameters of the own one, except those it names.

    Raises UsageError.
    """
    if not rows:
        return own
    table = f"contracts.{contract.id}.parents"
    in_path = [n for n in contract.parent_parameters if f"{{{n}}}" in contract.collection_path]
    if not in_path:
        problem = f"{contract.id} has one list for all parents, and the tests compare whole lists"
        raise UsageError(problem, where=f"{file}: [[{table}]]", fix="remove parents: the contract has only one")
    if len(rows) >= _MOST:
        problem = f"{contract.id} has {len(rows)} further parents"
        raise UsageError(problem, where=f"{file}: [[{table}]]", fix=f"name at most {_MOST - 1}")
    found = [own]
    for number, row in enumerate(rows, 1):
        where = f"{file}: [{table}, number {number}]"
        if not isinstance(row, dict):
            raise UsageError(f"a parent is {shown(row)}", where=where, fix=f"write [[{table}]], then path and fixtures")
        made = _further(contract, own, row, file, where)
        _check_other(contract, made, found, where, in_path)
        found.append(made)
    varied = [n for n in contract.parent_parameters if len({p.path[n] for p in found}) > 1]
    labels = [", ".join(f"{n} {p.path[n]!r}" for n in varied) for p in found]
    first, *others = (replace(p, label=label) for p, label in zip(found, labels, strict=True))
    return replace(first, parents=tuple(others))


def _further(contract: Contract, own: TargetContract, row: Mapping[str, Any], file: str, where: str) -> TargetContract:
    if "provision" in row:
        problem = "connections are made for the contract's own parent only"
        raise UsageError(problem, where=where, fix=f"move provision to [contracts.{contract.id}.provision]")
    check_members(row, _PARENT, file, where.partition(": [")[2].rstrip("]"))
    given = row.get("path", {})
    if not given:
        fix = f"path = {{ {contract.parent_parameters[-1]} = ... }}: what differs from the contract's own path"
        raise UsageError("path is missing", where=where, fix=fix)
    path = _path(contract, {**own.path, **given}, where)
    return replace(own, path=path, fixtures=_fixtures(contract, row.get("fixtures", {}), f"{where}, fixtures"))


def _check_other(
    contract: Contract, made: TargetContract, others: Iterable[TargetContract], where: str, in_path: Sequence[str]
) -> None:
    """Raise UsageError for the same parent twice, and for the same connection twice where ids name connections."""
    for number, other in enumerate(others):
        which = f"number {number}" if number else "the contract's own"
        if all(made.path[n].casefold() == other.path[n].casefold() for n in in_path):
            fix = f"give another {in_path[-1]}, or remove it"
            raise UsageError(f"the parent is named twice: it is {which} as well", where=where, fix=fix)
        known = {n.lower() for names in other.fixtures.values() for n in names}
        twice = [n for names in made.fixtures.values() for n in names if n.lower() in known]
        if twice and contract.decide.subject:
            problem = f"{twice[0]!r} is a connection of another parent as well ({which})"
            raise UsageError(problem, where=where, fix="keep it where it is: ids of connections are unique")


def _path(contract: Contract, table: Any, where: str) -> dict[str, str]:
    wanted = contract.parent_parameters
    fix = f"path = {{ {', '.join(f'{n} = ...' for n in wanted)} }}"
    if not isinstance(table, dict):
        raise UsageError("path is missing", where=where, fix=fix)
    for name in wanted:
        if name not in table:
            raise UsageError(f"path lacks {name!r}", where=where, fix=fix)
    for name, value in table.items():
        if name not in wanted:
            raise UsageError(f"path has an unknown parameter {name!r}", where=where, fix=fix)
        if not isinstance(value, str) or not value or "/" in value:
            raise UsageError(
                f"path.{name} is {shown(value)}", where=where, fix=f"{name} is a non-empty string without /"
            )
        parameter = contract.operations[0].parameter(name)
        if parameter is not None and not parameter.allows(value):
            problem = f"path.{name} is {value!r:.80}, outside its documented limits"
            raise UsageError(problem, where=where, fix=f"give a value that fits {_limits_of(parameter)}")
    return dict(table)


def _item_parameter(contract: Contract) -> Parameter | None:
    """Return the path parameter with a connection's name, if the contract has one."""
    found = (o.parameter(o.item_parameter) for o in contract.operations if o.item_parameter)
    return next((p for p in found if p is not None), None)


def _limits_of(parameter: Parameter) -> str:
    words = ("pattern", "minLength", "maxLength", "format", "enum")
    return ", ".join(f"{w} {parameter.schema[w]}" for w in words if w in parameter.schema) or "its schema"


def _fixtures(contract: Contract, table: Mapping[str, Any], where: str) -> dict[str, tuple[str, ...]]:
    states = _states(contract)
    parameter = _item_parameter(contract)
    found: dict[str, tuple[str, ...]] = {}
    owner: dict[str, str] = {}
    for state, names in table.items():
        if state not in states:
            raise UsageError(f"unknown state {state!r}", where=where, fix=f"one of: {', '.join(sorted(states))}")
        if not isinstance(names, list) or not all(isinstance(n, str) and n for n in names):
            raise UsageError(f"{state} is {shown(names)}", where=where, fix=f'{state} = ["name", ...]')
        for name in names:
            if name.lower() in owner:
                both = f"{owner[name.lower()]} and {state}"
                raise UsageError(f"{name!r} is named twice, in {both}", where=where, fix="keep one of the two")
            if parameter is not None and not parameter.allows(name):
                problem = f"{name!r:.80} is outside the documented limits of {parameter.name}"
                raise UsageError(problem, where=where, fix=f"give a name that fits {_limits_of(parameter)}")
            owner[name.lower()] = state
        found[state] = tuple(names)
    return found


def _states(contract: Contract) -> set[str]:
    """Return the allowed states of a fixture: the contract's statuses, and any."""
    found = {"any", *contract.states.values()}
    listing = contract.by_role(Role.LIST)
    for schema in listing.responses.values() if listing else ():
        for pointer, words in schema.enumerations.items() if schema else ():
            if contract.member.status and pointer.endswith(contract.member.status):
                found.update(_strings(words))
    return found


def _strings(words: Iterable[Any]) -> Iterable[str]:
    return (w for w in words if isinstance(w, str))
