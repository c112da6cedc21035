"""CONTRIBUTING.md: its drawing matches the imports, and the files and commands that it names exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from linkproof.cli.app import app

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "linkproof"
PAGE = ROOT / "CONTRIBUTING.md"


@cache
def imports() -> dict[str, set[str]]:
    """Package to the packages that it imports when it is loaded or used, without what is only for types."""
    found: dict[str, set[str]] = {p.name: set() for p in PACKAGE.iterdir() if (p / "__init__.py").exists()}
    for name, others in found.items():
        for file in (PACKAGE / name).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            typing = {
                id(n)
                for block in ast.walk(tree)
                if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
                for n in ast.walk(block)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and id(node) not in typing and node.module:
                    parts = node.module.split(".")
                    if parts[0] == "linkproof" and len(parts) > 1 and parts[1] in found and parts[1] != name:
                        others.add(parts[1])
    return found


def drawing() -> str:
    """The layers, the highest first: each package stands one row above the highest one that it imports."""
    graph = imports()
    height: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():  # raises CycleError for a circle
        height[name] = 1 + max((height[o] for o in graph[name]), default=0)
    rows = [sorted(n for n, h in height.items() if h == row) for row in range(max(height.values()), 0, -1)]
    return "\n".join(" · ".join(row) for row in rows)


def test_the_drawing_is_that_of_the_imports() -> None:
    assert drawing() in PAGE.read_text(encoding="utf-8"), f"write into CONTRIBUTING.md:\n{drawing()}"


def test_what_it_names_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:src|tests|schemas|suites|docs)/[\w/.-]+)`", text):
        if not re.search("[A-Z]{4}", name):  # FAMILY and NAME stand for any
            assert (ROOT / name).exists(), name
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in re.findall(r"`make ([\w -]+)`", text):
        assert set(words.split()) <= targets, words
    named = set(re.findall(r"`linkproof (\w+)", text))
    known = {c.name for c in app.registered_commands} | {g.name for g in app.registered_groups}
    assert named <= known | {"run", "mock", "check"}


def test_every_package_is_in_the_tree() -> None:
    tree = PAGE.read_text(encoding="utf-8").split("```")[1]
    assert set(imports()) <= set(tree.split())
