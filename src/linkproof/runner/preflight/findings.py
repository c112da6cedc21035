"""What a preflight finds: a checklist, the problem that ends the run, and what cannot be tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from linkproof.errors import LinkproofError


class Mark(StrEnum):
    """How an item of the checklist stands."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Item:
    """One line of the checklist; ``contract`` is "" for what concerns the whole target."""

    mark: Mark
    contract: str
    text: str

    def __str__(self) -> str:
        about = f"{self.contract}: " if self.contract else ""
        return f"{self.mark:8}{about}{self.text}"


@dataclass
class Preflight:
    """The outcome for a target.

    ``problem`` ends the run. ``untried`` says what cannot be tried and why. ``usable`` has the connections by state
    that are there as the target file says, by contract, for those whose connections were looked at.
    """

    items: list[Item] = field(default_factory=list)
    problem: LinkproofError | None = None
    untried: list[str] = field(default_factory=list)
    usable: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    requests: int = 0

    def ok(self, contract: str, text: str) -> None:
        """Add what is in order."""
        self.items.append(Item(Mark.OK, contract, text))

    def note(self, contract: str, text: str, *, untried: bool = True) -> None:
        """Add what limits the run."""
        self.items.append(Item(Mark.NOTE, contract, text))
        if untried:
            self.untried.append(f"{contract}: {text}" if contract else text)

    def fail(self, contract: str, problem: LinkproofError) -> None:
        """Add what ends the run; the first problem counts."""
        self.items.append(Item(Mark.PROBLEM, contract, str(problem)))
        self.problem = self.problem or problem

    @property
    def sentence(self) -> str:
        """What a report says at its top about what was not tried; "" where everything could be."""
        if not self.untried or self.problem is not None:
            return ""
        return f" Not everything could be tried: {'; '.join(self.untried)}."

    @property
    def exit_code(self) -> int:
        """0 ready, 2 or 3 for a problem, 4 where a run would leave something unproven."""
        if self.problem is not None:
            return self.problem.exit_code
        return 4 if self.untried else 0
