"""Which operations of an API description make a contract, and what each does to a connection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from linkproof.contract.model import Role
from linkproof.openapi_import.operations import Described, Description

#: The operations that are taken unless others are asked for.
CONNECTIONS = r"/privateEndpointConnections(/\{[^/]+\})?$"


@dataclass
class Found:
    """The operations on one collection, by role; ``elsewhere`` are methods that the service has beside them."""

    description: Description
    collection: str
    operations: dict[Role, Described] = field(default_factory=dict)
    elsewhere: list[Described] = field(default_factory=list)

    @property
    def resource_type(self) -> str:
        """Provider namespace and types: what stands after ``providers``, without the parameters."""
        tail = self.collection.rsplit("/providers/", 1)[-1]
        return "/".join(s for s in tail.strip("/").split("/") if not s.startswith("{"))

    @property
    def is_arm(self) -> bool:
        """Whether the path is one of Azure Resource Manager's."""
        return "/providers/" in self.collection

    @property
    def name(self) -> str:
        """A contract's id, from the namespace and the parent's type."""
        parts = [re.sub(r"^Microsoft\.", "", p) for p in self.resource_type.split("/")]
        words = parts[:-1] if len(parts) > 2 else parts
        made = "-".join(re.sub(r"[^a-z0-9]+", "-", w.lower()).strip("-") for w in words)
        return f"azure-{made}" if self.is_arm else made or "imported"


def contracts_in(description: Description) -> list[Found]:
    """The contracts in a description, one for each collection."""
    found: dict[str, Found] = {}
    for operation in description.operations:
        collection = re.sub(r"/\{[^/]+\}$", "", operation.path)
        contract = found.setdefault(collection.lower(), Found(description, collection))
        role = _role(operation)
        if role is None or role in contract.operations:
            contract.elsewhere.append(operation)
        else:
            contract.operations[role] = operation
    return [f for f in found.values() if f.operations]


def _role(operation: Described) -> Role | None:
    is_item = operation.path.endswith("}")
    if operation.method == "GET":
        return Role.GET if is_item else Role.LIST
    if not is_item:
        return None
    return {"PUT": Role.DECIDE, "PATCH": Role.TAGS, "DELETE": Role.DELETE}.get(operation.method)


def short_names(operations: Iterable[Described]) -> dict[str, str]:
    """A short name for each operation: without the group before the underscore, where that tells them apart."""
    ids = [o.id for o in operations]
    tails = [re.sub(r"[^A-Za-z0-9]", "", i.rsplit("_", 1)[-1]) for i in ids]
    wholes = [re.sub(r"[^A-Za-z0-9]", "", i) for i in ids]
    return {i: t if tails.count(t) == 1 and t else w for i, t, w in zip(ids, tails, wholes, strict=True)}
