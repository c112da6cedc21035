"""One exchange, read as a call of a contract's operation: what was asked, what is wrong with the asking, what came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from linkproof.contract.body import Problem
from linkproof.contract.model import Contract, Operation, Role
from linkproof.contract.names import name_of
from linkproof.contract.routing import Route, Router
from linkproof.exchange import Credential, Exchange
from linkproof.jsontext import MISSING, NOT_JSON, TOO_DEEP, at, parse

#: A version that a service may well have (2010 or later): any other is one that it cannot support.
_VERSION = re.compile(r"20[1-9]\d-\d\d-\d\d(-[a-z0-9.]+)?")


class Defect(StrEnum):
    """A way in which a request is against the contract. With one defect only, it tells how that one is answered."""

    METHOD = "undocumented method"
    NO_CREDENTIAL = "no credential"
    WRONG_CREDENTIAL = "wrong credential"
    NO_VERSION = "no api-version"
    OTHER_VERSION = "another api-version"
    PATH = "path parameter outside its limits"
    QUERY = "query parameter outside its set"
    REPEATED = "query parameter given twice"
    NOT_JSON = "body is not JSON"
    EMPTY = "body is empty"
    NOT_OBJECT = "body is not an object"
    LACKS_MEMBER = "body lacks a required member"
    ENUMERATOR = "undocumented enumerator"
    BODY = "body does not fit its schema"


BODY_DEFECTS = frozenset({Defect.NOT_JSON, Defect.EMPTY, Defect.NOT_OBJECT, Defect.LACKS_MEMBER})


class Kind(StrEnum):
    """How an exchange relates to its contract."""

    OPERATION = "operation"
    UNDOCUMENTED = "undocumented method"
    ELSEWHERE = "operation outside the contract"
    STATUS_POLL = "poll of Azure-AsyncOperation"
    RESULT_POLL = "poll of Location"


@dataclass(frozen=True, slots=True)
class Fault:
    """A defect of a request, with the parameter or pointer that it is about and its value."""

    defect: Defect
    name: str = ""
    value: Any = None


class Call:
    """An exchange matched to a contract. ``operation`` is None for methods and polls that the contract does not list.

    What is costly to know (bodies, defects) is worked out when it is first asked for, and kept.
    """

    def __init__(self, exchange: Exchange, route: Route, kind: Kind | None = None) -> None:
        self.exchange = exchange
        self.contract: Contract = route.contract
        self.path = route.path
        self.parameters = route.parameters
        method = exchange.request.method
        self.operation: Operation | None = None
        if kind is None:
            self.operation = next(
                (o for o in route.contract.operations if o.path == route.path and o.method == method), None
            )
            kind = Kind.OPERATION if self.operation else Kind.UNDOCUMENTED
            if self.operation is None and method in route.contract.methods[route.path]:
                kind = Kind.ELSEWHERE
        self.kind = kind

    # what was asked

    @property
    def role(self) -> Role | None:
        """The operation's role, None for anything that is no operation of the contract."""
        return self.operation.role if self.operation else None

    @property
    def name(self) -> str:
        """The operation as findings name it."""
        return self.operation.id if self.operation else f"{self.exchange.request.method} {self.kind.value}"

    @property
    def status(self) -> int:
        """The response's status."""
        return self.exchange.response.status

    @property
    def success(self) -> bool:
        """Whether the answer was 2xx."""
        return 200 <= self.exchange.response.status < 300

    @property
    def not_found(self) -> bool:
        """Whether the answer says that there is no such thing: 404, or a Get's 204 where the contract documents it."""
        if self.exchange.response.status == 204 and self.role is Role.GET:
            assert self.operation is not None
            return 204 in self.operation.responses
        return self.exchange.response.status == 404

    @cached_property
    def query_pairs(self) -> tuple[tuple[str, str], ...]:
        """Query parameters in their order, names as they were sent."""
        return tuple(parse_qsl(urlsplit(self.exchange.request.url).query, keep_blank_values=True))

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters by name; the first value of each."""
        return dict(reversed(self.query_pairs))

    @cached_property
    def sent(self) -> Any:
        """The request's JSON, ``MISSING`` without a body, ``NOT_JSON`` where it is none."""
        body = self.exchange.request.body
        return parse(body) if body.strip() else MISSING

    @cached_property
    def collection(self) -> str:
        """The collection that the call is about: its path without host, in lower case."""
        path = self.contract.collection_path
        for name in self.contract.parent_parameters:
            path = path.replace(f"{{{name}}}", self.parameters.get(name, ""))
        return path.lower()

    @cached_property
    def subject(self) -> str:
        """The name or id of the connection that the call is about, in lower case; "" for the whole collection."""
        if self.operation is not None and self.operation.role is Role.DECIDE and self.contract.decide.subject:
            found = at(self.sent, self.contract.decide.subject)
            return found.lower() if isinstance(found, str) else ""
        own = [n for n in self.parameters if n not in self.contract.parent_parameters]
        return self.parameters[own[-1]].lower() if own else ""

    @cached_property
    def decision(self) -> str:
        """The status that the call decides for, as it is shown afterwards; "" for what is no decision."""
        if self.role is not Role.DECIDE:
            return ""
        word = at(self.sent, self.contract.decide.decision)
        return self.contract.decide.shown(word) if isinstance(word, str) else ""

    @cached_property
    def plain(self) -> bool:
        """Whether the body has nothing but what its schema knows: read-only and made-up members may be refused."""
        schema = self.operation.request if self.operation else None
        return schema is None or not any(True for _ in schema.unknown_members(self.sent))

    # what is wrong with the asking

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Every defect of the request."""
        return tuple(self._find_faults())

    @property
    def only_defect(self) -> Fault | None:
        """The request's defect where it has exactly one, else None."""
        return self.faults[0] if len(self.faults) == 1 else None

    def _find_faults(self) -> list[Fault]:
        found: list[Fault] = []
        credential = self.exchange.credential
        if credential is Credential.MISSING:
            found.append(Fault(Defect.NO_CREDENTIAL))
        elif credential is Credential.WRONG:
            found.append(Fault(Defect.WRONG_CREDENTIAL))
        if self.kind is Kind.UNDOCUMENTED:
            found.append(Fault(Defect.METHOD, self.exchange.request.method))
        name = self.contract.version_parameter
        if name and self.kind in (Kind.OPERATION, Kind.UNDOCUMENTED, Kind.ELSEWHERE):
            version = next((v for k, v in self.query.items() if k.lower() == name), None)
            if version is None:
                found.append(Fault(Defect.NO_VERSION))
            elif not _VERSION.fullmatch(version):
                found.append(Fault(Defect.OTHER_VERSION, name, version))
        model = self.operation or next((o for o in self.contract.operations if o.path == self.path), None)
        if model is not None:
            found.extend(self._parameter_faults(model))
        if len(self.query) < len(self.query_pairs):
            found.append(Fault(Defect.REPEATED))
        if self.operation is not None and self.operation.request is not None:
            found.extend(self._body_faults())
        return found

    def _parameter_faults(self, model: Operation) -> list[Fault]:
        found: list[Fault] = []
        for parameter in model.parameters:
            if parameter.place == "path":
                value = self.parameters.get(parameter.name, "")
                if not parameter.allows(value):
                    found.append(Fault(Defect.PATH, parameter.name, value))
            elif parameter.place == "query" and parameter.name != self.contract.version_parameter:
                sent = self.query.get(parameter.name)
                if sent is not None and self.operation and not parameter.allows(sent):
                    found.append(Fault(Defect.QUERY, parameter.name, sent))
        return found

    def _body_faults(self) -> list[Fault]:
        assert self.operation is not None
        assert self.operation.request is not None
        if self.sent is MISSING:
            return [Fault(Defect.EMPTY)]
        if self.sent is NOT_JSON:
            return [Fault(Defect.NOT_JSON)]
        if self.sent is TOO_DEEP:
            return [Fault(Defect.BODY)]
        if not isinstance(self.sent, dict):
            return [Fault(Defect.NOT_OBJECT, "", self.sent)]
        if self.operation.request.fits(self.sent):
            return []
        problems = list(self.operation.request.problems(self.sent))
        return [_body_fault(p) for p in problems]

    # what came

    @cached_property
    def answer(self) -> Any:
        """The response's JSON, ``MISSING`` without a body, ``NOT_JSON`` where it is none."""
        body = self.exchange.response.body
        return parse(body) if body else MISSING

    @property
    def error_code(self) -> str:
        """The error code of the answer, "" where there is none."""
        found = at(self.answer, self.contract.error.code)
        return found if isinstance(found, str) else ""

    @property
    def throttled(self) -> bool:
        """Whether the answer says: too many requests."""
        codes = {c.lower() for c in self.contract.error.throttled}
        return self.status == 429 or (400 <= self.status < 500 and self.error_code.lower() in codes)

    @cached_property
    def named(self) -> tuple[tuple[str, dict[str, Any], str], ...]:
        """The items that have a name: name, representation, pointer to it."""
        start = self.contract.list.items
        found = ((name_of(self.contract, item), item, f"{start}/{i}") for i, item in enumerate(self.items))
        return tuple(one for one in found if one[0])

    @cached_property
    def items(self) -> tuple[dict[str, Any], ...]:
        """The connections of a successful list or decision, or the one of a successful Get."""
        if not self.success or self.operation is None:
            return ()
        found = at(self.answer, self.contract.list.items)
        if self.role is Role.LIST or (self.role is Role.DECIDE and self.contract.decide.subject):
            return tuple(i for i in found if isinstance(i, dict)) if isinstance(found, list) else ()
        return (self.answer,) if isinstance(self.answer, dict) else ()


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
