"""Tests in forks of one process that has imported all but the packages under test.

A fork imports these packages, in one of whose modules a node may be changed, and runs the tests that reach the changed
function, the cheapest first, until one fails. Its CPU time is limited: a mutant that loops is killed by that.
"""

from __future__ import annotations

import ast
import gc
import importlib.machinery
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "linkproof"
#: What is mutated, and therefore imported by the forks only.
UNDER_TEST = ("checks", "judging")

#: What may be imported before: third parties, and the layers below.
_WARM = (
    *("_hypothesis_pytestplugin", "_pytest.doctest", "_pytest.pastebin", "httpx", "hypothesis"),
    *(
        "jsonschema",
        "rich.console",
        "typer",
        "typer.rich_utils",
        "uvicorn.config",
        "xdist.plugin",
        "xml.etree.ElementTree",
    ),
    *("linkproof.mock.serve", "linkproof.openapi_import", "linkproof.recordings", "linkproof.results.serialize"),
)

#: Memory of a fork, in bytes: a mutant that loops may collect without end.
_MEMORY = 4 << 30

#: A function under test: its module ("checks.state") and first line. Line 0 is what is outside of functions.
Unit = tuple[str, int]


@dataclass
class Baseline:
    """The tests on what is not changed: the CPU seconds of each, the functions that each reaches, and failures."""

    seconds: dict[str, float] = field(default_factory=dict)
    reached: dict[str, frozenset[Unit]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def tests_of(self, module: str, unit_line: int) -> list[str]:
        """Return the tests that reach a function, the cheapest first.

        Code that runs when it is imported is reached by every test that reaches its module; a module without functions,
        by every test.
        """
        reaching = [t for t, units in self.reached.items() if (module, unit_line) in units] if unit_line else []
        if not reaching:
            reaching = [t for t, units in self.reached.items() if any(m == module for m, _ in units)] or [*self.reached]
        return sorted(reaching, key=lambda t: (self.seconds[t], t))


def warm_up() -> None:
    """Import all that forks need but the packages under test."""
    for name in _WARM:
        __import__(name)
    from linkproof.contract.loader import all_contracts

    all_contracts()
    early = [m for m in sys.modules if m.startswith(tuple(f"linkproof.{p}." for p in UNDER_TEST))]
    assert not early, f"imported before a fork could change it: {early}"
    sys.dont_write_bytecode = False  # the tests are compiled once, whatever the environment says
    gc.freeze()  # a fork need not look through, and so copy, what is here already


def baseline(paths: Sequence[str], units: dict[str, list[int]], *, longest: float) -> Baseline:
    """Run all tests of some files on the modules as they are, and leave out those of more than ``longest`` CPU seconds.

    ``units`` are the first lines of each module's functions.
    """
    code, result = _forked(lambda: _run(paths, _Reached(units)), cpu_seconds=900)
    if not isinstance(result, _Reached):
        raise RuntimeError(f"the tests could not be run on the unchanged modules (exit code {code}):\n{result}")
    reached = {t: frozenset(u) for t, u in result.reached.items() if result.seconds[t] <= longest}
    return Baseline(result.seconds, reached, result.failed)


def killed_by(module: str, tree: ast.Module, tests: Sequence[str], *, cpu_seconds: float) -> str:
    """Run tests on a changed module until one fails: return what killed the mutant, or an empty text."""
    source = PACKAGE / Path(*module.split(".")).with_suffix(".py")

    def run() -> Any:
        sys.meta_path.insert(0, _Changed(f"linkproof.{module}", source, compile(tree, str(source), "exec")))
        files = sorted({t.partition("::")[0] for t in tests})
        return _run(files, _Chosen(tests))

    code, result = _forked(run, cpu_seconds=cpu_seconds)
    if isinstance(result, _Chosen) and code == pytest.ExitCode.OK:
        assert result.ran, "no test was run"
        return ""
    if isinstance(result, _Chosen) and result.failed:
        return result.failed[0]
    return "out of time" if code in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM) else "import or collection"


