"""Outcomes of mutants as a page."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby, takewhile
from pathlib import Path

from tests.mutants.operators import Mutant

_PAGE = """# Mutants

`make mutants` changes one node of a module of `checks/` or `judging/` at a time, and runs the tests of these packages
that reach the changed function until one fails. A mutant for which no test fails has survived.
Survivors get tests, so that the rate of the same sample rises: only a new seed (`make mutants SEED=16`) tells the
rate of all mutants.

{made}
**{killed}.** {explained}.

| module | mutants | killed | cannot be killed | open |
|---|---|---|---|---|
{rows}

## Survivors

`tests/mutants/equivalent.toml` says why a survivor cannot be killed.

| place | change | tests that reach it | why it survives |
|---|---|---|---|
{survivors}
"""
EQUIVALENT = Path(__file__).parent / "equivalent.toml"


@dataclass(frozen=True)
class Outcome:
    """A mutant, the test that killed it (empty if it survived), and how many tests reach it."""

    mutant: Mutant
    killer: str
    tests: int

    @property
    def survived(self) -> bool:
        """Whether no test failed."""
        return not self.killer

    @property
    def reason(self) -> str:
        """Why it survives, if that was looked at."""
        return reasons().get(self.mutant.key, "") if self.survived else ""


@cache
def reasons() -> dict[str, str]:
    """The mutants that no test can or need kill, by key, and why."""
    return {m["key"]: m["reason"] for m in tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])}


def unexplained(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the survivors that nobody has looked at."""
    return [o for o in outcomes if o.survived and not o.reason]


def page(outcomes: list[Outcome], of: int, tests: int, commit: str, seed: int) -> str:
    """Return docs/mutants.md; ``of`` is the number of all mutants, ``tests`` of all tests, not those of the sample."""
    killed = sum(not o.survived for o in outcomes)
    explained = sum(bool(o.reason) for o in outcomes)
    size = len(outcomes)
    return _PAGE.format(
        made=f"Commit {commit}, seed {seed}: {size} of {of} mutants, {tests} tests.",
        killed=f"{killed} of {size} killed ({_percent(killed, size)})",
        explained=f"{explained} survivors cannot be killed; of all others, {_percent(killed, size - explained)} are",
        rows="\n".join(_row(m, list(group)) for m, group in groupby(outcomes, key=lambda o: o.mutant.module)),
        survivors="\n".join(_line(o) for o in outcomes if o.survived),
    )


def _line(outcome: Outcome) -> str:
    mutant = outcome.mutant
    cells = f"`{mutant.module}:{mutant.line}` {mutant.unit}", f"`{_code(mutant)}`", str(outcome.tests)
    return "| " + " | ".join((*cells, outcome.reason or "**open**")) + " |"


def _row(module: str, outcomes: list[Outcome]) -> str:
    killed = sum(not o.survived for o in outcomes)
    explained = sum(bool(o.reason) for o in outcomes)
    return f"| {module} | {len(outcomes)} | {killed} | {explained} | {len(outcomes) - killed - explained} |"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _code(mutant: Mutant) -> str:
    """The change, with a few characters around it."""
    before, after = mutant.before, mutant.after
    if after == "pass":
        return _cell(f"{before[:80]}` left out`")
    start = max(0, _alike(before, after) - 30)
    same = min(_alike(before[::-1], after[::-1]), len(before) - start, len(after) - start)
    end = max(0, same - 20)
    return _cell(f"{before[start : len(before) - end]}` becomes `{after[start : len(after) - end]}")


def _alike(one: str, other: str) -> int:
    """The number of characters with which both begin."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
