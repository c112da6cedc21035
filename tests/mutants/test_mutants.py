"""Mutants: each change is one change, a test that looks kills it, and the page says which survive."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.forks import PACKAGE, ROOT, Baseline
from tests.mutants.operators import Mutant, mutants_of, mutated
from tests.mutants.table import Outcome, page, reasons, unexplained
from tests.waiting import LIMIT_S

SOURCE = '''"""A module."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from x import y
LIMIT: "int" = 3


class Shop:
    """A shop."""

    __slots__ = ("left",)

    @known("PAG-1", applies_to=lambda c: c.ok)
    def sell(self, count: int) -> bool:
        """Sell."""
        if count < LIMIT and not self.closed:
            self.left -= count
            return True
        return False
'''


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    return mutants_of("a.shop", SOURCE)


def test_each_change_is_named_with_its_place(mutants: list[Mutant]) -> None:
    test = "if count < LIMIT and (not self.closed):"
    assert [(m.line, m.unit, m.unit_line, m.before, m.after) for m in mutants] == [
        (6, "", 0, "LIMIT: 'int' = 3", "LIMIT: 'int' = 4"),
        (17, "Shop.sell", 14, test, "if count < LIMIT or not self.closed:"),
        (17, "Shop.sell", 14, test, "if not (count < LIMIT and (not self.closed)):"),
        (17, "Shop.sell", 14, test, "if count <= LIMIT and (not self.closed):"),
        (17, "Shop.sell", 14, test, "if count < LIMIT and self.closed:"),
        (18, "Shop.sell", 14, "self.left -= count", "pass"),
        (19, "Shop.sell", 14, "return True", "return False"),
        (20, "Shop.sell", 14, "return False", "return True"),
        (14, "", 0, "@known('PAG-1', applies_to=lambda c: c.ok)", "@known('XXPAG-1', applies_to=lambda c: c.ok)"),
    ]


def test_a_changed_module_differs_in_one_place(mutants: list[Mutant]) -> None:
    same = ast.dump(ast.parse(SOURCE))
    texts = {ast.dump(mutated(SOURCE, m.number)) for m in mutants}
    assert len(texts) == len(mutants)
    assert same not in texts
    for mutant in mutants:
        compile(mutated(SOURCE, mutant.number), "shop.py", "exec")


def test_what_runs_at_import_is_reached_by_every_test_of_the_module() -> None:
    of = Baseline(
        {"a": 2.0, "b": 1.0, "c": 0.1},
        {"a": frozenset({("m.x", 5)}), "b": frozenset({("m.x", 9)}), "c": frozenset({("m.y", 5)})},
    )
    assert of.tests_of("m.x", 5) == ["a"]
    assert of.tests_of("m.x", 0) == ["b", "a"]
    assert of.tests_of("m.z", 5) == ["c", "b", "a"]


def test_the_page_names_survivors_and_counts_the_explained_ones_apart(
    mutants: list[Mutant], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [Outcome(mutants[0], "test_a", 3), Outcome(mutants[1], "", 2), Outcome(mutants[2], "", 2)]
    monkeypatch.setattr("tests.mutants.table.reasons", lambda: {mutants[1].key: "The same for whole numbers."})
    text = page(outcomes, 11, 5, "abc1234", 7)
    assert "Commit abc1234, seed 7: 3 of 11 mutants" in text
    assert "**1 of 3 killed (33 %).**" in text
    assert "1 survivors cannot be killed; of all others, 50 % are" in text
    assert "| a.shop | 3 | 1 | 1 | 1 |" in text
    assert "The same for whole numbers." in text
    assert [o.mutant for o in unexplained(outcomes)] == [mutants[2]]


def test_every_reason_is_a_sentence_and_names_a_module() -> None:
    assert reasons()
    for key, reason in reasons().items():
        module = key.partition(":")[0]
        assert (PACKAGE / Path(*module.split(".")).with_suffix(".py")).is_file(), key
        assert reason.endswith("."), key


_FORKS = """
import ast
import subprocess
import sys
from pathlib import Path
from tests.mutants.forks import PACKAGE, killed_by, warm_up
warm_up()
source = (PACKAGE / "checks" / "leaks.py").read_text(encoding="utf-8")
tests = ["tests/checks/test_leaks.py::test_what_is_passed_over_matches_no_pattern"]
print(repr(killed_by("checks.leaks", ast.parse(source), tests, cpu_seconds=60)))
changes = {"def _may_leak(text):\\n    return False\\n": 60, "raise OSError\\n": 60, "while True: pass\\n": 1}
for change, limit in changes.items():
    print(repr(killed_by("checks.leaks", ast.parse(source + change), tests, cpu_seconds=limit)))
"""


def test_a_fork_runs_the_tests_on_the_changed_module() -> None:
    done = subprocess.run([sys.executable, "-c", _FORKS], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.stdout.splitlines() == [
        "''",
        "'tests/checks/test_leaks.py::test_what_is_passed_over_matches_no_pattern'",
        "'import or collection'",
        "'out of time'",
    ], done.stderr
