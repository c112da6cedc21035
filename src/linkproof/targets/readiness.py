"""Waits for a target that is starting."""

from __future__ import annotations

import time

import httpx

from linkproof.errors import TargetError
from linkproof.targets.deadline import keep_deadlines
from linkproof.targets.model import Target
from linkproof.targets.transfer import AnswerTooLarge, receive

_PAUSE_S = 0.1
#: What a server, or a proxy before it, answers while it starts.
_STARTING = frozenset({502, 503, 504})
_MOST_SECONDS_EACH = 5.0


def wait_for(target: Target, seconds: float) -> None:
    """Wait until each of the target's addresses answers, and no longer with 502 to 504. Raises TargetError.

    What still answers so at the end may answer other paths: that is for the run to say.
    """
    end = time.monotonic() + seconds
    addresses = {target.base_url, *(c.base_url for c in target.contracts.values())} - {""}
    with keep_deadlines(httpx.Client()) as client:
        for address in sorted(addresses):
            while (problem := _problem(client, address, target, min(seconds, _MOST_SECONDS_EACH))) is not None:
                if time.monotonic() >= end:
                    if isinstance(problem, _Starting):
                        break
                    raise TargetError(f"{address} did not answer within {seconds:g} s: {problem}")
                time.sleep(_PAUSE_S)


class _Starting(TargetError):
    """The address answers, but as a server does that is still starting."""


def _problem(client: httpx.Client, address: str, target: Target, seconds: float) -> TargetError | None:
    """Return why the address does not answer, None if it does."""
    try:
        answer = receive(client, httpx.Request("GET", address), seconds=seconds, most_bytes=target.max_answer_bytes)
    except AnswerTooLarge:
        return None
    except TargetError as error:
        return error
    return _Starting(f"answered with {answer.status}") if answer.status in _STARTING else None
