"""LRO-1 to LRO-6: a long-running operation has polling URLs, answers polls, and ends with a documented status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from linkproof.base.json_values import MISSING, at
from linkproof.checks.registry import CallClass, breach, check, passed
from linkproof.checks.subjects import Running
from linkproof.checks.traits import RETRY_AFTER
from linkproof.checks.urls import begin_alike, is_absolute, same_host
from linkproof.checks.view import View
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances, Grade
from linkproof.model.finding import Judgement, Level

#: Statuses that services use for operations in progress: none of them ends an operation.
_ON_ITS_WAY = re.compile(r"(?i)ing\b|progress|accepted|queued|not ?started")


@check(
    "LRO-1",
    applies_to=lambda of: (
        of.method != "GET"
        and of.status in (201, 202)
        and of.kind in (Kind.OPERATION, Kind.ELSEWHERE)
        and bool(of.contract.long_running.terminal)
    ),
)
def it_says_where_to_poll(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A 202, or a 201 of a long-running operation, has an absolute polling URL on the called host."""
    method = call.exchange.request.method
    if call.status != 202 and not _goes_on(call, view):
        return
    headers, rules = call.exchange.response.headers, call.contract.long_running
    urls = {name: url for name in rules.headers if (url := headers.get(name.lower()))}
    if not urls:
        known = " or ".join(rules.headers)
        message = f"{call.status} has no {known}: a client cannot follow the operation"
        yield breach("LRO-1", "no URL", "", known, "neither", message)
        return
    for name, url in urls.items():
        if begin_alike(url, call.exchange.request.url):
            continue
        parts, own = urlsplit(url), urlsplit(call.exchange.request.url)
        if not is_absolute(parts):
            message = f"{name} is not absolute: {url[:200]}"
            yield breach("LRO-1", f"{name} not absolute", "", "an absolute URL", url[:200], message, group="")
            return
        if not same_host(parts, own):
            message = f"{name} is on {parts.netloc}, but {own.netloc} was called"
            yield breach("LRO-1", f"{name} on another host", "", own.netloc, parts.netloc, message, group="")
            return
    wanted = rules.result_header
    if wanted and wanted not in urls and call.status == 202 and method in ("DELETE", "PATCH"):
        message = f"202 to {method} has no {wanted}"
        yield breach("LRO-1", f"no {wanted}", "", wanted, "absent", message, level=Level.SHOULD)
    else:
        yield passed("LRO-1")


