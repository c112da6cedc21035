"""Functions of the checks and of what judges them fit a screen: at most 40 lines, at most 12 branches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import linkproof

PACKAGE = Path(linkproof.__file__).parent
BRANCHES = (ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler, ast.match_case)
MOST_LINES, MOST_BRANCHES = 40, 12


def too_large(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            branches = sum(isinstance(inner, BRANCHES) for inner in ast.walk(node))
            if lines > MOST_LINES or branches > MOST_BRANCHES:
                yield f"{path.name} {node.name}: {lines} lines, {branches} branches"


@pytest.mark.parametrize("package", ["checks", "judging"])
def test_functions_fit_a_screen(package: str) -> None:
    paths = sorted((PACKAGE / package).glob("*.py"))
    assert len(paths) > 8
    assert [found for path in paths for found in too_large(path)] == []


def test_a_large_function_is_found(tmp_path: Path) -> None:
    path = tmp_path / "large.py"
    path.write_text("def f(x):\n" + "    if x:\n        x += 1\n" * 13 + "    return x\n", encoding="utf-8")
    assert list(too_large(path)) == ["large.py f: 28 lines, 13 branches"]
