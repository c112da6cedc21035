"""The layers of docs/architecture.md: imports run one way, checks import no I/O, and ``tests`` mirrors the packages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS.parent / "src" / "linkproof"

#: A module imports from its own row or from rows above it, never from below.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("", "errors"),
    ("base",),
    ("model",),
    ("contract",),
    ("recordings",),
    ("redaction",),
    ("checks",),
    ("judging",),
    ("results",),
    ("mock", "targets", "openapi_import", "definition_pages"),
    ("reports",),
    ("history",),
    ("faults",),
    ("runner",),
    ("fault_matrix",),
    ("nightly",),
    ("testing",),
    ("cli",),
    ("__main__",),
)
#: Rows whose members do not know each other.
STRANGERS = ("recordings", "mock")
READERS = ("linkproof.contract.loader", "linkproof.contract.requirement_catalogue")
IO = ("os", "io", "sys", "pathlib", "socket", "subprocess", "time", "random", "httpx", "logging", "threading")


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _layer(name: str) -> int:
    top = name.split(".")[1] if "." in name else ""
    for number, row in enumerate(LAYERS):
        if top in row:
            return number
    raise AssertionError(f"{name} is in no layer: add it to LAYERS and to docs/architecture.md")


def _name(path: Path) -> str:
    parts = ["linkproof", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(p for p in parts if p != "__init__")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            if node.module == "linkproof":
                yield from (f"linkproof.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    own = _name(path)
    for name in _imports(path):
        if name.startswith("linkproof.") and name != "linkproof.__version__":
            assert _layer(name) <= _layer(own), f"{own} imports {name}, which is further down"
            pair = {own.split(".")[1], name.split(".")[1]} if own.count(".") else set()
            assert pair != set(STRANGERS), f"{own} and {name} must not know each other"


@pytest.mark.parametrize("path", sorted((PACKAGE / "checks").glob("*.py")), ids=lambda p: p.name)
def test_checks_do_no_io(path: Path) -> None:
    for name in _imports(path):
        assert name.split(".")[0] not in IO, f"{path.name} imports {name}"
        assert name not in READERS, f"{path.name} reads files"


#: What names a vendor, or is one vendor's own: names, headers, paths, codes, members. It stands in schemas/vendors.
VENDORS_OWN = re.compile(
    r"(?i)azure|huawei|microsoft|amazon|telekom|\barm\b|x-ms-|asyncoperation|x-auth-token|subscriptions/|resourcegroups"
    r"|endpoint\.\d|apigw|missingapiversion|api-version|\bnextlink\b|skiptoken|total_count|error_msg|provisioningstate"
    r"|privatelink"
)
#: The faults still say what they change of one vendor's answers in its own words; the number may only fall.
OWN_IN_FAULTS = 29


def _own_words(path: Path) -> list[str]:
    """Every vendor's own word in the code of a module; docstrings and comments may explain by example."""
    tree = _tree(path)
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [n.body[0] for n in ast.walk(tree) if isinstance(n, kinds) and n.body]
    docs = {id(s.value) for s in first if isinstance(s, ast.Expr)}
    found = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docs]
    found += [n.id for n in ast.walk(tree) if isinstance(n, ast.Name)]
    found += [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    found += list(_imports(path))
    return [word for word in found if isinstance(word, str) and VENDORS_OWN.search(word)]


@pytest.mark.parametrize("package", ["checks", "judging", "runner", "reports"])
def test_no_vendor_in_code(package: str) -> None:
    own = {p.name: words for p in sorted((PACKAGE / package).rglob("*.py")) if (words := _own_words(p))}
    assert own == {}


def test_vendors_in_faults_become_fewer() -> None:
    own = [word for p in sorted((PACKAGE / "faults").rglob("*.py")) for word in _own_words(p)]
    assert len(own) <= OWN_IN_FAULTS, own


def test_every_layer_is_described() -> None:
    text = (PACKAGE.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    for row in LAYERS[:-1]:
        for name in row:
            assert not name or f"`{name}`" in text or f"`{name}/`" in text, f"{name} is not in docs/architecture.md"


@pytest.mark.parametrize("package", sorted(p.parent.name for p in PACKAGE.glob("*/__init__.py")))
def test_every_package_has_a_folder_of_tests(package: str) -> None:
    assert list((TESTS / package).glob("test_*.py")), f"tests/{package}/ has no test"


def test_no_test_file_lies_loose() -> None:
    assert [p.name for p in TESTS.glob("test_*.py")] == [], "move it to tests/PACKAGE/ or tests/project/"
