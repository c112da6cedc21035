"""The policy that a command applies to results: waivers, definition pages, and an evidence policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkproof.definition_pages.attribution import ReadPage
    from linkproof.model.results import Results
    from linkproof.model.waiver import Waiver
    from linkproof.results.evidence_policy import EvidencePolicy


@dataclass(frozen=True)
class ResultPolicy:
    """The policy, read before anything is sent or judged, so that an error in a file does not cost a run."""

    waivers: tuple[Waiver, ...]
    pages: Sequence[ReadPage]
    evidence: EvidencePolicy | None

    def applied(self, results: Results) -> Results:
        """Return the results with the policy applied."""
        if self.evidence is not None:
            from linkproof.results.evidence_policy import under_policy

            results = under_policy(results, self.evidence)
        if self.pages:
            from linkproof.definition_pages.attribution import attributed

            results = attributed(results, self.pages)
        if self.waivers:
            from linkproof.results.waivers import with_waivers

            results = with_waivers(results, self.waivers)
        return results


#: The empty policy.
DEFAULT_POLICY = ResultPolicy((), (), None)


def policy_from(waivers: Path | None, definitions: Sequence[Path] | None, require: str) -> ResultPolicy:
    """Return the policy of a command line. What it does not name is not loaded. Raises UsageError."""
    pages: Sequence[ReadPage] = ()
    accepted: tuple[Waiver, ...] = ()
    evidence: EvidencePolicy | None = None
    if definitions:
        from linkproof.cli.definitions import pages_in

        pages = pages_in(list(definitions), "")
    if waivers:
        from linkproof.results.waiver_file import read_waivers

        accepted = read_waivers(waivers)
    if require:
        from linkproof.results.evidence_policy import evidence_policy_from

        evidence = evidence_policy_from(require)
    return ResultPolicy(accepted, pages, evidence)
