"""The operations of the Azure contracts C1, C2, C3 and C5."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from urllib.parse import quote

from tests.other_server import checks
from tests.other_server.model import Exchange, Json, Reply, azure_error
from tests.other_server.world import Connection, Operation, stamp

PE_TYPE = "/providers/microsoft.network/privateendpoints/"


def answer(x: Exchange) -> Reply:
    """Answer a request of an Azure contract, or of none."""
    refused = checks.credential(x)
    if refused:
        return refused
    if not x.op:
        message = "The requested resource does not exist."
        return azure_error(x.contract, 404, "InvalidResourceType", message, "route")
    if x.op == "method":
        message = "The requested resource does not support this http method."
        reply = azure_error(x.contract, 405, "MethodNotAllowed", message, "method")
        reply.headers["Allow"] = ", ".join(x.allowed)
        return reply
    for check in (checks.size, checks.version, checks.limits, checks.parents):
        refused = check(x)
        if refused:
            return refused
    return HANDLERS[x.op](x)


def missing(x: Exchange) -> Reply:
    message = f"The resource '{x.azure.child_type}' with this name was not found."
    return azure_error(x.contract, 404, "ResourceNotFound", message, "absent")


def entries(x: Exchange) -> list[tuple[int, Json]]:
    """All items of a collection with their place in the order."""
    if x.contract == "C5":
        return list(enumerate((copy.deepcopy(s) for s in x.world.dicom.values()), 1))
    return [(c.seq, c.view()) for c in sorted(x.world.stores[x.contract].values(), key=lambda c: c.seq)]


def token(seq: int, page: int) -> str:
    return base64.urlsafe_b64encode(f"{seq}.{page}".encode()).decode().rstrip("=")


def next_link(x: Exchange, seq: int, page: int) -> str:
    base = f"{x.origin}{x.azure.base}?api-version={quote(x.azure.version)}"
    return f"{base}&%24skipToken={token(seq, page)}"


def list_items(x: Exchange) -> Reply:
    items = entries(x)
    after = 0
    given = x.param("$skiptoken")
    if given is not None and x.azure.paged:
        try:
            text = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode("ascii")
            seq, _, page = text.partition(".")
            after, x.page = int(seq), int(page)
        except ValueError:
            return azure_error(x.contract, 400, "InvalidSkipToken", "The skip token is not valid.", "token")
    if not x.azure.paged:
        return Reply(200, {"value": [v for _, v in items]})
    rest = [(s, v) for s, v in items if s > after]
    shown: Json = {"value": [v for _, v in rest[: x.page_size]]}
    if len(rest) > x.page_size:
        shown["nextLink"] = next_link(x, rest[x.page_size - 1][0], x.page + 1)
    return Reply(200, shown)


def get(x: Exchange) -> Reply:
    if x.contract == "C5":
        service = x.world.dicom.get(x.name.lower())
        if service is None:
            return missing(x)
        return Reply(200, copy.deepcopy(service), {"ETag": service["etag"]})
    x.conn = find(x)
    return Reply(200, x.conn.view()) if x.conn else missing(x)


def find(x: Exchange) -> Connection | None:
    return x.world.stores[x.contract].get(x.name.lower())


def put(x: Exchange) -> Reply:
    refused = checks.body(x) or checks.decision(x)
    if refused:
        return refused
    x.conn = find(x)
    if x.conn is None:
        return create(x)
    if x.conn.provisioning in {"Deleting", "Dropping"}:
        return azure_error(x.contract, 409, "OperationInProgress", "The connection is being deleted.", "busy")
    if x.contract == "C3":
        return decide_slowly(x, x.conn)
    apply(x, x.conn, x.state)
    return Reply(200, x.conn.view())


def apply(x: Exchange, conn: Connection, state: Json) -> None:
    """Take over a decision."""
    conn.status = state.get("status", conn.status)
    conn.description = state.get("description", "")
    if conn.contract.key == "C1":
        conn.actions = state.get("actionsRequired", conn.actions)
    moment = stamp(x.world.date())
    conn.system.update(lastModifiedBy="tester@example.org", lastModifiedByType="User", lastModifiedAt=moment)


def decide_slowly(x: Exchange, conn: Connection) -> Reply:
    """C3: a decision takes a while, and only a pending connection can be decided."""
    if conn.status != "Pending" or conn.provisioning != conn.contract.settled:
        message = "The private endpoint connection is not pending any more."
        return azure_error(x.contract, 400, "PrivateEndpointConnectionStatusNotPending", message, "state")
    state = dict(x.state)
    conn.provisioning = {"Approved": "Approving", "Rejected": "Rejecting"}.get(state["status"], "Updating")

    def effect() -> None:
        apply(x, conn, state)
        if conn.provisioning != "Dropping":
            conn.provisioning = conn.contract.settled

    return accepted(x, "put", effect, conn)


def create(x: Exchange) -> Reply:
    """A PUT to a name that is not there: 404 in C1, 201 in C2, 202 in C3."""
    if x.contract == "C1":
        return missing(x)
    store, world = x.world.stores[x.contract], x.world
    if any(o.name.lower() == x.name.lower() and not o.done and o.kind == "create" for o in world.operations.values()):
        return azure_error(x.contract, 409, "OperationInProgress", "The connection is being created.", "busy")
    made = world.connection(x.azure, x.name, "Pending")
    given = x.doc["properties"].get("privateEndpoint", {}).get("id", "")
    if given.lower().startswith("/subscriptions/") and PE_TYPE in given.lower():
        made.endpoint = given
    apply(x, made, x.state)
    if x.contract == "C2":
        store[x.name.lower()] = x.conn = made
        return Reply(201, made.view())

    def effect() -> None:
        store[made.name.lower()] = made

    return accepted(x, "create", effect, made)


def accepted(x: Exchange, kind: str, effect: Callable[[], None], conn: Connection) -> Reply:
    """Return 202 with both polling URLs; with C3 also a body."""
    seconds = x.duration + 0.05 * (len(x.world.operations) % 3 - 1)
    x.lro = operation = x.world.begin(x.azure, kind, conn.name, seconds, effect)
    operation.result = conn
    words = {"put": "Upsert", "create": "Upsert", "delete": "Drop"}
    body = {"operation": f"{words[kind]}PrivateEndpointConnection", "startTime": operation.started}
    return Reply(202, body if x.contract == "C3" else None, links(x, operation))


def links(x: Exchange, operation: Operation) -> dict[str, str]:
    tail = f"{operation.id}?api-version={x.azure.version}"
    return {
        "Azure-AsyncOperation": f"{x.origin}{operation.home}/azureAsyncOperation/{tail}",
        "Location": f"{x.origin}{operation.home}/operationResults/{tail}",
        "Retry-After": "1",
    }


def patch(x: Exchange) -> Reply:
    refused = checks.body(x) or checks.tags(x)
    if refused:
        return refused
    x.conn = find(x)
    if x.conn is None:
        return missing(x)
    x.conn.tags = x.doc.get("tags", {})
    return Reply(200, x.conn.view())


def delete(x: Exchange) -> Reply:
    conn = x.conn = find(x)
    if conn is None:
        return Reply(204)
    store = x.world.stores[x.contract]
    conn.provisioning = "Dropping" if x.contract == "C3" else "Deleting"

    def effect() -> None:
        if store.get(conn.name.lower()) is conn:
            del store[conn.name.lower()]

    return accepted(x, "delete", effect, conn)


def operation_of(x: Exchange) -> Operation | None:
    found = x.world.operations.get(x.name.lower())
    if found:
        x.contract = found.contract.key
        x.lro = found
    return found


def status(x: Exchange) -> Reply:
    operation = operation_of(x)
    if operation is None:
        return azure_error(x.contract, 404, "OperationNotFound", "The operation was not found.", "operation")
    shown: Json = {
        "id": f"{operation.home}/azureAsyncOperation/{operation.id}",
        "name": operation.id,
        "status": operation.outcome if operation.done else "InProgress",
        "startTime": operation.started,
    }
    if operation.done:
        shown["endTime"] = operation.ended
        if operation.error:
            shown["error"] = operation.error
    return Reply(200, shown, {} if operation.done else {"Retry-After": "1"})


def result(x: Exchange) -> Reply:
    operation = operation_of(x)
    if operation is None:
        return azure_error(x.contract, 404, "OperationNotFound", "The operation was not found.", "operation")
    if not operation.done:
        return Reply(202, None, links(x, operation))
    x.conn = operation.result
    if operation.kind == "delete" or operation.result is None:
        return Reply(204)
    return Reply(200, operation.result.view())


HANDLERS: dict[str, Callable[[Exchange], Reply]] = {
    "list": list_items,
    "get": get,
    "put": put,
    "patch": patch,
    "delete": delete,
    "status": status,
    "result": result,
}
