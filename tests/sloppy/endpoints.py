"""A newcomer's mock of a VPC endpoint service's connections: an array of dictionaries, and what is easily overlooked.

It shares nothing with what it tests. `BUGS` says what is wrong with it, and which requirement says so.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

PROJECT, SERVICE = "6e9dfd51d1124e8d8498dce894923a0d", "4189d3c2-8882-4871-a3c2-d380272eed88"
PATH = f"/v1/{PROJECT}/vpc-endpoint-services/{SERVICE}/connections"
PENDING, ACCEPTED, REJECTED = (
    [str(uuid.uuid5(uuid.NAMESPACE_URL, f"{status} {n}")) for n in range(count)]
    for status, count in (("pending", 18), ("accepted", 2), ("rejected", 1))
)
#: What can be wrong, and the requirement whose finding names it.
BUGS = {
    "errors as elsewhere": "ERR-1",
    "counts the page": "PAG-6",
    "capital letters": "ENM-1",
    "crashes on a word": "HDR-5",
    "decides nothing": "ERR-3",
    "all else rejects": "ENM-2",
}
_SETS = {
    "sort_key": (("created_at", "updated_at"), "EndPoint.0017"),
    "sort_dir": (("asc", "desc"), "EndPoint.0018"),
    "status": (("pendingAcceptance", "accepted", "rejected", "failed"), "EndPoint.0019"),
}


class Refused(Exception):
    """An answer that is an error."""


class Mock:
    """The connections of one service."""

    def __init__(self, bugs: Collection[str]) -> None:
        self.bugs = frozenset(bugs)
        self.reset()

    def reset(self) -> None:
        states = {**dict.fromkeys(PENDING, "pendingAcceptance"), **dict.fromkeys(ACCEPTED, "accepted")}
        self.items: list[dict[str, Any]] = [
            {
                "id": own,
                "marker_id": 422321321312321301 + n,
                "created_at": f"2026-01-01T08:00:{n:02}Z",
                "updated_at": f"2026-01-02T08:00:{n:02}Z",
                "domain_id": "5fc973eea581490997e82ea11a1d0101",
                "status": state,
            }
            for n, (own, state) in enumerate({**states, **dict.fromkeys(REJECTED, "rejected")}.items())
        ]

    def shown(self, item: dict[str, Any]) -> dict[str, Any]:
        found = item["status"]
        return {**item, "status": found.capitalize() if "capital letters" in self.bugs else found}

    def respond(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        path, _, query = target.partition("?")
        if path == "/_reset":
            self.reset()
            return 204, {}, b""
        given = {k.lower(): v for k, v in headers.items()}
        status = 200
        try:
            answer = self.answer(method, path, dict(parse_qsl(query, keep_blank_values=True)), given, body)
        except Refused as error:
            status, code = error.args
            answer = {"error_code": code, "error_msg": "It is refused."}
            if "errors as elsewhere" in self.bugs:
                answer = {"error": {"code": code, "message": "It is refused."}}
        return status, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Any:
        if headers.get("x-auth-token") != "test-token":
            raise Refused(401, "EndPoint.0003")
        if path == PATH and method == "GET":
            return self.listed(query)
        if path == f"{PATH}/action" and method == "POST":
            return self.decided(body)
        if path in (PATH, f"{PATH}/action"):
            raise Refused(404, "EndPoint.0005")
        is_service = PROJECT in path and "/vpc-endpoint-services/" in path
        raise Refused(*((400, "EndPoint.2003") if is_service else (404, "EndPoint.0005")))

    def listed(self, query: dict[str, str]) -> Any:
        limit, offset = (self.number(query, *own) for own in (("limit", "10", 1000), ("offset", "0", 2**63)))
        for name, (values, code) in _SETS.items():
            if query.get(name, values[0]) not in values:
                raise Refused(400, code)
        found = [
            i for i in self.items if all(str(i[k]) == query.get(k, str(i[k])) for k in ("id", "status", "marker_id"))
        ]
        found.sort(key=lambda i: i[query.get("sort_key", "created_at")], reverse=query.get("sort_dir") != "asc")
        page = found[offset : offset + limit]
        total = len(page) if "counts the page" in self.bugs else len(found)
        return {"connections": [self.shown(i) for i in page], "total_count": total}

    def number(self, query: dict[str, str], name: str, usual: str, most: int) -> int:
        text = query.get(name, usual)
        if text.isascii() and text.isdigit() and int(text) <= most:
            return int(text)
        if "crashes on a word" in self.bugs and not text.lstrip("-").isdigit():
            raise Refused(500, "EndPoint.0001")
        raise Refused(400, {"limit": "EndPoint.0006", "offset": "EndPoint.0010"}[name])

    def decided(self, body: bytes) -> Any:
        try:
            sent = json.loads(body)
            action, [wanted] = sent["action"], sent["endpoints"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refused(400, "EndPoint.0002") from None
        if not isinstance(action, str) or not isinstance(wanted, str):
            raise Refused(400, "EndPoint.0002")
        if action not in ("receive", "reject") and "all else rejects" not in self.bugs:
            raise Refused(400, "EndPoint.0007")
        item = next((i for i in self.items if i["id"] == wanted), None)
        if item is None and "decides nothing" in self.bugs:
            return {"connections": []}
        if item is None:
            raise Refused(404, "EndPoint.2006")
        item["status"] = "accepted" if action == "receive" else "rejected"
        return {"connections": [self.shown(item)]}
