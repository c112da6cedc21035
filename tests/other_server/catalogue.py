"""Everything the server can be made to do."""

from __future__ import annotations

from tests.other_server.registry import QUIRKS

TEN: tuple[str, ...] = ()


def listing() -> str:
    """One line for each fault and variant: kind, id, requirements, contract, sentence, separated by tabs."""
    lines = ["\t".join((q.kind, q.id, q.names, q.contract, q.text)) for q in QUIRKS.values()]
    return "\n".join([*lines, "\t".join(("preset", "--ten", "", "", " ".join(TEN)))])
