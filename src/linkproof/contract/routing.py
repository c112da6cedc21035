"""Matches a request to a contract by path and api-version, whatever the number of contracts.

The host decides only between contracts with the same path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from linkproof.contract.model import Contract
from linkproof.contract.operation import parameter_in

if TYPE_CHECKING:
    from linkproof.contract.catalogue import Entry


#: A query's parameters in their order.
QueryPairs = tuple[tuple[str, str], ...]
#: Most queries name an api-version and nothing else: those up to this length are remembered.
_SHORT_QUERY = 100


class Route:
    """The route of a request: a contract, one of its path templates, the values of the path's parameters.

    ``query_pairs`` are the query's parameters in their order, with their names as they were sent; ``query`` has them by
    name, with the first value of each. Nothing changes a route.
    """

    __slots__ = ("contract", "parameters", "path", "query", "query_pairs")

    def __init__(
        self,
        contract: Contract,
        path: str,
        parameters: Mapping[str, str],
        pairs: QueryPairs = (),
        query: Mapping[str, str] | None = None,
    ) -> None:
        self.contract: Contract = contract
        self.path = path
        self.parameters = parameters
        self.query_pairs = pairs
        self.query: Mapping[str, str] = by_name(pairs) if query is None else query

    def with_query(self, pairs: QueryPairs) -> Route:
        """The same route with another query."""
        return Route(self.contract, self.path, self.parameters, pairs)


class Known(Protocol):
    """A contract, or its entry in an index; ``contract`` reads it."""

    @property
    def id(self) -> str:
        """The contract's id."""

    @property
    def version(self) -> str:
        """The contract's version."""

    @property
    def version_parameter(self) -> str:
        """The query parameter of the version, "" for none."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Shell patterns of the hosts that serve it; empty for any host."""

    @property
    def contract(self) -> Contract:
        """The contract."""


#: What the query decides of a route: contract, path template, the parameters among its segments (place, name, and the
#: text that follows in the segment), query parameters.
_Chosen = tuple[Contract, str, tuple[tuple[int, str, str], ...], QueryPairs, Mapping[str, str]]
#: The queries that are remembered at one path.
_MOST_CHOSEN = 256


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    wildcard: _Node | None = None
    after: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[Known, str]] = field(default_factory=list)
    chosen: dict[str, _Chosen] = field(default_factory=dict)


