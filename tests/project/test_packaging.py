"""The installed package: typed, for Python 3.11 and later, without removed modules, with its named extras."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from linkproof.base.extras import require_extra
from linkproof.errors import UsageError
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Modules that Python 3.12 to 3.14 no longer have (What's New of each).
REMOVED = frozenset(
    [
        "asynchat",
        "asyncore",
        "distutils",
        "imp",
        "smtpd",
        "aifc",
        "audioop",
        "cgi",
        "cgitb",
        "chunk",
        "crypt",
        "imghdr",
        "lib2to3",
        "mailcap",
        "msilib",
        "nis",
        "nntplib",
        "ossaudiodev",
        "pipes",
        "sndhdr",
        "spwd",
        "sunau",
        "telnetlib",
        "uu",
        "xdrlib",
    ]
)
#: Names that they no longer have, or warn of: attribute, or function of a module.
REMOVED_NAMES = frozenset(
    {
        "datetime.utcnow",
        "datetime.utcfromtimestamp",
        "ast.Num",
        "ast.Str",
        "ast.NameConstant",
        "asyncio.get_event_loop_policy",
        "asyncio.iscoroutinefunction",
        "locale.getdefaultlocale",
        "pkgutil.find_loader",
        "typing.ByteString",
        "codecs.open",
    }
)


def _sources() -> list[Path]:
    return [*(ROOT / "src").rglob("*.py"), *(ROOT / "suites").rglob("*.py")]


def test_it_has_no_upper_bound_and_says_what_ci_tests() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))
    tested = workflow["jobs"]["python"]["strategy"]["matrix"]["python"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert tested == named == ["3.11", "3.12", "3.13", "3.14"]


def test_nothing_that_was_removed_is_used() -> None:
    used = []
    for file in _sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [a.name.split(".")[0] for a in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module.split(".")[0], *(f"{node.module}.{a.name}" for a in node.names)]
            elif isinstance(node, ast.Attribute):
                names = [f"{ast.unparse(node.value).split('.')[-1]}.{node.attr}"]
            used += [f"{file.name}: {n}" for n in names if n in REMOVED or n in REMOVED_NAMES]
    assert used == []


def test_every_module_is_imported_without_a_warning() -> None:
    code = (
        "import importlib, pkgutil, linkproof\n"
        "for m in pkgutil.walk_packages(linkproof.__path__, 'linkproof.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        "print('all')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.stdout == "all\n", done.stderr


def test_types_are_shipped() -> None:
    assert (ROOT / "src" / "linkproof" / "py.typed").is_file()
    assert "Typing :: Typed" in PROJECT["classifiers"]


def test_a_missing_extra_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        require_extra("no_such_module_here", "history", "the history")
    assert "pip install 'linkproof[history]'" in caught.value.fix
    require_extra("json", "history", "the history")


def test_the_history_alone_needs_sqlalchemy() -> None:
    """Without it the history says which extra it needs, and everything else works."""
    code = (
        "import sys\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'sqlalchemy': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Gone())\n"
        "import importlib.util; real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda n, p=None: None if n == 'sqlalchemy' else real(n, p)\n"
        "from typer.testing import CliRunner\n"
        "from linkproof.cli.app import app\n"
        "done = CliRunner().invoke(app, ['history', 'list'])\n"
        "print(type(done.exception).__name__, getattr(done.exception, 'fix', ''))\n"
        "print(CliRunner().invoke(app, ['contracts', 'list']).exit_code)\n"
        "import linkproof.testing, linkproof.cli.running, linkproof.cli.checking\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stderr
    assert "linkproof[history]" in done.stdout
    assert done.stdout.splitlines()[1] == "0"


def test_every_module_that_is_imported_is_declared() -> None:
    known = {
        re.split(r"[\[<>=;]", d)[0].replace("-", "_").lower()
        for d in [*PROJECT["dependencies"], *(d for ds in PROJECT["optional-dependencies"].values() for d in ds)]
    }
    of_package = {
        "yaml": "pyyaml",
        "allure_commons": "allure_python_commons",
        "attr": "attrs",
        "azure": "azure_identity",
    }
    comes_with = {"httpcore", "huaweicloudsdkcore", "requests", "dask", "pluggy"}
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for top in {m.split(".")[0] for m in modules} - {"linkproof", "__future__"}:
                if top not in sys.stdlib_module_names:
                    assert of_package.get(top, top).lower() in known | comes_with, f"{file.name} imports {top}"
    assert importlib.util.find_spec("linkproof") is not None
