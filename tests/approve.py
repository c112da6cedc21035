"""What the checks say of every case, word for word: ``python -m tests.approve`` writes it anew, a test compares.

A change of a message, a pointer, a level or of what is judged at all shows in the difference, and is read there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from linkproof.contract.loader import all_contracts
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Grade
from linkproof.model.finding import Breach
from linkproof.recordings.files import read_recordings
from tests.check_cases import CASES, Case
from tests.check_cases_effects import EFFECTS
from tests.check_cases_kinds import KINDS
from tests.check_cases_named import NAMED
from tests.check_cases_requests import REQUESTS
from tests.traffic import judge

APPROVED = Path(__file__).parent / "approved" / "judgements.txt"
#: The same of whole runs: after ``make cassettes`` this one is written anew, too.
OF_CASSETTES = Path(__file__).parent / "approved" / "cassettes.txt"
CASSETTES = sorted((Path(__file__).parents[1] / "cassettes").glob("*.yaml.gz"))


def judgements() -> str:
    """Of each case: how often each requirement was judged, and every breach."""
    return "\n".join(line for case in (*CASES, *EFFECTS, *KINDS, *REQUESTS, *NAMED) for line in _of(case)) + "\n"


def judgements_of_cassettes() -> str:
    """Of each shipped cassette: how often each requirement was judged, and every finding."""
    lines: list[str] = []
    for path in CASSETTES:
        judging = Judge(all_contracts(), Circumstances(grade=Grade.RECORDING))
        for exchange in read_recordings([path]):
            judging.feed(exchange)
        lines += [f"# {path.name}: {judging.exchanges} exchanges"]
        lines += [f"{requirement} {tally.count}" for (_, requirement), tally in sorted(judging.tallies.items())]
        lines += [f"{f.requirement} {f.level} {f.message}" for f in judging.findings.all()]
    return "\n".join(lines) + "\n"


def _of(case: Case) -> Iterator[str]:
    yield f"# {case.requirement} {case.name}".rstrip()
    for kind, exchanges in (("right", case.good), ("wrong", case.bad)):
        counts, breaches = judge(exchanges, case.circumstances)
        yield f"{kind}: " + " ".join(f"{name}*{count}" for name, count in sorted(counts.items()))
        yield from _breaches(breaches)


def _breaches(breaches: Iterable[tuple[str, Breach]]) -> Iterator[str]:
    for requirement, b in breaches:
        group = "" if b.group is None else f" grouped by {b.group!r}"
        where = f" at {b.pointer}" if b.pointer else ""
        yield f"  {requirement} {b.level} {b.kind}{where}{group}, with {len(b.evidence)} more to show"
        yield f"    expected {b.expected!r}, got {b.actual!r}: {b.message}"


if __name__ == "__main__":
    APPROVED.write_text(judgements(), encoding="utf-8")
    OF_CASSETTES.write_text(judgements_of_cassettes(), encoding="utf-8")
