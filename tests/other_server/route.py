"""Which contract and operation a request means."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, unquote

from tests.other_server.model import AZURE, PROJECT, SERVICE, Exchange, Json

NOTHING = object()


def locate(x: Exchange) -> None:
    """Fill in contract, operation, allowed methods and path parameters."""
    raw, _, query = x.target.partition("?")
    x.query = parse_qsl(query, keep_blank_values=True, errors="replace")
    parts = [unquote(p, errors="replace") for p in raw.split("/")[1:]]
    low = [p.lower() for p in parts]
    if raw == "/_control/reset":
        x.op = "reset"
    elif parts[:1] == ["v1"]:
        _huawei(x, parts)
    elif low[:1] == ["subscriptions"]:
        _azure(x, parts, low)
    if x.op in {"", "reset"}:
        return
    names = {"item": {"GET": "get", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}}
    x.op = names.get(x.op, {}).get(x.method, x.op) if x.method in x.allowed else "method"


def _huawei(x: Exchange, parts: list[str]) -> None:
    x.contract = "C4"
    if len(parts) in (5, 6) and parts[2] == "vpc-endpoint-services" and parts[4] == "connections":
        x.subscription, x.parent = parts[1], parts[3]
        if len(parts) == 5:
            x.op, x.allowed = "list", ("GET",)
        elif parts[5] == "action":
            x.op, x.allowed = "action", ("POST",)


def _azure(x: Exchange, parts: list[str], low: list[str]) -> None:
    if len(low) == 8 and low[2] == "providers" and low[4] == "locations":
        kinds = {"azureasyncoperation": "status", "operationresults": "result"}
        x.contract = next((k for k, c in AZURE.items() if c.provider.lower() == low[3]), "")
        x.op, x.allowed = (kinds.get(low[6], ""), ("GET",)) if x.contract else ("", ())
        x.subscription, x.name = parts[1], parts[7]
        return
    if len(low) < 9 or low[2] != "resourcegroups" or low[4] != "providers":
        return
    for key, c in AZURE.items():
        if low[5:7] == [c.provider.lower(), c.parent_type.lower()]:
            x.contract = x.contract or key
            if low[8] == c.child_type.lower():
                x.contract = key
                x.subscription, x.group, x.parent = parts[1], parts[3], parts[7]
                if len(low) == 9:
                    x.op, x.allowed = "list", ("GET",)
                elif len(low) == 10 and parts[9]:
                    x.op, x.allowed, x.name = "item", c.item_methods, parts[9]


def refuse_constant(name: str) -> Json:
    raise ValueError(name)


def parse(body: bytes) -> Json:
    """The JSON value of a body; NOTHING when it has none."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return NOTHING
    return value


def huawei_parent(x: Exchange) -> tuple[bool, bool]:
    """Whether project and service of a Huawei path exist."""
    return x.subscription == PROJECT, x.parent == SERVICE
