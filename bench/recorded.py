"""`linkproof check` on recorded traffic, beside oav and the libraries underneath: ``python -m bench.recorded``.

One exchange costs what a large file costs beyond a small one, in seconds of CPU (all processes) for each exchange: so
start-up is left out, and the number of cores does not matter. oav is told the same exchanges and the vendor's own
Swagger document of the same version (from ../shared, which has to be there).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from bench.traffic import exchanges, write_har, write_ndjson, write_oav
from linkproof.contract.loader import all_contracts

ROOT = Path(__file__).parents[1]
SPECIFICATION = ROOT.parent / "shared/specs/postgresql/resource-manager/Microsoft.DBforPostgreSQL/stable/2018-06-01"
COMPILED = ROOT / "dist/compiled/unpacked"
OAV = ROOT / "bench/node_modules/.bin/oav"
SMALL, LARGE = 100, 30_000
#: oav reads a file for each exchange.
LARGE_OAV = 6_000
CONTRACT = "azure-dbforpostgresql-pec"


def cpu_of(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float]:
    """Seconds of CPU and of wall time that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def microseconds(small: Callable[[], float], large: Callable[[], float], more: int, rounds: int = 3) -> float:
    """CPU for one exchange: the best of some rounds, in microseconds."""
    return 1e6 * (min(large() for _ in range(rounds)) - min(small() for _ in range(rounds))) / more


def check(folder: Path, env: dict[str, str] | None = None) -> dict[str, float]:
    """Microseconds for one exchange, by format."""
    found: dict[str, float] = {}
    for name, write in (("ndjson", write_ndjson), ("har", write_har)):
        files = [write(folder / f"{n}.{name}", n) for n in (SMALL, LARGE)]

        def judge(file: Path) -> float:
            options = ["--processes", "1", "--quiet", "--allow-unproven", "--out", str(folder / "out")]
            return cpu_of([sys.executable, "-m", "linkproof", "check", str(file), *options], env)[0]

        small, large = files
        found[name] = microseconds(lambda: judge(small), lambda: judge(large), LARGE - SMALL)  # noqa: B023
    return found


def oav(folder: Path) -> float | None:
    """oav's microseconds of CPU for one exchange; None where it is not installed, or has no document."""
    if not OAV.exists() or not SPECIFICATION.exists():
        return None
    folders = [write_oav(folder / f"oav-{n}", n) for n in (SMALL, LARGE_OAV)]

    def judge(path: Path) -> float:
        # Its HTML report fails for want of a template in the package; the JSON report was written by then.
        report = ["--jsonReport", str(folder / "oav.json"), "--report", str(folder / "oav.html")]
        return cpu_of([str(OAV), "validate-traffic", str(path), str(SPECIFICATION), *report, "--logLevel", "error"])[0]

    return microseconds(lambda: judge(folders[0]), lambda: judge(folders[1]), LARGE_OAV - SMALL, rounds=2)


def limit() -> float:
    """Microseconds to parse a line and its body, and to validate the body: what no check can do without."""
    contract = next(c for c in all_contracts() if c.id == CONTRACT)
    document: Any = contract.document
    get = next(o for path in document["paths"].values() for o in [path.get("get")] if o and "{" in str(path))
    schema = get["responses"]["200"]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})
    lines = [
        orjson.dumps({"request": {"url": e["url"]}, "response": {"body": orjson.dumps(e["body"]).decode()}})
        for e in exchanges(20_000)
    ]
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        for line in lines:
            validator.is_valid(orjson.loads(orjson.loads(line)["response"]["body"]))
        best = min(best, time.process_time() - start)
    return 1e6 * best / len(lines)


def measure() -> dict[str, Any]:
    """All figures: microseconds of CPU for one exchange, and the ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = check(folder)
        compiled = check(folder, {"PYTHONPATH": str(COMPILED)}) if COMPILED.exists() else None
        peer, bottom = oav(folder), limit()
    found: dict[str, Any] = {"plain_us": _rounded(plain), "libraries_us": round(bottom, 2)}
    if compiled is not None:
        found["compiled_us"] = _rounded(compiled)
    for kind, figures in (("plain", plain), ("compiled", compiled)):
        if figures is not None:
            found[f"{kind}_times_libraries"] = round(figures["ndjson"] / bottom, 1)
            if peer is not None:
                found[f"{kind}_times_faster_than_oav"] = {k: round(peer / v, 1) for k, v in figures.items()}
    found["oav_us"] = None if peer is None else round(peer)
    return found


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {k: round(v, 1) for k, v in figures.items()}


if __name__ == "__main__":
    print(measure())
