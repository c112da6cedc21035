"""Faults of STA: what a decision does, and what it must not do."""

from __future__ import annotations

from collections.abc import Callable

from tests.other_server.model import Exchange, Reply
from tests.other_server.registry import fault
from tests.other_server.world import Connection

PEC = "C1 C2 C3"
NOW = "C1 C2"


def wrap(x: Exchange, extra: Callable[[], None]) -> None:
    """Do something more at the end of the operation that the exchange started, or now if it started none."""
    if x.lro is None:
        extra()
        return
    effect = x.lro.effect

    def both() -> None:
        effect()
        extra()

    x.lro.effect = both


def neighbour(x: Exchange) -> Connection | None:
    """Another connection than the one of the request: the last one that is pending."""
    others = [c for c in x.world.stores[x.contract].values() if c is not x.conn and c.name.lower() != x.name.lower()]
    return next((c for c in reversed(others) if c.status == "Pending"), None)


def _decided(
    slug: str, names: str, contracts: str, text: str, change: Callable[[Exchange, Connection], None], status: str = "ok"
) -> None:
    """A fault that changes the state after a decision, not the answer to it."""

    @fault(slug, names, contracts, text, "put", status)
    def _(x: Exchange, _r: Reply) -> None:
        conn = x.conn or (x.lro.result if x.lro else None)
        if conn:
            wrap(x, lambda: change(x, conn))


def _set(**values: str) -> Callable[[Exchange, Connection], None]:
    def change(_: Exchange, conn: Connection) -> None:
        for name, value in values.items():
            setattr(conn, name, value)

    return change


def _was(status: str, then: str) -> Callable[[Exchange, Connection], None]:
    def change(_: Exchange, conn: Connection) -> None:
        conn.status = then if conn.status == status else conn.status

    return change


_decided("forgets", "STA-1", PEC, "A decision is answered with success and forgotten.", _set(status="Pending"))
_decided("reject-approves", "STA-1", PEC, "Rejected ends as Approved.", _was("Rejected", "Approved"))
_decided("approve-rejects", "STA-1", PEC, "Approved ends as Rejected.", _was("Approved", "Rejected"))
_decided("reject-forgotten", "STA-1", PEC, "Rejected ends as Pending.", _was("Rejected", "Pending"))
_decided("no-text", "STA-2", PEC, "The description of a decision is dropped.", _set(description=""))
_decided(
    "fixed-text", "STA-2", PEC, "Every decision has the same description.", _set(description="Decided by the owner")
)


def _text(slug: str, text: str, change: Callable[[str], str], contracts: str = PEC) -> None:
    def apply_to(_: Exchange, conn: Connection) -> None:
        conn.description = change(conn.description)

    _decided(slug, "STA-2", contracts, text, apply_to)


_text("cut-text", "A description is cut to 20 characters.", lambda d: d[:20])
_text("cut-long-text", "A description is cut to 128 characters.", lambda d: d[:128])
_text("ascii-text", "Characters outside ASCII become question marks.", lambda d: d.encode("ascii", "replace").decode())
_text("latin-text", "A description is read as Latin-1.", lambda d: d.encode().decode("latin-1"), "C1 C3")
_text("drop-non-ascii", "A description that is not ASCII is dropped.", lambda d: d if d.isascii() else "", "C2 C3")
_text(
    "strip-astral",
    "Characters outside the BMP are dropped.",
    lambda d: "".join(c for c in d if ord(c) < 65536),
    "C1 C2",
)
_text("strip-blanks", "Blanks at the ends of a description are stripped.", str.strip, "C2")
_text("escape-text", "A description is escaped for HTML.", lambda d: d.replace("&", "&amp;").replace("<", "&lt;"), "C1")
_text("lower-text", "A description is put into lower case.", str.lower, "C3")


def _approve_text(_: Exchange, conn: Connection) -> None:
    conn.description = conn.description if conn.status != "Rejected" else ""


_decided("reject-no-text", "STA-2", PEC, "Only Rejected drops the description.", _approve_text)


def _other(**values: str) -> Callable[[Exchange, Connection], None]:
    def change(x: Exchange, conn: Connection) -> None:
        other = neighbour(x)
        for name in values if other else ():
            setattr(other, name, values[name] or getattr(conn, name))

    return change


_decided("decides-other", "STA-7", PEC, "A decision decides another connection too.", _other(status=""))
_decided("describes-other", "STA-7", PEC, "A decision describes another connection too.", _other(description=""))
_decided("moves-other", "STA-7", PEC, "A decision gives another connection its endpoint.", _other(endpoint=""))


def _removes(x: Exchange, _: Connection) -> None:
    other = neighbour(x)
    if other:
        x.world.stores[x.contract].pop(other.name.lower())


_decided("removes-other", "STA-7 (STA-6)", PEC, "A decision removes another connection.", _removes)


# Refusals that change something.
BAD = "json empty array null scalar member kind enum"


def _refused(slug: str, contracts: str, text: str, change: Callable[[Connection], None], why: str, other: bool) -> None:
    @fault(slug, "STA-3 (ENM-2 ERR-5)", contracts, text, "put", "bad", why)
    def _(x: Exchange, _r: Reply) -> None:
        conn = neighbour(x) if other else x.world.stores[x.contract].get(x.name.lower())
        if conn:
            change(conn)


def _approve(conn: Connection) -> None:
    conn.status = "Approved"


def _blank(conn: Connection) -> None:
    conn.description = "refused"


def _fail(conn: Connection) -> None:
    conn.provisioning = "Failed"


_refused("refusal-approves", PEC, "A refused body approves.", _approve, BAD, False)
_refused(
    "refusal-describes", PEC, "An undocumented status is refused, but changes the description.", _blank, "enum", False
)
_refused("refusal-fails", PEC, "A body that is not JSON sets provisioningState to Failed.", _fail, "json", False)
_refused("refusal-other", PEC, "A refused body approves another connection.", _approve, BAD, True)
_refused("busy-describes", "C3", "A refused second decision changes the description.", _blank, "state", False)


@fault(
    "refusal-creates",
    "STA-3 (ERR-3)",
    "C1",
    "A PUT to an unknown name is refused with 404, and creates it.",
    "put",
    "404",
    "absent",
)
def _(x: Exchange, _r: Reply) -> None:
    x.world.stores["C1"][x.name.lower()] = x.world.connection(x.azure, x.name, "Pending")


@fault(
    "refusal-deletes",
    "STA-3 (HDR-2 ERR-4)",
    PEC,
    "DELETE without an api-version is refused, and deletes.",
    "delete",
    "400",
    "version",
)
def _(x: Exchange, _r: Reply) -> None:
    x.world.stores[x.contract].pop(x.name.lower(), None)


@fault(
    "unauthorised-decides",
    "STA-3 (HDR-2)",
    NOW,
    "A decision without a credential is refused with 401, and done.",
    "put",
    "401",
)
def _(x: Exchange, _r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    if conn and b'"Approved"' in x.body:
        conn.status = "Approved"
