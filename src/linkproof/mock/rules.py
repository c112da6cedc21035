"""Validates requests against the contract: version, method, limits, query, body, decision."""

from __future__ import annotations

import re
from typing import Any

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP, at, dump
from linkproof.contract.operation import Operation, Parameter, Role
from linkproof.contract.schema import BodySchema
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Asked
from linkproof.mock.setting import Setting
from linkproof.mock.store import Collection, Connection, RequestedDecision

_ARM_ID = "/subscriptions/[^/]+/resourceGroups/[^/]+/providers/{type}/[^/]+"


class Rules:
    """Each rule is a method that returns an error response, or None if the request complies."""

    def __init__(self, setting: Setting) -> None:
        self.contract = setting.contract
        self.errors = setting.errors
        self._private_endpoint = re.compile(
            _ARM_ID.format(type=re.escape(self.contract.member.private_endpoint_type)), re.IGNORECASE
        )

    def request(self, asked: Asked) -> ErrorResponse | None:
        """Apply the rules that do not depend on the parent."""
        return self.version(asked) or self.method(asked) or self.path(asked) or self.query(asked)

    def version(self, asked: Asked) -> ErrorResponse | None:
        """Require the contract's api-version."""
        name = self.contract.version_parameter
        if not name:
            return None
        sent = asked.parameter(name)
        if not sent:
            return self.errors.of(ErrorCase.NO_VERSION, name)
        return None if sent == self.contract.version else self.errors.of(ErrorCase.OTHER_VERSION, name)

    def method(self, asked: Asked) -> ErrorResponse | None:
        """Require a method that is documented for the path."""
        if asked.operation is not None or (asked.poll and asked.method == "GET"):
            return None
        allowed = ["GET"] if asked.poll else [o.method for o in self.contract.operations if o.path == asked.template]
        return self.errors.of(ErrorCase.METHOD, headers=(("Allow", ", ".join(sorted(allowed))),))

    def path(self, asked: Asked) -> ErrorResponse | None:
        """Require path parameters within their documented limits."""
        for parameter in asked.operation.parameters if asked.operation else ():
            if parameter.place == "path" and not parameter.allows(asked.parameters.get(parameter.name, "")):
                return self.errors.of(ErrorCase.PATH_LIMIT, parameter.name)
        return None

    def query(self, asked: Asked) -> ErrorResponse | None:
        """Require documented query parameters to have documented values; ignore all others."""
        for parameter in asked.operation.parameters if asked.operation else ():
            if parameter.place == "query" and parameter.name != self.contract.version_parameter:
                sent = asked.parameter(parameter.name)
                if sent is not None and not self.allows(parameter, sent):
                    return self.errors.of(ErrorCase.QUERY, parameter.name)
        return None

    def allows(self, parameter: Parameter, sent: str) -> bool:
        """Whether a query parameter may have this value."""
        return parameter.allows(sent)

    def body(self, asked: Asked) -> ErrorResponse | None:
        """Require a JSON object that fits the operation's schema."""
        operation = asked.operation
        if operation is None or operation.request is None:
            return None
        if asked.too_large:
            return self.errors.of(ErrorCase.TOO_LARGE)
        value = asked.value
        if value is MISSING:
            return self.errors.of(ErrorCase.EMPTY) if operation.body_required else None
        if value is NOT_JSON:
            return self.errors.of(ErrorCase.NOT_JSON)
        if value is TOO_DEEP:
            return self.errors.of(ErrorCase.BODY)
        if not isinstance(value, dict):
            return self.errors.of(ErrorCase.NOT_OBJECT)
        return self.text(asked) or self.shape(operation, operation.request, value)

    def text(self, asked: Asked) -> ErrorResponse | None:
        """Require Unicode text: an unpaired surrogate can be read, but never written again."""
        if b"\\u" not in asked.body:
            return None
        try:
            dump(asked.value).encode()
        except (UnicodeEncodeError, RecursionError):
            return self.errors.of(ErrorCase.BODY)
        return None

    def shape(self, operation: Operation, schema: BodySchema, value: dict[str, Any]) -> ErrorResponse | None:
        """Reject a body that does not fit its schema; the error's target is the first place that does not fit."""
        if schema.fits(value):
            return self.words(operation, value)
        return self.misfit(value, next((p.pointer for p in schema.problems(value)), ""))

    def misfit(self, value: dict[str, Any], target: str) -> ErrorResponse:
        """Return the error response for a body that does not fit its schema at ``target``."""
        pointer = self.contract.decide.decision
        if pointer and target == pointer and at(value, pointer) is not MISSING:
            return self.errors.of(ErrorCase.DECISION, target)
        return self.errors.of(ErrorCase.BODY, target)

    def words(self, operation: Operation, value: dict[str, Any]) -> ErrorResponse | None:
        """Require a status that a client may decide for, where the schema leaves the status open."""
        if operation.role is not Role.DECIDE or not self.contract.decide.decision:
            return None
        rules = self.contract.decide
        assert operation.request is not None
        if rules.decision in operation.request.enumerations:
            return None
        word = at(value, rules.decision)
        if word is MISSING or word in (*rules.words.values(), self.contract.states.get("pending")):
            return None
        return self.errors.of(ErrorCase.DECISION, rules.decision)

    # the decision

    def subject(self, asked: Asked) -> ErrorResponse | str:
        """Return the name of the connection that a request is about, from the path or the body."""
        pointer = self.contract.decide.subject
        if asked.operation is None or asked.operation.role is not Role.DECIDE or not pointer:
            return asked.name
        found = at(asked.value, pointer)
        return found if isinstance(found, str) else self.errors.of(ErrorCase.BODY, pointer)

    def unknown(self, asked: Asked, elsewhere: bool) -> ErrorResponse:  # noqa: ARG002
        """Return the error response for an unknown connection; ``elsewhere``: another parent has it."""
        return self.errors.of(ErrorCase.FOREIGN if elsewhere else ErrorCase.NO_CONNECTION)

    def may_create(self, operation: Operation) -> bool:
        """Whether a decision on an unknown connection creates it: the contract documents 201 or 202 for it."""
        return self.contract.decide.by_resource and bool({201, 202} & set(operation.responses))

    def idle(self, collection: Collection, name: str) -> ErrorResponse | None:
        """Require that no operation is in progress on the connection."""
        return self.errors.of(ErrorCase.BUSY) if name.lower() in collection.busy else None

    def decidable(self, connection: Connection) -> ErrorResponse | None:
        """Require a state that allows a decision."""
        if self.contract.decide.final and connection.status != self.contract.states.get("pending"):
            return self.errors.of(ErrorCase.NOT_PENDING)
        return None

    def pending_or_decided(self, connection: Connection) -> ErrorResponse | None:
        """Require a connection that is pending, approved or rejected: neither on its way nor failed."""
        states = self.contract.states
        allowed = {states.get(word) for word in ("pending", "approved", "rejected")}
        return None if connection.status in allowed else self.errors.of(ErrorCase.STATE)

    def decision(self, asked: Asked) -> RequestedDecision:
        """Return what a valid request decides. Read-only members are ignored."""
        rules, member = self.contract.decide, self.contract.member
        assert asked.operation is not None
        word = rules.shown_after(asked.operation.id) if rules.operations else at(asked.value, rules.decision)
        description = at(asked.value, rules.description) if rules.description else MISSING
        endpoint = at(asked.value, member.private_endpoint) if member.private_endpoint else MISSING
        is_endpoint = isinstance(endpoint, str) and self._private_endpoint.fullmatch(endpoint)
        return RequestedDecision(
            status=(rules.shown(word) or word) if isinstance(word, str) else None,
            description=description if isinstance(description, str) else None,
            others=tuple(self._others(asked)),
            private_endpoint=str(endpoint) if is_endpoint else "",
        )

    def _others(self, asked: Asked) -> list[tuple[str, Any]]:
        """Return pointer and value of further members in the request's schema: a client may set them."""
        rules, member = self.contract.decide, self.contract.member
        if asked.operation is None or asked.operation.request is None or not rules.by_resource:
            return []
        taken = {rules.decision, rules.description, member.private_endpoint, *member.read_only}
        found = [(p, at(asked.value, p)) for p, _ in asked.operation.request.leaves() if p not in taken]
        return [(p, v) for p, v in found if v is not MISSING and isinstance(v, str | int)]
