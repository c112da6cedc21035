"""A killed night leaves no process running."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from linkproof.mock.serve import Embedded
from tests.nightly.plans import DICOM, target
from tests.waiting import LIMIT_S, wait_until

#: Seconds for each answer: a whole run of the contract takes minutes.
_ANSWER_S = 0.2


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text(encoding="ascii").split()]


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the children of a process are read from /proc")
def test_the_runs_of_a_killed_night_end(tmp_path: Path) -> None:
    asked = threading.Semaphore(0)

    def slow(app: Any) -> Any:
        async def serve(scope: Any, receive: Any, send: Any) -> None:
            asked.release()
            await asyncio.sleep(_ANSWER_S)
            await app(scope, receive, send)

        return serve

    with Embedded([DICOM], around=slow) as server:
        target(tmp_path / "a.toml", server.base_url)
        (tmp_path / "plan.toml").write_text('[[run]]\ntarget = "a.toml"\n', encoding="utf-8")
        command = [sys.executable, "-m", "linkproof", "nightly", "plan.toml", "--out", "night"]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as night:
            for _ in range(12):  # the preflight is over
                assert asked.acquire(timeout=LIMIT_S)
            (child,) = children_of(night.pid)
            night.kill()
        wait_until(lambda: not is_running(child))
        # It ended as by Ctrl-C: with reports.
        assert (tmp_path / "night" / "a" / "results.json").is_file()
