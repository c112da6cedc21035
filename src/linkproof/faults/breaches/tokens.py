"""Faults in paging by token."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import as_number, at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.contract.rules import Paging
from linkproof.contract.schema import BodySchema
from linkproof.faults.edits import inherited, part
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Asked
from linkproof.mock.store import Collection, Connection


def by_token(contract: Contract, **members: Any) -> Change | None:
    """Override methods of paging by token; None if the contract's list has no tokens."""
    return part("paging", **members) if contract.list.paging is Paging.TOKEN else None


# PAG-3, PAG-4 and PAG-9


@fault("PAG-3", "same-token", "Every page that is not the last has the same token.", "PAG-4", "PAG-9")
def _pag_3_same_token(contract: Contract) -> Change | None:
    def token(self: Any, last: Connection) -> str:
        found: str = inherited(self, "token", self.first or last)
        self.first = self.first or last
        return found

    return by_token(contract, token=token, first=None)


@fault("PAG-4", "tokens-overlap", "Each page by token begins with the last item of the page before.")
def _pag_4_tokens_overlap(contract: Contract) -> Change | None:
    def read(self: Any, token: str) -> Any:
        after = inherited(self, "read", token)
        return after - 1 if after else after

    return by_token(contract, read=read)


@fault("PAG-4", "tokens-skip", "From the second page on, a page by token leaves out its first item.", "PAG-10")
def _pag_4_tokens_skip(contract: Contract) -> Change | None:
    def read(self: Any, token: str) -> Any:
        after = inherited(self, "read", token)
        return after + 1 if after else after

    return by_token(contract, read=read)


@fault("PAG-9", "token-refused", "The token of a page is refused.", "PAG-4")
def _pag_9_token_refused(contract: Contract) -> Change | None:
    return by_token(contract, read=lambda _, __: None)


@fault("PAG-9", "any-token", "A token that no page had is ignored.")
def _pag_9_any_token(contract: Contract) -> Change | None:
    return by_token(contract, read=lambda self, token: inherited(self, "read", token) or 0)


@fault("PAG-9", "token-forgets-filters", "From the second page on, the filters are ignored.", "PAG-10")
def _pag_9_token_forgets_filters(contract: Contract) -> Change | None:
    def fits(self: Any, asked: Asked, value: dict[str, Any]) -> bool:
        return bool(asked.listing(self.rules.token)) or bool(inherited(self, "fits", asked, value))

    return by_token(contract, fits=fits) if contract.list.filters else None


# PAG-10


@fault("PAG-10", "state-filter-ignored", "The filter for a status is ignored.")
def _pag_10_state_filter_ignored(contract: Contract) -> Change | None:
    name = contract.list.filter_by(contract.member.status)
    return by_token(contract, passes=_unless(name)) if name else None


@fault("PAG-10", "id-filter-ignored", "The filter for an id is ignored.")
def _pag_10_id_filter_ignored(contract: Contract) -> Change | None:
    name = contract.list.filter_by(contract.member.id)
    return by_token(contract, passes=_unless(name)) if name else None


def _unless(name: str) -> Any:
    def passes(self: Any, filtered: str, wanted: list[Any], value: dict[str, Any]) -> bool:
        return filtered == name or bool(inherited(self, "passes", filtered, wanted, value))

    return passes


@fault("PAG-10", "first-value-only", "Of the values of a filter only the first one counts.")
def _pag_10_first_value_only(contract: Contract) -> Change | None:
    def passes(self: Any, filtered: str, wanted: list[Any], value: dict[str, Any]) -> bool:
        return bool(inherited(self, "passes", filtered, wanted[:1], value))

    return by_token(contract, passes=passes) if contract.list.filter_list else None


@fault("PAG-10", "any-filter", "A connection that passes one of several filters is listed.")
def _pag_10_any_filter(contract: Contract) -> Change | None:
    def fits(self: Any, asked: Asked, value: dict[str, Any]) -> bool:
        filters = self.filters(asked)
        return not filters or any(self.passes(name, wanted, value) for name, wanted in filters)

    return by_token(contract, fits=fits) if len(contract.list.filters) > 1 else None


