"""STA-6 and HDR-4: Get and List agree, and so do paths that differ in case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkproof.base.json_values import at
from linkproof.checks.certainty import difference_of_state, may_be_changed_by_another
from linkproof.checks.equivalence import difference
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Presence, Shown
from linkproof.checks.traits import LISTED_WHOLE, SHOWN, SHOWN_OTHERWISE, SPELLED_OTHERWISE
from linkproof.checks.two_calls import differs_in_case, path_of
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement

#: An id of hexadecimal digits in a path.
_ID = re.compile(r"(?<=/)[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?=/)")
#: Get and List may show different entity tags.
_OWN = ("/etag",)


def _is_comparable(of: CallClass) -> bool:
    """Whether the call shows a connection, or its absence, and another call can be compared with it."""
    if of.contract.by_role(Role.GET) is None or of.contract.by_role(Role.LIST) is None:
        return False
    return of.shows or (of.role is Role.GET and not of.flawed)


@check("STA-6", "HDR-4", applies_to=_is_comparable, needs=SHOWN_OTHERWISE)
def list_and_get_agree(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Get and List show the same connection, unless the collection was written to in between."""
    if call.is_get and call.not_found and not call.defects:
        yield from _listed_yet_missing(call, view, circumstances)
        return
    if not call.delivers:
        return
    for seen in view.observed:
        subject = seen.subject
        other = subject.listed if call.is_get else subject.get
        if other is None or not other.settled or not seen.settled:
            continue
        if view.collection.last_write > other.index or subject.goes_on:
            continue
        found = difference(call.contract, other.value, seen.value, ignore=_OWN)
        if found is None:
            yield passed("STA-6")
            continue
        place, there, here = found
        now, before = ("Get", "List") if call.is_get else ("List", "Get")
        message = f"{before} showed {place} = {there}, and {now} shows {here}"
        listed, got = (there, here) if call.is_get else (here, there)
        expected, actual, evidence = f"Get: {got}", f"List: {listed}", (other.call.exchange,)
        pointer = seen.pointer + place
        yield breach(
            "STA-6", "List and Get differ", pointer, expected, actual, message,
            group="", evidence=evidence, untouched=subject.last_write < 0,
        )  # fmt: skip


def _is_only_listed(of: CallClass) -> bool:
    return of.role is Role.LIST and of.shows and of.contract.by_role(Role.GET) is None


