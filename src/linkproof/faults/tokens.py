"""Faults and variants of paging by token, and of decisions on several connections."""

from __future__ import annotations

from copy import copy
from typing import Any

from linkproof.base.json_values import as_number, at, place
from linkproof.contract.model import Contract, Operation, Paging, Role
from linkproof.contract.schema import BodySchema
from linkproof.faults.edits import answers, both, inherited, part
from linkproof.faults.registry import Change, fault, variant
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import ListPage
from linkproof.mock.store import Collection, Connection


def _tokens(contract: Contract, **members: Any) -> Change | None:
    return part("paging", **members) if contract.list.paging is Paging.TOKEN else None


def _several(contract: Contract, change: Change) -> Change | None:
    return change if contract.decide.failures else None


# PAG-3, PAG-4 and PAG-9


@fault("PAG-3", "same-token", "Every page that is not the last has the same token.", "PAG-4", "PAG-9")
def _pag_3_same_token(contract: Contract) -> Change | None:
    def token(self: Any, last: Connection) -> str:
        found: str = inherited(self, "token", self.first or last)
        self.first = self.first or last
        return found

    return _tokens(contract, token=token, first=None)


@fault("PAG-4", "tokens-overlap", "Each page by token begins with the last item of the page before.")
def _pag_4_tokens_overlap(contract: Contract) -> Change | None:
    def read(self: Any, token: str) -> Any:
        after = inherited(self, "read", token)
        return after - 1 if after else after

    return _tokens(contract, read=read)


@fault("PAG-4", "tokens-skip", "From the second page on, a page by token leaves out its first item.", "PAG-10")
def _pag_4_tokens_skip(contract: Contract) -> Change | None:
    def read(self: Any, token: str) -> Any:
        after = inherited(self, "read", token)
        return after + 1 if after else after

    return _tokens(contract, read=read)


@fault("PAG-9", "token-refused", "The token of a page is refused.", "PAG-4")
def _pag_9_token_refused(contract: Contract) -> Change | None:
    return _tokens(contract, read=lambda _, __: None)


@fault("PAG-9", "any-token", "A token that no page had is ignored.")
def _pag_9_any_token(contract: Contract) -> Change | None:
    return _tokens(contract, read=lambda self, token: inherited(self, "read", token) or 0)


@fault("PAG-9", "token-forgets-filters", "From the second page on, the filters are ignored.", "PAG-10")
def _pag_9_token_forgets_filters(contract: Contract) -> Change | None:
    def fits(self: Any, asked: Asked, value: dict[str, Any]) -> bool:
        return bool(asked.listing(self.rules.token)) or bool(inherited(self, "fits", asked, value))

    return _tokens(contract, fits=fits)


@variant("PAG-9", "empty-pages", "A page without items leads on.")
def _pag_9_empty_pages(contract: Contract) -> Change | None:
    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        page = inherited(self, "cut", asked, every)
        is_first = isinstance(page, ListPage) and page.items and not asked.listing(self.rules.token)
        return ListPage([], {self.rules.next_token: _before(self, page.items[0])}) if is_first else page

    return _tokens(contract, cut=cut)


def _before(paging: Any, first: Connection) -> str:
    """Return the token of the page that begins with a connection."""
    earlier = copy(first)
    earlier.number -= 1
    found: str = paging.token(earlier)
    return found


@variant("PAG-9", "empty-token", "The last page has an empty token.")
def _pag_9_empty_token(contract: Contract) -> Change | None:
    return _tokens(contract, end=lambda self: {self.rules.next_token: ""})


# PAG-10


@fault("PAG-10", "state-filter-ignored", "The filter for a status is ignored.")
def _pag_10_state_filter_ignored(contract: Contract) -> Change | None:
    name = contract.list.filter_by(contract.member.status)
    return _tokens(contract, passes=_unless(name)) if name else None


@fault("PAG-10", "id-filter-ignored", "The filter for an id is ignored.")
def _pag_10_id_filter_ignored(contract: Contract) -> Change | None:
    name = contract.list.filter_by(contract.member.id)
    return _tokens(contract, passes=_unless(name)) if name else None


