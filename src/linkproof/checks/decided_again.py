"""STA-4, STA-9 and STA-10: repeated and concurrent decisions on one connection."""

from __future__ import annotations

from collections.abc import Iterator

from linkproof.checks.equivalence import difference, status_of
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Effect, Shown, Subject
from linkproof.checks.traits import COLLECTION_WRITTEN, REPEATED, SHOWN
from linkproof.checks.two_calls import ended_after, is_race, overlap, same_request
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Judgement

#: Fields that make a request conditional (RFC 9110, 13.1).
_CONDITIONS = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"})


@check("STA-10", applies_to=lambda of: of.role is Role.DECIDE and not of.flawed, needs=COLLECTION_WRITTEN)
def each_of_two_is_answered(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Each of two concurrent decisions gets a documented answer, success or error; neither fails the service."""
    if not call.decision or view.subject is None:
        return
    for write in (*view.collection.done, *view.collection.refused):
        if write.subject != view.subject.name or not write.call.decision or not overlap(write.call, call):
            continue
        failed = [c for c in (write.call, call) if not _is_documented(c)]
        if not failed:
            yield passed("STA-10")
            continue
        documented = " or ".join(map(str, sorted(call.operation.responses if call.operation else ())))
        message = f"one of two decisions at the same time was answered with {failed[0].status}"
        evidence = (write.call.exchange,)
        expected = f"{documented}, or an error response"
        yield breach("STA-10", "answer", "", expected, str(failed[0].status), message, evidence=evidence)


def _is_documented(call: Call) -> bool:
    return call.operation is not None and (call.status in call.operation.responses or 400 <= call.status < 500)


def _may_repeat(of: CallClass) -> bool:
    return of.written and of.role in (Role.DECIDE, Role.GET) and of.contract.decide.by_resource


@check("STA-4", applies_to=_may_repeat, needs=REPEATED)
def repeating_changes_nothing(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Repeating a decision gets a documented answer and leaves the state that the first one set."""
    if call.decides and not call.defects and call.decision and not call.throttled:
        yield from _second_answer(call, view)
    elif call.is_get and call.delivers:
        for seen in view.observed:
            if seen.subject.repeat is None or not seen.settled:
                continue
            before = seen.subject.repeat.value
            found = difference(call.contract, before, seen.value, ignore=call.contract.member.volatile)
            if found is None:
                yield passed("STA-4")
            else:
                place, was, now = found
                message = f"the same request was sent twice, and the second request changed {place}"
                pointer, evidence = seen.pointer + place, _sent_twice(seen.subject, seen.subject.repeat)
                yield breach(
                    "STA-4", "second changes", pointer, str(was), str(now), message, group="", evidence=evidence
                )


def _sent_twice(subject: Subject, between: Shown) -> tuple[Exchange, ...]:
    """Return the representation between two identical decisions, and the second one."""
    return (between.call.exchange, *(decision.call.exchange for decision in subject.decisions[-1:]))


def _second_answer(call: Call, view: View) -> Iterator[Judgement]:
    subject = view.subject
    if subject is None or not subject.decisions or not same_request(subject.decisions[-1].call, call):
        return
    last = subject.decisions[-1]
    writes = (*view.collection.done, *view.collection.refused)
    if any(w.index > last.index and w.subject == subject.name for w in writes):
        return
    if ended_after(last.call, call) or last.effect is Effect.FAILED or _failed_its_condition(call):
        return
    rules = call.contract.decide
    if rules.final and call.status == rules.refusal_status and not _is_refused_as_decided(call):
        return  # ERR-1 judges the body, STA-9 the code
    if call.success or (rules.final and _is_refused_as_decided(call)):
        yield passed("STA-4")
    elif last.effect is not Effect.OPEN or call.status >= 500:
        message = f"the same request was answered with {last.call.status} before, and with {call.status} again"
        evidence = (last.call.exchange,)
        yield breach("STA-4", "second refused", "", "the same success", str(call.status), message, evidence=evidence)


def _failed_its_condition(call: Call) -> bool:
    """Whether a request was refused because of a version that it named itself: the first one changed it."""
    return call.status == 412 and call.exchange.request.headers.has_any(_CONDITIONS)


@check("STA-9", applies_to=lambda of: of.role is Role.DECIDE and not of.flawed and of.status < 500, needs=SHOWN)
def decided_is_decided(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Where decisions are final, deciding a connection that is not pending gets the contract's status and code."""
    if not call.decision or call.throttled or view.subject is None:
        return
    before = _settled_status(call, view.subject)
    if not before:
        return
    rules = call.contract.decide
    if is_race(view.subject, (*view.collection.done, *view.collection.refused), call):
        return
    if rules.final:
        yield from _decided_again(call, view.subject, before)
    elif before == rules.shows.get("reject") != call.decision and (400 <= call.status < 500 or not call.done):
        yield passed("STA-9")


def _settled_status(call: Call, subject: Subject) -> str:
    """Return the status that a connection had when a decision arrived; "" if it is not certain."""
    latest = subject.latest
    if latest is None or subject.last_write > latest.index or not latest.settled or not call.plain:
        return ""
    if ended_after(latest.call, call):
        return ""
    return status_of(call.contract, latest.value)


def _is_refused_as_decided(call: Call) -> bool:
    """Whether an answer has the status and the code by which the contract rejects a second decision."""
    rules = call.contract.decide
    has_code = not rules.refusal or call.error_code == rules.refusal
    return call.status == rules.refusal_status and has_code


def _decided_again(call: Call, subject: Subject, before: str) -> Iterator[Judgement]:
    """Judge a repeated decision under a contract whose decisions are final."""
    code, status = call.contract.decide.refusal, call.contract.decide.refusal_status
    if before == call.contract.states.get("pending"):
        return
    if subject.decisions and same_request(subject.decisions[-1].call, call) and call.success:
        return  # STA-4: an identical decision may be accepted
    evidence = _that_decided(subject)
    if call.status != status:
        message = f"a connection that is {before} was decided again and answered with {call.status}"
        expected = f"{status} {code}".rstrip()
        yield breach("STA-9", "decided again", "", expected, str(call.status), message, evidence=evidence)
    elif call.error_code and _is_refused_as_decided(call):
        yield passed("STA-9")
    elif call.error_code:  # otherwise ERR-1
        pointer = call.contract.error.code
        message = f"deciding a connection that is {before} was refused with another code"
        yield breach("STA-9", "code", pointer, code, call.error_code, message, group="", evidence=evidence)


def _that_decided(subject: Subject) -> tuple[Exchange, ...]:
    """Return the exchange that shows that a connection is decided: its last decision, or else what it was shown as."""
    if subject.decisions:
        return (subject.decisions[-1].call.exchange,)
    return (subject.latest.call.exchange,) if subject.latest is not None else ()
