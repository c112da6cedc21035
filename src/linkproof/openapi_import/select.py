"""Selects the operations of an API description that make a contract, and their roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from linkproof.contract.operation import Role
from linkproof.contract.profile import read_profile
from linkproof.errors import UsageError
from linkproof.openapi_import.documents import Documents, Place
from linkproof.openapi_import.operations import Described, Description, Located
from linkproof.openapi_import.schemas import Notes

#: Paths of the operations that are imported by default.
CONNECTIONS = r"/(privateEndpointConnections|privateLinkResources)(/\{[^/]+\})?$"
_LINK_RESOURCES = "/privatelinkresources"


@dataclass
class Found:
    """The operations on one collection, by role; ``elsewhere``: the other methods of the service on its paths.

    ``decisions``: the operations of decisions beyond the first, if each decision has its own.
    """

    description: Description
    collection: str
    operations: dict[Role, Described] = field(default_factory=dict)
    decisions: list[Described] = field(default_factory=list)
    elsewhere: list[Described] = field(default_factory=list)

    @property
    def resource_type(self) -> str:
        """Return provider namespace and types: the path after ``providers``, without the parameters."""
        tail = self.collection.rsplit("/providers/", 1)[-1]
        return "/".join(s for s in tail.strip("/").split("/") if not s.startswith("{"))

    @property
    def all_operations(self) -> list[tuple[Role, Described]]:
        """Return every operation with its role."""
        return [*self.operations.items(), *((Role.DECIDE, o) for o in self.decisions)]

    @property
    def is_arm(self) -> bool:
        """Whether the path is one of Azure Resource Manager's."""
        return "/providers/" in self.collection

    @property
    def name(self) -> str:
        """Return a contract's id, from the namespace and the parent's type."""
        parts = [re.sub(r"^Microsoft\.", "", p) for p in self.resource_type.split("/")]
        words = parts[:-1] if len(parts) > 2 else parts
        made = "-".join(re.sub(r"[^a-z0-9]+", "-", w.lower()).strip("-") for w in words)
        return f"azure-{made}" if self.is_arm else made or "imported"


def contracts_in(description: Description, documents: Documents, notes: Notes) -> list[Found]:
    """Return the contracts in a description, one for each collection."""
    return merged(parts_of(description, notes), documents, notes)


def parts_of(description: Description, notes: Notes, vendor: str = "azure") -> list[Found]:
    """Return what a description says of each collection; what it lacks may be in another file of the same version.

    The vendor's profile names the operations that are decisions, if each decision has its own.
    """
    found: dict[str, Found] = {}
    decisions = _rules(vendor).get("operations", {})
    for operation in _of_one_type(description.operations, notes):
        decides = operation.id in decisions.values()
        collection = re.sub(r"/\{[^/{}]+\}(:[^/{}]+)?(/[^/{}]+)*$" if decides else r"/\{[^/]+\}$", "", operation.path)
        roles = {Role.LIST: Role.LINK_RESOURCES, Role.GET: Role.LINK_RESOURCE}
        role = Role.DECIDE if decides else _role(operation)
        if collection.lower().endswith(_LINK_RESOURCES):
            collection = f"{collection.rpartition('/')[0]}/privateEndpointConnections"
            role = roles.get(role) if role is not None else None
        part = found.setdefault(collection.lower(), Found(description, collection))
        if role is None:
            part.elsewhere.append(operation)
            notes.add(f"{operation.method} ({operation.id}): no reading, decision, change or deletion; left out")
        elif decides and Role.DECIDE in part.operations:
            part.decisions.append(operation)
        else:
            _take(part, role, operation, notes)
    return list(found.values())


def merged(parts: Iterable[Found], documents: Documents, notes: Notes, vendor: str = "azure") -> list[Found]:
    """Merge the parts of one collection and version; leave out those that do not describe connections.

    The vendor's profile says which member of a body makes it a decision.
    """
    decision = str(_rules(vendor).get("decision", ""))
    found: dict[tuple[str, str], Found] = {}
    for part in parts:
        own = part.operations.items()
        whole = found.setdefault((part.collection.lower(), part.description.version), part)
        if whole is part:
            continue
        if any(role.is_of_connections for role in part.operations) and not _has_connections(whole):
            whole.description, whole.collection = part.description, part.collection
        for role, operation in own:
            _take(whole, role, operation, notes)
        whole.decisions += part.decisions
        whole.elsewhere += part.elsewhere
    for contract in found.values():
        _decide_by_patch(contract, documents, decision)
        # Connections come first, as in a document that has all of them.
        order = sorted(contract.operations.items(), key=lambda pair: not pair[0].is_of_connections)
        contract.operations = dict(order)
    kept = [f for f in found.values() if _has_connections(f)]
    _require_decisions(kept, [o for f in found.values() for o in f.elsewhere], vendor)
    for left in (f for f in found.values() if f.operations and not _has_connections(f)):
        notes.add(f"{left.collection}: only link resources are described, and no connection; left out")
    return kept


def _rules(vendor: str) -> dict[str, Any]:
    """Return how a vendor's requests decide, from its profile."""
    rules: dict[str, Any] = read_profile(vendor, "--vendor").get("decide", {})
    return rules


