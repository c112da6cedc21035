"""Variants of lists and their pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from linkproof.base.json_values import at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import ends_with_null, pages_by_link
from linkproof.faults.edits import answers, inherited, linked, part
from linkproof.faults.registry import Change, variant
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import ListPage
from linkproof.mock.store import Connection

# pages


@variant("PAG-5", "null-link", "The last page has a next link that is null.")
def _pag_5_null_link(contract: Contract) -> Change | None:
    if not pages_by_link(contract) or not ends_with_null(contract):
        return None
    return part("paging", end=lambda _: {contract.list.next_link: None})


@variant("PAG-5", "empty-page-first", "The first page is empty, and has a next link.")
def _pag_5_empty_page_first(contract: Contract) -> Change | None:
    if not pages_by_link(contract):
        return None

    def cut(self: Any, asked: Asked, every: list[Connection]) -> ListPage | ErrorResponse:
        if asked.parameter(self.token_name) is None and every:
            first = replace(every[0], number=0)
            return ListPage([], {contract.list.next_link: self.link(asked, self.token(first))})
        return inherited(self, "cut", asked, every)  # type: ignore[no-any-return]

    return linked(cut=cut)


def _size(contract: Contract, size: int) -> Change | None:
    """Give every page at most ``size`` items."""
    if not pages_by_link(contract):
        return None

    def cut(self: Any, asked: Asked, every: list[Connection]) -> ListPage | ErrorResponse:
        self.size = size
        return inherited(self, "cut", asked, every)  # type: ignore[no-any-return]

    return linked(cut=cut)


@variant("PAG-4", "one-a-page", "A page has one item.")
def _pag_4_one_a_page(contract: Contract) -> Change | None:
    return _size(contract, 1)


@variant("PAG-4", "one-page", "All items are on one page.")
def _pag_4_one_page(contract: Contract) -> Change | None:
    return _size(contract, 1000)


@variant("PAG-6", "past-the-end-refused", "An offset of 0, or past the end, is refused, as the vendor documents.")
def _pag_6_past_the_end_refused(contract: Contract) -> Change | None:
    rules = contract.list

    def cut(self: Any, asked: Asked, every: list[Connection]) -> ListPage | ErrorResponse:
        count = sum(self.fits(asked, self.presenter.listed(c)) for c in every)
        if asked.parameter(rules.offset) is not None and not 0 < self.offset(asked) < count:
            return self.errors.of(ErrorCase.QUERY, rules.offset)  # type: ignore[no-any-return]
        return inherited(self, "cut", asked, every)  # type: ignore[no-any-return]

    return part("paging", cut=cut) if rules.refuses_past_end else None


@variant("PAG-4", "another-order", "A list has the newest connection first.")
def _pag_4_another_order(contract: Contract) -> Change | None:
    if contract.list.limit:
        return None

    def edit(asked: Asked, answer: Answer) -> None:
        at(answer.value, asked.contract.list.items).reverse()

    return answers(edit, Role.LIST)


@variant("PAG-2", "link-spelled-otherwise", "The next link writes the path in lower case, and has its version last.")
def _pag_2_link_spelled_otherwise(contract: Contract) -> Change | None:
    if not pages_by_link(contract):
        return None

    def link(_: Any, asked: Asked, token: str) -> str:
        path = asked.path.replace("/resourceGroups/", "/resourcegroups/")
        version = f"{contract.version_parameter}={contract.version}"
        return f"{asked.base}{path}?%24skipToken={token}&page=next&{version}"

    return part("paging", link=link)
