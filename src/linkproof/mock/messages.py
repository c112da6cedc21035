"""A service's requests and answers, independent of HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from linkproof.base.json_values import MISSING, at
from linkproof.contract.codec import decode, encode
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation
from linkproof.contract.protocol import Format
from linkproof.contract.request_values import sent_by_name

JSON: Final = "application/json; charset=utf-8"


@dataclass
class Asked:
    """A request as it arrived: ``base`` is scheme and host as the client used them, ``path`` as it was written.

    ``template``, ``parameters`` and ``operation`` are set once the path is known to be a contract's, ``poll`` ("status"
    or "result") and ``poll_id`` if it polls a long-running operation.
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
        """Return the name of the connection in the path; "" for the collection."""
        item = self.operation.item_parameter if self.operation else self.template.rsplit("/", 1)[-1].strip("{}")
        return self.parameters.get(item, "")

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, matched without case; None if it is absent."""
        wanted = name.lower()
        return next((v for k, v in self.query if k.lower() == wanted), None)

    @cached_property
    def value(self) -> Any:
        """Return the body's value: ``MISSING`` without a body, ``NOT_JSON`` or ``TOO_DEEP`` if it cannot be read."""
        if self.contract.by_name:
            schema = self.operation.request if self.operation else None
            return sent_by_name(self.contract, self.query, self.body, schema)
        return decode(self.body, self.contract.protocol.request)

    @property
    def json(self) -> Any:
        """Return the body read as JSON, whatever the contract's format; ``MISSING`` without a body."""
        return decode(self.body, Format.JSON)

    def listing(self, name: str) -> Any:
        """Return the value of a parameter of a list, from query or body; ``MISSING`` without it."""
        if self.contract.by_name:
            return at(self.value, f"/{name}")
        found = self.parameter(name)
        return MISSING if found is None else found


@dataclass
class Answer:
    """An answer that hooks may still change: a JSON value (``MISSING``: no body), or raw bytes instead.

    ``request`` is the request that it answers; its contract defines the format of the body.
    """

    status: int
    value: Any = MISSING
    headers: list[tuple[str, str]] = field(default_factory=list)
    raw: bytes | None = None
    request: Asked | None = None

    @property
    def has_body(self) -> bool:
        """Whether the answer has a body."""
        return self.raw is not None or self.value is not MISSING

    def content(self) -> bytes:
        """Return the bytes of the body."""
        if self.raw is not None:
            return self.raw
        if self.value is MISSING:
            return b""
        if self.request is None or self.request.contract.protocol.response is Format.JSON:
            return encode(self.value, Format.JSON)
        return self._in_the_protocols_format(self.request)

    def _in_the_protocols_format(self, asked: Asked) -> bytes:
        rules, operation = asked.contract.protocol, asked.operation
        if self.status >= 300 or operation is None:
            schema = (operation or asked.contract.operations[0]).error
            return encode(self.value, rules.response, rules.error_root, "", schema)
        root = rules.root.format(operation=operation.id)
        return encode(self.value, rules.response, root, rules.namespace, operation.responses.get(200))

    def put(self, name: str, value: str) -> None:
        """Set a header field, replacing any of that name."""
        self.drop(name)
        self.headers.append((name, value))

    def drop(self, name: str) -> None:
        """Remove a header field."""
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]