def _require_decisions(found: list[Found], elsewhere: list[Described], vendor: str) -> None:
    """Require the operations that the vendor's profile names as decisions. Raises UsageError."""
    wanted: dict[str, str] = _rules(vendor).get("operations", {})
    known = {o.id for one in found for _, o in one.all_operations}
    others = sorted({o.id for o in elsewhere if o.method not in ("GET", "HEAD")})
    for word, name in wanted.items():
        if found and name not in known:
            problem = f"/operations/{word}: no imported path has an operation {name!r}"
            where = f"{read_profile(vendor, '--vendor')['file']}: [decide]"
            fix = f"name its operationId: {', '.join(others)}" if others else "give --paths that match its path as well"
            raise UsageError(problem, where=where, fix=fix)


def _has_connections(found: Found) -> bool:
    return any(role.is_of_connections for role in found.operations)


def _take(part: Found, role: Role, operation: Described, notes: Notes) -> None:
    """Add an operation; of two with one role the first is taken."""
    first = part.operations.setdefault(role, operation)
    if first is not operation:
        part.elsewhere.append(operation)
        notes.add(
            f"{operation.method} {operation.path} is described twice ({first.id}, {operation.id}): the first counts"
        )


def _of_one_type(operations: Iterable[Described], notes: Notes) -> Iterator[Described]:
    """Expand paths whose resource type is a parameter (``/providers/Namespace/{parentType}/{parentName}``).

    Each documented type becomes a path, because each has its own contract.
    """
    operations = tuple(operations)
    documented: dict[str, tuple[str, ...]] = {}
    for operation in operations:
        for parameter in operation.parameters:
            name, values = str(parameter.value.get("name")), _documented(parameter)
            documented[name] = tuple(dict.fromkeys((*documented.get(name, ()), *values)))
    for operation in operations:
        _, provider, tail = operation.path.rpartition("/providers/")
        segments = tail.split("/")
        name = next((s[1:-1] for s in segments[1::2] if s.startswith("{")), "")
        if not provider or not name:
            yield operation
            continue
        types = documented.get(name) or _given(operation, name)
        if not types:
            notes.add(f"{operation.path}: the definition does not say which types {name} stands for; left out")
        for chosen in types:
            yield replace(
                operation,
                path=operation.path.replace(f"{{{name}}}", chosen),
                parameters=tuple(p for p in operation.parameters if p.value.get("name") != name),
                examples={t: e for t, e in operation.examples.items() if _parameter_of(e, name) in ("", chosen)},
            )


def _documented(parameter: Located) -> tuple[str, ...]:
    """Return the documented values of a parameter."""
    schema = parameter.value.get("schema", parameter.value)
    listed = schema.get("enum") if isinstance(schema, dict) else None
    return tuple(v for v in listed if isinstance(v, str) and v) if isinstance(listed, list) else ()


def _given(operation: Described, name: str) -> tuple[str, ...]:
    """Return the values of a parameter in an operation's examples."""
    values = (_parameter_of(e, name) for e in operation.examples.values())
    return tuple(dict.fromkeys(v for v in values if v))


def _parameter_of(example: Located, name: str) -> str:
    given = example.value.get("parameters")
    value = given.get(name) if isinstance(given, dict) else None
    return value if isinstance(value, str) else ""


def _role(operation: Described) -> Role | None:
    is_item = operation.path.endswith("}")
    if operation.method == "GET":
        return Role.GET if is_item else Role.LIST
    if not is_item:
        return None
    return {"PUT": Role.DECIDE, "PATCH": Role.TAGS, "DELETE": Role.DELETE}.get(operation.method)


def _decide_by_patch(contract: Found, documents: Documents, decision: str) -> None:
    """Make PATCH the decision if there is no PUT and its body has the member that decides (or the object around it)."""
    patch = contract.operations.get(Role.TAGS)
    if patch is None or patch.body is None or Role.DECIDE in contract.operations:
        return
    members = decision.strip("/").split("/")
    if decision and _has_members(patch.body.value, patch.body.base, members[:-1] or members, documents):
        del contract.operations[Role.TAGS]
        contract.operations[Role.DECIDE] = patch


def _has_members(schema: Any, base: Place, members: list[str], documents: Documents, depth: int = 4) -> bool:
    """Whether a schema has these members, each within the one before; ``depth``: of ``allOf`` within ``allOf``."""
    found, base = documents.follow(schema, base)
    if not isinstance(found, dict) or depth < 0:
        return False
    own, parts = found.get("properties"), found.get("allOf")
    if isinstance(own, dict) and members[0] in own:
        return len(members) == 1 or _has_members(own[members[0]], base, members[1:], documents)
    return any(
        _has_members(part, base, members, documents, depth - 1) for part in (parts if isinstance(parts, list) else ())
    )


def short_names(operations: Iterable[Described]) -> dict[str, str]:
    """Return a short name for each operation: without the group before the underscore, if it stays unique."""
    ids = [o.id for o in operations]
    tails = [re.sub(r"[^A-Za-z0-9]", "", i.rsplit("_", 1)[-1]) for i in ids]
    wholes = [re.sub(r"[^A-Za-z0-9]", "", i) for i in ids]
    return {i: t if tails.count(t) == 1 and t else w for i, t, w in zip(ids, tails, wholes, strict=True)}