def _unless(name: str) -> Any:
    def passes(self: Any, filtered: str, wanted: list[Any], value: dict[str, Any]) -> bool:
        return filtered == name or bool(inherited(self, "passes", filtered, wanted, value))

    return passes


@fault("PAG-10", "first-value-only", "Of the values of a filter only the first one counts.")
def _pag_10_first_value_only(contract: Contract) -> Change | None:
    def passes(self: Any, filtered: str, wanted: list[Any], value: dict[str, Any]) -> bool:
        return bool(inherited(self, "passes", filtered, wanted[:1], value))

    return _tokens(contract, passes=passes) if contract.list.filter_list else None


@fault("PAG-10", "any-filter", "A connection that passes one of several filters is listed.")
def _pag_10_any_filter(contract: Contract) -> Change | None:
    def fits(self: Any, asked: Asked, value: dict[str, Any]) -> bool:
        filters = self.filters(asked)
        return not filters or any(self.passes(name, wanted, value) for name, wanted in filters)

    return _tokens(contract, fits=fits) if len(contract.list.filters) > 1 else None


@fault("PAG-10", "filters-without-case", "Filters compare without case.")
def _pag_10_filters_without_case(contract: Contract) -> Change | None:
    def passes(self: Any, filtered: str, wanted: list[Any], value: dict[str, Any]) -> bool:
        pointer = self.rules.filters.get(filtered, "")
        return not pointer or str(at(value, pointer)).casefold() in [str(v).casefold() for v in wanted]

    return _tokens(contract, passes=passes) if _is_any_value_filtered_by(contract) else None


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


@fault("ENM-3", "cannot-be-rejected", "What waits cannot be rejected.", "ERR-10")
def _enm_3_cannot_be_rejected(contract: Contract) -> Change | None:
    return _undecided(contract, "reject") if contract.decide.operations else None


@fault("ENM-3", "cannot-be-accepted", "What waits cannot be accepted.", "ERR-10")
def _enm_3_cannot_be_accepted(contract: Contract) -> Change | None:
    return _undecided(contract, "approve") if contract.decide.operations else None


# PAG-11


@fault("PAG-11", "one-too-many", "A page has one item more than was asked for.", "PAG-4")
def _pag_11_one_too_many(contract: Contract) -> Change | None:
    return _tokens(contract, bound=lambda self, asked: int(inherited(self, "bound", asked)) + 1)


@fault("PAG-11", "size-ignored", "A page has at least ten items, whatever size is asked for.")
def _pag_11_size_ignored(contract: Contract) -> Change | None:
    return _tokens(contract, bound=lambda self, asked: max(int(inherited(self, "bound", asked)), 10))


@variant("PAG-11", "smaller-pages", "A page has fewer items than were asked for.")
def _pag_11_smaller_pages(contract: Contract) -> Change | None:
    return _tokens(contract, bound=lambda self, asked: min(int(inherited(self, "bound", asked)), 4))


@fault("ERR-10", "smallest-page", "The smallest documented size of a page is refused.", "PAG-9")
def _err_10_smallest_page(contract: Contract) -> Change | None:
    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        size = as_number(asked.listing(self.rules.size))
        return self.errors.of(ErrorCase.BODY) if size == 5 else inherited(self, "cut", asked, every)

    return _tokens(contract, cut=cut)


# STA-12, and decisions on several connections


def _edit_failures(contract: Contract, edit: Any) -> Change | None:
    """Edit the failures of every decision that has any."""

    def change(_: Asked, answer: Answer) -> None:
        failed = at(answer.value, contract.decide.failures)
        if isinstance(failed, list) and failed:
            edit(failed)

    return _several(contract, answers(change, Role.DECIDE))


@fault("STA-12", "failure-of-another", "A failure names a connection that was not requested.", "ERR-3")
def _sta_12_failure_of_another(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: place(failed[0], contract.decide.failure_id, "another"))


@fault("STA-12", "failure-twice", "A failure is listed twice.")
def _sta_12_failure_twice(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: failed.append(failed[0]))


