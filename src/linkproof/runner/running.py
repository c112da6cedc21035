"""Runs every suite with pytest, in this process."""

from __future__ import annotations

import contextlib
import io
import os

import pytest

from linkproof.base.garbage import rare_collections
from linkproof.base.resources import folder
from linkproof.errors import UsageError
from linkproof.runner.pytest_plugin import Conformance

#: Plug-ins of pytest that the suites do not use. Loading and asking them takes a third of what pytest itself takes; the
#: last two search for resources that tests left open, which takes longer than the tests themselves.
_UNUSED = (
    *("cacheprovider", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "monkeypatch", "pastebin"),
    *("recwarn", "setuponly", "setupplan", "stepwise", "tmpdir", "unittest", "unraisableexception", "threadexception"),
)

#: New objects before unreachable ones are looked for: a run is short, and looking took 7 % of its time.
_MANY = 50_000


def run_suites(run: Conformance, *plugins: object) -> str:
    """Run pytest with the suites only, ignoring the user's configuration; return its output.

    Raises UsageError for an invalid keyword expression, or a selection without tests.
    """
    selection = run.context.choices.selection
    suites = folder("suites")
    arguments = [
        str(suites),
        "--disable-plugin-autoload",
        *(part for name in _UNUSED for part in ("-p", f"no:{name}")),
        *("-c", os.devnull, "--rootdir", str(suites), "--noconftest", "-q", "--no-header", "--tb=native"),
        # The output is captured below; pytest's own capture would also capture the progress bar.
        "--capture=no",
        "--assert=plain",
    ]
    if selection.keyword:
        arguments += ["-k", selection.keyword]
    if selection.max_failures:
        arguments += [f"--maxfail={selection.max_failures}"]
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        rare_collections(_MANY, keep=True),
    ):
        code = pytest.main(arguments, plugins=[run, run.selected, *plugins])
    if code == pytest.ExitCode.USAGE_ERROR and selection.keyword:
        said = next((line for line in printed.getvalue().splitlines() if line.startswith("ERROR")), "")
        problem = f"{selection.keyword!r} is not an expression: {said.removeprefix('ERROR: ')}"
        raise UsageError(problem, where="-k", fix="names joined by and, or, not: -k 'paging and not deep'")
    if code == pytest.ExitCode.NO_TESTS_COLLECTED and selection.partial:
        fix = "select more: `linkproof requirements list` prints every id, and run.log of a whole run has every test"
        raise UsageError("no test is selected", where=str(selection), fix=fix)
    return printed.getvalue()[-4000:]
