"""Faults of ENM: values outside their enumerations, and what is accepted or refused."""

from __future__ import annotations

from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import each, fault, items


def _enum(slug: str, contracts: str, text: str, path: str, new: str, old: str = "", ops: str = "") -> None:
    def hook(item: Json) -> None:
        *way, last = path.split(".")
        for step in way:
            item = item.get(step, {})
        if last in item and old in ("", item[last]):
            item[last] = new or item[last].swapcase()

    names = "ENM-1 (STA-6 PAG-4)" if ops == "list" else "ENM-1 (STA-1)" if path.endswith("status") else "ENM-1"
    each(slug, names, contracts, text, ops)(hook)


_S = "properties.privateLinkServiceConnectionState.status"
_P = "properties.provisioningState"
_enum("status-case", "C1 C2", "status is written in another case.", _S, "")
_enum("rejected-case", "C1 C2", "Rejected is written rejected.", _S, "rejected", "Rejected")
_enum("disconnected-word", "C2", "Disconnected is written Removed.", _S, "Removed", "Disconnected")
_enum("disconnected-case", "C2", "Disconnected is written disconnected.", _S, "disconnected", "Disconnected")
_enum("list-status-upper", "C1 C2", "Approved is written APPROVED in lists.", _S, "APPROVED", "Approved", "list")
_enum("state-case", "C1 C2 C5", "provisioningState Succeeded is written succeeded.", _P, "succeeded", "Succeeded")
_enum("state-word", "C1 C2 C5", "provisioningState is Ready, which is not documented.", _P, "Ready", "Succeeded")
_enum("deleting-word", "C1 C2", "provisioningState is Dropping during a Delete.", _P, "Dropping", "Deleting")
_enum("put-state-word", "C1 C2", "A PUT answers with provisioningState Done.", _P, "Done", "", "put")
_enum("created-by-case", "C1 C5", "createdByType User is written user.", "systemData.createdByType", "user", "User")
_enum(
    "modified-robot", "C1", "lastModifiedByType Key is written Robot.", "systemData.lastModifiedByType", "Robot", "Key"
)
_enum("identity-case", "C5", "identity.type None is written none.", "identity.type", "none", "None")
_enum(
    "identity-space",
    "C5",
    "identity.type SystemAssigned,UserAssigned has a space.",
    "identity.type",
    "SystemAssigned, UserAssigned",
    "SystemAssigned,UserAssigned",
)
_enum(
    "network-case",
    "C5",
    "publicNetworkAccess Disabled is lower case.",
    "properties.publicNetworkAccess",
    "disabled",
    "Disabled",
)
_enum("accepted-case", "C4", "status accepted is written Accepted.", "status", "Accepted", "accepted")
_enum("pending-word", "C4", "status pendingAcceptance is written pending.", "status", "pending", "pendingAcceptance")
_enum("creating-case", "C4", "status creating is written Creating.", "status", "Creating", "creating")
_enum("action-case", "C4", "An action answers with status ACCEPTED.", "status", "ACCEPTED", "accepted", "action")


@each("nested-status-case", "ENM-1", "C5", "Rejected is written rejected in a connection inside a service.")
def _(i: Json) -> None:
    for nested in i["properties"]["privateEndpointConnections"]:
        state = nested["properties"]["privateLinkServiceConnectionState"]
        state["status"] = state["status"].replace("Rejected", "rejected")


