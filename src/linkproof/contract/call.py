"""One exchange, read as a call of a contract's operation: the request, its defects, and the answer."""

from __future__ import annotations

from copy import copy
from typing import Any

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP, at, parse
from linkproof.contract.answer import Answer, Named
from linkproof.contract.codec import decode
from linkproof.contract.model import Contract, DecisionKind, Format, Operation, Role
from linkproof.contract.names import name_of
from linkproof.contract.request_match import Address, Defect, Fault, Kind
from linkproof.contract.routing import Router
from linkproof.contract.schema import BodySchema, Problem
from linkproof.model.evidence import cut
from linkproof.model.exchange import Credential, Exchange

BODY_DEFECTS = frozenset({Defect.NOT_JSON, Defect.EMPTY, Defect.NOT_OBJECT, Defect.LACKS_MEMBER})


class Call:
    """An exchange matched to a contract. ``operation`` is None for methods and polls that the contract does not list.

    Attributes:
        sent: the request's JSON, ``MISSING`` without a body, ``NOT_JSON`` where it is none.
        answer: the response's, likewise.
        answered: what follows from the answer, shared with calls of the same address that were answered alike.
        subject: the name or id of the connection that the call is about, in lower case; "" for the whole collection.
        decision: the status that the call decides for, as it is shown afterwards; "" for what is no decision.
        faults: every defect of the request.
    """

    __slots__ = (
        "_plain",
        "address",
        "answer",
        "answered",
        "collection",
        "contract",
        "decision",
        "exchange",
        "faults",
        "kind",
        "name",
        "operation",
        "role",
        "sent",
        "status",
        "subject",
        "success",
    )

    def __init__(self, exchange: Exchange, address: Address) -> None:
        self.exchange = exchange
        self.address = address
        self.contract: Contract = address.contract
        self.operation: Operation | None = address.operation
        self.role: Role | None = address.role
        self.kind: Kind = address.kind
        self.name: str = address.name
        self.collection: str = address.collection
        request, response = exchange.request, exchange.response
        self.status: int = response.status
        self.success: bool = 200 <= response.status < 300
        protocol = address.contract.protocol
        self.sent: Any = decode(request.body, protocol.request) if request.body else MISSING
        answered = address.answer
        if answered is None or request.body or not answered.is_repeated(exchange):
            value = _answer(response.body, protocol.response) if response.body else MISSING
            answered = Answer(exchange, value)
            if not request.body:
                address.answer = answered
        self.answered: Answer = answered
        self.answer: Any = answered.value
        self.subject = address.item
        self.decision = ""
        if address.role is Role.DECIDE:
            self._read_decision()
        faults = (*_credential_faults(exchange.credential), *address.faults, *self._body_faults())
        self.faults: tuple[Fault, ...] = faults
        self._plain: bool | None = None

    def at_rest(self) -> Call:
        """Return the call as a state keeps it: a large body is cut, and the answer of a large error response dropped.

        Later checks read the status of an earlier error response, and not its body.
        """
        kept = cut(self.exchange)
        if kept is self.exchange:
            return self
        call = copy(self)
        call.exchange = kept
        if not self.success:
            call.answer = MISSING
            call.answered = Answer(kept, MISSING)
        return call

    def _read_decision(self) -> None:
        rules = self.contract.decide
        if rules.subject:
            found = at(self.sent, rules.subject)
            self.subject = found.lower() if isinstance(found, str) else ""
        if rules.kind is DecisionKind.OPERATION:
            self.decision = rules.shown_after(self.name)
            return
        word = at(self.sent, rules.decision)
        self.decision = rules.shown(word) if isinstance(word, str) else ""

    # what was asked

    @property
    def not_found(self) -> bool:
        """Whether the answer says that there is no such thing: 404, or a Get's 204 where the contract documents it."""
        if self.status == 204 and self.role is Role.GET:
            assert self.operation is not None
            return 204 in self.operation.responses
        return self.status == 404

    @property
    def is_empty(self) -> bool:
        """Whether a Get was answered with success and an empty object: it shows no connection, whatever it means."""
        return self.role is Role.GET and self.delivers and self.answer == {}

    @property
    def query(self) -> dict[str, str]:
        """Query parameters by name; the first value of each."""
        return self.address.route.query

    @property
    def seen_version(self) -> str:
        """The api-version that was asked for, where it is not the contract's, else ""."""
        return self.address.seen_version

    @property
    def plain(self) -> bool:
        """Whether the body has nothing but what its schema knows: read-only and made-up members may be refused."""
        if self._plain is None:
            schema = self.operation.request if self.operation else None
            is_off = any(f.defect is Defect.BODY for f in self.faults)
            self._plain = not is_off and (schema is None or schema.is_plain(self.sent))
        return self._plain

    @property
    def only_defect(self) -> Fault | None:
        """The request's defect where it has exactly one, else None."""
        return self.faults[0] if len(self.faults) == 1 else None

    def _body_faults(self) -> tuple[Fault, ...]:
        if self.operation is None or self.operation.request is None:
            return ()
        if self.sent is MISSING:
            return (Fault(Defect.EMPTY),)
        if self.sent is NOT_JSON:
            return (Fault(Defect.NOT_JSON),)
        if self.sent is TOO_DEEP:
            return (Fault(Defect.BODY),)
        if not isinstance(self.sent, dict):
            return (Fault(Defect.NOT_OBJECT, "", self.sent),)
        if self.operation.request.fits(self.sent):
            return ()
        return tuple(_body_fault(p) for p in self.operation.request.problems(self.sent))

    # what came

    @property
    def delivers(self) -> bool:
        """Whether it is a success that carries what was asked for: any 2xx but 202 and 204.

        Which of them is documented, SHP-2 judges; what is shown can be read whatever the status is.
        """
        return delivers(self.status)

    @property
    def schema(self) -> BodySchema | None:
        """What a success's body has to fit: the schema of its status, of 200 where the status is undocumented."""
        return schema_of(self.operation, self.status) if self.success else None

    @property
    def exact(self) -> bool:
        """Whether a success's body fits its schema and has no member beside it: what nearly every answer is."""
        answered = self.answered
        if answered.exact is None:
            schema = self.schema
            answered.exact = schema is not None and isinstance(self.answer, dict) and schema.is_exactly(self.answer)
        return answered.exact

    @property
    def error_code(self) -> str:
        """The error code of the answer, "" where there is none."""
        found = at(self.answer, self.contract.error.code)
        return found if isinstance(found, str) else ""

    @property
    def throttled(self) -> bool:
        """Whether the answer says: too many requests."""
        if not 400 <= self.status < 500:
            return False
        return self.status == 429 or self.error_code.lower() in {c.lower() for c in self.contract.error.throttled}

    @property
    def named(self) -> tuple[Named, ...]:
        """The items that have a name: name, representation, pointer to it."""
        answered = self.answered
        if answered.named is None:
            start = self.contract.list.items
            found = [(name_of(self.contract, item), item, f"{start}/{i}") for i, item in enumerate(self.items)]
            answered.named = tuple([one for one in found if one[0]])
        return answered.named

    @property
    def shown(self) -> str:
        """The name of the one connection that a Get or a decision shows, "" where it shows none."""
        return self.named[0][0] if self.named else ""

    @property
    def items(self) -> tuple[dict[str, Any], ...]:
        """The connections of a successful list or decision, or the one of a successful Get."""
        answered = self.answered
        if answered.items is None:
            answered.items = tuple(self._find_items())
        return answered.items

    def _find_items(self) -> list[dict[str, Any]]:
        if not self.success or self.operation is None or not self.operation.role.is_of_connections:
            return []
        if self.role is Role.LIST or (self.role is Role.DECIDE and self.contract.decide.subject):
            found = at(self.answer, self.contract.list.items)
            return [i for i in found if isinstance(i, dict)] if isinstance(found, list) else []
        return [self.answer] if isinstance(self.answer, dict) else []


