"""The pages of lists that calls have shown: where next links and tokens lead, and pages by limit and offset."""

from __future__ import annotations

from linkproof.base.bounded import Recent
from linkproof.checks.observed_collection import Listed, ObservedCollection
from linkproof.checks.offset_pages import Filters, Listing, OffsetPage, Order, Totals
from linkproof.checks.walks import Chain, LinkedPage, Onward, key_of_page, walk_key, wanted_by
from linkproof.contract.call import Call

#: Maximum number of next links, of tokens, and of collections whose pages are kept.
_KEPT = 4096
#: Maximum number of filters and orders for which one collection's pages are kept.
_LISTINGS_KEPT = 256


class Pages:
    """The pages of one collection's list by limit and offset since the last change of the collection."""

    __slots__ = ("epoch", "listings", "totals")

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.totals: Recent[Filters, Totals] = Recent(_LISTINGS_KEPT)
        self.listings: Recent[tuple[Filters, Order], Listing] = Recent(_LISTINGS_KEPT)


class KnownPages:
    """The pages of all lists of one contract within one state scope."""

    __slots__ = ("_chains", "_pages", "_tokens", "_uses_tokens")

    def __init__(self, *, uses_tokens: bool) -> None:
        self._uses_tokens = uses_tokens
        self._chains: Recent[str, Chain] = Recent(_KEPT)
        self._tokens: Recent[str, bool] = Recent(_KEPT)
        self._pages: Recent[str, Pages] = Recent(_KEPT)

    @property
    def lead_on(self) -> bool:
        """Whether a next link or token of any page is known that was not followed yet."""
        return len(self._chains) > 0

    def chain_at(self, url: str) -> Chain | None:
        """Return the pages that lead to a URL or token (see ``key_of_page``) by next links."""
        return self._chains.get(url)

    def has_token(self, token: object) -> bool:
        """Whether an earlier page had a token."""
        return isinstance(token, str) and token in self._tokens

    def of(self, path: str, epoch: int) -> Pages | None:
        """Return the pages of a collection's list by limit and offset since its last change (``epoch``)."""
        found = self._pages.get(path)
        return found if found is not None and found.epoch == epoch else None

    def record_linked(self, call: Call, page: LinkedPage, collection: ObservedCollection) -> None:
        """Add a page with or without a next link or token."""
        chain = self._chains.pop(key_of_page(call))
        first = chain.first if chain is not None else call
        sound = page.sound and (page.changed or not page.twice)
        if page.link and self._uses_tokens:
            self._tokens.put(page.link, True)
        is_first_known = chain is not None or not key_of_page(call) or not self._uses_tokens
        if page.onward is Onward.ENDS and sound and not page.changed and is_first_known and not wanted_by(call):
            collection.listed(Listed(page.start, page.all_names, first))
        if page.onward is not Onward.GOES_ON:
            return
        links = chain.links if chain is not None and isinstance(chain.links, set) else set()
        names = chain.names if chain is not None and isinstance(chain.names, set) else set()
        links.add(page.link)
        names.update(page.names)
        walked = Chain(page.start, first, call, links, names, page.pages, page.idle, sound)
        self._chains.put(walk_key(call, page.link), walked)

    def record_by_offset(self, call: Call, page: OffsetPage, collection: ObservedCollection, index: int) -> None:
        """Add a page by limit and offset; ``index`` is the number of calls before it."""
        pages = self._pages.get(call.collection)
        if pages is None or pages.epoch != page.epoch:
            pages = self._pages.put(call.collection, Pages(page.epoch))
        if page.total is not None and page.totals is None:
            pages.totals.put(page.filters, Totals(page.total, index, call))
        if page.total_varies:
            return
        key = (page.filters, page.order)
        before = pages.listings.get(key)
        names = before.names if before is not None and isinstance(before.names, dict) else {}
        keys = before.keys if before is not None and isinstance(before.keys, dict) else {}
        names.update((place, name) for place, (name, _) in page.placed.items())
        keys.update((place, sort_key) for place, (_, sort_key) in page.placed.items())
        places = before.places if before is not None and isinstance(before.places, dict) else {}
        if not page.order[0]:
            places.update((name, place) for place, (name, _) in page.placed.items())
        judged = page.whole is not None or (before is not None and before.judged)
        pages.listings.put(key, Listing(names, keys, places, page.end, judged))
        if page.whole is not None and not page.filters and page.total in (None, len(page.whole)):
            members = frozenset(page.whole)
            if len(members) == len(page.whole):
                collection.listed(Listed(index, members, call))
