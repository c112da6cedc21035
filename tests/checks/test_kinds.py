"""Every kind of breach has a hand-written case: each call of ``breach`` in the checks is reached by one."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linkproof.checks import registry
from linkproof.checks.registry import all_checks
from linkproof.contract.loader import all_contracts
from linkproof.judging.judge import Judge
from linkproof.model.finding import Judgement
from tests.check_cases import CASES
from tests.check_cases_effects import EFFECTS
from tests.check_cases_kinds import KINDS
from tests.check_cases_named import NAMED, QUIET_NAMED
from tests.check_cases_quiet import QUIET
from tests.check_cases_requests import QUIET_REQUESTS, REQUESTS
from tests.group_traffic import ENTRY, unknown_group
from tests.traffic import MOCK

PACKAGE = Path(registry.__file__).parent
#: Judged by ``judge_samples``, not on exchanges: see tests/definition_pages/test_definitions.py.
ELSEWHERE = {"documentation"}

#: Module, first line, last line.
Place = tuple[str, int, int]


def places() -> Iterator[Place]:
    """Where the checks find a breach."""
    for path in sorted(PACKAGE.glob("*.py")):
        if path.stem in ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "breach":
                yield path.stem, node.lineno, node.end_lineno or node.lineno


def test_every_kind_of_breach_has_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[tuple[str, int]] = set()
    plain = registry.breach

    def noting(*args: Any, **kwargs: Any) -> Judgement:
        caller = sys._getframe(1)
        reached.add((caller.f_globals["__name__"].rsplit(".", 1)[1], caller.f_lineno))
        return plain(*args, **kwargs)

    all_checks()
    for module in {name for name, _, _ in places()}:
        monkeypatch.setattr(importlib.import_module(f"linkproof.checks.{module}"), "breach", noting)
    for exchanges, circumstances in [
        *((c.bad, c.circumstances) for c in (*CASES, *EFFECTS, *KINDS, *REQUESTS, *NAMED)),
        *((q.exchanges, q.circumstances) for q in (*QUIET, *QUIET_REQUESTS, *QUIET_NAMED)),
        (unknown_group(), MOCK),
    ]:
        judge = Judge(all_contracts(), circumstances, any_version=True, entries=[ENTRY])
        for exchange in exchanges:
            judge.feed(exchange)
        assert judge.broken == []
    every = set(places())
    assert len(every) > 70
    without = [p for p in sorted(every) if not any(p[0] == m and p[1] <= line <= p[2] for m, line in reached)]
    assert without == []
