"""Contracts, profiles and requirements, as read from ``schemas/``. Independent of any vendor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from linkproof.contract.schema import BodySchema
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Level


class Role(StrEnum):
    """The effect of an operation on a connection."""

    LIST = "list"
    GET = "get"
    DECIDE = "decide"
    TAGS = "tags"
    DELETE = "delete"
    LINK_RESOURCES = "link-resources"
    LINK_RESOURCE = "link-resource"

    @property
    def is_of_connections(self) -> bool:
        """Whether it concerns connections, not the parent's private link resources."""
        return self not in (Role.LINK_RESOURCES, Role.LINK_RESOURCE)


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A row of a vendor's error table: a code, its status, and the query parameter that it is about."""

    code: str
    status: int
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class ErrorRules:
    """Where an error body has its code and message, and the meaning of some codes and statuses.

    ``not_found``: statuses of an unknown connection or parent. ``challenge``: whether 401 has ``WWW-Authenticate``.
    ``unauthenticated``: statuses that reject a credential. ``empty_body_status``: the documented status of the
    ``empty_body`` codes. ``codes``: codes by their neutral meaning, ``bad_request``, ``not_found`` ...
    """

    code: str
    message: str
    missing_version: tuple[str, ...] = ()
    throttled: tuple[str, ...] = ()
    of_the_state: tuple[str, ...] = ()
    gateway_prefix: str = ""
    empty_body: tuple[str, ...] = ()
    empty_body_status: int = 0
    not_found: tuple[int, ...] = (404,)
    codes: Mapping[str, str] = field(default_factory=dict)
    challenge: bool = False
    unauthenticated: tuple[int, ...] = (401,)
    table: tuple[ErrorCode, ...] = ()


class Paging(StrEnum):
    """How a list is divided into pages."""

    NEXT_LINK = "next-link"
    OFFSET = "offset-and-limit"
    TOKEN = "token"
    NONE = "one-page"


@dataclass(frozen=True, slots=True)
class ListRules:
    """Where a list has its items, and how it is divided into pages.

    ``next_link`` and ``next_token`` are pointers into a page; ``token`` and ``size`` are the parameters that send a
    token and limit a page by token. ``filters`` maps names to the members that they compare. If the request has a list
    of filters, ``filter_list`` is its member, and ``filter_name`` and ``filter_values`` are those of one filter.
    """

    items: str
    next_link: str = ""
    next_token: str = ""
    token: str = ""
    total: str = ""
    limit: str = ""
    offset: str = ""
    sort_key: str = ""
    sort_dir: str = ""
    default_limit: int = 0
    default_sort_key: str = ""
    default_sort_dir: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    size: str = ""
    filter_list: str = ""
    filter_name: str = ""
    filter_values: str = ""

    def filter_by(self, pointer: str) -> str:
        """Return the name of the filter that compares a member, "" for none."""
        return next((name for name, own in self.filters.items() if own == pointer), "")

    @property
    def filters_by_token(self) -> bool:
        """Whether a list by token takes filters: a list of them, or query parameters."""
        return self.paging is Paging.TOKEN and bool(self.filters)

    @property
    def paging(self) -> Paging:
        """Return how the list is divided into pages."""
        if self.next_link:
            return Paging.NEXT_LINK
        if self.limit and self.offset:
            return Paging.OFFSET
        return Paging.TOKEN if self.next_token else Paging.NONE


@dataclass(frozen=True, slots=True)
class MemberRules:
    """Pointers within one connection (or resource); "" if the contract has no such member.

    ``groups``: where connections name private link resources of their parent. ``group_names``: where a private link
    resource has its names.
    """

    id: str
    name: str = ""
    type: str = ""
    status: str = ""
    description: str = ""
    provisioning: str = ""
    private_endpoint: str = ""
    private_endpoint_type: str = ""
    private_endpoint_pattern: str = ""
    read_only: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    follows_status: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    group_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledRules:
    """The values of a connection at rest: any other value means in transition. Empty: always at rest."""

    provisioning: tuple[str, ...] = ()
    status: tuple[str, ...] = ()


