"""Every measure, one after the other: ``make bench``, or ``python -m bench [--short] [NAME ...]``.

It takes half an hour in all.

Writes docs/performance.json and the tables in docs/performance.md, and prints what got worse by more than 10 %. A named
measure is repeated; the figures of all others are kept. Figures are of one machine at one commit: both are kept with
them, and the load of the machine (processes that wait for a core) when the measure began.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import latency, memory, page, prism, recorded, routing, run_overhead, scaling, schemathesis_alone, startup
from bench.compare import spread, worse
from linkproof.contract.loader import all_contracts

ROOT = Path(__file__).parents[1]
DATA, PAGE = ROOT / "docs/performance.json", ROOT / "docs/performance.md"


def schemathesis() -> dict[str, Any]:
    """Requests and seconds of Schemathesis' default run, a contract after the other, for five contracts."""
    chosen = [c for c in all_contracts() if c.id in run_overhead.FIVE]
    runs: list[list[schemathesis_alone.Said]] = []
    for _ in range(recorded.ROUNDS):
        with tempfile.TemporaryDirectory() as room:
            runs.append([schemathesis_alone.said_of(c, None, Path(room)) for c in chosen])
    return {
        "requests": sum(s.requests for s in runs[0]),
        "seconds": spread([sum(s.seconds for s in said) for said in runs]),
    }


def waiting() -> dict[str, Any]:
    """All contracts behind 150 ms, sixteen requests at a time."""
    found = latency.measure(16, ())
    found.pop("came_to")
    return found


#: Takes the place of ``recorded``'s five rounds by three, of fewer exchanges.
_SHORT = "--short"
MEASURES: dict[str, Callable[[], Any]] = {
    "recorded": recorded.measure,
    "routing": routing.measure,
    "startup": startup.measure,
    "scaling": scaling.measure,
    "run": lambda: run_overhead.measure(run_overhead.FIVE),
    "schemathesis": schemathesis,
    "prism": prism.measure,
    "waiting": waiting,
    "memory": memory.measure,
    "memory_mixed": memory.measure_mixed,
}


def machine() -> str:
    """Processor, cores, Python."""
    names = [v for k, _, v in (line.partition(":") for line in _cpu_lines()) if k.strip() == "model name"]
    return (
        f"{len(names)} cores, {names[0].strip() if names else platform.machine()}, Python {platform.python_version()}"
    )


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def main() -> None:
    """Measure what is named, or everything; write both files."""
    names = [n for n in sys.argv[1:] if n != _SHORT] or list(MEASURES)
    unknown = [n for n in names if n not in MEASURES]
    if unknown:
        raise SystemExit(f"no measure is called {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    data: dict[str, Any] = json.loads(DATA.read_text()) if DATA.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in names:
        start, load = time.monotonic(), round(os.getloadavg()[0], 1)
        before = data.get(name, {}).get("figures", {})
        is_short = _SHORT in sys.argv and name == "recorded"
        figures = recorded.measure(short=True) if is_short else MEASURES[name]()
        data[name] = {
            "date": datetime.now(UTC).date().isoformat(),
            "commit": commit.stdout.strip(),
            "machine": machine(),
            "load": load,
            "figures": figures,
        }
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
        print(f"{name}: {time.monotonic() - start:.0f} s: {json.dumps(figures)}", flush=True)
        for line in worse(before, figures):
            print(f"{name}: worse than the figures kept before: {line}", flush=True)
    PAGE.write_text(page.renewed(PAGE.read_text("utf-8"), data), "utf-8")


if __name__ == "__main__":
    main()
