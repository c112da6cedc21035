"""Faults of LRO: operations that take a while (Delete in C1 to C3, PUT in C3)."""

from __future__ import annotations

from collections.abc import Callable

from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import QUIRKS, fault

PEC = "C1 C2 C3"
LINKS = ("Location", "Azure-AsyncOperation")
HTTP_DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


def _link(
    slug: str,
    names: str,
    text: str,
    change: Callable[[Exchange, str], str],
    which: tuple[str, ...] = LINKS,
    ops: str = "",
) -> None:
    """A fault that rewrites links of a 202; an empty link is left out."""

    @fault(slug, names, PEC if ops != "put" else "C3", text, ops or "delete put", "202")
    def _(x: Exchange, r: Reply) -> None:
        for name in which:
            if name in r.headers:
                link = change(x, r.headers.pop(name))
                if link:
                    r.headers[name] = link


_link("no-links", "LRO-1", "A 202 has neither Location nor Azure-AsyncOperation.", lambda _x, _u: "")
_link("put-no-links", "LRO-1", "The 202 of a PUT has neither link.", lambda _x, _u: "", ops="put")
_link("relative-links", "LRO-1", "The links of a 202 are relative.", lambda x, u: u.removeprefix(x.origin))
_link("relative-location", "LRO-1", "Location is relative.", lambda x, u: u.removeprefix(x.origin), LINKS[:1])
_link("relative-status", "LRO-1", "Azure-AsyncOperation is relative.", lambda x, u: u.removeprefix(x.origin), LINKS[1:])
_link("other-host", "LRO-1", "The links of a 202 name another host.", lambda x, u: u.replace(x.host, "rp.example.org"))
_link(
    "location-host", "LRO-1", "Location names another host.", lambda x, u: u.replace(x.host, "rp.internal"), LINKS[:1]
)
_link("links-scheme", "LRO-1", "The links of a 202 have no scheme.", lambda _x, u: u.removeprefix("http:"))
_link(
    "status-dead",
    "LRO-2",
    "The link Azure-AsyncOperation leads nowhere: 404.",
    lambda _x, u: u.replace("?", "-0?"),
    LINKS[1:],
)
_link("location-dead", "LRO-3", "Location leads nowhere: 404.", lambda _x, u: u.replace("?", "-0?"), LINKS[:1])


# The status resource.


def _status(slug: str, names: str, text: str, change: Callable[[Exchange, Json], object]) -> None:
    @fault(slug, names, PEC, text, "status", "200")
    def _(x: Exchange, r: Reply) -> None:
        change(x, r.body)


def _end(word: str) -> Callable[[Exchange, Json], object]:
    def change(x: Exchange, body: Json) -> None:
        if x.lro and x.lro.done:
            body["status"] = word

    return change


def _running(word: object) -> Callable[[Exchange, Json], object]:
    def change(x: Exchange, body: Json) -> None:
        if x.lro and not x.lro.done:
            body["status"] = word

    return change


_status("ends-completed", "LRO-2 (LRO-4)", "An operation ends as Completed.", _end("Completed"))
_status("ends-ready", "LRO-2 (LRO-4)", "An operation ends as Ready.", _end("Ready"))
_status("ends-lower", "LRO-2 (LRO-4)", "An operation ends as succeeded.", _end("succeeded"))
_status("ends-cancelled", "LRO-2 (LRO-4)", "An operation that succeeded ends as Cancelled.", _end("Cancelled"))
_status("no-status", "LRO-2 (LRO-4)", "The status resource has no status.", lambda _, b: b.pop("status"))
_status(
    "status-number",
    "LRO-2 (LRO-4)",
    "status is a number.",
    lambda x, b: b.update(status=int(bool(x.lro and x.lro.done))),
)
_status(
    "early-end", "LRO-4 (STA-5 STA-1)", "An operation says Succeeded while it is still running.", _running("Succeeded")
)


@fault("ends-nested", "LRO-2 (LRO-4)", PEC, "status stands in properties.", "status", "200")
def _(_x: Exchange, r: Reply) -> None:
    r.body["properties"] = {"status": r.body.pop("status")}


@fault("status-202", "LRO-2", PEC, "The status resource answers 202 while it runs.", "status", "200")
def _(x: Exchange, r: Reply) -> None:
    r.status = 200 if x.lro and x.lro.done else 202


@fault("status-404", "LRO-2", PEC, "The status resource answers 404 when the operation has ended.", "status", "200")
def _(x: Exchange, r: Reply) -> None:
    if x.lro and x.lro.done:
        r.become(404, {"error": {"code": "OperationNotFound", "message": "The operation was not found."}})


@fault("status-500", "LRO-2 (HDR-5)", PEC, "The status resource answers 500.", "status", "200")
def _(_x: Exchange, r: Reply) -> None:
    r.become(500, {"error": {"code": "InternalServerError", "message": "The status could not be read."}})


@fault("status-bare", "LRO-2 (SHP-1)", PEC, "The status resource answers a JSON string.", "status", "200")
def _(_x: Exchange, r: Reply) -> None:
    r.body = r.body["status"]


# How operations end.


def _fails(slug: str, text: str, error: Json, outcome: str = "Failed") -> None:
    """A fault of operations that fail without saying why as they should."""

    @fault(slug, "LRO-2 (LRO-4 STA-1 STA-5)", PEC, text, "delete put", "202")
    def _(x: Exchange, _r: Reply) -> None:
        if x.lro:
            lro, conn = x.lro, x.conn

            def effect() -> None:
                lro.outcome, lro.error = outcome, error
                if conn:
                    conn.provisioning = conn.contract.settled

            lro.effect = effect


