"""What a recording holds, and nobody can judge: it is counted and told, never judged as if it were whole."""

from __future__ import annotations

from linkproof.model.exchange import Exchange


class Omitted(Exception):
    """An entry that is no whole exchange: the reason, and what is known of it."""

    def __init__(self, reason: str, exchange: Exchange) -> None:
        self.reason = reason
        self.exchange = exchange
        super().__init__(reason)
