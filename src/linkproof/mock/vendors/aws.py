"""Amazon EC2's habits: one operation for each decision on several connections, errors by code, any signature."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from linkproof.base.json_values import MISSING, at, place
from linkproof.base.wording import zulu
from linkproof.contract.model import Role
from linkproof.mock.authentication import Gate
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import TokenPaging
from linkproof.mock.presenter import Presenter
from linkproof.mock.refusal import Mistake, Refusal, Refusals, Row
from linkproof.mock.rules import Rules
from linkproof.mock.service import Service
from linkproof.mock.store import Collection, Connection, Decision

_ERRORS: Mapping[Mistake, Row] = {
    Mistake.NO_CREDENTIAL: Row(401, "AuthFailure", "The request has no credentials."),
    Mistake.WRONG_CREDENTIAL: Row(401, "AuthFailure", "The credentials that were given could not be validated."),
    Mistake.NO_PATH: Row(404, "InvalidAction", "There is nothing at this path."),
    Mistake.NO_PARENT: Row(400, "InvalidVpcEndpointServiceId.NotFound", "The VPC endpoint service does not exist."),
    Mistake.NO_CONNECTION: Row(400, "InvalidVpcEndpointId.NotFound", "The VPC endpoint does not exist."),
    Mistake.FOREIGN: Row(400, "InvalidVpcEndpointId.NotFound", "The VPC endpoint does not exist."),
    Mistake.METHOD: Row(405, "InvalidAction", "The API has no such method."),
    Mistake.ACTION: Row(400, "InvalidAction", "The action is not valid for this web service."),
    Mistake.TOO_LARGE: Row(413, "RequestEntityTooLarge", "The request is too large."),
    Mistake.NOT_JSON: Row(400, "MalformedQueryString", "The request is no form."),
    Mistake.EMPTY: Row(400, "MissingAction", "The request names no action."),
    Mistake.NOT_OBJECT: Row(400, "MalformedQueryString", "The request is no form."),
    Mistake.BODY: Row(400, "InvalidParameterValue", "A parameter has no valid value."),
    Mistake.LACKS_MEMBER: Row(400, "MissingParameter", "A required parameter is missing."),
    Mistake.FILTER: Row(400, "InvalidParameterValue", "There is no filter of that name."),
    Mistake.TOKEN: Row(400, "InvalidNextToken", "The token is not valid."),
    Mistake.DRY_RUN: Row(412, "DryRunOperation", "The request would have succeeded; it was a dry run."),
    Mistake.STATE: Row(400, "InvalidState", "The VPC endpoint is in no state for this."),
}
#: Signature Version 4: who signs, for which day, region and service, what is covered, and the signature.
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/\d{8}/[\w-]+/\w+/aws4_request,\s*SignedHeaders=[\w;-]+,\s*"
    r"Signature=[0-9a-f]{64}"
)
#: The key of requests that Linkproof signs wrongly on purpose.
WRONG_KEY = "LINKPROOFWRONGKEY000"


class AwsRefusals(Refusals):
    """EC2's error codes."""

    table = _ERRORS


class AwsGate(Gate):
    """Takes any signature of Signature Version 4, whoever's key it is; a URL may be signed instead."""

    def admit(self, asked: Asked) -> Refusal | None:
        """The refusal of a request that nobody signed."""
        query = dict(asked.query)
        if "X-Amz-Signature" in query and query.get("X-Amz-Credential", "").partition("/")[0] not in ("", WRONG_KEY):
            return None
        return super().admit(asked)

    def right(self, sent: str) -> bool:
        """Whether it is a signature."""
        found = _SIGNATURE.fullmatch(sent)
        return found is not None and found["key"] != WRONG_KEY


