"""The connections with which the server starts, from a contract's ``fixtures.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from linkproof.base.toml_tables import read_toml
from linkproof.contract.folder_files import FixturesFile
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.mock.default_fixtures import default_fixtures

#: The group of connections without a status.
ANY = "any"
#: When the first connection was created.
_FIRST = datetime(2026, 1, 12, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Passing:
    """The values that a connection shows during an operation; "" leaves the member unchanged."""

    provisioning: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Fixture:
    """One initial connection. ``members`` holds what cannot be derived from its name and place."""

    name: str
    status: str
    members: Mapping[str, Any]
    created: datetime
    modified: datetime


@dataclass(frozen=True, slots=True)
class Parent:
    """The path parameters of a parent, and its connections in the order of creation."""

    path: Mapping[str, str]
    connections: tuple[Fixture, ...]

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Return the connections' names by status, in the structure of a target file."""
        found: dict[str, tuple[str, ...]] = {}
        for fixture in self.connections:
            group = fixture.status or ANY
            found[group] = (*found.get(group, ()), fixture.name)
        return found


@dataclass(frozen=True)
class Fixtures:
    """The initial state of a contract's server. ``passing`` is keyed by decided status, and by "deleting".

    ``at_once`` names the roles whose operations finish before they are answered, although the contract lets them run
    long.
    """

    parents: tuple[Parent, ...] = ()
    every: Mapping[str, Any] = field(default_factory=dict)
    passing: Mapping[str, Passing] = field(default_factory=dict)
    at_once: frozenset[str] = frozenset()

    def members_of(self, name: str, path: Mapping[str, str]) -> dict[str, Any]:
        """Return the members of a connection of this name and parent that every connection has."""
        found: dict[str, Any] = filled(self.every, {**path, "name": name})
        return found


def read_fixtures(contract: Contract) -> Fixtures:
    """Return a contract's fixtures; empty if its folder has no fixtures file. Raises UsageError."""
    path = Path(contract.folder) / "fixtures.toml"
    if not path.is_file():
        return _fixtures(default_fixtures(contract), contract.parent_parameters) if contract.is_compact else Fixtures()
    status = path.stat()
    return _read(path, tuple(contract.parent_parameters), (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=64)
def _read(path: Path, parameters: tuple[str, ...], _version: tuple[int, int]) -> Fixtures:
    """Return the fixtures in a file. Nothing changes them, so a file that is unchanged is read once."""
    return _fixtures(read_toml(path, "see docs/add-a-contract.md", FixturesFile), parameters, str(path))


def _fixtures(data: dict[str, Any], parameters: Sequence[str], where: str = "") -> Fixtures:
    parents = tuple(_parent(parameters, row, data, where) for row in data.get("parent", ()))
    passing = {word: Passing(**row) for word, row in data.get("passing", {}).items()}
    return Fixtures(parents, data.get("every", {}), passing, frozenset(data.get("at_once", ())))


def fixtures_of(contract: Contract, *parents: tuple[Mapping[str, str], Mapping[str, Sequence[str]]]) -> Fixtures:
    """Return a contract's fixtures with the caller's own parents, each with a path and names of connections by state.

    Raises UsageError for an invalid fixtures file.
    """
    own = read_fixtures(contract)
    made = []
    for path, names in parents:
        groups = {state: list(found) for state, found in names.items()}
        made.append(Parent(path, tuple(_connections(groups, path, {"every": own.every}))))
    return replace(own, parents=tuple(made))


def with_more_parents(contract: Contract, count: int) -> Fixtures:
    """Return a contract's fixtures with ``count`` parents like the first: its connections, under another path.

    A contract with one list for all parents keeps the first alone. Raises UsageError for an invalid fixtures file.
    """
    own = read_fixtures(contract)
    if not own.parents or count == 1:
        return own
    first = own.parents[0]
    in_path = re.findall(r"\{(\w+)\}", contract.collection_path)
    if not in_path:
        return replace(own, parents=(first,))
    varied = in_path[-1]
    return replace(own, parents=(first, *(_like(first, varied, contract, number) for number in range(2, count + 1))))


def _like(first: Parent, varied: str, contract: Contract, number: int) -> Parent:
    """Return a parent with another value of one path parameter; where ids name connections, these have others too."""
    path = {**first.path, varied: _another(first.path[varied], number)}
    made = []
    for one in first.connections:
        name = _another(one.name, number) if contract.decide.subject else one.name
        members = _renamed(one.members, {first.path[varied]: path[varied], one.name: name})
        made.append(replace(one, name=name, members=members))
    return Parent(path, tuple(made))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a copy of ``value`` with some names replaced in its texts."""
    if isinstance(value, str):
        for old, new in names.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, Mapping):
        return {k: _renamed(v, names) for k, v in value.items()}
    return [_renamed(v, names) for v in value] if isinstance(value, list) else value


def _another(name: str, number: int) -> str:
    """Return a name like another one: a UUID for a UUID."""
    try:
        UUID(name)
    except ValueError:
        return f"{name}-{number}"
    return str(uuid5(NAMESPACE_URL, f"{name}-{number}"))


def _parent(parameters: Sequence[str], row: dict[str, Any], data: dict[str, Any], where: str) -> Parent:
    place = row.get("path", {})
    missing = [n for n in parameters if n not in place]
    if missing:
        raise UsageError(f"parent without {missing[0]}", where=where, fix=f"add {missing[0]} to the parent's path")
    return Parent(place, tuple(_connections(row.get("connections", {}), place, data)))


def _connections(groups: Mapping[str, list[str]], place: Mapping[str, str], data: dict[str, Any]) -> Iterator[Fixture]:
    pairs = [(status, name) for status, names in groups.items() for name in names]
    for number, (status, name) in enumerate(pairs):
        own = {"name": name, **place}
        members = merged(filled(data.get("every", {}), own), filled(data.get("only", {}).get(name, {}), own))
        created = _FIRST + timedelta(minutes=97 * number, seconds=number * number % 53)
        # The order of last changes must differ from the order of creation.
        modified = created + timedelta(hours=number * 7919 % 311, seconds=1 + number)
        yield Fixture(name, "" if status == ANY else status, members, created, modified)


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """Return a copy of ``value`` with ``{name}`` and the parent's parameters substituted, in keys as well."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, Mapping):
        return {filled(k, names): filled(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, names) for v in value]
    return value


def merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``one`` with the members of ``other``; objects are merged member by member."""
    for key, value in other.items():
        here = one.get(key)
        one[key] = merged(here, value) if isinstance(here, dict) and isinstance(value, Mapping) else value
    return one
