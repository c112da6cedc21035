"""What every part of the server for one contract is made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from linkproof.contract.model import Contract
from linkproof.mock.fixtures import Fixtures
from linkproof.mock.refusal import Refusals


@dataclass(frozen=True, slots=True)
class Setting:
    """A contract, its fixtures, its refusals; the token that is right, the clock, how long operations take.

    ``keys`` are the secret keys by access key that sign requests; empty: any key does.
    """

    contract: Contract
    fixtures: Fixtures
    refusals: Refusals
    token: str
    operation_s: float
    clock: Callable[[], float]
    keys: Mapping[str, str] = field(default_factory=dict)
