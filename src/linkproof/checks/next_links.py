"""PAG-1 to PAG-5: lists that go on by a next link, and what every walk over pages has to come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from linkproof.base.json_values import at
from linkproof.checks.registry import Sort, breach, check, held
from linkproof.checks.state import Chain, Collection, History
from linkproof.contract.call import Call
from linkproof.contract.model import Role
from linkproof.contract.names import name_of
from linkproof.contract.routing import query_of
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement

#: A listing that brings nothing new over so many pages goes on for ever.
_IDLE_PAGES = 20


def _is_list(sort: Sort) -> bool:
    return sort.role is Role.LIST and sort.status == 200 and bool(sort.contract.list.next_link)


@check("PAG-1", concerns=_is_list)
def items_are_an_array(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """The list's items are present and an array, also when there are none."""
    if not isinstance(call.answer, dict | list):
        return
    pointer = call.contract.list.items
    found = at(call.answer, pointer) if isinstance(call.answer, dict) else call.answer
    if isinstance(call.answer, list):
        message = "the list is a bare array, not an object with its items in a member"
        yield breach("PAG-1", "bare array", "", f"an object with {pointer}", "an array", message)
    elif isinstance(found, list):
        yield held("PAG-1")
    else:
        yield breach("PAG-1", "no array", pointer, "an array", found, f"{pointer} is no array", group="")


