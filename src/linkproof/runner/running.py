"""Runs every suite by pytest, within this process."""

from __future__ import annotations

import contextlib
import io
import os

import pytest

from linkproof.base.resources import folder
from linkproof.runner.property_based import without_local_constants
from linkproof.runner.pytest_plugin import Conformance


def run_suites(run: Conformance) -> str:
    """Run pytest with the suites and nothing of the user's; returns what it printed."""
    without_local_constants()
    suites = folder("suites")
    arguments = [
        str(suites),
        *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis", "-p", "no:allure_pytest"),
        # Both look for what a test left behind, which takes longer than the tests; the suites are not under test.
        *("-p", "no:unraisableexception", "-p", "no:threadexception"),
        *("-c", os.devnull, "--rootdir", str(suites), "--noconftest", "-q", "--no-header", "--tb=short"),
    ]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        pytest.main(arguments, plugins=[run])
    return printed.getvalue()[-4000:]
