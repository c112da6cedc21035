"""How much memory `linkproof check` takes for a gigabyte of recordings: ``python -m bench.memory [GIGABYTES]``."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import mixed
from bench.traffic import write_har, write_ndjson, write_yaml

#: Bytes of one exchange in each format, about.
FORMATS: dict[str, tuple[Callable[[Path, int], Path], int]] = {
    "ndjson": (write_ndjson, 1190),
    "har": (write_har, 1380),
    "yaml": (write_yaml, 1160),
}
#: Exchanges of mixed traffic: 2,000 copies of the recordings.
MIXED = 44_000

#: Runs the command line, and keeps what the kernel says of its memory: a child's own figure would be its parent's.
_KEEPING = """
import runpy, sys
kept = sys.argv.pop(1)
try:
    runpy.run_module("linkproof", run_name="__main__", alter_sys=True)
finally:
    open(kept, "w").write(open("/proc/self/status").read())
"""


def resident(file: Path, folder: Path) -> tuple[int, float]:
    """The most resident memory (bytes) of one `check`, and its seconds."""
    kept = folder / "status"
    command = [sys.executable, "-c", _KEEPING, str(kept), "check", str(file), "--processes", "1", "--quiet"]
    start = time.perf_counter()
    done = subprocess.run([*command, "--allow-unproven", "--out", str(folder / "out")], check=False)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        raise SystemExit(f"check of {file} ended with {done.returncode}")
    peak = re.search(r"VmHWM:\s+(\d+) kB", kept.read_text())
    assert peak is not None
    return int(peak[1]) * 1024, seconds


def measure(gigabytes: float = 1.0) -> list[dict[str, Any]]:
    """Return a row for each format: size, exchanges, megabytes resident, seconds.

    Then one in which every exchange breaches.
    """
    rows: list[dict[str, Any]] = []
    for name, (write, each) in FORMATS.items():
        rows.append(_row(name, write, int(gigabytes * 1e9 / each)))
    rows.append(_row("ndjson, a breach in each", _broken, int(gigabytes * 1e8 / 1190)))
    return rows


def measure_mixed() -> list[dict[str, Any]]:
    """Return a row for mixed traffic on 2,000 servers, where nearly every exchange is kept as evidence."""
    return [_row("ndjson, mixed traffic", mixed.ndjson, MIXED)]


def _row(name: str, write: Callable[[Path, int], Path], number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as room:
        file = write(Path(room) / f"recording.{name.split(',')[0]}", number)
        size = file.stat().st_size
        memory, seconds = resident(file, Path(room))
    return {
        "format": name,
        "gigabytes": round(size / 1e9, 2),
        "exchanges": number,
        "resident_mb": round(memory / 1e6),
        "seconds": round(seconds, 1),
    }


def _broken(path: Path, number: int) -> Path:
    """Every answer with an undocumented member of another name, and no type."""
    write_ndjson(path, number)
    lines = path.read_bytes().splitlines()
    with path.open("wb") as file:
        for i, line in enumerate(lines):
            file.write(line.replace(b'\\"type\\"', b'\\"kind%d\\"' % i) + b"\n")
    return path


if __name__ == "__main__":
    for row in measure(*map(float, sys.argv[1:2])):
        print(row, flush=True)