class Router:
    """Paths of many contracts as one tree of segments: a match costs the path's length, not the number of contracts.

    With ``any_version`` a request of another api-version of the same API is matched to the nearest older contract, or
    to the oldest one. ``entries`` are contracts that are read at their first request.
    """

    def __init__(
        self, contracts: Iterable[Contract], *, any_version: bool = False, entries: Iterable[Entry] = ()
    ) -> None:
        self._root = _Node()
        self._any_version = any_version
        for contract in contracts:
            for path in contract.methods:
                self._add(contract, path)
        for entry in entries:
            for path in entry.paths:
                self._add(entry, path)

    def _add(self, contract: Known, path: str) -> None:
        node = self._root
        for segment in path.strip("/").split("/"):
            _, brace, after = segment.lower().partition("}")
            if after:
                node = node.after.setdefault(after, _Node())
            elif brace:
                node.wildcard = node.wildcard or _Node()
                node = node.wildcard
            else:
                node = node.literal.setdefault(segment.lower(), _Node())
        node.ends.append((contract, path))

    def match(self, url: str, wanted: str = "") -> Route | str:
        """Return the route of a URL, or the reason (a sentence) why no contract has it.

        Of several APIs with the path it is that of the contract ``wanted``, else the one that the host serves.
        """
        path, query = _path_and_query(url)
        segments = path.strip("/").split("/")
        lower = path.lower().strip("/").split("/")
        found = self._find(lower)
        skipped = 0
        while found is None and skipped < len(lower) - 1:
            skipped += 1
            found = self._find(lower[skipped:])
        if found is None:
            return "no contract has this path"
        chosen = found.chosen.get(query) or self._choose(found, url, query, wanted)
        if isinstance(chosen, str):
            return chosen
        contract, template, places, pairs, query_by_name = chosen
        values = {
            name: segments[skipped + place][: -len(after)] if after else segments[skipped + place]
            for place, name, after in places
        }
        if "%" in path:
            values = {name: unquote(value) for name, value in values.items()}
        return Route(contract, template, values, pairs, query_by_name)

    def contracts_at(self, path: str) -> tuple[Known, ...]:
        """Every contract that has a path, whatever its version."""
        found = self._find(path.lower().strip("/").split("/"))
        return tuple(known for known, _ in found.ends) if found is not None else ()

    def _find(self, lower: list[str]) -> _Node | None:
        """The node at the end of a path whose segments are in lower case."""
        node: _Node | None = self._root
        for segment in lower:
            assert node is not None
            followed = _with_text_after(node, segment) if node.after else None
            node = node.literal.get(segment) or followed or (node.wildcard if segment else None)
            if node is None:
                return None
        return node if node and node.ends else None

    def _choose(self, node: _Node, url: str, query: str, wanted: str) -> _Chosen | str:
        """Of the contracts that end at a node the one that is meant; kept where host and ``wanted`` decide nothing."""
        pairs, ends = query_pairs(query), node.ends
        is_kept = len(ends) == 1 or not any(known.hosts for known, _ in ends)
        if not is_kept:
            ends = _of_one_api(ends, urlsplit(url).hostname or "", wanted)
        known = self._version(ends, pairs)
        if isinstance(known, str):
            return known
        contract, path = known
        named = ((parameter_in(s), s.partition("}")[2]) for s in path.strip("/").split("/"))
        places = tuple((place, name, after) for place, (name, after) in enumerate(named) if name)
        chosen = (contract.contract, path, places, pairs, by_name(pairs))
        if is_kept and len(query) <= _SHORT_QUERY and len(node.chosen) < _MOST_CHOSEN:
            node.chosen[query] = chosen
        return chosen

    def _version(self, ends: list[tuple[Known, str]], pairs: QueryPairs) -> tuple[Known, str] | str:
        """Of one API's contracts the one of the version that was sent, with its path; or the reason why none is."""
        contract, path = ends[0]
        if not contract.version_parameter:
            return contract, path
        sent = next((v for k, v in pairs if k.lower() == contract.version_parameter), "")
        exact = [(c, p) for c, p in ends if c.version == sent]
        if exact:
            return exact[0]
        if sent and not self._any_version:
            known = ", ".join(sorted(c.version for c, _ in ends))
            return f"api-version {sent}: the contracts of this path know {known} (--any-version judges by the nearest)"
        if not sent:
            return contract, path
        older = [(c, p) for c, p in ends if c.version <= sent]
        nearest = max if older else min
        return nearest(older or ends, key=lambda end: end[0].version)


def _with_text_after(node: _Node, segment: str) -> _Node | None:
    """The node of a parameter that is followed by a text in its segment: ``{id}:accept``."""
    return next((below for after, below in node.after.items() if segment.endswith(after) and segment != after), None)


def _path_and_query(url: str) -> tuple[str, str]:
    """Path and query of a URL. Nearly all have no more than host, path and query, and are not split by ``urlsplit``."""
    start, mark = url.find("/", url.find("//") + 2), url.find("?")
    if mark < 0:
        mark = len(url)
    is_usual = 0 < start < mark and url.startswith(("https://", "http://")) and url.isascii() and url.isprintable()
    if is_usual and "#" not in url and "[" not in url and "]" not in url:
        return url[start:mark], url[mark + 1 :]
    parts = urlsplit(url)
    return parts.path, parts.query


def _of_one_api(ends: list[tuple[Known, str]], host: str, wanted: str) -> list[tuple[Known, str]]:
    """Return the versions of one API among those with a path: the wanted one, else the host's, else any host's."""
    if not any(known.hosts for known, _ in ends):
        return ends
    if wanted and (own := [end for end in ends if end[0].id == wanted]):
        return own
    served = [end for end in ends if any(fnmatchcase(host.lower(), pattern) for pattern in end[0].hosts)]
    chosen = served or [end for end in ends if not end[0].hosts] or ends
    return [end for end in chosen if end[0].hosts == chosen[0][0].hosts]


def query_pairs(query: str) -> QueryPairs:
    """A query's parameters in their order, with their names as they were sent."""
    return _query_pairs(query) if len(query) <= _SHORT_QUERY else tuple(parse_qsl(query, keep_blank_values=True))


@lru_cache(maxsize=1024)
def _query_pairs(query: str) -> QueryPairs:
    return tuple(parse_qsl(query, keep_blank_values=True))


def by_name(pairs: QueryPairs) -> Mapping[str, str]:
    """Query parameters by name; the first value of each."""
    return MappingProxyType(dict(reversed(pairs)))


def query_of(query: str, name: str) -> str:
    """Return the first value of a query parameter, matched without case; "" if it is absent."""
    return next((v for k, v in query_pairs(query) if k.lower() == name), "")
