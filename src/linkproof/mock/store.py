"""The state of one contract's server: connections by parent, initialised from fixtures and resettable to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from linkproof.base.json_values import at, place
from linkproof.mock.setting import Setting


@dataclass
class Connection:
    """One connection. ``home`` is its collection's path, ``number`` its position in the order of creation."""

    name: str
    number: int
    home: str
    status: str | None
    description: str | None
    provisioning: str | None
    members: dict[str, Any]
    created: datetime
    modified: datetime
    tags: dict[str, str] | None = None


@dataclass(frozen=True)
class RequestedDecision:
    """The members that a client sets; None leaves a member unchanged. ``others``: further members by pointer."""

    status: str | None
    description: str | None
    others: tuple[tuple[str, Any], ...] = ()
    private_endpoint: str = ""


@dataclass
class Collection:
    """The connections of one parent; names compare without case. ``busy`` maps names to the operation in progress."""

    path: Mapping[str, str]
    home: str
    connections: dict[str, Connection] = field(default_factory=dict)
    busy: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Connection | None:
        """Return the connection of a name."""
        return self.connections.get(name.lower())

    def in_order(self) -> list[Connection]:
        """Return all connections in the order of creation."""
        return sorted(self.connections.values(), key=lambda c: c.number)


class ConnectionStore:
    """All collections of one contract, and the changes that connections go through."""

    def __init__(self, setting: Setting) -> None:
        self.contract = setting.contract
        self.fixtures = setting.fixtures
        self.collections: list[Collection] = []
        self._number = 0
        self.reset()

    def reset(self) -> None:
        """Reset to the fixtures."""
        self.collections = []
        self._number = 0
        for parent in self.fixtures.parents:
            collection = Collection(parent.path, self._home(parent.path))
            self.collections.append(collection)
            for fixture in parent.connections:
                members = fresh(fixture.members)
                made = self._made(collection, fixture.name, members, fixture.created)
                made.status, made.modified = fixture.status or None, fixture.modified

    def _home(self, path: Mapping[str, str]) -> str:
        home = self.contract.collection_path
        for name, value in path.items():
            home = home.replace(f"{{{name}}}", value)
        return home

    def collection(self, parameters: Mapping[str, str]) -> Collection | None:
        """Return the collection of a parent, its parameters compared without case; None if there is no such parent."""
        for found in self.collections:
            if all(parameters.get(n, "").casefold() == v.casefold() for n, v in found.path.items()):
                return found
        return None

    def agreement(self, parameters: Mapping[str, str]) -> int:
        """Return how many of a parent's path parameters, from the first on, match an existing parent."""
        best = 0
        for found in self.collections:
            same = [parameters.get(n, "").casefold() == v.casefold() for n, v in found.path.items()]
            best = max(best, [*same, False].index(False))
        return best

    def known_elsewhere(self, name: str) -> bool:
        """Whether any parent has a connection of that name."""
        return any(c.find(name) for c in self.collections)

    # changes

    def create(self, collection: Collection, name: str, decision: RequestedDecision) -> Connection:
        """Create a connection in its decided state."""
        members = self.fixtures.members_of(name, collection.path)
        made = self._made(collection, name, members, datetime.now(UTC))
        made.status = self.contract.states.get("pending")
        self.decide(made, decision)
        return made

    def decide(self, connection: Connection, decision: RequestedDecision) -> None:
        """Set the members that a client may write."""
        connection.status = connection.status if decision.status is None else decision.status
        if decision.description is not None:
            connection.description = decision.description
        for pointer, value in decision.others:
            place(connection.members, pointer, value)
        if decision.private_endpoint and "*" not in self.contract.member.private_endpoint:
            place(connection.members, self.contract.member.private_endpoint, decision.private_endpoint)
        connection.members.pop("error", None)
        connection.provisioning = self._at_rest()
        connection.modified = datetime.now(UTC)

    def tag(self, connection: Connection, tags: dict[str, str]) -> None:
        """Set the tags of a connection."""
        connection.tags = dict(tags)
        connection.modified = datetime.now(UTC)

    def pass_to(self, connection: Connection, word: str) -> None:
        """Set the values that the fixtures show during an operation."""
        passing = self.fixtures.passing.get(word)
        if passing is None:
            # A change without a decision also passes through an intermediate state.
            known = (p.provisioning for name, p in self.fixtures.passing.items() if name != "deleting")
            connection.provisioning = next(filter(None, known), connection.provisioning)
        else:
            connection.provisioning = passing.provisioning or connection.provisioning
            connection.status = passing.status or connection.status

    def remove(self, collection: Collection, name: str) -> None:
        """Delete a connection."""
        collection.connections.pop(name.lower(), None)

    def _made(self, collection: Collection, name: str, members: dict[str, Any], created: datetime) -> Connection:
        self._number += 1
        member = self.contract.member
        description = at(members, member.description) if member.description else None
        provisioning = at(members, member.provisioning) if member.provisioning else None
        made = Connection(
            name=name,
            number=self._number,
            home=collection.home,
            status=None,
            description=description if isinstance(description, str) else None,
            provisioning=provisioning if isinstance(provisioning, str) else self._at_rest(),
            members=members,
            created=created,
            modified=created,
        )
        collection.connections[name.lower()] = made
        return made

    def _at_rest(self) -> str | None:
        """Return the provisioning state of a connection without an operation in progress."""
        settled = self.contract.settled.provisioning
        return settled[0] if self.contract.member.provisioning and settled else None


def fresh(value: Any) -> Any:
    """Return a copy of a JSON value that may be changed."""
    if isinstance(value, dict):
        return {k: fresh(v) for k, v in value.items()}
    return [fresh(v) for v in value] if isinstance(value, list) else value
