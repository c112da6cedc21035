"""Whether a request is one that the contract documents: version, method, limits, query, body, decision."""

from __future__ import annotations

import re
from typing import Any

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP, at, dump
from linkproof.contract.model import Operation, Parameter, Role
from linkproof.contract.schema import BodySchema
from linkproof.mock.messages import Asked
from linkproof.mock.refusal import Mistake, Refusal
from linkproof.mock.setting import Setting
from linkproof.mock.store import Collection, Connection, Decision

_ARM_ID = "/subscriptions/[^/]+/resourceGroups/[^/]+/providers/{type}/[^/]+"


class Rules:
    """Every rule is one method that returns the refusal, or None where the request keeps to it."""

    def __init__(self, setting: Setting) -> None:
        self.contract = setting.contract
        self.refusals = setting.refusals
        self._private_endpoint = re.compile(
            _ARM_ID.format(type=re.escape(self.contract.member.private_endpoint_type)), re.IGNORECASE
        )

    def request(self, asked: Asked) -> Refusal | None:
        """All that can be told before the parent is known."""
        return self.version(asked) or self.method(asked) or self.path(asked) or self.query(asked)

    def version(self, asked: Asked) -> Refusal | None:
        """The api-version is there, and is the contract's."""
        name = self.contract.version_parameter
        if not name:
            return None
        sent = asked.parameter(name)
        if not sent:
            return self.refusals.of(Mistake.NO_VERSION, name)
        return None if sent == self.contract.version else self.refusals.of(Mistake.OTHER_VERSION, name)

    def method(self, asked: Asked) -> Refusal | None:
        """The method is one of those that are served at the path."""
        if asked.operation is not None or (asked.poll and asked.method == "GET"):
            return None
        allowed = ["GET"] if asked.poll else [o.method for o in self.contract.operations if o.path == asked.template]
        return self.refusals.of(Mistake.METHOD, headers=(("Allow", ", ".join(sorted(allowed))),))

    def path(self, asked: Asked) -> Refusal | None:
        """Path parameters are within their documented limits."""
        for parameter in asked.operation.parameters if asked.operation else ():
            if parameter.place == "path" and not parameter.allows(asked.parameters.get(parameter.name, "")):
                return self.refusals.of(Mistake.PATH_LIMIT, parameter.name)
        return None

    def query(self, asked: Asked) -> Refusal | None:
        """Documented query parameters are within their sets; others are not looked at."""
        for parameter in asked.operation.parameters if asked.operation else ():
            if parameter.place == "query" and parameter.name != self.contract.version_parameter:
                sent = asked.parameter(parameter.name)
                if sent is not None and not self.allows(parameter, sent):
                    return self.refusals.of(Mistake.QUERY, parameter.name)
        return None

    def allows(self, parameter: Parameter, sent: str) -> bool:
        """Whether a query parameter may have this value."""
        return parameter.allows(sent)

    def body(self, asked: Asked) -> Refusal | None:
        """The body is JSON, an object, and fits the operation's schema."""
        operation = asked.operation
        if operation is None or operation.request is None:
            return None
        if asked.too_large:
            return self.refusals.of(Mistake.TOO_LARGE)
        value = asked.value
        if value is MISSING:
            return self.refusals.of(Mistake.EMPTY)
        if value is NOT_JSON:
            return self.refusals.of(Mistake.NOT_JSON)
        if value is TOO_DEEP:
            return self.refusals.of(Mistake.BODY)
        if not isinstance(value, dict):
            return self.refusals.of(Mistake.NOT_OBJECT)
        return self.text(asked) or self.shape(operation, operation.request, value)

    def text(self, asked: Asked) -> Refusal | None:
        """The body's text is Unicode: half of a surrogate pair could be read, and never be written again."""
        if b"\\u" not in asked.body:
            return None
        try:
            dump(asked.value).encode()
        except (UnicodeEncodeError, RecursionError):
            return self.refusals.of(Mistake.BODY)
        return None

    def shape(self, operation: Operation, schema: BodySchema, value: dict[str, Any]) -> Refusal | None:
        """The body fits its schema; where it does not, the first misfit is the target."""
        if schema.fits(value):
            return self.words(operation, value)
        return self.misfit(value, next((p.pointer for p in schema.problems(value)), ""))

    def misfit(self, value: dict[str, Any], target: str) -> Refusal:
        """The refusal of a body that does not fit at ``target``."""
        pointer = self.contract.decide.decision
        if pointer and target == pointer and at(value, pointer) is not MISSING:
            return self.refusals.of(Mistake.DECISION, target)
        return self.refusals.of(Mistake.BODY, target)

    def words(self, operation: Operation, value: dict[str, Any]) -> Refusal | None:
        """Where the schema leaves the status open, it is still one that a client may decide for."""
        if operation.role is not Role.DECIDE or not self.contract.decide.decision:
            return None
        rules = self.contract.decide
        assert operation.request is not None
        if rules.decision in operation.request.enumerations:
            return None
        word = at(value, rules.decision)
        if word is MISSING or word in (*rules.words.values(), self.contract.states.get("pending")):
            return None
        return self.refusals.of(Mistake.DECISION, rules.decision)

    # the decision

    def subject(self, asked: Asked) -> Refusal | str:
        """The name of the connection that a request is about: from the path, or from the body."""
        pointer = self.contract.decide.subject
        if asked.operation is None or asked.operation.role is not Role.DECIDE or not pointer:
            return asked.name
        found = at(asked.value, pointer)
        return found if isinstance(found, str) else self.refusals.of(Mistake.BODY, pointer)

    def unknown(self, asked: Asked, elsewhere: bool) -> Refusal:  # noqa: ARG002
        """The refusal for a connection that is not there; ``elsewhere``: another parent has it."""
        return self.refusals.of(Mistake.FOREIGN if elsewhere else Mistake.NO_CONNECTION)

    def may_create(self, operation: Operation) -> bool:
        """Whether a decision on an unknown connection creates it: where the contract documents 201 or 202 for it."""
        return not self.contract.decide.subject and bool({201, 202} & set(operation.responses))

    def idle(self, collection: Collection, name: str) -> Refusal | None:
        """Nothing else goes on with the connection."""
        return self.refusals.of(Mistake.BUSY) if name.lower() in collection.busy else None

    def decidable(self, connection: Connection) -> Refusal | None:
        """The connection's state allows a decision."""
        if self.contract.decide.final and connection.status != self.contract.states.get("pending"):
            return self.refusals.of(Mistake.NOT_PENDING)
        return None

    def decision(self, asked: Asked) -> Decision:
        """What a request without mistakes decides. Read-only members are not looked at."""
        rules, member = self.contract.decide, self.contract.member
        word = at(asked.value, rules.decision)
        description = at(asked.value, rules.description) if rules.description else MISSING
        endpoint = at(asked.value, member.private_endpoint) if member.private_endpoint else MISSING
        is_endpoint = isinstance(endpoint, str) and self._private_endpoint.fullmatch(endpoint)
        return Decision(
            status=(rules.shown(word) or word) if isinstance(word, str) else None,
            description=description if isinstance(description, str) else None,
            others=tuple(self._others(asked)),
            private_endpoint=str(endpoint) if is_endpoint else "",
        )

    def _others(self, asked: Asked) -> list[tuple[str, Any]]:
        """Further members that the request's schema knows: a client may set them."""
        rules, member = self.contract.decide, self.contract.member
        if asked.operation is None or asked.operation.request is None or rules.subject:
            return []
        taken = {rules.decision, rules.description, member.private_endpoint, *member.read_only}
        found = [(p, at(asked.value, p)) for p, _ in asked.operation.request.leaves() if p not in taken]
        return [(p, v) for p, v in found if v is not MISSING and isinstance(v, str | int)]