@fault("STA-12", "failure-without-code", "A failure has no code.")
def _sta_12_failure_without_code(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: place(failed[0], contract.decide.failure_code, ""))


@fault("STA-12", "failure-without-message", "A failure has no message.")
def _sta_12_failure_without_message(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: place(failed[0], contract.decide.failure_message, ""))


@fault("ERR-3", "failures-left-out", "A decision does not say what it left undecided.", "STA-1")
def _err_3_failures_left_out(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: failed.clear())


@fault("STA-1", "first-of-several", "Of several connections only the first one is decided, and success is answered.")
def _sta_1_first_of_several(contract: Contract) -> Change | None:
    def one(self: Any, asked: Asked, collection: Any, name: str) -> Any:
        names = at(asked.value, contract.decide.subjects)
        return inherited(self, "one", asked, collection, name) if name == names[0] else None

    return _several(contract, part("service", one=one)) if contract.decide.failures else None


@fault(
    "STA-3",
    "failed-but-decided",
    "What is decided beside a connection that does not exist is reported as failed.",
    "ENM-3",
)
def _sta_3_failed_but_decided(contract: Contract) -> Change | None:
    def decide(self: Any, asked: Asked, collection: Any) -> Answer:
        answer: Answer = inherited(self, "decide", asked, collection)
        failed = at(answer.value, contract.decide.failures)
        if isinstance(failed, list) and failed:
            known = {at(item, contract.decide.failure_id) for item in failed}
            others = [n for n in at(asked.value, contract.decide.subjects) if n not in known]
            failed += [self.presenter.failure(n, self.errors.of(ErrorCase.STATE)) for n in others]
        return answer

    return _several(contract, part("service", decide=decide)) if contract.decide.failures else None


@fault("STA-3", "dry-run-decides", "A decision that is only to be tried is made.")
def _sta_3_dry_run_decides(contract: Contract) -> Change | None:
    def dry(self: Any, asked: Asked) -> Any:
        found = inherited(self, "dry", asked)
        if found is not None and asked.operation is not None and asked.operation.role is Role.DECIDE:
            names = at(asked.value, contract.decide.subjects)
            for collection in self.store.collections:
                for name in names:
                    self.one(asked, collection, name)
        return found

    return _several(contract, part("service", dry=dry)) if contract.decide.dry_run else None


@variant("STA-12", "all-or-nothing", "A decision with one connection that does not exist is refused as a whole.")
def _sta_12_all_or_nothing(contract: Contract) -> Change | None:
    def decide(self: Any, asked: Asked, collection: Any) -> Answer:
        names = at(asked.value, contract.decide.subjects)
        if any(collection.find(name) is None for name in names):
            refused: Answer = self.refused(self.rules.unknown(asked, elsewhere=False))
            return refused
        answer: Answer = inherited(self, "decide", asked, collection)
        return answer

    return _several(contract, part("service", decide=decide)) if contract.decide.failures else None


@variant("STA-12", "no-failures-absent", "A decision without failures does not list them.")
def _sta_12_no_failures_absent(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        name = contract.decide.failures.strip("/")
        if isinstance(answer.value, dict) and not answer.value.get(name):
            answer.value.pop(name, None)

    return _several(contract, answers(edit, Role.DECIDE))


@variant("STA-1", "goes-through-pending", "What was accepted is on its way before it is available.")
def _sta_1_goes_through_pending(contract: Contract) -> Change | None:
    if not contract.decide.failures:
        return None

    def decide(self: Any, connection: Connection, decision: Any) -> None:
        inherited(self, "decide", connection, decision)
        if decision.status == contract.decide.shows["approve"]:
            connection.status = "pending"
            connection.members["_left"] = 2

    def listed(self: Any, connection: Connection) -> Any:
        left = connection.members.pop("_left", None)
        if left == 0:
            connection.status = contract.decide.shows["approve"]
        shown = inherited(self, "listed", connection)
        if left:
            connection.members["_left"] = left - 1
        return shown

    return both(part("store", decide=decide), part("presenter", listed=listed))
