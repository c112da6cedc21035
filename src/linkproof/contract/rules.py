"""Rules of a contract: where its errors, lists, connections, decisions and operations have what is judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated
from urllib.parse import urljoin

from msgspec import Meta

from linkproof.base.models import POINTER
from linkproof.model.exchange import Exchange

#: A JSON pointer; "" for none.
Pointer = Annotated[str, Meta(pattern=POINTER)]
#: A status with which a request is refused, and some of them.
ErrorStatus = Annotated[int, Meta(ge=400, le=499)]
ErrorStatuses = Annotated[tuple[ErrorStatus, ...], Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A row of a vendor's error table: a code, its status, and the query parameter that it is about."""

    code: str
    status: int
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class ErrorRules:
    """Where an error body has its code and message, and the meaning of some codes and statuses.

    ``not_found``: statuses of an unknown connection or parent; where 404 is not one of them, they have no other
    meaning for a valid Get. ``challenge``: whether 401 has ``WWW-Authenticate``.
    ``unauthenticated``: statuses that reject a credential. ``empty_body_status``: the documented status of the
    ``empty_body`` codes. ``codes``: codes by their neutral meaning, ``bad_request``, ``not_found`` ...
    """

    code: Pointer
    message: Pointer
    missing_version: tuple[str, ...] = ()
    throttled: tuple[str, ...] = ()
    of_the_state: tuple[str, ...] = ()
    gateway_prefix: str = ""
    empty_body: tuple[str, ...] = ()
    empty_body_status: int = 0
    not_found: ErrorStatuses = (404,)
    codes: Mapping[str, str] = field(default_factory=dict)
    challenge: bool = False
    unauthenticated: ErrorStatuses = (401,)
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
    token and limit a page by token. ``refuses_past_end``: the vendor documents that an offset is positive and less than
    the number of items. ``filters`` maps names to the members that they compare. If the request has a list
    of filters, ``filter_list`` is its member, and ``filter_name`` and ``filter_values`` are those of one filter.
    """

    items: Pointer
    next_link: Pointer = ""
    next_token: Pointer = ""
    token: str = ""
    total: Pointer = ""
    limit: str = ""
    offset: str = ""
    sort_key: str = ""
    sort_dir: str = ""
    refuses_past_end: bool = False
    default_limit: Annotated[int, Meta(ge=0)] = 0
    default_sort_key: str = ""
    default_sort_dir: str = ""
    filters: Mapping[str, Pointer] = field(default_factory=dict)
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

    id: Pointer
    name: Pointer = ""
    type: Pointer = ""
    status: Pointer = ""
    description: Pointer = ""
    provisioning: Pointer = ""
    private_endpoint: Pointer = ""
    private_endpoint_type: str = ""
    private_endpoint_pattern: str = ""
    read_only: tuple[Pointer, ...] = ()
    volatile: tuple[Pointer, ...] = ()
    follows_status: tuple[Pointer, ...] = ()
    groups: tuple[Pointer, ...] = ()
    group_names: tuple[Pointer, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledRules:
    """The values of a connection at rest: any other value means in transition. Empty: always at rest."""

    provisioning: tuple[str, ...] = ()
    status: tuple[str, ...] = ()


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
    ``failure_id``, ``failure_code`` and ``failure_message`` are pointers into one of them. If decisions are ``final``,
    a second one is rejected with ``refusal_status`` and the code ``refusal`` ("": any).
    """

    subject: Pointer = ""
    decision: Pointer = ""
    description: Pointer = ""
    words: Mapping[str, str] = field(default_factory=dict)
    shows: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    final: bool = False
    refusal: str = ""
    refusal_status: ErrorStatus = 400
    parent: Pointer = ""
    dry_run: Pointer = ""
    failures: Pointer = ""
    failure_id: Pointer = ""
    failure_code: Pointer = ""
    failure_message: Pointer = ""

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
    def by_path(self) -> bool:
        """Whether each decision is an operation of its own, and its path names the connection."""
        return self.kind is DecisionKind.OPERATION and not self.subject

    @property
    def by_resource(self) -> bool:
        """Whether a decision writes the connection itself, so that the path names it."""
        return self.kind is DecisionKind.RESOURCE

    def word_of(self, operation: str) -> str:
        """Return the neutral word of an operation, "" if all decisions share one or if it is not a decision."""
        return next((word for word, own in self.operations.items() if own == operation), "")

    def shown_after(self, operation: str) -> str:
        """Return the status that an operation decides for, "" if it is not a decision."""
        return self.shows.get(self.word_of(operation), "")

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
    status: Pointer = ""
    error_code: Pointer = ""
    error_message: Pointer = ""
    terminal: tuple[str, ...] = ()
    succeeded: str = ""
    canceled: str = ""

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the names of the header fields with polling URLs."""
        return tuple(h for h in (self.status_header, self.result_header) if h)

    def polled_at(self, exchange: Exchange) -> tuple[str, str]:
        """Return the URLs of status and result in an answer, "" for a missing one.

        A path is resolved by the request's URL, so that a client can continue; LRO-1 reports that it is not absolute.
        The result header (``Location``) of any status but 202 may mean something else (RFC 9110, 10.2.2).
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