@check("LRO-2", "LRO-4", applies_to=lambda of: of.kind is Kind.STATUS_POLL and not of.flawed)
def status_is_told(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A poll of an operation's status gets 200 with a status, and a documented status ends it in time."""
    running = view.operation
    if running is None or call.throttled:
        return
    if running.ended:
        return
    evidence = (running.call.exchange,)
    if call.status != 200:
        message = f"polling the operation's status was answered with {call.status}"
        yield breach("LRO-2", "not 200", "", "200", str(call.status), message, evidence=evidence)
        return
    rules = call.contract.long_running
    word = at(call.answer, rules.status) if isinstance(call.answer, dict) else MISSING
    terminal = call.contract.long_running.terminal
    if not isinstance(word, str) or not word:
        message = "the operation's status has no status"
        yield breach("LRO-2", "no status", rules.status, "a status", word, message, group="", evidence=evidence)
    elif word in terminal:
        yield from _ends_well(call, word, running)
    elif rules.is_over(word):
        expected = ", ".join(terminal)
        message = f"the operation ends with {word!r}; the words are {expected}"
        yield breach("LRO-2", "word of its own", rules.status, expected, word, message, evidence=evidence)
    elif _out_of_time(call, running, circumstances):
        yield _never_ends(call, running, word, circumstances)
    else:
        yield passed("LRO-2")


def _goes_on(call: Call, view: View) -> bool:
    """Whether a 201 shows by a documented value that its connection has left its state of rest."""
    if not isinstance(call.answer, dict) or view.is_settled(call.answer):
        return False
    before = view.subject.latest if view.subject is not None else None
    options = call.schema.enumerations.get(call.contract.member.provisioning) if call.schema is not None else None
    documented = options is None or at(call.answer, call.contract.member.provisioning) in options
    return documented and (before is None or before.settled)


def _ends_well(call: Call, word: str, running: Running) -> Iterator[Judgement]:
    rules = call.contract.long_running
    failed = word not in (rules.succeeded, rules.canceled)
    code, message_ = at(call.answer, rules.error_code), at(call.answer, rules.error_message)
    if failed and not (isinstance(code, str) and code and isinstance(message_, str) and message_):
        message = f"the operation ended with {word} without an error"
        place = rules.error_code.rsplit("/", 1)[0]
        expected, evidence = "error with code and message", (running.call.exchange,)
        yield breach("LRO-2", "no error", place, expected, at(call.answer, place), message, evidence=evidence)
    else:
        yield passed("LRO-2")


def _out_of_time(call: Call, running: Running, circumstances: Circumstances) -> bool:
    limit = circumstances.operation_timeout_s
    return limit is not None and call.exchange.ended - running.call.exchange.ended >= limit


def _never_ends(call: Call, running: Running, word: str, circumstances: Circumstances) -> Judgement:
    evidence, rules = (running.call.exchange,), call.contract.long_running
    if running.result_done is not None and not _ON_ITS_WAY.search(word):
        message = f"{rules.result_header} reports the end of the operation, but its status is still {word!r}"
        expected = ", ".join(rules.terminal)
        return breach("LRO-2", "word of its own", rules.status, expected, word, message, evidence=evidence)
    message = f"after {circumstances.operation_timeout_s:g} s the operation's status is still {word!r}"
    return breach("LRO-4", "never ends", rules.status, "an end", word, message, group="", evidence=evidence)


@check("LRO-3", "LRO-4", applies_to=lambda of: of.kind in (Kind.STATUS_POLL, Kind.RESULT_POLL) and not of.flawed)
def result_is_given(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A poll of an operation's result gets 202 while it is in progress, then 200 or 204."""
    running = view.operation
    if running is None or call.throttled:
        return
    if call.kind is Kind.STATUS_POLL:
        yield from _result_came_early(call, running)
        return
    if call.status == 202:
        if _out_of_time(call, running, circumstances) and (running.ended or not running.status_url):
            name = call.contract.long_running.result_header
            message = f"after {circumstances.operation_timeout_s:g} s {name} still answers 202"
            requirement = "LRO-3" if running.ended else "LRO-4"
            yield breach(requirement, "never ends", "", "200 or 204", "202", message, evidence=(running.call.exchange,))
        else:
            yield passed("LRO-3")
    elif call.status in (200, 204) or (call.status == 201 and _may_have_created(running)):
        yield passed("LRO-3")
    elif call.status < 400 or running.ended in ("", call.contract.long_running.succeeded):
        message = f"polling {call.contract.long_running.result_header} was answered with {call.status}"
        expected, evidence = "202, then 200 or 204", (running.call.exchange,)
        yield breach("LRO-3", "status", "", expected, str(call.status), message, evidence=evidence)


def _may_have_created(running: Running) -> bool:
    """Whether an operation may have created its connection: a 201 then says so (RFC 9110, 15.3.2)."""
    return running.call.exchange.request.method == "PUT" and not running.existed


def _result_came_early(call: Call, running: Running) -> Iterator[Judgement]:
    done = running.result_done
    rules = call.contract.long_running
    word = at(call.answer, rules.status) if call.status == 200 else MISSING
    if done is None or running.ended or not isinstance(word, str) or done.exchange.ended > call.exchange.started:
        return
    if not rules.is_over(word) and not done.exchange.request.body:
        message = (
            f"{rules.result_header} was answered with {done.status} while the operation's status is still {word!r}"
        )
        evidence = (running.call.exchange, done.exchange)
        yield breach("LRO-3", "too early", "", "202", str(done.status), message, group="", evidence=evidence)


@check("LRO-5", applies_to=lambda of: bool(of.contract.long_running.retry_header), needs=RETRY_AFTER)
def retry_after_is_seconds(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Retry-After, if present, is a whole number of seconds; on a real service from 10 to 600 (SHOULD)."""
    name = call.contract.long_running.retry_header
    if name.lower() not in call.exchange.response.headers:
        return
    found = call.exchange.response.headers.get(name.lower()).strip()
    if not re.fullmatch(r"\d{1,9}", found):
        message = f"{name} is not a whole number of seconds"
        yield breach("LRO-5", "not seconds", "", "a whole number of seconds", found, message, group="")
    elif circumstances.grade is not Grade.MOCK and call.status != 429 and not 10 <= int(found) <= 600:
        message = f"{name} of {found} s is outside 10 to 600"
        yield breach("LRO-5", "outside 10 to 600", "", "10 to 600", found, message, level=Level.SHOULD)
    else:
        yield passed("LRO-5")


def _may_be_early(of: CallClass) -> bool:
    reads = of.role in (Role.GET, Role.LIST) and of.status == 404 and not of.flawed
    return of.kind is Kind.STATUS_POLL or (of.written and reads)


@check("LRO-6", applies_to=_may_be_early)
def created_is_not_shown_early(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """A connection that a 202 creates is not shown before its operation has ended."""
    if call.kind is Kind.STATUS_POLL:
        yield from _shown_early(call, view)
        return
    for subject in [view.subject] if view.subject else view.collection.subjects:
        if subject.running is not None and subject.running.creating and not subject.running.ended:
            yield passed("LRO-6")


def _shown_early(call: Call, view: View) -> Iterator[Judgement]:
    """Judge an earlier answer that showed a connection whose creation is still in progress by this poll."""
    running, rules = view.operation, call.contract.long_running
    if running is None or running.seen_early is None or running.ended:
        return
    word, early = at(call.answer, rules.status), running.seen_early
    if call.status == 200 and isinstance(word, str) and not rules.is_over(word):
        message = f"{early.name} showed the connection while the status of its creation is still {word!r}"
        evidence = (early.exchange, running.call.exchange)
        yield breach("LRO-6", early.name, "", "404", "200", message, level=Level.SHOULD, evidence=evidence)
