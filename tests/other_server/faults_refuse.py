"""Faults of ERR-3 to ERR-5: unknown resources, versions and bodies."""

from __future__ import annotations

from tests.other_server.azure import apply
from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import fault

ALL = "C1 C2 C3 C5"
PEC = "C1 C2 C3"
BAD_BODY = "json empty array null scalar member kind"


def invented(x: Exchange) -> Json:
    """A resource that is not there."""
    some: Json = {"id": f"{x.azure.base}/{x.name}", "name": x.name, "type": x.azure.type}
    if x.contract == "C5":
        return {**some, "location": "westeurope", "properties": {"provisioningState": "Succeeded"}}
    made = x.world.connection(x.azure, x.name, "Pending").view()
    return {**made, **some}


@fault(
    "unknown-200", "ERR-3 (STA-5 LRO-6)", ALL, "Get invents every resource that is not there.", "get", "404", "absent"
)
def _(x: Exchange, r: Reply) -> None:
    r.become(200, invented(x))


@fault(
    "unknown-204", "ERR-3 (STA-5 SHP-2 LRO-6)", ALL, "Get of an unknown resource answers 204.", "get", "404", "absent"
)
def _(_x: Exchange, r: Reply) -> None:
    r.become(204)


@fault("unknown-400", "ERR-3 (STA-5 LRO-6)", ALL, "Get of an unknown resource answers 400.", "get", "404", "absent")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 400


@fault(
    "unknown-500", "ERR-3 (HDR-5 STA-5 LRO-6)", ALL, "Get of an unknown resource answers 500.", "get", "404", "absent"
)
def _(_x: Exchange, r: Reply) -> None:
    r.status = 500


@fault(
    "unknown-null",
    "ERR-3 (STA-5 SHP-1 LRO-6)",
    ALL,
    "Get of an unknown resource answers 200 null.",
    "get",
    "404",
    "absent",
)
def _(_x: Exchange, r: Reply) -> None:
    r.become(200)
    r.text("application/json", "null")


@fault("parent-200", "ERR-3", ALL, "The list of an unknown parent is empty.", "list", "404", "parent")
def _(_x: Exchange, r: Reply) -> None:
    r.become(200, {"value": []})


@fault("parent-any", "ERR-3", ALL, "The name of the parent does not matter to Get.", "get", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.lenient.add("parents")


@fault("parent-500", "ERR-3 (HDR-5)", ALL, "The list of an unknown parent answers 500.", "list", "404", "parent")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 500


@fault("service-200", "ERR-3", "C4", "The list of an unknown service is empty.", "list", why="parent")
def _(_x: Exchange, r: Reply) -> None:
    r.become(200, {"connections": [], "total_count": 0})


@fault(
    "endpoint-200",
    "ERR-3",
    "C4",
    "An action on an unknown endpoint answers 200 without connections.",
    "action",
    why="absent",
)
def _(_x: Exchange, r: Reply) -> None:
    r.become(200, {"connections": []})


@fault(
    "endpoint-500", "ERR-3 (HDR-5 ERR-8)", "C4", "An action on an unknown endpoint answers 500.", "action", why="absent"
)
def _(_x: Exchange, r: Reply) -> None:
    r.become(500, {"error_code": "EndPoint.0001", "error_msg": "System error."})


# api-version.


@fault("no-version-200", "ERR-4", ALL, "The api-version may be missing.", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    if x.param("api-version") is None:
        x.lenient.add("version")


@fault("no-version-list", "ERR-4", ALL, "The api-version may be missing from a list.", "list", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    if x.param("api-version") is None:
        x.lenient.add("version")


@fault("any-version-200", "ERR-4", ALL, "Any api-version is accepted (a SHOULD).", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    if x.param("api-version"):
        x.lenient.add("version")


@fault("version-code", "ERR-4", ALL, "A missing api-version has the code BadRequest.", why="version")
def _(_x: Exchange, r: Reply) -> None:
    r.body["error"]["code"] = "BadRequest"


@fault("version-404", "ERR-4", ALL, "A missing api-version answers 404.", why="version")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 404


# Bodies.
for _why, _word in (
    ("json", "that is not JSON"),
    ("empty", "that is empty"),
    ("array", "that is an array"),
    ("member", "that lacks a required member"),
    ("null", "that is null"),
):

    def _as_500(_x: Exchange, r: Reply) -> None:
        r.status = 500
        if "error_code" in r.body:
            r.body["error_code"] = "EndPoint.0001"

    def _as_200(x: Exchange, r: Reply) -> None:
        if x.contract == "C4":
            r.become(200, {"connections": [e.view() for e in x.world.endpoints[:1]]})
        elif x.name.lower() in x.world.stores[x.contract]:
            r.become(200, x.world.stores[x.contract][x.name.lower()].view())

    def _as_415(_x: Exchange, r: Reply) -> None:
        r.status = 415 if r.why == "json" else 422

    fault(f"{_why}-500", "ERR-5 (HDR-5 ERR-8)", "C1 C2 C3 C4", f"A body {_word} answers 500.", "put action", why=_why)(
        _as_500
    )
    fault(f"{_why}-200", "ERR-5", "C1 C2 C3 C4", f"A body {_word} answers 200.", "put action", why=_why)(_as_200)
    if _why in ("json", "member"):
        fault(
            f"{_why}-4xx",
            "ERR-5 (ERR-8)",
            "C1 C4",
            f"A body {_word} is refused with another status.",
            "put action",
            why=_why,
        )(_as_415)


@fault(
    "patch-empty-200",
    "ERR-5",
    "C3",
    "PATCH takes a body that is not a JSON object.",
    "patch",
    "400",
    "json empty array null scalar",
)
def _(x: Exchange, r: Reply) -> None:
    conn = x.world.stores["C3"].get(x.name.lower())
    if conn:
        r.become(200, conn.view())


@fault("no-action-receives", "ERR-5 (STA-3)", "C4", "A body without action receives.", "action", why="member")
def _(x: Exchange, r: Reply) -> None:
    for endpoint in x.world.endpoints:
        if "action" not in x.doc and x.doc.get("endpoints") == [endpoint.id]:
            endpoint.status = "accepted"
            r.become(200, {"connections": [endpoint.view()]})


@fault(
    "description-optional",
    "ERR-5",
    "C3",
    "A decision without description, which is required, is done.",
    "put",
    "400",
    "member",
)
def _(x: Exchange, r: Reply) -> None:
    conn = x.world.stores["C3"].get(x.name.lower())
    if conn and "status" in x.state and conn.status == "Pending":
        apply(x, conn, x.state)
        r.become(200, conn.view())
