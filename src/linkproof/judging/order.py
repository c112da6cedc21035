"""The order in which exchanges are judged: of overlapping requests, a rejected write comes last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkproof.model.exchange import READING, Exchange

#: Maximum number of rejected requests that are delayed at a time.
_MOST_HELD = 64


def in_judging_order(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield exchanges in order, but a rejected write after the exchanges that overlap with it.

    Only then is it known whether a concurrent request was the reason.
    """
    held: list[Exchange] = []
    for exchange in exchanges:
        if held and not _may_explain(exchange, held):
            yield from held
            held.clear()
        if _was_refused(exchange):
            held.append(exchange)
        else:
            yield exchange
    yield from held


def _was_refused(exchange: Exchange) -> bool:
    """Whether an exchange is a write that was answered with 4xx, at a known time."""
    is_refused = 400 <= exchange.response.status < 500
    return is_refused and exchange.request.method not in READING and 0 < exchange.started < exchange.ended


def _may_explain(exchange: Exchange, held: list[Exchange]) -> bool:
    if exchange.world != held[0].world or len(held) >= _MOST_HELD:
        return False
    return 0 < exchange.started < max(e.ended for e in held)
