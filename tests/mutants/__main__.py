"""Measure which mutants the tests kill, and write docs/mutants.md: ``python -m tests.mutants --mutants 200 --seed 15``.

Ends with 1 where a mutant survives that tests/mutants/equivalent.toml does not explain.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

from tests.mutants.forks import PACKAGE, ROOT, UNDER_TEST, Baseline, baseline, killed_by, warm_up
from tests.mutants.operators import Mutant, mutants_of, mutated
from tests.mutants.table import Outcome, page, reasons, unexplained

#: Tests of the two packages, without those that start processes or run all suites.
_SLOW = ("test_sharing.py", "test_newcomer.py", "test_cluster.py", "test_repeated_answers.py")
_TESTS = tuple(
    str(file.relative_to(ROOT))
    for package in UNDER_TEST
    for file in sorted((ROOT / "tests" / package).glob("test_*.py"))
    if file.name not in _SLOW
)
#: A test that costs more CPU seconds (followed, so twice what it costs otherwise) is no quick judge of a mutant.
_MOST_FOR_A_TEST = 25.0
#: What killed the mutants of the last run.
_KILLED = ROOT / "build" / "mutants.json"


def all_mutants(prefix: str = "") -> list[Mutant]:
    """Return every mutant of the modules under test whose name starts with a prefix."""
    files = [f for package in UNDER_TEST for f in sorted((PACKAGE / package).glob("*.py"))]
    named = [(f"{f.parent.name}.{f.stem}", f) for f in files]
    return [m for name, f in named if name.startswith(prefix) for m in mutants_of(name, f.read_text(encoding="utf-8"))]


def outcome_of(mutant: Mutant, of: Baseline, *, cpu_seconds: float) -> Outcome:
    """Run the tests that reach a mutant until one fails."""
    tests = [t for t in of.tests_of(mutant.module, mutant.unit_line) if t not in of.failed]
    if not tests:
        return Outcome(mutant, "", 0)
    source = (PACKAGE / Path(*mutant.module.split(".")).with_suffix(".py")).read_text(encoding="utf-8")
    killer = killed_by(mutant.module, mutated(source, mutant.number), tests, cpu_seconds=cpu_seconds)
    return Outcome(mutant, killer, len(tests))


def main() -> int:
    """Measure, write, and return the exit code."""
    arguments = _arguments()
    found = all_mutants(arguments.module)
    sample = sorted(random.Random(arguments.seed).sample(found, min(arguments.mutants, len(found))))
    killed: dict[str, str] = json.loads(_KILLED.read_text(encoding="utf-8")) if arguments.again else {}
    warm_up()
    units: dict[str, list[int]] = {}
    for mutant in found:
        units.setdefault(mutant.module, []).append(mutant.unit_line)
    of = baseline(arguments.tests, units, longest=_MOST_FOR_A_TEST)
    print(f"{len(of.seconds)} tests, {sum(of.seconds.values()):.0f} s of CPU; failed: {of.failed}", flush=True)
    outcomes = []
    for number, mutant in enumerate(sample, start=1):
        name = f"{mutant.number} {mutant.key}"
        if name in killed:
            outcomes.append(Outcome(mutant, killed[name], 0))
            continue
        outcomes.append(outcome_of(mutant, of, cpu_seconds=arguments.seconds))
        print(f"{number}/{len(sample)} {mutant.module}:{mutant.line} {outcomes[-1].killer or 'SURVIVED'}", flush=True)
    _KILLED.parent.mkdir(exist_ok=True)
    last = {f"{o.mutant.number} {o.mutant.key}": o.killer for o in outcomes if o.killer}
    _KILLED.write_text(json.dumps(last), encoding="utf-8")
    text = page(outcomes, len(found), len(of.seconds), arguments.commit, arguments.seed)
    arguments.out.write_text(text, encoding="utf-8")
    for key in sorted(reasons().keys() - {m.key for m in all_mutants()}):
        print(f"explained, but no mutant of today: {key}")
    return 1 if unexplained(outcomes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=200, help="Number of mutants in the sample.")
    parser.add_argument("--seed", type=int, default=15, help="Seed of the sample.")
    parser.add_argument("--module", default="", help="Only modules whose name starts so, such as judging.causes.")
    parser.add_argument("--commit", default="unknown", help="The commit that the page names.")
    parser.add_argument("--again", action="store_true", help="Only try the survivors of the last run again.")
    parser.add_argument("--tests", nargs="+", default=_TESTS, help="Files or folders of the tests.")
    parser.add_argument(
        "--seconds", type=float, default=30, help="CPU seconds for a mutant; one that takes more is killed."
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "mutants.md", help="Where the table goes.")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
