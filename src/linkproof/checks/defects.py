"""Confirms defects of a request's body by the reference implementation of JSON Schema."""

from __future__ import annotations

from linkproof.contract.call import Call


def confirm_defects(call: Call) -> None:
    """Confirm that a request does not fit its schema, before its answer counts as a breach. Raises EngineError."""
    schema = call.operation.request if call.operation is not None else None
    if schema is None or not isinstance(call.sent, dict):
        return
    for problem in schema.problems(call.sent):
        schema.confirm(call.sent, problem)
