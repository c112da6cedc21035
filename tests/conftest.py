"""Fixtures that several packages' tests share."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from _pytest import runner

from linkproof.base.clock import Clock
from linkproof.base.garbage import rare_collections
from linkproof.base.resources import CONTRACTS
from linkproof.base.shutdown import pause
from linkproof.nightly import performing
from tests.command_line import linkproof
from tests.dask_clusters import dask_cluster
from tests.scheduling import longest_first, report_less
from tests.skips import wrong_skips

T = TypeVar("T")

CHROMIUM = Path("/usr/bin/chromium")
_skipped: list[str] = []
#: What lasts until the process ends.
_whole_session = contextlib.ExitStack()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the tests, begin with the longest files."""
    if hasattr(config, "workerinput"):
        longest_first(items)
        report_less(config)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave out what the tests are made of, and run less often: a tenth of the time each."""
    gc.collect()
    _whole_session.enter_context(rare_collections(50_000, keep=True))
    gc.set_threshold(50_000, 20, 20)


def _roomy(call: Callable[..., T], *given: Any) -> T:
    """Call something above a frame of 130 kB.

    CPython keeps frames in pieces of 16 kB, and asks the kernel for each: where a loop calls across the end of a piece,
    every call does. That took a tenth of the CPU of all tests. A large frame gets a large piece, with room for more.
    """
    return call(*given)


_roomy.__code__ = _roomy.__code__.replace(co_stacksize=16_500)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """Run a test as pytest does, with room for its frames."""
    return _roomy(runner.pytest_runtest_protocol, item, nextitem)


@pytest.fixture(scope="session", autouse=True)
def roomy_threads() -> Iterator[None]:
    """Threads have room for their frames, too."""
    run = threading.Thread.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "run", lambda thread: _roomy(run, thread))
        yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note why a test was skipped."""
    if report.skipped and isinstance(report.longrepr, tuple) and not hasattr(report, "wasxfail"):
        _skipped.append(report.longrepr[2])


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note why a whole file was skipped."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped.append(report.longrepr[2])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped what it should not."""
    if not hasattr(session.config, "workerinput") and wrong_skips(_skipped) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what should not have been skipped."""
    for reason in wrong_skips(_skipped):
        terminalreporter.write_line(f"skipped, and tests/skips.py does not allow it: {reason}", red=True)


@pytest.fixture(autouse=True)
def no_other_contracts() -> Iterator[None]:
    """A test leaves no folder of other contracts behind (``--contracts`` in this process) for the next one."""
    before = os.environ.get(CONTRACTS)
    yield
    assert os.environ.get(CONTRACTS) == before, "call the command line by tests.command_line"


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """Clients of httpx share one TLS context, by what it is made of: reading all authorities takes 20 ms for each."""
    make = httpx.create_ssl_context

    @functools.cache
    def made(verify: bool, trust_env: bool, *_: str | None) -> ssl.SSLContext:
        return make(verify=verify, trust_env=trust_env)

    def shared(verify: ssl.SSLContext | str | bool = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
        if cert or not isinstance(verify, bool):
            return make(verify=verify, cert=cert, trust_env=trust_env)
        return made(verify, trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", shared)
        yield


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask scheduler and two worker processes, on 127.0.0.1."""
    pytest.importorskip("distributed")
    with dask_cluster(2) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, by Playwright. Not for a whole session: while it is open, no other test can run an event loop."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def jobs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jobs of a night are run in this process, one after the other (--processes 1)."""

    def run(arguments: list[str], _: int) -> tuple[int, str]:
        ended = linkproof(Path.cwd(), *arguments)
        return ended.returncode, ended.stderr

    monkeypatch.setattr(performing, "_run", run)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a run in this process take 10 ms at most: a live target is otherwise waited for by the second."""
    monkeypatch.setattr(Clock, "sleep", lambda _, seconds: pause(min(seconds, 0.01)))
