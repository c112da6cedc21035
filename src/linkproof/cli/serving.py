"""``linkproof mock``: the embedded server in the foreground."""

from __future__ import annotations

from linkproof.contract.loader import all_contracts, select
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.serve import serve


def serve_mock(port: int, contracts: tuple[str, ...], token: str, fault: str = "", host: str = "127.0.0.1") -> None:
    """Serve until interrupted. Raises UsageError for an unknown contract or fault, or a port that is taken."""
    chosen = select(all_contracts(), contracts)
    behaviour = behaving(find(fault, chosen)) if fault else DEFAULT
    serve(host, port, chosen, token=token, behaviour=behaviour)
