"""What is asked of results beside the judgement: waivers, definition pages, how good evidence has to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkproof.cli.waive import read_waivers, waived
from linkproof.model.results import Results
from linkproof.model.waiver import Waiver
from linkproof.results.evidence_policy import Needed, needed_from, with_needed

if TYPE_CHECKING:
    from linkproof.definition_pages.attribution import Page


@dataclass(frozen=True)
class Demands:
    """Read before anything is sent or judged: a mistake in them must not cost a run."""

    waivers: tuple[Waiver, ...]
    pages: Sequence[Page]
    needed: Needed | None

    def applied(self, results: Results) -> Results:
        """The results as they are asked for."""
        if self.needed is not None:
            results = with_needed(results, self.needed)
        if self.pages:
            from linkproof.definition_pages.attribution import attributed

            results = attributed(results, self.pages)
        return waived(results, self.waivers)


#: Results as they are.
NO_DEMANDS = Demands((), (), None)


def demands_from(waivers: Path | None, definitions: Sequence[Path] | None, require: str) -> Demands:
    """The demands that a command line makes. Raises UsageError."""
    pages: Sequence[Page] = ()
    if definitions:
        from linkproof.cli.definitions import pages_in

        pages = pages_in(list(definitions), "")
    return Demands(read_waivers(waivers), pages, needed_from(require) if require else None)
