"""An exchange as a call of a contract's operation: the request, its defects, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from linkproof.base.json_values import MISSING, at, parse, values_at, weight_of
from linkproof.contract.address import Address, Kind
from linkproof.contract.answer import Answer, Named
from linkproof.contract.codec import decode
from linkproof.contract.defect import Defect, FoundDefect
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of
from linkproof.contract.operation import Operation, Role
from linkproof.contract.protocol import Format
from linkproof.contract.request_values import body_defects, credential_defects, sent_value
from linkproof.contract.rules import DecisionKind
from linkproof.contract.schema import BodySchema
from linkproof.model.evidence import LONGEST_BODY, cut
from linkproof.model.exchange import Credential, Exchange

#: Maximum memory, in bytes, of an answer whose value a state keeps: a list's, and that of any other.
_LARGEST_LIST, _LARGEST_OTHER = 8_000_000, 2_000_000
_JSON = Format.JSON
_UNAUTHORISED = (Credential.MISSING, Credential.WRONG)
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Call:
    """An exchange matched to a contract. ``operation`` is None for methods and polls that the contract does not list.

    Attributes:
        sent: value of the request's body, ``MISSING`` without one, ``NOT_JSON`` if it is unreadable. If requests name
            their operation, the query's other parameters belong to it.
        answer: value of the response's body, likewise.
        delivers: whether the answer is a success with content: any 2xx but 202 and 204. SHP-2 judges whether the status
            is documented; the content is read in any case.
        answered: facts derived from the answer, shared by calls of one address with the same answer.
        is_get, is_list, decides, is_poll: as of the pattern of its address.
        subject: name or id of the connection of the call, in lower case; "" for the whole collection, and for several
            connections.
        subjects: the connections that one request decides, if it may decide several; in lower case.
        decision: the status that the call decides for, as shown afterwards; "" if it is not a decision.
        defects: every defect of the request.
    """

    __slots__ = (
        "_plain",
        "address",
        "answer",
        "answered",
        "collection",
        "contract",
        "decides",
        "decision",
        "defects",
        "delivers",
        "exchange",
        "failures",
        "is_get",
        "is_list",
        "is_poll",
        "kind",
        "name",
        "operation",
        "reads",
        "role",
        "seen_version",
        "sent",
        "status",
        "subject",
        "subjects",
        "success",
    )

    def __init__(self, exchange: Exchange, address: Address, like: Call | None = None) -> None:
        """``like`` is a call of the same exchange: what it says is taken over, and no body is parsed again."""
        self.exchange = exchange
        self._take_address(address)
        request, response = exchange.request, exchange.response
        self.status: int = response.status
        self.success: bool = 200 <= response.status < 300
        self.delivers: bool = self.success and delivers(response.status)
        if like is not None:
            self._take_over(like)
            return
        self.sent: Any = sent_value(address, request.body) if request.body or address.pattern.by_name else MISSING
        answered = address.answer
        if answered is None or request.body or not answered.is_repeated(exchange):
            value = self._value_of(response.body) if response.body else MISSING
            answered = Answer(exchange, value)
            if not request.body and answered.can_repeat:
                address.answer = answered
        self.answered: Answer = answered
        self.answer: Any = answered.value
        self.subject = address.item
        self.subjects: tuple[str, ...] = ()
        self.failures: Mapping[str, str] = _NOTHING
        self.decision = ""
        if self.decides:
            self._read_decision()
        defects: tuple[FoundDefect, ...] = address.defects
        if address.operation is not None and address.operation.request is not None:
            defects += body_defects(address.operation.request, self.sent, required=address.operation.body_required)
        if exchange.credential in _UNAUTHORISED:
            defects = credential_defects(exchange.credential) + defects
        self.defects: tuple[FoundDefect, ...] = defects
        self._plain: bool | None = None

    def _take_address(self, address: Address) -> None:
        self.address = address
        self.contract: Contract = address.contract
        self.operation: Operation | None = address.operation
        self.role: Role | None = address.role
        self.kind: Kind = address.kind
        self.reads: bool = address.reads
        self.name: str = address.name
        self.collection: str = address.collection
        #: The requested api-version if it is not the contract's, else "".
        self.seen_version: str = address.seen_version
        pattern = address.pattern
        self.is_get: bool = pattern.is_get
        self.is_list: bool = pattern.is_list
        self.is_poll: bool = pattern.is_poll
        self.decides: bool = pattern.decides

    def at_rest(self) -> Call:
        """Return the call as a state keeps it: a large body is truncated, and a large error body is dropped.

        Later checks read the status of an earlier error response, not its body. The value of a very large answer is
        dropped too: nothing is compared with it later.
        """
        kept = cut(self.exchange)
        if kept is self.exchange:
            return self
        call = Call(kept, self.address, self)
        if not self.success or self.is_very_large:
            call.answer = MISSING
            call.answered = Answer(kept, MISSING)
        return call

    @property
    def is_very_large(self) -> bool:
        """Whether the answer is too large for a state to keep its value."""
        body = self.exchange.response.body
        if len(body) <= LONGEST_BODY:
            return False
        return weight_of(body) > (_LARGEST_LIST if self.is_list else _LARGEST_OTHER)

    def _take_over(self, like: Call) -> None:
        self.sent = like.sent
        self.answered = like.answered
        self.answer = like.answer
        self.subject = like.subject
        self.subjects = like.subjects
        self.failures = like.failures
        self.decision = like.decision
        self.defects = like.defects
        self._plain = like._plain

    def _value_of(self, body: bytes) -> Any:
        """Return the value of an answer's body. White space alone is a body that is not JSON."""
        how = self.contract.protocol.response
        if how is _JSON:
            return parse(body)
        operation = self.operation or self.contract.operations[0]
        return decode(body, how, self.schema if self.success else operation.error)

    def _read_decision(self) -> None:
        rules = self.contract.decide
        if rules.subjects:
            self._read_several()
        elif rules.subject:
            found = at(self.sent, rules.subject)
            self.subject = found.lower() if isinstance(found, str) else ""
        if rules.kind is DecisionKind.OPERATION:
            self.decision = "" if self.is_dry_run else rules.shown_after(self.name)
            return
        word = at(self.sent, rules.decision)
        self.decision = rules.shown(word) if isinstance(word, str) else ""

    def _read_several(self) -> None:
        """Read the connections that the body names, and those that a success leaves undecided, with their codes."""
        rules = self.contract.decide
        named = at(self.sent, rules.subjects)
        listed = named if isinstance(named, list) else []
        self.subjects = tuple(dict.fromkeys(name.lower() for name in listed if isinstance(name, str)))
        self.subject = self.subjects[0] if len(self.subjects) == 1 else ""
        failed = at(self.answer, rules.failures) if self.success else MISSING
        found: dict[str, str] = {}
        for item in failed if isinstance(failed, list) else ():
            name, code = at(item, rules.failure_id), at(item, rules.failure_code)
            if isinstance(name, str):
                found[name.lower()] = code if isinstance(code, str) else ""
        self.failures = found

    def about(self, name: str) -> Call:
        """Return the call restricted to one of the connections that it decides."""
        if name == self.subject:
            return self
        call = Call(self.exchange, self.address, self)
        call.subject = name
        return call

    # the request

    @property
    def is_dry_run(self) -> bool:
        """Whether the request only asks what would happen."""
        pointer = self.contract.decide.dry_run
        return bool(pointer) and at(self.sent, pointer) is True

    @property
    def done(self) -> bool:
        """Whether the request succeeded for the connection of the call."""
        return self.success and self.subject not in self.failures

    @property
    def parent(self) -> str:
        """Return the parent in the body; "" if the path names it."""
        found = at(self.sent, self.contract.decide.parent) if self.contract.decide.parent else ""
        return found if isinstance(found, str) else ""

    def listing(self, name: str) -> Any:
        """Return the value of a list parameter, from query or body; ``MISSING`` without it."""
        return at(self.sent, f"/{name}") if self.contract.by_name else self.query.get(name, MISSING)

    @property
    def sends_read_only(self) -> bool:
        """Whether the body has members that the vendor calls read-only."""
        return any(at(self.sent, pointer) is not MISSING for pointer in self.contract.member.read_only)

    @property
    def not_found(self) -> bool:
        """Whether the answer means unknown: 404, 204 to a Get that documents it, or the vendor's own status."""
        if self.status == 204 and self.is_get:
            assert self.operation is not None
            return 204 in self.operation.responses
        if self.status == 404 or not self.is_get:
            return self.status == 404
        unknown = self.contract.error.not_found
        return 404 not in unknown and self.status in unknown and not self.defects

    @property
    def is_empty(self) -> bool:
        """Whether a Get was answered with success and an empty object, which shows no connection."""
        return self.is_get and self.delivers and self.answer == {}

    @property
    def query(self) -> Mapping[str, str]:
        """Query parameters by name; the first value of each."""
        return self.address.route.query

    @property
    def plain(self) -> bool:
        """Whether the body has only members of its schema: read-only and invented ones may be rejected."""
        if self._plain is None:
            schema = self.operation.request if self.operation else None
            is_off = any(f.defect is Defect.BODY for f in self.defects)
            self._plain = not is_off and (schema is None or self.sent is MISSING or schema.is_plain(self.sent))
        return self._plain

    @property
    def only_defect(self) -> FoundDefect | None:
        """Return the request's defect if it has exactly one, else None."""
        return self.defects[0] if len(self.defects) == 1 else None

    # the answer

    @property
    def schema(self) -> BodySchema | None:
        """Return the schema of a success body: that of its status, or of 200 if the status is undocumented."""
        return schema_of(self.operation, self.status) if self.success else None

    @property
    def exact(self) -> bool:
        """Whether a success body fits its schema without further members, as nearly every answer does."""
        answered = self.answered
        if answered.exact is None:
            schema = self.schema
            answered.exact = schema is not None and isinstance(self.answer, dict) and schema.is_exactly(self.answer)
        return answered.exact

    def values_at(self, pointer: str) -> Sequence[tuple[str, Any]]:
        """Return every value of the answer at a generalised pointer, with its own pointer."""
        if "*" not in pointer:
            return values_at(self.answer, pointer)
        answered = self.answered
        places = answered.places
        if places is None:
            places = answered.places = {}
        found = places.get(pointer)
        if found is None:
            found = places[pointer] = values_at(self.answer, pointer)
        return found

    def listed_values(self, pointer: str) -> Sequence[Any] | None:
        """Return the documented values of a member of listed connections; None if its schema enumerates none."""
        schema = self.schema
        return None if schema is None else schema.enumerations.get(f"{self.contract.list.items}/*{pointer}")

    @property
    def unknown_members(self) -> tuple[str, ...]:
        """Return pointers to the members of a success body that its schema does not know."""
        answered = self.answered
        if answered.unknown is None:
            schema = self.schema
            answered.unknown = () if schema is None else tuple(schema.unknown_members(self.answer))
        return answered.unknown

    @property
    def error_code(self) -> str:
        """Return the error code of the answer; "" if there is none. For a success: that of the failed connection."""
        if self.failures and self.subject in self.failures:
            return self.failures[self.subject]
        found = at(self.answer, self.contract.error.code)
        return found if isinstance(found, str) else ""

    @property
    def throttled(self) -> bool:
        """Whether the answer says that there were too many requests."""
        error = self.contract.error
        if not error.throttled:
            return self.status == 429
        if not 400 <= self.status < 500:
            rows = (r for r in error.table if r.status == self.status and r.code in error.throttled)
            return any(r.code == self.error_code for r in rows)
        return self.status == 429 or self.error_code.lower() in {c.lower() for c in error.throttled}

    @property
    def named(self) -> tuple[Named, ...]:
        """Return the items that have a name: name, representation, pointer."""
        answered = self.answered
        if answered.named is None:
            start = self.contract.list.items
            found = [(name_of(self.contract, item), item, f"{start}/{i}") for i, item in enumerate(self.items)]
            answered.named = tuple([one for one in found if one[0]])
        return answered.named

    @property
    def shown(self) -> str:
        """Return the name of the connection that a Get or a decision shows; "" if it shows none."""
        return self.named[0][0] if self.named else ""

    @property
    def items(self) -> tuple[dict[str, Any], ...]:
        """Return the connections of a successful list or decision, or the one of a successful Get."""
        answered = self.answered
        if answered.items is None:
            answered.items = tuple(self._find_items())
        return answered.items

    def _find_items(self) -> list[dict[str, Any]]:
        if not self.success or self.operation is None or not self.operation.role.is_of_connections:
            return []
        if self.is_list or (self.decides and self.contract.decide.subject):
            found = at(self.answer, self.contract.list.items)
            return [i for i in found if isinstance(i, dict)] if isinstance(found, list) else []
        shows = isinstance(self.answer, dict) and (not self.decides or self._shows_the_decided())
        return [self.answer] if shows else []

    def _shows_the_decided(self) -> bool:
        """Whether the answer to a decision is the connection; that of an operation of its own may be anything."""
        contract = self.contract
        return not contract.decide.by_path or at(self.answer, contract.member.id) is not MISSING


def schema_of(operation: Operation | None, status: int) -> BodySchema | None:
    """Return the schema of a success body: that of its status, or of 200 if the status is undocumented."""
    if operation is None:
        return None
    known = operation.responses
    return known.get(status if status in known or not delivers(status) else 200)


def delivers(status: int) -> bool:
    """Whether a status means a success with content: any 2xx but 202 and 204."""
    return 200 <= status < 300 and status not in (202, 204)
