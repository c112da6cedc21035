"""PAG-1 to PAG-5: lists paged by next link, and walks over their pages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from linkproof.base.json_values import at
from linkproof.base.wording import count as counted
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Presence, Subject
from linkproof.checks.traits import LISTED_WHOLE, PAGED
from linkproof.checks.urls import is_absolute, same_host
from linkproof.checks.view import View
from linkproof.checks.walks import LinkedPage, Onward
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.contract.routing import query_of
from linkproof.contract.rules import Paging
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Judgement


def _is_list(of: CallClass) -> bool:
    return of.role is Role.LIST and of.delivers and of.contract.list.paging is Paging.NEXT_LINK


@check("PAG-1", applies_to=_is_list, of_answer=True)
def items_are_an_array(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A list's items are present and an array, even if it is empty."""
    if not isinstance(call.answer, dict | list):
        return
    pointer = call.contract.list.items
    found = at(call.answer, pointer) if isinstance(call.answer, dict) else call.answer
    if isinstance(call.answer, list):
        message = "the list is a bare array, not an object with its items in a member"
        yield breach("PAG-1", "bare array", "", f"an object with {pointer}", "an array", message)
    elif isinstance(found, list):
        yield passed("PAG-1")
    else:
        yield breach("PAG-1", "no array", pointer, "an array", found, f"{pointer} is not an array", group="")


