"""Values in an answer that come from a request: a service that stores an invalid value breaches another requirement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.checks.subjects import OddWrite
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.defect import Defect


def echoed_from(call: Call, view: View, pointer: str, value: Any) -> Call | None:
    """Return the successful write that sent the value shown at ``pointer``; None if no write did.

    ``value`` is ``MISSING`` for a required member that the answer lacks: it is an echo if the write lacked it too.
    """
    place = place_in_connection(call, pointer)
    for odd in _odd_writes(call, view, pointer):
        write, sent = odd.call, at(odd.call.sent, place)
        if sent is not MISSING and at(odd.before, place) == sent:
            continue  # the service showed it before any client sent it
        if value is MISSING:
            if any(f.defect is Defect.LACKS_MEMBER and f.name == place for f in write.defects):
                return write
        elif sent is not MISSING and type(sent) is type(value) and sent == value:
            return write
    return None


def sent_member(call: Call, view: View, pointer: str) -> Call | None:
    """Return the successful write that sent a member at ``pointer``, with any value; None if no write did."""
    place = place_in_connection(call, pointer)
    for odd in _odd_writes(call, view, pointer):
        if at(odd.call.sent, place) is not MISSING and at(odd.before, place) is MISSING:
            return odd.call
    return None


def place_in_connection(call: Call, pointer: str) -> str:
    """Return a pointer relative to its connection, without the path to an item of a list."""
    items = call.contract.list.items
    if items and pointer.startswith(f"{items}/"):
        rest = pointer[len(items) + 1 :].split("/", 1)
        return f"/{rest[1]}" if len(rest) > 1 else ""
    return pointer


def _odd_writes(call: Call, view: View, pointer: str) -> Iterator[OddWrite]:
    """Return the writes that may have stored something invalid: the call itself, and earlier ones of its connection."""
    if not call.reads:
        yield OddWrite(call, view.subject.before_odd_writes if view.subject is not None else None)
    name = view.operation.subject if view.operation is not None else call.subject
    if call.is_list:
        name = next((s.subject.name for s in view.observed if pointer.startswith(f"{s.pointer}/")), "")
    if name:
        yield from view.collection.subject(name).odd_writes
