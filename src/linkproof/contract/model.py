"""The contract: a service's promises at one version, as read from ``schemas/``. Independent of any vendor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from linkproof.contract.operation import Operation, Role, plain_path
from linkproof.contract.protocol import ProtocolRules
from linkproof.contract.rules import DecideRules, ErrorRules, ListRules, LongRunningRules, MemberRules, SettledRules
from linkproof.contract.source import Source

#: Number of connections on the largest page that is asked for, where a contract has no smaller maximum.
_LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Contract:
    """A service's promises at one version: operations, error bodies, pages, decisions.

    ``hosts`` are shell patterns of the hosts that serve it; they choose between contracts with the same path.
    ``family`` is the vendor whose protocol it uses: its own, or the one that its vendor's profile extends.
    ``vendor_sources``: the vendor's own documents behind requirements, by id.
    """

    id: str
    version: str
    title: str
    vendor: str
    vendor_title: str
    resource_type: str
    retired: str
    version_parameter: str
    version_pattern: str
    request_id_header: str
    authorization_header: str
    caseless_paths: bool
    operations: tuple[Operation, ...]
    elsewhere: tuple[str, ...]
    error: ErrorRules
    list: ListRules
    member: MemberRules
    settled: SettledRules
    states: Mapping[str, str]
    decide: DecideRules
    long_running: LongRunningRules
    protocol: ProtocolRules
    document: Mapping[str, Any]
    definition: Mapping[str, Any]
    folder: str
    tier: str = "reviewed"
    sources: tuple[Mapping[str, Any], ...] = ()
    is_compact: bool = False
    hosts: tuple[str, ...] = ()
    family: str = ""
    vendor_sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def contract(self) -> Contract:
        """Return the contract itself; an entry of the catalogue reads its contract by this name."""
        return self

    def by_role(self, role: Role) -> Operation | None:
        """Return the operation with a role, or None."""
        return next((o for o in self.operations if o.role == role), None)

    @property
    def place(self) -> tuple[str, str]:
        """Return what is served, where, and at which version: unique among contracts that are used together."""
        return " ".join(self.hosts) + plain_path(self.collection_path), self.version

    @cached_property
    def collection_path(self) -> str:
        """Return the path template of the list operation."""
        listing = self.by_role(Role.LIST)
        return listing.path if listing else self.operations[0].path.rsplit("/", 1)[0]

    @cached_property
    def parent_parameters(self) -> tuple[str, ...]:
        """Return the parameters that a target must give: those of the collection's path, and a parent in bodies."""
        return (*re.findall(r"\{(\w+)\}", self.collection_path), *self.decide.parent.split("/")[1:])

    @cached_property
    def most_per_page(self) -> int:
        """Return the largest page, in connections, that a client asks for in a list by limit and offset."""
        listing = self.by_role(Role.LIST)
        parameter = listing.parameter(self.list.limit) if listing else None
        return min(_LARGEST_PAGE, parameter.schema.get("maximum", _LARGEST_PAGE)) if parameter else _LARGEST_PAGE

    @property
    def by_name(self) -> bool:
        """Whether requests name their operation, so that one method and path has several."""
        return bool(self.protocol.operation)

    def deciding(self, decision: str) -> Operation | None:
        """Return the operation of a decision's neutral word; the first deciding one if all decisions share it."""
        own = self.decide.operations.get(decision)
        return next((o for o in self.operations if o.id == own), None) or self.by_role(Role.DECIDE)

    def with_body(self, role: Role) -> Operation | None:
        """Return the first operation with a role whose requests have a body, or None."""
        return next((o for o in self.of_role(role) if o.request is not None), None)

    def of_role(self, role: Role) -> tuple[Operation, ...]:
        """Return all operations with a role, in the contract's order."""
        return tuple(o for o in self.operations if o.role is role)

    @cached_property
    def methods(self) -> Mapping[str, frozenset[str]]:
        """Return the methods that the service has at each path template."""
        found: dict[str, set[str]] = {}
        for operation in self.operations:
            found.setdefault(operation.path, set()).add(operation.method)
        for path, methods in found.items():
            if path.endswith("}") or self.by_name:
                methods.update(self.elsewhere)
        return {path: frozenset(methods) for path, methods in found.items()}

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """Return the contract's capabilities, as a requirement's ``needs`` names them."""
        found = {operation.role.value for operation in self.operations} | self._of_the_protocol()
        bodies = [b for o in self.operations for b in o.responses.values() if b]
        requests = [o.request for o in self.operations if o.request]
        if any(o.long_running for o in self.operations):
            found.add("long-running")
        if any(b.enumerations for b in bodies):
            found.add("enumerations")
        if any(b.enumerations for b in requests):
            found.add("request-enumerations")
        if any(b.enumerations for b in requests) or self.decide.operations:
            found.add("decisions")
        if any(b.integers for b in bodies):
            found.add("integers")
        if requests:
            found.add("request-body")
        if self.member.groups and self._shows_groups():
            found.add("groups")
        if not self.member.type and self._shows_ids():
            found.add("shown-by-id")
        own = [o for o in self.operations if o.role.is_of_connections]
        if any(p.place == "path" and p.limited for o in own for p in o.parameters):
            found.add("path-limits")
        return frozenset(found)

    def _shows_ids(self) -> bool:
        """Whether the answer to Get or to a decision shows connections with their ids."""
        member = self.member.id
        pointers = {member, f"{self.list.items}/*{member}"}
        operations = (o for o in self.operations if o.role in (Role.GET, Role.DECIDE))
        schemas = [s for s in (o.responses.get(200) for o in operations) if s is not None]
        return bool(member) and any(n.pointer in pointers for s in schemas for n in s.nodes())

    def _shows_groups(self) -> bool:
        """Whether a connection names private link resources of its parent."""
        getting, listing = self.by_role(Role.GET), self.by_role(Role.LIST)
        operation, prefix = (getting, "") if getting else (listing, f"{self.list.items}/*")
        schema = operation.responses.get(200) if operation else None
        pointers = tuple(f"{prefix}{pointer}" for pointer in self.member.groups)
        return schema is not None and any(n.pointer in pointers for n in schema.nodes())

    def _of_the_protocol(self) -> set[str]:
        """Return the capabilities that follow from the vendor's profile, not from the operations."""
        member = self.member
        facts = {
            "version-parameter": self.version_parameter,
            "request-ids": self.request_id_header,
            "caseless-paths": self.caseless_paths,
            "error-table": self.error.table,
            "identity": member.type,
            "private-endpoint-ids": member.private_endpoint and member.private_endpoint_pattern,
            "description": member.description and self.decide.description,
            "read-only-members": member.read_only and self.decide.by_resource,
            "decide-by-resource": self.decide.by_resource,
            "several-decisions": self.decide.failures,
            "filter-list": self.list.filters_by_token,
        }
        return {self.list.paging.value, *(name for name, fact in facts.items() if fact)}
