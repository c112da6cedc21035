"""Exchanges by hand for tests of checks: short to write, and complete enough to be judged."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from linkproof.base.json_values import place
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Credential, Exchange, Grade, Headers, Request, Response
from linkproof.model.finding import Breach

HOST = "https://api.example.org"
SUB = "00000000-0000-0000-0000-000000000000"
HEALTH = "azure-healthcareapis-pec"
AKS = "azure-containerservice-pec"
POSTGRES = "azure-dbforpostgresql-pec"
DICOM = "azure-healthcareapis-dicom"
HUAWEI = "huawei-vpcep-connections"
_RG = f"/subscriptions/{SUB}/resourceGroups/rg/providers"
PATHS = {
    HEALTH: f"{_RG}/Microsoft.HealthcareApis/workspaces/w/privateEndpointConnections",
    AKS: f"{_RG}/Microsoft.ContainerService/managedClusters/c/privateEndpointConnections",
    POSTGRES: f"{_RG}/Microsoft.DBforPostgreSQL/servers/s/privateEndpointConnections",
    DICOM: f"{_RG}/Microsoft.HealthcareApis/workspaces/w/dicomservices",
    HUAWEI: "/v1/p1/vpc-endpoint-services/s1/connections",
}
JSON = ("Content-Type", "application/json; charset=utf-8")
MOCK = Circumstances(grade=Grade.MOCK, checks_credentials=True, operation_timeout_s=5.0)


def contract(name: str) -> Contract:
    """A shipped contract by its id."""
    return next(c for c in all_contracts() if c.id == name)


def connection(name: str = AKS, own: str = "one", /, **changes: Any) -> dict[str, Any]:
    """A connection (or DICOM service) in order; ``changes`` map pointers with __ for / to other values."""
    kind = contract(name)
    if name == HUAWEI:
        value: dict[str, Any] = {
            "id": own,
            "marker_id": 422321321312321321,
            "created_at": "2026-01-05T08:00:00Z",
            "updated_at": "2026-01-05T08:00:00Z",
            "domain_id": "d",
            "status": "pendingAcceptance",
        }
    else:
        value = {"id": f"{PATHS[name]}/{own}", "name": own, "type": kind.resource_type}
        value["properties"] = {"provisioningState": "Succeeded"}
        if name != DICOM:
            value["properties"]["privateLinkServiceConnectionState"] = {"status": "Pending", "description": "please"}
    for key, new in changes.items():
        place(value, "/" + key.replace("__", "/"), new)
    return value


def state(status: str, description: str = "please") -> dict[str, Any]:
    """The changes that put a connection into a state."""
    return {"properties__privateLinkServiceConnectionState": {"status": status, "description": description}}


def decision(status: str = "Approved", description: str = "fine", **more: Any) -> dict[str, Any]:
    """The body of an Azure decision."""
    return {"properties": {"privateLinkServiceConnectionState": {"status": status, "description": description}}, **more}


_COUNT = [0]


def ex(
    name: str,
    method: str = "GET",
    own: str = "",
    status: int = 200,
    answer: Any = None,
    *,
    sent: Any = None,
    raw_sent: bytes | None = None,
    raw: bytes | None = None,
    query: str | None = None,
    headers: Iterable[tuple[str, str]] = (),
    request_headers: Iterable[tuple[str, str]] = (),
    url: str = "",
    credential: Credential = Credential.VALID,
    times: tuple[float, float] | None = None,
    ids: bool = True,
    label: tuple[str, str] | None = JSON,
) -> Exchange:
    """One exchange of a contract: method, connection (or path below the collection), status and answer."""
    _COUNT[0] += 1
    number = _COUNT[0]
    version = contract(name).version if name != HUAWEI else ""
    if query is None:
        query = f"api-version={version}" if version else ""
    full = url or f"{HOST}{PATHS[name]}{'/' + own if own else ''}{'?' + query if query else ''}"
    body = raw if raw is not None else json.dumps(answer).encode() if answer is not None else b""
    came = [*headers]
    if body and label:
        came.append(label)
    if name != HUAWEI and ids:
        came.append(("x-ms-request-id", f"id-{number}"))
    content = raw_sent if raw_sent is not None else json.dumps(sent).encode() if sent is not None else b""
    started, ended = times or (float(number), number + 0.5)
    return Exchange(
        Request(method, full, Headers(request_headers), content),
        Response(status, Headers(came), body),
        number=number,
        world="test",
        scene="by hand",
        started=started,
        ended=ended,
        credential=credential,
    )


def listing(name: str, *items: dict[str, Any], link: Any = None, query: str | None = None, url: str = "") -> Exchange:
    """A page of an Azure list."""
    page: dict[str, Any] = {"value": list(items)}
    if link is not None:
        page["nextLink"] = link
    return ex(name, answer=page, query=query, url=url)


def connections(*items: dict[str, Any], total: Any = None, query: str = "") -> Exchange:
    """A page of Huawei's list."""
    answer = {"connections": list(items), "total_count": len(items) if total is None else total}
    return ex(HUAWEI, answer=answer, query=query)


def error(name: str, status: int, code: str, method: str = "GET", own: str = "", **more: Any) -> Exchange:
    """A refusal with the contract's error body."""
    body: dict[str, Any] = {}
    place(body, contract(name).error.code, code)
    place(body, contract(name).error.message, "It is refused.")
    return ex(name, method, own, status, body, **more)


def at_otc(exchange: Exchange) -> Exchange:
    """The same, of Open Telekom Cloud."""
    url = exchange.request.url.replace(HOST, "https://vpcep.eu-de.otc.t-systems.com")
    return replace(exchange, request=replace(exchange.request, url=url))


def offset_refused(offset: int) -> Exchange:
    """A page of Huawei's list that is refused for its offset."""
    return error(HUAWEI, 400, "EndPoint.0010", query=f"limit=3&offset={offset}")


def judge(
    exchanges: Iterable[Exchange], circumstances: Circumstances = MOCK
) -> tuple[dict[str, int], list[tuple[str, Breach]]]:
    """How often each requirement was judged, and every breach, in the order of the exchanges."""
    judging = Judge(all_contracts(), circumstances, any_version=True)
    counts: dict[str, int] = {}
    breaches: list[tuple[str, Breach]] = []
    for exchange in copy.deepcopy(list(exchanges)):
        _, found = judging.feed(exchange)
        for judgement in found:
            counts[judgement.requirement] = counts.get(judgement.requirement, 0) + 1
            if judgement.breach is not None:
                breaches.append((judgement.requirement, judgement.breach))
    assert not judging.broken, judging.broken
    return counts, breaches
