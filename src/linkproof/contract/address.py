"""A method and a URL, matched to a contract: what is called there, and the defects of path and query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from linkproof.contract.answer import Answer
from linkproof.contract.defect import Defect, FoundDefect
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Parameter, Role, parameter_in
from linkproof.contract.routing import QueryPairs, Route
from linkproof.model.exchange import READING

#: Values that are kept of a path's parameters, up to a length.
_MOST_VALUES = 1024
_LONGEST_VALUE = 200
#: Queries that are kept of one method and path.
_MOST_QUERIES = 256
_PARAMETER = re.compile(r"\{(\w+)\}")
_READING_ROLES = frozenset({Role.LIST, Role.GET, Role.LINK_RESOURCES, Role.LINK_RESOURCE})


class Kind(StrEnum):
    """How an exchange relates to its contract."""

    OPERATION = "operation"
    UNDOCUMENTED = "undocumented method"
    ELSEWHERE = "operation outside the contract"
    STATUS_POLL = "poll of Azure-AsyncOperation"
    RESULT_POLL = "poll of Location"


#: Kinds of requests that name a version of the API. Polling URLs are the service's own.
_OF_A_VERSION = (Kind.OPERATION, Kind.UNDOCUMENTED, Kind.ELSEWHERE)


class AddressPattern:
    """A method at a path template of a contract. Its facts are computed once, for all addresses that match it.

    Attributes:
        operation: None for methods and polls that the contract does not list.
        kind, role, name, reads: as of an ``Address``.
        item: the path parameter that names a connection; "" if the path has none.
        is_get, is_list, decides, is_poll: whether role or kind is that one; asked too often to compare them each time.
        by_name: whether requests of its contract name their operation.
        plans: what a judge keeps for calls that ask for this.
    """

    __slots__ = (
        "_collection",
        "_is_allowed",
        "_of_path",
        "_parameters",
        "_queries",
        "by_name",
        "contract",
        "decides",
        "is_get",
        "is_list",
        "is_poll",
        "item",
        "kind",
        "method",
        "name",
        "operation",
        "path",
        "plans",
        "reads",
        "role",
    )

    def __init__(
        self, contract: Contract, path: str, method: str, kind: Kind | None = None, selected: str = ""
    ) -> None:
        self.by_name: bool = contract.by_name
        self.contract: Contract = contract
        self.path = path
        self.method = method
        self.operation: Operation | None = None
        there = [o for o in contract.operations if o.path == path]
        if kind is None:
            methods = contract.elsewhere if self.by_name else ()
            known = (o for o in there if method == o.method or method in methods)
            self.operation = next((o for o in known if not self.by_name or o.id == selected), None)
            kind = Kind.OPERATION if self.operation else Kind.UNDOCUMENTED
            if self.operation is None and not self.by_name and method in contract.methods[path]:
                kind = Kind.ELSEWHERE
        self.kind: Kind = kind
        self.role: Role | None = self.operation.role if self.operation else None
        self.reads: bool = method in READING or self.role in _READING_ROLES
        self.is_get: bool = self.role is Role.GET
        self.is_list: bool = self.role is Role.LIST
        self.decides: bool = self.role is Role.DECIDE
        self.is_poll: bool = kind in (Kind.STATUS_POLL, Kind.RESULT_POLL)
        self.name: str = self.operation.id if self.operation else f"{method} {kind.value}"
        named = map(parameter_in, path.strip("/").split("/"))
        own = [name for name in named if name and name not in contract.parent_parameters]
        is_of_connections = self.role is None or self.role.is_of_connections
        self.item: str = own[-1] if own and is_of_connections else ""
        parameters = (self.operation or there[0]).parameters if there else ()
        #: The parameters of the path, and those of the query where the operation is known.
        self._parameters = tuple(
            p
            for p in parameters
            if p.place == "path" or (p.place == "query" and p.name != contract.version_parameter and self.operation)
        )
        self._of_path = tuple([p for p in self._parameters if p.place == "path"])
        self._is_allowed: dict[tuple[str, str], bool] = {}
        self._queries: dict[QueryPairs, tuple[str, bool]] = {}
        self._collection = _pieces(contract.collection_path, contract.parent_parameters)
        self.plans: dict[int, Any] = {}

    def collection(self, values: Mapping[str, str]) -> str:
        """The path of the collection without host, in lower case."""
        return "".join([values.get(piece, "") if is_name else piece for piece, is_name in self._collection]).lower()

    def facts(self, route: Route) -> tuple[str, tuple[FoundDefect, ...]]:
        """The api-version of a route if it is not the contract's, else ""; and every defect of method, path and query.

        Most routes have one of a few queries, without a defect: what is known of these is kept.
        """
        pairs = route.query_pairs
        known = self._queries.get(pairs)
        if known is None:
            in_path = Defect.PATH, Defect.METHOD
            known = seen_version_of(route), all(d.defect in in_path for d in self._defects(route))
            if len(self._queries) >= _MOST_QUERIES:
                self._queries.clear()
            if sum([len(key) + len(value) for key, value in pairs]) <= _LONGEST_VALUE:
                self._queries[pairs] = known
        version, is_sound = known
        if is_sound and self.kind is not Kind.UNDOCUMENTED:
            values = route.parameters
            for parameter in self._of_path:
                if not self._allows(parameter, values.get(parameter.name, "")):
                    break
            else:
                return version, ()
        return version, tuple(self._defects(route))

    def _defects(self, route: Route) -> list[FoundDefect]:
        found: list[FoundDefect] = []
        contract, pairs = self.contract, route.query_pairs
        if self.kind is Kind.UNDOCUMENTED:
            found.append(FoundDefect(Defect.METHOD, self.method))
        name = contract.version_parameter
        if name and self.kind in _OF_A_VERSION:
            version = _version_in(route)
            if version is None:
                found.append(FoundDefect(Defect.NO_VERSION))
            elif not _is_version(contract.version_pattern, version):
                found.append(FoundDefect(Defect.OTHER_VERSION, name, version))
        for parameter in self._parameters:
            if parameter.place == "path":
                value = route.parameters.get(parameter.name, "")
                if not self._allows(parameter, value):
                    found.append(FoundDefect(Defect.PATH, parameter.name, value))
            else:
                sent = route.query.get(parameter.name)
                if sent is not None and not parameter.allows(sent):
                    found.append(FoundDefect(Defect.QUERY, parameter.name, sent))
        if len(route.query) < len(pairs):
            found.append(FoundDefect(Defect.REPEATED))
        return found

    def _allows(self, parameter: Parameter, value: str) -> bool:
        """Whether a path parameter allows a value. Cached, because most values recur."""
        key = (parameter.name, value)
        found = self._is_allowed.get(key)
        if found is None:
            found = parameter.allows(value)
            if len(self._is_allowed) >= _MOST_VALUES:
                self._is_allowed.clear()
            if len(value) <= _LONGEST_VALUE:
                self._is_allowed[key] = found
        return found


def _pieces(template: str, names: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """A path template as texts and names of parameters."""
    parts = _PARAMETER.split(template)
    found = ((part, bool(n % 2) and part in names) for n, part in enumerate(parts))
    return tuple((part if is_name or not n % 2 else f"{{{part}}}", is_name) for n, (part, is_name) in enumerate(found))


class Address:
    """A method and a URL, matched to a contract.

    ``operation`` is None for methods and polls that the contract does not list. ``collection`` is the path of the
    collection without host, in lower case; ``item`` the name of the connection in the path, in lower case; "" if
    the path has none. ``seen_version`` is the api-version of the request if it is not the contract's, else "".
    ``reads`` says that the request changes nothing: by its method, or by the operation that it names.
    ``pattern`` stands for all addresses that differ only in their values. ``answer`` is the last answer to a
    request without a body.
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

    def __init__(self, route: Route, of: AddressPattern) -> None:
        self.pattern = of
        self.method: str = of.method
        self.route = route
        self.contract: Contract = of.contract
        self.operation: Operation | None = of.operation
        self.kind: Kind = of.kind
        self.role: Role | None = of.role
        self.reads: bool = of.reads
        self.name: str = of.name
        self.collection = of.collection(route.parameters)
        self.item = route.parameters[of.item].lower() if of.item else ""
        self.seen_version, self.defects = of.facts(route)
        self.answer: Answer | None = None


def seen_version_of(route: Route) -> str:
    """Return the api-version of a request if it is plausible and not the contract's; else ""."""
    contract = route.contract
    if not contract.version_parameter:
        return ""
    sent = _version_in(route) or ""
    is_other = sent != contract.version and _is_version(contract.version_pattern, sent)
    return sent if is_other else ""


def _is_version(pattern: str, version: str) -> bool:
    return _fits(pattern, version) if len(version) <= _LONGEST_VALUE else re.fullmatch(pattern, version) is not None


@lru_cache(maxsize=1024)
def _fits(pattern: str, version: str) -> bool:
    return re.fullmatch(pattern, version) is not None


def _version_in(route: Route) -> str | None:
    """Return the value of the api-version parameter, whatever its case; None if it is absent."""
    name = route.contract.version_parameter
    for key, value in route.query.items():
        if key == name or key.lower() == name:
            return value
    return None