@check("PAG-2", concerns=lambda sort: bool(sort.contract.list.next_link))
def next_link_leads_on(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """A next link is an absolute URL to the same host and collection with an api-version, and answers 200."""
    followed = history.chains.get(call.exchange.request.url)
    if followed is not None and not call.throttled and not call.faults:
        if call.status == 200 and _has_items(call):
            yield held("PAG-2")
        elif call.status == 200:
            pointer = call.contract.list.items
            message = "the next link leads to a page of another shape"
            yield breach("PAG-2", "another shape", pointer, "an array of items", "none", message)
        else:
            message = f"the next link of an earlier page was answered with {call.status}"
            yield breach("PAG-2", "does not answer 200", "", "200", str(call.status), message)
    if call.role is not Role.LIST or call.status != 200:
        return
    pointer = call.contract.list.next_link
    link = at(call.answer, pointer)
    if not isinstance(link, str) or link == "":
        return
    for kind, expected in _wrong_with(link, call):
        message = f"the next link {link[:200]!r}: expected {expected}"
        yield breach("PAG-2", kind, pointer, expected, link[:300], message, group="")
        return
    yield held("PAG-2")


def _has_items(call: Call) -> bool:
    return isinstance(call.answer, dict) and isinstance(at(call.answer, call.contract.list.items), list)


def _wrong_with(link: str, call: Call) -> Iterator[tuple[str, str]]:
    parts, own = urlsplit(link), urlsplit(call.exchange.request.url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        yield "not absolute", "an absolute http(s) URL"
        return
    if parts.netloc.casefold() != own.netloc.casefold():
        yield "another host", f"the host that was called, {own.netloc}"
    if parts.scheme != own.scheme and own.scheme == "https":
        yield "another scheme", f"the scheme that was called, {own.scheme}"
    if parts.scheme != own.scheme and own.scheme == "http":
        yield "another scheme", f"the scheme that was called, {own.scheme}"
    if not _same_path(parts.path, own.path):
        yield "another collection", f"the path {own.path}"
    name = call.contract.version_parameter
    if name and not query_of(parts.query, name):
        yield "no api-version", f"the query parameter {name}"


def _same_path(one: str, other: str) -> bool:
    return unquote(one).rstrip("/").casefold() == unquote(other).rstrip("/").casefold()


@check("PAG-5", concerns=_is_list)
def last_page_ends(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """The last page has no next link, or null: an empty string is a breach."""
    if not isinstance(call.answer, dict):
        return
    pointer = call.contract.list.next_link
    link = at(call.answer, pointer)
    if link == "":
        yield breach("PAG-5", "empty next link", pointer, "no next link, or null", '""', "the next link is empty")
    elif not isinstance(link, str):
        yield held("PAG-5")


@check("PAG-3", "PAG-4", concerns=_is_list)
def walk_ends_and_is_whole(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """Following the pages ends, no link comes twice, and together they hold each connection once."""
    url = call.exchange.request.url
    chain = history.chains.pop(url)
    if chain is None:
        chain = Chain(history.index, call)
    chain.pages += 1
    names = [name_of(call.contract, item) for item in call.items]
    fresh = set(names) - set(chain.names)
    chain.idle = 0 if fresh else chain.idle + 1
    twice = sorted({n for n in names if n and (n in chain.names or names.count(n) > 1)})
    chain.names.extend(names)
    collection = history.collection(call.collection)
    changed = collection.membership > chain.start
    if not isinstance(call.answer, dict) or not isinstance(at(call.answer, call.contract.list.items), list):
        chain.sound = False
    if "" in names:
        chain.sound = False  # SHP-1 or SHP-5 says what is wrong with it
    if twice and not changed and chain.sound:
        chain.sound = False
        message = f"{len(twice)} of the connections came twice over {chain.pages} pages"
        yield breach("PAG-4", "twice", call.contract.list.items, "each once", twice[0], message, group="")
    link = at(call.answer, call.contract.list.next_link)
    if isinstance(link, str) and link:
        yield from _goes_on(call, history, chain, link)
    elif chain.sound:
        yield held("PAG-3")
        yield from _is_whole(call, history, collection, chain, changed)


def _goes_on(call: Call, history: History, chain: Chain, link: str) -> Iterator[Judgement]:
    pointer = call.contract.list.next_link
    if link in chain.links or link == chain.first.exchange.request.url or link == call.exchange.request.url:
        chain.sound = False
        message = f"the same next link came twice within {chain.pages} pages: the walk never ends"
        yield breach("PAG-3", "link twice", pointer, "a new link, or none", link[:300], message, group="")
    elif chain.idle >= _IDLE_PAGES:
        chain.sound = False
        message = f"{chain.idle} pages in a row brought nothing new, and the next link goes on"
        yield breach("PAG-3", "never ends", pointer, "an end", link[:300], message, group="")
    else:
        chain.links.append(link)
        history.chains.put(link, chain)


def _is_whole(call: Call, history: History, collection: Collection, chain: Chain, changed: bool) -> Iterator[Judgement]:
    names = frozenset(chain.names)
    if changed:
        return
    missing = [
        s.name
        for s in collection.subjects.values()
        if s.exists is True
        and s.name not in names
        and s.get is not None
        and s.deleted is None
        and not _lately_written(s, chain.start)
    ]
    collection.complete = (chain.start, names)
    if missing:
        pages = "page" if chain.pages == 1 else "pages"
        message = f"{len(missing)} connections that Get shows are on none of the {chain.pages} {pages}"
        yield breach("PAG-4", "missing", call.contract.list.items, missing[0], "absent", message, group="")
    else:
        yield held("PAG-4")


def _lately_written(subject: Any, start: int) -> bool:
    return bool(subject.last_write >= start)


@check(
    "PAG-4",
    concerns=lambda sort: (
        sort.role is Role.GET and sort.shows and not sort.flawed and bool(sort.contract.list.next_link)
    ),
)
def what_get_shows_is_listed(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """A connection that Get shows was on a page of the last complete listing."""
    collection, subject = history.of(call)
    if subject is None or collection.complete is None or subject.deleted or subject.last_write >= 0:
        return
    start, names = collection.complete
    if collection.membership > start or subject.name in names:
        return
    if subject.name in circumstances.names or subject.exists is True:
        message = "Get shows the connection, and no page of the list has it"
        yield breach("PAG-4", "missing", call.contract.list.items, subject.name, "absent", message, group="")
