"""Faults in lists and in pages by next link."""

from __future__ import annotations

import base64
from typing import Any

from linkproof.base.json_values import as_number, at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import pages_by_link
from linkproof.faults.edits import answers, inherited, linked, on_later_pages, part
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import ListPage
from linkproof.mock.store import Connection


def _listed(contract: Contract) -> bool:
    """Whether the list's items are a member of an object, and the list is not paged by number."""
    return not contract.list.limit


# PAG-1


@fault("PAG-1", "items-absent", "A list has no items member.", "SHP-1", "PAG-4")
def _pag_1_items_absent(contract: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        answer.value.pop(asked.contract.list.items.strip("/"), None)

    return answers(edit, Role.LIST) if _listed(contract) else None


@fault("PAG-1", "items-by-name", "The items are an object with the names as its keys.", "SHP-1", "PAG-4")
def _pag_1_items_by_name(contract: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        items, member = asked.contract.list.items, asked.contract.member
        named = {str(at(item, member.name or member.id)): item for item in at(answer.value, items)}
        place(answer.value, items, named)

    return answers(edit, Role.LIST) if _listed(contract) else None


@fault("PAG-1", "bare-array", "A list is answered with a bare array.", "SHP-1", "PAG-4")
def _pag_1_bare_array(contract: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        answer.value = at(answer.value, asked.contract.list.items)

    return answers(edit, Role.LIST) if _listed(contract) else None


# PAG-2


def _link(contract: Contract, made: Any) -> Change | None:
    """Replace each next link by ``made(link)``."""

    def link(self: Any, asked: Asked, token: str) -> Any:
        return made(inherited(self, "link", asked, token), asked)

    return part("paging", link=link) if pages_by_link(contract) else None


@fault("PAG-2", "link-drops-version", "The next link has no api-version.", "ERR-4", "PAG-4")
def _pag_2_link_drops_version(contract: Contract) -> Change | None:
    def made(url: str, _: Asked) -> str:
        path, query = url.split("?")
        return f"{path}?{'&'.join(p for p in query.split('&') if not p.startswith(contract.version_parameter))}"

    return _link(contract, made)


@fault("PAG-2", "link-to-another-host", "The next link is on another host.", "PAG-4")
def _pag_2_link_to_another_host(contract: Contract) -> Change | None:
    return _link(contract, lambda url, asked: url.replace(asked.base, "https://management.invalid"))


@fault("PAG-2", "link-in-another-scheme", "The next link has another scheme.", "PAG-4")
def _pag_2_link_in_another_scheme(contract: Contract) -> Change | None:
    return _link(contract, lambda url, _: url.replace("http://", "ftp://", 1))


@fault("PAG-2", "link-to-another-parent", "The next link leads to another parent.", "PAG-4", "ERR-3")
def _pag_2_link_to_another_parent(contract: Contract) -> Change | None:
    if "/resourceGroups/" not in contract.collection_path:
        return None
    return _link(contract, lambda url, _: url.replace("/resourceGroups/", "/resourceGroups/x-"))


@fault("PAG-2", "relative-link", "The next link is a path.", "SHP-1", "PAG-4")
def _pag_2_relative_link(contract: Contract) -> Change | None:
    return _link(contract, lambda url, asked: url.replace(asked.base, ""))


@fault("PAG-2", "dead-link", "The next link is answered with 404.", "PAG-4", "ERR-3")
def _pag_2_dead_link(contract: Contract) -> Change | None:
    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        if asked.parameter(self.token_name):
            return self.errors.of(ErrorCase.NO_CONNECTION)
        return inherited(self, "cut", asked, every)

    return part("paging", cut=cut) if pages_by_link(contract) else None


@fault("PAG-2", "later-pages-bare", "From the second page on, a page is a bare array.", "PAG-1", "SHP-1", "PAG-4")
def _pag_2_later_pages_bare(contract: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        answer.value = at(answer.value, asked.contract.list.items)

    return answers(edit, Role.LIST, when=on_later_pages) if pages_by_link(contract) else None


# PAG-3


@fault("PAG-3", "link-to-itself", "The next link of the second page leads to the second page.", "PAG-4")
def _pag_3_link_to_itself(contract: Contract) -> Change | None:
    return _link(contract, lambda url, asked: f"{asked.base}{asked.path}?{_query(asked)}" if _query(asked) else url)


def _query(asked: Asked) -> str:
    token = asked.parameter("$skipToken")
    return f"{asked.contract.version_parameter}={asked.contract.version}&$skipToken={token}" if token else ""


@fault("PAG-3", "round-and-round", "After the last page the next link leads to the first.", "PAG-4", "PAG-5")
def _pag_3_round_and_round(contract: Contract) -> Change | None:
    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        page = inherited(self, "cut", asked, every)
        if isinstance(page, ListPage) and contract.list.next_link not in page.more and every:
            return ListPage(page.items, {contract.list.next_link: self.link(asked, self.token_of(0))})
        return page

    def token_of(_: Any, number: int) -> str:
        return base64.urlsafe_b64encode(f"after:{number}".encode()).decode().rstrip("=")

    if not pages_by_link(contract):
        return None
    return linked(cut=cut, token_of=token_of)


@fault("PAG-3", "offset-ignored", "The offset is ignored: every page is the first.", "PAG-6", "PAG-4")
def _pag_3_offset_ignored(contract: Contract) -> Change | None:
    return part("paging", offset=lambda _, __: 0) if contract.list.offset else None


# PAG-4


@fault("PAG-4", "overlap", "Each page begins with the last item of the page before.", "PAG-6")
def _pag_4_overlap(contract: Contract) -> Change | None:
    if contract.list.offset:

        def offset(self: Any, asked: Asked) -> int:
            return max(int(inherited(self, "offset", asked)) - 1, 0)

        return part("paging", offset=offset)
    if not pages_by_link(contract):
        return None

    def read(self: Any, token: str) -> Any:
        after = inherited(self, "read", token)
        return after - 1 if after else after

    return part("paging", read=read)


@fault("PAG-4", "gap", "From the second page on, a page leaves out its first item.", "STA-6", "PAG-6")
def _pag_4_gap(contract: Contract) -> Change | None:
    if contract.list.offset:

        def offset(self: Any, asked: Asked) -> int:
            found = int(inherited(self, "offset", asked))
            return found + 1 if found else 0

        return part("paging", offset=offset)
    if not pages_by_link(contract):
        return None

    def read(self: Any, token: str) -> Any:
        after = inherited(self, "read", token)
        return after + 1 if after else after

    return part("paging", read=read)


@fault("PAG-4", "last-item-lost", "The list leaves out the newest connection.", "STA-6")
def _pag_4_last_item_lost(contract: Contract) -> Change | None:
    if contract.list.offset:

        def sort(self: Any, asked: Asked, found: Any) -> Any:
            return [c for c in inherited(self, "sort", asked, found) if c.number != 3 or asked.parameter("limit")]

        return part("paging", sort=sort)

    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        if contract.list.size:  # without a Get, only a difference between two lists shows it
            is_hidden = as_number(asked.listing(contract.list.size)) is not None
            return inherited(self, "cut", asked, [c for c in every if c.number != 3 or not is_hidden])
        return inherited(self, "cut", asked, every[:-1])

    return linked(cut=cut)


@fault("PAG-4", "twice", "The list has one connection twice.", "STA-6", "PAG-6")
def _pag_4_twice(contract: Contract) -> Change | None:
    if contract.list.offset:

        def sort(self: Any, asked: Asked, found: Any) -> Any:
            ordered = inherited(self, "sort", asked, found)
            return [*ordered[:2], *ordered[1:]]

        return part("paging", sort=sort)

    def edit(asked: Asked, answer: Answer) -> None:
        items = at(answer.value, asked.contract.list.items)
        if items:
            items.append(items[0])

    return answers(edit, Role.LIST)


# PAG-5


@fault("PAG-5", "empty-link", "The last page has an empty next link.", "SHP-1", "PAG-2")
def _pag_5_empty_link(contract: Contract) -> Change | None:
    if not pages_by_link(contract):
        return None
    return part("paging", end=lambda _: {contract.list.next_link: ""})


@fault("PAG-5", "empty-link-unpaged", "A list that is never cut has an empty next link.", "SHP-4")
def _pag_5_empty_link_unpaged(contract: Contract) -> Change | None:
    def edit(asked: Asked, answer: Answer) -> None:
        answer.value[asked.contract.list.next_link.strip("/")] = ""

    return answers(edit, Role.LIST) if contract.list.next_link and not pages_by_link(contract) else None
