"""``linkproof report``: builds reports from existing results, without judging again."""

from __future__ import annotations

from pathlib import Path

from linkproof.cli.reading import read_results
from linkproof.cli.result_policy import ResultPolicy
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import UsageError
from linkproof.model.results import Status
from linkproof.redaction.publish import published
from linkproof.reports.github import workflow_commands
from linkproof.reports.write import write_copy
from linkproof.results.merge import merged
from linkproof.results.vendor_part import only_vendor


def annotate_results(path: Path) -> int:
    """Print the findings as GitHub's workflow commands; return 0. Raises UsageError."""
    for line in workflow_commands(published(read_results(path))):
        print(line)
    return 0


def report_results(
    paths: list[Path], vendor: str, out: Path, *, policy: ResultPolicy, quiet: bool, title: str = ""
) -> int:
    """Write a page, a page for printing, and the data; return the results' exit code. Raises UsageError."""
    read = [read_results(p) for p in paths]
    results = policy.applied(merged(read))
    titles = {r.title for r in read}
    results.title = title or (titles.pop() if len(titles) == 1 else "")
    if vendor:
        known = sorted({c.vendor for c in results.contracts})
        if vendor not in known:
            raise UsageError(
                f"no contract in these results is of the vendor {vendor!r}",
                where="--vendor",
                fix=f"one of: {', '.join(known)}" if known else "give results in which something was judged",
            )
        own = [c for c in all_contracts() if c.vendor == vendor]
        binding = {r.id for r in all_requirements() if any(r.applies_to(c) for c in own)}
        binding |= {r.requirement for r in results.requirements if r.status is not Status.NOT_APPLICABLE}
        results = only_vendor(results, vendor, binding)
    written = write_copy(results, out)
    if not quiet:
        print(f"{results.verdict.upper()} {results.sentence}")
        print(f"reports: {', '.join(map(str, written))}")
    return results.exit_code
