"""What a service is asked, and what it answers, before HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from linkproof.contract.model import Operation
from linkproof.exchange import Headers
from linkproof.jsontext import MISSING


@dataclass(slots=True)
class Asked:
    """A request as it arrived. ``base`` is scheme and host as the client called them; ``path`` the contract's template."""

    method: str
    base: str
    url_path: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Headers
    body: bytes
    operation: Operation | None = None
    sent: Any = MISSING

    @property
    def name(self) -> str:
        """The connection that the path names, as it was written; "" for the collection."""
        tail = self.path.rsplit("/", 1)[-1]
        return self.parameters.get(tail[1:-1], "") if tail.startswith("{") else ""


@dataclass(slots=True)
class Answer:
    """An answer: status, header fields, and a JSON value (``MISSING``: no body) or raw bytes in its place."""

    status: int
    value: Any = MISSING
    headers: list[tuple[str, str]] = field(default_factory=list)
    raw: bytes | None = None
    content_type: str = "application/json; charset=utf-8"

    def body(self) -> bytes:
        """The bytes of the body."""
        if self.raw is not None:
            return self.raw
        if self.value is MISSING:
            return b""
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":")).encode()

    def set_header(self, name: str, value: str) -> None:
        """Put a header field in the place of any of that name."""
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()] + [(name, value)]

    def drop_header(self, name: str) -> None:
        """Remove a header field."""
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]


class Refused(Exception):
    """A request is refused: status and code of the answer, and words for people."""

    def __init__(self, status: int, code: str, message: str, target: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.target = status, code, message, target
