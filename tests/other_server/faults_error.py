"""Faults of ERR-1, ERR-2 and ERR-9: error bodies."""

from __future__ import annotations

from collections.abc import Callable

from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import fault

ALL = "C1 C2 C3 C5"
CLOUD = "C2 C3"

HTML = "<html><body><h1>Error</h1><p>The request could not be handled.</p></body></html>"
TRACE = (
    'Traceback (most recent call last): File "/srv/app/handlers.py", line 214, in put_connection '
    "return self.store.update(body) KeyError: 'properties'"
)
DOTNET = (
    "System.NullReferenceException: Object reference not set to an instance of an object. "
    "at Microsoft.Health.Rp.Controllers.ConnectionController.Put(String name) in D:\\a\\Connection.cs:line 88"
)
SQL = "The query failed: SELECT status, description FROM dbo.connections WHERE name = 'x' AND deleted = 0"
PATH = "The file /var/lib/connections/store.db could not be read."
JAVA = "java.lang.IllegalStateException: no such row at com.huawei.vpcep.dao.ConnectionDao.find(ConnectionDao.java:120)"


def _azure(
    slug: str, names: str, contracts: str, text: str, edit: Callable[[Json], object], status: str = "", why: str = ""
) -> None:
    """A fault that edits the error object."""

    @fault(slug, names, contracts, text, "", status, why)
    def _(_x: Exchange, r: Reply) -> None:
        if r.status >= 400 and isinstance(r.body, dict) and "error" in r.body:
            edit(r.body["error"])


_azure("no-message", "ERR-1", ALL, "Errors have no message.", lambda e: e.pop("message"))
_azure("empty-message", "ERR-1", "C1 C3", "The message of a 404 is empty.", lambda e: e.update(message=""), "404")
_azure("null-message", "ERR-1", "C2 C5", "The message of a 404 is null.", lambda e: e.update(message=None), "404")
_azure("no-code-404", "ERR-1 (ERR-3)", ALL, "A 404 has no code.", lambda e: e.pop("code"), "404")
_azure("code-number", "ERR-1 (ERR-3)", ALL, "The code of a 404 is the number 404.", lambda e: e.update(code=404), "404")
_azure(
    "empty-code",
    "ERR-1 (ERR-5)",
    "C1 C2 C3",
    "The code of a bad body's error is empty.",
    lambda e: e.update(code=""),
    "400",
    "json empty array null scalar member kind",
)
_azure("target-number", "ERR-1", ALL, "target is a number.", lambda e: e.update(target=1))
_azure(
    "target-array",
    "ERR-1",
    "C1 C2 C3",
    "target is an array on body errors.",
    lambda e: e.update(target=["body"]),
    "400",
    "member kind enum json",
)
_azure(
    "details-object", "ERR-1", CLOUD, "details is an object.", lambda e: e.update(details={"code": "x", "message": "y"})
)
_azure("details-text", "ERR-1", CLOUD, "details is a string on 404.", lambda e: e.update(details="none"), "404")
_azure(
    "details-no-message",
    "ERR-1",
    CLOUD,
    "An entry of details has no message.",
    lambda e: e.update(details=[{"code": "Invalid"}]),
    "400",
)
_azure(
    "details-deep",
    "ERR-1",
    CLOUD,
    "An entry two levels down in details has no code.",
    lambda e: e.update(details=[{"code": "A", "message": "a", "details": [{"message": "b"}]}]),
    "400",
)
_azure("details-strings", "ERR-1", CLOUD, "details holds strings on 404.", lambda e: e.update(details=["gone"]), "404")

# What leaks.
_azure(
    "leak-trace",
    "ERR-2",
    "C1 C2 C3",
    "A body error quotes a stack trace.",
    lambda e: e.update(message=TRACE),
    "400",
    "json empty array null scalar member kind",
)
_azure(
    "leak-dotnet", "ERR-2", ALL, "A 404 quotes an exception with its stack.", lambda e: e.update(message=DOTNET), "404"
)
_azure(
    "leak-type",
    "ERR-2",
    ALL,
    "A 404 names an exception type.",
    lambda e: e.update(message="System.Collections.Generic.KeyNotFoundException was thrown."),
    "404",
)
_azure("leak-path", "ERR-2", ALL, "A 404 names a file of the server.", lambda e: e.update(message=PATH), "404")
_azure(
    "leak-windows-path",
    "ERR-2",
    "C3 C5",
    "A missing api-version names a file of the server.",
    lambda e: e.update(message="See D:\\\\home\\\\site\\\\wwwroot\\\\routes.config for the versions."),
    "400",
    "version",
)
_azure(
    "leak-sql",
    "ERR-2",
    "C1 C2 C3",
    "An undocumented status quotes SQL.",
    lambda e: e.update(message=SQL),
    "400",
    "enum",
)
_azure("leak-sql-404", "ERR-2", "C3 C5", "A 404 quotes SQL.", lambda e: e.update(message=SQL), "404")
_azure(
    "leak-target",
    "ERR-2",
    "C1 C2",
    "The target of a 404 is a file of the server.",
    lambda e: e.update(target="/opt/rp/connections/controller.py"),
    "404",
)
_azure(
    "leak-details",
    "ERR-2",
    CLOUD,
    "A stack trace stands in nested details.",
    lambda e: e.update(details=[{"code": "A", "message": "a", "details": [{"code": "B", "message": TRACE}]}]),
    "400",
)
_azure("leak-405", "ERR-2", "C1 C5", "A 405 quotes a stack trace.", lambda e: e.update(message=TRACE), "405")
_azure(
    "leak-401",
    "ERR-2",
    "C2 C3",
    "A 401 names an exception type.",
    lambda e: e.update(message="Microsoft.IdentityModel.Tokens.SecurityTokenInvalidSignatureException: IDX10511"),
    "401",
)


