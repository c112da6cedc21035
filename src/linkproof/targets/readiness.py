"""Waits for a target that is only just being started."""

from __future__ import annotations

import time

import httpx

from linkproof.errors import TargetError
from linkproof.targets.model import Target

_PAUSE_S = 0.1


def wait_for(target: Target, seconds: float) -> None:
    """Wait until each of the target's addresses gives any answer. Raises TargetError where one stays silent."""
    end = time.monotonic() + seconds
    addresses = {target.base_url, *(c.base_url for c in target.contracts.values())} - {""}
    with httpx.Client(timeout=min(seconds, 5.0)) as client:
        for address in sorted(addresses):
            while True:
                try:
                    client.get(address)
                    break
                except httpx.HTTPError as error:
                    if time.monotonic() >= end:
                        what = f"{type(error).__name__}: {error}"
                        raise TargetError(f"{address} did not answer within {seconds:g} s: {what}") from None
                time.sleep(_PAUSE_S)
