"""Cases, as in ``check_cases``: valid requests rejected, invalid ones accepted, more changed than requested."""

from __future__ import annotations

from dataclasses import replace

from linkproof.model.exchange import Exchange
from tests.check_cases import APPROVED, REJECTED, WHOLE, Case, action, delete, got, put, slow
from tests.check_cases_effects import gone
from tests.check_cases_quiet import Quiet
from tests.traffic import (
    AKS,
    HOST,
    HUAWEI,
    MOCK,
    PATHS,
    POSTGRES,
    connection,
    connections,
    contract,
    decision,
    error,
    ex,
    listing,
)

#: A target that promises that the parents of these contracts are there.
PROMISED = replace(MOCK, collections={name: frozenset({PATHS[name].lower()}) for name in (AKS, HUAWEI, POSTGRES)})
ENDPOINT = {"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe"}
MOVED = {"id": f"{ENDPOINT['id']}-2"}
#: The list's URL in another case.
SHOUTED = f"{HOST}{PATHS[AKS].upper()}?api-version={contract(AKS).version}"
#: A time after every limit.
LATER = 1e6
LONG_TEXT = decision("Approved", "x" * 140)


def refused(own: str = "one", name: str = AKS, code: str = "BadRequest", status: int = 400, **more: object) -> Exchange:
    """A decision that is refused."""
    sent = more.get("sent", decision())
    return error(name, status, code, "PUT", own, sent=sent)


def shown(status: str) -> Exchange:
    """Huawei's list with its first connection in a status."""
    return connections({**WHOLE[0], "status": status})


def tagged(**shown: object) -> Exchange:
    """An update of tags."""
    return ex(POSTGRES, "PATCH", "one", 200, connection(POSTGRES, "one", **shown), sent={"tags": {"a": "b"}})


