"""PAG-6 to PAG-8, and PAG-3/4 for lists by limit and offset: size, order, filters, totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.checks.error_bodies import is_error_body
from linkproof.checks.registry import Sort, breach, check, held
from linkproof.checks.state import Collection, History, Write
from linkproof.contract.call import Call
from linkproof.contract.model import Role
from linkproof.contract.names import name_of
from linkproof.contract.request_match import Defect
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement


@dataclass
class _Listing:
    """What the pages of one filter and order have shown since the collection last changed."""

    total: int | None = None
    since: int = -1
    total_url: str = ""
    slots: dict[int, str] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    end: int | None = None
    judged: bool = False


def _is_page(sort: Sort) -> bool:
    """A page by offset, in order."""
    return sort.role is Role.LIST and sort.shows and bool(sort.contract.list.limit) and not sort.flawed


def _applies(call: Call) -> bool:
    """Whether an empty filter is none, or fits nothing, the contract leaves open: not judged."""
    return all(call.query.get(name) != "" for name in call.contract.list.filters)


def _number(call: Call, name: str, default: int) -> int:
    sent = call.query.get(name)
    return int(sent) if sent is not None else default


def _order(call: Call) -> tuple[str, str]:
    rules = call.contract.list
    return (
        call.query.get(rules.sort_key, rules.default_sort_key),
        call.query.get(rules.sort_dir, rules.default_sort_dir),
    )


def _filters(call: Call) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((n, call.query[n]) for n in call.contract.list.filters if call.query.get(n)))


def _epoch(call: Call, history: History) -> int:
    """When the collection last changed: pages before and after a write are not compared."""
    collection = history.collection(call.collection)
    return collection.done[-1].index if collection.done else -1


@check("PAG-6", concerns=lambda sort: sort.role is Role.LIST and bool(sort.contract.list.limit) and not sort.flawed)
def limit_and_offset_bound_the_page(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """limit bounds the page (with its default), limit=0 and an offset past the end are answered with 200."""
    rules = call.contract.list
    if call.throttled:
        return
    edge = _number(call, rules.limit, -1) == 0 or _number(call, rules.offset, 0) > 0
    if call.status != 200:
        promised = circumstances.collections.get(call.contract.id, frozenset())
        if edge and 400 <= call.status < 500 and (not promised or call.collection in promised):
            what = "limit=0" if rules.limit in call.query and call.query[rules.limit] == "0" else "a legal offset"
            yield breach("PAG-6", f"{what} refused", "", "200", str(call.status), f"{what} was refused")
        return
    items = at(call.answer, rules.items)
    if not isinstance(items, list):
        return
    limit = _number(call, rules.limit, rules.default_limit)
    if len(items) <= limit:
        yield held("PAG-6")
    else:
        sent = rules.limit in call.query
        kind = "more than limit" if sent else "default limit"
        message = f"{len(items)} items came with {'limit' if sent else 'the default limit'} {limit}"
        yield breach("PAG-6", kind, rules.items, f"at most {limit} items", f"{len(items)} items", message, group="")


@check("PAG-6", "PAG-3", "PAG-4", concerns=_is_page)
def pages_add_up(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """total_count is the same whatever limit and offset are; pages continue each other, and add up to it."""
    if not _applies(call) or not isinstance(at(call.answer, call.contract.list.items), list):
        return
    rules = call.contract.list
    epoch = _epoch(call, history)
    key = (call.collection, epoch, _filters(call))
    _forget(history, call.collection, epoch)
    totals = _listing(history, key)
    total = at(call.answer, rules.total)
    if isinstance(total, int) and not isinstance(total, bool):
        if totals.total is None:
            totals.total, totals.total_url, totals.since = total, call.exchange.request.url, history.index
        elif totals.total != total:
            refused = [w for w in history.collection(call.collection).refused if w.index > totals.since]
            if refused and totals.total_url == call.exchange.request.url:
                yield _another_count(refused[-1], call, totals.total, total)
                return
            message = f"the total was {totals.total} before, with another limit or offset, and nothing changed since"
            yield breach("PAG-6", "total varies", rules.total, str(totals.total), str(total), message, group="")
            return
        else:
            yield held("PAG-6")
    listing = _listing(history, (*key, _order(call)))
    yield from _place(call, listing)
    if listing.end is not None and not listing.judged and all(i in listing.slots for i in range(listing.end)):
        listing.judged = True
        yield from _whole(call, history, listing, total)


def _another_count(write: Write, call: Call, before: int, total: int) -> Judgement:
    """Nothing was done between two looks but what was refused, and there are more connections now, or fewer."""
    message = f"{write.call.name} was refused with {write.call.status}, and the list has {total} where it had {before}"
    evidence, place = (write.call.exchange,), call.contract.list.total
    return breach("STA-3", "another vanished", place, str(before), str(total), message, group="", evidence=evidence)


def _place(call: Call, listing: _Listing) -> Iterator[Judgement]:
    """Put the page's items where offset says; an item that stands elsewhere by its own sort key is out of place."""
    rules = call.contract.list
    offset = _number(call, rules.offset, 0)
    limit = _number(call, rules.limit, rules.default_limit)
    sort_key = "/" + _order(call)[0]
    for index, item in enumerate(call.items):
        name, key = name_of(call.contract, item), str(at(item, sort_key))
        slot = offset + index
        before = listing.slots.setdefault(slot, name)
        listing.keys.setdefault(slot, key)
        if before != name and listing.keys[slot] != key:
            message = f"place {slot} of the list held {before} before, with another limit or offset"
            pointer = f"{rules.items}/{index}"
            yield breach("PAG-6", "offset", pointer, before, name, message, group="")
            return
    if len(call.items) < limit and (call.items or offset == 0):
        listing.end = offset + len(call.items)
    elif len(call.items) == 0 and limit > 0 and (listing.end is None or offset < listing.end):
        listing.end = offset


