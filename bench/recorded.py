"""`linkproof check` on recorded traffic, beside oav and the libraries underneath: ``python -m bench.recorded``.

Two kinds of traffic: a small Get again and again (``bench.traffic``), and real mixed traffic (``bench.mixed``). What
counts is CPU (all threads) for each exchange, start-up left out: of `check` the reading and judging, in a process that
has judged a small file before; of oav what a large folder costs beyond a small one. Each round measures everything
once, oav included, so that a busy machine is as busy for all. oav is told the same exchanges and the vendor's own
Swagger document of the same version. Document and recordings are in ../shared, which has to be there.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from bench import mixed, traffic
from bench.compare import spread
from bench.traffic import exchanges
from linkproof.contract.loader import all_contracts

ROOT = Path(__file__).parents[1]
SPECIFICATION = ROOT.parent / "shared/specs/postgresql/resource-manager/Microsoft.DBforPostgreSQL/stable/2018-06-01"
COMPILED = ROOT / "dist/compiled/unpacked"
OAV = ROOT / "bench/node_modules/.bin/oav"
#: Numbers of exchanges; multiples of what the recordings have.
SMALL, LARGE = 110, 13_200
#: oav reads a file for each exchange.
LARGE_OAV = 2_200
ROUNDS = 5
#: Numbers of exchanges and rounds in a short measurement.
SHORT = (4_400, 880, 3)
CONTRACT = "azure-dbforpostgresql-pec"


def cpu_of(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float]:
    """Seconds of CPU and of wall time that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


Write = Callable[[Path, int], Path]
WRITERS: dict[str, dict[str, Write]] = {
    "small": {"ndjson": traffic.write_ndjson, "har": traffic.write_har, "vcr": traffic.write_yaml},
    "mixed": {"ndjson": mixed.ndjson, "har": mixed.har, "vcr": mixed.vcr},
}
OAV_WRITERS: dict[str, Write] = {"small": traffic.write_oav, "mixed": mixed.oav}
_ENDINGS = {"vcr": "yaml"}


def microseconds(judge: Callable[[Path], float], small: Path, large: Path, more: int) -> float:
    """CPU for one exchange, in microseconds."""
    return 1e6 * (judge(large) - judge(small)) / more


def written(folder: Path, large: int) -> dict[tuple[str, str], tuple[Path, Path]]:
    """A small and a large file of each kind of traffic in each format."""
    return {
        (kind, name): (
            write(folder / f"{kind}-{SMALL}.{_ENDINGS.get(name, name)}", SMALL),
            write(folder / f"{kind}-{large}.{_ENDINGS.get(name, name)}", large),
        )
        for kind, writers in WRITERS.items()
        for name, write in writers.items()
    }


#: Judges a small recording, then a large one, as `check` does, and prints the microseconds of CPU for one exchange.
_JUDGING = """
import sys, time
from pathlib import Path
from linkproof.judging.parallel import judge_into, recording_judge
for path in sys.argv[1:]:
    judge = recording_judge((), any_version=False)
    start = time.process_time()
    judge_into(judge, [Path(path)])
    taken = time.process_time() - start
print(1e6 * taken / judge.exchanges)
"""


def check(small: Path, large: Path, env: dict[str, str] | None) -> float:
    """Microseconds of CPU for one exchange to read and judge it, without start-up and reports."""
    command = [sys.executable, "-c", _JUDGING, str(small), str(large)]
    done = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=True)
    return float(done.stdout)


def oav(path: Path, out: Path) -> float:
    """Seconds of CPU of one run of oav."""
    # Its HTML report fails for want of a template in the package; the JSON report was written by then.
    report = ["--jsonReport", str(out / "oav.json"), "--report", str(out / "oav.html")]
    return cpu_of([str(OAV), "validate-traffic", str(path), str(SPECIFICATION), *report, "--logLevel", "error"])[0]


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


def measure(*, short: bool = False) -> dict[str, Any]:
    """All figures: microseconds of CPU for one exchange, and the ratios of the medians."""
    large, large_oav, rounds = SHORT if short else (LARGE, LARGE_OAV, ROUNDS)
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    wheels: dict[str, dict[str, str] | None] = {"plain": None}
    if COMPILED.exists():
        wheels["compiled"] = {"PYTHONPATH": str(COMPILED)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = written(folder, large)
        has_oav = OAV.exists() and SPECIFICATION.exists()
        folders = {
            kind: (write(folder / f"oav-{kind}-small", SMALL), write(folder / f"oav-{kind}", large_oav))
            for kind, write in (OAV_WRITERS if has_oav else {}).items()
        }
        for _ in range(rounds):
            for (kind, form), pair in files.items():
                for wheel, env in wheels.items():
                    found[wheel, kind, form].append(check(*pair, env))
            for kind, pair in folders.items():
                cost = microseconds(lambda f: oav(f, folder), *pair, large_oav - SMALL)
                found["oav", kind, "files"].append(cost)
    return {"rounds": rounds, "exchanges": large, **_tables(found, limit())}


def _tables(found: dict[tuple[str, str, str], list[float]], bottom: float) -> dict[str, Any]:
    tables: dict[str, Any] = {"libraries_us": round(bottom, 2)}
    for (who, kind, form), values in found.items():
        tables.setdefault(f"{who}_us", {}).setdefault(kind, {})[form] = spread(values)
    for who in ("plain", "compiled"):
        for kind, forms in tables.get(f"{who}_us", {}).items():
            peer = tables.get("oav_us", {}).get(kind, {}).get("files")
            for form, own in forms.items() if peer else ():
                times = tables.setdefault(f"{who}_times_faster_than_oav", {}).setdefault(kind, {})
                times[form] = round(peer["median"] / own["median"], 1)
    return tables


if __name__ == "__main__":
    print(measure())
