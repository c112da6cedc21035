"""The settings that all parts of a contract's server share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from linkproof.contract.model import Contract
from linkproof.mock.error_responses import ErrorTable
from linkproof.mock.fixtures import Fixtures


@dataclass(frozen=True, slots=True)
class Setting:
    """A contract, its fixtures and error table, the valid token, the clock, the duration of operations.

    ``keys``: secret keys by access key, for signed requests; if empty, any key is valid.
    """

    contract: Contract
    fixtures: Fixtures
    errors: ErrorTable
    token: str
    operation_s: float
    clock: Callable[[], float]
    keys: Mapping[str, str] = field(default_factory=dict)
