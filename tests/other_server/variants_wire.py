"""Variants: legal ways to write the same answer."""

from __future__ import annotations

import time
from typing import Any

from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import each, items, link_state, variant

ALL = "C1 C2 C3 C5"
PEC = "C1 C2 C3"
CLOUD = "C2 C3"
BAD_BODY = "json empty array null scalar member kind"


def _wire(slug: str, text: str, **values: Any) -> None:
    @variant(slug, "SHP-3", "*", text)
    def _(_x: Exchange, r: Reply) -> None:
        for name, value in values.items():
            setattr(r.wire, name, value)


_wire("chunked", "Bodies are sent in chunks.", chunked=True)
_wire("close", "Each answer ends the connection.", close=True)
_wire("http10", "Answers are HTTP/1.0, without Content-Length.", http10=True)
_wire("gzip", "Bodies are compressed where Accept-Encoding allows.", gzip=True)
_wire("pretty", "JSON is indented.", indent=2)
_wire("newline", "JSON ends with a newline.", newline=True)
_wire("escapes", "Characters outside ASCII are written as \\uXXXX.", ascii=True)
_wire("lower-headers", "Header names are in lower case.", lower=True)

for _slug, _kind in (
    ("type-bare", "application/json"),
    ("type-tight", "application/json;charset=UTF-8"),
    ("type-case", "Application/JSON; Charset=utf-8"),
    ("type-quoted", 'application/json; charset="utf-8"'),
    ("type-odata", "application/json; odata.metadata=minimal; charset=utf-8"),
):

    def _content(_x: Exchange, r: Reply, kind: str = _kind) -> None:
        if "Content-Type" in r.headers:
            r.headers["Content-Type"] = kind

    variant(_slug, "SHP-3", "*", f"Content-Type is {_kind}.")(_content)


@variant("extra-headers", "HDR-1", "*", "Answers have headers that nobody asked for.")
def _(_x: Exchange, r: Reply) -> None:
    r.headers.update(
        {
            "Cache-Control": "no-cache",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "x-ms-ratelimit-remaining-subscription-reads": "11999",
            "Vary": "Accept-Encoding",
            "Content-Language": "en",
        }
    )


@variant("slow", "HDR-5", "*", "Every answer takes a moment.", stage="arrive")
def _(_x: Exchange, _r: Reply) -> None:
    time.sleep(0.05)


def _reverse(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: _reverse(value[k]) for k in reversed(value)}
    return [_reverse(v) for v in value] if isinstance(value, list) else value


@variant("reordered", "SHP-1", "*", "The members of objects come in another order.")
def _(_x: Exchange, r: Reply) -> None:
    r.body = _reverse(r.body)


# Resources.
each("ids-lower", "SHP-5", ALL, "id is in lower case.", kind="variant")(lambda i: i.update(id=i["id"].lower()))
each("ids-groups", "SHP-5", ALL, "id has resourcegroups in lower case.", kind="variant")(
    lambda i: i.update(id=i["id"].replace("/resourceGroups/", "/resourcegroups/"))
)
each("types-lower", "SHP-5", ALL, "type is in lower case.", kind="variant")(lambda i: i.update(type=i["type"].lower()))
each("parent-name", "SHP-5", ALL, "name has the name of the parent before it.", kind="variant")(
    lambda i: i.update(name=f"{i['id'].split('/')[-3]}/{i['name']}")
)
each("no-system", "SHP-1", "C1 C5", "There is no systemData.", kind="variant")(lambda i: i.pop("systemData"))
each("no-provisioning", "SHP-1", "C1 C2", "There is no provisioningState.", kind="variant")(
    lambda i: i["properties"].pop("provisioningState")
)
each("no-actions", "SHP-1", "C1 C3", "There is no actionsRequired.", kind="variant")(
    lambda i: link_state(i).pop("actionsRequired", None)
)
each("long-times", "SHP-1", "C1 C5", "Times have seven digits and an offset.", kind="variant")(
    lambda i: i["systemData"].update({k: v[:-1] + "0000+00:00" for k, v in i["systemData"].items() if k.endswith("At")})
)
each("lean", "SHP-1", "C5", "A service shows only what it must.", kind="variant")(
    lambda i: (
        [i.pop(k) for k in ("identity", "tags", "etag", "systemData")]
        + [i.update(properties={"provisioningState": i["properties"]["provisioningState"]})]
    )
)