class _Chosen:
    """A pytest plug-in that runs some tests only, in a given order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {t: n for n, t in enumerate(tests)}
        self.failed: list[str] = []
        self.ran = 0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the chosen tests."""
        items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda i: self.place[i.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure."""
        self.ran += report.when == "call"
        if report.failed:
            self.failed.append(report.nodeid)


class _Reached:
    """A pytest plug-in that notes what each test costs, and which functions under test it reaches."""

    def __init__(self, units: dict[str, list[int]]) -> None:
        self.units = units
        self.seconds: dict[str, float] = {}
        self.reached: dict[str, set[Unit]] = {}
        self.failed: list[str] = []
        self._known: dict[CodeType, Unit | None] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        """Follow the calls of a test, its fixtures with it."""
        seen: set[Unit] = set()

        def follow(frame: FrameType, _event: str, _arg: object) -> None:
            """Called for each call of a Python function; following its lines too would take ten times as long."""
            if (unit := self._unit(frame.f_code)) is not None:
                seen.add(unit)

        began = time.process_time()
        sys.settrace(follow)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.process_time() - began
            self.reached[item.nodeid] = seen

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure; a skipped test kills nothing."""
        if report.failed:
            self.failed.append(report.nodeid)

    def _unit(self, code: CodeType) -> Unit | None:
        if code not in self._known:
            self._known[code] = self._found(code)
        return self._known[code]

    def _found(self, code: CodeType) -> Unit | None:
        path = Path(code.co_filename)
        if not path.is_relative_to(PACKAGE) or path.parent.name not in UNDER_TEST or code.co_name == "<module>":
            return None
        module = f"{path.parent.name}.{path.stem}"
        return module, max((line for line in self.units.get(module, ()) if line <= code.co_firstlineno), default=0)


class _Changed(MetaPathFinder):
    """Finds one module, as it was compiled from its changed tree."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name = name
        self.loader = _Loader(name, str(path), code)

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """Return the changed module's spec."""
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self.loader, origin=self.loader.path)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.path)
        exec(self.code, module.__dict__)


def _run(paths: Sequence[str], plugin: Any) -> tuple[int, Any]:
    options = ["-q", "--hypothesis-seed=1", f"--rootdir={ROOT}"]
    options += [f"-pno:{plugin}" for plugin in ("cacheprovider", "xdist", "anyio", "linkproof")]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # modules imported before the fork
    options += ["-x"] if isinstance(plugin, _Chosen) else []
    return int(pytest.main([*options, *paths], plugins=[plugin])), plugin


def _forked(run: Callable[[], tuple[int, Any]], *, cpu_seconds: float) -> tuple[int, Any]:
    """Call a function in a fork; return its two results, or the exit code and what was printed if it did not return."""
    with tempfile.TemporaryDirectory(prefix="linkproof-mutant-") as folder:
        out = Path(folder) / "result"
        pid = os.fork()
        if pid == 0:
            _as_child(run, out, cpu_seconds)
        _, status = os.waitpid(pid, 0)
        if not out.exists():
            return os.waitstatus_to_exitcode(status), out.with_suffix(".log").read_text(encoding="utf-8")[-2000:]
        code, result = pickle.loads(out.read_bytes())
        return code, result


def _as_child(run: Callable[[], tuple[int, Any]], out: Path, cpu_seconds: float) -> None:
    """Never returns."""
    try:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(out.parent / "hypothesis")
        soft = int(time.process_time() + cpu_seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 5))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        signal.alarm(20 * soft)
        said = os.open(out.with_suffix(".log"), os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code, plugin = run()
        if isinstance(plugin, _Reached):
            plugin._known = {}  # code objects cannot be pickled
        written = out.with_suffix(".part")
        written.write_bytes(pickle.dumps((code, plugin)))
        written.rename(out)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)