_fails("fails-silently", "An operation ends as Failed without an error.", None)
_fails("fails-no-code", "A failed operation has an error without a code.", {"message": "The operation failed."})
_fails("fails-no-message", "A failed operation has an error without a message.", {"code": "OperationFailed"})
_fails("fails-text", "A failed operation has a string as its error.", "The operation failed.")


@fault("never-ends", "LRO-4 (STA-1 STA-5)", PEC, "An operation never ends.", "delete put", "202")
def _(x: Exchange, _r: Reply) -> None:
    if x.lro:
        x.lro.ends += 86400


@fault("put-never-ends", "LRO-4 (STA-1)", "C3", "A decision never ends.", "put", "202")
def _(x: Exchange, _r: Reply) -> None:
    if x.lro:
        x.lro.ends += 86400


@fault("no-effect", "LRO-4 (STA-1)", "C3", "A decision ends as Succeeded without effect.", "put", "202")
def _(x: Exchange, _r: Reply) -> None:
    conn = x.conn
    if x.lro and conn:
        x.lro.effect = lambda: setattr(conn, "provisioning", "Ready")


@fault(
    "late-effect",
    "LRO-4 (STA-1 STA-5)",
    PEC,
    "An operation says Succeeded long before it takes effect.",
    "delete put",
    "202",
)
def _(x: Exchange, _r: Reply) -> None:
    if x.lro:
        lro = x.lro
        effect = lro.effect
        lro.effect = lambda: None
        x.world.begin(x.azure, "late", lro.name, 30, effect)


@fault("stays-updating", "LRO-4", "C3", "After a decision provisioningState stays Updating.", "get list result", "200")
def _(_x: Exchange, r: Reply) -> None:
    for item in r.body.get("value", [r.body]):
        state = item["properties"]["privateLinkServiceConnectionState"]
        if state["status"] == "Approved" and not item["name"].startswith("approved"):
            item["properties"]["provisioningState"] = "Updating"


# Location.


@fault("location-early-200", "LRO-3 (LRO-4)", PEC, "Location answers 200 while the operation runs.", "result", "202")
def _(x: Exchange, r: Reply) -> None:
    running = x.lro and x.lro.kind != "delete" and x.lro.result
    r.become(200, x.lro.result.view() if x.lro and running and x.lro.result else None)


@fault("location-early-204", "LRO-3 (LRO-4)", PEC, "Location answers 204 while the operation runs.", "result", "202")
def _(_x: Exchange, r: Reply) -> None:
    r.become(204)


@fault("location-stays-202", "LRO-3 (LRO-4)", PEC, "Location answers 202 for ever.", "result", "200 204")
def _(_x: Exchange, r: Reply) -> None:
    r.become(202)


@fault("location-gone", "LRO-3", PEC, "Location answers 404 when the operation has ended.", "result", "200 204")
def _(_x: Exchange, r: Reply) -> None:
    r.become(404, {"error": {"code": "ResourceNotFound", "message": "The result was not found."}})


@fault("location-500", "LRO-3 (HDR-5)", PEC, "Location answers 500 when the operation has ended.", "result", "200 204")
def _(_x: Exchange, r: Reply) -> None:
    r.become(500, {"error": {"code": "InternalServerError", "message": "The result could not be read."}})


@fault("location-201", "LRO-3", "C3", "Location answers 201 when the operation has ended.", "result", "200")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 201


# Retry-After.
for _slug, _value, _text in (
    ("retry-date", HTTP_DATE, "Retry-After is a date."),
    ("retry-fraction", "0.5", "Retry-After is a fraction."),
    ("retry-unit", "1s", "Retry-After has a unit."),
    ("retry-negative", "-1", "Retry-After is negative."),
):

    def _retry(_x: Exchange, r: Reply, value: str = _value) -> None:
        r.headers["Retry-After"] = value

    fault(_slug, "LRO-5", PEC, _text, "delete put", "202")(_retry)


@fault("retry-date-poll", "LRO-5", PEC, "Retry-After is a date while polling.", "status result")
def _(x: Exchange, r: Reply) -> None:
    if x.lro and not x.lro.done:
        r.headers["Retry-After"] = HTTP_DATE


# What a 202 creates.


@fault("create-visible", "LRO-6", "C3", "What a 202 creates is visible at once (a SHOULD).", "put", "202")
def _(x: Exchange, _r: Reply) -> None:
    if x.lro and x.lro.kind == "create" and x.lro.result:
        x.world.stores["C3"][x.name.lower()] = x.lro.result


@fault("create-listed", "LRO-6 (STA-6)", "C3", "What a 202 creates is in lists at once (a SHOULD).", "list", "200")
def _(x: Exchange, r: Reply) -> None:
    if "nextLink" not in r.body:
        running = [o for o in x.world.operations.values() if o.kind == "create" and not o.done and o.result]
        r.body["value"] += [o.result.view() for o in running if o.result]


# What only shows while an operation runs needs operations that run for longer than a client waits.


def _slow(slug: str) -> None:
    for contract in PEC.split():
        known = QUIRKS[f"{contract.lower()}-{slug}"]

        @fault(slug, known.names, contract, known.text, "delete put", stage="before")
        def _(x: Exchange, _r: Reply) -> None:
            x.duration = 2.5


for _name in ("early-end", "status-202", "location-early-200", "location-early-204", "retry-date-poll"):
    _slow(_name)
