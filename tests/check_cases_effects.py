"""Cases, as in ``check_cases``: effects of operations, vanished connections, forms of numbers and codes."""

from __future__ import annotations

from typing import Any

from linkproof.model.exchange import Exchange
from tests.check_cases import APPROVED, LONG, RESULT, WHOLE, Case, delete, got, poll, put, slow
from tests.traffic import AKS, DICOM, HUAWEI, POSTGRES, connection, connections, decision, error, ex, state


def decided(own: str = "one") -> Exchange:
    """A decision that goes on."""
    return ex(POSTGRES, "PUT", own, 202, sent=decision(), headers=LONG)


def outcome(answer: Any) -> Exchange:
    """What the Location of that decision ends with."""
    return ex(POSTGRES, url=RESULT, answer=answer)


def gone(own: str = "one", name: str = AKS) -> Exchange:
    """Get says that there is no such connection."""
    return error(name, 404, "ResourceNotFound", own=own)


def refused() -> Exchange:
    """A Delete that is refused."""
    return error(AKS, 400, "InvalidRequestContent", "DELETE", "one", query="")


def whole(*items: Any) -> Exchange:
    """The whole list."""
    return connections(*(items or WHOLE[:4]), query="limit=1000")


def bad_action() -> Exchange:
    """An action that is refused."""
    return error(HUAWEI, 400, "EndPoint.0002", "POST", "action", raw_sent=b"{")


def accepting() -> Exchange:
    """An action that is done."""
    answer = {"connections": [{**WHOLE[0], "status": "accepted"}]}
    return ex(HUAWEI, "POST", "action", answer=answer, sent={"action": "receive", "endpoints": [WHOLE[0]["id"]]})


DONE = connection(POSTGRES, "one", **APPROVED)
ACCEPTED = ({**WHOLE[0], "status": "accepted"}, *WHOLE[1:3])
CORS = "properties__corsConfiguration"

EFFECTS: tuple[Case, ...] = (
    Case("SHP-1", (decided(), outcome(DONE)), (decided(), outcome({})), "members id, name, type", name="a result"),
    Case(
        "SHP-5",
        (decided(), outcome(DONE)),
        (decided(), outcome({**DONE, "type": "Microsoft.Network/privateLinkServices"})),
        "type is",
        name="a result",
    ),
    Case(
        "SHP-7",
        (ex(DICOM, own="a", answer=connection(DICOM, "a", **{CORS: {"maxAge": 1440}})),),
        (ex(DICOM, own="a", answer=connection(DICOM, "a", **{CORS: {"maxAge": 1440.0}})),),
        "as a fraction",
        name="a fraction",
    ),
    Case(
        "ERR-8",
        (error(HUAWEI, 400, "EndPoint.2003"),),
        (error(HUAWEI, 400, "2003"),),
        "lacks the prefix",
        name="prefix",
    ),
    Case("STA-3", (got(), refused(), got()), (got(), refused(), gone()), "the connection disappeared", name="vanished"),
    Case(
        "STA-3",
        (whole(), bad_action(), whole()),
        (whole(), bad_action(), whole(*WHOLE[:3])),
        "changed from 4 to 3",
        name="vanished from a list",
    ),
    Case(
        "STA-7",
        (whole(), accepting(), whole(*ACCEPTED, WHOLE[3])),
        (whole(), accepting(), whole(*ACCEPTED)),
        "on no page since",
        name="vanished from a list",
    ),
    Case(
        "STA-5",
        (got(), delete(), poll("Succeeded"), gone()),
        (got(), delete(), poll("Succeeded"), got(properties__provisioningState="Deleting")),
        "Get still shows",
        name="on its way for ever",
    ),
    Case(
        "STA-10",
        (got(), slow(put(), 1e6, 1e6 + 2), slow(put(sent=decision("Rejected", "no")), 1e6 + 1, 1e6 + 3)),
        (
            got(),
            slow(put(), 1e6, 1e6 + 2),
            slow(error(AKS, 500, "InternalServerError", "PUT", "one", sent=decision("Rejected")), 1e6 + 1, 1e6 + 3),
        ),
        "was answered with 500",
        name="answers",
    ),
    Case(
        "LRO-4",
        (got(of=POSTGRES), decided(), poll("Succeeded"), got(of=POSTGRES, **APPROVED)),
        (
            got(of=POSTGRES),
            decided(),
            poll("Succeeded"),
            got(of=POSTGRES, properties__provisioningState="Approving", **state("Approving")),
        ),
        "still in transition",
        name="no final state",
    ),
)
