"""The results of a preflight: a checklist, the problem that ends the run, and what cannot be tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from linkproof.errors import LinkproofError
from linkproof.judging.verdict import UNTRIED


class Mark(StrEnum):
    """The status of an item of the checklist."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Item:
    """One line of the checklist; ``contract`` is "" for the whole target."""

    mark: Mark
    contract: str
    text: str

    def __str__(self) -> str:
        about = f"{self.contract}: " if self.contract else ""
        return f"{self.mark:8}{about}{self.text}"


@dataclass
class Preflight:
    """The result for a target.

    ``problem`` ends the run. ``untried`` says what cannot be tried and why. ``usable``: by contract and state, the
    connections that are as the target file says, for contracts whose connections were examined.
    """

    items: list[Item] = field(default_factory=list)
    problem: LinkproofError | None = None
    untried: list[str] = field(default_factory=list)
    usable: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    requests: int = 0

    def ok(self, contract: str, text: str) -> None:
        """Add an item without a problem."""
        self.items.append(Item(Mark.OK, contract, text))

    def note(self, contract: str, text: str, *, untried: bool = True) -> None:
        """Add an item that limits the run."""
        self.items.append(Item(Mark.NOTE, contract, text))
        if untried:
            self.untried.append(f"{contract}: {text}" if contract else text)

    def fail(self, contract: str, problem: LinkproofError) -> None:
        """Add an item that ends the run; the first problem counts."""
        self.items.append(Item(Mark.PROBLEM, contract, str(problem)))
        self.problem = self.problem or problem

    @property
    def sentence(self) -> str:
        """Return the report's sentence about what was not tried; "" if everything could be tried."""
        if not self.untried or self.problem is not None:
            return ""
        return f"{UNTRIED}{'; '.join(self.untried)}."

    @property
    def exit_code(self) -> int:
        """Return 0 if ready, 2 or 3 for a problem, 4 if a run would leave something unproven."""
        if self.problem is not None:
            return self.problem.exit_code
        return 4 if self.untried else 0
