"""What travels through the server: an exchange, its reply, and the constants of each contract."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.other_server.world import Connection, Operation, World

Json = Any
TOKEN = "test-token"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = "rg1"
PROJECT = "6e9dfd51d1124e8d8498dce894923a0d"
SERVICE = "4189d3c2-8882-4871-a3c2-d380272eed88"
HUAWEI_BASE = f"/v1/{PROJECT}/vpc-endpoint-services/{SERVICE}/connections"
BODY_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Azure:
    """The constants of one Azure contract."""

    key: str
    provider: str
    parent_type: str
    parent: str
    child_type: str
    version: str
    statuses: tuple[str, ...] = ()
    settled: str = "Succeeded"
    paged: bool = False
    details: bool = False
    actions: bool = True
    system: bool = False
    item_methods: tuple[str, ...] = ("GET", "PUT", "DELETE")

    @property
    def type(self) -> str:
        return f"{self.provider}/{self.parent_type}/{self.child_type}"

    @property
    def base(self) -> str:
        head = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{self.provider}"
        return f"{head}/{self.parent_type}/{self.parent}/{self.child_type}"


PEC = "privateEndpointConnections"
HEALTH = "Microsoft.HealthcareApis"
C1 = Azure(
    "C1", HEALTH, "workspaces", "workspace1", PEC, "2022-06-01", ("Approved", "Pending", "Rejected"), system=True
)
C2 = Azure(
    "C2",
    "Microsoft.ContainerService",
    "managedClusters",
    "clustername1",
    PEC,
    "2025-01-01",
    ("Approved", "Disconnected", "Pending", "Rejected"),
    details=True,
    actions=False,
)
C3 = Azure(
    "C3",
    "Microsoft.DBforPostgreSQL",
    "servers",
    "test-svr",
    PEC,
    "2018-06-01",
    ("Approved", "Pending", "Rejected"),
    settled="Ready",
    paged=True,
    details=True,
    item_methods=("GET", "PUT", "PATCH", "DELETE"),
)
C5 = Azure(
    "C5",
    HEALTH,
    "workspaces",
    "workspace1",
    "dicomservices",
    "2022-06-01",
    paged=True,
    system=True,
    item_methods=("GET",),
)
AZURE = {c.key: c for c in (C1, C2, C3, C5)}


@dataclass
class Wire:
    """How an answer is put on the wire."""

    chunked: bool = False
    close: bool = False
    http10: bool = False
    gzip: bool = False
    indent: int | None = None
    ascii: bool = False
    newline: bool = False
    lower: bool = False


@dataclass
class Reply:
    """An answer: `raw` goes before `body`; `why` names the reason of a refusal (for the quirks, never sent)."""

    status: int
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    why: str = ""
    raw: bytes | None = None
    wire: Wire = field(default_factory=Wire)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def become(self, status: int, body: Json = None, **headers: str) -> None:
        """Turn into another answer, keeping the general headers."""
        self.status, self.body, self.raw = status, body, None
        for name in ("Location", "Azure-AsyncOperation", "Retry-After", "Allow", "WWW-Authenticate", "Content-Type"):
            self.headers.pop(name, None)
        if body is not None:
            self.headers["Content-Type"] = "application/json; charset=utf-8"
        self.headers.update({k.replace("_", "-"): v for k, v in headers.items()})

    def text(self, kind: str, text: str) -> None:
        """Replace the body by text of another content type."""
        self.raw = text.encode()
        self.headers["Content-Type"] = kind

    def encode(self) -> bytes:
        """The bytes of the body."""
        if self.raw is not None:
            return self.raw
        if self.body is None:
            return b""
        text = json.dumps(self.body, ensure_ascii=self.wire.ascii, indent=self.wire.indent)
        return (text + "\n" * self.wire.newline).encode()


@dataclass
class Exchange:
    """One request, and what the server found out about it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    host: str
    world: World
    contract: str = ""
    op: str = ""
    allowed: tuple[str, ...] = ()
    query: list[tuple[str, str]] = field(default_factory=list)
    subscription: str = ""
    group: str = ""
    parent: str = ""
    name: str = ""
    doc: Json = None
    conn: Connection | None = None
    lro: Operation | None = None
    page: int = 0
    page_size: int = 3
    duration: float = 0.2
    lenient: set[str] = field(default_factory=set)

    @property
    def azure(self) -> Azure:
        return AZURE[self.contract]

    @property
    def path(self) -> str:
        return self.target.split("?", 1)[0]

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def param(self, name: str) -> str | None:
        """The last value of a query parameter, its name compared without case."""
        found = [v for k, v in self.query if k.lower() == name]
        return found[-1] if found else None

    @property
    def state(self) -> Json:
        """The state object of an Azure decision, as far as the body has one."""
        doc = self.doc if isinstance(self.doc, dict) else {}
        properties = doc.get("properties")
        state = properties.get("privateLinkServiceConnectionState") if isinstance(properties, dict) else None
        return state if isinstance(state, dict) else {}


def azure_error(
    key: str, status: int, code: str, message: str, why: str, target: str | None = None, inner: Json = None
) -> Reply:
    """An error body of the Azure contracts."""
    error: Json = {"code": code, "message": message}
    if target is not None:
        error["target"] = target
    if inner is not None and key in AZURE and AZURE[key].details:
        error["details"] = inner
    return Reply(status, {"error": error}, why=why)


def huawei_error(status: int, code: str, message: str, why: str) -> Reply:
    """An error body of the Huawei contract."""
    return Reply(status, {"error_code": code, "error_msg": message}, why=why)
