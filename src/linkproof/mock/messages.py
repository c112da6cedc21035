"""What a service is asked, and what it answers, before HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from linkproof.base.json_values import MISSING, parse
from linkproof.contract.model import Contract, Operation

JSON: Final = "application/json; charset=utf-8"


@dataclass
class Asked:
    """A request as it arrived: ``base`` is scheme and host as the client called them, ``path`` as it was written.

    ``template``, ``parameters`` and ``operation`` are set once the path is known to be a contract's, ``poll``
    ("status" or "result") and ``poll_id`` where it is that of a long-running operation.
    """

    contract: Contract
    method: str
    base: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    too_large: bool = False
    template: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    operation: Operation | None = None
    poll: str = ""
    poll_id: str = ""

    @property
    def name(self) -> str:
        """The connection that the path names, "" for the collection."""
        tail = self.template.rsplit("/", 1)[-1]
        return self.parameters.get(tail[1:-1], "") if tail.startswith("{") else ""

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter, its name compared without case; None where it is absent."""
        wanted = name.lower()
        return next((v for k, v in self.query if k.lower() == wanted), None)

    @cached_property
    def value(self) -> Any:
        """The body's JSON: ``MISSING`` without a body, ``NOT_JSON`` or ``TOO_DEEP`` where it cannot be read."""
        return parse(self.body) if self.body.strip() else MISSING


@dataclass
class Answer:
    """An answer that hooks may still change: a JSON value (``MISSING``: no body), or raw bytes in its place."""

    status: int
    value: Any = MISSING
    headers: list[tuple[str, str]] = field(default_factory=list)
    raw: bytes | None = None

    @property
    def has_body(self) -> bool:
        """Whether there will be a body."""
        return self.raw is not None or self.value is not MISSING

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.raw is not None:
            return self.raw
        if self.value is MISSING:
            return b""
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    def put(self, name: str, value: str) -> None:
        """A header field in the place of any of that name."""
        self.drop(name)
        self.headers.append((name, value))

    def drop(self, name: str) -> None:
        """Without that header field."""
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]
