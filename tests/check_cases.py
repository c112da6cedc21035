"""For each requirement: exchanges that pass, exchanges that breach it, and a part of the message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from linkproof.model.exchange import Circumstances, Credential, Exchange, Grade
from tests.traffic import (
    AKS,
    DICOM,
    HEALTH,
    HOST,
    HUAWEI,
    MOCK,
    PATHS,
    POSTGRES,
    connection,
    connections,
    decision,
    error,
    ex,
    listing,
    state,
)


@dataclass(frozen=True)
class Case:
    """``good`` must exercise the requirement without a breach, ``bad`` must breach it with ``says`` in the message."""

    requirement: str
    good: tuple[Exchange, ...]
    bad: tuple[Exchange, ...]
    says: str
    circumstances: Circumstances = MOCK
    name: str = ""


def got(own: str = "one", of: str = AKS, **changes: Any) -> Exchange:
    """Get shows a connection."""
    return ex(of, own=own, answer=connection(of, own, **changes))


def put(own: str = "one", name: str = AKS, status: int = 200, sent: Any = None, **changes: Any) -> Exchange:
    """A decision that is answered with the connection."""
    body = decision() if sent is None else sent
    shown = changes or state(body["properties"]["privateLinkServiceConnectionState"]["status"], "fine")
    return ex(name, "PUT", own, status, connection(name, own, **shown), sent=body)


APPROVED = state("Approved", "fine")
REJECTED = state("Rejected", "fine")
POLL = f"{HOST}/subscriptions/x/providers/P/locations/l/operationStatuses/1?api-version=2025-01-01"
RESULT = f"{HOST}/subscriptions/x/providers/P/locations/l/operationResults/1?api-version=2025-01-01"
LONG = (("Azure-AsyncOperation", POLL), ("Location", RESULT))


def delete(own: str = "one", status: int = 202, headers: Any = LONG, **more: Any) -> Exchange:
    """Delete, long-running unless told otherwise."""
    return ex(AKS, "DELETE", own, status, headers=headers if status == 202 else (), **more)


def poll(word: Any, status: int = 200, **more: Any) -> Exchange:
    """What the operation's status says."""
    return ex(AKS, url=POLL, status=status, answer={"status": word, **more} if status == 200 else {"error": {}})


def result(status: int) -> Exchange:
    """What the operation's Location answers."""
    return ex(AKS, url=RESULT, status=status)


def long_decision() -> Exchange:
    """A decision that goes on, as PostgreSQL answers it."""
    return ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=LONG)


def created() -> Exchange:
    """Its Location says that something was created."""
    return ex(POSTGRES, url=RESULT, status=201)


def action(word: str = "receive", own: str = "one", status: int = 200, answer: Any = None) -> Exchange:
    """A decision of Huawei's contract: its action with one endpoint."""
    shown = answer or {"connections": [connection(HUAWEI, own, status="accepted")]}
    return ex(HUAWEI, "POST", "action", status, shown, sent={"action": word, "endpoints": [own]})


def slow(exchange: Exchange, started: float, ended: float) -> Exchange:
    """The same exchange at another time."""
    return replace(exchange, started=started, ended=ended)


NEXT = f"{HOST}{PATHS[DICOM]}?api-version=2022-06-01&$skipToken=2"
SERVICE = [connection(DICOM, n) for n in ("a", "b", "c", "d")]
WHOLE = tuple(
    connection(HUAWEI, f"e{i}", marker_id=422321321312321321 + i * 7, created_at=f"2026-01-{20 - i:02}T08:00:00Z")
    for i in range(12)
)
RECORDED = Circumstances(grade=Grade.RECORDING)
PROMISED = replace(MOCK, collections={AKS: frozenset({PATHS[AKS].lower()})})

