"""STA-3, STA-7 and ENM-2: only requests that are meant to change a connection change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile

from linkproof.base.json_values import at, texts
from linkproof.checks.certainty import difference_of_state, is_shown_by_get_alone, may_be_changed_by_another
from linkproof.checks.decision_table import Observation
from linkproof.checks.observed_collection import Write
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Effect, Presence, Shown, Subject
from linkproof.checks.traits import WRITTEN_SINCE
from linkproof.checks.two_calls import path_of
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.defect import Defect
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement


class Cause(Enum):
    """What may have changed a connection between two observations."""

    NOTHING = "nothing"
    REFUSED = "requests that were refused"
    ANOTHER = "requests on other connections"
    BOTH = "either of the two"


@dataclass(frozen=True, slots=True)
class Between:
    """The writes between two observations of a connection that should not have changed it: rejected, or on others."""

    refused: tuple[Write, ...]
    done: tuple[Write, ...]

    @property
    def cause(self) -> Cause:
        """Return the class of these writes."""
        return _CAUSES[bool(self.refused), bool(self.done)]

    def until(self, index: int | None) -> Between:
        """Return the writes before an index; all for None."""
        if index is None:
            return self
        return Between(
            tuple(w for w in self.refused if w.index < index), tuple(w for w in self.done if w.index < index)
        )

    @property
    def last(self) -> Write:
        """Return the last of the writes, if all are of one class."""
        return (self.refused or self.done)[-1]


_CAUSES = {
    (False, False): Cause.NOTHING,
    (True, False): Cause.REFUSED,
    (False, True): Cause.ANOTHER,
    (True, True): Cause.BOTH,
}


def _looks(of: CallClass) -> bool:
    return of.written and (of.shows or (of.role is Role.GET and not of.flawed))


@check("STA-3", "STA-7", "ENM-2", applies_to=_looks, needs=WRITTEN_SINCE)
def others_and_rejected_requests_change_nothing(
    call: Call, view: View, circumstances: Circumstances
) -> Iterator[Judgement]:
    """Neither a rejected request nor one on another connection changes a connection."""
    if call.is_get and (call.not_found or call.is_empty) and not call.defects:
        yield from _vanished(call, view)
    elif call.delivers and view.collection.last_write >= 0:
        for seen in view.observed:
            yield from _appeared(call, view, seen.subject)
            yield from _compared(call, view, seen, circumstances)


def _compared(call: Call, view: View, seen: Observation, circumstances: Circumstances) -> Iterator[Judgement]:
    """Compare a representation with the previous one of the same operation."""
    subject = seen.subject
    before = subject.get if call.is_get else subject.listed
    if before is None or not before.settled or subject.last_write > before.index:
        return
    if view.collection.last_write <= before.index:
        return  # nothing was written in between
    if subject.presence is Presence.ABSENT or _may_yet_change(subject) or is_shown_by_get_alone(subject, circumstances):
        return
    between = _between(call, view, subject, before)
    if between.cause is Cause.NOTHING:
        return
    found = difference_of_state(call, seen.pointer, before.value, seen.value)
    if found is None:
        if between.refused:
            yield passed("STA-3")
        if any(w.call.decision for w in between.done):
            yield passed("STA-7")
        return
    place, was, now = found
    between = between.until(_first_shown(subject, before, place, now))
    changed = (seen.pointer + place, place, str(was), str(now))
    if between.cause is Cause.REFUSED:
        is_own = between.last.subject in ("", subject.name)
        if not is_own and may_be_changed_by_another(call, subject, view.collection, circumstances):
            return  # STA-7
        yield _changed_by_refused(before, between.last, subject, changed)
    elif between.cause is Cause.ANOTHER:
        yield _changed_by_another(before, _likeliest(between.done, str(now)), changed)


def _first_shown(subject: Subject, before: Shown, place: str, now: object) -> int | None:
    """Return the index of the Get since ``before`` that first showed a changed member; None if there was none."""
    shown = subject.get
    if shown is None or shown.since <= before.index or at(shown.value, place) != now:
        return None
    return shown.since


def _may_yet_change(subject: Subject) -> bool:
    """Whether an operation that could not be followed to its end may still change the connection."""
    return subject.goes_on or any(d.effect is Effect.OPEN for d in subject.decisions)


def _between(call: Call, view: View, subject: Subject, before: Shown) -> Between:
    since, writes = before.index, view.collection
    refused = tuple([w for w in _after(since, writes.refused) if _lies_between(before, w, call)])
    # A request that decided other connections but not this one counts as rejected only.
    own = {w.index for w in refused if w.subject == subject.name}
    done = [w for w in _after(since, writes.done) if w.subject != subject.name and w.index not in own]
    return Between(refused, tuple(done))


def _after(index: int, writes: Sequence[Write]) -> list[Write]:
    """Return the writes after an index, in their order; most often they are few of those that are kept."""
    found = list(takewhile(lambda write: write.index > index, reversed(writes)))
    found.reverse()
    return found


def _lies_between(before: Shown, write: Write, call: Call) -> bool:
    """Whether the write was sent after the first observation and answered before the second, where times are known."""
    sent = write.call.exchange
    return sent.started >= before.call.exchange.ended and sent.ended <= call.exchange.started


def _appeared(call: Call, view: View, subject: Subject) -> Iterator[Judgement]:
    """Judge a connection that Get did not find, and that exists after a rejected request on it."""
    absent = subject.absent
    if absent is None or not call.is_get or subject.presence is Presence.PRESENT:
        return
    if subject.last_write > absent.index or any(w.index > absent.index for w in view.collection.done):
        return
    refused = [w for w in view.collection.refused if w.index > absent.index and w.subject == subject.name]
    refused = [w for w in refused if _lies_between(absent, w, call)]
    if refused:
        write = refused[-1].call
        message = f"{write.name} was refused with {write.status}, but the connection exists since"
        evidence = (absent.call.exchange, write.exchange)
        yield breach("STA-3", "appeared", "", "404", "200", message, group="", evidence=evidence)


def _vanished(call: Call, view: View) -> Iterator[Judgement]:
    """Judge a connection that Get showed and that disappears after a request on something else."""
    subject = view.subject
    if subject is None or subject.deleted or subject.presence is not Presence.PRESENT:
        return
    before, name = subject.get or subject.listed, subject.name
    if before is None or subject.last_write > before.index or not _is_spelled_alike(call, before):
        return
    between = Between(
        tuple(w for w in view.collection.refused if w.index > before.index and w.subject in ("", name)),
        tuple(w for w in view.collection.done if w.index > before.index and w.subject not in ("", name)),
    )
    refused = tuple(w for w in view.collection.refused if w.index > before.index and _lies_between(before, w, call))
    if (
        between.cause is Cause.NOTHING
    ):  # no write succeeded, so that a rejected request on another connection removed it
        between = Between(refused, ())
    elif between.cause is Cause.ANOTHER:  # it is unknown which of them removed it
        between = Between(refused, between.done)
    if between.cause in (Cause.NOTHING, Cause.BOTH):
        return
    deletions = [w for w in between.done if w.call.exchange.request.method == "DELETE"]
    write = deletions[-1] if deletions else between.last
    evidence, shown = (before.call.exchange, write.call.exchange), "{}" if call.is_empty else "404"
    if between.cause is Cause.REFUSED:
        message = f"{write.call.name} was refused with {write.call.status}, but the connection disappeared"
        yield breach("STA-3", "vanished", "", "200", shown, message, group="", evidence=evidence)
    else:
        message = f"{write.call.name} on {write.subject} made another connection disappear"
        yield breach("STA-7", "another vanished", "", "200", shown, message, group="", evidence=evidence)


def _is_spelled_alike(call: Call, before: Shown) -> bool:
    """Whether Get uses the URL, or the name in the list, by which the connection was shown before."""
    if before.call.is_get:
        return before.call.exchange.request.url == call.exchange.request.url
    member, asked = call.contract.member, path_of(call).rsplit("/", 1)[-1]
    said = (at(before.value, pointer) for pointer in (member.id, member.name) if pointer)
    return any(isinstance(text, str) and text.rsplit("/", 1)[-1] == asked for text in said)


def _changed_by_refused(before: Shown, write: Write, subject: Subject, changed: tuple[str, str, str, str]) -> Judgement:
    pointer, place, was, now = changed
    own = "this" if write.subject in ("", subject.name) else "another"
    defect = write.call.only_defect
    requirement, what = "STA-3", defect.defect if defect else "refused"
    how = f"was refused with {write.call.status} ({what})"
    if write.call.is_dry_run:
        how = f"was a dry run (answered with {write.call.status})"
    message = f"{write.call.name} {how}, but changed {place} of {own} connection"
    if own == "this" and any(f.defect is Defect.ENUMERATOR for f in write.call.defects):
        requirement = "ENM-2"
        message = "an undocumented enumerator was refused, but changed the connection"
    evidence = (before.call.exchange, write.call.exchange)
    return breach(requirement, f"changed {own}", pointer, was, now, message, group="", evidence=evidence)


def _likeliest(writes: Sequence[Write], value: str) -> Write:
    """Return the last write that sent the value which the other connection now has; the last one if none did."""
    sent = (w for w in reversed(writes) if value and value in texts(w.call.sent))
    return next(sent, writes[-1])


def _changed_by_another(before: Shown, write: Write, changed: tuple[str, str, str, str]) -> Judgement:
    pointer, place, was, now = changed
    message = f"{write.call.name} on {write.subject or 'the collection'} changed {place} of another connection"
    evidence = (before.call.exchange, write.call.exchange)
    return breach("STA-7", "another changed", pointer, was, now, message, group="", evidence=evidence)
