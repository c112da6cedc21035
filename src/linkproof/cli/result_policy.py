"""The policy that a command applies to results: waivers, definition pages, and an evidence policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkproof.cli.waive import read_waivers, waived
from linkproof.model.results import Results
from linkproof.model.waiver import Waiver
from linkproof.results.evidence_policy import EvidencePolicy, evidence_policy_from, under_policy

if TYPE_CHECKING:
    from linkproof.definition_pages.attribution import ReadPage


@dataclass(frozen=True)
class ResultPolicy:
    """The policy, read before anything is sent or judged, so that an error in a file does not cost a run."""

    waivers: tuple[Waiver, ...]
    pages: Sequence[ReadPage]
    evidence: EvidencePolicy | None

    def applied(self, results: Results) -> Results:
        """Return the results with the policy applied."""
        if self.evidence is not None:
            results = under_policy(results, self.evidence)
        if self.pages:
            from linkproof.definition_pages.attribution import attributed

            results = attributed(results, self.pages)
        return waived(results, self.waivers)


#: The empty policy.
DEFAULT_POLICY = ResultPolicy((), (), None)


def policy_from(waivers: Path | None, definitions: Sequence[Path] | None, require: str) -> ResultPolicy:
    """Return the policy of a command line. Raises UsageError."""
    pages: Sequence[ReadPage] = ()
    if definitions:
        from linkproof.cli.definitions import pages_in

        pages = pages_in(list(definitions), "")
    return ResultPolicy(read_waivers(waivers), pages, evidence_policy_from(require) if require else None)