def _whole(call: Call, history: History, listing: _Listing, total: Any) -> Iterator[Judgement]:
    rules = call.contract.list
    assert listing.end is not None
    names = [listing.slots[i] for i in range(listing.end)]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        message = f"{len(twice)} connections stand on two pages"
        yield breach("PAG-4", "twice", rules.items, "each once", twice[0], message, group="")
        return
    yield held("PAG-3")
    if isinstance(total, int) and total != listing.end:
        message = f"the total is {total}, and the pages hold {listing.end} connections"
        yield breach("PAG-6", "total is not the count", rules.total, str(listing.end), str(total), message, group="")
        return
    collection = history.collection(call.collection)
    if _filters(call):
        yield held("PAG-4")
        return
    missing = [s.name for s in collection.subjects.values() if s.exists and s.name not in names and s.deleted is None]
    collection.complete = (history.index, frozenset(names))
    if missing:
        yield _vanished(call, collection, missing)
    else:
        yield held("PAG-4")


def _vanished(call: Call, collection: Collection, missing: list[str]) -> Judgement:
    """What was shown once, and is on no page now: lost by the list, or by what was asked in between."""
    shown = collection.subject(missing[0]).latest
    since = shown.index if shown is not None else -1
    limit = call.contract.list.limit
    alike = shown is not None and shown.call.query.get(limit) == call.query.get(limit)
    refused = [w for w in collection.refused if w.index > since]
    done = [w for w in collection.done if w.index > since and w.subject != missing[0]]
    items = call.contract.list.items
    # Another limit may show another list: then it is the list that lost it.
    if bool(refused) == bool(done) or not alike:
        message = f"{len(missing)} connections that an answer showed stand on no page"
        return breach("PAG-4", "missing", items, missing[0], "absent", message, group="")
    write = (refused or done)[-1]
    requirement = "STA-3" if refused else "STA-7"
    message = f"{write.call.name} was answered with {write.call.status}, and another connection is on no page since"
    evidence = (write.call.exchange,)
    return breach(requirement, "another vanished", items, missing[0], "absent", message, group="", evidence=evidence)


def _listing(history: History, key: Any) -> _Listing:
    found: _Listing | None = history.paging.get(key)
    return history.paging.put(key, _Listing()) if found is None else found


def _forget(history: History, collection: str, epoch: int) -> None:
    """Drop the listings from before the collection's last change."""
    for key in history.paging.known():
        if key[0] == collection and key[1] != epoch:
            history.paging.pop(key)