def schema_of(operation: Operation | None, status: int) -> BodySchema | None:
    """What a success's body has to fit: the schema of its status, of 200 where the status is undocumented."""
    if operation is None:
        return None
    known = operation.responses
    return known.get(status if status in known or not delivers(status) else 200)


def delivers(status: int) -> bool:
    """Whether a status says that the answer carries what was asked for: any 2xx but 202 and 204."""
    return 200 <= status < 300 and status not in (202, 204)


def _answer(body: bytes, how: Format) -> Any:
    """The value of an answer's body. White space alone is a body too, and no JSON."""
    return parse(body) if how is Format.JSON else decode(body, how)


def _credential_faults(credential: Credential) -> tuple[Fault, ...]:
    if credential is Credential.MISSING:
        return (Fault(Defect.NO_CREDENTIAL),)
    return (Fault(Defect.WRONG_CREDENTIAL),) if credential is Credential.WRONG else ()


def _body_fault(problem: Problem) -> Fault:
    if problem.keyword == "required":
        return Fault(Defect.LACKS_MEMBER, problem.pointer)
    if problem.keyword == "enum" and isinstance(problem.value, str):
        return Fault(Defect.ENUMERATOR, problem.pointer, problem.value)
    return Fault(Defect.BODY, problem.pointer, problem.value)


def subjects_of(contract: Contract, url: str, body: bytes) -> tuple[str, ...]:
    """The connections that a request would be about, as the URL or the body spells them; none where neither says."""
    found = Router([contract], any_version=True).match(url)
    if isinstance(found, str):
        return ()
    tail = found.path.rsplit("/", 1)[-1]
    if tail.startswith("{") and tail not in contract.collection_path:
        return (found.parameters.get(tail[1:-1], ""),)
    if not contract.decide.subject or not body.strip():
        return ()
    named = at(parse(body), contract.decide.subject.rsplit("/", 1)[0])
    return tuple(map(str, named)) if isinstance(named, list) else ()