@check("PAG-4", applies_to=_is_only_listed, needs=SHOWN)
def pages_show_the_same(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Where there is no Get, a page shows a connection as another page or the unpaged list showed it."""
    is_same = None
    for seen in view.observed:
        subject, other = seen.subject, seen.subject.listed
        if other is None or not (other.settled and seen.settled) or subject.goes_on:
            continue
        same_url = other.call.exchange.request.url == call.exchange.request.url
        if same_url or view.collection.last_write > other.index:
            continue
        found = difference_of_state(call, seen.pointer, other.value, seen.value)
        is_same = found is None and is_same is not False
        if found is not None:
            place, before, now = found
            message = f"one page showed {place} = {before}, another shows {now}; nothing was sent in between"
            evidence, pointer = (other.call.exchange,), seen.pointer + place
            yield breach("PAG-4", "pages differ", pointer, str(before), str(now), message, group="", evidence=evidence)
    if is_same:
        yield passed("PAG-4")


def _listed_yet_missing(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    subject = view.subject
    if subject is None or subject.listed is None or view.collection.last_write > subject.listed.index:
        return
    if subject.deleted is not None:
        return  # STA-5 judges the list; or the deletion ended in between, in a contract without a value that shows it
    if subject.get is not None and subject.get.call.exchange.request.url != call.exchange.request.url:
        return  # HDR-4: the same path in another case
    if subject.get is None and _is_asked_in_another_case(call, subject.listed):
        yield from _not_found_in_another_case(call, view, subject.listed)
        return
    if may_be_changed_by_another(call, subject, view.collection, circumstances):
        return  # STA-7: an operation on another connection may have ended in between, and removed this one
    if subject.listed.settled:
        message = f"List shows the connection, and Get answers {call.status}"
        evidence = (subject.listed.call.exchange,)
        yield breach("STA-6", "listed, not found", "", "200", str(call.status), message, group="", evidence=evidence)


def _is_asked_in_another_case(call: Call, listed: Shown) -> bool:
    """Whether a Get writes its path in another case than the list did, or its last segment than the listed name."""
    if not call.contract.caseless_paths:
        return False
    above, _, asked = path_of(call).rpartition("/")
    names = (at(listed.value, pointer) for pointer in (call.contract.member.id, call.contract.member.name) if pointer)
    ends = {text.rsplit("/", 1)[-1] for text in names if isinstance(text, str)}
    # A recording keeps the case of words, and not that of ids, which it replaces.
    same_ids = (_ID.sub("", f"{path}/") for path in (above, path_of(listed.call)))
    return differs_in_case(*same_ids) or (bool(ends) and asked not in ends)


def _not_found_in_another_case(call: Call, view: View, listed: Shown) -> Iterator[Judgement]:
    """Judge a Get in another case, where Get is answered as the list's path is written: no answer to it can be read."""
    before = view.accepted_before
    if before is None or path_of(before).rpartition("/")[0] != path_of(listed.call):
        return
    message = f"the path in another case was answered with {call.status}; as the list writes it, with {before.status}"
    evidence = (listed.call.exchange, before.exchange)
    yield breach("HDR-4", "not found", "", "200", str(call.status), message, evidence=evidence)


def _reads_in_any_case(of: CallClass) -> bool:
    return of.role is Role.GET and not of.flawed and of.status < 500 and of.contract.caseless_paths


@check("HDR-4", applies_to=_reads_in_any_case, needs=SPELLED_OTHERWISE)
def paths_compare_without_case(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """The same Get with its path in another case returns the same resource."""
    subject = view.subject
    if call.throttled or subject is None or subject.get is None or subject.presence is not Presence.PRESENT:
        return
    before = subject.get
    if path_of(call) == path_of(before.call) or subject.last_write > before.index or subject.goes_on:
        return
    evidence = (before.call.exchange,)
    if not call.delivers:
        message = f"the path in another case was answered with {call.status}; as it was written before, with 200"
        yield breach("HDR-4", "not found", "", "200", str(call.status), message, evidence=evidence)
    elif before.settled and isinstance(call.answer, dict):
        found = difference(call.contract, before.value, call.answer, ignore=call.contract.member.volatile)
        if found is None or view.collection.last_write > before.index:
            yield passed("HDR-4")
        else:
            place, was, now = found
            message = "the path in another case shows another representation"
            yield breach("HDR-4", "another", place, str(was), str(now), message, group="", evidence=evidence)


def _lists_in_any_case(of: CallClass) -> bool:
    return of.role is Role.LIST and not of.flawed and of.status < 500 and of.contract.caseless_paths


@check("HDR-4", applies_to=_lists_in_any_case, needs=LISTED_WHOLE)
def lists_compare_without_case(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A list that was answered with connections is not refused when its path is in another case."""
    complete = view.collection.complete
    if call.throttled or complete is None:
        return
    shown = next((s.listed for s in view.collection.subjects if s.listed and s.name in complete.names), None)
    if shown is None or not differs_in_case(path_of(call), path_of(shown.call)):
        return
    if call.success:
        # A recording keeps the case of words, and not that of ids, which it replaces.
        if differs_in_case(_ID.sub("", path_of(call)), _ID.sub("", path_of(shown.call))):
            yield passed("HDR-4")
    else:
        message = f"the list's path in another case was answered with {call.status}; as it was written before, with 200"
        evidence = (shown.call.exchange,)
        yield breach("HDR-4", "list not found", "", "200", str(call.status), message, group="", evidence=evidence)
