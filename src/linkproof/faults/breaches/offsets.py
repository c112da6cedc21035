"""Faults in lists by offset and limit."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Parameter, Role
from linkproof.faults.edits import every_answer, inherited, part
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import ListPage
from linkproof.mock.store import Connection

#: About how many connections the embedded server has below one parent, by default.
_MOST_FIXTURES = 30

# PAG-6


def _list_parameter(contract: Contract, name: str) -> Parameter | None:
    listing = contract.by_role(Role.LIST)
    return listing.parameter(name) if listing and name else None


def _numbered(contract: Contract, **members: Any) -> Change | None:
    return part("paging", **members) if contract.list.limit else None


def _counted(contract: Contract, total: Any) -> Change | None:
    return _numbered(contract, total=total) if contract.list.total else None


@fault("PAG-6", "total-follows-limit", "The total is never more than the limit.", "PAG-4")
def _pag_6_total_follows_limit(contract: Contract) -> Change | None:
    return _counted(contract, lambda self, asked, _, fitting: min(len(fitting), self.limit(asked)))


@fault("PAG-6", "total-follows-offset", "The total counts from the offset on.", "PAG-4")
def _pag_6_total_follows_offset(contract: Contract) -> Change | None:
    return _counted(contract, lambda self, asked, _, fitting: max(len(fitting) - self.offset(asked), 0))


@fault("PAG-6", "another-default-limit", "Without a limit, a page has twice as many items as by default.")
def _pag_6_another_default_limit(contract: Contract) -> Change | None:
    usual = contract.list.default_limit
    if not usual or usual * 2 > _MOST_FIXTURES:
        return None

    def limit(self: Any, asked: Asked) -> int:
        return usual * 2 if asked.parameter(contract.list.limit) is None else int(inherited(self, "limit", asked))

    return _numbered(contract, limit=limit)


@fault("PAG-6", "one-too-many", "A page has one item more than the limit.", "PAG-4")
def _pag_6_one_too_many(contract: Contract) -> Change | None:
    return _numbered(contract, limit=lambda self, asked: int(inherited(self, "limit", asked)) + 1)


@fault("PAG-6", "limit-zero-is-default", "limit=0 means no limit.")
def _pag_6_limit_zero_is_default(contract: Contract) -> Change | None:
    parameter = _list_parameter(contract, contract.list.limit)
    if parameter is None or parameter.schema.get("minimum") != 0:
        return None
    return _numbered(contract, limit=lambda self, asked: int(inherited(self, "limit", asked)) or 10)


@fault("PAG-6", "past-the-end-404", "An offset past the end is answered with 404.")
def _pag_6_past_the_end_404(contract: Contract) -> Change | None:
    if contract.list.refuses_past_end:
        return None

    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        page = inherited(self, "cut", asked, every)
        past = isinstance(page, ListPage) and self.offset(asked) >= len(every)
        return self.errors.of(ErrorCase.NO_CONNECTION) if past else page

    return _numbered(contract, cut=cut)


@fault("PAG-6", "last-item-refused", "The offset of the last item is refused.")
def _pag_6_last_item_refused(contract: Contract) -> Change | None:
    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        page = inherited(self, "cut", asked, every)
        last = isinstance(page, ListPage) and self.offset(asked) == len(every) - 1 > 0
        return self.errors.of(ErrorCase.QUERY, contract.list.offset) if last else page

    return _numbered(contract, cut=cut) if contract.list.refuses_past_end else None


# PAG-7


@fault("PAG-7", "sort-ignores-one-key", "Sorting by the second key sorts by the first.")
def _pag_7_sort_ignores_one_key(contract: Contract) -> Change | None:
    parameter = _list_parameter(contract, contract.list.sort_key)
    keys: list[Any] = parameter.schema.get("enum", []) if parameter else []
    if len(keys) < 2:
        return None

    def sort_key(self: Any, asked: Asked) -> str:
        found = str(inherited(self, "sort_key", asked))
        return str(keys[0]) if found == keys[1] else found

    return _numbered(contract, sort_key=sort_key)


@fault("PAG-7", "always-descending", "Items always come in descending order.")
def _pag_7_always_descending(contract: Contract) -> Change | None:
    return _numbered(contract, descending=lambda _, __: True) if contract.list.sort_dir else None


@fault("PAG-7", "default-ascending", "Without a sort direction items come in ascending order.")
def _pag_7_default_ascending(contract: Contract) -> Change | None:
    if contract.list.default_sort_dir != "desc":
        return None

    def descending(self: Any, asked: Asked) -> bool:
        return bool(asked.parameter(contract.list.sort_dir)) and bool(inherited(self, "descending", asked))

    return _numbered(contract, descending=descending)


@fault("PAG-7", "status-filter-ignored", "The filter for one status is ignored.", "PAG-6")
def _pag_7_status_filter_ignored(contract: Contract) -> Change | None:
    by_status = contract.list.filter_by(contract.member.status)

    def fits(self: Any, asked: Asked, value: dict[str, Any]) -> bool:
        ignored = asked.parameter(by_status) == contract.states["rejected"]
        return ignored or bool(inherited(self, "fits", asked, value))

    return _numbered(contract, fits=fits) if by_status else None


@fault("PAG-7", "id-filter-ignored", "The filter for an id is ignored.", "PAG-6")
def _pag_7_id_filter_ignored(contract: Contract) -> Change | None:
    by_id = contract.list.filter_by(contract.member.id)

    def fits(self: Any, asked: Asked, value: dict[str, Any]) -> bool:
        return bool(asked.parameter(by_id)) or bool(inherited(self, "fits", asked, value))

    return _numbered(contract, fits=fits) if by_id else None


@fault("PAG-7", "total-ignores-filter", "The total also counts what the filter leaves out.", "PAG-6")
def _pag_7_total_ignores_filter(contract: Contract) -> Change | None:
    return _counted(contract, lambda _, __, every, ___: len(every)) if contract.list.filters else None


# PAG-8


def _lenient(contract: Contract, parameter: str) -> Change | None:
    """Ignore invalid values of one query parameter."""
    listed = _list_parameter(contract, parameter)
    if not contract.list.limit or listed is None or not listed.limited:
        return None

    def query(self: Any, asked: Asked) -> Any:
        error = inherited(self, "query", asked)
        if error is not None and error.target == parameter:
            asked.query = tuple((k, v) for k, v in asked.query if k.lower() != parameter.lower())
            return inherited(self, "query", asked)
        return error

    return part("rules", query=query)


@fault("PAG-8", "limit-unchecked", "A limit outside its range is ignored.", "PAG-6")
def _pag_8_limit_unchecked(contract: Contract) -> Change | None:
    return _lenient(contract, contract.list.limit)


@fault("PAG-8", "offset-unchecked", "An offset outside its range is ignored.", "PAG-6")
def _pag_8_offset_unchecked(contract: Contract) -> Change | None:
    return _lenient(contract, contract.list.offset)


@fault("PAG-8", "sort-key-unchecked", "An unknown sort key is ignored.")
def _pag_8_sort_key_unchecked(contract: Contract) -> Change | None:
    return _lenient(contract, contract.list.sort_key)


@fault("PAG-8", "status-unchecked", "An unknown status is ignored.")
def _pag_8_status_unchecked(contract: Contract) -> Change | None:
    return _lenient(contract, contract.list.filter_by(contract.member.status))


@fault("PAG-8", "another-code", "A wrong sort direction has the code of a wrong sort key.")
def _pag_8_another_code(contract: Contract) -> Change | None:
    own = {entry.parameter: entry.code for entry in contract.error.table if entry.parameter}
    if own.get(contract.list.sort_dir) == own.get(contract.list.sort_key):
        return None

    def row(self: Any, case: Any, target: str) -> Any:
        return inherited(self, "row", case, contract.list.sort_key if target == contract.list.sort_dir else target)

    return part("errors", row=row)


@fault("PAG-8", "limit-crashes", "A limit that is not a number fails the service.", "HDR-5", "ERR-8")
def _pag_8_limit_crashes(contract: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        sent = asked.parameter(contract.list.limit)
        if answer.status == 400 and sent is not None and not sent.lstrip("-").isdigit():
            answer.status = 500
            answer.value = {}
            place(answer.value, contract.error.code, contract.error.codes["failure"])
            place(answer.value, contract.error.message, "System error.")

    return every_answer(hook) if contract.list.limit else None
