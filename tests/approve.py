"""The approved judgements of the checks: ``python -m tests.approve`` writes them, a test compares.

``requirements.txt`` has the id and level of every requirement. ``judgements.txt`` has every judgement of the
hand-written cases, so that a change of a message, a pointer, a level or of what is judged shows in the difference.
``cassettes.md`` is a table: how often each requirement was judged in each shipped cassette.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
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

REQUIREMENTS = Path(__file__).parent / "approved" / "requirements.txt"
APPROVED = Path(__file__).parent / "approved" / "judgements.txt"
OF_CASSETTES = Path(__file__).parent / "approved" / "cassettes.md"
CASSETTES = sorted((Path(__file__).parents[1] / "cassettes").glob("*.yaml.gz"))


def catalogue() -> str:
    """Id and level of every requirement, in the order of the catalogue."""
    return "".join(f"{requirement.id} {requirement.level}\n" for requirement in all_requirements())


def judgements() -> str:
    """Of each case: how often each requirement was judged, and every breach."""
    return "\n".join(line for case in (*CASES, *EFFECTS, *KINDS, *REQUESTS, *NAMED) for line in _of(case)) + "\n"


def judged_cassettes() -> dict[str, Judge]:
    """A judge of each shipped cassette, by the cassette's name."""
    found: dict[str, Judge] = {}
    for path in CASSETTES:
        judging = found[path.name.split(".")[0]] = Judge(all_contracts(), Circumstances(grade=Grade.RECORDING))
        for exchange in read_recordings([path]):
            judging.feed(exchange)
    return found


def table_of_cassettes(judges: Mapping[str, Judge]) -> str:
    """Judgements by requirement and cassette; a breached requirement has its finding's level and count as well."""
    findings = {(f.contract, f.requirement): f for judging in judges.values() for f in judging.findings.all()}
    rows = [["exchanges", *(str(judging.exchanges) for judging in judges.values())]]
    for requirement in all_requirements():
        cells = []
        for name, judging in judges.items():
            tally, found = judging.tallies.get((name, requirement.id)), findings.get((name, requirement.id))
            cells.append(f"{tally.count if tally else '–'}{f' ({found.level} {found.count})' if found else ''}")
        rows.append([requirement.id, *cells])
    head = [
        "# How often the checks judge each requirement in the shipped cassettes",
        "",
        "Written by `python -m tests.approve`. A number counts judgements, all of them passed. `SHOULD 7` in brackets:",
        "7 breaches of that level. `–`: not judged. Columns are the cassettes of:",
        "",
        *(f"{number}. {name}" for number, name in enumerate(judges, start=1)),
        "",
    ]
    table = [["requirement", *(str(n) for n in range(1, len(judges) + 1))], ["---", *("--:" for _ in judges)], *rows]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in table)]) + "\n"


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
    REQUIREMENTS.write_text(catalogue(), encoding="utf-8")
    APPROVED.write_text(judgements(), encoding="utf-8")
    OF_CASSETTES.write_text(table_of_cassettes(judged_cassettes()), encoding="utf-8")
