"""The connections of one parent, from fixtures that can be put back."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from linkproof.contract.model import Contract, Role
from linkproof.errors import UsageError
from linkproof.jsontext import MISSING, at, place

_EPOCH = datetime(2026, 1, 5, 8, 0, 0, tzinfo=UTC)


@dataclass(slots=True)
class Resource:
    """One connection: its name as stored, and its JSON without the members that follow from its path."""

    name: str
    value: dict[str, Any]
    hidden: bool = False
    deciding: bool = False


@dataclass(frozen=True)
class Fixtures:
    """What a contract's fixtures.toml says: parents, connections by state, members, size of a page."""

    parents: Mapping[str, str]
    connections: Mapping[str, tuple[str, ...]]
    template: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    page_size: int = 10

    @classmethod
    def read(cls, contract: Contract) -> Fixtures:
        """The fixtures in a contract's folder; a contract without any has one made-up parent and no connection."""
        path = Path(contract.folder) / "fixtures.toml"
        if not path.is_file():
            return cls({n: f"{n}-1" for n in contract.parent_parameters}, {})
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls(
                parents=raw["parents"],
                connections={k: tuple(v) for k, v in raw["connections"].items()},
                template=raw.get("template", {}),
                items=raw.get("items", {}),
                page_size=raw.get("page_size", 10),
            )
        except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
            fix = "see schemas/formats/fixtures.schema.json"
            raise UsageError(f"not valid fixtures: {error}", where=str(path), fix=fix) from None


class Store:
    """The connections below the one parent that the fixtures name; names compare without case."""

    def __init__(self, contract: Contract, fixtures: Fixtures) -> None:
        self.contract = contract
        self.fixtures = fixtures
        self._resources: dict[str, Resource] = {}
        self.reset()

    def reset(self) -> None:
        """Put the fixtures back."""
        self._resources = {}
        number = 0
        for state, names in self.fixtures.connections.items():
            for name in names:
                number += 1
                self._resources[name.lower()] = Resource(name, self._made(name, state, number))

    def get(self, name: str) -> Resource | None:
        """The connection of a name, unless it is still being created."""
        found = self._resources.get(name.lower())
        return None if found is None or found.hidden else found

    def add(self, name: str, *, hidden: bool = False) -> Resource:
        """Create a connection that is pending."""
        pending = self.contract.states.get("pending", "")
        number = len(self._resources) + 500
        found = self._resources[name.lower()] = Resource(name, self._made(name, pending, number), hidden)
        return found

    def remove(self, name: str) -> None:
        """Delete a connection, if it is there."""
        self._resources.pop(name.lower(), None)

    def __iter__(self) -> Iterator[Resource]:
        return (r for r in self._resources.values() if not r.hidden)

    def _made(self, name: str, state: str, number: int) -> dict[str, Any]:
        """A connection's JSON: template, then its own members, then what its state and number say."""
        member = self.contract.member
        words = {"name": name, "number": str(number), "state": state}
        value = _filled(copy.deepcopy(dict(self.fixtures.template)), words)
        for pointer, own in _flat(_filled(copy.deepcopy(dict(self.fixtures.items.get(name, {}))), words)):
            place(value, pointer, own)
        if not member.name:
            place(value, member.id, name)
        if member.status and state:
            place(value, member.status, state)
        for pointer, schema in self._leaves():
            if at(value, pointer) is MISSING or at(value, pointer) == "":
                continue
            if schema.get("format") == "date-time" and at(value, pointer) == "auto":
                place(value, pointer, _moment(number, pointer))
            elif schema.get("type") == "integer" and at(value, pointer) == "auto":
                place(value, pointer, 422_321_321_312_321_321 + 1_000_003 * number * number)
        return value

    def _leaves(self) -> list[tuple[str, dict[str, Any]]]:
        """Pointers within one connection to its plain members, with their schemas."""
        getting, listing = self.contract.by_role(Role.GET), self.contract.by_role(Role.LIST)
        operation = getting or listing
        schema = operation.responses.get(200) if operation else None
        prefix = "" if getting else f"{self.contract.list.items}/*"
        found = schema.leaves() if schema else ()
        return [(p.removeprefix(prefix), s) for p, s in found if p.startswith(prefix) and "*" not in p[len(prefix) :]]


def _moment(number: int, pointer: str) -> str:
    """A time that follows from the number: created in order, changed in another order."""
    minutes = number * 37 if "creat" in pointer.lower() else 90_000 + (number * 7919) % 4099
    return (_EPOCH + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for key, word in words.items():
            value = value.replace(f"{{{key}}}", word)
        return value
    if isinstance(value, dict):
        return {_filled(k, words): _filled(v, words) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, words) for v in value]
    return value


def _flat(value: Mapping[str, Any], pointer: str = "") -> Iterator[tuple[str, Any]]:
    for key, own in value.items():
        here = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
        if isinstance(own, dict) and own:
            yield from _flat(own, here)
        else:
            yield here, own
