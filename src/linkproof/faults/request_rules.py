"""Building blocks of faults in requests: which bodies the server refuses or accepts, and what a decision changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.faults.contract_facts import has, request_of
from linkproof.faults.edits import When, inherited, part
from linkproof.faults.registry import Change
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Asked
from linkproof.mock.store import Connection, RequestedDecision


def refuses(when: When, case: ErrorCase = ErrorCase.BODY) -> Change:
    """Return a change that rejects valid bodies that satisfy ``when``."""

    def body(self: Any, asked: Asked) -> ErrorResponse | None:
        error: ErrorResponse | None = inherited(self, "body", asked)
        if error is None and isinstance(asked.value, dict) and when(asked):
            found: ErrorResponse = self.errors.of(case)
            return found
        return error

    return part("rules", body=body)


def accepts(contract: Contract, role: Role, when: When) -> Change | None:
    """Return a change that accepts bodies that do not fit their schema."""
    if request_of(contract, role) is None:
        return None

    def shape(self: Any, operation: Operation, schema: Any, value: dict[str, Any]) -> ErrorResponse | None:
        found: ErrorResponse | None = inherited(self, "shape", operation, schema, value)
        wanted = found is not None and operation.role is role
        asked = Asked(contract, "", "", "", (), {}, json.dumps(value).encode())
        return None if wanted and when(asked) else found

    return part("rules", shape=shape)


def after_decision(contract: Contract, change: Callable[[Connection], None]) -> Change | None:
    """Change a connection after each decision about it."""
    if not has(contract, Role.DECIDE):
        return None

    def decide(self: Any, connection: Connection, decision: RequestedDecision) -> None:
        inherited(self, "decide", connection, decision)
        change(connection)

    return part("store", decide=decide)