@check("PAG-2", applies_to=lambda of: of.contract.list.paging is Paging.NEXT_LINK, needs=PAGED)
def next_link_leads_on(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A next link is an absolute URL of the same host and collection with an api-version, and answers 200."""
    chain = view.chain
    if chain is not None and not call.throttled and not call.defects:
        evidence = (chain.last.exchange,)
        if call.delivers and _has_items(call):
            yield passed("PAG-2")
        elif call.delivers:
            pointer = call.contract.list.items
            message = "the next link leads to a page of another shape"
            yield breach("PAG-2", "another shape", pointer, "an array of items", "none", message, evidence=evidence)
        else:
            message = f"the next link of an earlier page was answered with {call.status}"
            yield breach("PAG-2", "does not answer 200", "", "200", str(call.status), message, evidence=evidence)
    if not call.is_list or not call.delivers:
        return
    pointer = call.contract.list.next_link
    link = at(call.answer, pointer)
    if not isinstance(link, str) or link == "":
        return
    for kind, expected in _wrong_with(link, call):
        verb = "be" if kind == "not absolute" else "have"
        message = f"the next link should {verb} {expected}, but is {link[:200]!r}"
        yield breach("PAG-2", kind, pointer, expected, link[:300], message, group="")
        return
    yield passed("PAG-2")


def _has_items(call: Call) -> bool:
    return isinstance(call.answer, dict) and isinstance(at(call.answer, call.contract.list.items), list)


def _wrong_with(link: str, call: Call) -> Iterator[tuple[str, str]]:
    parts, own = urlsplit(link), urlsplit(call.exchange.request.url)
    if not is_absolute(parts):
        yield "not absolute", "an absolute http(s) URL"
        return
    if not same_host(parts, own):
        yield "another host", f"the host that was called, {own.netloc}"
    if parts.scheme != own.scheme:
        yield "another scheme", f"the scheme that was called, {own.scheme}"
    if not _same_path(parts.path, own.path):
        yield "another collection", f"the path {own.path}"
    name = call.contract.version_parameter
    if name and not query_of(parts.query, name):
        yield f"no {name}", f"the query parameter {name}"


def _same_path(one: str, other: str) -> bool:
    return unquote(one).rstrip("/").casefold() == unquote(other).rstrip("/").casefold()


@check("PAG-5", applies_to=_is_list, of_answer=True)
def last_page_ends(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """The last page has no next link, or null; an empty string is a breach."""
    if not isinstance(call.answer, dict):
        return
    pointer = call.contract.list.next_link
    link = at(call.answer, pointer)
    if link == "":
        yield breach("PAG-5", "empty next link", pointer, "no next link, or null", '""', "the next link is empty")
    elif not isinstance(link, str):
        yield passed("PAG-5")


def breaches_of_walk(view: View, page: LinkedPage, pointer: str, what: str) -> Iterator[Judgement]:
    """Yield what is wrong with a walk up to a page: repeated items, a repeated link or token (``what``), no end."""
    items = view.call.contract.list.items
    if page.sound and page.twice and not page.changed:
        message = f"{counted(len(page.twice), 'connection')} listed twice on {counted(page.pages, 'page')}"
        evidence = page_with(view, page.twice[0])
        yield breach("PAG-4", "twice", items, "each once", page.twice[0], message, group="", evidence=evidence)
    noun = what.split()[-1]
    if page.onward is Onward.LINK_TWICE:
        message = f"the same {what} occurred twice within {page.pages} pages: the walk never ends"
        expected, link = f"a new {noun}, or none", page.link[:300]
        yield breach("PAG-3", f"{noun} twice", pointer, expected, link, message, group="", evidence=_before(page))
    elif page.onward is Onward.NEVER_ENDS:
        message = f"{page.idle} consecutive pages had no new item, but there is a {what}"
        yield breach(
            "PAG-3", "never ends", pointer, "an end", page.link[:300], message, group="", evidence=_before(page)
        )


def _before(page: LinkedPage) -> tuple[Exchange, ...]:
    """Return the first page of a walk and the page that led to this one; empty for a first page."""
    if page.previous is None:
        return ()
    return (page.first.exchange,) if page.previous is page.first else (page.first.exchange, page.previous.exchange)


def page_with(view: View, name: str) -> tuple[Exchange, ...]:
    """Return the last list before the call that showed a connection, if there is one."""
    subject = view.collection.find(name)
    return (subject.listed.call.exchange,) if subject is not None and subject.listed is not None else ()


def is_whole_walk(page: LinkedPage) -> bool:
    """Whether nothing is wrong with the items of a walk up to a page, so that its end can be judged."""
    return page.sound and (page.changed or not page.twice)


@check("PAG-3", "PAG-4", applies_to=_is_list)
def walk_ends_and_is_whole(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A walk over the pages ends, no link occurs twice, and the pages contain each connection once."""
    page = view.linked_page
    if page is None:
        return
    yield from breaches_of_walk(view, page, call.contract.list.next_link, "next link")
    if page.onward is Onward.ENDS and is_whole_walk(page):
        yield passed("PAG-3")
        if not page.changed:
            yield from _is_whole(call, view, page)


def _is_whole(call: Call, view: View, page: LinkedPage) -> Iterator[Judgement]:
    missing = [
        s
        for s in view.collection.subjects
        if s.presence is Presence.PRESENT
        and s.name not in page.all_names
        and s.get is not None
        and s.deleted is None
        and s.last_write <= page.start
    ]
    if not missing:
        yield passed("PAG-4")
    lost = [s for s in missing if not _may_be_removed(s, view)]
    if lost:
        shown = lost[0].get
        evidence = (shown.call.exchange,) if shown is not None else ()
        what, are = counted(len(lost), "connection"), "is" if len(lost) == 1 else "are"
        message = f"{what} that Get shows {are} on no page of the list ({counted(page.pages, 'page')})"
        items, name = call.contract.list.items, lost[0].name
        yield breach("PAG-4", "missing", items, name, "absent", message, group="", evidence=evidence)


def _may_be_removed(subject: Subject, view: View) -> bool:
    """Whether a write since a connection was last shown may have removed it: then Get decides whose breach it is."""
    since, writes = subject.latest.index if subject.latest else -1, view.collection
    return any(w.index > since for w in (*writes.refused, *writes.done))


def _gets_from_a_list(of: CallClass) -> bool:
    return of.role is Role.GET and of.shows and not of.flawed and of.contract.list.paging is Paging.NEXT_LINK


@check("PAG-4", applies_to=_gets_from_a_list, needs=LISTED_WHOLE)
def what_get_shows_is_listed(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A connection that Get shows was on a page of the last complete listing."""
    subject, complete = view.subject, view.collection.complete
    if subject is None or complete is None or subject.deleted or subject.last_write >= 0:
        return
    if call.is_empty or not isinstance(call.answer, dict):
        return  # SHP-1, ERR-3: it shows no connection
    if view.collection.membership > complete.start or subject.name in complete.names:
        return
    if subject.name in circumstances.names or subject.presence is Presence.PRESENT:
        message = "Get shows the connection, but no page of the list does"
        items, evidence = call.contract.list.items, (complete.first.exchange,)
        yield breach("PAG-4", "shown by Get only", items, subject.name, "absent", message, group="", evidence=evidence)
