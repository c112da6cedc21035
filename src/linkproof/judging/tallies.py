"""How often each requirement was judged on each contract."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Tally:
    """How often a requirement was judged on a contract, and how recent the evidence is.

    ``versions``: the api-versions of the evidence other than the contract's.
    """

    count: int = 0
    date: str = ""
    variants: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)

    def merge(self, other: Tally) -> None:
        """Add the tally of another judge."""
        self.count += other.count
        self.date = max(self.date, other.date)
        self.variants |= other.variants
        self.versions |= other.versions


def count_each(tallies: tuple[Tally, ...], at: str) -> None:
    """Count one judgement for each tally, on an exchange of the time ``at``."""
    for tally in tallies:
        tally.count += 1
        if at > tally.date:
            tally.date = at
