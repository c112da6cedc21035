"""PAG-6 to PAG-8, PAG-3 and PAG-4 for lists paged by limit and offset: page size, order, filters, totals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.base.wording import count as counted
from linkproof.checks.certainty import hides_decision
from linkproof.checks.error_bodies import is_error_body
from linkproof.checks.integers import EXACT, is_exact
from linkproof.checks.next_links import page_with
from linkproof.checks.offset_pages import OffsetPage, Totals, filters_of, is_filtered_by_nothing, number_of, order_of
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Presence, Subject
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.defect import Defect
from linkproof.contract.operation import Role
from linkproof.contract.rules import Paging
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement

#: A number as a floating-point number is written.
_FLOATING_POINT = re.compile(r"-?\d{1,20}(?:\.\d{1,20}(?:[eE][+-]?\d{1,3})?|[eE][+-]?\d{1,3})")
#: Maximum number of earlier pages that are kept as evidence.
_MOST_PAGES = 5
#: A service may refuse an offset beyond this, instead of returning an empty page.
_MOST_PLAUSIBLE = 10**9 - 1


def _is_page(of: CallClass) -> bool:
    """Whether the call is a valid request for a page by limit and offset, answered with success."""
    return of.role is Role.LIST and of.shows and of.contract.list.paging is Paging.OFFSET and not of.flawed


@check(
    "PAG-6", applies_to=lambda of: of.role is Role.LIST and of.contract.list.paging is Paging.OFFSET and not of.flawed
)
def limit_and_offset_bound_the_page(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A page has at most limit items (or the default); limit=0 and offsets past the end get 200."""
    rules = call.contract.list
    if call.throttled:
        return
    zero = number_of(call, rules.limit, -1) == 0 and _may_be_zero(call)
    edge = zero or 0 < number_of(call, rules.offset, 0) <= _MOST_PLAUSIBLE
    if not call.delivers:
        promised = circumstances.collections.get(call.contract.id, frozenset())
        if not zero and rules.refuses_past_end and not _is_before_the_end(call, view):
            return
        if edge and 400 <= call.status < 500 and (not promised or call.collection in promised):
            what, asked = "a legal offset", f"{rules.offset}={call.query.get(rules.offset)}"
            if zero:
                what, asked = "limit=0", f"{rules.limit}=0"
            message = f"{asked} is legal, but was refused with {call.status} {call.error_code}".rstrip()
            counted_by = (view.totals.call.exchange,) if rules.refuses_past_end and view.totals is not None else ()
            yield breach("PAG-6", f"{what} refused", "", "200", str(call.status), message, evidence=counted_by)
        return
    items = at(call.answer, rules.items)
    if not isinstance(items, list):
        return
    sent = rules.limit in call.query
    limit = number_of(call, rules.limit, -1 if sent else rules.default_limit or -1)
    if limit < 0:
        return  # the vendor does not say how many
    if len(items) <= limit:
        yield passed("PAG-6")
    else:
        kind = "more than limit" if sent else "default limit"
        message = f"{len(items)} items came with {'limit' if sent else 'the default limit'} {limit}"
        yield breach("PAG-6", kind, rules.items, f"at most {limit} items", f"{len(items)} items", message, group="")


def _is_before_the_end(call: Call, view: View) -> bool:
    """Whether an earlier page, since the last change, had a total that is larger than the offset."""
    totals = view.totals
    return totals is not None and number_of(call, call.contract.list.offset, 0) < totals.number


def _may_be_zero(call: Call) -> bool:
    """Whether the contract documents 0 as the least limit."""
    parameter = call.operation.parameter(call.contract.list.limit) if call.operation else None
    return parameter is not None and parameter.schema.get("minimum") == 0


