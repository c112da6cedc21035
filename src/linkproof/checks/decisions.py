"""STA-1, 2, 4, 8, 9, 10: what was decided is what is shown, and nothing that a client may not write is taken over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import MISSING, at, strings
from linkproof.checks.equivalence import difference, settled, status_of
from linkproof.checks.error_bodies import is_error_body
from linkproof.checks.registry import Sort, breach, check, held
from linkproof.checks.state import Decision, History, Subject, same_request
from linkproof.contract.call import Call
from linkproof.contract.model import Role
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Judgement


def observations(call: Call, history: History) -> list[tuple[Subject, Any, str]]:
    """The connections that a Get or List shows: subject, representation, pointer to it. Worked out once for a call."""
    if history.observed is None or history.observed[0] is not call:
        history.observed = (call, list(_observations(call, history)))
    return history.observed[1]


def _observations(call: Call, history: History) -> Iterator[tuple[Subject, Any, str]]:
    if call.status != 200 or call.role not in (Role.GET, Role.LIST):
        return
    collection = history.collection(call.collection)
    if call.role is Role.GET and call.subject:
        if isinstance(call.answer, dict) and call.shown in ("", call.subject):
            yield collection.subject(call.subject), call.answer, ""
        return
    for name, item, pointer in call.named:
        yield collection.subject(name), item, pointer


@check(
    "STA-1",
    "STA-2",
    "STA-9",
    "STA-10",
    "LRO-4",
    concerns=lambda sort: sort.shows and sort.written and bool(sort.contract.member.status),
)
def decisions_are_shown(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """What Get and List show after a decision that was answered with success (and whose operation ended)."""
    for subject, value, pointer in observations(call, history):
        if not subject.decisions:
            continue
        decision = subject.decisions[-1]
        if not settled(call.contract, value):
            yield from _still_on_its_way(call, decision, value, pointer)
            continue
        way = str(call.role)
        if way in decision.shown or decision.call.exchange.ended > call.exchange.started > 0:
            continue
        if _refused_since(history, call, decision):
            continue  # STA-3: whatever it shows now may come of that
        if len(subject.decisions) > 1 or _had_a_rival(history, call, subject):
            yield from _one_of(call, subject, value, pointer, way)
        else:
            yield from _shows(call, decision, value, pointer, way)


def _still_on_its_way(call: Call, decision: Decision, value: Any, pointer: str) -> Iterator[Judgement]:
    """After an operation was told to have ended, Get shows a final state."""
    if not (decision.long and decision.ended) or call.role is not Role.GET:
        return
    contract = call.contract
    place = next(p for p in (contract.member.provisioning, contract.member.status) if p)
    found = at(value, place)
    message = f"the operation ended, and the connection is still on its way: {found}"
    evidence = (decision.call.exchange,)
    yield breach("LRO-4", "still on its way", pointer + place, "a final state", found, message, evidence=evidence)


def _refused_since(history: History, call: Call, decision: Decision) -> bool:
    refused = history.collection(call.collection).refused
    name = decision.call.subject
    return any(
        w.index > decision.index and w.subject in ("", name) and not _overlap(w.call, decision.call) for w in refused
    )


def _overlap(one: Call, other: Call) -> bool:
    """Whether two requests were on their way at the same time, where times are known."""
    a, b = one.exchange, other.exchange
    return a.ended > b.started > 0 and b.ended > a.started > 0


def _shows(call: Call, decision: Decision, value: Any, pointer: str, way: str) -> Iterator[Judgement]:
    contract = call.contract
    status = status_of(contract, value)
    ended = decision.ended
    if not status:
        return  # SHP-1 says that it is missing
    if ended is None and decision.call.status != 202 and _was_under_way(decision.call):
        ended = True  # it is settled now, and was not when the decision was answered
    if ended is False or (ended is None and status.casefold() != decision.status.casefold()):
        return
    decision.shown.add(way)
    evidence = (decision.call.exchange,)
    moved_on = decision.before == contract.decide.shows.get("reject") != decision.status
    if status.casefold() != decision.status.casefold():  # ENM-1 says where the case is wrong
        place = pointer + contract.member.status
        message = f"the decision for {decision.status} was answered with success, and {way} shows {status}"
        group = decision.status
        yield breach("STA-1", "not shown", place, group, status, message, group=group, evidence=evidence)
        if decision.long and way == "get":
            message = f"the operation ended, and the connection still shows {status}"
            yield breach("LRO-4", "no effect", place, decision.status, status, message, evidence=evidence)
        if moved_on:
            message = f"the move from {decision.before} was answered as done, and {way} shows {status}"
            yield breach("STA-9", "answer does not hold", place, decision.status, status, message, evidence=evidence)
        return
    yield held("STA-1")
    if decision.long:
        yield held("LRO-4")
    if moved_on and not contract.decide.final:
        yield held("STA-9")
    if call.role is Role.GET and decision.description is not None and contract.member.description:
        yield _description(call, decision, value, pointer, evidence)


def _description(call: Call, decision: Decision, value: Any, pointer: str, evidence: tuple[Exchange, ...]) -> Judgement:
    place = call.contract.member.description
    found = at(value, place)
    if found == decision.description or (not found and not decision.description):
        return held("STA-2")
    message = "the description that was sent with the decision is not what Get shows"
    expected = decision.description or '""'
    kind = _how_text_differs(expected, found)
    return breach("STA-2", kind, pointer + place, expected[:200], found, message, group="", evidence=evidence)


def _how_text_differs(sent: str, found: Any) -> str:
    if not isinstance(found, str) or not found:
        return "dropped"
    if len(sent) > len(found) and sent.startswith(found.rstrip(".… ")):
        return "cut"
    return "changed"


def _was_under_way(call: Call) -> bool:
    return isinstance(call.answer, dict) and not settled(call.contract, call.answer)


def _had_a_rival(history: History, call: Call, subject: Subject) -> bool:
    """Whether another decision was asked for at the same time, and refused."""
    mine = subject.decisions[-1].call
    return any(
        w.subject == subject.name and w.call.decision and _overlap(w.call, mine)
        for w in history.collection(call.collection).refused
    )


def _one_of(call: Call, subject: Subject, value: Any, pointer: str, way: str) -> Iterator[Judgement]:
    """After decisions at the same time the state is that of one of them, never a mix."""
    rivals = [d for d in subject.decisions if d.ended is not False]
    if any(d.ended is None for d in rivals) or not rivals:
        return
    if not status_of(call.contract, value):
        return
    subject.decisions[-1].shown.add(way)
    shown = (status_of(call.contract, value), at(value, call.contract.member.description))
    same = [d for d in rivals if d.status.casefold() == shown[0].casefold()]
    foreign = {d.description for d in rivals if d not in same}
    if same and (shown[1] in [d.description for d in same] or shown[1] not in foreign):
        yield held("STA-10")
        return
    expected = " or ".join(f"{d.status} with {d.description!r}" for d in rivals)
    message = "two decisions at the same time, and the end state is neither of the two"
    evidence = tuple(d.call.exchange for d in rivals)
    place = pointer + call.contract.member.status
    yield breach(
        "STA-10", "a mix", place, expected, f"{shown[0]} with {shown[1]!r}", message, group="", evidence=evidence
    )


@check("STA-10", concerns=lambda sort: sort.role is Role.DECIDE and not sort.flawed)
def each_of_two_is_answered(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """Of two decisions at the same time, each is answered as documented: done, or refused; neither fails."""
    if not call.decision:
        return
    collection, subject = history.of(call)
    if subject is None:
        return
    for write in (*collection.done, *collection.refused):
        if write.subject != subject.name or not write.call.decision or not _overlap(write.call, call):
            continue
        failed = [c for c in (write.call, call) if not _documented(c)]
        if not failed:
            yield held("STA-10")
            continue
        documented = " or ".join(map(str, sorted(call.operation.responses if call.operation else ())))
        message = f"one of two decisions at the same time was answered with {failed[0].status}"
        evidence = (write.call.exchange,)
        expected = f"{documented}, or a refusal"
        yield breach("STA-10", "answer", "", expected, str(failed[0].status), message, evidence=evidence)


def _documented(call: Call) -> bool:
    return call.operation is not None and (call.status in call.operation.responses or 400 <= call.status < 500)


@check(
    "STA-4",
    concerns=lambda sort: sort.written and sort.role in (Role.DECIDE, Role.GET) and not sort.contract.decide.subject,
)
def repeating_changes_nothing(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """The same decision sent twice: both answers are documented ones, and the state is that after the first."""
    if call.role is Role.DECIDE and not call.faults and call.decision and not call.throttled:
        yield from _second_answer(call, history)
    elif call.role is Role.GET:
        for subject, value, pointer in observations(call, history):
            if subject.repeat is None or not settled(call.contract, value):
                continue
            before, subject.repeat = subject.repeat, None
            found = difference(call.contract, before.value, value, ignore=call.contract.member.volatile)
            if found is None:
                yield held("STA-4")
            else:
                place, was, now = found
                message = f"the same request was sent twice, and the second changed {place}"
                yield breach("STA-4", "second changes", pointer + place, str(was), str(now), message, group="")


def _second_answer(call: Call, history: History) -> Iterator[Judgement]:
    collection, subject = history.of(call)
    if subject is None or not subject.decisions or not same_request(subject.decisions[-1].call, call):
        return
    last = subject.decisions[-1]
    others = [w for w in [*collection.done, *collection.refused] if w.index > last.index and w.subject == subject.name]
    if others or last.call.exchange.ended > call.exchange.started > 0 or last.ended is False:
        return
    rules = call.contract.decide
    if rules.final and call.status == 400 and not is_error_body(call):
        return  # ERR-1
    if call.success or (rules.final and call.status == 400 and call.error_code == rules.refusal):
        yield held("STA-4")
    elif last.ended is None and call.status == 409:
        return
    else:
        message = f"the same request was answered with {last.call.status} before, and with {call.status} again"
        yield breach("STA-4", "second refused", "", "the same success", str(call.status), message)


@check("STA-9", concerns=lambda sort: sort.role is Role.DECIDE and not sort.flawed and sort.status < 500)
def decided_is_decided(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """Where decisions are final, deciding what is not pending is refused with 400 and the contract's code."""
    rules = call.contract.decide
    if not call.decision or call.throttled:
        return
    _, subject = history.of(call)
    if subject is None or subject.latest is None or subject.last_write > subject.latest.index:
        return
    if not subject.latest.settled or not call.plain:
        return
    before = status_of(call.contract, subject.latest.value)
    if not rules.final:
        if before == rules.shows.get("reject") != call.decision and 400 <= call.status < 500:
            yield held("STA-9")
        return
    if before in ("", call.contract.states.get("pending")):
        return
    if subject.decisions and same_request(subject.decisions[-1].call, call) and call.success:
        return  # STA-4: the same again may be accepted
    if call.status == 400 and call.error_code == rules.refusal:
        yield held("STA-9")
    elif call.status == 400 and not is_error_body(call):
        return  # ERR-1
    elif call.status == 400:
        pointer = call.contract.error.code
        message = f"deciding a connection that is {before} was refused with another code"
        yield breach("STA-9", "code", pointer, rules.refusal, call.error_code, message, group="")
    else:
        message = f"a connection that is {before} was decided again, and the answer was {call.status}"
        yield breach("STA-9", "decided again", "", f"400 {rules.refusal}", str(call.status), message)


