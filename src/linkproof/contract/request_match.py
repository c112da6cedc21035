"""Matches a method and a URL to an operation of a contract.

Traffic repeats its URLs, so that each match is cached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from linkproof.base.bounded import Recent
from linkproof.contract.answer import Answer
from linkproof.contract.codec import member_of
from linkproof.contract.model import Contract, Operation, Role
from linkproof.contract.routing import Route, Router

#: Maximum number of cached addresses: more than most targets have connections.
_KEPT = 8192
#: Methods that change nothing, by their definition (RFC 9110, 9.2.1).
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_READING_ROLES = frozenset({Role.LIST, Role.GET, Role.LINK_RESOURCES, Role.LINK_RESOURCE})


class Defect(StrEnum):
    """A way in which a request violates the contract. A request with one defect shows how that defect is answered."""

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


class Kind(StrEnum):
    """How an exchange relates to its contract."""

    OPERATION = "operation"
    UNDOCUMENTED = "undocumented method"
    ELSEWHERE = "operation outside the contract"
    STATUS_POLL = "poll of Azure-AsyncOperation"
    RESULT_POLL = "poll of Location"


@dataclass(frozen=True, slots=True)
class FoundDefect:
    """A defect of a request, with its parameter or pointer and its value."""

    defect: Defect
    name: str = ""
    value: Any = None


class Address:
    """A method and a URL, matched to a contract.

    ``operation`` is None for methods and polls that the contract does not list. ``collection`` is the path of the
    collection without host, in lower case; ``item`` the name of the connection in the path, in lower case, "" if the
    path has none. ``seen_version`` is the api-version of the request if it is not the contract's, else "". ``reads``:
    the request changes nothing, by its method or by the operation that it names. ``pattern`` is equal for addresses
    that differ in values only. ``answer`` is the last answer to a request without a body.
    """

    __slots__ = (
        "answer",
        "collection",
        "contract",
        "defects",
        "item",
        "kind",
        "method",
        "name",
        "operation",
        "pattern",
        "reads",
        "role",
        "route",
        "seen_version",
    )

    def __init__(self, method: str, route: Route, kind: Kind | None = None, selected: str = "") -> None:
        contract = route.contract
        by_name = contract.by_name
        self.method = method
        self.route = route
        self.seen_version = seen_version_of(route)
        self.contract: Contract = contract
        self.operation: Operation | None = None
        if kind is None:
            methods = contract.elsewhere if by_name else ()
            there = [o for o in contract.operations if o.path == route.path]
            known = (o for o in there if method == o.method or method in methods)
            self.operation = next((o for o in known if not by_name or o.id == selected), None)
            kind = Kind.OPERATION if self.operation else Kind.UNDOCUMENTED
            if self.operation is None and not by_name and method in contract.methods[route.path]:
                kind = Kind.ELSEWHERE
        self.kind = kind
        self.role: Role | None = self.operation.role if self.operation else None
        self.reads = method in READING or self.role in _READING_ROLES
        self.name = self.operation.id if self.operation else f"{method} {kind.value}"
        self.pattern = (contract.id, contract.version, self.name)
        self.collection = _collection(route)
        own = [n for n in route.parameters if n not in contract.parent_parameters]
        is_of_connections = self.role is None or self.role.is_of_connections
        self.item = route.parameters[own[-1]].lower() if own and is_of_connections else ""
        self.defects = tuple(self._defects())
        self.answer: Answer | None = None

    def _defects(self) -> list[FoundDefect]:
        """Return every defect of method, path and query."""
        found: list[FoundDefect] = []
        pairs, contract = self.route.query_pairs, self.contract
        if self.kind is Kind.UNDOCUMENTED:
            found.append(FoundDefect(Defect.METHOD, self.method))
        name = contract.version_parameter
        if name and self.kind in (Kind.OPERATION, Kind.UNDOCUMENTED, Kind.ELSEWHERE):
            version = _version_in(self.route)
            if version is None:
                found.append(FoundDefect(Defect.NO_VERSION))
            elif not re.fullmatch(contract.version_pattern, version):
                found.append(FoundDefect(Defect.OTHER_VERSION, name, version))
        model = self.operation or next((o for o in contract.operations if o.path == self.route.path), None)
        if model is not None:
            found.extend(self._parameter_defects(model))
        if len(self.route.query) < len(pairs):
            found.append(FoundDefect(Defect.REPEATED))
        return found

    def _parameter_defects(self, model: Operation) -> list[FoundDefect]:
        found: list[FoundDefect] = []
        for parameter in model.parameters:
            if parameter.place == "path":
                value = self.route.parameters.get(parameter.name, "")
                if not parameter.allows(value):
                    found.append(FoundDefect(Defect.PATH, parameter.name, value))
            elif parameter.place == "query" and parameter.name != self.contract.version_parameter:
                sent = self.route.query.get(parameter.name)
                if sent is not None and self.operation and not parameter.allows(sent):
                    found.append(FoundDefect(Defect.QUERY, parameter.name, sent))
        return found


def seen_version_of(route: Route) -> str:
    """Return the api-version of a request if it is plausible and not the contract's; else ""."""
    contract = route.contract
    if not contract.version_parameter:
        return ""
    sent = _version_in(route) or ""
    is_other = sent != contract.version and re.fullmatch(contract.version_pattern, sent)
    return sent if is_other else ""


def _version_in(route: Route) -> str | None:
    """Return the value of the api-version parameter, whatever its case; None if it is absent."""
    name = route.contract.version_parameter
    for key, value in route.query.items():
        if key == name or key.lower() == name:
            return value
    return None


def _collection(route: Route) -> str:
    path = route.contract.collection_path
    for name in route.contract.parent_parameters:
        path = path.replace(f"{{{name}}}", route.parameters.get(name, ""))
    return path.lower()


def selected_operation(contract: Contract, query: Mapping[str, str], body: bytes) -> str:
    """Return the operation id in a request's query or body, "" if there is none."""
    protocol = contract.protocol
    found: Any = query.get(protocol.operation)
    if found is None:
        found = member_of(body, protocol.request, protocol.operation)
    return found if isinstance(found, str) else ""


class Addresses:
    """Finds addresses by the paths of many contracts, and caches them."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._kept: Recent[tuple[str, str, str], Address | str] = Recent(_KEPT)

    def find(self, method: str, url: str, body: bytes = b"", wanted: str = "") -> Address | str:
        """Return the address of a request, or the reason (a sentence) why no contract has it.

        The body is read only if the vendor's protocol names the operation there. ``wanted`` is the contract for which
        the request was sent, "" if unknown.
        """
        found = self._of_url(method, url, wanted)
        if isinstance(found, str) or not found.contract.protocol.operation:
            return found
        selected = selected_operation(found.contract, found.route.query, body)
        if wanted != found.contract.id and all(o.id != selected for o in found.contract.operations):
            return f"{found.contract.id} has no operation {selected or 'without a name'!r:.80}"
        key = (method, f"{url} {selected}", wanted)
        return self._kept.get(key) or self._kept.put(key, Address(method, found.route, selected=selected))

    def _of_url(self, method: str, url: str, wanted: str) -> Address | str:
        key = (method, url, wanted)
        found = self._kept.get(key)
        if found is None:
            route = self._router.match(url, wanted)
            found = self._kept.put(key, route if isinstance(route, str) else Address(method, route))
        return found
