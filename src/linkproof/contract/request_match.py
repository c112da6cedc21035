"""Matches a method and a URL to an operation of a contract.

Traffic repeats its URLs, so that each match is cached.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from linkproof.base.bounded import Recent
from linkproof.contract.address import Address, AddressPattern, Kind, seen_version_of
from linkproof.contract.codec import member_of
from linkproof.contract.model import Contract
from linkproof.contract.routing import Route, Router, query_pairs

#: Maximum number of cached addresses: more than most targets have connections.
_KEPT = 8192
#: Methods and paths that are kept.
_MOST_CLASSES = 1024


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
        self._classes: dict[tuple[int, str, str, str], AddressPattern] = {}

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
        return self._kept.get(key) or self._kept.put(key, self._address(method, found.route, selected=selected))

    def poll(self, url: str, route: Route, kind: Kind) -> Address:
        """The address at which an operation is polled, by the route of the call that began it."""
        address = self._address("GET", route.with_query(query_pairs(urlsplit(url).query)), kind)
        address.seen_version = seen_version_of(route)
        return address

    def _of_url(self, method: str, url: str, wanted: str) -> Address | str:
        key = (method, url, wanted)
        found = self._kept.get(key)
        if found is None:
            route = self._router.match(url, wanted)
            found = self._kept.put(key, route if isinstance(route, str) else self._address(method, route))
        return found

    def _address(self, method: str, route: Route, kind: Kind | None = None, selected: str = "") -> Address:
        key = (id(route.contract), route.path, method, kind.value if kind is not None else f"operation {selected}")
        of = self._classes.get(key)
        if of is None or of.contract is not route.contract:
            if len(self._classes) >= _MOST_CLASSES:
                self._classes.clear()
            of = self._classes[key] = AddressPattern(route.contract, route.path, method, kind, selected)
        return Address(route, of)