CASES: tuple[Case, ...] = (
    Case("SHP-1", (got(),), (ex(AKS, own="one", answer={"id": PATHS[AKS] + "/one"}),), "required properties"),
    Case("SHP-1", (got(),), (ex(AKS, own="one", raw=b"<html>"),), "not JSON", name="not JSON"),
    Case("SHP-1", (got(),), (got(properties__provisioningState=None),), "does not fit", name="null"),
    Case(
        "SHP-1",
        (connections(WHOLE[0]),),
        (connections({**WHOLE[0], "created_at": "2018-01-30T07:42:01.174"}),),
        "does not match",
        name="time",
    ),
    Case(
        "SHP-1",
        (connections(WHOLE[0]),),
        (connections({**WHOLE[0], "status": "failed"}),),
        "error",
        name="failed says why",
    ),
    Case("SHP-2", (put(),), (put(status=203),), "answered 203"),
    Case(
        "SHP-3",
        (got(),),
        (ex(AKS, own="one", answer=connection(), label=("Content-Type", "text/plain")),),
        "text/plain",
    ),
    Case(
        "SHP-3",
        (ex(AKS, "DELETE", "one", 204),),
        (ex(AKS, "DELETE", "one", 204, raw=b"{}"),),
        "with a body",
        name="204",
    ),
    Case("SHP-4", (got(),), (got(properties__colour="red"),), "does not know"),
    Case(
        "SHP-4",
        (connections(WHOLE[0]),),
        (connections({**WHOLE[0], "colour": "red"}),),
        "does not know",
        name="beside a condition",
    ),
    Case("SHP-5", (got(id=(PATHS[AKS] + "/ONE").upper()),), (got(id=PATHS[AKS] + "/two"),), "id is"),
    Case("SHP-5", (got(name="c/one"),), (got(name="uno"),), "name is", name="name"),
    Case(
        "SHP-5",
        (listing(AKS, connection()),),
        (listing(AKS, connection(type="Microsoft.Network/x")),),
        "type is",
        name="type in a list",
    ),
    Case(
        "SHP-6",
        (
            got(
                properties__privateEndpoint__id="/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/privateEndpoints/p"
            ),
        ),
        (got(properties__privateEndpoint__id="pe2"),),
        "not an id of a private endpoint",
    ),
    Case(
        "SHP-9",
        (action(own="ONE", answer={"connections": [connection(HUAWEI, "two"), connection(HUAWEI, "one")]}),),
        (action(answer={"connections": [connection(HUAWEI, "two"), connection(HUAWEI, "three")]}),),
        "AcceptOrReject on one was answered with two and three instead",
    ),
    Case(
        "SHP-9",
        (connections(connection(HUAWEI, "one")), action()),
        (connections(connection(HUAWEI, "one")), action(answer={"connections": []})),
        "without the connection that it decided",
        name="an empty list",
    ),
    Case(
        "SHP-7",
        (connections(WHOLE[0]),),
        (
            ex(
                HUAWEI,
                raw=b'{"connections":[{"id":"x","marker_id":4.2232132131232134e17,"created_at":"2026-01-05T08:00:00Z","updated_at":"2026-01-05T08:00:00Z","domain_id":"d","status":"accepted"}],"total_count":1}',
            ),
        ),
        "floating-point",
    ),
    Case(
        "SHP-7",
        (connections(WHOLE[0]), connections(WHOLE[0])),
        (connections(WHOLE[0]), connections({**WHOLE[0], "marker_id": 422321321312321344})),
        "rounded",
        name="rounded once",
    ),
    Case(
        "SHP-7",
        (connections(*WHOLE[:10]),),
        (connections(*({**w, "marker_id": int(float(w["marker_id"])) + i * 640} for i, w in enumerate(WHOLE[:10]))),),
        "double",
        name="always rounded",
    ),
    Case("ENM-1", (got(),), (got(properties__provisioningState="Ready"),), "undocumented"),
    Case("ENM-1", (got(),), (got(**state("approved")),), "only in case", name="case"),
    Case(
        "ENM-2",
        (error(AKS, 400, "Bad", "PUT", "one", sent=decision("Bogus")),),
        (ex(AKS, "PUT", "one", 200, connection(), sent=decision("Bogus")),),
        "undocumented",
    ),
    Case("ENM-3", (got(), put()), (got(), error(AKS, 400, "Bad", "PUT", "one", sent=decision("Rejected"))), "refused"),
    Case("PAG-1", (listing(AKS),), (ex(AKS, answer={}),), "not an array"),
    Case("PAG-1", (listing(AKS),), (ex(AKS, answer=[connection()]),), "bare array", name="bare"),
    Case(
        "PAG-2",
        (listing(DICOM, SERVICE[0], link=NEXT),),
        (listing(DICOM, SERVICE[0], link=NEXT.replace("api-version=2022-06-01&", "")),),
        "api-version",
    ),
    Case(
        "PAG-2",
        (listing(DICOM, SERVICE[0], link=NEXT),),
        (listing(DICOM, SERVICE[0], link=NEXT.replace("api.example", "else.example")),),
        "host",
        name="host",
    ),
    Case(
        "PAG-2",
        (listing(DICOM, SERVICE[0], link=NEXT),),
        (listing(DICOM, SERVICE[0], link=NEXT.replace("/w/", "/v/")),),
        "path",
        name="parent",
    ),
    Case(
        "PAG-2",
        (listing(DICOM, SERVICE[0], link=NEXT),),
        (listing(DICOM, SERVICE[0], link=PATHS[DICOM]),),
        "absolute",
        name="relative",
    ),
    Case(
        "PAG-2",
        (listing(DICOM, SERVICE[0], link=NEXT), listing(DICOM, SERVICE[1], url=NEXT)),
        (listing(DICOM, SERVICE[0], link=NEXT), error(DICOM, 404, "NotFound", url=NEXT)),
        "answered with 404",
        name="dead link",
    ),
    Case(
        "PAG-3",
        (listing(DICOM, SERVICE[0], link=NEXT), listing(DICOM, SERVICE[1], url=NEXT)),
        (listing(DICOM, SERVICE[0], link=NEXT), listing(DICOM, SERVICE[1], url=NEXT, link=NEXT)),
        "never ends",
    ),
    Case(
        "PAG-4",
        (listing(DICOM, SERVICE[0], link=NEXT), listing(DICOM, SERVICE[1], url=NEXT)),
        (listing(DICOM, SERVICE[0], link=NEXT), listing(DICOM, SERVICE[0], url=NEXT)),
        "twice",
    ),
    Case("PAG-4", (got(), listing(AKS, connection())), (got(), listing(AKS)), "is on no page", name="missing"),
    Case(
        "PAG-4",
        (connections(*WHOLE, query="limit=50"),),
        (connections(*WHOLE[:3], total=4, query="limit=3"), connections(WHOLE[2], total=4, query="limit=3&offset=3")),
        "two pages",
        name="by offset",
    ),
    Case("PAG-5", (listing(DICOM, *SERVICE),), (listing(DICOM, *SERVICE, link=""),), "empty"),
    Case("PAG-6", (connections(*WHOLE[:10], total=12),), (connections(*WHOLE),), "default limit"),
    Case(
        "PAG-6",
        (connections(*WHOLE[:2], total=12, query="limit=2"), connections(*WHOLE[:3], total=12, query="limit=3")),
        (connections(*WHOLE[:2], total=2, query="limit=2"), connections(*WHOLE[:3], total=3, query="limit=3")),
        "the total was",
        name="total follows limit",
    ),
    Case(
        "PAG-6",
        (connections(total=12, query="limit=0"),),
        (error(HUAWEI, 400, "EndPoint.0006", query="limit=0"),),
        "limit=0",
        name="limit=0",
    ),
    Case(
        "PAG-6",
        (connections(*WHOLE, query="limit=50"),),
        (connections(*WHOLE, total=11, query="limit=50"),),
        "pages have",
        name="total is not the count",
    ),
    Case("PAG-7", (connections(*WHOLE, query="limit=50"),), (connections(*WHOLE[::-1], query="limit=50"),), "order"),
    Case(
        "PAG-7",
        (connections(*WHOLE[:2], query="status=pendingAcceptance"),),
        (connections(*WHOLE[:2], query="status=accepted"),),
        "filter",
        name="filter",
    ),
    Case(
        "PAG-7",
        (connections(*WHOLE, query="limit=50"), connections(query="status=accepted&limit=50")),
        (connections(*WHOLE, query="limit=50"), connections(total=12, query="status=accepted&limit=50")),
        "but the total is",
        name="filtered total",
    ),
    Case(
        "PAG-8",
        (error(HUAWEI, 400, "Endpoint.0006", query="limit=1001"),),
        (error(HUAWEI, 400, "EndPoint.0010", query="limit=1001"),),
        "limit='1001'",
    ),
    Case(
        "PAG-8",
        (error(HUAWEI, 400, "EndPoint.0018", query="sort_dir=up"),),
        (connections(query="sort_dir=up"),),
        "sort_dir='up'",
        name="accepted",
    ),
    Case(
        "ERR-1",
        (error(AKS, 404, "ResourceNotFound", own="x"),),
        (ex(AKS, own="x", status=404, answer={"code": "NotFound"}),),
        "has no 'error'; it has 'code'",
    ),
    Case(
        "ERR-1",
        (error(AKS, 404, "ResourceNotFound", own="x"),),
        (ex(AKS, own="x", status=404, raw=b"<html>"),),
        "without the error body",
        name="HTML",
    ),
    Case(
        "ERR-1",
        (error(HUAWEI, 404, "EndPoint.2006"),),
        (ex(HUAWEI, status=404, answer={"error_code": "EndPoint.2006", "error_message": "no"}),),
        "error_msg",
        name="error_message",
    ),
    Case(
        "ERR-2",
        (error(AKS, 404, "ResourceNotFound", own="x"),),
        (
            ex(
                AKS,
                own="x",
                status=404,
                answer={"error": {"code": "E", "message": "Traceback (most recent call last): x"}},
            ),
        ),
        "stack trace",
    ),
    Case(
        "ERR-2",
        (error(AKS, 404, "E", own="x"),),
        (ex(AKS, own="x", status=404, answer={"error": {"code": "E", "message": "System.NullReferenceException"}}),),
        "exception type",
        name="exception",
    ),
    Case(
        "ERR-2",
        (error(AKS, 404, "E", own="x"),),
        (
            ex(
                AKS,
                own="x",
                status=404,
                answer={
                    "error": {
                        "code": "E",
                        "message": "m",
                        "details": [{"code": "c", "message": "see /usr/lib/app/main.py"}],
                    }
                },
            ),
        ),
        "internals leak (file path)",
        name="path in details",
    ),
    Case(
        "ERR-2",
        (error(AKS, 404, "E", own="x"),),
        (ex(AKS, own="x", status=404, answer={"error": {"code": "E", "message": "SELECT * FROM pec WHERE id=1"}}),),
        "SQL",
        name="SQL",
    ),
    Case(
        "ERR-3",
        (listing(AKS, connection()), error(AKS, 404, "ResourceNotFound", own="x")),
        (listing(AKS, connection()), got("x")),
        "unknown",
    ),
    Case(
        "ERR-3",
        (
            error(
                AKS,
                404,
                "ParentResourceNotFound",
                url=HOST + PATHS[AKS].replace("/c/", "/d/") + "?api-version=2025-01-01",
            ),
        ),
        (ex(AKS, answer={"value": []}, url=HOST + PATHS[AKS].replace("/c/", "/d/") + "?api-version=2025-01-01"),),
        "parent",
        PROMISED,
        "parent",
    ),
    Case(
        "ERR-4",
        (error(AKS, 400, "MissingApiVersionParameter", query=""),),
        (listing(AKS, query=""),),
        "without api-version",
    ),
    Case(
        "ERR-4",
        (error(AKS, 400, "MissingApiVersionParameter", query=""),),
        (error(AKS, 400, "BadRequest", query=""),),
        "another code",
        name="code",
    ),
    Case(
        "ERR-5",
        (error(AKS, 400, "Bad", "PUT", "one", raw_sent=b"{"),),
        (ex(AKS, "PUT", "one", 200, connection(), raw_sent=b"{"),),
        "not JSON",
    ),
    Case(
        "ERR-5",
        (error(AKS, 400, "Bad", "PUT", "one", sent={}),),
        (error(AKS, 500, "Oops", "PUT", "one", sent={}),),
        "lacks /properties",
        name="5xx",
    ),
    Case(
        "ERR-6",
        (
            error(
                AKS,
                400,
                "Bad",
                url=HOST
                + PATHS[AKS].replace(SUB_OF := "00000000-0000-0000-0000-000000000000", "nobody")
                + "?api-version=2025-01-01",
            ),
        ),
        (ex(AKS, answer={"value": []}, url=HOST + PATHS[AKS].replace(SUB_OF, "nobody") + "?api-version=2025-01-01"),),
        "outside its limits",
    ),
    Case(
        "ERR-7",
        (error(AKS, 405, "MethodNotAllowed", "POST", headers=[("Allow", "GET")]),),
        (ex(AKS, "POST", "", 200, {"value": []}),),
        "undocumented",
    ),
    Case(
        "ERR-7",
        (error(AKS, 404, "NotFound", "POST"),),
        (error(AKS, 405, "MethodNotAllowed", "POST"),),
        "allowed methods",
        name="Allow",
    ),
    Case(
        "ERR-8", (error(HUAWEI, 404, "endpoint.2006"),), (error(HUAWEI, 400, "EndPoint.2006"),), "belongs to status 404"
    ),
    Case(
        "ERR-9",
        (error(AKS, 404, "A", own="x"), error(AKS, 404, "A", own="x")),
        (error(AKS, 404, "A", own="x"), error(AKS, 404, "B", own="x")),
        "another code",
    ),
    Case("STA-1", (put(), got(**APPROVED)), (put(), got()), "get shows Pending"),
    Case(
        "STA-1",
        (put(), listing(AKS, connection(**APPROVED))),
        (put(), listing(AKS, connection())),
        "list shows Pending",
        name="list",
    ),
    Case(
        "STA-1",
        (action(), connections(connection(HUAWEI, "one", status="accepted"))),
        (action(), connections(connection(HUAWEI, "one"))),
        "shows pendingAcceptance",
        name="action",
    ),
    Case("STA-2", (put(), got(**APPROVED)), (put(), got(**state("Approved", "fin"))), "description"),
    Case(
        "STA-2",
        (put(sent=decision("Approved", " fine ")), got(**state("Approved", " fine "))),
        (put(sent=decision("Approved", " fine ")), got(**state("Approved", "fine"))),
        "without the blanks at its ends",
        name="blanks",
    ),
    Case(
        "STA-3",
        (got(), error(AKS, 400, "Bad", "PUT", "one", sent={}), got()),
        (got(), error(AKS, 400, "Bad", "PUT", "one", sent={}), got(**REJECTED)),
        "was refused",
    ),
    Case(
        "STA-3",
        (got("two"), error(AKS, 400, "Bad", "PUT", "one", sent={}), got("two")),
        (got("two"), error(AKS, 400, "Bad", "PUT", "one", sent={}), got("two", **REJECTED)),
        "another connection",
        name="another",
    ),
    Case(
        "STA-4",
        (put(), got(**APPROVED), put(), got(**APPROVED)),
        (put(), got(**APPROVED), put(), got(**state("Approved", "again"))),
        "sent twice",
    ),
    Case(
        "STA-4",
        (put(), got(**APPROVED), put()),
        (put(), got(**APPROVED), error(AKS, 409, "Conflict", "PUT", "one", sent=decision())),
        "again",
        name="refused",
    ),
    Case(
        "STA-5",
        (got(), delete(status=200), error(AKS, 404, "NotFound", own="one")),
        (got(), delete(status=200), got()),
        "still shows",
    ),
    Case(
        "STA-5",
        (got(), delete(status=200), delete(status=204)),
        (got(), delete(status=200), delete(status=200)),
        "second Delete",
        name="again",
    ),
    Case(
        "STA-5",
        (got(), delete(status=200), listing(AKS)),
        (got(), delete(status=200), listing(AKS, connection())),
        "List still shows",
        name="list",
    ),
    Case("STA-6", (listing(AKS, connection()), got()), (listing(AKS, connection()), got(**REJECTED)), "List showed"),
    Case("STA-7", (got("two"), put(), got("two")), (got("two"), put(), got("two", **APPROVED)), "another connection"),
    Case(
        "STA-8",
        (got(), put(sent=decision(name="evil")), got(**APPROVED)),
        (
            got(),
            put(sent=decision(systemData={"createdBy": "evil"})),
            got(systemData={"createdBy": "evil"}, **APPROVED),
        ),
        "read-only",
    ),
    Case(
        "STA-9",
        (
            got(of=POSTGRES, own="one", **APPROVED),
            error(POSTGRES, 400, "PrivateEndpointConnectionStatusNotPending", "PUT", "one", sent=decision("Rejected")),
        ),
        (got(of=POSTGRES, own="one", **APPROVED), put("one", POSTGRES, sent=decision("Rejected"))),
        "decided again",
    ),
    Case(
        "STA-9",
        (got(**REJECTED), put(), got(**APPROVED)),
        (got(**REJECTED), put(), got(**REJECTED)),
        "answered with success, but",
        name="elsewhere",
    ),
    Case(
        "STA-10",
        (
            got(),
            slow(put(), 1e6, 1e6 + 2),
            slow(put(sent=decision("Rejected", "no")), 1e6 + 1, 1e6 + 3),
            slow(got(**state("Rejected", "no")), 1e6 + 4, 1e6 + 5),
        ),
        (
            got(),
            slow(put(), 1e6, 1e6 + 2),
            slow(put(sent=decision("Rejected", "no")), 1e6 + 1, 1e6 + 3),
            slow(got(**state("Rejected", "fine")), 1e6 + 4, 1e6 + 5),
        ),
        "the state is that of neither",
    ),
    Case("LRO-1", (delete(),), (delete(headers=()),), "a client cannot follow"),
    Case("LRO-1", (delete(),), (delete(headers=[("Location", "/relative")]),), "not absolute", name="relative"),
    Case(
        "LRO-1",
        (delete(),),
        (delete(headers=[("Location", "https://other.example.org/x")]),),
        "was called",
        name="host",
    ),
    Case(
        "LRO-2",
        (delete(), poll("InProgress"), poll("Succeeded")),
        (delete(), poll("Completed")),
        "ends with 'Completed'",
    ),
    Case(
        "LRO-2",
        (delete(), poll("Failed", error={"code": "E", "message": "m"})),
        (delete(), poll("Failed")),
        "without an error",
        name="Failed",
    ),
    Case("LRO-2", (delete(), poll("Running")), (delete(), poll("", 404)), "answered with 404", name="404"),
    Case("LRO-3", (delete(), result(202), result(204)), (delete(), result(404)), "answered with 404"),
    Case(
        "LRO-3",
        (long_decision(), created()),
        (got(of=POSTGRES), long_decision(), created()),
        "answered with 201",
        name="nothing was created",
    ),
    Case(
        "LRO-3",
        (delete(), result(202), poll("InProgress")),
        (delete(), result(200), poll("InProgress")),
        "while the operation's status is still",
        name="early",
    ),
    Case(
        "LRO-4",
        (got(), delete(), poll("Succeeded"), error(AKS, 404, "NotFound", own="one")),
        (got(), slow(delete(), 1e7, 1e7 + 1), slow(poll("InProgress"), 1e7 + 8, 1e7 + 9)),
        "status is still",
        name="never ends",
    ),
    Case(
        "LRO-5",
        (delete(headers=[*LONG, ("Retry-After", "15")]),),
        (delete(headers=[*LONG, ("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")]),),
        "whole number",
    ),
    Case(
        "LRO-5",
        (delete(headers=[*LONG, ("Retry-After", "15")]),),
        (delete(headers=[*LONG, ("Retry-After", "1")]),),
        "outside 10 to 600",
        RECORDED,
        "on a real service",
    ),
    Case(
        "LRO-6",
        (
            listing(AKS),
            ex(AKS, "PUT", "one", 202, sent=decision(), headers=LONG),
            error(AKS, 404, "NotFound", own="one"),
            poll("InProgress"),
        ),
        (listing(AKS), ex(AKS, "PUT", "one", 202, sent=decision(), headers=LONG), got(), poll("InProgress")),
        "while the status of its creation",
    ),
    Case("HDR-1", (got(), got()), (ex(AKS, own="one", answer=connection(), ids=False),), "no x-ms-request-id"),
    Case(
        "HDR-1",
        (got(), got()),
        (ex(AKS, own="one", answer=connection(), ids=False, headers=[("x-ms-request-id", "1")]),) * 2,
        "share",
        name="shared",
    ),
    Case(
        "HDR-2",
        (
            error(
                AKS,
                401,
                "AuthenticationFailed",
                own="one",
                credential=Credential.MISSING,
                headers=[("WWW-Authenticate", "Bearer")],
            ),
        ),
        (ex(AKS, own="one", answer=connection(), credential=Credential.WRONG),),
        "wrong credential",
    ),
    Case(
        "HDR-2",
        (error(HUAWEI, 401, "EndPoint.0003", credential=Credential.WRONG),),
        (error(HUAWEI, 401, "EndPoint.0002", credential=Credential.WRONG),),
        "401 came with",
        name="code",
    ),
    Case(
        "HDR-3",
        (error(AKS, 429, "TooManyRequests", headers=[("Retry-After", "5")]),),
        (ex(AKS, status=429, raw=b"slow down"),),
        "without the error body",
    ),
    Case(
        "HDR-3",
        (error(HUAWEI, 400, "EndPoint.0022"),),
        (error(AKS, 429, "TooManyRequests"),),
        "when to retry",
        name="Retry-After",
    ),
    Case(
        "HDR-4",
        (got(), ex(AKS, own="ONE", answer=connection())),
        (got(), error(AKS, 404, "NotFound", own="ONE")),
        "in another case",
    ),
    Case("HDR-5", (got(),), (error(AKS, 500, "InternalServerError"),), "failed with 500"),
    Case(
        "HDR-6",
        (ex(AKS, answer={"value": []}, request_headers=[("Authorization", "Bearer very-secret-1")]),),
        (
            ex(
                AKS,
                status=404,
                answer={"error": {"code": "E", "message": "Bearer very-secret-1"}},
                request_headers=[("Authorization", "Bearer very-secret-1")],
            ),
        ),
        "credential",
    ),
)
_ = HEALTH
