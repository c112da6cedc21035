"""Faults of STA-4, STA-9 and STA-10: decisions that come twice, late, or at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.other_server.azure import apply
from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import fault
from tests.other_server.world import Connection

NOW = "C1 C2"

# Twice, and at the same time.


@fault("second-500", "STA-4 (HDR-5 SHP-2)", NOW, "The second identical PUT answers 500.", "put", "ok")
def _(x: Exchange, r: Reply) -> None:
    seen = x.world.memo.setdefault("bodies", {})
    if seen.get(x.name.lower()) == x.body:
        r.become(500, {"error": {"code": "InternalServerError", "message": "The connection exists."}})
    seen[x.name.lower()] = x.body


@fault(
    "second-resets", "STA-4 (STA-1)", NOW, "The second identical PUT sets the connection back to Pending.", "put", "ok"
)
def _(x: Exchange, _r: Reply) -> None:
    seen = x.world.memo.setdefault("bodies", {})
    if seen.get(x.name.lower()) == x.body and x.conn:
        x.conn.status = "Pending"
    seen[x.name.lower()] = x.body


@fault("second-appends", "STA-4 (STA-2)", NOW, "The second identical PUT doubles the description.", "put", "ok")
def _(x: Exchange, r: Reply) -> None:
    seen = x.world.memo.setdefault("bodies", {})
    if seen.get(x.name.lower()) == x.body and x.conn:
        x.conn.description *= 2
        r.body = x.conn.view()
    seen[x.name.lower()] = x.body


@fault("second-404", "STA-4 (STA-9)", "C3", "The second identical PUT answers 404.", "put", "400", "state")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 404
    r.body["error"]["code"] = "ResourceNotFound"


@fault("decided-again", "STA-9", "C3", "A connection that is not pending can be decided.", "put", "400", "state")
def _(x: Exchange, r: Reply) -> None:
    if x.conn and x.conn.provisioning == "Ready":
        apply(x, x.conn, x.state)
        r.become(200, x.conn.view())


@fault("decided-code", "STA-9", "C3", "A second decision is refused with another code.", "put", "400", "state")
def _(_x: Exchange, r: Reply) -> None:
    r.body["error"]["code"] = "Conflict"


@fault("decided-409", "STA-9 (STA-4)", "C3", "A second decision is refused with 409.", "put", "400", "state")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 409


@fault(
    "approve-rejected-lost",
    "STA-9 (STA-1)",
    NOW,
    "Rejected to Approved answers 200, and nothing happens.",
    "put",
    stage="before",
)
def _(x: Exchange, _r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    x.world.memo["was"] = conn.status if conn else ""


@fault(
    "approve-rejected-lost",
    "STA-9 (STA-1)",
    NOW,
    "Rejected to Approved answers 200, and nothing happens.",
    "put",
    "200",
)
def _(x: Exchange, _r: Reply) -> None:
    if x.conn and x.conn.status == "Approved" and x.world.memo["was"] == "Rejected":
        x.conn.status = "Rejected"


def _race(slug: str, contracts: str, text: str, change: Callable[[Connection, Json], None]) -> None:
    """A fault of decisions that meet: each waits a moment, so that both are on their way."""

    @fault(slug, "STA-10 (STA-2)", contracts, text, "put", stage="arrive")
    def _(x: Exchange, _r: Reply) -> None:
        if x.body[:1] == b"{":
            x.world.memo.setdefault("way", []).append(x)
            time.sleep(0.05)

    @fault(slug, "STA-10 (STA-2)", contracts, text, "put")
    def _(x: Exchange, r: Reply) -> None:
        way = x.world.memo.setdefault("way", [])
        if x in way:
            way.remove(x)
        met = [o for o in way if o.path.lower() == x.path.lower()]
        for other in met:
            x.world.memo.setdefault("met", {})[id(other)] = dict(x.state)
        first = x.world.memo.get("met", {}).pop(id(x), None)
        conn = x.world.stores[x.contract].get(x.name.lower())
        if first and conn and (r.ok or x.contract == "C3"):
            change(conn, first)


def _mix(conn: Connection, first: Json) -> None:
    conn.description = str(first.get("description", ""))


def _neither(conn: Connection, _: Json) -> None:
    conn.status, conn.description = "Pending", "decided twice"


_race("race-mix", NOW, "Of two decisions at once one gives the status, the other the description.", _mix)
_race("race-neither", NOW, "Of two decisions at once neither stays.", _neither)


@fault("race-500", "STA-10 (HDR-5)", "C3", "A decision while another is running answers 500.", "put", "400", "state")
def _(x: Exchange, r: Reply) -> None:
    if x.conn and x.conn.provisioning != "Ready":
        r.become(500, {"error": {"code": "InternalServerError", "message": "The operation failed."}})