@check("PAG-6", "PAG-3", "PAG-4", "STA-3", "STA-7", applies_to=_is_page)
def pages_add_up(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """The total does not depend on limit and offset; pages are contiguous and contain as many items as the total."""
    page, rules = view.offset_page, call.contract.list
    if page is None:
        return
    if page.totals is not None and page.total is not None:
        if page.total_varies:
            yield _total_varies(call, view, page.totals, page.total)
            return
        yield passed("PAG-6")
    if page.conflict is not None:
        conflict = page.conflict
        message = f"position {conflict.place} of the list had {conflict.before} before, with another limit or offset"
        pointer = f"{rules.items}/{conflict.index}"
        evidence = page_with(view, conflict.before)
        yield breach("PAG-6", "offset", pointer, conflict.before, conflict.name, message, group="", evidence=evidence)
    if page.twice:
        yield _on_two_pages(view, page.twice)
    elif page.whole is not None:
        yield from _whole(call, view, page, page.whole)


def _total_varies(call: Call, view: View, before: Totals, total: int) -> Judgement:
    """Judge a total that changed although nothing in the collection was changed in between."""
    place, was = call.contract.list.total, before.number
    refused = [w for w in view.collection.refused if w.index > before.index]
    if refused and before.call.exchange.request.url == call.exchange.request.url:
        write = refused[-1].call
        message = f"{write.name} was refused with {write.status}, but the total changed from {was} to {total}"
        both = (before.call.exchange, write.exchange)
        return breach("STA-3", "another vanished", place, str(was), str(total), message, group="", evidence=both)
    message = f"the total is {total}, and the total was {was} with another limit or offset; nothing changed since"
    evidence = (before.call.exchange,)
    return breach("PAG-6", "total varies", place, str(was), str(total), message, group="", evidence=evidence)


def _whole(call: Call, view: View, page: OffsetPage, names: tuple[str, ...]) -> Iterator[Judgement]:
    """Judge a list of which every page was seen."""
    rules, count = call.contract.list, len(names)
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        yield _on_two_pages(view, twice)
        return
    yield passed("PAG-3")
    if page.total is not None and page.total != count:
        message = f"the total is {page.total}, but the pages have {counted(count, 'connection')}"
        own, total = {name for name, _ in page.placed.values()}, str(page.total)
        others = {e.number: e for name in names if name not in own for e in page_with(view, name)}
        evidence = tuple(others.values())[:_MOST_PAGES]
        yield breach(
            "PAG-6", "total is not the count", rules.total, str(count), total, message, group="", evidence=evidence
        )
        return
    known = frozenset(names)
    missing = [] if page.filters else [s for s in view.collection.subjects if is_missing(s, known)]
    yield vanished(call, view, missing) if missing else passed("PAG-4")


def _on_two_pages(view: View, names: Sequence[str]) -> Judgement:
    message = f"{counted(len(names), 'connection')} listed on two pages"
    items, evidence = view.call.contract.list.items, page_with(view, names[0])
    return breach("PAG-4", "twice", items, "each once", names[0], message, group="", evidence=evidence)


def is_missing(subject: Subject, names: frozenset[str]) -> bool:
    """Whether an existing connection that an answer showed is not in a complete list."""
    is_there = subject.presence is Presence.PRESENT and subject.deleted is None and subject.latest is not None
    return is_there and subject.name not in names


def vanished(call: Call, view: View, missing: list[Subject]) -> Judgement:
    """Judge connections that were shown and are on no page: lost by the list, or by a request in between."""
    shown, name = missing[0].latest, missing[0].name
    since = shown.index if shown is not None else -1
    limit, items = call.contract.list.limit, call.contract.list.items
    alike = shown is not None and shown.call.query.get(limit) == call.query.get(limit)
    before = (shown.call.exchange,) if shown is not None else ()
    refused = [w for w in view.collection.refused if w.index > since]
    done = [w for w in view.collection.done if w.index > since and w.subject != name]
    # If a page with another limit shows it, the list has lost it.
    if bool(refused) == bool(done) or not alike:
        what, stand = counted(len(missing), "connection"), "is" if len(missing) == 1 else "are"
        message = f"{what} that an answer showed {stand} on no page"
        return breach("PAG-4", "missing", items, name, "absent", message, group="", evidence=before)
    write = (refused or done)[-1]
    requirement = "STA-3" if refused else "STA-7"
    message = f"{write.call.name} was answered with {write.call.status}, and another connection is on no page since"
    evidence = (*before, write.call.exchange)
    return breach(requirement, "another vanished", items, name, "absent", message, group="", evidence=evidence)


@check("PAG-7", applies_to=_is_page)
def order_and_filters_hold(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Items are in the order of sort_key and sort_dir; filters apply to every item and to the total."""
    if is_filtered_by_nothing(call):
        return
    rules = call.contract.list
    key, direction = order_of(call)
    values = [at(item, f"/{key}") for item in _without_repetition(call)]
    if len(values) > 1 and all(isinstance(v, str) for v in values):
        ordered = sorted(values, reverse=direction == "desc")
        if values == ordered:
            yield passed("PAG-7")
        else:
            index = next(i for i, (a, b) in enumerate(zip(values, ordered, strict=True)) if a != b)
            pointer = f"{rules.items}/{index}/{key}"
            message, asked = (
                "the items are not in the requested or default order",
                f"{key} {direction}",
            )
            actual = values[index]
            yield breach("PAG-7", "order", pointer, ordered[index], actual, message, group="", member=asked)
    for name, wanted in filters_of(call):
        yield from _filter(call, view, name, wanted)
    yield from _filtered_total(call, view)


def _without_repetition(call: Call) -> Iterable[Any]:
    """Return the items of a page, each connection once: PAG-4 judges that a page has one twice."""
    once: dict[str, Any] = {}
    for item in call.items:
        name = at(item, call.contract.member.id)
        once.setdefault(name if isinstance(name, str) else f"#{len(once)}", item)
    return once.values()


def _filter(call: Call, view: View, name: str, wanted: str) -> Iterator[Judgement]:
    rules = call.contract.list
    for index, item in enumerate(call.items):
        found = at(item, rules.filters[name])
        if _misfits(call, rules.filters[name], found):
            return  # SHP-1 or ENM-1
        if rules.filters[name] == call.contract.member.status and hides_decision(call, view.collection, item):
            return  # STA-1: the filter may hold for the status that the item does not show
        if str(found).casefold() != wanted.casefold():
            message = "an item does not match the requested filter"
            pointer = f"{rules.items}/{index}{rules.filters[name]}"
            member = _with_value(call, name, wanted)
            yield breach("PAG-7", "filter", pointer, wanted, str(found), message, group="", member=member)
            return
    yield passed("PAG-7")


def _with_value(call: Call, name: str, wanted: str) -> str:
    """Return a filter's name, with its value where it is one of a few: a filter may hold for some of them."""
    options = call.listed_values(call.contract.list.filters[name]) or ()
    return next((f"{name}={option}" for option in options if str(option).casefold() == wanted.casefold()), name)


def _misfits(call: Call, pointer: str, value: Any) -> bool:
    """Whether a filtered member is missing, or is none of its documented values, whatever their case."""
    options = call.listed_values(pointer)
    if value is MISSING or options is None:
        return value is MISSING
    return not isinstance(value, str) or value.casefold() not in {str(option).casefold() for option in options}


def _filtered_total(call: Call, view: View) -> Iterator[Judgement]:
    """The total of a filtered list is the number of matching items in the whole list."""
    rules, complete = call.contract.list, view.collection.complete
    filters, total = filters_of(call), at(call.answer, rules.total)
    if not filters or complete is None or not isinstance(total, int):
        return
    if view.collection.last_write > complete.start:
        return  # STA-3 and STA-7 judge what a request changed in between
    found = [view.collection.find(name) for name in complete.names]
    listed = [subject.listed for subject in found if subject is not None and subject.listed is not None]
    if len(listed) < len(complete.names) or any(_may_be_rounded(wanted) for _, wanted in filters):
        return
    places = {name: rules.filters[name] for name, _ in filters}
    if any(_misfits(call, place, at(shown.value, place)) for shown in listed for place in places.values()):
        return  # SHP-1
    if any(hides_decision(call, view.collection, shown.value) for shown in listed):
        return  # STA-1
    certain = sum(_matches(shown.value, places, filters) for shown in listed if shown.settled)
    # What is not at rest may have another status by now.
    lasting = tuple((name, wanted) for name, wanted in filters if places[name] != call.contract.member.status)
    possible = certain + sum(_matches(shown.value, places, lasting) for shown in listed if not shown.settled)
    if lasting == filters:
        certain = possible
    if certain <= total <= possible:
        yield passed("PAG-7")
        return
    named = "&".join(f"{n}={v}" for n, v in filters)
    message = f"the whole list has {counted(certain, 'connection')} with {named}, but the total is {total}"
    by = "&".join(_with_value(call, n, v) for n, v in filters)
    yield breach(
        "PAG-7", "filtered total", rules.total, str(certain), str(total), message,
        group="", member=by, evidence=(complete.first.exchange,),
    )  # fmt: skip


def _may_be_rounded(wanted: str) -> bool:
    """Whether a filter is for a large number that the list may have shown rounded: SHP-7 judges that."""
    if _FLOATING_POINT.fullmatch(wanted):
        return True
    return len(wanted) < 20 and wanted.isdecimal() and int(wanted) > EXACT and not is_exact(int(wanted))


def _matches(value: Any, places: Mapping[str, str], filters: Iterable[tuple[str, str]]) -> bool:
    return all(str(at(value, places[name])).casefold() == wanted.casefold() for name, wanted in filters)


@check("PAG-8", applies_to=lambda of: of.flawed and of.contract.list.paging is Paging.OFFSET)
def bad_parameters_are_refused(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """An invalid limit, offset, sort_key, sort_dir or status gets 400 with the code in the vendor's table."""
    fault = call.only_defect
    if fault is None or fault.defect is not Defect.QUERY or call.throttled:
        return
    codes = [r for r in call.contract.error.table if r.parameter == fault.name]
    expected = " or ".join(f"{r.status} {r.code}" for r in codes) or "400"
    right_code = not codes or call.error_code.casefold() in {r.code.casefold() for r in codes}
    if call.status == 400 and right_code:
        yield passed("PAG-8")
        return
    if call.status == 400 and not is_error_body(call):
        return  # ERR-1
    actual = f"{call.status} {call.error_code}".strip()
    value = f"{fault.name}={str(fault.value)[:40]!r}"
    if call.success:
        message = f"query parameters are not validated: {value}, for example, was accepted ({actual})"
        yield breach("PAG-8", "accepted", "", expected, actual, message, group="", member=fault.name)
        return
    kind = f"{fault.name}: {'code' if call.status == 400 else 'status'}"
    message = f"{value} is outside its documented set, but was answered with {actual}"
    yield breach("PAG-8", kind, "", expected, actual, message, group="")
