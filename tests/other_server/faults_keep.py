"""Faults of STA-5 and STA-8: deletes, and read-only members."""

from __future__ import annotations

from collections.abc import Callable

from tests.other_server.faults_state import neighbour
from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import fault, items

PEC = "C1 C2 C3"

# Delete: C1, C2 and C3 answer 202, and the effect comes at the end of the operation.


def _deleted(slug: str, names: str, text: str, effect: Callable[[Exchange], None]) -> None:
    @fault(slug, names, PEC, text, "delete", "202")
    def _(x: Exchange, _r: Reply) -> None:
        if x.lro:
            x.lro.effect = lambda: effect(x)


def _back(x: Exchange) -> None:
    if x.conn:
        x.conn.provisioning = x.azure.settled


def _hide(x: Exchange) -> None:
    x.world.memo.setdefault("hidden", set()).add(x.name.lower())
    _back(x)


def _disconnect(x: Exchange) -> None:
    _back(x)
    if x.conn:
        x.conn.status = "Rejected"


def _both(x: Exchange) -> None:
    other = neighbour(x)
    for name in (x.name, *([other.name] if other else ())):
        x.world.stores[x.contract].pop(name.lower(), None)


_deleted("delete-nothing", "STA-5 (LRO-4)", "A Delete ends, and the connection is still there.", _back)
_deleted("delete-deleting", "STA-5 (LRO-4)", "A Delete ends, and the connection stays Deleting.", lambda _: None)
_deleted("delete-rejects", "STA-5 (LRO-4)", "A Delete ends, and the connection is Rejected.", _disconnect)
_deleted("delete-both", "STA-7", "A Delete deletes another connection too.", _both)
_deleted("delete-only-list", "STA-5 (STA-6 LRO-4)", "A deleted connection is gone from lists only.", _hide)


@fault("delete-only-list", "STA-5 (STA-6 LRO-4)", PEC, "A deleted connection is gone from lists only.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    hidden = x.world.memo.get("hidden", set())
    r.body["value"] = [i for i in items(r) if i["name"].lower() not in hidden]


@fault("delete-only-get", "STA-5 (STA-6)", PEC, "A deleted connection is gone from Get only.", "delete", "202")
def _(x: Exchange, _r: Reply) -> None:
    if x.conn:
        x.world.memo.setdefault("ghosts", {})[x.name.lower()] = x.conn.view()


@fault("delete-only-get", "STA-5 (STA-6)", PEC, "A deleted connection is gone from Get only.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    for name, ghost in x.world.memo.get("ghosts", {}).items():
        if name not in x.world.stores[x.contract] and "nextLink" not in r.body:
            r.body["value"].append(dict(ghost))


@fault("delete-again-500", "STA-5 (HDR-5)", PEC, "Deleting what is gone answers 500.", "delete", "204")
def _(_x: Exchange, r: Reply) -> None:
    r.become(500, {"error": {"code": "InternalServerError", "message": "The connection could not be deleted."}})


@fault("delete-again-400", "STA-5 (SHP-2)", PEC, "Deleting what is gone answers 400.", "delete", "204")
def _(_x: Exchange, r: Reply) -> None:
    r.become(400, {"error": {"code": "BadRequest", "message": "The connection could not be deleted."}})


@fault("gone-410", "STA-5 (ERR-3)", PEC, "Get of what was deleted answers 410.", "delete", "202")
def _(x: Exchange, _r: Reply) -> None:
    x.world.memo.setdefault("gone", set()).add(x.name.lower())


@fault("gone-410", "STA-5 (ERR-3)", PEC, "Get of what was deleted answers 410.", "get", "404", "absent")
def _(x: Exchange, r: Reply) -> None:
    if x.name.lower() in x.world.memo.get("gone", set()):
        r.status = 410


# Read-only members that are taken over.


def _taken(slug: str, contracts: str, text: str, take: Callable[[Json, Json], None]) -> None:
    """A fault that keeps a member of the request and shows it from then on."""
    names = "STA-8 (SHP-5 ENM-1 STA-6)"

    @fault(slug, names, contracts, text, "put", "200 201 202")
    def _(x: Exchange, r: Reply) -> None:
        x.world.memo.setdefault("taken", {})[(x.contract, x.name.lower())] = x.doc
        show(x, r)

    @fault(slug, names, contracts, text, "get list result", "ok")
    def show(x: Exchange, r: Reply) -> None:
        for item in items(r):
            doc = x.world.memo.get("taken", {}).get((x.contract, item["id"].rsplit("/", 1)[1].lower()))
            if doc:
                take(item, doc)


def _member(name: str) -> Callable[[Json, Json], None]:
    def take(item: Json, doc: Json) -> None:
        item[name] = doc.get(name, item.get(name))

    return take


def _inner(item: Json, doc: Json) -> None:
    item["properties"]["provisioningState"] = doc["properties"].get(
        "provisioningState", item["properties"]["provisioningState"]
    )


def _system(item: Json, doc: Json) -> None:
    given = doc.get("systemData")
    item["systemData"].update(given if isinstance(given, dict) else {})


def _actions(item: Json, doc: Json) -> None:
    given = doc["properties"]["privateLinkServiceConnectionState"].get("actionsRequired")
    if isinstance(given, str):
        item["properties"]["privateLinkServiceConnectionState"]["actionsRequired"] = given


_taken("takes-id", PEC, "id is taken over from a PUT.", _member("id"))
_taken("takes-name", PEC, "name is taken over from a PUT.", _member("name"))
_taken("takes-type", PEC, "type is taken over from a PUT.", _member("type"))
_taken("takes-provisioning", PEC, "provisioningState is taken over from a PUT.", _inner)
_taken("takes-system", "C1", "systemData is taken over from a PUT.", _system)
_taken("takes-actions", "C3", "actionsRequired, here read-only, is taken over from a PUT.", _actions)