@check("PAG-7", concerns=_is_page)
def order_and_filters_hold(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """Items come in the order of sort_key and sort_dir; filters hold for every item, and for the total."""
    if not _applies(call):
        return
    rules = call.contract.list
    key, direction = _order(call)
    values = [at(item, f"/{key}") for item in call.items]
    if len(values) > 1 and all(isinstance(v, str) for v in values):
        ordered = sorted(values, reverse=direction == "desc")
        if values == ordered:
            yield held("PAG-7")
        else:
            index = next(i for i, (a, b) in enumerate(zip(values, ordered, strict=True)) if a != b)
            pointer = f"{rules.items}/{index}/{key}"
            message = f"the items are not in the order {key} {direction}"
            yield breach("PAG-7", f"order {key} {direction}", pointer, ordered[index], values[index], message, group="")
    for name, wanted in _filters(call):
        yield from _filter(call, name, wanted)
    yield from _filtered_total(call, history)


def _filter(call: Call, name: str, wanted: str) -> Iterator[Judgement]:
    rules = call.contract.list
    for index, item in enumerate(call.items):
        found = at(item, rules.filters[name])
        if _misfits(call, rules.filters[name], found):
            return  # SHP-1
        if str(found).casefold() != wanted.casefold():
            message = f"an item does not fit the filter {name}={wanted}"
            pointer = f"{rules.items}/{index}{rules.filters[name]}"
            yield breach("PAG-7", f"filter {name}", pointer, wanted, str(found), message, group="")
            return
    yield held("PAG-7")


def _misfits(call: Call, pointer: str, value: Any) -> bool:
    """Whether a member that is filtered by is no text although it stands in an enumeration, or is not there."""
    schema = call.operation.responses.get(200) if call.operation else None
    place = f"{call.contract.list.items}/*{pointer}"
    return value is MISSING or (schema is not None and place in schema.enumerations and not isinstance(value, str))


def _filtered_total(call: Call, history: History) -> Iterator[Judgement]:
    """A filter's total is the number of items of the whole list that fit it."""
    rules = call.contract.list
    filters, total = _filters(call), at(call.answer, rules.total)
    collection = history.collection(call.collection)
    if not filters or collection.complete is None or not isinstance(total, int):
        return
    if collection.done and collection.done[-1].index > collection.complete[0]:
        return
    listed = [collection.subjects[n].listed for n in collection.complete[1] if n in collection.subjects]
    if any(s is None or not s.settled for s in listed):
        return
    if any(_misfits(call, rules.filters[n], at(s.value, rules.filters[n])) for s in listed if s for n, _ in filters):
        return  # SHP-1
    count = sum(
        all(str(at(s.value, rules.filters[n])).casefold() == v.casefold() for n, v in filters) for s in listed if s
    )
    if total == count:
        yield held("PAG-7")
    else:
        named = "&".join(f"{n}={v}" for n, v in filters)
        message = f"{count} connections of the whole list fit {named}, and the total says {total}"
        yield breach("PAG-7", "filtered total", rules.total, str(count), str(total), message, group="")


@check("PAG-8", concerns=lambda sort: sort.flawed and bool(sort.contract.list.limit))
def bad_parameters_are_refused(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """limit, offset, sort_key, sort_dir or status outside their set: 400 with the code that the table gives."""
    fault = call.only_defect
    if fault is None or fault.defect is not Defect.QUERY or call.throttled:
        return
    codes = [r for r in call.contract.error.table if r.parameter == fault.name]
    expected = " or ".join(f"{r.status} {r.code}" for r in codes) or "400"
    right_code = not codes or call.error_code.casefold() in {r.code.casefold() for r in codes}
    if call.status == 400 and right_code:
        yield held("PAG-8")
        return
    if call.status == 400 and not is_error_body(call):
        return  # ERR-1
    kind = f"{fault.name}: {'code' if call.status == 400 else 'accepted' if call.success else 'status'}"
    actual = f"{call.status} {call.error_code}".strip()
    message = f"{fault.name}={str(fault.value)[:40]!r} is outside its set, and was answered with {actual}"
    yield breach("PAG-8", kind, "", expected, actual, message, group="")