@variant("id-as-asked", "SHP-5", ALL, "id has the case of the request.", "get", "200")
def _(x: Exchange, r: Reply) -> None:
    for item in items(r):
        item["id"] = x.path


# Errors.


@variant("null-target", "ERR-1", ALL, "target is null in errors.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    r.body["error"].setdefault("target", None)


@variant("null-details", "ERR-1", CLOUD, "details is null in errors.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    r.body["error"].update(details=None)


@variant("empty-details", "ERR-1", CLOUD, "details is an empty array in errors.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    r.body["error"].update(details=[])


@variant("deep-details", "ERR-1", CLOUD, "details are nested, with null targets.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    inner = {"code": "Inner", "message": "The inner reason.", "target": None, "details": None}
    r.body["error"].update(details=[{"code": "Outer", "message": "The reason.", "target": "body", "details": [inner]}])


@variant("more-info", "ERR-1", CLOUD, "Errors have additionalInfo with members of its own.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    r.body["error"]["additionalInfo"] = [{"type": "PolicyViolation", "info": {"policy": "p1", "weight": 0.5}}]


@variant("german", "ERR-1", "*", "Messages are in German.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    inner, key = (r.body["error"], "message") if "error" in r.body else (r.body, "error_msg")
    inner[key] = "Die Anforderung ist ungültig: Überprüfen Sie die Eingabe."


@variant("chinese", "ERR-1", "*", "Messages are in Chinese.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    inner, key = (r.body["error"], "message") if "error" in r.body else (r.body, "error_msg")
    inner[key] = "请求无效，请检查参数。"


def _azure(slug: str, names: str, text: str, code: str, why: str, status: int = 0, contracts: str = ALL) -> None:
    @variant(slug, names, contracts, text, "", "", why)
    def _(_x: Exchange, r: Reply) -> None:
        r.status = status or r.status
        r.body["error"]["code"] = code


_azure("code-not-found", "ERR-3", "An unknown resource has the code NotFound.", "NotFound", "absent")
_azure(
    "code-parent",
    "ERR-3",
    "An unknown resource has the code ParentResourceNotFound.",
    "ParentResourceNotFound",
    "absent",
)
_azure("parent-code", "ERR-3", "An unknown parent has the code ResourceNotFound.", "ResourceNotFound", "parent")
_azure("limits-404", "ERR-6", "A path outside its limits answers 404.", "ResourceNotFound", "limits", 404)
_azure("unsupported-code", "ERR-4", "An unknown api-version has another code.", "UnsupportedApiVersion", "unsupported")
_azure("token-code", "HDR-2", "A 401 has the code InvalidAuthenticationToken.", "InvalidAuthenticationToken", "auth")
_azure(
    "body-code",
    "ERR-5",
    "A bad body has the code BadRequest.",
    "BadRequest",
    BAD_BODY,
    contracts=PEC,
)
_azure("large-400", "HDR-5", "A body that is too large answers 400.", "BadRequest", "size", 400, PEC)


@variant("method-404", "ERR-7", f"{ALL} C4", "An undocumented method answers 404.", "method", "405")
def _(x: Exchange, r: Reply) -> None:
    code = {"error_code": "EndPoint.0005", "error_msg": "The resource does not exist."}
    r.become(404, code if x.contract == "C4" else {"error": {"code": "NotFound", "message": "There is nothing here."}})


@variant("method-400", "ERR-7", f"{ALL} C4", "An undocumented method answers 400.", "method", "405")
def _(x: Exchange, r: Reply) -> None:
    code = {"error_code": "EndPoint.0002", "error_msg": "The method is not valid."}
    r.become(400, code if x.contract == "C4" else {"error": {"code": "BadRequest", "message": "The method is wrong."}})


@variant("throttled", "HDR-3", ALL, "Every ninth read answers 429 with Retry-After.", "get list", "200")
def _(x: Exchange, r: Reply) -> None:
    count = x.world.memo["count"] = x.world.memo.get("count", 0) + 1
    if count % 9 == 0:
        r.become(429, {"error": {"code": "TooManyRequests", "message": "Slow down."}}, Retry_After="1")