def _body(
    slug: str,
    names: str,
    contracts: str,
    text: str,
    edit: Callable[[Reply], object],
    status: str = "bad",
    why: str = "",
) -> None:
    """A fault that replaces the whole error body."""

    @fault(slug, names, contracts, text, "", status, why)
    def _(_x: Exchange, r: Reply) -> None:
        edit(r)


BAD_BODY = "json empty array null scalar member kind"
EVERY = f"{ALL} C4"


def _flat(r: Reply) -> None:
    r.body = r.body.get("error", {"error": r.body})


def _double(r: Reply) -> None:
    r.body = {"error": r.body}


def _odata(r: Reply) -> None:
    r.body = {"odata.error": r.body["error"]}


def _swap(r: Reply) -> None:
    r.body = {"error": {"code": r.body["error_code"], "message": r.body["error_msg"]}}


_body("error-flat", "ERR-1", EVERY, "Error bodies have another envelope.", _flat)
_body("error-double", "ERR-1", "C3", "Error bodies are nested twice: error.error.", _double)
_body("error-odata", "ERR-1", "C1 C2", "404 bodies have odata.error for error.", _odata, "404")
_body("html-404", "ERR-1 (ERR-3 SHP-3)", EVERY, "A 404 is an HTML page.", lambda r: r.text("text/html", HTML), "404")
_body(
    "html-400",
    "ERR-1 (ERR-5 SHP-3)",
    "C1 C2 C3 C4",
    "A bad body's error is an HTML page.",
    lambda r: r.text("text/html", HTML),
    "400",
    BAD_BODY,
)
_body("html-405", "ERR-1 (ERR-7 SHP-3)", EVERY, "A 405 is an HTML page.", lambda r: r.text("text/html", HTML), "405")
_body("bare-405", "ERR-1 (ERR-7)", EVERY, "A 405 has no body.", lambda r: setattr(r, "body", None), "405")
_body("html-401", "ERR-1 (HDR-2 SHP-3)", EVERY, "A 401 is an HTML page.", lambda r: r.text("text/html", HTML), "401")
_body("bare-404", "ERR-1 (ERR-3)", EVERY, "A 404 has no body.", lambda r: setattr(r, "body", None), "404")
_body(
    "bare-version",
    "ERR-1 (ERR-4)",
    ALL,
    "A missing api-version is refused without a body.",
    lambda r: setattr(r, "body", None),
    why="version",
)
_body(
    "text-in-json", "ERR-1 (ERR-3)", EVERY, "A 404 is a JSON string.", lambda r: setattr(r, "body", "not found"), "404"
)
_body(
    "error-array",
    "ERR-1 (ERR-5)",
    "C1 C2 C3 C4",
    "A bad body's error is an array of errors.",
    lambda r: setattr(r, "body", [r.body]),
    "400",
    BAD_BODY,
)

_body("azure-shape", "ERR-1 (ERR-8)", "C4", "Errors have the shape of Azure.", _swap)
_body("no-msg", "ERR-1", "C4", "Errors have no error_msg.", lambda r: r.body.pop("error_msg"))
_body(
    "msg-key",
    "ERR-1",
    "C4",
    "Errors have error_message for error_msg.",
    lambda r: r.body.update(error_message=r.body.pop("error_msg")),
)
_body(
    "code-key",
    "ERR-1 (ERR-8 PAG-8)",
    "C4",
    "Query errors have code for error_code.",
    lambda r: r.body.update(code=r.body.pop("error_code")),
    "400",
    "limit offset sort_key sort_dir status",
)
_body("empty-msg", "ERR-1", "C4", "The error_msg of a 404 is empty.", lambda r: r.body.update(error_msg=""), "404")
_body(
    "code-int",
    "ERR-1 (ERR-8)",
    "C4",
    "The error_code of an unknown endpoint is a number.",
    lambda r: r.body.update(error_code=2006),
    why="absent",
)
_body("leak-java", "ERR-2", "C4", "A 404 quotes a Java exception.", lambda r: r.body.update(error_msg=JAVA), "404")
_body(
    "leak-sql",
    "ERR-2",
    "C4",
    "A bad query quotes SQL.",
    lambda r: r.body.update(error_msg=SQL),
    "400",
    "limit offset sort_key sort_dir status",
)
_body(
    "leak-trace",
    "ERR-2",
    "C4",
    "A bad body quotes a stack trace.",
    lambda r: r.body.update(error_msg=TRACE),
    "400",
    BAD_BODY,
)
_body(
    "leak-path",
    "ERR-2",
    "C4",
    "An unknown service names a file of the server.",
    lambda r: r.body.update(error_msg=PATH),
    why="parent",
)
