"""``linkproof mock``: the embedded server in the foreground."""

from __future__ import annotations

from linkproof.contract.load import all_contracts, select
from linkproof.mock.serve import serve


def serve_mock(port: int, contracts: tuple[str, ...], token: str) -> None:
    """Serve until interrupted. Raises UsageError for an unknown contract or a port that is taken."""
    serve("127.0.0.1", port, select(all_contracts(), contracts), token=token)
