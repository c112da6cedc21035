"""The operations of the Huawei contract C4."""

from __future__ import annotations

import re

from tests.other_server.model import BODY_LIMIT, TOKEN, Exchange, Json, Reply, huawei_error
from tests.other_server.route import NOTHING, huawei_parent, parse
from tests.other_server.world import Endpoint

NUMBER = re.compile(r"[0-9]{1,100}")
UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
FILTERS = ("pendingAcceptance", "accepted", "rejected", "failed")


def credential(x: Exchange) -> Reply | None:
    """401 unless the request carries the token."""
    if "auth" in x.lenient or x.headers.get("x-auth-token", "") == TOKEN:
        return None
    return huawei_error(401, "EndPoint.0003", "Authentication failed.", "auth")


def answer(x: Exchange) -> Reply:
    """Answer a request of the Huawei contract."""
    refused = credential(x)
    if refused:
        return refused
    if not x.op:
        return huawei_error(404, "EndPoint.0005", "The requested resource does not exist.", "route")
    if x.op == "method":
        reply = huawei_error(405, "APIGW.0105", "The method is not supported by this API.", "method")
        reply.headers["Allow"] = ", ".join(x.allowed)
        return reply
    if len(x.body) > BODY_LIMIT:
        return huawei_error(400, "EndPoint.0002", "The request body is too large.", "size")
    project, service = huawei_parent(x)
    if not project:
        return huawei_error(404, "EndPoint.0005", "The project does not exist.", "parent")
    if not service:
        return huawei_error(400, "EndPoint.2003", "The VPC endpoint service does not exist.", "parent")
    return list_items(x) if x.op == "list" else action(x)


def matching(x: Exchange) -> list[Endpoint]:
    """The endpoints that fit the filters, in the asked order."""
    found = list(x.world.endpoints)
    ident, marker, status = x.param("id"), x.param("marker_id"), x.param("status")
    if ident is not None:
        found = [e for e in found if e.id == ident]
    if marker is not None:
        found = [e for e in found if str(e.marker_id) == marker]
    if status is not None:
        found = [e for e in found if e.status == status]
    key = x.param("sort_key") or "created_at"
    descending = (x.param("sort_dir") or "desc") == "desc"
    return sorted(found, key=lambda e: (getattr(e, key), e.marker_id), reverse=descending)


def bad_query(x: Exchange) -> Reply | None:
    """400 with the code of the first parameter outside its set."""

    def bad(name: str, code: str) -> Reply:
        return huawei_error(400, code, f"The value of the parameter {name} is not valid.", name)

    limit, offset = x.param("limit"), x.param("offset")
    if limit is not None and (not NUMBER.fullmatch(limit) or int(limit) > 1000):
        return bad("limit", "EndPoint.0006")
    if offset is not None and not NUMBER.fullmatch(offset):
        return bad("offset", "EndPoint.0010")
    if x.param("sort_key") not in (None, "created_at", "updated_at"):
        return bad("sort_key", "EndPoint.0017")
    if x.param("sort_dir") not in (None, "desc", "asc"):
        return bad("sort_dir", "EndPoint.0018")
    if x.param("status") not in (None, *FILTERS):
        return bad("status", "EndPoint.0019")
    marker = x.param("marker_id")
    if marker is not None and not NUMBER.fullmatch(marker):
        return bad("marker_id", "EndPoint.0002")
    return None


def list_items(x: Exchange) -> Reply:
    refused = bad_query(x)
    if refused:
        return refused
    found = matching(x)
    limit, offset = int(x.param("limit") or "10"), int(x.param("offset") or "0")
    return Reply(200, {"connections": [e.view() for e in found[offset : offset + limit]], "total_count": len(found)})


def bad_body(x: Exchange) -> Reply | None:
    """400 unless the body is an action on exactly one endpoint id."""

    def bad(code: str, message: str, why: str) -> Reply:
        return huawei_error(400, code, message, why)

    value: Json = parse(x.body)
    if value is NOTHING:
        why = "json" if x.body.strip() else "empty"
        return bad("EndPoint.0002", "The request body is not valid JSON.", why)
    x.doc = value
    if not isinstance(value, dict):
        why = "null" if value is None else "array" if isinstance(value, list) else "scalar"
        return bad("EndPoint.0002", "The request body must be an object.", why)
    for member in ("action", "endpoints"):
        if value.get(member) is None:
            return bad("EndPoint.0002", f"The parameter {member} is mandatory.", "member")
    if value["action"] not in ("receive", "reject"):
        return bad("EndPoint.0007", "The value of action is not valid.", "enum")
    endpoints = value["endpoints"]
    if not isinstance(endpoints, list) or not endpoints:
        return bad("EndPoint.0002", "The parameter endpoints must be an array of one id.", "kind")
    if len(endpoints) > 1:
        return bad("EndPoint.2031", "Only one endpoint is allowed.", "many")
    if not isinstance(endpoints[0], str) or not UUID.fullmatch(endpoints[0]):
        return bad("EndPoint.2017", "The endpoint id is not valid.", "ident")
    return None


def action(x: Exchange) -> Reply:
    refused = bad_body(x)
    if refused:
        return refused
    endpoint = next((e for e in x.world.endpoints if e.id == x.doc["endpoints"][0]), None)
    if endpoint is None:
        return huawei_error(404, "EndPoint.2006", "The endpoint does not exist.", "absent")
    if endpoint.status not in {"pendingAcceptance", "accepted", "rejected"}:
        return huawei_error(400, "EndPoint.0002", f"An endpoint in the state {endpoint.status} stays.", "state")
    endpoint.status = "accepted" if x.doc["action"] == "receive" else "rejected"
    endpoint.updated_at = x.world.date().replace(microsecond=0)
    return Reply(200, {"connections": [endpoint.view()]})
