"""``linkproof mock``: the embedded server in the foreground."""

from __future__ import annotations

from linkproof.contract.catalogue import chosen
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.serve import serve


def serve_mock(port: int, contracts: tuple[str, ...], token: str, fault: str = "", host: str = "127.0.0.1") -> None:
    """Serve until interrupted. Raises UsageError for an unknown contract or fault, or a port that is taken."""
    served = chosen(contracts)
    behaviour = behaving(find(fault, served)) if fault else DEFAULT
    serve(host, port, served, token=token, behaviour=behaviour)