class AwsPresenter(Presenter):
    """Every answer has the request's id; a decision shows what was not decided, and no connection."""

    def state(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        """Also the time of creation."""
        yield "/creationTimestamp", self.time(connection.created)
        yield from super().state(connection)

    def time(self, moment: datetime) -> str:
        """A moment in UTC, to the millisecond."""
        return zulu(moment, "milliseconds")

    def page(self, items: Iterable[Connection], more: Mapping[str, Any]) -> Any:
        """With the request's id."""
        return {"requestId": self.request_id(), **super().page(items, more)}

    def failures(self, failed: Mapping[str, Refusal]) -> dict[str, Any]:
        """The answer to a decision: those of its connections that were not decided, and why."""
        value: dict[str, Any] = {"requestId": self.request_id()}
        place(value, self.contract.decide.failures, [self.failure(name, why) for name, why in failed.items()])
        return value

    def failure(self, name: str, why: Refusal) -> dict[str, Any]:
        """One connection that was not decided."""
        value: dict[str, Any] = {}
        place(value, self.contract.decide.failure_id, name)
        place(value, self.contract.decide.failure_code, why.code)
        place(value, self.contract.decide.failure_message, why.message)
        return value

    def error(self, refusal: Refusal) -> Any:
        """With the request's id, as errors spell it."""
        return {**super().error(refusal), "RequestID": self.request_id()}

    def request_id(self) -> str:
        """An id that no other answer has."""
        return str(uuid.uuid4())


class AwsRules(Rules):
    """What is wrong with a form has other codes than what is wrong with JSON."""

    def method(self, asked: Asked) -> Refusal | None:
        """Another method, no action, or one that nobody knows."""
        allowed = {o.method for o in self.contract.operations} | set(self.contract.elsewhere)
        if asked.operation is not None:
            return None
        if asked.method not in allowed:
            return self.refusals.of(Mistake.METHOD, headers=(("Allow", ", ".join(sorted(allowed))),))
        return self.refusals.of(Mistake.ACTION)

    def misfit(self, value: dict[str, Any], target: str) -> Refusal:
        """A parameter that is missing, a filter that nobody knows, or a value that does not fit."""
        if at(value, target) is MISSING:
            return self.refusals.of(Mistake.LACKS_MEMBER, target)
        rules = self.contract.list
        named = target.startswith(f"/{rules.filter_list}/") and target.endswith(f"/{rules.filter_name}")
        return self.refusals.of(Mistake.FILTER if named else Mistake.BODY, target)

    def decidable(self, connection: Connection) -> Refusal | None:
        """What waits, was let in or kept out is decided; what goes on, or failed, is not."""
        states = self.contract.states
        allowed = {states.get(word) for word in ("pending", "approved", "rejected")}
        return None if connection.status in allowed else self.refusals.of(Mistake.STATE)

    def decision(self, asked: Asked) -> Decision:
        """What the operation itself decides."""
        assert asked.operation is not None
        return Decision(self.contract.decide.shown_after(asked.operation.id), None)


class AwsService(Service):
    """An account's connections: they are listed together, and decided by their service and their ids."""

    presenter: AwsPresenter

    def respond(self, asked: Asked) -> Answer:
        """The bare answer."""
        if not asked.template:
            return self.refused(self.refusals.of(Mistake.NO_PATH))
        refusal = self.gate.admit(asked) or self.rules.request(asked) or self.rules.body(asked)
        if refusal:
            return self.refused(refusal)
        assert asked.operation is not None
        if asked.operation.role is Role.LIST:
            return self.dry(asked) or self.list(asked, self.everything())
        parent = self.contract.decide.parent
        collection = self.store.collection({parent.strip("/"): str(at(asked.value, parent))})
        if collection is None:
            return self.refused(self.refusals.of(Mistake.NO_PARENT))
        return self.dry(asked) or self.decide(asked, collection)

    def dry(self, asked: Asked) -> Answer | None:
        """The answer to a request that asks for nothing to be done."""
        is_dry = at(asked.value, self.contract.decide.dry_run) is True
        return self.refused(self.refusals.of(Mistake.DRY_RUN)) if is_dry else None

    def everything(self) -> Collection:
        """The connections of all services."""
        whole = Collection({}, "/")
        for collection in self.store.collections:
            whole.connections.update(collection.connections)
        return whole

    def decide(self, asked: Asked, collection: Collection) -> Answer:
        """Decide each connection that can be, and say which could not."""
        failed: dict[str, Refusal] = {}
        for name in dict.fromkeys(at(asked.value, self.contract.decide.subjects)):
            refusal = self.one(asked, collection, name)
            if refusal is not None:
                failed[name] = refusal
        return Answer(200, self.presenter.failures(failed))

    def one(self, asked: Asked, collection: Collection, name: str) -> Refusal | None:
        """Decide one connection; returns why not."""
        found = collection.find(name)
        refusal = self.rules.unknown(asked, self.store.known_elsewhere(name)) if found is None else None
        refusal = refusal or (self.rules.decidable(found) if found else None)
        if refusal is None and found is not None:
            answer = self.change(asked, collection, found)
            return None if answer.status < 300 else self.refusals.of(Mistake.STATE)
        return refusal

    def change(self, asked: Asked, collection: Collection, found: Connection) -> Answer:  # noqa: ARG002
        """Put the decision on one connection into effect."""
        self.store.decide(found, self.rules.decision(asked))
        return Answer(200)


AWS = Behaviour(
    refusals=AwsRefusals,
    presenter=AwsPresenter,
    rules=AwsRules,
    paging=TokenPaging,
    gate=AwsGate,
    service=AwsService,
)
