"""Renders connections, pages and errors as JSON by the contract's pointers; writes only members of the contract's
schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from linkproof.base.json_values import MISSING, place
from linkproof.base.wording import zulu
from linkproof.contract.operation import Role
from linkproof.mock.default_fixtures import GROUP, plain_value
from linkproof.mock.error_responses import ErrorResponse
from linkproof.mock.messages import Asked
from linkproof.mock.setting import Setting
from linkproof.mock.store import Collection, Connection, fresh

#: Formats a moment as ``zulu`` does; every list shows the same moments again.
stamp = lru_cache(maxsize=4096)(zulu)


def merge(value: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add copies of further members to an object, also to objects in it."""
    for key, member in more.items():
        own = value.get(key)
        if isinstance(own, dict) and isinstance(member, dict):
            merge(own, member)
        else:
            value[key] = fresh(member)


class Presenter:
    """Renders answers. Every value is a new copy, so that hooks may change it."""

    def __init__(self, setting: Setting) -> None:
        self.contract = setting.contract
        self.member = setting.contract.member
        self._known: dict[str, bool] = {}

    # one connection

    def got(self, connection: Connection) -> dict[str, Any]:
        """Render a connection for Get, and for the final answer of a long-running decision."""
        return self.connection(connection)

    def listed(self, connection: Connection) -> dict[str, Any]:
        """Render a connection for List."""
        return self.connection(connection)

    def decided(self, connection: Connection) -> dict[str, Any]:
        """Render the answer to a decision: the connection, or a list with it if the body named it."""
        value = self.connection(connection)
        if not self.contract.decide.subject:
            return value
        answer: dict[str, Any] = {}
        place(answer, self.contract.list.items, [value])
        return answer

    def answer_to_decision(self, asked: Asked, status: int, connection: Connection) -> Any:
        """Render the answer to a decision as its operation documents it: the connection, anything else, or nothing."""
        schema = asked.operation.responses.get(status) if asked.operation else None
        if not self.contract.decide.by_path:
            return self.decided(connection)
        if schema is None:
            return MISSING
        members = dict(schema.leaves())
        if self.member.id in members:
            return self.decided(connection)
        value: dict[str, Any] = {}
        for pointer, leaf in members.items():
            made = plain_value(self.contract, pointer, leaf)
            if made is not None and "*" not in pointer:
                place(value, pointer, made.replace("{name}", connection.name) if isinstance(made, str) else made)
        return value

    def tagged(self, connection: Connection) -> dict[str, Any]:
        """Render the answer to a change of tags."""
        return self.connection(connection)

    def connection(self, connection: Connection) -> dict[str, Any]:
        """Render a connection."""
        value: dict[str, Any] = {}
        for pointer, leaf in self.identity(connection):
            place(value, pointer, leaf)
        merge(value, connection.members)
        for pointer, leaf in self.state(connection):
            if leaf is not None and pointer and "*" not in pointer and self.knows(pointer):
                place(value, pointer, leaf)
        return value

    def identity(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Yield pointer and value of the members that identify a connection."""
        if self.member.id:
            yield self.member.id, self.id(connection)
        if self.member.name:
            yield self.member.name, self.name(connection)
        if self.member.type:
            yield self.member.type, self.type(connection)

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Yield pointer and value of the members that change; None leaves a member out."""
        yield self.member.status, self.status(connection)
        yield self.member.description, self.description(connection)
        yield self.member.provisioning, self.provisioning(connection)

    def id(self, connection: Connection) -> str:
        """Return the id: the name alone, unless the vendor's ids are paths."""
        return connection.name

    def name(self, connection: Connection) -> str:
        """Return the name in its original spelling."""
        return connection.name

    def type(self, connection: Connection) -> str:  # noqa: ARG002
        """Return the resource type."""
        return self.contract.resource_type

    def status(self, connection: Connection) -> str | None:
        """Return the status."""
        return connection.status

    def description(self, connection: Connection) -> str | None:
        """Return the description."""
        return connection.description

    def provisioning(self, connection: Connection) -> str | None:
        """Return the provisioning state."""
        return connection.provisioning

    # private link resources

    def link_resource(self, asked: Asked, collection: Collection) -> dict[str, Any]:
        """Render the parent's only private link resource, with the members of its schema."""
        home, _, own = collection.home.rpartition("/")
        kind = self.contract.resource_type.removesuffix(own)
        whole: dict[str, Any] = {
            "/id": f"{home}/privateLinkResources/{GROUP}",
            "/name": GROUP,
            "/type": f"{kind}privateLinkResources",
            "/properties/groupId": GROUP,
            "/properties/requiredMembers": ["default"],
            "/properties/requiredZoneNames": ["privatelink.example.net"],
        }
        schema = asked.operation.responses.get(200) if asked.operation else None
        prefix = "/value/*" if asked.operation and asked.operation.role is Role.LINK_RESOURCES else ""
        known = {p.removeprefix(prefix).removesuffix("/*") for p, _ in schema.leaves()} if schema else set()
        value: dict[str, Any] = {}
        for pointer, leaf in whole.items():
            if pointer in known:
                place(value, pointer, leaf)
        return value

    # pages and errors

    def page(self, items: Iterable[Connection], more: Mapping[str, Any]) -> Any:
        """Render a page: its items, and further members by pointer (next link, total)."""
        if not self.contract.list.items:
            return [self.listed(c) for c in items]
        value: dict[str, Any] = {}
        place(value, self.contract.list.items, [self.listed(c) for c in items])
        for pointer, leaf in more.items():
            place(value, pointer, leaf)
        return value

    def error(self, error: ErrorResponse) -> Any:
        """Render the contract's error body."""
        value: dict[str, Any] = {}
        place(value, self.contract.error.code, error.code)
        place(value, self.contract.error.message, error.message)
        return value

    # the schema

    def knows(self, pointer: str) -> bool:
        """Whether the contract's schema of a connection has a member at ``pointer``."""
        found = self._known.get(pointer)
        if found is None:
            found = self._known[pointer] = not self._leaves or any(
                leaf == pointer or leaf.startswith(f"{pointer}/") for leaf in self._leaves
            )
        return found

    @cached_property
    def _leaves(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the schema of each member of a connection that has no members itself, by pointer."""
        got, listing = self.contract.by_role(Role.GET), self.contract.by_role(Role.LIST)
        operation, prefix = (got, "") if got else (listing, f"{self.contract.list.items}/*")
        schema = operation.responses.get(200) if operation else None
        leaves = schema.leaves() if schema else ()
        return {p.removeprefix(prefix): leaf for p, leaf in leaves if p.startswith(prefix)}
