"""The independent server shares no code with Linkproof, and has the faults that it is started with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from linkproof.base.clock import VirtualClock
from linkproof.runner import open_target
from tests.command_line import linkproof
from tests.other_server.catalogue import TEN as TEN_FAULTS
from tests.other_server.direct import Direct
from tests.unwired import handed_over

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT.parent / "shared" / "target-example.toml"
TEN = {"SHP-7", "ENM-1", "PAG-5", "PAG-6", "ERR-2", "ERR-4", "STA-2", "STA-5", "LRO-5", "HDR-1"}

pytestmark = pytest.mark.skipif(not EXAMPLE.is_file(), reason="../shared/target-example.toml is absent")


@contextmanager
def other_server(*arguments: str) -> Iterator[str]:
    """The server in a process of its own, on a free port."""
    command = [sys.executable, "-m", "tests.other_server", "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()


@contextmanager
def direct(faults: Sequence[str] = ()) -> Iterator[str]:
    """The server in this process, without a socket, and on a virtual clock: no run waits for it."""
    clock = VirtualClock()
    server = Direct(faults, clock.now)
    lock = threading.Lock()

    def answer(request: httpx.Request) -> httpx.Response:
        target, headers = request.url.raw_path.decode("ascii"), dict(request.headers)
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.001)  # two clients that write at the same time are both on their way before either is answered
        with lock:
            reply = server.answer(request.method, target, headers, request.read(), request.url.netloc.decode())
        return httpx.Response(reply.status, headers=list(reply.headers.items()), content=reply.encode())

    with handed_over("direct.invalid", answer), patch.object(open_target, "Clock", lambda: clock):
        yield "http://direct.invalid"


def results_of(tmp_path: Path, server: AbstractContextManager[str], *options: str) -> dict[str, Any]:
    """What ``linkproof run`` says of it, with the example target file at another address."""
    with server as base_url:
        target = tmp_path / "target.toml"
        target.write_text(re.sub(r"http://127\.0\.0\.1:\d+", base_url, EXAMPLE.read_text(encoding="utf-8")))
        found = linkproof(tmp_path, "run", "--target", target, "--json", "--out", "out", *options)
    assert found.stdout, found.stderr
    data: dict[str, Any] = json.loads(found.stdout)
    assert data["exit_code"] == found.returncode
    return data


def test_it_conforms_and_is_not_blamed(tmp_path: Path) -> None:
    data = results_of(tmp_path, direct())
    assert data["findings"] == []
    assert data["verdict"] == "conforms", data["sentence"]
    assert len(data["contracts"]) == 5


def test_over_a_socket_and_with_concurrent_requests_it_conforms_too(tmp_path: Path) -> None:
    two = ("-c", "azure-healthcareapis-dicom", "-c", "huawei-vpcep-connections")
    data = results_of(tmp_path, other_server(), *two, "--concurrency", "5")
    assert data["findings"] == []
    assert data["verdict"] == "conforms", data["sentence"]


def test_ten_breaches_are_found_and_nothing_else(tmp_path: Path) -> None:
    data = results_of(tmp_path, direct(TEN_FAULTS))
    assert {f["requirement"] for f in data["findings"] if not f["follows"]} == TEN
    assert data["verdict"] == "breached"
    assert (tmp_path / "out" / "report.html").stat().st_size < 2_000_000
    approved = [t for x in data["lifecycles"] for t in x["transitions"] if t["foreseen"] and t["by"] == "approve"]
    assert sum(t["count"] for t in approved) > 20, "a run shows the life of connections"
    assert all({"word": "Succeeded"}.items() <= x["ended"][-1].items() for x in data["long_running"])


def test_it_is_started_with_ten_faults_at_once() -> None:
    with other_server("--ten") as base_url:
        answer = httpx.get(f"{base_url}/subscriptions")
    assert answer.status_code in (400, 401, 404)


def test_it_shares_no_code_with_linkproof() -> None:
    for path in (ROOT / "tests" / "other_server").glob("*.py"):
        assert "linkproof" not in re.sub(r'""".*?"""|#.*', "", path.read_text(encoding="utf-8"), flags=re.DOTALL), path
