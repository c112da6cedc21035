"""Allowed skips in CI, with reasons; any other skip fails the run there (``LINKPROOF_NO_SKIPS``)."""

from __future__ import annotations

import os
from collections.abc import Iterable

#: What a skip's reason contains, and why it may be one.
MAY_BE_SKIPPED = {
    "shared": "data of others that lies beside the checkout, where it does, and is not part of the repository",
    "not on the compiled modules": "make test-compiled runs these",
    "not on the plain modules": "make test runs these",
}


def wrong_skips(reasons: Iterable[str]) -> list[str]:
    """Return the reasons for which no test may be skipped, where that is asked for."""
    if not os.environ.get("LINKPROOF_NO_SKIPS"):
        return []
    return sorted({r for r in reasons if not any(known in r for known in MAY_BE_SKIPPED)})
