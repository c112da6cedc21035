"""Variants of paging by token, and of decisions on several connections."""

from __future__ import annotations

from copy import copy
from typing import Any

from linkproof.base.json_values import at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.breaches.several import of_several
from linkproof.faults.breaches.tokens import by_token
from linkproof.faults.edits import answers, both, inherited, part
from linkproof.faults.registry import Change, variant
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.paging import ListPage
from linkproof.mock.store import Connection


@variant("PAG-9", "empty-pages", "A page without items leads on.")
def _pag_9_empty_pages(contract: Contract) -> Change | None:
    def cut(self: Any, asked: Asked, every: list[Connection]) -> Any:
        page = inherited(self, "cut", asked, every)
        is_first = isinstance(page, ListPage) and page.items and not asked.listing(self.rules.token)
        return ListPage([], {self.rules.next_token: _before(self, page.items[0])}) if is_first else page

    return by_token(contract, cut=cut)


def _before(paging: Any, first: Connection) -> str:
    """Return the token of the page that begins with a connection."""
    earlier = copy(first)
    earlier.number -= 1
    found: str = paging.token(earlier)
    return found


@variant("PAG-9", "empty-token", "The last page has an empty token.")
def _pag_9_empty_token(contract: Contract) -> Change | None:
    return by_token(contract, end=lambda self: {self.rules.next_token: ""})


@variant("PAG-11", "smaller-pages", "A page has fewer items than were asked for.")
def _pag_11_smaller_pages(contract: Contract) -> Change | None:
    return by_token(contract, bound=lambda self, asked: min(int(inherited(self, "bound", asked)), 4))


@variant("STA-12", "all-or-nothing", "A decision with one connection that does not exist is refused as a whole.")
def _sta_12_all_or_nothing(contract: Contract) -> Change | None:
    def decide(self: Any, asked: Asked, collection: Any) -> Answer:
        names = at(asked.value, contract.decide.subjects)
        if any(collection.find(name) is None for name in names):
            refused: Answer = self.refused(self.rules.unknown(asked, elsewhere=False))
            return refused
        answer: Answer = inherited(self, "decide", asked, collection)
        return answer

    return of_several(contract, part("service", decide=decide)) if contract.decide.failures else None


@variant("STA-12", "no-failures-absent", "A decision without failures does not list them.")
def _sta_12_no_failures_absent(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        name = contract.decide.failures.strip("/")
        if isinstance(answer.value, dict) and not answer.value.get(name):
            answer.value.pop(name, None)

    return of_several(contract, answers(edit, Role.DECIDE))


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
