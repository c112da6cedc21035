"""PAG-9 to PAG-11, PAG-3 and PAG-4 for lists paged by token: tokens, filters, page size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linkproof.base.json_values import as_number, at
from linkproof.base.wording import count as counted
from linkproof.checks.equivalence import settled
from linkproof.checks.next_links import breaches_of_walk, is_whole_walk, page_with
from linkproof.checks.offsets import is_missing, vanished
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Shown
from linkproof.checks.view import View
from linkproof.checks.walks import LinkedPage, Onward, Wanted, key_of_page, wanted_by
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.contract.rules import Paging
from linkproof.model.exchange import Circumstances, Grade
from linkproof.model.finding import Judgement


def _is_list(of: CallClass) -> bool:
    return of.role is Role.LIST and of.contract.list.paging is Paging.TOKEN and not of.flawed


def _is_page(of: CallClass) -> bool:
    return _is_list(of) and of.delivers


@check("PAG-9", applies_to=_is_list)
def tokens_lead_on(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A token that a page had gets the next page; a token that no page had is rejected."""
    token = call.listing(call.contract.list.token)
    if not isinstance(token, str) or not token or call.throttled or call.status >= 500:
        return
    chain = view.chain
    if chain is not None:
        if call.success:
            yield passed("PAG-9")
        else:
            message = f"the token of an earlier page was answered with {call.status} {call.error_code}".rstrip()
            evidence = (chain.last.exchange,)
            yield breach("PAG-9", "token refused", "", "200", str(call.status), message, group="", evidence=evidence)
    elif circumstances.grade is not Grade.RECORDING and not view.token_is_known:
        if 400 <= call.status < 500:
            yield passed("PAG-9")
        else:
            message = f"a token that no page had was answered with {call.status}"
            yield breach("PAG-9", "unknown token accepted", "", "4xx", str(call.status), message, group="")


@check("PAG-3", "PAG-4", "STA-3", "STA-7", applies_to=_is_page)
def walk_by_token_ends_and_is_whole(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A walk by tokens ends, no token occurs twice, and the pages contain each connection once."""
    page = view.linked_page
    if page is None:
        return
    yield from breaches_of_walk(view, page, call.contract.list.next_token, "token")
    if page.onward is Onward.ENDS and is_whole_walk(page) and _began_at_the_start(call, view):
        yield passed("PAG-3")
        if not page.changed and not wanted_by(call):
            missing = [s for s in view.collection.subjects if is_missing(s, page.all_names) and _stays(s.latest)]
            yield vanished(call, view, missing) if missing else passed("PAG-4")


def _began_at_the_start(call: Call, view: View) -> bool:
    """Whether all pages before this one were seen."""
    return view.chain is not None or not key_of_page(call)


def _stays(shown: Shown | None) -> bool:
    """Whether a connection was at rest when last shown: one in deletion disappears without a further request."""
    return shown is not None and shown.settled


@check("PAG-10", applies_to=lambda of: _is_page(of) and of.contract.list.filters_by_token)
def filters_hold(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Every item matches one value of each filter, and the pages of a filtered list omit no matching item."""
    wanted, filters = wanted_by(call), call.contract.list.filters
    # What an empty parameter means is documented nowhere; an empty value in a list of filters is a value.
    means = call.contract.list.filter_list or ("",) not in [values for _, values in wanted]
    known = tuple((name, values) for name, values in wanted if name in filters and means)
    if not known:
        return
    for name, values in known:
        for index, item in enumerate(call.items):
            found = at(item, filters[name])
            if isinstance(found, str) and found not in values and _is_documented(call, filters[name], found):
                pointer, fit = f"{call.contract.list.items}/{index}{filters[name]}", " or ".join(values)
                message = f"an item does not match the filter {name} = {fit}"
                yield breach("PAG-10", "filter", pointer, fit, found, message, group="", member=name)
                return
    yield passed("PAG-10")
    page = view.linked_page
    if page is not None and known == wanted:
        yield from _leaves_out_none(call, view, page, wanted)


def _leaves_out_none(call: Call, view: View, page: LinkedPage, wanted: Wanted) -> Iterator[Judgement]:
    """Compare the last page of a filtered list with the last complete list, if nothing was written in between."""
    complete, contract = view.collection.complete, call.contract
    if complete is None or view.collection.last_done > complete.start or not page.sound:
        return
    if page.onward is not Onward.ENDS or page.changed or not _began_at_the_start(call, view):
        return
    shown = {s.name: s.listed.value for s in view.collection.subjects if s.name in complete.names and s.listed}
    if len(shown) < len(complete.names):
        return
    # A connection in transition may have reached its state since.
    stays = {name: value for name, value in shown.items() if settled(contract, value)}
    missing = [n for n, value in stays.items() if _fits(call, value, wanted) and n not in page.all_names]
    if not missing:
        yield passed("PAG-10")
        return
    named = ", ".join(f"{name} = {' or '.join(values)}" for name, values in wanted)
    message = f"missing on the pages: {counted(len(missing), 'connection')} of the whole list with {named}"
    items, evidence = contract.list.items, page_with(view, missing[0])
    yield breach("PAG-10", "left out", items, missing[0], "absent", message, group="", evidence=evidence)


def _fits(call: Call, value: Mapping[str, object], wanted: Wanted) -> bool:
    filters = call.contract.list.filters
    found = [(filters[name], at(value, filters[name]), values) for name, values in wanted]
    return all(one in values and _is_documented(call, pointer, one) for pointer, one, values in found)


def _is_documented(call: Call, pointer: str, value: object) -> bool:
    """Whether a member's value is one that a filter can name; ENM-1 judges what no definition lists."""
    options = call.listed_values(pointer)
    return options is None or value in options


@check("PAG-11", applies_to=lambda of: _is_page(of) and bool(of.contract.list.size))
def size_bounds_the_page(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A page has at most the requested number of items."""
    size = as_number(call.listing(call.contract.list.size))
    if size is None:
        return
    if len(call.items) <= size:
        yield passed("PAG-11")
        return
    repeated = len(call.named) - len({name for name, _, _ in call.named})
    if len(call.items) - repeated <= size:
        return  # PAG-4
    message = f"{len(call.items)} items came with {call.contract.list.size} = {size}"
    pointer, actual = call.contract.list.items, f"{len(call.items)} items"
    yield breach("PAG-11", "more than asked for", pointer, f"at most {size} items", actual, message, group="")
