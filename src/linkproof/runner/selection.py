"""The selection of tests in a run, and of requirements in its results."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from msgspec.structs import replace

from linkproof.base.wording import count
from linkproof.contract.requirement import Requirement
from linkproof.errors import UsageError
from linkproof.judging.causes import among_selected
from linkproof.judging.verdict import SELECTED, sum_up
from linkproof.model.results import Results, Status

#: A contract's id and a requirement's.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Failed:
    """The failures of an earlier run: breached requirements by contract, and the tests that showed them."""

    pairs: frozenset[Pair] = frozenset()
    tests: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Selection:
    """A selection of the suites' tests; empty members select everything.

    Args:
        requirements: ids or shell-like patterns of ids (``PAG-*``).
        keyword: pytest's ``-k`` expression over the tests' names.
        failed: the failures of an earlier run.
        max_failures: end the run after this many failed tests; 0: never.
    """

    requirements: tuple[str, ...] = ()
    keyword: str = ""
    failed: Failed | None = None
    max_failures: int = 0

    @property
    def partial(self) -> bool:
        """Whether some tests may be deselected."""
        return bool(self.requirements or self.keyword or self.failed)

    def check(self, known: Iterable[Requirement]) -> None:
        """Raise UsageError for a requirement that does not exist."""
        ids = [r.id for r in known]
        for pattern in self.requirements:
            if not any(_matches(i, pattern) for i in ids):
                near = difflib.get_close_matches(pattern.upper(), ids, n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                raise UsageError(
                    f"no requirement matches {pattern!r}",
                    where="--requirement",
                    fix=f"{hint}`linkproof requirements list` prints every id",
                )

    def requires(self, requirement: str) -> bool:
        """Whether a requirement is selected by ``requirements``."""
        return not self.requirements or any(_matches(requirement, p) for p in self.requirements)

    def performs(self, test: str, contract: str, exercised: Sequence[str]) -> bool:
        """Whether a test is selected, by its name, contract and requirements."""
        if not any(self.requires(r) for r in exercised):
            return False
        failed = self.failed
        return failed is None or test in failed.tests or any((contract, r) in failed.pairs for r in exercised)

    def reports(self, contract: str, requirement: str, exercised: frozenset[Pair]) -> bool:
        """Whether the results include a requirement; ``exercised``: the pairs of the selected tests."""
        if not self.requires(requirement):
            return False
        if self.failed is not None:
            return (contract, requirement) in self.failed.pairs
        return not self.keyword or (contract, requirement) in exercised

    def __str__(self) -> str:
        parts = [*(f"-r {r}" for r in self.requirements)]
        if self.keyword:
            parts.append(f"-k {self.keyword!r}")
        if self.failed is not None:
            parts.append("--last-failed")
        return " ".join(parts)


#: Every test.
EVERYTHING = Selection()


def _matches(requirement: str, pattern: str) -> bool:
    return fnmatchcase(requirement.upper(), pattern.upper())


def selected(results: Results, selection: Selection, exercised: frozenset[Pair]) -> Results:
    """Return the results about the selected requirements. The sentence states the selection and what is hidden."""
    if not selection.partial:
        return results
    rows = [r for r in results.requirements if selection.reports(r.contract, r.requirement, exercised)]
    pairs = {(r.contract, r.requirement) for r in rows}
    contracts = {r.contract for r in rows}
    findings = among_selected([f for f in results.findings if (f.contract, f.requirement) in pairs], results.findings)
    verdict, sentence = sum_up(rows, findings, results.broken, results.target)
    hidden = len(results.findings) - len(findings)
    note = f"{SELECTED}{selection}): {len(pairs)} of {len(results.requirements)} requirements."
    if hidden:
        note += f" {count(hidden, 'finding')} about other requirements {_are(hidden)} not shown."
    return replace(
        results,
        verdict=verdict,
        sentence=f"{sentence}{note}",
        contracts=[c for c in results.contracts if c.id in contracts],
        requirements=rows,
        findings=findings,
        documentation_defects=[f for f in results.documentation_defects if (f.contract, f.requirement) in pairs],
        lifecycles=[x for x in results.lifecycles if x.contract in contracts],
        long_running=[x for x in results.long_running if x.contract in contracts],
        observed=[x for x in results.observed if x.contract in contracts],
    )


def _are(number: int) -> str:
    return "are" if number > 1 else "is"


def failed_in(results: Results) -> Failed:
    """Return the failures in earlier results: the breached requirements, and the tests whose exchanges showed them."""
    pairs = {(r.contract, r.requirement) for r in results.requirements if r.status is Status.FAIL}
    shown = [f for f in results.findings if (f.contract, f.requirement) in pairs]
    return Failed(frozenset(pairs), frozenset(e.scene for f in shown for e in f.exchanges if e.scene))
