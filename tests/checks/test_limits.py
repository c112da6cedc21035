"""Functions have at most 40 lines without the docstring and 12 branches, files about 300 lines, or a reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import linkproof

PACKAGE = Path(linkproof.__file__).parent
BRANCHES = (ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler, ast.match_case)
MOST_LINES, MOST_BRANCHES = 40, 12
#: The comment above a larger function begins so, and gives the reason.
REASON = "# Long: "


def too_large(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(ast.parse("\n".join(text))):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            is_documented = ast.get_docstring(node) is not None
            documented = (first.end_lineno or 0) - first.lineno + 1 if is_documented else 0
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - documented
            branches = sum(isinstance(inner, BRANCHES) for inner in ast.walk(node))
            above = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 2
            has_reason = text[above].strip().startswith(REASON)
            if (lines > MOST_LINES or branches > MOST_BRANCHES) != has_reason:
                yield f"{path.name} {node.name}: {lines} lines, {branches} branches, reason: {has_reason}"


@pytest.mark.parametrize("package", sorted(p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()))
def test_functions_fit_a_screen(package: str) -> None:
    paths = sorted((PACKAGE / package).rglob("*.py"))
    assert paths
    assert [found for path in paths for found in too_large(path)] == []


@pytest.mark.parametrize("package", ["checks", "judging"])
def test_no_check_needs_a_reason(package: str) -> None:
    assert [p.name for p in (PACKAGE / package).glob("*.py") if REASON in p.read_text(encoding="utf-8")] == []


#: Most files end before 300; one that goes far beyond holds a second idea, unless it is here with the reason.
MOST_LINES_OF_A_FILE = 320
LONG_FILES = {"contract/call.py": "one class: everything that checks ask of a call"}


def test_files_hold_one_idea() -> None:
    lines = {str(p.relative_to(PACKAGE)): p.read_text(encoding="utf-8").count("\n") for p in PACKAGE.rglob("*.py")}
    assert {name for name, count in lines.items() if count > MOST_LINES_OF_A_FILE} == set(LONG_FILES)


def test_a_large_function_is_found(tmp_path: Path) -> None:
    path = tmp_path / "large.py"
    body = "def f(x):\n" + "    if x:\n        x += 1\n" * 13 + "    return x\n"
    path.write_text("\n" + body, encoding="utf-8")
    assert list(too_large(path)) == ["large.py f: 28 lines, 13 branches, reason: False"]
    path.write_text("# Long: one branch per case.\n" + body, encoding="utf-8")
    assert list(too_large(path)) == []
    path.write_text("# Long: no longer.\ndef f(x):\n    return x\n", encoding="utf-8")
    assert list(too_large(path)) == ["large.py f: 2 lines, 0 branches, reason: True"]


def positional_flags(path: Path) -> Iterator[str]:
    """Bool parameters beside others that a call may give by position."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            own = [a for a in node.args.args if a.arg not in ("self", "cls")]
            flags = [a.arg for a in own if a.annotation is not None and ast.unparse(a.annotation) == "bool"]
            if flags and len(own) > 1:
                yield f"{path.name} {node.name}: {', '.join(flags)}"


def test_flags_are_given_by_keyword() -> None:
    found = [flag for path in sorted(PACKAGE.rglob("*.py")) for flag in positional_flags(path)]
    assert found == ["rules.py unknown: elsewhere"]  # faults override it by position
