"""Correct exchanges that look wrong at first: no check may report a breach."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from linkproof.model.exchange import Circumstances, Exchange
from tests.check_cases import APPROVED, LONG, NEXT, RECORDED, REJECTED, WHOLE, action, delete, got, poll, put, slow
from tests.check_cases_effects import accepting, bad_action, gone, whole
from tests.traffic import (
    AKS,
    DICOM,
    HOST,
    HUAWEI,
    MOCK,
    PATHS,
    POSTGRES,
    at_otc,
    connection,
    decision,
    error,
    ex,
    listing,
    offset_refused,
    state,
)


@dataclass(frozen=True)
class Quiet:
    """Exchanges, and why nothing in them is a breach."""

    why: str
    exchanges: tuple[Exchange, ...]
    circumstances: Circumstances = MOCK


def busy() -> Exchange:
    """A Delete that is refused, since something else goes on."""
    return error(AKS, 409, "AnotherOperationInProgress", "DELETE", "one")


PAGE = ex(AKS, status=502, raw=b"<html>Bad gateway</html>", label=("Content-Type", "text/html"), ids=False)
EMPTY = error(HUAWEI, 504, "EndPoint.0011", "POST", "action", raw_sent=b"")

OPERATION = f"{HOST}/subscriptions/x/providers/P/locations/l/azureAsyncOperation/"
FIRST = (("Azure-AsyncOperation", f"{OPERATION}first"),)
SECOND = (("Azure-AsyncOperation", f"{OPERATION}second"),)
PORT = tuple((name, url.replace("api.example.org", "api.example.org:443")) for name, url in LONG)
NEXT_PORT = NEXT.replace("api.example.org", "api.example.org:443")


def long_put(sent: dict[str, Any], headers: tuple[tuple[str, str], ...]) -> Exchange:
    """A decision whose operation is polled at its own URL."""
    return ex(POSTGRES, "PUT", "one", 202, sent=sent, headers=headers)


def poll_of(headers: tuple[tuple[str, str], ...], word: str) -> Exchange:
    """The status of that operation."""
    return ex(POSTGRES, url=headers[0][1], answer={"status": word})


HALF_A_PAIR = json.dumps({**decision("Rejected"), "s": "X"}).replace("X", "\\ud800").encode()

OTC_PROMISES = replace(MOCK, collections={"otc-vpcep-connections": frozenset({PATHS[HUAWEI]})})

QUIET: tuple[Quiet, ...] = (
    Quiet(
        "an offset may be refused where the vendor documents that it is positive and less than the number of items",
        (at_otc(offset_refused(0)), at_otc(offset_refused(7))),
        OTC_PROMISES,
    ),
    Quiet(
        "what is refused for a conflict may be refused for something else once that is over",
        (
            error(AKS, 409, "Conflict", "PUT", "one", sent=decision()),
            error(AKS, 400, "BadRequest", "PUT", "one", sent=decision()),
        ),
    ),
    Quiet(
        "what is refused while an operation goes on may be refused otherwise afterwards",
        (
            got(of=POSTGRES),
            ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=LONG),
            error(POSTGRES, 400, "OperationInProgress", "PUT", "one", sent=decision("Rejected", "no")),
            error(POSTGRES, 400, "NotPending", "PUT", "one", sent=decision("Rejected", "no")),
        ),
    ),
    Quiet("a recorded gateway's own page is nobody's error body", (got(), PAGE), RECORDED),
    Quiet(
        "a decision that changes nothing may be answered with nothing",
        (action(), action(answer={"connections": []})),
    ),
    Quiet("an empty body may be answered with 504 EndPoint.0011", (EMPTY,)),
    Quiet(
        "the code that the table gives to a parameter, for that parameter",
        (error(HUAWEI, 400, "EndPoint.0006", query="limit=1001"),),
    ),
    Quiet("what was deleted between List and Get is not missing", (listing(AKS, connection()), delete(), gone())),
    Quiet(
        "a connection on its way may be listed and not yet found",
        (listing(AKS, connection(properties__provisioningState="Creating")), gone()),
    ),
    Quiet(
        "with a refusal and a decision in between, nobody can tell who changed it",
        (got("two"), busy(), put(), got("two", **REJECTED)),
    ),
    Quiet("what was refused after a decision may be what is shown", (got(), put(), busy(), got(**REJECTED))),
    Quiet(
        "a decision that goes on need not be shown yet",
        (got(of=POSTGRES), ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=LONG), got(of=POSTGRES)),
    ),
    Quiet(
        "what is being deleted is shown until the operation has ended",
        (got(), delete(), got(properties__provisioningState="Deleting")),
    ),
    Quiet(
        "a failed deletion leaves the connection",
        (got(), delete(), poll("Failed", error={"code": "E", "message": "m"}), got()),
    ),
    Quiet(
        "a second Delete may be answered with 404",
        (got(), delete(status=200), error(AKS, 404, "NotFound", "DELETE", "one")),
    ),
    Quiet(
        "ids in another case name the same connection", (listing(AKS, connection()), got(id=connection()["id"].upper()))
    ),
    Quiet(
        "an empty page that has a next link is followed by more",
        (listing(DICOM, link=NEXT), listing(DICOM, connection(DICOM, "a"), url=NEXT)),
    ),
    Quiet(
        "another order of the same list is the same list",
        (whole(), accepting(), whole({**WHOLE[0], "status": "accepted"}, *WHOLE[1:4])),
    ),
    Quiet("a refused action, and the list as it was", (whole(), bad_action(), whole())),
    Quiet(
        "of two decisions at the same time either may win",
        (
            got(),
            slow(put(), 2e6, 2e6 + 2),
            slow(put(sent=decision("Rejected", "no")), 2e6 + 1, 2e6 + 3),
            slow(got(**APPROVED), 2e6 + 4, 2e6 + 5),
        ),
    ),
    Quiet(
        "of two decisions at the same time one may be refused",
        (
            got(),
            slow(put(), 3e6, 3e6 + 2),
            slow(error(AKS, 409, "Conflict", "PUT", "one", sent=decision("Rejected", "no")), 3e6 + 1, 3e6 + 3),
            slow(got(**APPROVED), 3e6 + 4, 3e6 + 5),
        ),
    ),
    Quiet(
        "the refusal of one of two decisions may be seen before the other's answer",
        (
            got(),
            slow(error(AKS, 409, "Conflict", "PUT", "one", sent=decision("Rejected", "no")), 3e6 + 1, 3e6 + 3),
            slow(put(), 3e6, 3e6 + 2),
            slow(got(**APPROVED), 3e6 + 4, 3e6 + 5),
        ),
    ),
    Quiet(
        "from rejected to approved may be refused",
        (got(**REJECTED), error(AKS, 409, "Conflict", "PUT", "one", sent=decision()), got(**REJECTED)),
    ),
    Quiet("the same decision again changes nothing", (got(), put(), got(**APPROVED), put(), got(**APPROVED))),
    Quiet(
        "another description is another decision",
        (
            got(),
            put(sent=decision(description="a"), **state("Approved", "a")),
            got(**state("Approved", "a")),
            put(sent=decision(description="b"), **state("Approved", "b")),
            got(**state("Approved", "b")),
        ),
    ),
    Quiet(
        "a deleted connection may be made again", (got(), delete(status=200), gone(), put(status=201), got(**APPROVED))
    ),
    Quiet("a default port is the same host", (ex(AKS, "DELETE", "one", 202, headers=PORT),)),
    Quiet("a next link may name the default port", (listing(DICOM, connection(DICOM, "a"), link=NEXT_PORT),)),
    Quiet(
        "of two decisions whose operations overlap the first may end last",
        (
            got(of=POSTGRES),
            long_put(decision("Rejected", "no"), FIRST),
            long_put(decision("Approved", "yes"), SECOND),
            poll_of(SECOND, "Succeeded"),
            poll_of(FIRST, "Succeeded"),
            got(of=POSTGRES, **state("Rejected", "no")),
        ),
    ),
    Quiet(
        "of two decisions whose operations overlap the last may win",
        (
            got(of=POSTGRES),
            long_put(decision("Rejected", "no"), FIRST),
            long_put(decision("Approved", "yes"), SECOND),
            poll_of(SECOND, "Succeeded"),
            got(of=POSTGRES, properties__provisioningState="Updating", **state("Approved", "yes")),
            poll_of(FIRST, "Succeeded"),
            got(of=POSTGRES, **state("Approved", "yes")),
        ),
    ),
    Quiet(
        "a decision may be refused while the operation of another goes on, whatever is shown",
        (
            got(),
            ex(AKS, "PUT", "one", 200, sent=decision("Rejected", "no"), headers=FIRST, answer=connection()),
            got(),
            error(AKS, 400, "OperationInProgress", "PUT", "one", sent=decision()),
        ),
    ),
    Quiet(
        "the same decision may be refused while its operation goes on",
        (
            got(of=POSTGRES),
            long_put(decision(), FIRST),
            error(POSTGRES, 400, "OperationInProgress", "PUT", "one", sent=decision()),
        ),
    ),
    Quiet(
        "whoever loses a race may be refused, although the end was shown before",
        (
            got(of=POSTGRES),
            slow(ex(POSTGRES, "PUT", "one", 200, connection(POSTGRES, **APPROVED), sent=decision()), 4e6, 4e6 + 2),
            slow(got(of=POSTGRES, **APPROVED), 4e6 + 3, 4e6 + 4),
            slow(error(POSTGRES, 409, "Conflict", "PUT", "one", sent=decision("Rejected")), 4e6 + 1, 4e6 + 5),
        ),
    ),
    Quiet(
        "a deletion that goes on may be overtaken by a new connection",
        (
            got(),
            delete(),
            put(),
            poll("Succeeded"),
            got(**APPROVED),
        ),
    ),
    Quiet(
        "an operation that is Canceling goes on",
        (got(), delete(), poll("Canceling"), poll("Canceled"), got()),
    ),
    Quiet(
        "where the contract has no Delete, its success promises nothing",
        (
            got(of=DICOM),
            ex(DICOM, "DELETE", "one", 204),
            got(of=DICOM),
        ),
    ),
    Quiet(
        "a body with half of a surrogate pair may be refused for that, whatever its connection's state",
        (
            got(of=POSTGRES, **APPROVED),
            error(POSTGRES, 400, "InvalidRequestContent", "PUT", "one", raw_sent=HALF_A_PAIR),
        ),
    ),
)
