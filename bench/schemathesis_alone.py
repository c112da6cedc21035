"""What Schemathesis alone notices of our faults: its default command line on our own documents, fault by fault.

``python -m bench.schemathesis_alone [--sample N] [--processes N] [--out FILE]`` prints a table and writes JSON. A fault
counts as noticed where Schemathesis says a kind of failure on an operation that it does not say of the conforming
server; the same measure blames a variant. Path parameters are pinned to what the server has: without that it sees 404
only. Everything runs on 127.0.0.1, at most ``--processes`` servers at a time.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.fault_matrix.matrix_run import chosen
from linkproof.faults.catalogue import all_faults, all_variants, behaving
from linkproof.faults.registry import Fault
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded

COMMAND = str(Path(sys.executable).parent / "schemathesis")


@dataclass(frozen=True)
class Said:
    """What Schemathesis said of one server: the kinds of failure, each with its operation."""

    id: str
    kind: str
    failures: tuple[str, ...]
    requests: int
    seconds: float


def said_of(contract: Contract, fault: Fault | None, folder: Path) -> Said:
    """Run Schemathesis with its defaults against a server of one contract, with one fault or none."""
    parent = read_fixtures(contract).parents[0]
    pinned = {f"path.{k}": v for k, v in parent.path.items()}
    item = next((o.item_parameter for o in contract.operations if o.item_parameter), "")
    if item:
        pinned[f"path.{item}"] = parent.connections[0].name
    config = folder / f"{contract.id}.toml"
    config.write_text("[parameters]\n" + "".join(f'"{k}" = "{v}"\n' for k, v in pinned.items()), "utf-8")
    token = "test-token" if contract.vendor == "huawei" else "Bearer test-token"
    started = time.monotonic()
    asked: list[str] = []

    def around(app: Any) -> Any:
        async def counting(scope: Any, receive: Any, send: Any) -> None:
            asked.append(scope["type"])
            await app(scope, receive, send)

        return counting

    with Embedded([contract], behaviour=behaving(fault) if fault else DEFAULT, around=around) as server:
        arguments = [COMMAND, "--config-file", str(config), "run", str(Path(contract.folder) / "openapi.json")]
        arguments += ["--url", server.base_url, "-H", f"{contract.authorization_header}: {token}"]
        arguments += ["--no-color", "--continue-on-failure", "--seed", "1"]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, cwd=folder)
    kind = "conforming" if fault is None else "variant" if fault.definition.benign else "fault"
    return Said(
        fault.id if fault else contract.id,
        kind,
        tuple(sorted(_failures(done.stdout))),
        asked.count("http"),
        round(time.monotonic() - started, 1),
    )


def _failures(text: str) -> set[str]:
    """Each kind of failure with the operation under which it stands."""
    found: set[str] = set()
    operation = ""
    for line in text.splitlines():
        header = re.match(r"^_* ?((?:GET|PUT|POST|PATCH|DELETE|Stateful) ?\S*)", line.strip())
        operation = header.group(1) if header else operation
        kind = re.match(r"^- (ST\d+)", line)
        if kind:
            found.add(f"{kind.group(1)} {operation}")
    return found


def measure(faults: Sequence[Fault], processes: int) -> tuple[list[Said], dict[str, frozenset[str]]]:
    """What is said of each faulty server, and of each conforming one."""
    contracts = {c.id: c for c in all_contracts()}
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(processes) as pool:
        folder = Path(name)
        right = list(pool.map(lambda c: said_of(c, None, folder), contracts.values()))
        base = {s.id: frozenset(s.failures) for s in right}
        rows: list[Said] = []
        for number, row in enumerate(pool.map(lambda f: said_of(contracts[f.contract], f, folder), faults), start=1):
            rows.append(row)
            if sys.stderr.isatty():
                print(f"\r{number} of {len(faults)}", end="", file=sys.stderr)
    return rows, base


def noticed(row: Said, base: dict[str, frozenset[str]]) -> bool:
    """Whether anything is said that is not said of the conforming server."""
    return bool(set(row.failures) - base[row.id.rsplit("@", 1)[1]])


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=0, help="only so many faults and variants, evenly chosen; 0: all")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("reports/schemathesis-alone.json"))
    options = parser.parse_args()
    contracts = all_contracts()
    faults = chosen((*all_faults(contracts), *all_variants(contracts)), (), options.sample)
    started = time.monotonic()
    rows, base = measure(faults, options.processes)
    wrong = [r for r in rows if r.kind == "fault"]
    legal = [r for r in rows if r.kind == "variant"]
    figures = {
        "faults": len(wrong),
        "noticed": sum(noticed(r, base) for r in wrong),
        "variants": len(legal),
        "variants_blamed": sum(noticed(r, base) for r in legal),
        "kinds_said_of_the_conforming_server": sorted({f.split()[0] for found in base.values() for f in found}),
        "requests_for_one_run": round(sum(r.requests for r in rows) / max(len(rows), 1)),
        "seconds_for_one_run": round(sum(r.seconds for r in rows) / max(len(rows), 1), 1),
        "seconds": round(time.monotonic() - started, 1),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    data = {
        "figures": figures,
        "conforming": {k: sorted(v) for k, v in base.items()},
        "rows": [asdict(r) for r in rows],
    }
    options.out.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    for name, value in figures.items():
        print(f"{name:<38} {value}")


if __name__ == "__main__":
    main()
