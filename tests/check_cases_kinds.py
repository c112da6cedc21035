"""Cases, as in ``check_cases``: the kinds of breach that no other case shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from linkproof.model.exchange import NO_ANSWER, Credential, Exchange
from tests.check_cases import (
    APPROVED,
    LONG,
    NEXT,
    REJECTED,
    SERVICE,
    WHOLE,
    Case,
    delete,
    got,
    poll,
    put,
    result,
    slow,
)
from tests.check_cases_effects import decided, gone, whole
from tests.check_cases_quiet import FIRST, SECOND, long_put, poll_of
from tests.traffic import (
    AKS,
    DICOM,
    HUAWEI,
    MOCK,
    POSTGRES,
    at_otc,
    connection,
    connections,
    decision,
    error,
    ex,
    listing,
    offset_refused,
    state,
)

NOT_PENDING = "PrivateEndpointConnectionStatusNotPending"
TWO = replace(MOCK, names=frozenset({"two"}))


def unauthorized(**more: Any) -> Exchange:
    """401 to a request without a credential."""
    headers = [("WWW-Authenticate", "Bearer")]
    missing = Credential.MISSING
    if "raw" in more:
        return ex(AKS, own="one", status=401, raw=b"<html>", credential=missing, headers=headers)
    return error(AKS, 401, "AuthenticationFailed", own="one", credential=missing, **{"headers": headers, **more})


def turned_down(code: str) -> Exchange:
    """A decision that is refused since the connection is no longer pending."""
    return error(POSTGRES, 400, code, "PUT", "one", sent=decision("Rejected"))


def bogus() -> Exchange:
    """An undocumented enumerator that is refused."""
    return error(AKS, 400, "Bad", "PUT", "one", sent=decision("Bogus"))


ODD = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": 7}}}
ODD_STATE: dict[str, Any] = {"properties__privateLinkServiceConnectionState": {"status": "Approved", "description": 7}}


def refused(body: dict[str, Any]) -> Exchange:
    """A decision that is refused."""
    return error(AKS, 400, "Bad", "PUT", "one", sent=body)


def unread(own: str) -> Exchange:
    """A Get whose body is cut short."""
    return ex(DICOM, own=own, raw=b'{"name":')


def connection_list(**changes: Any) -> Exchange:
    """A list that shows one connection."""
    return listing(AKS, connection(**changes))


def endless(pages: int) -> tuple[Exchange, ...]:
    """Pages without items, each with a new next link."""
    links = [f"{NEXT}{i}" for i in range(pages + 1)]
    urls = ["", *links]
    return tuple(listing(DICOM, link=links[i], url=urls[i]) for i in range(pages))


def asked_for(item: dict[str, object]) -> Exchange:
    """A list that is filtered by the id of one connection."""
    return connections(item, query=f"id={item['id']}")


#: Long after the limit of five seconds.
LATE = (1e7 + 8, 1e7 + 9)
STARTED = (1e7, 1e7 + 1)

REJECTING, APPROVING = decision("Rejected", "no"), decision("Approved", "yes")
TWO_OPERATIONS = (
    got(of=POSTGRES),
    long_put(REJECTING, FIRST),
    long_put(APPROVING, SECOND),
    poll_of(SECOND, "Succeeded"),
    poll_of(FIRST, "Succeeded"),
)
#: As above, but no URL says where the operations are polled: the connection is shown in transition, then at rest.
WITHOUT_URLS = (
    got(of=POSTGRES),
    ex(POSTGRES, "PUT", "one", 202, sent=REJECTING),
    ex(POSTGRES, "PUT", "one", 202, sent=APPROVING),
    got(of=POSTGRES, properties__provisioningState="Updating"),
)
ONE_AFTER_THE_OTHER = (
    got(of=POSTGRES),
    long_put(REJECTING, FIRST),
    poll_of(FIRST, "Succeeded"),
    long_put(APPROVING, SECOND),
    poll_of(SECOND, "Succeeded"),
)

KINDS: tuple[Case, ...] = (
    Case("SHP-1", (got(),), (ex(AKS, own="one"),), "no body", name="no body"),
    Case(
        "ENM-2",
        (bogus(),),
        (got(), bogus(), got(**REJECTED)),
        "but changed the connection",
        name="refused, and done",
    ),
    Case(
        "PAG-2",
        (listing(DICOM, SERVICE[0], link=NEXT), listing(DICOM, SERVICE[1], url=NEXT)),
        (listing(DICOM, SERVICE[0], link=NEXT), ex(DICOM, url=NEXT, answer={"items": []})),
        "another shape",
        name="another shape",
    ),
    Case("PAG-3", (*endless(3), listing(DICOM, url=f"{NEXT}2")), endless(21), "no new item", name="empty for ever"),
    Case(
        "PAG-4",
        (listing(AKS, connection(), connection(AKS, "two")), got("two")),
        (listing(AKS, connection()), got("two")),
        "no page of the list does",
        TWO,
        "not listed",
    ),
    Case(
        "PAG-4",
        (asked_for(WHOLE[3]), whole()),
        (asked_for(WHOLE[3]), whole(*WHOLE[:3])),
        "on no page",
        name="not listed, by offset",
    ),
    Case(
        "PAG-6",
        (
            connections(*WHOLE[:3], total=12, query="limit=3"),
            connections(*WHOLE[2:5], total=12, query="limit=3&offset=2"),
        ),
        (
            connections(*WHOLE[:3], total=12, query="limit=3"),
            connections(*WHOLE[3:6], total=12, query="limit=3&offset=2"),
        ),
        "position 2 of the list had e2",
        name="offset",
    ),
    Case(
        "PAG-6",
        (at_otc(connections(*WHOLE[:3], total=4, query="limit=3")), at_otc(offset_refused(4))),
        (at_otc(connections(*WHOLE[:3], total=4, query="limit=3")), at_otc(offset_refused(3))),
        "offset=3 is legal",
        name="the offset of the last item",
    ),
    Case(
        "ERR-4",
        (error(AKS, 400, "InvalidApiVersionParameter", query="api-version=1999-01-01"),),
        (listing(AKS, query="api-version=1999-01-01"),),
        "is unsupported",
        name="unsupported",
    ),
    Case(
        "ERR-8",
        (error(HUAWEI, 400, "EndPoint.0002", "POST", "action", raw_sent=b"{"),),
        (error(HUAWEI, 400, "EndPoint.0006", "POST", "action", raw_sent=b"{"),),
        "is about limit",
        name="code of another defect",
    ),
    Case(
        "STA-5",
        (got(), delete(status=200), gone()),
        (got(), delete(status=200), error(AKS, 410, "Gone", own="one")),
        "Get answers 410",
        name="Get",
    ),
    Case(
        "STA-6",
        (listing(AKS, connection()), got()),
        (listing(AKS, connection()), gone()),
        "Get answers 404",
        name="not found",
    ),
    Case(
        "STA-7",
        (got("two"), put(), got("two")),
        (got("two"), put(), gone("two")),
        "made another connection disappear",
        name="vanished",
    ),
    Case(
        "STA-9",
        (got(of=POSTGRES, **APPROVED), turned_down(NOT_PENDING)),
        (got(of=POSTGRES, **APPROVED), turned_down("BadRequest")),
        "with another code",
        name="code",
    ),
    Case("LRO-1", (delete(),), (delete(headers=LONG[:1]),), "202 to DELETE has no Location", name="no Location"),
    Case("LRO-2", (delete(), poll("Running")), (delete(), poll("")), "no status", name="no status"),
    Case(
        "LRO-2",
        (delete(), poll("Succeeded"), result(204)),
        (slow(delete(), *STARTED), slow(result(204), 1e7 + 2, 1e7 + 3), slow(poll("Almost"), *LATE)),
        "the end of the operation, but its status is still 'Almost'",
        name="over, and going on",
    ),
    Case(
        "LRO-4",
        (got(), delete(), result(204), poll("Succeeded"), error(AKS, 404, "NotFound", own="one")),
        (slow(delete(), *STARTED), slow(result(204), 1e7 + 2, 1e7 + 3), slow(poll("InProgress"), *LATE)),
        "status is still 'InProgress'",
        name="the result is over, and the status never ends",
    ),
    Case(
        "LRO-3",
        (delete(), poll("Succeeded"), result(204)),
        (slow(delete(), *STARTED), slow(poll("Succeeded"), 1e7 + 2, 1e7 + 3), slow(result(202), *LATE)),
        "still answers 202",
        name="never over",
    ),
    Case(
        "LRO-3",
        (got(), delete(headers=LONG[1:]), result(204), gone()),
        (got(), delete(headers=LONG[1:]), result(204), got(properties__provisioningState="Deleting")),
        "while Get still shows the connection being deleted",
        name="before the end",
    ),
    Case(
        "LRO-4",
        (got(of=POSTGRES), decided(), poll("Succeeded"), got(of=POSTGRES, **APPROVED)),
        (got(of=POSTGRES), decided(), poll("Succeeded"), got(of=POSTGRES)),
        "still shows Pending",
        name="no effect",
    ),
    Case(
        "LRO-4",
        (got(), delete(), poll("Succeeded"), gone()),
        (slow(delete(headers=LONG[1:]), *STARTED), slow(result(202), *LATE)),
        "still answers 202",
        name="result never there",
    ),
    Case("HDR-2", (unauthorized(),), (unauthorized(raw=b""),), "without the error body", name="body"),
    Case("HDR-2", (unauthorized(),), (unauthorized(headers=()),), "how to authenticate", name="challenge"),
    Case(
        "HDR-4",
        (got(), ex(AKS, own="ONE", answer=connection())),
        (got(), ex(AKS, own="ONE", answer=connection(**REJECTED))),
        "another representation",
        name="another",
    ),
    Case(
        "STA-10",
        (*TWO_OPERATIONS, got(of=POSTGRES, **state("Rejected", "no"))),
        (*TWO_OPERATIONS, got(of=POSTGRES, **state("Rejected", "yes"))),
        "the state is that of neither",
        name="operations overlap",
    ),
    Case(
        "STA-10",
        (*WITHOUT_URLS, got(of=POSTGRES, **state("Rejected", "no"))),
        (*WITHOUT_URLS, got(of=POSTGRES, **state("Rejected", "yes"))),
        "the state is that of neither",
        name="operations without a polling URL overlap",
    ),
    Case(
        "STA-1",
        (*ONE_AFTER_THE_OTHER, got(of=POSTGRES, **state("Approved", "yes"))),
        (*ONE_AFTER_THE_OTHER, got(of=POSTGRES, **state("Rejected", "no"))),
        "get shows Rejected",
        name="operations one after the other",
    ),
    Case("HDR-5", (got(),), (ex(AKS, own="one", status=NO_ANSWER),), "drops the connection", name="no answer"),
    Case(
        "SHP-1",
        (got(), refused(ODD), got()),
        (got(), put(sent=ODD, **ODD_STATE), got(**ODD_STATE)),
        "a request sent values there",
        name="echoed",
    ),
    Case(
        "SHP-1",
        (got(), refused(ODD), got()),
        (got(), put(sent=ODD, **APPROVED), connection_list(**ODD_STATE)),
        "a request sent values there",
        name="echoed in a list",
    ),
    Case(
        "SHP-1",
        (got(), refused(ODD), got()),
        (got(**ODD_STATE), put(sent=ODD, **ODD_STATE), got(**ODD_STATE)),
        "does not fit",
        name="shown before anybody sent it",
    ),
    Case(
        "ENM-1",
        (got(), bogus(), got()),
        (got(), put(sent=decision("Bogus"), **state("Bogus", "fine")), got(**state("Bogus", "fine"))),
        "a request sent an undocumented value there",
        name="echoed",
    ),
    Case(
        "SHP-4",
        (got(), put(sent=decision(colour="red"), **APPROVED), got(**APPROVED)),
        (got(), put(sent=decision(colour="red"), colour="red", **APPROVED), got(colour="red", **APPROVED)),
        "undocumented members that a request sent",
        name="echoed",
    ),
    Case(
        "HDR-4",
        (ex(DICOM, own="one", answer=connection(DICOM)), ex(DICOM, own="ONE", answer=connection(DICOM))),
        (listing(DICOM, connection(DICOM)), unread("two"), error(DICOM, 404, "ResourceNotFound", own="ONE")),
        "as the list writes it, with 200",
        name="no Get can be read",
    ),
)
