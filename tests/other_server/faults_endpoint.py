"""Faults of the Huawei contract: decisions, their answers, and refusals."""

from __future__ import annotations

from collections.abc import Callable

from tests.other_server.model import Exchange, Reply
from tests.other_server.registry import fault
from tests.other_server.world import Endpoint

# Huawei: decisions and refusals.


def _aimed(x: Exchange) -> Endpoint | None:
    given = x.doc.get("endpoints") if isinstance(x.doc, dict) else None
    return next((e for e in x.world.endpoints if isinstance(given, list) and e.id in given), None)


def _acted(slug: str, names: str, text: str, change: Callable[[Exchange, Endpoint], None]) -> None:
    @fault(slug, names, "C4", text, "action", "ok")
    def _(x: Exchange, _r: Reply) -> None:
        endpoint = _aimed(x)
        if endpoint:
            change(x, endpoint)


def _put(status: str, only: str = "") -> Callable[[Exchange, Endpoint], None]:
    def change(_: Exchange, endpoint: Endpoint) -> None:
        endpoint.status = status if only in ("", endpoint.status) else endpoint.status

    return change


def _next(status: str) -> Callable[[Exchange, Endpoint], None]:
    def change(x: Exchange, endpoint: Endpoint) -> None:
        others = [e for e in x.world.endpoints if e is not endpoint and e.status == "pendingAcceptance"]
        if others:
            others[-1].status = status or endpoint.status

    return change


_acted("forgets", "STA-1", "A decision is answered with success and forgotten.", _put("pendingAcceptance"))
_acted("reject-accepts", "STA-1", "reject ends as accepted.", _put("accepted", "rejected"))
_acted("receive-rejects", "STA-1", "receive ends as rejected.", _put("rejected", "accepted"))
_acted("receive-stays-creating", "STA-1", "receive ends as creating for ever.", _put("creating", "accepted"))
_acted("reject-fails", "STA-1", "reject ends as failed.", _put("failed", "rejected"))
_acted("decides-other", "STA-7", "A decision decides another connection too.", _next(""))
_acted("rejects-other", "STA-7", "A decision rejects another connection.", _next("rejected"))


def _refused(slug: str, text: str, why: str, status: str, other: bool = False) -> None:
    @fault(slug, "STA-3 (ERR-5 ENM-2)", "C4", text, "action", "bad", why)
    def _(x: Exchange, _r: Reply) -> None:
        endpoint = _aimed(x)
        if other:
            endpoint = next((e for e in reversed(x.world.endpoints) if e.status == "pendingAcceptance"), None)
        if endpoint:
            endpoint.status = status


_refused("many-receives", "Two endpoints are refused, and the first is accepted.", "many", "accepted")
_refused("member-rejects", "A missing action is refused, and rejects.", "member", "rejected")
_refused("enum-other", "An undocumented action is refused, and rejects another connection.", "enum", "rejected", True)
_refused("absent-other", "An unknown endpoint is refused, and another one is accepted.", "absent", "accepted", True)
_refused("json-other", "A body that is not JSON is refused, and another connection accepted.", "json", "accepted", True)


def _answered(slug: str, text: str, change: Callable[[Exchange, Endpoint, Reply], None]) -> None:
    """A fault in the answer to a decision that is carried out."""

    @fault(slug, "SHP-9", "C4", text, "action", "ok")
    def _(x: Exchange, r: Reply) -> None:
        endpoint = _aimed(x)
        if endpoint:
            change(x, endpoint, r)


def _neighbour(x: Exchange, endpoint: Endpoint, r: Reply) -> None:
    r.body["connections"] = [e.view() for e in x.world.endpoints if e is not endpoint][-1:]


def _all_but(x: Exchange, endpoint: Endpoint, r: Reply) -> None:
    r.body["connections"] = [e.view() for e in x.world.endpoints if e is not endpoint]


def _service(x: Exchange, _e: Endpoint, r: Reply) -> None:
    r.body["connections"][0]["id"] = x.path.split("/")[4]


def _only_accepted(_x: Exchange, _e: Endpoint, r: Reply) -> None:
    r.body["connections"] = [c for c in r.body["connections"] if c["status"] == "accepted"]


_answered("action-empty", "An action is answered with an empty list.", lambda _x, _e, r: r.body["connections"].clear())
_answered("action-neighbour", "An action is answered with another connection.", _neighbour)
_answered("action-others", "An action is answered with all connections but its own.", _all_but)
_answered("action-service-id", "The connection in the answer to an action has the id of the service.", _service)
_answered("reject-empty", "A rejection is answered with an empty list.", _only_accepted)
