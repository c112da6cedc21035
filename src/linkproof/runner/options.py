"""The command-line options and the final summary of ``pytest suites``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from linkproof.errors import UsageError
from linkproof.reports.terminal import print_summary
from linkproof.reports.write import write_reports
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices


def choices_from(config: pytest.Config) -> Choices:
    """Return the choices on pytest's own command line. Raises pytest.UsageError."""
    return Choices(
        target=config.getoption("--target"),
        contracts=tuple(config.getoption("--contract")),
        seed=config.getoption("--suite-seed"),
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of ``pytest suites``."""
    group = parser.getgroup("linkproof")
    group.addoption("--target", default="", metavar="FILE", help="target file; default: the embedded server")
    group.addoption("--contract", action="append", default=[], metavar="ID", help="only this contract (repeatable)")
    group.addoption("--suite-seed", type=int, default=None, metavar="N", help="seed of all random choices")
    group.addoption("--out", default="", metavar="DIR", help="write results.json and the other reports there")


def pytest_configure(config: pytest.Config) -> None:
    """Register the run."""
    try:
        run = Conformance(choices_from(config))
        if config.getoption("--target"):
            run.context.contracts()  # an error in the target file is reported before anything is collected
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(run, "linkproof-run")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the same summary as ``linkproof run`` after ``pytest suites``, and write reports if requested."""
    run = config.pluginmanager.get_plugin("linkproof-run")
    if run is None or run.results is None:
        return
    print_summary(run.results, Console(file=terminalreporter._tw._file, width=100))
    if config.getoption("--out"):
        write_reports(run.results, Path(config.getoption("--out")))
