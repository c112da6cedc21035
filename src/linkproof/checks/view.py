"""The state before one call, as the checks of that call see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import at
from linkproof.checks.decision_table import Observation, Said, said_of_decision
from linkproof.checks.equivalence import settled
from linkproof.checks.integers import BigInteger, big_integers
from linkproof.checks.observed_collection import Groups, ObservedCollection
from linkproof.checks.offset_pages import OffsetPage, Totals, filters_of, is_filtered_by_nothing, offset_page, order_of
from linkproof.checks.state import OF_THE_STATE, CodeKey, SeenCode, State
from linkproof.checks.subjects import Running, Subject
from linkproof.checks.traits import traits_of
from linkproof.checks.walks import Chain, LinkedPage, key_of_page, linked_page
from linkproof.contract.answer import Named
from linkproof.contract.call import Call
from linkproof.contract.names import name_among
from linkproof.contract.operation import Role
from linkproof.contract.rules import Paging
from linkproof.model.exchange import Exchange


def _group_names(item: Any, pointers: tuple[str, ...]) -> frozenset[str]:
    found = (at(item, pointer) for pointer in pointers)
    return frozenset(name.casefold() for name in found if isinstance(name, str) and name)


class View:
    """The state before one call, as the checks of that call see it. Values that several checks need are computed once.

    Attributes:
        call: the judged call.
        collection: the collection of the call.
        subject: the connection of the call, None if it is about the whole collection.
        operation: the long-running operation that it polls.
        observed: the connections that it shows, if it is a successful Get or List.
        written: whether an earlier request would have changed something.
        linked_page, offset_page: the page of a list that it is, as the next one of its walk.
        traits: what is known, or was sent, that certain checks need (``checks.traits``).
    """

    __slots__ = (
        "_integers",
        "_said",
        "_state",
        "call",
        "code_key",
        "collection",
        "index",
        "linked_page",
        "observed",
        "offset_page",
        "operation",
        "request_id",
        "subject",
        "traits",
        "written",
    )

    def __init__(self, state: State, call: Call) -> None:
        self._state = state
        self.call = call
        self.index: int = state.index
        self.written: bool = state.written
        self.collection: ObservedCollection = state.collection(call.collection)
        self.subject: Subject | None = self.collection.subject(call.subject) if call.subject else None
        self.operation: Running | None = None
        self.observed: tuple[Observation, ...] = ()
        self.linked_page: LinkedPage | None = None
        self.offset_page: OffsetPage | None = None
        self._integers: tuple[BigInteger, ...] | None = None
        self._said: dict[str, Said] = {}
        self.request_id: str = self._request_id() if state.notes_request_ids else ""
        self.code_key: CodeKey | None = self._code_key() if 400 <= call.status < 500 else None
        if call.is_poll:
            self.operation = state.running_at(call.exchange.request.url)
        elif call.success and (call.is_get or call.is_list):
            self.observed = self._observe()
            if call.is_list and call.delivers:
                self._lay_page()
        about = [seen.subject for seen in self.observed]
        if self.subject is not None and (not about or about[0] is not self.subject):
            about.append(self.subject)
        self.traits: int = traits_of(call, state, self.collection, about)

    @property
    def groups(self) -> Groups | None:
        """Return the groups of the parent, if the call lists all its private link resources on one page."""
        call = self.call
        rules, pointers = call.contract.list, call.contract.member.group_names
        items = at(call.answer, rules.items)
        if (
            call.role is not Role.LINK_RESOURCES
            or call.defects
            or (rules.next_link and at(call.answer, rules.next_link))
        ):
            return None
        named = [_group_names(item, pointers) for item in items] if isinstance(items, list) else []
        # An item without a name may be any group.
        return Groups(frozenset().union(*named), call.exchange) if named and all(named) else None

    @property
    def chain(self) -> Chain | None:
        """Return the pages whose last next link or token led to this call."""
        return self._state.pages.chain_at(key_of_page(self.call))

    @property
    def token_is_known(self) -> bool:
        """Whether an earlier page had the token that was sent."""
        return self._state.pages.has_token(self.call.listing(self.call.contract.list.token))

    @property
    def request_id_was_seen(self) -> bool:
        """Whether an earlier answer had the same request id."""
        return self._state.has_request_id(self.request_id)

    @property
    def last_with_request_id(self) -> tuple[Exchange, ...]:
        """Return a recent exchange whose answer had the same request id; empty if there is none."""
        return self._state.last_with(self.request_id)

    @property
    def seen_code(self) -> SeenCode | None:
        """Return the error code with which the same request was rejected before."""
        return self._state.code_for(self.code_key) if self.code_key is not None else None

    @property
    def accepted_before(self) -> Call | None:
        """Return the last valid, accepted request of the same operation."""
        return self._state.accepted_like(self.call)

    @property
    def decision_was_accepted(self) -> bool:
        """Whether a decision for the same status was accepted before."""
        return self._state.has_accepted_decision(self.call)

    @property
    def big_integers(self) -> tuple[BigInteger, ...]:
        """Return the integers beyond 2^53 of the answer."""
        if self._integers is None:
            self._integers = big_integers(self.call) if self._state.has_integers else ()
        return self._integers

    def said_of_decision(self, seen: Observation) -> Said:
        """Return what one of the shown connections shows of the last decision on it."""
        name = seen.subject.name
        found = self._said.get(name)
        if found is None:
            found = self._said[name] = said_of_decision(self.call, self.collection, seen)
        return found

    def has_ended_as(self, decided: str, status: str) -> bool:
        """Whether a decision for one status has changed a connection to another one before."""
        return self._state.has_wrong_outcome(decided, status)

    @property
    def totals(self) -> Totals | None:
        """Return the total of a list by limit and offset, with the call's filters, since the last change."""
        pages = self._state.pages.of(self.call.collection, self.collection.last_done)
        return pages.totals.get(filters_of(self.call)) if pages is not None else None

    def is_settled(self, value: Any) -> bool:
        """Whether a representation shows a connection at rest."""
        return settled(self._state.contract, value, self._state.at_rest)

    def known_integer(self, key: tuple[str, str]) -> int | None:
        """Return the integer that was first seen under a key."""
        return self._state.integer_at(key)

    @property
    def known_integers(self) -> list[int]:
        """Return the integers beyond 2^53 of earlier answers."""
        return self._state.integers

    @property
    def exact_integers(self) -> bool:
        """Whether an earlier answer had an integer that cannot have been rounded to a double."""
        return self._state.has_exact_integers

    def _request_id(self) -> str:
        name = self._state.contract.request_id_header
        return self.call.exchange.response.headers.get(name.lower()).strip()

    def _code_key(self) -> CodeKey | None:
        """Return what identifies a rejected request; None if a repetition may well get another error."""
        call = self.call
        if not call.error_code or call.throttled or call.status in OF_THE_STATE:
            return None
        if self.subject is not None and self.subject.goes_on:
            return None
        request = call.exchange.request
        return request.method, request.url, request.body, call.exchange.credential

    def _observe(self) -> tuple[Observation, ...]:
        call = self.call
        if call.is_get and self.subject is not None:
            if not isinstance(call.answer, dict) or call.is_empty or call.shown not in ("", call.subject):
                return ()
            return (Observation(self.subject, call.answer, "", self.is_settled(call.answer)),)
        find = self.collection.subject
        named = call.named if len(call.named) == len(call.items) else tuple(self._named())
        names = Counter(n for n, _, _ in named)
        if len(names) < len(named):  # PAG-4: it is unknown which of the two is the connection
            named = tuple(one for one in named if names[one[0]] == 1)
        return tuple(Observation(find(n), item, place, self.is_settled(item)) for n, item, place in named)

    def _named(self) -> Iterator[Named]:
        """Return the items with a name, even if an item's id and name contradict each other."""
        start = self._state.contract.list.items
        for index, item in enumerate(self.call.items):
            name = self._name(item)
            if name:
                yield name, item, f"{start}/{index}"

    def _name(self, item: Any) -> str:
        return name_among(self._state.contract, item, self._is_known)

    def _is_known(self, name: str) -> bool:
        """Whether the target promises a connection of that name, or Get has shown it."""
        return name in self._state.promised or self.collection.subject(name).get is not None

    def _lay_page(self) -> None:
        call, state = self.call, self._state
        paging = state.contract.list.paging
        if paging is Paging.NEXT_LINK or (paging is Paging.TOKEN and not call.defects):
            chain = state.pages.chain_at(key_of_page(call))
            names = tuple(self._name(item) for item in call.items)
            self.linked_page = linked_page(call, chain, state.index, self.collection, names)
        elif paging is Paging.OFFSET and not call.defects and not is_filtered_by_nothing(call):
            if not isinstance(at(call.answer, call.contract.list.items), list):
                return
            epoch, filters = self.collection.last_done, filters_of(call)
            pages = state.pages.of(call.collection, epoch)
            totals = self.totals
            listing = pages.listings.get((filters, order_of(call))) if pages is not None else None
            self.offset_page = offset_page(call, epoch, totals, listing)