@fault("PAG-10", "filters-without-case", "Filters compare without case.")
def _pag_10_filters_without_case(contract: Contract) -> Change | None:
    def passes(self: Any, filtered: str, wanted: list[Any], value: dict[str, Any]) -> bool:
        pointer = self.rules.filters.get(filtered, "")
        return not pointer or str(at(value, pointer)).casefold() in [str(v).casefold() for v in wanted]

    return by_token(contract, passes=passes) if _is_any_value_filtered_by(contract) else None


def _is_any_value_filtered_by(contract: Contract) -> bool:
    """Whether a filter takes other values than those of an enumeration."""
    listing = contract.by_role(Role.LIST)
    asked = [listing.parameter(name) if listing else None for name in contract.list.filters]
    return any(parameter is None or "enum" not in parameter.schema for parameter in asked)


# ENM-2 and ENM-3


@fault("ENM-2", "any-filter-name", "An unknown filter is ignored.")
def _enm_2_any_filter_name(contract: Contract) -> Change | None:
    def shape(self: Any, operation: Operation, schema: BodySchema, value: dict[str, Any]) -> ErrorResponse | None:
        found: ErrorResponse | None = inherited(self, "shape", operation, schema, value)
        filters = value.get(rules.filter_list)
        names = [f.get(rules.filter_name) for f in filters if isinstance(f, dict)] if isinstance(filters, list) else []
        is_named = all(isinstance(name, str) for name in names)
        return None if found is not None and found.case is ErrorCase.FILTER and is_named else found

    rules = contract.list
    return part("rules", shape=shape) if rules.filter_list else None


def _undecided(contract: Contract, decision: str) -> Change | None:
    """Leave pending connections undecided, in one of the operations that decide."""
    pending = contract.states["pending"]

    def one(self: Any, asked: Asked, collection: Collection, name: str) -> ErrorResponse | None:
        found = collection.find(name)
        is_meant = asked.operation is not None and asked.operation.id == contract.decide.operations[decision]
        if is_meant and found is not None and found.status == pending:
            refused: ErrorResponse = self.errors.of(ErrorCase.STATE)
            return refused
        found_before: ErrorResponse | None = inherited(self, "one", asked, collection, name)
        return found_before

    return part("service", one=one) if contract.decide.failures else None


@fault("ENM-3", "cannot-be-rejected", "A pending connection cannot be rejected.", "ERR-10")
def _enm_3_cannot_be_rejected(contract: Contract) -> Change | None:
    return _undecided(contract, "reject") if contract.decide.operations else None


@fault("ENM-3", "cannot-be-accepted", "What waits cannot be accepted.", "ERR-10")
def _enm_3_cannot_be_accepted(contract: Contract) -> Change | None:
    return _undecided(contract, "approve") if contract.decide.operations else None


# PAG-11


@fault("PAG-11", "one-too-many", "A page has one item more than was asked for.", "PAG-4")
def _pag_11_one_too_many(contract: Contract) -> Change | None:
    return by_token(contract, bound=lambda self, asked: int(inherited(self, "bound", asked)) + 1)


@fault("PAG-11", "size-ignored", "A page has at least ten items, whatever size is asked for.")
def _pag_11_size_ignored(contract: Contract) -> Change | None:
    return by_token(contract, bound=lambda self, asked: max(int(inherited(self, "bound", asked)), 10))


@fault("ERR-10", "smallest-page", "The smallest documented size of a page is refused.", "PAG-9")
def _err_10_smallest_page(contract: Contract) -> Change | None:
    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        size = as_number(asked.listing(self.rules.size))
        return self.errors.of(ErrorCase.BODY) if size == 5 else inherited(self, "cut", asked, every)

    return by_token(contract, cut=cut)
