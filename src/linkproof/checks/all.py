"""Every check there is: importing this module makes them known, in the order in which they run."""

from __future__ import annotations

from linkproof.checks import (
    decisions,
    deletion,
    effects,
    enumerations,
    error_bodies,
    headers,
    long_running,
    next_links,
    offsets,
    shape,
)
from linkproof.checks.registry import REGISTRY, Check

MODULES = (
    shape,
    enumerations,
    next_links,
    offsets,
    error_bodies,
    decisions,
    effects,
    deletion,
    long_running,
    headers,
)

CHECKS: tuple[Check, ...] = tuple(REGISTRY)
