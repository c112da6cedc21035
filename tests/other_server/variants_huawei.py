"""Variants of the Huawei contract."""

from __future__ import annotations

from tests.other_server.model import C1, Exchange, Reply
from tests.other_server.registry import variant


@variant("creating-first", "STA-1", "C4", "receive passes through creating for a moment.", "action", "200")
def _(x: Exchange, r: Reply) -> None:
    endpoint = next(e for e in x.world.endpoints if e.id == x.doc["endpoints"][0])
    if endpoint.status == "accepted":
        endpoint.status = r.body["connections"][0]["status"] = "creating"
        x.world.begin(C1, "late", endpoint.id, 0.3, lambda: setattr(endpoint, "status", "accepted"))


@variant(
    "decided-stays", "STA-9", "C4", "Only a pending connection can be decided: 400 otherwise.", "action", stage="before"
)
def _(x: Exchange, r: Reply) -> None:
    if any(e.id.encode() in x.body and e.status != "pendingAcceptance" for e in x.world.endpoints):
        r.become(400, {"error_code": "EndPoint.0002", "error_msg": "The connection was decided before."})


@variant("touches-all", "STA-7", "C4", "A decision touches updated_at of all: it moves by itself, too.", "action", "ok")
def _(x: Exchange, _r: Reply) -> None:
    given = x.doc.get("endpoints") if isinstance(x.doc, dict) else None
    aimed = [e for e in x.world.endpoints if isinstance(given, list) and e.id in given]
    for endpoint in x.world.endpoints if aimed else []:
        endpoint.updated_at = aimed[0].updated_at


@variant("prefix", "ERR-8", "C4", "The prefix of codes is written Endpoint.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    r.body["error_code"] = r.body["error_code"].replace("EndPoint.", "Endpoint.")


def _code(slug: str, text: str, why: str, code: str, status: int = 400) -> None:
    @variant(slug, "ERR-8", "C4", text, "", "", why)
    def _(_x: Exchange, r: Reply) -> None:
        r.status, r.body["error_code"] = status, code


_code("gateway-401", "A 401 comes from the gateway, with an APIGW code.", "auth", "APIGW.0301", 401)
_code("empty-504", "An empty body answers 504 EndPoint.0011.", "empty", "EndPoint.0011", 504)
_code("action-2027", "An undocumented action has EndPoint.2027.", "enum", "EndPoint.2027")
_code("service-0005", "An unknown service answers 404 EndPoint.0005.", "parent", "EndPoint.0005", 404)
_code("endpoint-2017", "An unknown endpoint answers 400 EndPoint.2017.", "absent", "EndPoint.2017")
_code("endpoint-2013", "An unknown endpoint answers 400 EndPoint.2013.", "absent", "EndPoint.2013")


@variant("throttled", "HDR-3", "C4", "Every ninth list is throttled: 400 EndPoint.0022.", "list", "200")
def _(x: Exchange, r: Reply) -> None:
    count = x.world.memo["count"] = x.world.memo.get("count", 0) + 1
    if count % 9 == 0:
        r.become(400, {"error_code": "EndPoint.0022", "error_msg": "The number of requests exceeded the limit."})


@variant("no-request-id", "HDR-1", "C4", "There is no X-Request-Id.")
def _(_x: Exchange, r: Reply) -> None:
    r.headers.pop("X-Request-Id", None)


@variant("action-all", "SHP-9", "C4", "An action is answered with all connections of the service.", "action", "200")
def _(x: Exchange, r: Reply) -> None:
    r.body["connections"] = [e.view() for e in x.world.endpoints]


@variant("action-upper-id", "SHP-9", "C4", "The answer to an action has the id in upper case.", "action", "200")
def _(_x: Exchange, r: Reply) -> None:
    r.body["connections"][0]["id"] = r.body["connections"][0]["id"].upper()


@variant("action-again-empty", "SHP-9", "C4", "An action that changes nothing lists nothing.", "action", "200")
def _(x: Exchange, r: Reply) -> None:
    connection = r.body["connections"][0]
    decided = x.world.memo.setdefault("decided", {})
    if decided.get(connection["id"]) == connection["status"]:
        r.body["connections"] = []
    decided[connection["id"]] = connection["status"]
