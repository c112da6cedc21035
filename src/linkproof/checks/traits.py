"""Traits of a call: what has to be known, or sent, before certain checks can say anything of it.

A check names the traits that it needs (``registry.Check.needs``): where a call has none of them, the check would yield
nothing, and is not asked. Asking costs a microsecond, and most calls of most recordings have no trait at all: the small
Get of ``bench`` is asked for by none of its seven checks, and takes 40 % less time to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkproof.checks.observed_collection import ObservedCollection
from linkproof.checks.subjects import Subject
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.redaction.credentials import SECRET_HEADERS

if TYPE_CHECKING:
    from linkproof.checks.state import State

#: The request carries a credential.
CREDENTIAL: Final = 1
#: The answer says when to come again.
RETRY_AFTER: Final = 2
#: A list, or what may be a page of one: a next link or token is known.
PAGED: Final = 4
#: All pages of the collection's list were seen.
LISTED_WHOLE: Final = 8
#: The target promises collections or parents.
PROMISED: Final = 16
#: A connection that it is about, or shows, was shown in the other way (Get, List) before.
SHOWN_OTHERWISE: Final = 32
#: Get showed the connection before, at another URL.
SPELLED_OTHERWISE: Final = 64
#: A decision on such a connection was answered with success.
DECIDED: Final = 128
#: The same decision was sent twice, or may be sent again now.
REPEATED: Final = 256
#: Such a connection was written to with success.
WRITTEN: Final = 512
#: Something of the collection was written, or refused, since such a connection was looked at.
WRITTEN_SINCE: Final = 1024
#: A write of such a connection sent read-only members; or it is a decision, or a write of tags, which may send them.
READ_ONLY_SENT: Final = 2048
#: Such a connection was deleted, or it is a list.
DELETED: Final = 4096
#: The connection was shown before.
SHOWN: Final = 8192
#: Something of the collection was written, or refused.
COLLECTION_WRITTEN: Final = 16384
#: The groups of the parent are known, or it asks for them.
GROUPS: Final = 32768
#: A check that needs any of these needs nothing.
ALL: Final = 65535

_WRITES = (Role.DECIDE, Role.TAGS)


def traits_of(call: Call, state: State, collection: ObservedCollection, subjects: list[Subject]) -> int:
    """Return the traits of a call on a collection; ``subjects`` are the connections that it is about, or shows."""
    exchange = call.exchange
    found = state.traits
    if exchange.request.headers.has_any(SECRET_HEADERS):
        found |= CREDENTIAL
    if state.retry_header and state.retry_header in exchange.response.headers:
        found |= RETRY_AFTER
    if call.is_list:
        found |= PAGED | DELETED
    elif state.pages.lead_on:
        found |= PAGED
    if collection.complete is not None:
        found |= LISTED_WHOLE
    last = collection.last_write
    if last >= 0:
        found |= COLLECTION_WRITTEN
    if call.role in _WRITES:
        found |= READ_ONLY_SENT
    if collection.groups is not None or call.role is Role.LINK_RESOURCES:
        found |= GROUPS
    for subject in subjects:
        found |= _of_subject(call, subject, last)
    return found


def _of_subject(call: Call, subject: Subject, last_write: int) -> int:
    found = 0
    get, listed, absent = subject.get, subject.listed, subject.absent
    if listed is not None:
        found = SHOWN | (SHOWN_OTHERWISE if not call.is_list else 0)
        if listed.index < last_write:
            found |= WRITTEN_SINCE
    if get is not None:
        found |= SHOWN | (SHOWN_OTHERWISE if not call.is_get else 0)
        if get.index < last_write:
            found |= WRITTEN_SINCE
        if get.call.address is not call.address and get.call.exchange.request.url != call.exchange.request.url:
            found |= SPELLED_OTHERWISE
    if absent is not None and absent.index < last_write:
        found |= WRITTEN_SINCE
    return found | _of_writes(call, subject) if subject.last_write >= 0 else found


def _of_writes(call: Call, subject: Subject) -> int:
    found = 0
    if subject.decisions:
        found = DECIDED | (REPEATED if call.decides else 0)
    if subject.repeat is not None:
        found |= REPEATED
    if subject.writing is not None:
        found |= WRITTEN
    if subject.read_only_sent is not None:
        found |= READ_ONLY_SENT
    if subject.deleted is not None:
        found |= DELETED
    return found
