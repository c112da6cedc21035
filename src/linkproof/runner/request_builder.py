"""Builds the paths, queries and bodies of one contract's requests from the contract and the target file."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from linkproof.base.json_values import MISSING, at, join, place
from linkproof.contract.codec import encode
from linkproof.contract.model import Contract
from linkproof.contract.names import within_limits
from linkproof.contract.operation import Operation, Role
from linkproof.contract.schema import BodySchema
from linkproof.targets.model import TargetContract

#: Characters that need no encoding in a path segment (RFC 3986, pchar).
_SEGMENT_SAFE = "~!$'()*,;:@"


class RequestBuilder:
    """Builds the parts of one contract's requests to one target."""

    def __init__(self, contract: Contract, given: TargetContract) -> None:
        self._contract = contract
        self._given = given

    def path(self, operation: Operation, name: str, parents: Mapping[str, str]) -> str:
        """Return the operation's path with the target's parents (or others) and a connection's name."""
        values = {**self._given.path, **parents}
        if operation.item_parameter and operation.item_parameter not in values:
            values[operation.item_parameter] = name
        path = operation.path
        for key, value in values.items():
            path = path.replace(f"{{{key}}}", quote(value, safe=_SEGMENT_SAFE))
        return path

    def query(self, given: Mapping[str, str], version: str | None = "") -> list[tuple[str, str]]:
        """Return the query with the api-version first: the target's for "", none for None."""
        pairs = list(given.items())
        if self._contract.version_parameter and version is not None:
            right = self._given.version or self._contract.version
            pairs.insert(0, (self._contract.version_parameter, version or right))
        return pairs

    def absent(self, word: str = "linkproof-absent-1") -> str:
        """Return a name that no connection has, within the limits of Get, or else of a decision's path."""
        found = self._contract.by_role(Role.GET) or self._contract.by_role(Role.DECIDE)
        return word if found is None else within_limits(word, found.parameter(found.item_parameter))

    def probes(self, base: str) -> list[str]:
        """Return URLs that can be read without an effect: the list, and a connection that does not exist.

        An API whose requests name their operation rejects a request without one; that answer serves as well.
        """
        roles = (self._contract.by_role(role) for role in (Role.LIST, Role.GET))
        asks = [(found, self.absent() if found.role is Role.GET else "") for found in roles if found is not None]
        query = urlencode(self.query({}))
        return [f"{base}{self.path(found, name, {})}{'?' * bool(query)}{query}" for found, name in asks]

    def decision(self, decision: str, name: str, description: str | None = None) -> dict[str, Any]:
        """Return the body of a decision: a neutral word (approve, reject) or any other value."""
        rules = self._contract.decide
        body: dict[str, Any] = {}
        deciding = self._contract.deciding(decision)
        if self._contract.by_name and deciding is not None:
            body[self._contract.protocol.operation] = deciding.id
        if rules.parent:
            place(body, rules.parent, self._given.path[rules.parent.strip("/")])
        if rules.decision:
            place(body, rules.decision, rules.words.get(decision, decision))
        if rules.description and (not rules.by_path or deciding is None or deciding.may_have(rules.description)):
            place(body, rules.description, f"{decision} by linkproof" if description is None else description)
        if rules.subject:
            place(body, rules.subject, name)
        if rules.by_path and deciding is not None and deciding.request is not None:
            _fill_required(body, deciding.request, deciding.request_example)
        return body

    @cached_property
    def required_beside(self) -> tuple[str, ...]:
        """Return the pointers of required members of a decision's body that ``decision`` does not fill."""
        operation = self._contract.by_role(Role.DECIDE)
        if operation is None or operation.request is None or not self._contract.decide.by_resource:
            return ()
        problems = operation.request.problems(self.decision("approve", ""))
        return tuple(sorted(p.pointer for p in problems if p.keyword == "required"))

    def listing(self, given: Mapping[str, str]) -> tuple[dict[str, str], Any]:
        """Return query and body (None: no body) of a list request, from its parameters and filters by name."""
        rules = self._contract.list
        if not self._contract.by_name:
            return dict(given), None
        filters = [
            {rules.filter_name: name, rules.filter_values: value.split(",")}
            for name, value in given.items()
            if name in rules.filters
        ]
        body: dict[str, Any] = {rules.filter_list: filters} if filters else {}
        return {}, {**body, **{name: value for name, value in given.items() if name not in rules.filters}}

    def content(self, operation: Operation, body: Any, parents: Mapping[str, str] | None = None) -> bytes:
        """Return the bytes of a body (None: no body) in the contract's format, with the name of the operation."""
        protocol, parent = self._contract.protocol, self._contract.decide.parent
        if not self._contract.by_name:
            is_empty = operation.role is Role.DECIDE and operation.request is None and not body
            return b"" if is_empty else content_of(body)
        whole = {protocol.operation: operation.id, protocol.version: self._given.version or self._contract.version}
        whole |= body if isinstance(body, dict) else {}
        if parents and parent and at(whole, parent) is not MISSING:
            place(whole, parent, parents.get(parent.strip("/"), at(whole, parent)))
        return encode({k: v for k, v in whole.items() if k}, protocol.request)


def _fill_required(body: dict[str, Any], schema: BodySchema, example: Any) -> None:
    """Add the required members that a body lacks, with the values of an example."""
    for problem in schema.problems(body):
        value = at(example, problem.pointer) if problem.keyword == "required" else MISSING
        if value is not MISSING:
            place(body, problem.pointer, copy.deepcopy(value))


def content_of(body: Any) -> bytes:
    """Return a body as JSON; nothing for None."""
    return json.dumps(body).encode() if body is not None else b""


def added_members(before: Mapping[str, Any], after: Mapping[str, Any], pointer: str = "") -> Iterator[str]:
    """Yield the pointers of the members that only the second body has; of nested ones the outermost."""
    for key, value in after.items():
        own = pointer + join(key)
        if key not in before:
            yield own
        elif isinstance(value, dict) and isinstance(before[key], dict):
            yield from added_members(before[key], value, own)