def _may_show_read_only(sort: Sort) -> bool:
    """What shows a connection, and what refuses to write one that could be read-only."""
    if sort.contract.decide.subject:
        return False
    refused = sort.role in (Role.DECIDE, Role.TAGS) and sort.status in (400, 403, 409, 422) and not sort.flawed
    return refused or (sort.shows and sort.written)


@check("STA-8", concerns=_may_show_read_only)
def read_only_stays(call: Call, history: History, circumstances: Circumstances) -> Iterator[Judgement]:
    """Read-only members that a client sent are not taken over."""
    if call.role in (Role.DECIDE, Role.TAGS):
        if _sends_read_only(call):
            yield from _refused_as_a_whole(call, history)
        return
    for subject, value, pointer in observations(call, history):
        sent = subject.read_only_sent
        if sent is None or sent.exchange.ended > call.exchange.started > 0:
            continue
        if subject.running is not None and not subject.running.ended:
            continue
        taken = list(_taken_over(call, sent.sent, subject.before_read_only, value))
        if call.role is Role.GET:
            subject.read_only_sent = None
            if not taken and _differs(call, sent.sent, subject.before_read_only):
                yield held("STA-8")
        for place, was, now in taken:
            message = f"{place} is read-only, and what the client sent was taken over"
            evidence = (sent.exchange,)
            yield breach("STA-8", place, pointer + place, str(was), now, message, group="", evidence=evidence)
            break


def _refused_as_a_whole(call: Call, history: History) -> Iterator[Judgement]:
    """A request with read-only members of its own making was refused: nothing of it can be taken over."""
    _, subject = history.of(call)
    if subject is not None and subject.latest is not None and _differs(call, call.sent, subject.latest.value):
        yield held("STA-8")


def _sends_read_only(call: Call) -> bool:
    return any(at(call.sent, p) is not MISSING for p in call.contract.member.read_only)


def _leaves(call: Call, sent: Any) -> Iterator[tuple[str, str]]:
    for pointer in call.contract.member.read_only:
        found = at(sent, pointer)
        if found is not MISSING:
            yield from strings(found, pointer)


def _differs(call: Call, sent: Any, before: Any) -> bool:
    return any(at(before, p) != v for p, v in _leaves(call, sent))


def _taken_over(call: Call, sent: Any, before: Any, now: Any) -> Iterator[tuple[str, Any, str]]:
    for pointer, value in _leaves(call, sent):
        was = at(before, pointer)
        if was != value and at(now, pointer) == value:
            yield pointer, was, value