@fault("late-status-case", "ENM-1 (STA-6 PAG-4)", "C4", "Lists show lower case from offset 10 on.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if int(x.param("offset") or "0") >= 10:
        for item in items(r):
            item["status"] = item["status"].upper()


# Requests: ENM-2 and ENM-3.


@fault(
    "status-unknown-accepted",
    "ENM-2",
    "C1 C2",
    "An undocumented status is answered 200, and ignored.",
    "put",
    why="enum",
)
def _(x: Exchange, r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    if conn:
        r.become(200, conn.view())


@fault("status-unknown-taken", "ENM-2 (ENM-1)", "C1 C2", "An undocumented status is taken over.", "put", why="enum")
def _(x: Exchange, r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    if conn:
        conn.status = str(x.state["status"])
        r.become(200, conn.view())


@fault(
    "case-accepted", "ENM-2", "C1 C2", "A status in another case is taken for the documented one.", "put", why="enum"
)
def _(x: Exchange, r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    given = str(x.state["status"]).capitalize()
    if conn and given in x.azure.statuses:
        conn.status = given
        r.become(200, conn.view())


@fault("status-unknown-500", "ENM-2 (HDR-5)", "C1 C2 C3", "An undocumented status is answered 500.", "put", why="enum")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 500


@fault(
    "status-unknown-bare",
    "ENM-2 (ERR-1)",
    "C1 C2",
    "An undocumented status is refused without a body.",
    "put",
    why="enum",
)
def _(_x: Exchange, r: Reply) -> None:
    r.become(400)


@fault(
    "status-unknown-empties", "ENM-2 (STA-3)", "C1 C2", "Refusing a status empties the description.", "put", why="enum"
)
def _(x: Exchange, _r: Reply) -> None:
    conn = x.world.stores[x.contract].get(x.name.lower())
    if conn:
        conn.description = ""


@fault("action-any", "ENM-2 (ERR-5)", "C4", "Any action is answered 200, and does nothing.", "action", why="enum")
def _(x: Exchange, r: Reply) -> None:
    found = [e.view() for e in x.world.endpoints if x.doc["endpoints"] == [e.id]]
    if found:
        r.become(200, {"connections": found})


@fault("action-accept", "ENM-2", "C4", "The action accept is taken for receive.", "action", why="enum")
def _(x: Exchange, r: Reply) -> None:
    for endpoint in x.world.endpoints:
        if x.doc["endpoints"] == [endpoint.id] and x.doc["action"] == "accept":
            endpoint.status = "accepted"
            r.become(200, {"connections": [endpoint.view()]})


@fault(
    "action-upper", "ENM-2", "C4", "An action in another case is taken for the documented one.", "action", why="enum"
)
def _(x: Exchange, r: Reply) -> None:
    word = {"receive": "accepted", "reject": "rejected"}.get(str(x.doc["action"]).lower())
    for endpoint in x.world.endpoints:
        if word and x.doc["endpoints"] == [endpoint.id]:
            endpoint.status = word
            r.become(200, {"connections": [endpoint.view()]})


@fault("action-500", "ENM-2 (HDR-5 ERR-8)", "C4", "An undocumented action is answered 500.", "action", why="enum")
def _(_x: Exchange, r: Reply) -> None:
    r.become(500, {"error_code": "EndPoint.0001", "error_msg": "System error."})


@fault(
    "unknown-rejects", "ENM-2 (STA-3)", "C4", "An undocumented action is refused, and rejects.", "action", why="enum"
)
def _(x: Exchange, _r: Reply) -> None:
    for endpoint in x.world.endpoints:
        if x.doc["endpoints"] == [endpoint.id]:
            endpoint.status = "rejected"


def _refuse(slug: str, contracts: str, says: str, text: str, value: str) -> None:
    @fault(slug, says, contracts, text, "put", stage="before")
    def _(x: Exchange, r: Reply) -> None:
        if f'"{value}"'.encode() in x.body and b"privateLinkServiceConnectionState" in x.body:
            r.become(400, {"error": {"code": "InvalidParameterValue", "message": "The status is not valid."}})


# PostgreSQL's definition enumerates no status, so that ENM-3 does not bind it.
for _contracts, _says in (("C1 C2", "ENM-3 (STA-1)"), ("C3", "ENM-3 (ERR-10 STA-1)")):
    _refuse("no-reject", _contracts, _says, "The status Rejected is refused.", "Rejected")
    _refuse("no-approve", _contracts, _says, "The status Approved is refused.", "Approved")


def _refuse_action(slug: str, text: str, value: str) -> None:
    @fault(slug, "ENM-3 (STA-1)", "C4", text, "action", stage="before")
    def _(x: Exchange, r: Reply) -> None:
        if f'"{value}"'.encode() in x.body:
            r.become(400, {"error_code": "EndPoint.0007", "error_msg": "The value of action is not valid."})


_refuse_action("no-reject", "The action reject is refused.", "reject")
_refuse_action("no-receive", "The action receive is refused.", "receive")
