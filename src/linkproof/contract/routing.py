"""Matches a request to a contract by path and api-version, whatever the number of contracts.

The host decides only between contracts with the same path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from linkproof.contract.model import Contract

if TYPE_CHECKING:
    from linkproof.contract.catalogue import Entry


#: Maximum length of queries that are cached: most have an api-version and nothing else.
_SHORT_QUERY = 100


@dataclass(frozen=True)
class Route:
    """The route of a request: a contract, one of its path templates, the values of the path's parameters.

    ``query_pairs`` are the query's parameters in order, with their names as sent.
    """

    contract: Contract
    path: str
    parameters: Mapping[str, str]
    query_pairs: tuple[tuple[str, str], ...] = ()

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the query parameters by name; the first value of each."""
        return dict(reversed(self.query_pairs))


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


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    wildcard: _Node | None = None
    ends: list[tuple[Known, str]] = field(default_factory=list)


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
            if segment.startswith("{"):
                node.wildcard = node.wildcard or _Node()
                node = node.wildcard
            else:
                node = node.literal.setdefault(segment.lower(), _Node())
        node.ends.append((contract, path))

    def match(self, url: str, wanted: str = "") -> Route | str:
        """Return the route of a URL, or the reason (a sentence) why no contract has it.

        Of several APIs with the path it is that of the contract ``wanted``, else the one that the host serves.
        """
        parts = urlsplit(url)
        segments = parts.path.strip("/").split("/")
        found = self._find(segments)
        while found is None and len(segments) > 1:
            segments = segments[1:]
            found = self._find(segments)
        if found is None:
            return "no contract has this path"
        ends = found.ends if len(found.ends) == 1 else _of_one_api(found.ends, parts.hostname or "", wanted)
        return self._version(ends, query_pairs(parts.query), segments)

    def contracts_at(self, path: str) -> tuple[Known, ...]:
        """Return every contract with a path, whatever its version."""
        found = self._find(path.strip("/").split("/"))
        return tuple(known for known, _ in found.ends) if found is not None else ()

    def _find(self, segments: list[str]) -> _Node | None:
        node: _Node | None = self._root
        for segment in segments:
            assert node is not None
            node = node.literal.get(segment.lower()) or (node.wildcard if segment else None)
            if node is None:
                return None
        return node if node and node.ends else None

    def _version(
        self, ends: list[tuple[Known, str]], pairs: tuple[tuple[str, str], ...], segments: list[str]
    ) -> Route | str:
        contract, path = ends[0]
        if contract.version_parameter:
            sent = next((v for k, v in pairs if k.lower() == contract.version_parameter), "")
            exact = [(c, p) for c, p in ends if c.version == sent]
            if exact:
                contract, path = exact[0]
            elif sent and not self._any_version:
                known = ", ".join(sorted(c.version for c, _ in ends))
                return (
                    f"api-version {sent}; the contract {contract.id} is {known} (--any-version judges it all the same)"
                )
            elif sent:
                older = [(c, p) for c, p in ends if c.version <= sent]
                nearest = max if older else min
                contract, path = nearest(older or ends, key=lambda end: end[0].version)
        names = (s[1:-1] if s.startswith("{") else "" for s in path.strip("/").split("/"))
        values = {n: unquote(s) if "%" in s else s for n, s in zip(names, segments, strict=True) if n}
        return Route(contract.contract, path, values, pairs)


def _of_one_api(ends: list[tuple[Known, str]], host: str, wanted: str) -> list[tuple[Known, str]]:
    """Return the versions of one API among those with a path: the wanted one, else the host's, else any host's."""
    if not any(known.hosts for known, _ in ends):
        return ends
    if wanted and (own := [end for end in ends if end[0].id == wanted]):
        return own
    served = [end for end in ends if any(fnmatchcase(host.lower(), pattern) for pattern in end[0].hosts)]
    chosen = served or [end for end in ends if not end[0].hosts] or ends
    return [end for end in chosen if end[0].hosts == chosen[0][0].hosts]


def query_pairs(query: str) -> tuple[tuple[str, str], ...]:
    """Return a query's parameters in order, with their names as sent."""
    return _query_pairs(query) if len(query) <= _SHORT_QUERY else tuple(parse_qsl(query, keep_blank_values=True))


@lru_cache(maxsize=1024)
def _query_pairs(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(query, keep_blank_values=True))


def query_of(query: str, name: str) -> str:
    """Return the first value of a query parameter, matched without case; "" if it is absent."""
    return next((v for k, v in query_pairs(query) if k.lower() == name), "")
