"""Faults of ERR-6 to ERR-9: path limits, methods, the pairs of status and code, codes that change."""

from __future__ import annotations

from tests.other_server.faults_refuse import invented
from tests.other_server.model import HUAWEI_BASE, Exchange, Reply
from tests.other_server.registry import fault

ALL = "C1 C2 C3 C5"
LIMITED = "C1 C2"
BAD_BODY = "json empty array null scalar member kind"

# Path parameters.


@fault("limits-200", "ERR-6", LIMITED, "A path outside its limits is answered 200.", "list get", why="limits")
def _(x: Exchange, r: Reply) -> None:
    r.become(200, {"value": []} if x.op == "list" else invented(x))


@fault("limits-500", "ERR-6 (HDR-5)", LIMITED, "A path outside its limits answers 500.", why="limits")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 500


@fault("limits-bare", "ERR-6 (ERR-1)", LIMITED, "A path outside its limits is refused without a body.", why="limits")
def _(_x: Exchange, r: Reply) -> None:
    r.become(400)


@fault(
    "group-any",
    "ERR-6 (ERR-3)",
    "C2 C3",  # the others document no length
    "A resource group of more than 90 characters has an empty list.",
    "list",
    why="limits",
)
def _(x: Exchange, r: Reply) -> None:
    if len(x.group) > 90:
        r.become(200, {"value": []})


@fault(
    "cluster-any",
    "ERR-6 (ERR-3)",
    "C2",
    "A cluster name of more than 63 characters has an empty list.",
    "list",
    why="limits",
)
def _(x: Exchange, r: Reply) -> None:
    if len(x.parent) > 63:
        r.become(200, {"value": []})


@fault(
    "subscription-any",
    "ERR-6 (ERR-3)",
    "C2",
    "A subscription that is no UUID has an empty list.",
    stage="before",
)
def _(x: Exchange, r: Reply) -> None:
    if "-" not in x.subscription and x.op == "list":
        r.become(200, {"value": []})


# Methods.


@fault("method-200", "ERR-7", f"{ALL} C4", "An undocumented method answers 200.", "method", "405")
def _(_x: Exchange, r: Reply) -> None:
    r.become(200, {})


@fault("method-500", "ERR-7 (HDR-5)", f"{ALL} C4", "An undocumented method answers 500.", "method", "405")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 500


@fault("method-501", "ERR-7 (HDR-5)", f"{ALL} C4", "An undocumented method answers 501.", "method", "405")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 501


@fault("no-allow", "ERR-7", f"{ALL} C4", "A 405 has no Allow (a SHOULD).", "method", "405")
def _(_x: Exchange, r: Reply) -> None:
    r.headers.pop("Allow", None)


@fault("post-200", "ERR-7", ALL, "POST on the collection answers 200.", "method", "405")
def _(x: Exchange, r: Reply) -> None:
    if x.method == "POST" and not x.name:
        r.become(200, {"value": []})


@fault("patch-200", "ERR-7", "C1 C2", "PATCH, which is not documented, answers 200.", "method", "405")
def _(x: Exchange, r: Reply) -> None:
    if x.method == "PATCH" and x.name:
        r.become(200, invented(x))


@fault("action-get", "ERR-7", "C4", "GET on the action path answers 200.", "method", "405")
def _(x: Exchange, r: Reply) -> None:
    if x.method == "GET" and x.path != HUAWEI_BASE:
        r.become(200, {"connections": []})


@fault("delete-204", "ERR-7", "C4 C5", "DELETE, which is not documented, answers 204.", "method", "405")
def _(x: Exchange, r: Reply) -> None:
    if x.method == "DELETE":
        r.become(204)


# Status and code of C4.
for _slug, _why2, _to, _code, _text in (
    ("pair-endpoint", "absent", 400, "EndPoint.2006", "An unknown endpoint answers 400 with EndPoint.2006."),
    ("pair-service", "parent", 404, "EndPoint.2003", "An unknown service answers 404 with EndPoint.2003."),
    ("pair-ident", "ident", 404, "EndPoint.2017", "An invalid endpoint id answers 404 with EndPoint.2017."),
    ("pair-many", "many", 403, "EndPoint.2031", "Two endpoints answer 403 with EndPoint.2031."),
    ("pair-action", "enum", 404, "EndPoint.0007", "An unknown action answers 404 with EndPoint.0007."),
    ("pair-body", "json", 400, "EndPoint.0005", "A body that is not JSON answers 400 with EndPoint.0005."),
    ("code-action", "enum", 400, "EndPoint.0006", "An unknown action has the code of a bad limit."),
    ("code-many", "many", 400, "EndPoint.0010", "Two endpoints have the code of a bad offset."),
    ("code-absent", "absent", 404, "EndPoint.0001", "An unknown endpoint has the code of a system error."),
    ("code-auth", "auth", 401, "EndPoint.0004", "A 401 has the code of a 403."),
):

    def _pair(_x: Exchange, r: Reply, status: int = _to, code: str = _code) -> None:
        r.status = status
        r.body["error_code"] = code

    fault(_slug, "ERR-8 (ERR-3 ENM-2 ERR-5 HDR-2)", "C4", _text, why=_why2)(_pair)


# The same request, another code (a SHOULD).


@fault("code-changes", "ERR-9", ALL, "An unknown resource changes its code every second time (a SHOULD).", "get", "404")
def _(x: Exchange, r: Reply) -> None:
    x.world.memo["odd"] = not x.world.memo.get("odd", False)
    r.body["error"]["code"] = "ResourceNotFound" if x.world.memo["odd"] else "NotFound"


@fault(
    "body-code-changes",
    "ERR-9",
    "C1 C2 C3",
    "A bad body changes its code every second time (a SHOULD).",
    "put",
    "400",
    BAD_BODY,
)
def _(x: Exchange, r: Reply) -> None:
    x.world.memo["odd"] = not x.world.memo.get("odd", False)
    r.body["error"]["code"] = "InvalidRequestContent" if x.world.memo["odd"] else "BadRequest"


@fault(
    "body-code-changes",
    "ERR-9",
    "C4",
    "A bad body changes its code every second time (a SHOULD).",
    "action",
    "400",
    BAD_BODY,
)
def _(x: Exchange, r: Reply) -> None:
    x.world.memo["odd"] = not x.world.memo.get("odd", False)
    r.body["error_code"] = "EndPoint.0002" if x.world.memo["odd"] else "EndPoint.2027"