class Format(StrEnum):
    """The format of a body."""

    JSON = "json"
    FORM = "form"
    XML = "xml"

    @property
    def media(self) -> tuple[str, ...]:
        """Return the media types of the format; Linkproof sends the first."""
        return _MEDIA[self]

    @property
    def body(self) -> str:
        """Return a description of a body in this format."""
        return f"{'an' if self is Format.XML else 'a'} {self.name} body"


_MEDIA: Mapping[Format, tuple[str, ...]] = {
    Format.JSON: ("application/json",),
    Format.FORM: ("application/x-www-form-urlencoded",),
    Format.XML: ("text/xml", "application/xml"),
}


def media_in(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entry of a document's ``content`` in a format that can be read; empty if there is none."""
    found: Mapping[str, Any] = next((content[media] for how in Format for media in how.media if media in content), {})
    return found


@dataclass(frozen=True, slots=True)
class ProtocolRules:
    """How requests and answers are written, and what names the called operation.

    ``operation`` names the member of the form, or the query parameter, that holds the operation's id (``Action``); ""
    if method and path do. ``version`` names the one that holds the contract's version. For XML answers, ``root`` is the
    name of the root, with ``{operation}`` substituted, ``error_root`` that of an error, ``namespace`` the namespace of
    the former. ``signature`` names the query parameters of a signed URL.
    """

    request: Format = Format.JSON
    response: Format = Format.JSON
    operation: str = ""
    version: str = ""
    root: str = ""
    error_root: str = ""
    namespace: str = ""
    signature: tuple[str, ...] = ()

    @property
    def members(self) -> frozenset[str]:
        """Return the members of a request that belong to the protocol, not to the operation's body."""
        return frozenset(name for name in (self.operation, self.version, *self.signature) if name)


class DecisionKind(StrEnum):
    """What makes a request a decision."""

    #: It writes the connection itself, with the requested state.
    RESOURCE = "resource"
    #: A member of its body names the action.
    ACTION = "action"
    #: Each decision is a separate operation.
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class DecideRules:
    """How a decision is written into a request, and the status that it leads to.

    ``operations`` maps neutral words to operation ids, if each decision is an operation of its own. ``parent`` is the
    member of the body that names the parent, if no path does; ``dry_run`` the one that requests a dry run. If one
    request decides several connections, ``failures`` is the list, in a success, of those that were not decided, and
    ``failure_id``, ``failure_code`` and ``failure_message`` are pointers into one of them.
    """

    subject: str = ""
    decision: str = ""
    description: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    shows: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    final: bool = False
    refusal: str = ""
    parent: str = ""
    dry_run: str = ""
    failures: str = ""
    failure_id: str = ""
    failure_code: str = ""
    failure_message: str = ""

    @property
    def subjects(self) -> str:
        """Return the pointer of the list in the body that names several connections; else ""."""
        return self.subject.rsplit("/", 1)[0] if self.failures else ""

    @property
    def kind(self) -> DecisionKind:
        """Return what makes a request a decision."""
        if self.operations:
            return DecisionKind.OPERATION
        return DecisionKind.ACTION if self.subject else DecisionKind.RESOURCE

    @property
    def by_resource(self) -> bool:
        """Whether a decision writes the connection itself, so that the path names it."""
        return self.kind is DecisionKind.RESOURCE

    def shown_after(self, operation: str) -> str:
        """Return the status that an operation decides for, "" if it is not a decision."""
        return next((self.shows[word] for word, own in self.operations.items() if own == operation), "")

    def shown(self, word: str) -> str:
        """Return the status that a decision value leads to, or "" for a value that is not a decision."""
        for neutral, own in self.words.items():
            if own == word:
                return self.shows[neutral]
        return ""


#: English words for an operation that is over. Words in -ing mean that it is in progress.
_OVER = re.compile(
    r"(?i)^(?!\w*ing$)"
    r"(succe\w*|complet\w*|done|finish\w*|ok|ended|ready|fail\w*|error\w*|cancel\w*|abort\w*|stopped|terminated)$"
)
#: Those of them that mean success.
_DONE = re.compile(r"(?i)succe\w*|completed?|done|finished|ok|ready")


@dataclass(frozen=True, slots=True)
class LongRunningRules:
    """How a long-running operation is polled, and the status values with which it ends.

    ``status_header`` has the URL of the operation's status, ``result_header`` that of its result. ``status``,
    ``error_code`` and ``error_message`` are pointers into the status. Empty: the vendor has no such operations.
    """

    status_header: str = ""
    result_header: str = ""
    retry_header: str = ""
    status: str = ""
    error_code: str = ""
    error_message: str = ""
    terminal: tuple[str, ...] = ()
    succeeded: str = ""
    canceled: str = ""

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the names of the header fields with polling URLs."""
        return tuple(h for h in (self.status_header, self.result_header) if h)

    def polled_at(self, exchange: Exchange) -> tuple[str, str]:
        """Return the URLs of status and result in an answer, "" for a missing one.

        A path is resolved by the request's URL, so that a client can go on: LRO-1 reports that it is not absolute. The
        result header (``Location``) of any status but 202 may mean something else (RFC 9110, 10.2.2).
        """
        headers, own = exchange.response.headers, exchange.request.url
        status_url = headers.get(self.status_header.lower()) if self.status_header else ""
        has_result = bool(self.result_header) and exchange.response.status == 202
        result_url = headers.get(self.result_header.lower()) if has_result else ""
        return _resolved(status_url, own), _resolved(result_url, own)

    def is_over(self, word: object) -> bool:
        """Whether a status value means that the operation is over: a documented one, or an English word for it."""
        return word in self.terminal or (isinstance(word, str) and _OVER.match(word) is not None)

    def says_success(self, word: str) -> bool:
        """Whether an undocumented status value means that the operation succeeded."""
        return _DONE.fullmatch(word) is not None


def _resolved(url: str, own: str) -> str:
    if not url.startswith("/"):
        return url
    try:
        return urljoin(own, url)
    except ValueError:  # a server may send any header field
        return url


#: Patterns that every value of a path segment matches.
_ANYTHING = frozenset({".*", "^.*", ".*$", "^.*$", ".+", "^.+", ".+$", "^.+$"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; ``schema`` is its JSON Schema."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]

    @property
    def limited(self) -> bool:
        """Whether the contract documents a limit: a pattern, a length, a format, an enumeration or a range."""
        if self.schema.get("minLength", 0) > 1:
            return True  # a path parameter is never empty
        if self.schema.get("pattern", ".*") not in _ANYTHING:
            return True
        return any(k in self.schema for k in ("maxLength", "format", "enum", "minimum", "maximum"))

    def allows(self, text: str) -> bool:
        """Whether a value, as written in a URL, is within the documented limits."""
        schema = self.schema
        if schema.get("type") == "integer":
            if not re.fullmatch(r"[+-]?\d{1,30}", text):
                return False
            number = int(text)
            return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))
        if len(text) < schema.get("minLength", 0) or len(text) > schema.get("maxLength", len(text)):
            return False
        if "pattern" in schema and not re.search(schema["pattern"], text):
            return False
        if schema.get("format") == "uuid" and not _UUID.fullmatch(text):
            return False
        return "enum" not in schema or text in schema["enum"]


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Operation:
    """One operation of a contract. ``responses`` maps a status to its body's schema, None for no body.

    ``key`` is its path in the contract's document: if operations are called by name, several share a path and differ in
    the part after ``#``.
    """

    id: str
    role: Role
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    request: BodySchema | None
    responses: Mapping[int, BodySchema | None]
    error: BodySchema
    long_running: bool
    request_example: Any = None
    statuses_said: bool = True
    key: str = ""

    @property
    def document_path(self) -> str:
        """Return the path of the operation in the contract's document."""
        return self.key or self.path

    @cached_property
    def item_parameter(self) -> str:
        """Return the path parameter that names a connection, "" for the collection's operations."""
        tail = self.path.rsplit("/", 1)[-1]
        return tail[1:-1] if tail.startswith("{") else ""

    def parameter(self, name: str) -> Parameter | None:
        """Return a parameter by its name."""
        return next((p for p in self.parameters if p.name == name), None)


def plain_path(path: str) -> str:
    """Return a path template in lower case without the names of its parameters: ``/a/{}/b``."""
    return "/" + "/".join("{}" if part.startswith("{") else part.lower() for part in path.strip("/").split("/"))


@dataclass(frozen=True)
class Contract:
    """A service's promises at one version: operations, error bodies, pages, decisions.

    ``hosts`` are shell patterns of the hosts that serve it; they choose between contracts with the same path.
    ``family`` is the vendor whose protocol it uses: its own, or the one that its vendor's profile extends.
    """

    id: str
    version: str
    title: str
    vendor: str
    vendor_title: str
    resource_type: str
    retired: str
    version_parameter: str
    version_pattern: str
    request_id_header: str
    authorization_header: str
    caseless_paths: bool
    operations: tuple[Operation, ...]
    elsewhere: tuple[str, ...]
    error: ErrorRules
    list: ListRules
    member: MemberRules
    settled: SettledRules
    states: Mapping[str, str]
    decide: DecideRules
    long_running: LongRunningRules
    protocol: ProtocolRules
    document: Mapping[str, Any]
    definition: Mapping[str, Any]
    folder: str
    tier: str = "reviewed"
    sources: tuple[Mapping[str, Any], ...] = ()
    is_compact: bool = False
    hosts: tuple[str, ...] = ()
    family: str = ""

    @property
    def contract(self) -> Contract:
        """Return the contract itself; an entry of the catalogue reads its contract by this name."""
        return self

    def by_role(self, role: Role) -> Operation | None:
        """Return the operation with a role, or None."""
        return next((o for o in self.operations if o.role == role), None)

    @property
    def place(self) -> tuple[str, str]:
        """Return what is served, where, and at which version: unique among contracts that are used together."""
        return " ".join(self.hosts) + plain_path(self.collection_path), self.version

    @cached_property
    def collection_path(self) -> str:
        """Return the path template of the list operation."""
        listing = self.by_role(Role.LIST)
        return listing.path if listing else self.operations[0].path.rsplit("/", 1)[0]

    @cached_property
    def parent_parameters(self) -> tuple[str, ...]:
        """Return the parameters that a target must give: those of the collection's path, and a parent in bodies."""
        return (*re.findall(r"\{(\w+)\}", self.collection_path), *self.decide.parent.split("/")[1:])

    @property
    def by_name(self) -> bool:
        """Whether requests name their operation, so that one method and path has several."""
        return bool(self.protocol.operation)

    def deciding(self, decision: str) -> Operation | None:
        """Return the operation of a decision's neutral word; the first deciding one if all decisions share it."""
        own = self.decide.operations.get(decision)
        return next((o for o in self.operations if o.id == own), None) or self.by_role(Role.DECIDE)

    @cached_property
    def methods(self) -> Mapping[str, frozenset[str]]:
        """Return the methods that the service has at each path template."""
        found: dict[str, set[str]] = {}
        for operation in self.operations:
            found.setdefault(operation.path, set()).add(operation.method)
        for path, methods in found.items():
            if path.endswith("}") or self.by_name:
                methods.update(self.elsewhere)
        return {path: frozenset(methods) for path, methods in found.items()}

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """Return the contract's capabilities, as a requirement's ``needs`` names them."""
        found = {operation.role.value for operation in self.operations} | self._of_the_protocol()
        bodies = [b for o in self.operations for b in o.responses.values() if b]
        requests = [o.request for o in self.operations if o.request]
        if any(o.long_running for o in self.operations):
            found.add("long-running")
        if any(b.enumerations for b in bodies):
            found.add("enumerations")
        if any(b.enumerations for b in requests):
            found.add("request-enumerations")
        if any(b.enumerations for b in requests) or self.decide.operations:
            found.add("decisions")
        if any(b.integers for b in bodies):
            found.add("integers")
        if requests:
            found.add("request-body")
        if self.member.groups and self._shows_groups():
            found.add("groups")
        own = [o for o in self.operations if o.role.is_of_connections]
        if any(p.place == "path" and p.limited for o in own for p in o.parameters):
            found.add("path-limits")
        return frozenset(found)

    def _shows_groups(self) -> bool:
        """Whether a connection names private link resources of its parent."""
        getting, listing = self.by_role(Role.GET), self.by_role(Role.LIST)
        operation, prefix = (getting, "") if getting else (listing, f"{self.list.items}/*")
        schema = operation.responses.get(200) if operation else None
        pointers = tuple(f"{prefix}{pointer}" for pointer in self.member.groups)
        return schema is not None and any(n.pointer in pointers for n in schema.nodes())

    def _of_the_protocol(self) -> set[str]:
        """Return the capabilities that follow from the vendor's profile, not from the operations."""
        member = self.member
        facts = {
            "version-parameter": self.version_parameter,
            "request-ids": self.request_id_header,
            "caseless-paths": self.caseless_paths,
            "error-table": self.error.table,
            "identity": member.type,
            "private-endpoint-ids": member.private_endpoint and member.private_endpoint_pattern,
            "description": member.description and self.decide.description,
            "read-only-members": member.read_only,
            "decide-by-resource": self.decide.by_resource,
            "several-decisions": self.decide.failures,
            "filter-list": self.list.filters_by_token,
        }
        return {self.list.paging.value, *(name for name, fact in facts.items() if fact)}


@dataclass(frozen=True, slots=True)
class Source:
    """The public document behind a rule."""

    document: str
    section: str
    address: str
    read: str


class Agreement(StrEnum):
    """In what a finding and its cause must agree."""

    #: The same answer breaches both.
    EXCHANGE = "exchange"
    #: The cause was seen on the answer, or on a request on which the finding is based.
    REQUEST = "request"
    #: As ``REQUEST``, and at the same member.
    MEMBER = "member"
    #: The same answer breaches both, at members of the same object.
    SIBLING = "sibling"
    #: The same member, on any connection.
    SAME_MEMBER = "same-member"
    #: The same connection, in the same state scope.
    CONNECTION = "connection"
    #: As ``CONNECTION``, and at the same member.
    CONNECTION_MEMBER = "connection-member"
    #: Every member that the finding lists is one that the cause lists.
    MEMBERS = "members"
    #: Each answer of the finding (to which operation and decision, with which status and error code) is one of the
    #: cause's.
    ANSWERS = "answers"
    #: The cause was seen before, in the same state scope.
    AFTER = "after"
    #: The cause was seen on the contract at all.
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which requirements' breaches can explain a breach of another, why, and in what both must agree.

    ``kinds`` and ``cause_kinds`` limit it to some kinds of breach (shell patterns); empty: all kinds.
    """

    causes: tuple[str, ...]
    agree: Agreement
    reason: str
    kinds: tuple[str, ...] = ()
    cause_kinds: tuple[str, ...] = ()


class Basis(StrEnum):
    """The basis of a requirement, which decides whether it binds another version than the definition's."""

    #: A rule of the vendor for all versions.
    RULE = "rule"
    #: The definition of one version: its schemas, statuses, limits and enumerators.
    DEFINITION = "definition"
    #: A rule about requests with a defect; some defects depend on the definition of one version.
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A numbered requirement of the catalogue (``schemas/requirements``)."""

    id: str
    family: str
    level: Level
    subject: str
    title: str
    statement: str
    why: str
    needs: tuple[str, ...]
    condition: str
    evidence: tuple[str, ...]
    source: Source
    explained_by: tuple[Explanation, ...] = ()
    rests_on: Basis = Basis.RULE
    race: str = ""

    def applies_to(self, contract: Contract) -> bool:
        """Whether the requirement binds a contract: the contract has every capability that it needs."""
        return set(self.needs) <= contract.capabilities
