"""How long the command line takes to start: ``python -m bench.startup``; the median of nine, in seconds."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.traffic import write_ndjson

COMMAND = str(Path(sys.executable).parent / "linkproof")


def seconds(*arguments: str) -> float:
    """The median of nine runs."""
    taken: list[float] = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run([COMMAND, *arguments], capture_output=True, check=True)
        taken.append(time.perf_counter() - start)
    return round(statistics.median(taken), 3)


def measure() -> dict[str, float]:
    """``--help``, and ``check`` of a file of ten exchanges."""
    with tempfile.TemporaryDirectory() as room:
        file = write_ndjson(Path(room) / "small.ndjson", 10)
        small = seconds("check", str(file), "--quiet", "--allow-unproven")
    return {"help_s": seconds("--help"), "check_small_s": small}


if __name__ == "__main__":
    print(measure())
