"""A newcomer's mock: what is wrong with it stands on the first screen, in few root causes, until it is mended."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Sequence
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
from tests.sloppy.newcomer import PENDING, WRONG, Mock

PEC = "azure-healthcareapis-pec"
TARGET = f"""
[target]
name = "newcomer"
kind = "mock"
base_url = "http://newcomer.invalid"
checks_credentials = true
writes = true
reset = {{ method = "POST", path = "/_control/reset" }}
[auth.azure]
kind = "bearer"
token = "test-token"
[contracts.{PEC}.path]
subscriptionId = "00000000-0000-0000-0000-000000000000"
resourceGroupName = "rg1"
workspaceName = "workspace1"
[contracts.{PEC}.fixtures]
Pending = {json.dumps(PENDING)}
Approved = ["approved-01"]
Rejected = ["rejected-01"]
"""


class Transport(httpx.BaseTransport):
    """Answers by the mock, without a socket."""

    def __init__(self, mended: Sequence[str]) -> None:
        self.mock = Mock(set(mended))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii")
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.001)  # two clients that write at the same time are both on their way before either is answered
        status, headers, data = self.mock.respond(request.method, target, dict(request.headers), request.read())
        return httpx.Response(status, headers=headers, content=data)


def judged(tmp_path: Path, *mended: str) -> Results:
    path = tmp_path / "target.toml"
    path.write_text(TARGET, "utf-8")

    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        clock = VirtualClock()
        return Opened(read_target(path, contracts), lambda: None, transport=Transport(mended), clock=clock)

    return tried(opened, PEC)


def roots(results: Results) -> list[str]:
    return [f.requirement for f in results.findings if not f.follows]


def test_all_that_is_wrong_stands_on_the_first_screen(tmp_path: Path) -> None:
    results = judged(tmp_path)
    assert len(roots(results)) <= 10
    printed = io.StringIO()
    print_summary(results, Console(file=printed, width=120))
    screen = "\n".join(printed.getvalue().splitlines()[:30])
    for part in ("ERR-1:", "'approved'", "LRO-1:", "HDR-1:", "ERR-5:", "ENM-2"):
        assert part in screen, part
    assert f"{len(roots(results))} root causes" in screen
    shown = [f for f in results.findings if f.kind == "echoed"]
    assert shown
    assert all(f.follows for f in shown), "what the run itself sent is nobody's cause"


@pytest.mark.parametrize(
    ("wrong", "requirement"),
    [("wrapped", "ERR-1"), ("case", "ENM-1"), ("location", "LRO-1"), ("ids", "HDR-1"), ("version", "ERR-4")],
)
def test_what_is_left_wrong_is_the_only_cause(tmp_path: Path, wrong: str, requirement: str) -> None:
    assert set(roots(judged(tmp_path, *(w for w in WRONG if w != wrong)))) == {requirement}


def test_mended_it_conforms(tmp_path: Path) -> None:
    results = judged(tmp_path, *WRONG)
    assert [(f.requirement, f.message) for f in results.findings] == []
    assert results.verdict == "conforms", results.sentence
