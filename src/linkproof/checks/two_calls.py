"""How two calls are related: in time, by their paths, by what they ask for."""

from __future__ import annotations

from collections.abc import Iterable

from linkproof.checks.observed_collection import Write
from linkproof.checks.subjects import Subject
from linkproof.contract.call import Call


def overlap(one: Call, other: Call) -> bool:
    """Whether two requests were in flight at the same time, where times are known."""
    a, b = one.exchange, other.exchange
    return a.ended > b.started > 0 and b.ended > a.started > 0


def ended_after(one: Call, other: Call) -> bool:
    """Whether a call was answered after another one was sent, where times are known."""
    return one.exchange.ended > other.exchange.started > 0


def is_race(subject: Subject, writes: Iterable[Write], call: Call) -> bool:
    """Whether a decision races with another request on its connection.

    Either the requests overlap, or an operation of an earlier one is in progress. The loser of a race may be rejected,
    and the connection may have changed between its last representation and the decision.
    """
    if subject.goes_on or any(d.goes_on for d in subject.decisions):
        return True
    return any(w.subject == subject.name and overlap(w.call, call) for w in writes)


def path_of(call: Call) -> str:
    """Return the URL of a call without its query."""
    return call.exchange.request.url.split("?", 1)[0]


def spelled_otherwise(write: Call, subject: Subject) -> bool:
    """Whether the path of a write differs only in case from the one by which Get showed the connection."""
    if subject.get is None or not write.contract.caseless_paths:
        return False
    return differs_in_case(path_of(write), path_of(subject.get.call))


def differs_in_case(one: str, other: str) -> bool:
    """Whether two paths differ, but only in case."""
    return one != other and one.casefold() == other.casefold()


def same_request(one: Call, other: Call) -> bool:
    """Whether two calls have the same method, connection and body."""
    return (
        one.exchange.request.method == other.exchange.request.method
        and one.subject == other.subject
        and one.sent == other.sent
    )
