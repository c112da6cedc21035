"""The state: connections, DICOM services, endpoints and running operations, and the fixtures they start from."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from tests.other_server.fixtures import ENDPOINTS, STATUSES, dicom_services
from tests.other_server.model import AZURE, C1, C2, C3, GROUP, SUBSCRIPTION, Azure, Json


def stamp(moment: datetime) -> str:
    """An RFC 3339 time in UTC with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@cache
def _made(second: int) -> str:
    """When a connection was made. Each reset makes all of them anew, at these 60 times."""
    return stamp(datetime(2024, 3, 1, 9, 0, second, 120000, tzinfo=UTC))


@dataclass
class Connection:
    """A private endpoint connection of C1, C2 or C3."""

    contract: Azure
    seq: int
    name: str
    status: str
    description: str
    actions: str
    provisioning: str
    endpoint: str
    system: Json
    tags: Json = field(default_factory=dict)
    busy: bool = False

    @property
    def id(self) -> str:
        return f"{self.contract.base}/{self.name}"

    def view(self) -> Json:
        """The connection as its API shows it."""
        state = {"status": self.status, "description": self.description}
        if self.contract.actions:
            state["actionsRequired"] = self.actions
        shown: Json = {
            "id": self.id,
            "name": self.name,
            "type": self.contract.type,
            "properties": {
                "privateEndpoint": {"id": self.endpoint},
                "privateLinkServiceConnectionState": state,
                "provisioningState": self.provisioning,
            },
        }
        if self.contract.system:
            shown["systemData"] = dict(self.system)
        return shown


@dataclass
class Endpoint:
    """A connection of C4."""

    id: str
    marker_id: int
    created_at: datetime
    updated_at: datetime
    domain_id: str
    status: str

    def view(self) -> Json:
        """The connection as its API shows it."""
        form = "%Y-%m-%dT%H:%M:%SZ"
        shown: Json = {
            "id": self.id,
            "marker_id": self.marker_id,
            "created_at": self.created_at.strftime(form),
            "updated_at": self.updated_at.strftime(form),
            "domain_id": self.domain_id,
            "status": self.status,
        }
        if self.status == "failed":
            shown["error"] = [{"error_code": "EndPoint.0001", "error_message": "The connection could not be set up."}]
        return shown


@dataclass
class Operation:
    """A long-running operation: its effect happens once, when its time has come."""

    id: str
    contract: Azure
    kind: str
    name: str
    ends: float
    effect: Callable[[], None]
    started: str
    ended: str = ""
    outcome: str = "Succeeded"
    error: Json = None
    result: Connection | None = None

    @property
    def done(self) -> bool:
        return bool(self.ended)

    @property
    def home(self) -> str:
        return f"/subscriptions/{SUBSCRIPTION}/providers/{self.contract.provider}/locations/westeurope"


class World:
    """All state of the server. Everything is called under the lock of the application."""

    def __init__(self) -> None:
        self.clock: Callable[[], float] = time.monotonic
        self.date: Callable[[], datetime] = partial(datetime.now, UTC)
        self.reset()

    def reset(self) -> None:
        """Put the fixtures back."""
        self.seq = 0
        self.memo: Json = {}
        self.operations: dict[str, Operation] = {}
        self.stores: dict[str, dict[str, Connection]] = {}
        for contract in (C1, C2, C3):
            store = self.stores[contract.key] = {}
            for status, names in STATUSES[contract.key].items():
                for name in names:
                    store[name.lower()] = self.connection(contract, name, status)
        self.dicom: dict[str, Json] = {s["name"].lower(): s for s in dicom_services(AZURE["C5"])}
        start = datetime(2024, 5, 1, 8, 0, 0, tzinfo=UTC)
        self.endpoints: list[Endpoint] = []
        for n, (ident, status) in enumerate(ENDPOINTS):
            created = start + timedelta(hours=(n * 7) % 26, minutes=n)
            updated = start + timedelta(days=3, hours=(n * 11) % 26, minutes=n)
            marker = 422321321312321301 + 2 * ((n * 5) % 26)
            self.endpoints.append(Endpoint(ident, marker, created, updated, "5fc973eea581490997e82ea11a1d0101", status))

    def connection(self, contract: Azure, name: str, status: str) -> Connection:
        """A new connection with the usual values; the caller stores it."""
        self.seq += 1
        made = _made(self.seq % 60)
        system = {
            "createdBy": "platform@example.org",
            "createdByType": "Application" if self.seq % 2 else "User",
            "createdAt": made,
            "lastModifiedBy": "owner@example.org",
            "lastModifiedByType": "ManagedIdentity" if self.seq % 3 else "Key",
            "lastModifiedAt": made,
        }
        head = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
        pe = f"{head}/providers/Microsoft.Network/privateEndpoints/pe-{name}"
        words = {"Pending": "Please approve my connection", "Approved": "Approved by the owner"}
        text = words.get(status, f"{status} by the owner")
        return Connection(contract, self.seq, name, status, text, "None", contract.settled, pe, system)

    def begin(self, contract: Azure, kind: str, name: str, seconds: float, effect: Callable[[], None]) -> Operation:
        """Start a long-running operation."""
        ident = str(uuid.uuid4())
        ends = self.clock() + seconds
        self.operations[ident] = Operation(ident, contract, kind, name, ends, effect, stamp(self.date()))
        return self.operations[ident]

    def tick(self) -> None:
        """End every operation whose time has come, in their order."""
        now = self.clock()
        due = [o for o in self.operations.values() if not o.done and o.ends <= now]
        for operation in sorted(due, key=lambda o: o.ends):
            operation.ended = stamp(self.date())
            operation.effect()
