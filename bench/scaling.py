"""What a second process, or a second worker, brings: ``python -m bench.scaling``; seconds of wall time.

The suites by pytest-xdist, `check` by processes of its own, and `check` by a Dask cluster on this machine.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import distributed

from bench.traffic import write_ndjson
from linkproof.judging.parallel import by_dask, judge_files

ROOT = Path(__file__).parents[1]
FILES, EACH = 8, 20_000


def wall(command: list[str], rounds: int = 2) -> float:
    """The best wall time of a command."""
    best = 1e9
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        best = min(best, time.perf_counter() - start)
    return best


def compared(one: float, two: float) -> dict[str, float]:
    """Seconds with one and with two, and how many times as fast two are."""
    return {"one_s": round(one, 1), "two_s": round(two, 1), "times": round(one / two, 2)}


def suites() -> dict[str, float]:
    """All contracts by pytest: in one process, and by two workers."""
    command = [sys.executable, "-m", "pytest", "suites", "-q", "-p", "no:cacheprovider", "-n"]
    return compared(wall([*command, "0"]), wall([*command, "2"]))


def check(folder: Path) -> dict[str, float]:
    """Several recordings by one process, and by two."""
    command = [sys.executable, "-m", "linkproof", "check", str(folder), "--quiet", "--allow-unproven", "--processes"]
    return compared(wall([*command, "1"]), wall([*command, "2"]))


def dask(files: list[Path]) -> dict[str, float]:
    """The same recordings by one worker, and by two; the cluster stands already."""
    taken: list[float] = []
    library: Any = distributed
    for workers in (1, 2):
        with library.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
        ) as cluster:
            address = cluster.scheduler_address
            judge_files(files[:1] * 2, (), any_version=False, perform=by_dask(address), workers=1)  # imports
            start = time.perf_counter()
            judge_files(files, (), any_version=False, perform=by_dask(address), workers=1)
            taken.append(time.perf_counter() - start)
    return compared(*taken)


def measure() -> dict[str, Any]:
    """All three."""
    with tempfile.TemporaryDirectory() as room:
        files = [write_ndjson(Path(room) / f"{i}.ndjson", EACH) for i in range(FILES)]
        found = {"check": check(Path(room)), "dask": dask(files)}
    return {"suites": suites(), **found}


if __name__ == "__main__":
    print(measure())
