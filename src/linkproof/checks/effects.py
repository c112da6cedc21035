"""STA-3, STA-6, STA-7, HDR-4: two looks at one connection differ only where something was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.checks.decisions import observations
from linkproof.checks.equivalence import difference, settled
from linkproof.checks.registry import Sort, breach, check, held
from linkproof.checks.state import Collection, History, Shown, Subject, Write
from linkproof.contract.call import Call
from linkproof.contract.model import Role
from linkproof.contract.request_match import Defect
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement


@check(
    "STA-3",
    "STA-7",
    "STA-9",
    "ENM-2",
    concerns=lambda sort: sort.written and (sort.shows or (sort.role is Role.GET and not sort.flawed)),
)
def others_and_refusals_change_nothing(
    call: Call, history: History, circumstances: Circumstances
) -> Iterator[Judgement]:
    """Between two looks at a connection, neither a refused request nor a decision on another one changed it."""
    collection = history.collection(call.collection)
    if not collection.refused and not collection.done:
        return
    if call.role is Role.GET and call.not_found and not call.faults:
        yield from _vanished(call, collection)
        return
    for subject, value, pointer in observations(call, history):
        before = subject.get if call.role is Role.GET else subject.listed
        if before is None or not before.settled or subject.last_write > before.index or subject.exists is False:
            continue
        refused = [w for w in collection.refused if w.index > before.index and _sequential(before, w, call)]
        done = [w for w in collection.done if w.index > before.index and w.subject != subject.name]
        if not refused and not done:
            continue
        ignore = call.contract.member.volatile
        found = difference(call.contract, before.value, value, ignore=ignore)
        if found is None:
            yield from _unchanged(call, subject, refused, done)
        elif not refused:
            yield _other_changed(done[-1], pointer, found)
        elif not done:
            yield _refused_changed(call, refused[-1], pointer, found, subject)
        # With both in between, nobody can tell which of them it was.


def _vanished(call: Call, collection: Collection) -> Iterator[Judgement]:
    """A connection that Get showed, and that nobody deleted, is not found after a request on another one."""
    subject = collection.subjects.get(call.subject)
    if subject is None or subject.get is None or subject.deleted is not None or subject.exists is not True:
        return
    before = subject.get
    if subject.last_write > before.index or before.call.exchange.request.url != call.exchange.request.url:
        return
    refused = [w for w in collection.refused if w.index > before.index and w.subject in ("", subject.name)]
    done = [w for w in collection.done if w.index > before.index and w.subject not in ("", subject.name)]
    if refused and done:
        return  # nobody can tell which of them it was
    if refused:
        message = f"{refused[-1].call.name} was refused with {refused[-1].call.status}, and the connection vanished"
        evidence = (refused[-1].call.exchange,)
        yield breach("STA-3", "vanished", "", "200", "404", message, group="", evidence=evidence)
        return
    if done:
        message = f"{done[-1].call.name} on {done[-1].subject} made another connection vanish"
        yield breach(
            "STA-7", "another vanished", "", "200", "404", message, group="", evidence=(done[-1].call.exchange,)
        )


def _sequential(before: Shown, write: Write, call: Call) -> bool:
    """Whether the write lies wholly between the two looks, where times are known."""
    sent = write.call.exchange
    return sent.started >= before.call.exchange.ended and sent.ended <= call.exchange.started


def _unchanged(call: Call, subject: Subject, refused: list[Write], done: list[Write]) -> Iterator[Judgement]:
    if refused:
        yield held("STA-3")
    if any(w.call.decision for w in done):
        yield held("STA-7")


def _refused_changed(
    call: Call, write: Write, pointer: str, found: tuple[str, Any, Any], subject: Subject
) -> Judgement:
    place, was, now = found
    own = "this" if write.subject in ("", subject.name) else "another"
    what = write.call.only_defect.defect if write.call.only_defect else "refused"
    evidence = (write.call.exchange,)
    message = (
        f"{write.call.name} was refused with {write.call.status} ({what}), and changed {place} of {own} connection"
    )
    where = pointer + place
    requirement = "STA-3"
    if own == "this" and any(f.defect is Defect.ENUMERATOR for f in write.call.faults):
        requirement = "ENM-2"
        message = "an undocumented enumerator was refused, and the connection changed all the same"
    return breach(requirement, f"changed {own}", where, str(was), str(now), message, group="", evidence=evidence)


def _other_changed(write: Write, pointer: str, found: tuple[str, Any, Any]) -> Judgement:
    place, was, now = found
    message = f"{write.call.name} on {write.subject or 'the collection'} changed {place} of another connection"
    evidence = (write.call.exchange,)
    return breach("STA-7", "another changed", pointer + place, str(was), str(now), message, group="", evidence=evidence)


def _is_comparable(sort: Sort) -> bool:
    """What shows a connection, or says that there is none, where there is another way to look."""
    if sort.contract.by_role(Role.GET) is None or sort.contract.by_role(Role.LIST) is None:
        return False
    return sort.shows or (sort.role is Role.GET and not sort.flawed)


@check("STA-6", concerns=_is_comparable)
def list_and_get_agree(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """Get and List show a connection alike, as long as nothing was asked of the collection in between."""
    collection = history.collection(call.collection)
    if call.role is Role.GET and call.not_found and not call.faults:
        yield from _listed_yet_missing(call, history, collection)
        return
    for subject, value, pointer in observations(call, history):
        other = subject.listed if call.role is Role.GET else subject.get
        if other is None or _written_since(collection, other.index) or _going_on(subject):
            continue
        if not (other.settled and settled(call.contract, value)):
            continue
        found = difference(call.contract, other.value, value, ignore={"/etag"})
        if found is None:
            yield held("STA-6")
            continue
        place, there, here = found
        seen, before = ("Get", "List") if call.role is Role.GET else ("List", "Get")
        message = f"{before} showed {place} = {there}, and {seen} shows {here}"
        evidence = (other.call.exchange,)
        listed, got = (there, here) if call.role is Role.GET else (here, there)
        yield breach(
            "STA-6",
            "List and Get differ",
            pointer + place,
            f"Get: {got}",
            f"List: {listed}",
            message,
            group="",
            evidence=evidence,
        )


def _listed_yet_missing(call: Call, history: History, collection: Collection) -> Iterator[Judgement]:
    subject = collection.subjects.get(call.subject)
    if subject is None or subject.listed is None or _written_since(collection, subject.listed.index):
        return
    if subject.get is not None and subject.get.call.exchange.request.url != call.exchange.request.url:
        return  # HDR-4: the same path in another case
    if not subject.listed.settled:
        return
    message = "List shows the connection, and Get answers 404"
    evidence = (subject.listed.call.exchange,)
    yield breach("STA-6", "listed, not found", "", "200", "404", message, group="", evidence=evidence)


def _written_since(collection: Collection, index: int) -> bool:
    return any(w.index > index for w in collection.done) or any(w.index > index for w in collection.refused)


def _going_on(subject: Subject) -> bool:
    return subject.running is not None and not subject.running.ended


@check(
    "HDR-4",
    concerns=lambda sort: (
        sort.role is Role.GET and not sort.flawed and sort.status < 500 and sort.contract.caseless_paths
    ),
)
def paths_compare_without_case(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """The same Get in another case answers the same resource."""
    if call.throttled:
        return
    collection, subject = history.of(call)
    if subject is None or subject.get is None or subject.exists is not True:
        return
    mine, before = _path(call), _path(subject.get.call)
    if mine == before or subject.last_write > subject.get.index or _going_on(subject):
        return
    evidence = (subject.get.call.exchange,)
    if call.status != 200:
        message = f"the path in another case was answered with {call.status}; as it was written before, with 200"
        yield breach("HDR-4", "not found", "", "200", str(call.status), message, evidence=evidence)
    elif subject.get.settled and isinstance(call.answer, dict):
        found = difference(call.contract, subject.get.value, call.answer, ignore=call.contract.member.volatile)
        if found is None or _written_since(collection, subject.get.index):
            yield held("HDR-4")
        else:
            place, was, now = found
            message = "the path in another case shows another representation"
            yield breach("HDR-4", "another", place, str(was), str(now), message, group="", evidence=evidence)


def _path(call: Call) -> str:
    return call.exchange.request.url.split("?", 1)[0]
