"""Faults of HDR: request ids, credentials, case, 429, and answers above 499."""

from __future__ import annotations

import copy

from tests.other_server.azure import entries
from tests.other_server.model import Exchange, Reply
from tests.other_server.registry import fault, items
from tests.other_server.route import NOTHING, parse

ALL = "C1 C2 C3 C5"
PEC = "C1 C2 C3"
EVERY = f"{ALL} C4"
RID = "x-ms-request-id"


def _no_id(slug: str, contracts: str, text: str, ops: str = "", status: str = "") -> None:
    @fault(slug, "HDR-1", contracts, text, ops, status)
    def _(_x: Exchange, r: Reply) -> None:
        r.headers.pop(RID, None)


_no_id("no-id", ALL, "No answer has x-ms-request-id.")
_no_id("no-id-errors", ALL, "Errors have no x-ms-request-id.", "", "bad")
_no_id("no-id-404", ALL, "A 404 has no x-ms-request-id.", "", "404")
_no_id("no-id-401", ALL, "A 401 has no x-ms-request-id.", "", "401")
_no_id("no-id-405", ALL, "A 405 has no x-ms-request-id.", "", "405")
_no_id("no-id-202", PEC, "A 202 has no x-ms-request-id.", "delete put", "202")
_no_id("no-id-204", PEC, "A 204 has no x-ms-request-id.", "", "204")
_no_id("no-id-poll", PEC, "The status resource has no x-ms-request-id.", "status result")


@fault("same-id", "HDR-1", ALL, "All answers share one x-ms-request-id.")
def _(_x: Exchange, r: Reply) -> None:
    r.headers[RID] = "0f8fad5b-d9cb-469f-a165-70867728950e"


@fault("same-id-errors", "HDR-1", ALL, "All errors share one x-ms-request-id.", "", "bad")
def _(_x: Exchange, r: Reply) -> None:
    r.headers[RID] = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@fault("id-by-name", "HDR-1", ALL, "The x-ms-request-id of Get belongs to the resource.", "get", "ok")
def _(x: Exchange, r: Reply) -> None:
    r.headers[RID] = f"{x.contract}-{x.name.lower()}"


@fault("id-every-third", "HDR-1", ALL, "Three lists in a row share their x-ms-request-id.", "list")
def _(x: Exchange, r: Reply) -> None:
    count = x.world.memo["count"] = x.world.memo.get("count", 0) + 1
    r.headers[RID] = f"00000000-0000-0000-0000-{count // 3:012}"


@fault("empty-id", "HDR-1", "C1 C3", "x-ms-request-id is empty.")
def _(_x: Exchange, r: Reply) -> None:
    r.headers[RID] = ""


# Credentials.


def _credential(x: Exchange) -> str:
    return x.headers.get("x-auth-token" if x.contract == "C4" else "authorization", "")