REQUESTS: tuple[Case, ...] = (
    Case(
        "ERR-10",
        (got(), put(), got("two"), put("two", sent=LONG_TEXT)),
        (got(), put(), got("two"), refused("two", sent=LONG_TEXT)),
        "differs in /properties/privateLinkServiceConnectionState/description",
        PROMISED,
        "a body at an end",
    ),
    Case(
        "ERR-10",
        (got(of=POSTGRES), put(name=POSTGRES)),
        (got(of=POSTGRES), refused(name=POSTGRES)),
        "none was accepted before",
        PROMISED,
        "the first",
    ),
    Case(
        "ERR-10",
        (listing(AKS, connection()), listing(AKS, connection())),
        (listing(AKS, connection()), error(AKS, 400, "BadRequest")),
        "the same was accepted before",
        PROMISED,
        "the same again",
    ),
    Case(
        "ERR-10",
        (connections(), connections(query="limit=1000")),
        (connections(), error(HUAWEI, 400, "EndPoint.0002", query="limit=1000")),
        "differs in limit",
        PROMISED,
        "a query at an end",
    ),
    Case(
        "ERR-10",
        (got(), delete(status=204)),
        (got(), error(AKS, 405, "MethodNotAllowed", "DELETE", "one", headers=[("Allow", "GET")])),
        "a valid Delete was refused with 405",
        PROMISED,
        "a method",
    ),
    Case(
        "HDR-4",
        (got(), put("ONE"), got(**APPROVED), ex(AKS, own="ONE", answer=connection(AKS, "one", **APPROVED))),
        (got(), refused("ONE", code="NotFound", status=404)),
        "the same path in another case names a connection",
        PROMISED,
        "write refused",
    ),
    Case(
        "ERR-3",
        (error(AKS, 404, "NotFound", own="never-shown"), listing(AKS), error(AKS, 404, "NotFound", own="never-shown")),
        (error(AKS, 400, "BadRequest", own="never-shown"),),
        "no answer shows the connection, but Get was answered with 400, not with 404",
        PROMISED,
        "refused",
    ),
    Case(
        "STA-5",
        (got(), delete(headers=()), slow(gone(), LATER, LATER), delete(status=204), gone()),
        (got(), delete(headers=()), slow(got(), LATER, LATER)),
        "Delete was accepted, but Get still shows the connection",
        name="accepted, cannot be polled",
    ),
    Case(
        "STA-1",
        (connections(WHOLE[0]), action(own="e0"), shown("creating"), slow(shown("accepted"), LATER, LATER)),
        (connections(WHOLE[0]), action(own="e0"), shown("creating"), slow(shown("creating"), LATER, LATER)),
        "the decision was answered with 200, but the connection stays in transition: creating",
        name="stays on its way",
    ),
    Case(
        "STA-1",
        (shown("pendingAcceptance"), action(own="e0", status=202), shown("accepted")),
        (shown("pendingAcceptance"), action(own="e0", status=202), shown("rejected")),
        "the decision for accepted was answered with success, but list shows rejected",
        name="opposite, after an undocumented 202",
    ),
    Case(
        "PAG-4",
        (connections(*WHOLE), connections(*WHOLE[:3], total=12, query="limit=3"), connections(*WHOLE)),
        (connections(*WHOLE), connections({**WHOLE[0], "domain_id": "other"}, total=12, query="limit=1")),
        "one page showed /domain_id = ",
        name="pages differ",
    ),
    Case(
        "HDR-4",
        (listing(AKS, connection()), listing(AKS, connection(), url=SHOUTED)),
        (listing(AKS, connection()), error(AKS, 404, "NotFound", url=SHOUTED)),
        "the list's path in another case was answered with 404",
        name="list not found",
    ),
    Case(
        "HDR-4",
        (got(), ex(AKS, own="ONE", answer=connection())),
        (got(), ex(AKS, "PUT", "ONE", 200, connection(AKS, "one", **APPROVED), sent=decision()), got()),
        "a decision in another case of the path",
        name="decision not shown",
    ),
    Case(
        "HDR-4",
        (got(), ex(AKS, own="ONE", answer=connection())),
        (got(), delete("ONE", status=204), got()),
        "Delete in another case of the path",
        name="delete not shown",
    ),
    Case(
        "STA-11",
        (got(of=POSTGRES, **APPROVED), tagged(**APPROVED), got(of=POSTGRES, **APPROVED)),
        (got(of=POSTGRES, **APPROVED), tagged(**APPROVED), got(of=POSTGRES)),
        "which it did not request",
        name="by an update of tags",
    ),
    Case(
        "STA-11",
        (got(properties__privateEndpoint=ENDPOINT), put(), got(properties__privateEndpoint=ENDPOINT, **APPROVED)),
        (got(properties__privateEndpoint=ENDPOINT), put(), got(**APPROVED)),
        "changed /properties/privateEndpoint",
        name="by a decision",
    ),
    Case(
        "STA-3",
        (got(), refused("one"), got()),
        (gone(), refused(code="NotFound", status=404), got()),
        "the connection exists since",
        name="appeared",
    ),
    Case(
        "ERR-5",
        (refused(sent=decision("Approved", 7)),),  # type: ignore[arg-type]
        (put(sent=decision("Approved", 7), **APPROVED),),  # type: ignore[arg-type]
        "breaks its schema (type",
        name="wrong type",
    ),
    Case(
        "ENM-2",
        (refused(sent=decision("approved")),),
        (put(sent=decision("approved"), **APPROVED),),
        "only in case",
        name="another case",
    ),
)

QUIET_REQUESTS: tuple[Quiet, ...] = (
    Quiet("a status that only the service sets may be refused", (got(), refused(sent=decision("Pending"))), PROMISED),
    Quiet("what the state forbids may be refused", (got(), refused(code="OperationInProgress")), PROMISED),
    Quiet(
        "what is decided may be refused to be decided again",
        (got(**REJECTED), refused()),
        PROMISED,
    ),
    Quiet(
        "members that no page knows may be refused",
        (got(), put(), got("two"), refused("two", sent=decision("Approved", "fine", more=1))),
        PROMISED,
    ),
    Quiet(
        "texts longer than usual may be refused",
        (got(), put(), got("two"), refused("two", sent=decision("Approved", "x" * 200))),
        PROMISED,
    ),
    Quiet(
        "queries that no page knows may be refused",
        (listing(AKS, connection()), error(AKS, 400, "BadRequest", query="api-version=2025-01-01&$top=1")),
        PROMISED,
    ),
    Quiet("of another parent nobody said that it is there", (error(AKS, 400, "BadRequest"),)),
    Quiet(
        "null may be taken for an absent member",
        (put(sent=decision("Approved", None), **APPROVED),),  # type: ignore[arg-type]
    ),
    Quiet(
        "a decision may change what stands beside the status, and what it sends",
        (
            got(properties__privateEndpoint=ENDPOINT),
            put(sent={"properties": {**decision()["properties"], "privateEndpoint": MOVED}}),
            got(properties__privateEndpoint=MOVED, **APPROVED),
        ),
    ),
)
