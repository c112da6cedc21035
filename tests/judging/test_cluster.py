"""A second sloppy server: bugs that hide one another are each named on the first screen, in few root causes."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from linkproof.base.clock import VirtualClock
from linkproof.contract.model import Contract
from linkproof.fault_matrix.matrix_run import tried
from linkproof.model.results import Results
from linkproof.reports.terminal import print_summary
from linkproof.runner.open_target import Opened
from linkproof.targets.file import read_target
from tests.sloppy.cluster import BUGS, PENDING, Mock

PEC = "azure-containerservice-pec"
TARGET = f"""
[target]
name = "cluster"
kind = "mock"
base_url = "http://cluster.invalid"
checks_credentials = true
writes = true
reset = {{ method = "POST", path = "/_reset" }}
[auth.azure]
kind = "bearer"
token = "test-token"
[contracts.{PEC}.path]
subscriptionId = "00000000-0000-0000-0000-000000000000"
resourceGroupName = "rg1"
resourceName = "cluster1"
[contracts.{PEC}.fixtures]
Pending = {json.dumps(PENDING)}
Approved = ["approved-01"]
Rejected = ["rejected-01"]
"""


class Transport(httpx.BaseTransport):
    """Answers by the mock, without a socket."""

    def __init__(self, bugs: Collection[str]) -> None:
        self.mock = Mock(bugs)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii")
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.001)  # two clients that write at the same time are both on their way before either is answered
        status, headers, data = self.mock.respond(request.method, target, dict(request.headers), request.read())
        return httpx.Response(status, headers=headers, content=data)


def judged(tmp_path: Path, bugs: Collection[str]) -> Results:
    path = tmp_path / "target.toml"
    path.write_text(TARGET, "utf-8")

    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        return Opened(read_target(path, contracts), lambda: None, transport=Transport(bugs), clock=VirtualClock())

    return tried(opened, PEC)


def roots(results: Results) -> list[str]:
    return [f.requirement for f in results.findings if not f.follows]


@pytest.mark.parametrize("bugs", [tuple(BUGS), ("absent is empty", "takes a neighbour along")])
def test_every_bug_is_on_the_first_screen(tmp_path: Path, bugs: tuple[str, ...]) -> None:
    results = judged(tmp_path, bugs)
    printed = io.StringIO()
    print_summary(results, Console(file=printed, width=120))
    screen = "\n".join(printed.getvalue().splitlines()[:30])
    for bug in bugs:
        assert f"{BUGS[bug]}:" in screen, bug
        assert BUGS[bug] in roots(results), bug
    assert len(roots(results)) <= 1.5 * len(bugs), roots(results)


def test_without_bugs_it_conforms(tmp_path: Path) -> None:
    results = judged(tmp_path, ())
    assert [(f.requirement, f.message) for f in results.findings] == []
    assert results.verdict == "conforms", results.sentence