@fault("no-auth", "HDR-2", EVERY, "Credentials are not checked.", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.lenient.add("auth")


@fault("any-credential", "HDR-2", EVERY, "Any credential is accepted, none is not.", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    if _credential(x):
        x.lenient.add("auth")


@fault(
    "none-accepted", "HDR-2", EVERY, "A request without a credential is accepted, a wrong one is not.", stage="before"
)
def _(x: Exchange, _r: Reply) -> None:
    if not _credential(x):
        x.lenient.add("auth")


@fault("list-open", "HDR-2", EVERY, "Lists need no credential.", "list", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.lenient.add("auth")


@fault("get-open", "HDR-2", ALL, "Get needs no credential.", "get", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.lenient.add("auth")


@fault("put-open", "HDR-2 (STA-3)", PEC, "PUT needs no credential.", "put", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.lenient.add("auth")


@fault("action-open", "HDR-2 (STA-3)", "C4", "An action needs no credential.", "action", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.lenient.add("auth")


for _code in (403, 400, 404):

    def _other(_x: Exchange, r: Reply, code: int = _code) -> None:
        r.status = code

    fault(f"auth-{_code}", "HDR-2 (ERR-8)", EVERY, f"A wrong credential answers {_code}.", "", "401")(_other)


@fault("auth-302", "HDR-2", ALL, "Without a credential a request is sent to a sign-in page.", "", "401")
def _(_x: Exchange, r: Reply) -> None:
    r.become(302, None, Location="https://login.example.org/")


@fault("no-challenge", "HDR-2", ALL, "A 401 has no WWW-Authenticate (a SHOULD).", "", "401")
def _(_x: Exchange, r: Reply) -> None:
    r.headers.pop("WWW-Authenticate", None)


# Credentials that come back.


@fault("echo-message", "HDR-6", ALL, "A 401 quotes the credential that was sent.", "", "401")
def _(x: Exchange, r: Reply) -> None:
    r.body["error"]["message"] = f"The credential '{_credential(x)}' is not valid."


@fault("echo-message", "HDR-6", "C4", "A 401 quotes the credential that was sent.", "", "401")
def _(x: Exchange, r: Reply) -> None:
    r.body["error_msg"] = f"The token '{_credential(x)}' is not valid."


@fault("echo-header", "HDR-6", EVERY, "Answers repeat the credential in a header.")
def _(x: Exchange, r: Reply) -> None:
    if _credential(x):
        r.headers["X-Debug-Credential"] = _credential(x)


@fault("echo-404", "HDR-6", ALL, "A 404 quotes the request headers.", "", "404")
def _(x: Exchange, r: Reply) -> None:
    r.body["error"]["message"] += f" Request: Authorization: {_credential(x)}"


@fault("echo-400", "HDR-6", "C1 C2 C3 C4", "A 400 quotes the token without its scheme.", "", "400")
def _(x: Exchange, r: Reply) -> None:
    token = _credential(x).rsplit(" ", 1)[-1]
    inner, key = (r.body["error"], "message") if "error" in r.body else (r.body, "error_msg")
    inner[key] += f" Session {token}."


@fault("echo-link", "HDR-6", "C3 C5", "nextLink carries the token.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if r.body.get("nextLink"):
        r.body["nextLink"] += "&access_token=" + _credential(x).rsplit(" ", 1)[-1]


# Case.


def _case(slug: str, text: str, part: int) -> None:
    """A fault that compares one part of the path with its case."""

    @fault(slug, "HDR-4", ALL, text, "get list", "200")
    def _(x: Exchange, r: Reply) -> None:
        sent, own = x.path.split("/"), [*x.azure.base.split("/"), x.name]
        known = {i["id"].rsplit("/", 1)[1] for i in items(r)} if x.op == "get" else {x.name}
        own[-1] = next(iter(known), x.name)
        if part < len(sent) and sent[part] != own[part] and (part == 10 or sent[part].lower() == own[part].lower()):
            r.become(404, {"error": {"code": "ResourceNotFound", "message": "The resource was not found."}})


_case("case-group", "The resource group compares with case.", 4)
_case("case-groups", "The word resourceGroups compares with case.", 3)
_case("case-provider", "The provider compares with case.", 6)
_case("case-parent", "The name of the parent compares with case.", 8)
_case("case-collection", "The collection compares with case.", 9)
_case("case-name", "The name of the resource compares with case.", 10)


@fault("case-other", "HDR-4", ALL, "Get in another case shows another state.", "get", "200")
def _(x: Exchange, r: Reply) -> None:
    if x.name not in {item["name"] for _, item in entries(x)}:  # another fault may change the name in the answer
        r.body = copy.deepcopy(r.body)
        r.body["properties"]["provisioningState"] = "Failed"


# 429.


def _throttle(slug: str, contracts: str, text: str, bare: bool) -> None:
    @fault(slug, "HDR-3 (ERR-1)", contracts, text, "get list", "200")
    def _(x: Exchange, r: Reply) -> None:
        count = x.world.memo["count"] = x.world.memo.get("count", 0) + 1
        if count % 9 == 0:
            r.become(429, {"error": {"code": "TooManyRequests", "message": "Slow down."}}, Retry_After="1")
            if x.contract == "C4":
                r.body = {"error_code": "APIGW.0308", "error_msg": "Slow down."}
            if bare:
                r.text("text/html", "<html><body>Too many requests</body></html>")
            else:
                r.headers.pop("Retry-After")


_throttle("throttle-html", EVERY, "Every ninth read answers 429 with an HTML page.", True)
_throttle("throttle-no-wait", EVERY, "Every ninth read answers 429 without Retry-After (a SHOULD).", False)


# Answers above 499.


def _fatal(slug: str, contracts: str, text: str, test: object, ops: str = "put action", status: int = 500) -> None:
    """A fault that answers a request by itself, before anything is done."""

    @fault(slug, "HDR-5 (ERR-5 ERR-7 ERR-8)", contracts, text, ops, stage="before")
    def _(x: Exchange, r: Reply) -> None:
        value = parse(x.body)
        x.doc = None if value is NOTHING else value
        if callable(test) and test(x):
            r.become(status, {"error": {"code": "InternalServerError", "message": "The request failed."}})
            if x.contract == "C4":
                r.body = {"error_code": "EndPoint.0001", "error_msg": "System error."}


def _depth(x: Exchange) -> bool:
    return x.body.count(b"[") > 500 or x.body.count(b"{") > 500


_fatal("large-500", "C1 C2 C3 C4", "A body over 100 000 bytes answers 500.", lambda x: len(x.body) > 100_000)
_fatal(
    "large-503",
    "C1 C2 C3 C4",
    "A body over a million bytes answers 503.",
    lambda x: len(x.body) > 1_000_000,
    status=503,
)
_fatal("deep-500", "C1 C2 C3 C4", "A deeply nested body answers 500.", _depth)
_fatal(
    "scalar-500",
    "C1 C2 C3 C4",
    "A body that is a number or a string answers 500.",
    lambda x: x.body[:1] in b'"0123456789' and x.body,
)
_fatal(
    "utf8-500", "C1 C2 C3 C4", "A body that is not UTF-8 answers 500.", lambda x: b"\xff" in x.body or b"\xfe" in x.body
)
_fatal(
    "long-text-500",
    PEC,
    "A description of over 1000 characters answers 500.",
    lambda x: len(str(x.state.get("description", ""))) > 1000,
)
_fatal(
    "non-ascii-500",
    PEC,
    "A description that is not ASCII answers 500.",
    lambda x: not str(x.state.get("description", "")).isascii(),
)
_fatal(
    "null-text-500", PEC, "A description that is null answers 500.", lambda x: x.state.get("description", "") is None
)
_fatal(
    "null-state-500",
    PEC,
    "properties that are null answer 500.",
    lambda x: isinstance(x.doc, dict) and x.doc.get("properties", 1) is None,
)
_fatal(
    "long-name-500", ALL, "A name of over 100 characters answers 500.", lambda x: len(x.name) > 100, "get put delete"
)
_fatal("odd-name-500", ALL, "A name that is not ASCII answers 500.", lambda x: not x.name.isascii(), "get put delete")
_fatal(
    "text-endpoints-500",
    "C4",
    "endpoints that are no array answer 500.",
    lambda x: isinstance(x.doc, dict) and not isinstance(x.doc.get("endpoints"), list),
    "action",
)
_fatal(
    "offset-big-500",
    "C4",
    "An offset over 2^31 answers 500.",
    lambda x: (x.param("offset") or "").isdigit() and int(x.param("offset") or 0) > 2**31,
    "list",
)
_fatal(
    "status-failed-500", "C4", "The filter status=failed answers 500.", lambda x: x.param("status") == "failed", "list"
)
_fatal("head-502", ALL, "HEAD answers 502.", lambda x: x.method == "HEAD", "method", 502)
