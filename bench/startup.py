"""How long the command line takes to start: ``python -m bench.startup``; nine runs, in seconds."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.compare import spread
from bench.recorded import cpu_of
from bench.traffic import write_ndjson

COMMAND = str(Path(sys.executable).parent / "linkproof")


def seconds(*arguments: str) -> dict[str, dict[str, float]]:
    """Wall time and CPU of nine runs: median, least and largest."""
    walls: list[float] = []
    cpus: list[float] = []
    for _ in range(9):
        cpu, wall = cpu_of([COMMAND, *arguments])
        walls.append(wall)
        cpus.append(cpu)
    return {"wall": spread(walls, 3), "cpu": spread(cpus, 3)}


def measure() -> dict[str, dict[str, dict[str, float]]]:
    """``--help``, and ``check`` of a file of ten exchanges, with all contracts that are shipped."""
    with tempfile.TemporaryDirectory() as room:
        file = write_ndjson(Path(room) / "small.ndjson", 10)
        small = seconds("check", str(file), "--quiet", "--allow-unproven", "--out", str(Path(room) / "out"))
    return {"help_s": seconds("--help"), "check_small_s": small}


if __name__ == "__main__":
    print(measure())
