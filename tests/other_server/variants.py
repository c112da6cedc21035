"""Variants: legal ways for the services to behave otherwise."""

from __future__ import annotations

from collections.abc import Callable

from tests.other_server.azure import missing, next_link
from tests.other_server.model import Exchange, Reply, azure_error
from tests.other_server.registry import each, variant
from tests.other_server.route import parse

ALL = "C1 C2 C3 C5"
PEC = "C1 C2 C3"
PAGED = "C3 C5"


# Lists.


@variant("null-link", "PAG-5", PAGED, "nextLink is null on the last page.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body.setdefault("nextLink", None)


@variant("empty-page", "PAG-5", PAGED, "The first page is empty and has a nextLink.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.param("$skiptoken") is None:
        r.body = {"value": [], "nextLink": next_link(x, 0, 1)}


@variant("empty-last-page", "PAG-5", PAGED, "The last page is empty.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if r.body["value"] and "nextLink" not in r.body:
        r.body["nextLink"] = next_link(x, 10**6, x.page + 1)


for _size in (1, 2, 7, 100):

    def _pages(x: Exchange, _r: Reply, size: int = _size) -> None:
        x.page_size = size

    variant(f"page-size-{_size}", "PAG-4", PAGED, f"A page has up to {_size} items.", "list", stage="before")(_pages)


each("no-state", "SHP-1", "C3", "No connection shows its privateLinkServiceConnectionState.", kind="variant")(
    lambda item: item["properties"].pop("privateLinkServiceConnectionState")
)


@variant("reverse-list", "PAG-4", "C1 C2", "A list has another order.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body["value"].reverse()


@variant("link-case", "PAG-2", PAGED, "nextLink writes resourceGroups in lower case.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    if r.body.get("nextLink"):
        r.body["nextLink"] = r.body["nextLink"].replace("/resourceGroups/", "/resourcegroups/")


@variant("link-order", "PAG-2", PAGED, "nextLink has its api-version last, and more parameters.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if r.body.get("nextLink"):
        base, _, token = r.body["nextLink"].partition(f"api-version={x.azure.version}&")
        r.body["nextLink"] = f"{base}%24top=3&{token}&api-version={x.azure.version}"


# Deletes.


@variant("delete-204", "STA-5", PEC, "DELETE is done at once: 204.", "delete", "202")
def _(x: Exchange, r: Reply) -> None:
    if x.lro:
        x.world.operations.pop(x.lro.id)
        x.lro.effect()
        r.become(204)


@variant("delete-200", "STA-5", PEC, "DELETE is done at once: 200.", "delete", "202")
def _(x: Exchange, r: Reply) -> None:
    if x.lro:
        x.world.operations.pop(x.lro.id)
        x.lro.effect()
        r.become(200)


@variant("delete-again-404", "STA-5", PEC, "Deleting what is gone answers 404.", "delete", "204")
def _(x: Exchange, r: Reply) -> None:
    r.become(404, missing(x).body)


@variant(
    "delete-hides", "STA-5", PEC, "What is being deleted is gone at once, the operation ends later.", "delete", "202"
)
def _(x: Exchange, _r: Reply) -> None:
    if x.lro:
        x.lro.effect()


@variant("delete-result-200", "LRO-3", PEC, "Location of a Delete ends with 200.", "result", "204")
def _(_x: Exchange, r: Reply) -> None:
    r.become(200)


# Operations.


def _only(name: str, other: str, ops: str) -> None:
    """For Delete a missing Location is a warning (SHOULD), and no variant."""

    @variant(f"only-{name.lower()}", "LRO-1", PEC, f"A 202 to {ops} has only {name}.", ops, "202")
    def _(_x: Exchange, r: Reply) -> None:
        r.headers.pop(other, None)


_only("Location", "Azure-AsyncOperation", "delete put")
_only("Azure-AsyncOperation", "Location", "put")


@variant("no-retry-after", "LRO-5", PEC, "There is no Retry-After.")
def _(_x: Exchange, r: Reply) -> None:
    r.headers.pop("Retry-After", None)


@variant("retry-zero", "LRO-5", PEC, "Retry-After is 0.")
def _(_x: Exchange, r: Reply) -> None:
    if "Retry-After" in r.headers:
        r.headers["Retry-After"] = "0"


@variant("slow-operations", "LRO-4", PEC, "Operations take three seconds.", "delete put", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.duration = 3.0


@variant(
    "status-running", "LRO-2", PEC, "A running operation has a word of its own, and percentComplete.", "status", "200"
)
def _(x: Exchange, r: Reply) -> None:
    if x.lro and not x.lro.done:
        r.body.update(status="Running", percentComplete=50)


@variant("status-minimal", "LRO-2", PEC, "The status resource has only status.", "status", "200")
def _(_x: Exchange, r: Reply) -> None:
    r.body = {"status": r.body["status"]}


@variant("put-at-once", "STA-1", "C3", "A decision is done at once: 200.", "put", "202")
def _(x: Exchange, r: Reply) -> None:
    if x.lro and x.lro.kind == "put" and x.conn:
        x.world.operations.pop(x.lro.id)
        x.lro.effect()
        r.become(200, x.conn.view())


@variant("put-bare-202", "LRO-1", "C3", "The 202 of a PUT or Delete has no body.", "put delete", "202")
def _(_x: Exchange, r: Reply) -> None:
    r.body = None
    r.headers.pop("Content-Type", None)


@variant("passing-status", "STA-1", "C3", "While a decision runs, status is Approving or Rejecting.", "get list", "200")
def _(_x: Exchange, r: Reply) -> None:
    for item in r.body.get("value", [r.body]):
        if item["properties"]["provisioningState"] in {"Approving", "Rejecting"}:
            word = item["properties"]["provisioningState"]
            item["properties"]["privateLinkServiceConnectionState"]["status"] = word


@variant(
    "put-long", "LRO-4", "C1", "PUT answers 200 with Azure-AsyncOperation, and provisioningState goes on.", "put", "200"
)
def _(x: Exchange, r: Reply) -> None:
    conn = x.conn
    if conn:
        conn.provisioning = "Creating"

        def effect() -> None:
            conn.provisioning = "Succeeded" if conn.provisioning == "Creating" else conn.provisioning

        _goes_on(x, r, effect)


@variant("create-long", "LRO-1", "C2", "A 201 has Azure-AsyncOperation, and provisioningState Creating.", "put", "201")
def _(x: Exchange, r: Reply) -> None:
    conn = x.conn
    if conn:
        conn.provisioning = "Creating"
        _goes_on(x, r, lambda: setattr(conn, "provisioning", "Succeeded"))


def _goes_on(x: Exchange, r: Reply, effect: Callable[[], None]) -> None:
    if x.conn:
        operation = x.world.begin(x.azure, "put", x.conn.name, x.duration, effect)
        operation.result = x.conn
        tail = f"{operation.id}?api-version={x.azure.version}"
        r.headers["Azure-AsyncOperation"] = f"{x.origin}{operation.home}/azureAsyncOperation/{tail}"
        r.headers["Retry-After"] = "1"
        r.body = x.conn.view()


# Decisions.


@variant("create-404", "ERR-3", "C2 C3", "A PUT to an unknown name answers 404.", "put", stage="before")
def _(x: Exchange, r: Reply) -> None:
    if x.name.lower() not in x.world.stores[x.contract]:
        r.become(404, missing(x).body)


@variant("rejected-stays", "STA-9", "C1 C2", "From Rejected to Approved is refused with 409.", "put", stage="before")
def _(x: Exchange, r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    if conn and conn.status == "Rejected" and b'"Approved"' in x.body:
        message = "A rejected connection cannot be approved."
        r.become(409, azure_error(x.contract, 409, "InvalidStateTransition", message, "state").body)


@variant(
    "same-decision", "STA-4", "C1 C2", "A PUT that changes nothing leaves systemData alone.", "put", stage="before"
)
def _(x: Exchange, _r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    x.world.memo["same"] = (conn.status, conn.description, dict(conn.system)) if conn else None


@variant("same-decision", "STA-4", "C1 C2", "A PUT that changes nothing leaves systemData alone.", "put", "200")
def _(x: Exchange, r: Reply) -> None:
    was = x.world.memo["same"]
    if x.conn and was and was[:2] == (x.conn.status, x.conn.description):
        x.conn.system = was[2]
        r.body = x.conn.view()


@variant("read-only-400", "STA-8", PEC, "A body with read-only members is refused with 400.", "put", stage="before")
def _(x: Exchange, r: Reply) -> None:
    doc = parse(x.body)
    inner = doc.get("properties") if isinstance(doc, dict) else None
    own = isinstance(inner, dict) and ({"id", "name", "type", "systemData"} & set(doc) or "provisioningState" in inner)
    if own and x.name.lower() in x.world.stores[x.contract]:
        refused = azure_error(x.contract, 400, "ReadOnlyProperty", "A member of the body is read-only.", "kind")
        r.become(400, refused.body)


@variant(
    "settled-succeeded",
    "SHP-1",
    "C3",
    "provisioningState of a settled connection is Succeeded.",
    "get list put result patch",
)
def _(_x: Exchange, r: Reply) -> None:
    for item in r.body.get("value", [r.body]) if r.status == 200 else []:
        if item["properties"]["provisioningState"] == "Ready":
            item["properties"]["provisioningState"] = "Succeeded"
